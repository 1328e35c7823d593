//! Self-service: the requests that users make about their own tokens, and the responses.
//!
//! No request names a user: the server takes the user from the session.

pub mod outcome;

use serde::{Deserialize, Serialize};

use crate::{
    otp::Code,
    token::{SerialNumber, Token, TokenId},
};

/// The signed-in user's tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MyTokenList {
    /// All tokens, including those uploaded by CSV in the admin center.
    pub tokens: Vec<Token>,
    /// The activation that was interrupted by a step-up sign-in; returned once.
    #[serde(rename = "unfinished")]
    pub pending: Option<PendingActivation>,
    /// The user's latest activations by this page, the newest first, so that they notice one that was not theirs.
    #[serde(default)]
    pub activations: Vec<OwnActivation>,
}

/// An activation that the user made, or somebody in their name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnActivation {
    /// The serial number of the token, or its id if that is unknown.
    pub token: String,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// From which address.
    pub address: String,
}

/// An activation that waits while the user signs in again, because Microsoft required a step-up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PendingActivation {
    /// The token to activate.
    pub target: ActivationTarget,
    /// The code that was entered, if it is still stored. It may have expired: the user decides whether to send it.
    pub code: Option<Code>,
}

/// Which token a user wants to activate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivationTarget {
    /// One that is assigned to them.
    Token(TokenId),
    /// One that is activated for them and whose codes are refused: it is deactivated and activated again, so that Microsoft
    /// learns how far its clock is off.
    Refresh(TokenId),
    /// The one with this serial number, which may still be in stock.
    Serial(SerialNumber),
}

/// The outcome of an attempt to activate a token.
#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::large_enum_variant, reason = "created once per attempt and moved at once")
)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivationOutcome {
    /// The token is activated for the user.
    Done(Token),
    /// The token was not activated.
    Denied(Denial),
    /// The token was deactivated to be activated again, and that failed for this reason: the user cannot sign in with it now.
    Deactivated(Denial),
}

/// Why a token was not activated, as far as the user may know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Denial {
    /// The code was not accepted.
    CodeRefused,
    /// No such token is available to this user: it does not exist or is assigned to somebody else. These are not
    /// distinguished, so that nobody can find out which serial numbers exist.
    NotAvailable,
    /// The token is assigned to the user and activated already.
    AlreadyActivated,
    /// The user has as many tokens as allowed.
    Full {
        /// The maximum.
        most: usize,
    },
    /// Not permitted for this user or in this tenant: a guest, a disabled account, a method that is off, or a missing
    /// permission.
    NotAllowed,
    /// The token is no longer assigned to the user.
    Gone,
    /// Microsoft Graph asks to retry later. Nothing was changed.
    Later {
        /// The delay that it asks for, in milliseconds, if it gave one.
        after_ms: Option<u64>,
    },
    /// Microsoft Graph's response was lost, and reading the tokens did not show the outcome.
    Unclear,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_of_a_pending_activation_hides_the_code() {
        let code = Code::parse("123456").unwrap();
        let serial = SerialNumber::parse("S-1").unwrap();
        let pending = PendingActivation { target: ActivationTarget::Serial(serial), code: Some(code) };
        let own = MyTokenList { tokens: Vec::new(), pending: Some(pending), activations: Vec::new() };
        assert!(!format!("{own:?}").contains("123456"));
    }

    #[test]
    fn an_invalid_code_is_not_deserialized() {
        let json = r#"{"target":{"serial":"S-1"},"code":"12345"}"#;
        assert!(serde_json::from_str::<PendingActivation>(json).is_err());
    }
}
