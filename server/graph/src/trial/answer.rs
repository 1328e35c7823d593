//! What Graph answered to one request of a trial.

use http::Response;
use jiff::fmt::rfc2822::DateTimeParser;
use serde_json::Value;
use token_core::token::{SerialNumber, Token};

use super::redact::{KnownValues, redacted};
use crate::{
    redact::redact,
    response::GraphResponse,
    wire::{
        error::{self, GraphErrorBody},
        token::token,
    },
};

/// The headers that a report shows.
const HEADERS: [&str; 5] = [
    "content-type",
    "retry-after",
    "x-ms-throttle-limit-percentage",
    "x-ms-throttle-information",
    "x-ms-resource-unit",
];

/// How a list or an object shows a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenForm {
    /// Its properties stand in the object itself.
    Flat,
    /// They stand in `device`.
    Nested,
}

/// An answer with any status. No `Debug`, so that bodies stay out of logs.
pub struct TrialAnswer {
    /// The method and the path without ids.
    pub request: String,
    /// HTTP status.
    pub status: u16,
    /// Graph's request id.
    pub request_id: Option<String>,
    /// Graph's time, from `Date`, in milliseconds since 1970.
    pub date_ms: Option<u64>,
    /// Graph's code and message, without the secrets of the request; empty without an error.
    pub message: String,
    headers: Vec<(&'static str, String)>,
    body: Value,
    /// The length of a body that is not JSON.
    unreadable: usize,
}

impl TrialAnswer {
    /// Reads a response to a request with these secrets.
    pub(super) fn of(request: String, secrets: &[&str], response: &Response<Vec<u8>>) -> Self {
        let GraphResponse { status, request_id, date, body, .. } = GraphResponse::of_request(response);
        let date = date.and_then(|date| DateTimeParser::new().parse_timestamp(date.trim()).ok());
        let text = |name: &'static str| Some((name, response.headers().get(name)?.to_str().ok()?.to_owned()));
        let unreadable = if body.is_null() { response.body().len() } else { 0 };
        let GraphErrorBody { code, message, .. } = error::error(&body);
        let message = [code, message.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(": ");
        Self {
            request,
            status,
            request_id,
            date_ms: date.and_then(|date| u64::try_from(date.as_millisecond()).ok()),
            message: redact(&message, secrets),
            headers: HEADERS.into_iter().filter_map(text).collect(),
            body,
            unreadable,
        }
    }

    /// Any 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The token of an answer with one, and its form.
    pub fn token(&self) -> Option<(Token, TokenForm)> {
        form_of(self.body.get("value").filter(|value| value.is_object()).unwrap_or(&self.body))
    }

    /// The tokens of a list, and the form of each.
    pub fn tokens(&self) -> Vec<(Token, TokenForm)> {
        self.items().iter().filter_map(form_of).collect()
    }

    /// The number of items in a list.
    pub fn count(&self) -> usize {
        self.items().len()
    }

    /// Whether more pages follow.
    pub fn has_next_page(&self) -> bool {
        self.body.get("@odata.nextLink").is_some()
    }

    /// Whether an item of a bulk answer says that it failed.
    pub fn has_failed_item(&self) -> bool {
        self.items().iter().any(|item| item.get("@Core.DataModificationException").is_some())
    }

    /// Whether an error names what is wrong with single items.
    pub fn has_error_details(&self) -> bool {
        let details = self.body.get("error").and_then(|error| error.get("details"));
        details.and_then(Value::as_array).is_some_and(|details| !details.is_empty())
    }

    /// Whether the answer shows a secret key.
    pub fn shows_secret(&self) -> bool {
        let secret = |body: &Value| body.get("secretKey").is_some_and(|secret| !secret.is_null());
        let item = |item: &Value| secret(item) || item.get("device").is_some_and(secret);
        item(&self.body) || self.items().iter().any(item)
    }

    /// The headers that matter, one a line, without what names anything.
    pub fn headers(&self, known: &KnownValues) -> Vec<String> {
        self.headers.iter().map(|(name, value)| format!("{name}: {}", known.scrub(value))).collect()
    }

    /// The body without anything that names something of the tenant; of lists only the items of these serials.
    pub fn body(&self, known: &KnownValues, own: &[SerialNumber]) -> String {
        match (&self.body, self.unreadable) {
            (Value::Null, 0) => String::new(),
            (Value::Null, length) => format!("(not JSON, {length} bytes)"),
            (body, _) => serde_json::to_string_pretty(&redacted(body, known, own)).unwrap_or_default(),
        }
    }

    fn items(&self) -> &[Value] {
        self.body.get("value").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

fn form_of(body: &Value) -> Option<(Token, TokenForm)> {
    let form =
        if body.get("device").is_some_and(Value::is_object) { TokenForm::Nested } else { TokenForm::Flat };
    Some((token(body)?, form))
}
