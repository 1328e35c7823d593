//! A token that was assigned although the code was refused: Microsoft answers `assignAndActivate` with a refusal then, and
//! the entry tells both halves.

use token_core::{
    audit::AuditEntry,
    error::ServiceError,
    ports::{Applied, Change, Outcome, RefusalKind, SharedDirectory},
    token::{Token, TokenId},
    user::UserId,
};

/// The assignments with activation of a call: their places in it, tokens and users. After [`Self::look_up`] those that
/// were refused and carried out in half.
#[derive(Debug, Default)]
pub struct HalfDone(Vec<(usize, TokenId, UserId)>);

impl HalfDone {
    /// Those of a call's changes.
    pub fn of(changes: &[Change]) -> Self {
        let assignments = changes.iter().enumerate().filter_map(|(at, change)| match change {
            Change::AssignAndActivate(one) => Some((at, one.token.clone(), one.user.clone())),
            _ => None,
        });
        Self(assignments.collect())
    }

    /// Those that were refused for their code and whose token is assigned to the user now: reads these tokens. When they
    /// cannot be read, nothing is told of them.
    pub async fn look_up(self, directory: &SharedDirectory, answer: &Result<Applied, ServiceError>) -> Self {
        let Ok(applied) = answer else { return Self::default() };
        let is_refused = |at: usize| matches!(applied.outcomes.get(at), Some(Outcome::Refused(refusal)) if refusal.kind == RefusalKind::BadRequest);
        let refused: Vec<_> = self.0.into_iter().filter(|(at, ..)| is_refused(*at)).collect();
        if refused.is_empty() {
            return Self::default();
        }
        let ids = refused.iter().map(|(_, id, _)| id.clone()).collect();
        let Ok(seen) = directory.tokens_by_id(ids).await else { return Self::default() };
        let is_assigned = |user: &UserId, token: Option<&Token>| {
            let holder = token.and_then(|token| token.assigned_to.as_ref());
            holder.is_some_and(|holder| holder.id == *user)
        };
        let pairs = refused.into_iter().zip(seen);
        let half_done = pairs
            .filter(|((_, _, user), seen)| is_assigned(user, seen.as_ref().ok().and_then(Option::as_ref)));
        Self(half_done.map(|(one, _)| one).collect())
    }

    /// Puts both halves into the reasons of their entries.
    pub fn tell(&self, entries: &mut [AuditEntry]) {
        for (at, ..) in &self.0 {
            if let Some(entry) = entries.get_mut(*at) {
                entry.reason =
                    format!("The token was assigned to the user, and not activated. {}", entry.reason);
            }
        }
    }
}
