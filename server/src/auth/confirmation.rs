//! Asserts again and again who the user of a session is, and with which role: a role that was removed, a disabled account
//! and a revoked sign-in end the session within [`LIMIT`].

use std::{sync::Arc, time::Duration};

use graph::entra::{AccessTokenError, sign_in::Person};
use token_core::{
    audit::{AuditAction, EntryStatus},
    error::ServiceError,
};

use super::{AuthState, RequestContext, sessions::UserSession};

/// After so long the next request asks Entra again.
pub const DUE: Duration = Duration::from_mins(15);
/// After so long without Entra's answer the session gets nothing until there is one.
pub const LIMIT: Duration = Duration::from_mins(30);
/// What became of the user of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Confirmed {
    /// The same person with the same role.
    Same,
    /// The session must end; the reason for the audit log.
    Ended(&'static str),
}

impl AuthState {
    /// Asks Entra about the user of this session when that is due. `false`: the session must end, and has ended.
    ///
    /// # Errors
    /// When Entra has not answered for longer than [`LIMIT`].
    pub(super) async fn confirm(
        &self,
        session_id: &str,
        session: &Arc<UserSession>,
    ) -> Result<bool, ServiceError> {
        match self.confirmation(session).await? {
            Confirmed::Same => Ok(true),
            Confirmed::Ended(reason) => {
                self.end_session(session_id).await?;
                let mut entry =
                    RequestContext::of_session(session).entry(AuditAction::SignOut, EntryStatus::Done);
                entry.reason = reason.to_owned();
                self.audit_log_of_mode(session.connection.mode).append_later(vec![entry]);
                tracing::info!(reason, "a session was ended");
                Ok(false)
            }
        }
    }

    async fn confirmation(&self, session: &UserSession) -> Result<Confirmed, ServiceError> {
        let assertion = &session.assertion;
        let age = assertion.age();
        if age < DUE {
            return Ok(Confirmed::Same);
        }
        let Some(token) = session.token() else {
            // Without a refresh token only a new sign-in can confirm the user.
            return Ok(if age < LIMIT {
                Confirmed::Same
            } else {
                Confirmed::Ended(
                    "Microsoft Entra gave no refresh token, so the session ended after 30 minutes.",
                )
            });
        };
        // Until the limit the other requests go on while one asks.
        let _asking = if age < LIMIT {
            let Some(asking) = assertion.try_ask() else { return Ok(Confirmed::Same) };
            asking
        } else {
            let asking = assertion.ask().await;
            if assertion.age() < DUE {
                return Ok(Confirmed::Same);
            }
            asking
        };
        match token.assert_person().await {
            Ok(person) => Ok(self.compare(session, &person)),
            Err(AccessTokenError::Ended | AccessTokenError::StepUp) => {
                Ok(Confirmed::Ended("Microsoft Entra did not confirm the sign-in again."))
            }
            Err(_) if age < LIMIT => Ok(Confirmed::Same),
            Err(error) => Err(error.into()),
        }
    }

    fn compare(&self, session: &UserSession, person: &Person) -> Confirmed {
        if person.key() != session.person.key() {
            return Confirmed::Ended("Microsoft Entra answered about another user.");
        }
        if self.role_of(person) != session.role {
            return Confirmed::Ended("The app role has changed.");
        }
        session.assertion.renew();
        Confirmed::Same
    }
}
