//! What follows when Graph refuses a request of many creations as a whole.

use crate::{
    error::{GraphError, GraphErrorResponse},
    wire::bulk::{self, SentToken},
};

/// Words of a refusal because of the number of items.
const TOO_MANY: [&str; 5] = ["too many", "maximum", "at most", "exceed", "limit"];
/// Words of a refusal of the request's form.
const UNSUPPORTED: [&str; 7] =
    ["not supported", "unsupported", "not implemented", "annotation", "@context", "contentid", "delta"];
/// Properties of a token: a message that names one is about a token and not about the request.
const PROPERTIES: [&str; 7] = [
    "serialnumber",
    "secretkey",
    "manufacturer",
    "model",
    "timeintervalinseconds",
    "hashfunction",
    "displayname",
];

/// What follows.
pub(super) enum NextStep {
    /// These tokens, by number, are refused; the others are sent again.
    LeaveOut(Vec<(usize, GraphError)>),
    /// The tenant takes no such request.
    OneByOne,
    /// Both halves are sent.
    Halve {
        /// Whether the number of tokens was refused.
        too_many: bool,
    },
    /// Nothing more is sent: the error is that of all tokens.
    End,
}

impl NextStep {
    /// After this error of a request with these tokens. Only a refusal that says "certainly not carried out" leads to another
    /// request.
    pub fn after(error: &GraphError, sent: &[SentToken<'_>]) -> Self {
        let GraphError::Refused(refused) = error else { return Self::End };
        let text = format!("{} {}", refused.code, refused.message).to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let is_of_request = !has(&PROPERTIES);
        match refused.status {
            _ if refused.is_concurrency_violation() => Self::End,
            404 | 405 | 501 => Self::OneByOne,
            400 | 409 | 413 | 422 => match named(refused, sent) {
                named if !named.is_empty() => Self::LeaveOut(named),
                _ if refused.status == 413 || (is_of_request && has(&TOO_MANY)) => {
                    Self::Halve { too_many: true }
                }
                _ if refused.status == 400 && is_of_request && has(&UNSUPPORTED) => Self::OneByOne,
                _ => Self::Halve { too_many: false },
            },
            _ => Self::End,
        }
    }
}

/// The tokens that the details name, each with the refusal of its detail.
fn named(refused: &GraphErrorResponse, sent: &[SentToken<'_>]) -> Vec<(usize, GraphError)> {
    let mut named: Vec<(usize, GraphError)> = Vec::new();
    for detail in &refused.details {
        let Some(number) = bulk::target(&detail.target, sent) else { continue };
        if named.iter().any(|(other, _)| *other == number) {
            continue;
        }
        let or_whole =
            |text: &str, whole: &str| if text.is_empty() { whole.to_owned() } else { text.to_owned() };
        named.push((
            number,
            GraphError::Refused(Box::new(GraphErrorResponse {
                status: bulk::status_of(&detail.code)
                    .filter(|status| *status < 429)
                    .unwrap_or(refused.status),
                code: or_whole(&detail.code, &refused.code),
                message: or_whole(&detail.message, &refused.message),
                details: Vec::new(),
                ..refused.clone()
            })),
        ));
    }
    named
}
