//! Which writes the tenant carries out and which it refuses (MICROSOFT_GRAPH.md 1.9, 2 and 2.9).

use std::collections::HashSet;

use token_core::{
    otp,
    ports::{Assignment, HashCorrection, NewToken, Refusal, RefusalKind, Rename},
    token::{AssignedUser, Token, TokenId, TokenStatus},
    user::{User, UserId},
};

use super::{State, Stored};

pub(super) fn refusal(kind: RefusalKind, message: &str) -> Refusal {
    Refusal { kind, message: message.to_owned(), request_id: Some("request-1".to_owned()) }
}

/// An assignment or activation, with the code if the token is to be activated.
pub(super) struct AssignmentCall<'a> {
    pub token: &'a TokenId,
    pub user: &'a UserId,
    pub assigns: bool,
    pub code: Option<&'a str>,
}

impl State {
    pub(super) fn create(&mut self, new: &NewToken, now_ms: u64) -> Result<Token, Refusal> {
        if self.tokens.contains_key(&new.serial.key()) {
            return Err(refusal(RefusalKind::Conflict, "there already"));
        }
        self.log.created += 1;
        Ok(self.insert(new.clone(), now_ms))
    }

    pub(super) fn assign_or_activate(&mut self, call: &AssignmentCall, now_ms: u64) -> Result<(), Refusal> {
        let held = self.held.entry(call.user.clone()).or_default();
        let delays = self.delays;
        let Some(user) = self.users.get(call.user).cloned() else {
            return Err(refusal(RefusalKind::NotFound, "no such user"));
        };
        let stored = self.ids.get(call.token).and_then(|serial| self.tokens.get_mut(serial));
        let stored = stored.filter(|stored| stored.truth.id == *call.token);
        let Some(stored) = stored.filter(|stored| now_ms >= stored.created_ms + delays.usable_ms) else {
            return Err(refusal(RefusalKind::NotFound, "no such token"));
        };
        if call.assigns {
            stored.may_be_assigned(&user, *held)?;
            *held += 1;
        } else if stored.truth.assigned_to.as_ref().is_none_or(|assigned_to| assigned_to.id != user.id)
            || stored.truth.status == TokenStatus::Activated
        {
            return Err(refusal(RefusalKind::BadRequest, "not this user's, or activated already"));
        }
        let mut after = stored.truth.clone();
        after.assigned_to = Some(AssignedUser { id: user.id, name: Some(user.name) });
        after.status = TokenStatus::Assigned;
        let verdict = match call.code {
            Some(code) if !stored.accepts(code, now_ms) => {
                after.status = TokenStatus::FailedActivation;
                Err(refusal(RefusalKind::BadRequest, "the code is not valid"))
            }
            Some(_) => {
                after.status = TokenStatus::Activated;
                stored.activations += 1;
                Ok(())
            }
            None => Ok(()),
        };
        stored.update(after, now_ms, delays.shows_ms);
        verdict
    }

    /// An assignment by another administrator.
    pub(super) fn take(&mut self, serial: &str, user: &User, from_anybody: bool) {
        let is_free = self.tokens.get(serial).is_some_and(|stored| stored.truth.assigned_to.is_none());
        if !is_free && !from_anybody {
            return;
        }
        let assigned_to = AssignedUser { id: user.id.clone(), name: Some(user.name.clone()) };
        self.change(serial, |token| {
            (token.assigned_to, token.status) = (Some(assigned_to), TokenStatus::Assigned)
        });
    }

    /// A change by another administrator, shown at once.
    pub(super) fn change(&mut self, serial: &str, change: impl FnOnce(&mut Token)) {
        let Some(stored) = self.tokens.get_mut(serial) else { return };
        let mut after = stored.truth.clone();
        change(&mut after);
        let before = stored.truth.assigned_to.as_ref().map(|assigned_to| assigned_to.id.clone());
        let now = after.assigned_to.as_ref().map(|assigned_to| assigned_to.id.clone());
        if before != now {
            before.iter().for_each(|user| *self.held.entry(user.clone()).or_default() -= 1);
            now.iter().for_each(|user| *self.held.entry(user.clone()).or_default() += 1);
        }
        stored.update(after, 0, 0);
    }

    pub(super) fn unassign(&mut self, item: &Assignment, now_ms: u64) -> Result<(), Refusal> {
        let shows_ms = self.delays.shows_ms;
        let theirs = self
            .tokens
            .values()
            .filter(|stored| stored.truth.assigned_to.as_ref().is_some_and(|to| to.id == item.user));
        let mut theirs: Vec<_> =
            theirs.map(|stored| (stored.truth.serial.key(), stored.truth.id.clone())).collect();
        theirs.sort();
        if self.keeps_default && theirs.len() > 1 && theirs[0].1 == item.token {
            return Err(refusal(RefusalKind::DefaultMethod, "the default authentication method"));
        }
        let stored = self.of_user(item)?;
        let after = Token { assigned_to: None, status: TokenStatus::Available, ..stored.truth.clone() };
        stored.update(after, now_ms, shows_ms);
        *self.held.entry(item.user.clone()).or_default() -= 1;
        self.log.unassigned += 1;
        Ok(())
    }

