//! Graph's JSON: the only code with its field names. Parsing is tolerant, writing strict.

pub(crate) mod batch;
pub(crate) mod body;
pub(crate) mod bulk;
pub(crate) mod error;
pub(crate) mod list;
pub(crate) mod policy_targets;
pub(crate) mod token;
pub(crate) mod user;

use serde_json::Value;
use token_core::ports::MethodPolicy;

/// Microsoft's samples wrap single objects in `value`; both forms are accepted.
fn unwrapped(body: &Value) -> &Value {
    body.get("value").filter(|value| value.is_object()).unwrap_or(body)
}

/// Parses the policy for hardware OATH tokens.
pub fn policy(body: &Value) -> MethodPolicy {
    match unwrapped(body).get("state").and_then(Value::as_str) {
        Some(state) if state.eq_ignore_ascii_case("enabled") => MethodPolicy::Enabled,
        Some(state) if state.eq_ignore_ascii_case("disabled") => MethodPolicy::Disabled,
        _ => MethodPolicy::Unknown,
    }
}
