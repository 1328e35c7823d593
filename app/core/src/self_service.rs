//! What people ask about their own tokens, and what they are answered.
//!
//! Nobody names a user here: whose tokens they are, the server knows from the session alone.

pub mod outcome;

use serde::{Deserialize, Serialize};

use crate::{
    otp::Code,
    token::{SerialNumber, Token, TokenId},
};

/// Most tokens that Microsoft lets a person hold, authenticator apps included (FACTS 1.9).
pub const MAX_TOKENS: usize = 5;

/// Somebody's own tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MyTokenList {
    /// All of them, those uploaded by the older CSV way included.
    pub tokens: Vec<Token>,
    /// What they had entered before Microsoft asked who they are; handed out once.
    #[serde(rename = "unfinished")]
    pub pending: Option<PendingActivation>,
}

/// What somebody had entered when Microsoft asked them to confirm who they are.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PendingActivation {
    /// What they wanted to activate.
    pub target: ActivationTarget,
    /// The code that they had entered, where it is still known. It may be too old by now: the person decides.
    pub code: Option<Code>,
}

/// Which token somebody wants to activate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivationTarget {
    /// One that they hold.
    Token(TokenId),
    /// The one with this serial number, which may be nobody's yet.
    Serial(SerialNumber),
}

/// What became of an attempt to activate a token.
#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::large_enum_variant, reason = "made once for each attempt, and moved on at once")
)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivationOutcome {
    /// The token is activated, and the person's.
    Done(Token),
    /// It is not.
    Denied(Denial),
}

/// Why a token was not activated, as far as its person may know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Denial {
    /// The code was not accepted.
    CodeRefused,
    /// No such token is there for this person: unknown, or somebody else's, which are not told apart so that nobody can
    /// find out which serial numbers exist.
    NotAvailable,
    /// The person holds it already, and it works already.
    AlreadyActivated,
    /// The person holds as many tokens as they may.
    Full {
        /// How many that is.
        most: usize,
    },
    /// Not for this person, or not in this organisation: a guest, a disabled account, a method that is off, or a
    /// permission that is missing.
    NotAllowed,
    /// The token was the person's and is no longer.
    Gone,
    /// Microsoft asks to come back later. Nothing was changed.
    Later {
        /// The pause that it asks for, in milliseconds, if it said.
        after_ms: Option<u64>,
    },
    /// Microsoft's answer was lost, and reading back did not tell.
    Unclear,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_entered_shows_its_code_to_nobody() {
        let code = Code::parse("123456").unwrap();
        let serial = SerialNumber::parse("S-1").unwrap();
        let pending = PendingActivation { target: ActivationTarget::Serial(serial), code: Some(code) };
        let own = MyTokenList { tokens: Vec::new(), pending: Some(pending) };
        assert!(!format!("{own:?}").contains("123456"));
    }

    #[test]
    fn a_code_that_is_none_is_not_taken_back() {
        let written = r#"{"target":{"serial":"S-1"},"code":"12345"}"#;
        assert!(serde_json::from_str::<PendingActivation>(written).is_err());
    }
}
