//! What the steps of a trial share: the tenant, the user, the tokens and what was last seen of them.

use graph::trial::TrialRequest;
use token_core::{
    audit::TokenRef,
    otp::Code,
    ports::{Activation, Assignment, NewToken},
    token::{Token, TokenId, TokenStatus},
    user::User,
};

use super::{
    made::{Codes, MadeTokens},
    observed::StepError,
    pace::StopSignal,
    tenant::TrialTenant,
};

/// What the steps work with.
pub(super) struct Context {
    /// The tenant.
    pub tenant: TrialTenant,
    /// The user.
    pub user: User,
    /// The token that most steps use.
    pub main: NewToken,
    /// A token with SHA-256 and 60 seconds.
    pub sha256: NewToken,
    /// The tokens of the two bulk creations: a valid one each, and the invalid one.
    pub bulk: [NewToken; 3],
    /// What was made.
    pub made: MadeTokens,
    /// The id of the main token while it exists.
    pub token: Option<TokenId>,
    /// The id of the token with SHA-256 and 60 seconds.
    pub sha256_id: Option<TokenId>,
    /// The id of a second token, from a bulk creation.
    pub second: Option<TokenId>,
    /// Whether the main token is assigned, as it was last seen.
    pub assigned: bool,
    /// Whether the main token is activated, as it was last seen.
    pub activated: bool,
    /// The codes that were sent.
    pub codes: Codes,
    /// The signal that stops the trial.
    pub stop: StopSignal,
}

/// A token as it was seen in the end.
pub(super) struct Seen {
    /// The token; `None` when there is none.
    pub token: Option<Token>,
    /// Whether it is as it was waited for.
    pub as_wanted: bool,
    /// "at once", or "after 3 looks".
    pub when: String,
}

impl Context {
    /// The main token.
    pub fn token(&self) -> Result<TokenId, StepError> {
        self.token.clone().ok_or(StepError::Missing("There is no token to try it with."))
    }

    /// The main token for its user.
    pub fn assignment(&self) -> Result<Assignment, StepError> {
        Ok(Assignment { token: self.token()?, user: self.user.id.clone() })
    }

    /// The main token for its user, with a code.
    pub fn activation(&self, code: Code) -> Result<Activation, StepError> {
        self.tenant.hide(code.expose(), "‹code›");
        Ok(Activation { token: self.token()?, user: self.user.id.clone(), code })
    }

    /// A code of the main token that was not sent yet.
    pub fn fresh_code(&mut self) -> Code {
        self.codes.fresh(&self.main, self.tenant.now_ms())
    }

    /// How entries of the audit trail name the main token.
    pub fn token_ref(&self) -> TokenRef {
        let id = self.token.as_ref().map(|id| id.as_str().to_owned());
        TokenRef { id, serial: Some(self.main.serial.as_str().to_owned()) }
    }

    /// Notes a token that was made.
    pub fn note_made(&mut self, token: &Token) {
        self.tenant.hide(token.id.as_str(), "‹token›");
        if !self.made.ids.contains(&token.id) {
            self.made.ids.push(token.id.clone());
        }
    }

    /// Notes that the main token is deleted.
    pub fn note_deleted(&mut self) {
        let deleted = self.token.take();
        self.made.ids.retain(|id| Some(id) != deleted.as_ref());
        self.assigned = false;
        self.activated = false;
    }

    /// Reads the main token until it is as wanted, or the pauses are used up.
    pub async fn look(&mut self, wanted: impl Fn(Option<&Token>) -> bool) -> Result<Seen, StepError> {
        let id = self.token()?;
        let seen = self.look_at(&id, wanted).await?;
        if let Some(token) = &seen.token {
            self.assigned = token.assigned_to.is_some();
            self.activated = token.status == TokenStatus::Activated;
        }
        Ok(seen)
    }

    /// Reads this token until it is as wanted, or the pauses are used up.
    pub async fn look_at(
        &mut self,
        id: &TokenId,
        wanted: impl Fn(Option<&Token>) -> bool,
    ) -> Result<Seen, StepError> {
        let mut pauses = self.tenant.access.pace.pauses();
        let mut looks = 1;
        loop {
            let answer = self.tenant.read(TrialRequest::Read(id)).await?;
            let token = answer.token().map(|(token, _)| token);
            let as_wanted = (answer.is_success() || answer.status == 404) && wanted(token.as_ref());
            let pause = if as_wanted { None } else { pauses.next() };
            let goes_on = match pause {
                Some(pause) => self.stop.pause(pause).await,
                None => false,
            };
            if goes_on {
                self.tenant.drop_last_exchange();
                looks += 1;
                continue;
            }
            let when = if looks == 1 { "at once".to_owned() } else { format!("after {looks} looks") };
            return Ok(Seen { token, as_wanted, when });
        }
    }
}
