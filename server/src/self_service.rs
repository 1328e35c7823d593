//! Self-service at Microsoft Graph: users activate and claim their own tokens.
//!
//! When the outcome of a write is uncertain, the tokens are read back; no code is sent twice. A claim with a wrong code
//! leaves its token assigned (MICROSOFT_GRAPH.md 2.10): it is released at once, so that nobody can take tokens out of the stock by
//! guessing.

use std::{sync::Arc, time::Duration};

use audit::{WriteResult, attempt_result};
use graph::{GraphDirectory, UserTokens};
use token_core::{
    error::ServiceError,
    otp::Code,
    ports::{Directory as _, MethodPolicy, Outcome, RefusalKind},
    self_service::{
        ActivationOutcome, ActivationTarget, Denial,
        outcome::{
            ClaimDecision, ClaimOutcome, RefreshDecision, WriteResponse, activation_outcome,
            check_activation, claim_outcome, classify, deactivation_denial, decide_claim, decide_refresh,
            is_activated, newly_assigned, read_denial, refresh_outcome,
        },
    },
    token::{SerialNumber, Token, TokenId, TokenStatus},
    user::UserId,
};
use tokio::time::sleep;

/// How often the tokens are read until they show a write that has succeeded, and how often releasing a token is tried.
const MAX_TRIES: usize = 3;
/// How often the tokens are read until they show an activation that was answered well.
const MAX_LOOKS: usize = 6;
/// The time between two tries, for Graph's replication (MICROSOFT_GRAPH.md 11).
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// Reads and writes one user's tokens.
pub struct SelfServiceClient {
    /// The directory with the app's rights.
    pub app: Arc<GraphDirectory>,
    /// The directory with the user's own rights, if they granted them.
    pub me: Option<Arc<GraphDirectory>>,
    /// The user.
    pub user: UserId,
    /// The number of assigned tokens from which on they can claim no other.
    pub most: usize,
}

/// The result of an attempt.
pub struct AttemptResult {
    /// What the user may know.
    pub attempt: ActivationOutcome,
    /// Graph's request id of the write, if there is one.
    pub request_id: Option<String>,
}

impl AttemptResult {
    /// The result for the audit log.
    pub fn write_result(answer: &Result<Self, ServiceError>) -> WriteResult {
        match answer {
            Ok(result) => attempt_result(&result.attempt, result.request_id.clone()),
            Err(error) => WriteResult::of_error(error),
        }
    }

    /// Nothing was written.
    fn denied(denial: Denial) -> Self {
        Self { attempt: ActivationOutcome::Denied(denial), request_id: None }
    }
}

impl SelfServiceClient {
    /// All tokens that are assigned to the user.
    pub async fn tokens(&self) -> Result<Vec<Token>, ServiceError> {
        self.user_tokens().tokens().await
    }

    /// Activates or refreshes a token that is assigned to the user, or claims one by its serial number.
    pub async fn attempt(
        &self,
        target: &ActivationTarget,
        code: &Code,
    ) -> Result<AttemptResult, ServiceError> {
        let (held, is_eligible) = tokio::join!(self.tokens(), self.is_eligible());
        let held = match held {
            Ok(_) if !is_eligible => return Ok(AttemptResult::denied(Denial::NotAllowed)),
            Ok(held) => held,
            Err(error) => return read_denial(error).map(AttemptResult::denied),
        };
        match target {
            ActivationTarget::Token(token) => match check_activation(held, token) {
                Ok(token) => self.activate(&token, code).await,
                Err(denial) => Ok(AttemptResult::denied(denial)),
            },
            ActivationTarget::Refresh(token) => match decide_refresh(held, token) {
                RefreshDecision::Refresh(token) => self.refresh(&token, code).await,
                RefreshDecision::Activate(token) => self.activate(&token, code).await,
                RefreshDecision::Denied(denial) => Ok(AttemptResult::denied(denial)),
            },
            ActivationTarget::Serial(serial) => match decide_claim(&held, serial, self.most) {
                ClaimDecision::Claim => self.claim(&held, serial, code).await,
                ClaimDecision::Activate(token) => self.activate(&token, code).await,
                ClaimDecision::Denied(denial) => Ok(AttemptResult::denied(denial)),
            },
        }
    }

