//! The planned work of one row of a seed file.

use crate::{token::TokenId, user::User};

/// The write that follows once the token is in the inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NextWrite {
    /// Assign it.
    Assign,
    /// Assign and activate it in one write.
    AssignAndActivate,
    /// Activate it: it is assigned to its user already.
    Activate,
}

/// The writes that a row of a seed file needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportTask {
    /// Create the token first.
    pub create: bool,
    /// The write that follows.
    pub then: Option<NextWrite>,
    /// The token, when it exists already.
    pub token: Option<TokenId>,
    /// The user to whom it is to be assigned, if to any.
    pub user: Option<User>,
}

impl ImportTask {
    /// The work as text.
    pub fn label(&self) -> &'static str {
        match (self.create, self.then) {
            (true, None) => "Create",
            (true, Some(NextWrite::Assign)) => "Create and assign",
            (true, Some(_)) => "Create, assign and activate",
            (false, Some(NextWrite::Assign)) => "Assign",
            (false, Some(NextWrite::AssignAndActivate)) => "Assign and activate",
            (false, Some(NextWrite::Activate)) => "Activate",
            (false, None) => "Nothing to do",
        }
    }
}
