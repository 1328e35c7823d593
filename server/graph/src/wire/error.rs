//! Graph's error envelope: `{"error": {"code", "message", "details", "innerError": {"request-id"}}}`. The service behind the
//! authentication methods may answer without it: `{"Message", "MessageDetail"}` (MICROSOFT_GRAPH.md 6).

use std::borrow::Cow;

use serde_json::Value;

/// An error body; every field may be missing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct GraphErrorBody<'a> {
    /// Graph's error code.
    pub code: Option<&'a str>,
    /// Graph's message.
    pub message: Option<Cow<'a, str>>,
    /// The request id in `innerError`.
    pub request_id: Option<&'a str>,
    /// What is wrong with parts of the request.
    pub details: Vec<ErrorDetail<'a>>,
}

/// What is wrong with one part of the request; every field may be missing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ErrorDetail<'a> {
    /// Graph's error code.
    pub code: Option<&'a str>,
    /// Graph's message.
    pub message: Option<&'a str>,
    /// The part of the request.
    pub target: Option<&'a str>,
}

/// Parses an error body; empty if it is none.
pub(crate) fn error(body: &Value) -> GraphErrorBody<'_> {
    let Some(error) = body.get("error") else { return without_envelope(body) };
    // Older services write the name in lower case.
    let inner = error.get("innerError").or_else(|| error.get("innererror"));
    GraphErrorBody {
        code: text(error.get("code")),
        message: text(error.get("message")).map(Cow::Borrowed),
        request_id: text(inner.and_then(|inner| inner.get("request-id"))),
        details: error.get("details").and_then(Value::as_array).into_iter().flatten().map(detail).collect(),
    }
}

fn detail(detail: &Value) -> ErrorDetail<'_> {
    let field = |name| text(detail.get(name));
    ErrorDetail { code: field("code"), message: field("message"), target: field("target") }
}

fn without_envelope(body: &Value) -> GraphErrorBody<'_> {
    let (message, detail) = (text(body.get("Message")), text(body.get("MessageDetail")));
    let message = match (message, detail) {
        (Some(message), Some(detail)) => Some(Cow::Owned(format!("{message} {detail}"))),
        (message, detail) => message.or(detail).map(Cow::Borrowed),
    };
    GraphErrorBody { message, ..GraphErrorBody::default() }
}

fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_the_documented_envelope() {
        let body = json!({"error": {"code": "c", "message": "m", "target": null, "innerError": {"request-id": "r"}}});
        assert_eq!(
            error(&body),
            GraphErrorBody {
                code: Some("c"),
                message: Some("m".into()),
                request_id: Some("r"),
                details: Vec::new()
            }
        );
    }

    #[test]
    fn reads_the_details() {
        let details = json!([{ "code": "c", "message": "m", "target": "value[3]" }, 7, { "target": null }]);
        let body = json!({ "error": { "details": details } });
        let first = ErrorDetail { code: Some("c"), message: Some("m"), target: Some("value[3]") };
        assert_eq!(error(&body).details, [first, ErrorDetail::default(), ErrorDetail::default()]);
    }

    #[test]
    fn reads_a_message_without_the_envelope() {
        let message = |body: Value| error(&body).message.map(Cow::into_owned);
        let both = json!({ "Message": "An error has occurred.", "MessageDetail": "No such method." });
        assert_eq!(message(both).as_deref(), Some("An error has occurred. No such method."));
        assert_eq!(message(json!({ "Message": "Busy." })).as_deref(), Some("Busy."));
        assert_eq!(message(json!({ "Message": 7 })), None);
    }

    #[test]
    fn other_bodies_are_empty() {
        for body in
            [json!(null), json!("<html>"), json!({"error": "invalid"}), json!({"error": {"message": ""}})]
        {
            assert_eq!(error(&body), GraphErrorBody::default(), "{body}");
        }
    }
}
