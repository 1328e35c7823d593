//! What the tenant carries out and what it refuses (FACTS sections 1.9, 2 and 2.9).

use std::collections::HashSet;

use token_core::{
    otp,
    ports::{NewToken, Refusal, RefusalKind},
    token::{Holder, Token, TokenId, TokenStatus},
    user::{User, UserId},
};

use super::{State, Stored};

pub(super) fn refusal(kind: RefusalKind, message: &str) -> Refusal {
    Refusal { kind, message: message.to_owned(), request_id: Some("request-1".to_owned()) }
}

/// A hand-over: who gets the token, and the code if it is to be activated.
pub(super) struct Handing<'a> {
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

    pub(super) fn hand_over(&mut self, handing: &Handing, now_ms: u64) -> Result<(), Refusal> {
        let held = self.held.entry(handing.user.clone()).or_default();
        let delays = self.delays;
        let Some(user) = self.users.get(handing.user).cloned() else {
            return Err(refusal(RefusalKind::NotFound, "no such user"));
        };
        let stored = self.ids.get(handing.token).and_then(|serial| self.tokens.get_mut(serial));
        let stored = stored.filter(|stored| stored.truth.id == *handing.token);
        let Some(stored) = stored.filter(|stored| now_ms >= stored.created_ms + delays.usable_ms) else {
            return Err(refusal(RefusalKind::NotFound, "no such token"));
        };
        if handing.assigns {
            stored.may_be_assigned(&user, *held)?;
            *held += 1;
        } else if stored.truth.holder.as_ref().is_none_or(|holder| holder.id != user.id)
            || stored.truth.status == TokenStatus::Activated
        {
            return Err(refusal(RefusalKind::BadRequest, "not this user's, or activated already"));
        }
        let mut after = stored.truth.clone();
        after.holder = Some(Holder { id: user.id, name: Some(user.name) });
        after.status = TokenStatus::Assigned;
        let verdict = match handing.code {
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
        stored.becomes(after, now_ms, delays.shows_ms);
        verdict
    }

    /// Another administrator at work.
    pub(super) fn take(&mut self, serial: &str, user: &User) {
        if let Some(stored) = self.tokens.get_mut(serial)
            && stored.truth.holder.is_none()
        {
            let holder = Holder { id: user.id.clone(), name: Some(user.name.clone()) };
            let after = Token { holder: Some(holder), status: TokenStatus::Assigned, ..stored.truth.clone() };
            stored.becomes(after, 0, 0);
        }
    }
}

impl Stored {
    /// The token as the inventory shows it.
    pub(super) fn shown(&self, now_ms: u64, appears_ms: u64) -> Option<&Token> {
        let seen = if now_ms < self.shown_until_ms { &self.shown } else { &self.truth };
        (now_ms >= self.created_ms + appears_ms).then_some(seen)
    }

    fn may_be_assigned(&self, user: &User, held: usize) -> Result<(), Refusal> {
        let why = match &self.truth.holder {
            Some(_) => "assigned already",
            None if user.is_guest() => "a guest",
            None if held >= 5 => "five tokens already",
            None => return Ok(()),
        };
        Err(refusal(RefusalKind::BadRequest, why))
    }

    /// Takes the code of this interval or the one before, and none twice.
    fn accepts(&mut self, code: &str, now_ms: u64) -> bool {
        let before_ms = now_ms - u64::from(self.new.interval.seconds()) * 1000;
        let right: HashSet<String> = [now_ms, before_ms]
            .map(|ms| otp::totp(&self.new.seed, self.new.hash, self.new.interval, ms).expose().to_owned())
            .into();
        self.judged.insert(code.to_owned()) && right.contains(code)
    }

    fn becomes(&mut self, after: Token, now_ms: u64, shows_ms: u64) {
        if now_ms >= self.shown_until_ms {
            self.shown = self.truth.clone();
        }
        self.shown_until_ms = now_ms + shows_ms;
        self.holders.extend(after.holder.as_ref().map(|holder| holder.id.clone()));
        self.truth = after;
    }
}
