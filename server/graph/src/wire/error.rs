//! Graph's error envelope: `{"error": {"code", "message", "innerError": {"request-id"}}}`.

use serde_json::Value;

/// An error body; every field may be missing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct GraphErrorBody<'a> {
    /// Graph's error code.
    pub code: Option<&'a str>,
    /// Graph's message.
    pub message: Option<&'a str>,
    /// The request id in `innerError`.
    pub request_id: Option<&'a str>,
}

/// Parses an error body; empty if it is none.
pub(crate) fn error(body: &Value) -> GraphErrorBody<'_> {
    let Some(error) = body.get("error") else { return GraphErrorBody::default() };
    // Older services write the name in lower case.
    let inner = error.get("innerError").or_else(|| error.get("innererror"));
    GraphErrorBody {
        code: text(error.get("code")),
        message: text(error.get("message")),
        request_id: text(inner.and_then(|inner| inner.get("request-id"))),
    }
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
            GraphErrorBody { code: Some("c"), message: Some("m"), request_id: Some("r") }
        );
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
