//! The users that tokens are assigned to, each once, with what is searched of them.

use std::collections::HashMap;

use super::{AssignedUserInfo, texts::Texts};
use crate::{
    token::AssignedUser,
    user::{User, UserId},
};

/// Users who have tokens, or were looked up.
#[derive(Debug, Default)]
pub(super) struct AssignedUsers {
    all: Vec<UserEntry>,
    /// What is searched of each user, in lower case, each part on its own line: name, user principal name and mail address;
    /// the name that the inventory keeps, for a user who is not known.
    texts: Texts,
    indexes: HashMap<UserId, u32>,
}

/// One user.
#[derive(Debug)]
pub(super) struct UserEntry {
    pub id: UserId,
    /// `None`: not looked up; `Some(None)`: looked up and not found.
    user: Option<Option<User>>,
}

impl UserEntry {
    /// What is known about the user.
    pub fn info(&self) -> AssignedUserInfo<'_> {
        match &self.user {
            Some(Some(user)) => AssignedUserInfo::Known(user),
            Some(None) => AssignedUserInfo::Deleted,
            None => AssignedUserInfo::Pending,
        }
    }
}

impl AssignedUsers {
    /// The index of the user that a token is assigned to.
    pub fn assigned(&mut self, assigned_to: &AssignedUser) -> u32 {
        let index = self.index(&assigned_to.id);
        let is_known = matches!(self.at(index).map(UserEntry::info), Some(AssignedUserInfo::Known(_)));
        if let Some(name) = assigned_to.name.as_ref().filter(|_| !is_known) {
            self.set_text(index, name);
        }
        index
    }

    /// Adds a user, or updates one.
    pub fn set(&mut self, user: User) {
        let index = self.index(&user.id);
        // Most mail addresses are the user principal name.
        let mail = user.mail.as_ref().filter(|mail| **mail != user.upn);
        let lines: Vec<&str> = [&user.name, &user.upn].into_iter().chain(mail).map(String::as_str).collect();
        self.set_text(index, &lines.join("\n"));
        if let Some(entry) = self.all.get_mut(index as usize) {
            entry.user = Some(Some(user));
        }
    }

    /// Marks a user as deleted, unless one with this id is known.
    pub fn mark_deleted(&mut self, id: &UserId) {
        let index = self.index(id);
        if let Some(entry) = self.all.get_mut(index as usize) {
            entry.user.get_or_insert(None);
        }
    }

    /// The user at an index.
    pub fn at(&self, index: u32) -> Option<&UserEntry> {
        self.all.get(index as usize)
    }

    /// What is searched of the user at an index.
    pub fn text(&self, index: u32) -> &str {
        self.texts.at(index as usize)
    }

    /// The user with an id.
    pub fn find(&self, id: &UserId) -> Option<&UserEntry> {
        self.at(*self.indexes.get(id)?)
    }

    /// All users.
    pub fn all(&self) -> &[UserEntry] {
        &self.all
    }

    fn set_text(&mut self, index: u32, text: &str) {
        let text = text.to_lowercase();
        if self.text(index) != text {
            self.texts.set(index as usize, &text);
        }
    }

    fn index(&mut self, id: &UserId) -> u32 {
        if let Some(index) = self.indexes.get(id) {
            return *index;
        }
        let index = self.all.len() as u32;
        self.all.push(UserEntry { id: id.clone(), user: None });
        self.texts.set(index as usize, "");
        self.indexes.insert(id.clone(), index);
        index
    }
}
