//! Errors that Entra returns to the redirect URI, with messages for users.
//!
//! Error and description come from the browser and are not trusted: of both only an error number and a trace id of
//! valid form are used.

use super::aadsts;

/// Why a sign-in failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CallbackError {
    /// What happened and what to do, without error number and trace id.
    pub message: &'static str,
    /// Entra's number (AADSTS…).
    pub number: Option<u32>,
    /// Identifies the request at Microsoft.
    pub trace_id: Option<String>,
}

/// The error for a number from the token endpoint, if it is one that the person can act on.
pub(crate) fn known_error(number: Option<u32>, trace_id: Option<String>) -> Option<CallbackError> {
    let message = number.and_then(by_number)?;
    Some(CallbackError { message, number, trace_id })
}

/// Interprets the query parameters `error` and `error_description` of a callback.
pub fn callback_error(error: &str, description: &str) -> CallbackError {
    let number = aadsts::number(description);
    let message = number
        .and_then(by_number)
        .unwrap_or_else(|| if aadsts::is_transient(error, number) { TRANSIENT } else { by_error(error) });
    let trace_id = aadsts::trace_id(description).map(ToOwned::to_owned);
    CallbackError { message, number, trace_id }
}

const TRANSIENT: &str =
    "Microsoft's sign-in is not available for the moment. Wait a little, then sign in again.";

/// The numbers of MICROSOFT_GRAPH.md 7.2 that can occur in a person's sign-in.
const MEANINGS: [(&[u32], &str); 18] = [
    (
        &[50_105],
        "Your account is not assigned to Token Inventory. Ask your Entra administrator to add you under Enterprise applications → Token Inventory → Users and groups.",
    ),
    (
        &[65_001, 90_094],
        "An administrator has not yet agreed to what Token Inventory may do. Ask your Entra administrator to give admin consent under App registrations → API permissions.",
    ),
    (
        &[65_004],
        "You did not agree to what Token Inventory asked for. Sign in again and accept, or ask your Entra administrator for admin consent.",
    ),
    (
        &[50_011],
        "Entra does not know this address of Token Inventory. An administrator must add it as a redirect URI of type Web under App registrations → Authentication.",
    ),
    (&[50_020], "Your account belongs to another organization. Sign in with an account of this one."),
    (&[50_034], "This account does not exist in the organization. Check the user name, then sign in again."),
    (&[50_057], "Your account is disabled. Ask your Entra administrator to enable it."),
    (&[50_058], "You are not signed in to Microsoft in this browser. Sign in."),
    (
        &[50_076, 50_079],
        "Microsoft asks for a second proof of who you are (multifactor authentication). Sign in again and complete it.",
    ),
    (
        &[53_003, 530_032],
        "Your organization's Conditional Access does not allow this sign-in. Try a device or network that your organization allows, or ask your Entra administrator.",
    ),
    (&[54_005, 70_008], "This sign-in took too long, or its answer was used already. Sign in again."),
    (
        &[501_481],
        "This sign-in began in another window or was interrupted. Close other sign-in windows, then sign in again.",
    ),
    (
        &[700_005],
        "This sign-in was made for another organization. An administrator must check the tenant id of Token Inventory.",
    ),
    (
        &[700_016],
        "Your organization does not know Token Inventory. An administrator must check its client id and tenant id.",
    ),
    (
        &[7_000_112],
        "Token Inventory is disabled in your organization. An administrator can enable it under Enterprise applications.",
    ),
    (
        &[90_002, 900_023],
        "The organization that Token Inventory signs in to does not exist. An administrator must check its tenant id.",
    ),
    (
        &[90_038],
        "The organization lives in another national cloud. An administrator must set that cloud's authority and Graph endpoint.",
    ),
    (
        &[50_194],
        "Token Inventory serves one organization only. An administrator must set that organization's tenant id.",
    ),
];

fn by_number(number: u32) -> Option<&'static str> {
    MEANINGS.iter().find(|(numbers, _)| numbers.contains(&number)).map(|(_, message)| *message)
}

/// The errors of RFC 6749 section 4.1.2.1 and of OpenID Connect Core section 3.1.2.6.
fn by_error(error: &str) -> &'static str {
    match error {
        "access_denied" => {
            "The sign-in was cancelled or not allowed. Sign in again, or ask your Entra administrator."
        }
        "login_required" | "interaction_required" | "account_selection_required" => {
            "Microsoft needs to ask you something before it can sign you in. Sign in again."
        }
        "consent_required" => {
            "An administrator has not yet agreed to what Token Inventory may do. Ask your Entra administrator to give admin consent under App registrations → API permissions."
        }
        _ => {
            "Microsoft did not complete the sign-in. Sign in again; if it happens again, ask your Entra administrator."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: [u32; 16] = [
        50_105, 65_001, 65_004, 90_094, 50_011, 50_020, 50_034, 50_057, 50_058, 50_076, 50_079, 53_003,
        54_005, 70_008, 501_481, 700_005,
    ];

    #[test]
    fn every_number_of_a_sign_in_has_its_message() {
        let unknown = callback_error("invalid_request", "").message;
        for number in NUMBERS {
            let error = callback_error("invalid_request", &format!("AADSTS{number}: x. Trace ID: 00aa-11 "));
            assert_eq!((error.number, error.trace_id.as_deref()), (Some(number), Some("00aa-11")));
            assert!(error.message != unknown && error.message.ends_with('.'), "{number}: {}", error.message);
        }
    }

    #[test]
    fn shows_no_untrusted_text() {
        let error = callback_error("<b>pay</b>", "AADSTS1: call 555-1234. Trace ID: <script> me@a.example");
        assert_eq!((error.number, &error.trace_id), (Some(1), &None));
        let shown = format!("{error} {error:?}");
        for foreign in ["pay", "555", "script", "me@"] {
            assert!(!shown.contains(foreign), "{shown}");
        }
    }

    #[test]
    fn tells_errors_apart() {
        let message = |error, description| callback_error(error, description).message;
        assert!(message("access_denied", "").starts_with("The sign-in was cancelled"));
        let login_required = message("login_required", "AADSTS50058: A silent sign-in request");
        assert!(login_required.starts_with("You are not signed in to Microsoft"));
        assert_eq!(message("temporarily_unavailable", ""), TRANSIENT);
        assert_eq!(message("server_error", "AADSTS90033: transient"), TRANSIENT);
        let unknown = message("invalid_client", "AADSTS650052: x");
        assert!(unknown.starts_with("Microsoft did not complete"));
    }
}