    fn user_tokens(&self) -> UserTokens<'_> {
        self.me
            .as_ref()
            .map_or_else(|| self.app.user_tokens(&self.user), |directory| directory.me(&self.user))
    }

    /// Whether this user can have a token at all; `true` for what the app may not read. Checked before anything else,
    /// so that Graph's answers do not reveal to an ineligible user which serial numbers exist.
    async fn is_eligible(&self) -> bool {
        let users = self.app.users_by_id(vec![self.user.clone()]);
        let (policy, users) = tokio::join!(self.app.method_policy(), users);
        let is_excluded = users.unwrap_or_default().iter().any(|user| user.is_guest() || user.is_disabled());
        policy != Ok(MethodPolicy::Disabled) && !is_excluded
    }

    async fn activate(&self, token: &Token, code: &Code) -> Result<AttemptResult, ServiceError> {
        let outcome = self.user_tokens().activate(&token.id, code).await;
        let request_id = WriteResult::of_answer(&outcome).request_id;
        let answer = classify(outcome)?;
        let now = match answer {
            WriteResponse::Accepted => self.read_back(MAX_LOOKS, |now| is_activated(now, &token.id)).await,
            _ => self.read_back(1, |_| true).await,
        };
        Ok(AttemptResult { attempt: activation_outcome(token, answer, now.as_deref()), request_id })
    }

    /// Deactivates the token and activates it again with the code: two writes and one read, unless an answer is lost.
    async fn refresh(&self, token: &Token, code: &Code) -> Result<AttemptResult, ServiceError> {
        let outcome = self.user_tokens().deactivate(&token.id).await;
        let request_id = WriteResult::of_answer(&outcome).request_id;
        let answer = classify(outcome)?;
        let now = match answer {
            WriteResponse::Accepted => None,
            _ => self.read_back(1, |_| true).await,
        };
        if let Some(denial) = deactivation_denial(&token.id, answer, now.as_deref()) {
            return Ok(AttemptResult { attempt: ActivationOutcome::Denied(denial), request_id });
        }
        let deactivated = Token { status: TokenStatus::Assigned, ..token.clone() };
        let activated = match self.activate(&deactivated, code).await {
            Ok(result) => result,
            Err(error) => AttemptResult::denied(read_denial(error).unwrap_or(Denial::Unclear)),
        };
        Ok(AttemptResult { attempt: refresh_outcome(activated.attempt), ..activated })
    }

    async fn claim(
        &self,
        held: &[Token],
        serial: &SerialNumber,
        code: &Code,
    ) -> Result<AttemptResult, ServiceError> {
        let outcome = self.user_tokens().claim(serial, code).await;
        let request_id = WriteResult::of_answer(&outcome).request_id;
        let answer = classify(outcome)?;
        let tries = match answer {
            // Nothing was assigned, so one read is enough.
            WriteResponse::Refused(
                RefusalKind::NotFound | RefusalKind::Conflict | RefusalKind::Forbidden,
            ) => 1,
            _ => MAX_TRIES,
        };
        let now = self.read_back(tries, |now| newly_assigned(held, now, serial).is_some()).await;
        if now.is_none() {
            tracing::warn!("the user's tokens could not be read back after a claim");
        }
        let ClaimOutcome { attempt, release } = claim_outcome(held, serial, answer, now.as_deref());
        if let Some(token) = release
            && !self.release(&token).await
        {
            let token = token.as_str();
            tracing::warn!(token, "a token whose claim was refused stays assigned: unassign it");
        }
        Ok(AttemptResult { attempt, request_id })
    }

    /// Reads the user's tokens again until they show the expected change, at most `tries` times.
    async fn read_back(&self, tries: usize, shows: impl Fn(&[Token]) -> bool) -> Option<Vec<Token>> {
        let mut read = None;
        for number in 0..tries {
            if number > 0 {
                sleep(RETRY_DELAY).await;
            }
            read = self.tokens().await.ok().or(read);
            if read.as_deref().is_some_and(&shows) {
                break;
            }
        }
        read
    }

    /// Unassigns the token; `true` when it is no longer assigned to the user. Falls back to the app's rights if the
    /// user's own have expired.
    async fn release(&self, token: &TokenId) -> bool {
        for number in 0..MAX_TRIES {
            if number > 0 {
                sleep(RETRY_DELAY).await;
            }
            if is_gone(&self.user_tokens().release(token).await)
                || (self.me.is_some() && is_gone(&self.app.user_tokens(&self.user).release(token).await))
            {
                return true;
            }
        }
        false
    }
}

fn is_gone(outcome: &Result<Outcome<()>, ServiceError>) -> bool {
    match outcome {
        Ok(Outcome::Done(())) => true,
        Ok(Outcome::Refused(refusal)) => refusal.kind == RefusalKind::NotFound,
        _ => false,
    }
}
