//! The forms of *My tokens*: the names of their fields, and what became of one, from the request that sent it to the page
//! that answers.

use serde::{Deserialize, Serialize};
use token_core::{
    error::ServiceError,
    self_service::{ActivationOutcome, ActivationTarget, Denial, OwnActivation},
    token::{Token, TokenId},
};

/// Where the forms are sent, which is the path of the page.
pub const PATH: &str = "/my";
/// The query parameter of the open form: [`OPEN_CLAIM`], or the id of a token to activate.
pub const OPEN_PARAM: &str = "open";
/// The value of [`OPEN_PARAM`] for the form that claims a token.
pub const OPEN_CLAIM: &str = "claim";
/// The query parameter of the token whose clock is to be set right.
pub const REFRESH_PARAM: &str = "refresh";
/// The query parameter with which an open token that is activated by now is shown as done.
pub const LOOK_PARAM: &str = "look";

/// The names of the fields.
pub mod field {
    /// Which form it is: one of [`super::form`].
    pub const FORM: &str = "form";
    /// The id of the token.
    pub const TOKEN: &str = "token";
    /// The serial number.
    pub const SERIAL: &str = "serial";
    /// The six digits.
    pub const CODE: &str = "code";
    /// A random value for each rendered form: the same form sent twice is carried out once.
    pub const KEY: &str = "key";
    /// How many codes were refused since the page was opened.
    pub const REFUSALS: &str = "refusals";
    /// Present when the server keeps the code that was typed before a step-up sign-in.
    pub const KEPT: &str = "kept";
    /// In the form that signs out: all sessions of the user end, in all browsers.
    pub const EVERYWHERE: &str = "everywhere";
}

/// The values of [`field::FORM`].
pub mod form {
    /// Activates a token that is assigned to the user.
    pub const ACTIVATE: &str = "activate";
    /// Sets the clock of an activated token right.
    pub const REFRESH: &str = "refresh";
    /// Claims an unassigned token.
    pub const CLAIM: &str = "claim";
}

/// A form that was sent. It holds no code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentForm {
    /// The form of an assigned token.
    Activate(TokenId),
    /// The form of an activated token whose codes are refused.
    Refresh(TokenId),
    /// The form for claiming, with the serial number as it was typed.
    Claim(String),
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormResult {
    /// The code is not six digits: nothing was sent to Microsoft.
    CodeMissing,
    /// There is no serial number: nothing was sent to Microsoft.
    SerialMissing,
    /// The outcome of the attempt.
    Ended(ActivationOutcome),
    /// The attempt failed.
    Failed(ServiceError),
}

/// A form and what became of it, for the page that this browser shows next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormAnswer {
    /// The form.
    pub form: SentForm,
    /// What became of it.
    pub result: FormResult,
    /// How many codes of its token were refused since the page was opened.
    pub refusals: u32,
}

impl FormAnswer {
    /// The path, with its query, of the page that answers: the form is open there unless nothing is left to do in it.
    pub fn path(&self) -> String {
        use ActivationOutcome::{Deactivated, Denied, Done};
        use Denial::{AlreadyActivated, Gone};
        match (&self.form, &self.result) {
            (_, FormResult::Ended(Done(_) | Denied(AlreadyActivated | Gone))) => PATH.to_owned(),
            (SentForm::Activate(id), _) | (SentForm::Refresh(id), FormResult::Ended(Deactivated(_))) => {
                format!("{PATH}?{OPEN_PARAM}={}", id.as_str())
            }
            (SentForm::Refresh(id), _) => format!("{PATH}?{REFRESH_PARAM}={}", id.as_str()),
            // Without the serial number, which the answer holds.
            (SentForm::Claim(_), _) => format!("{PATH}?{OPEN_PARAM}={OPEN_CLAIM}"),
        }
    }
}

/// The user's tokens, as far as the page waits for them.
#[derive(Debug, Clone)]
pub enum OwnTokens {
    /// They were read.
    Read {
        /// All tokens.
        tokens: Vec<Token>,
        /// The latest activations, the newest first.
        activations: Vec<OwnActivation>,
        /// What the user had entered before a step-up.
        kept: Option<KeptActivation>,
    },
    /// Microsoft has not answered in time.
    Slow,
    /// They could not be read.
    Failed(ServiceError),
}

/// What the user had entered before a step-up, and the server keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptActivation {
    /// The token to activate.
    pub target: ActivationTarget,
    /// Whether the server still has the code.
    pub has_code: bool,
}