    pub(super) fn deactivate(&mut self, item: &Assignment, now_ms: u64) -> Result<(), Refusal> {
        let shows_ms = self.delays.shows_ms;
        let stored = self.of_user(item)?;
        if stored.truth.status != TokenStatus::Activated {
            return Err(refusal(RefusalKind::BadRequest, "not activated"));
        }
        let after = Token { status: TokenStatus::Assigned, ..stored.truth.clone() };
        stored.update(after, now_ms, shows_ms);
        Ok(())
    }

    pub(super) fn delete(&mut self, id: &TokenId, now_ms: u64) -> Result<(), Refusal> {
        let Some(key) = self.ids.get(id).filter(|key| self.tokens.contains_key(*key)).cloned() else {
            return Err(refusal(RefusalKind::NotFound, "no such token"));
        };
        // Until an unassignment shows, the token counts as assigned (MICROSOFT_GRAPH.md 1.7: scripts wait a second).
        let is_free = |stored: &Stored| {
            stored.truth.assigned_to.is_none()
                && stored.shown(now_ms, 0).is_none_or(|token| token.assigned_to.is_none())
        };
        if !self.tokens.get(&key).is_some_and(is_free) {
            return Err(refusal(RefusalKind::BadRequest, "assigned"));
        }
        self.tokens.remove(&key);
        self.log.deleted += 1;
        Ok(())
    }

    pub(super) fn rename(&mut self, item: &Rename, now_ms: u64) -> Result<(), Refusal> {
        let shows_ms = self.delays.shows_ms;
        let stored = self.ids.get(&item.token).and_then(|serial| self.tokens.get_mut(serial));
        let stored = stored.ok_or_else(|| refusal(RefusalKind::NotFound, "no such token"))?;
        if stored.truth.assigned_to.is_some() {
            return Err(refusal(RefusalKind::BadRequest, "assigned"));
        }
        let after = Token { name: Some(item.name.clone()), ..stored.truth.clone() };
        stored.update(after, now_ms, shows_ms);
        Ok(())
    }

    /// Codes are then computed with the new hash.
    pub(super) fn set_hash(&mut self, item: &HashCorrection, now_ms: u64) -> Result<(), Refusal> {
        let shows_ms = self.delays.shows_ms;
        let stored = self.ids.get(&item.token).and_then(|serial| self.tokens.get_mut(serial));
        let stored = stored.ok_or_else(|| refusal(RefusalKind::NotFound, "no such token"))?;
        if stored.truth.assigned_to.is_some() {
            return Err(refusal(RefusalKind::BadRequest, "assigned"));
        }
        stored.new.hash = item.hash;
        let after = Token { hash: Some(item.hash), ..stored.truth.clone() };
        stored.update(after, now_ms, shows_ms);
        Ok(())
    }

    fn of_user(&mut self, item: &Assignment) -> Result<&mut Stored, Refusal> {
        let stored = self.ids.get(&item.token).and_then(|serial| self.tokens.get_mut(serial));
        let theirs = |stored: &Stored| {
            stored.truth.id == item.token
                && stored.truth.assigned_to.as_ref().is_some_and(|assigned_to| assigned_to.id == item.user)
        };
        stored
            .filter(|stored| theirs(stored))
            .ok_or_else(|| refusal(RefusalKind::NotFound, "no such method of this user"))
    }
}

impl Stored {
    /// The token as the inventory shows it.
    pub(super) fn shown(&self, now_ms: u64, appears_ms: u64) -> Option<&Token> {
        let seen = if now_ms < self.shown_until_ms { &self.shown } else { &self.truth };
        (now_ms >= self.created_ms + appears_ms).then_some(seen)
    }

    fn may_be_assigned(&self, user: &User, held: usize) -> Result<(), Refusal> {
        let why = match &self.truth.assigned_to {
            Some(_) => "assigned already",
            None if user.is_guest() => "a guest",
            None if held >= 5 => "five tokens already",
            None => return Ok(()),
        };
        Err(refusal(RefusalKind::BadRequest, why))
    }

    /// Accepts the code that the token shows in this interval or showed in the previous one, and none twice.
    fn accepts(&mut self, code: &str, now_ms: u64) -> bool {
        let now_ms = now_ms.checked_add_signed(self.clock_ms).unwrap();
        let before_ms = now_ms - u64::from(self.new.interval.seconds()) * 1000;
        let right: HashSet<String> = [now_ms, before_ms]
            .map(|ms| otp::totp(&self.new.seed, self.new.hash, self.new.interval, ms).expose().to_owned())
            .into();
        self.checked_codes.insert(code.to_owned()) && right.contains(code)
    }

    fn update(&mut self, after: Token, now_ms: u64, shows_ms: u64) {
        if now_ms >= self.shown_until_ms {
            self.shown = self.truth.clone();
        }
        self.shown_until_ms = now_ms + shows_ms;
        self.holders.extend(after.assigned_to.as_ref().map(|assigned_to| assigned_to.id.clone()));
        self.truth = after;
    }
}
