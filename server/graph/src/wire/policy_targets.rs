//! Whom the policy for hardware OATH tokens concerns.

use serde_json::Value;

/// The id of the target that includes all users.
const EVERYBODY: &str = "all_users";

/// Whom the policy for hardware OATH tokens concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyTargets {
    /// Whether all users are included.
    pub includes_everybody: bool,
    /// The number of included targets.
    pub included: usize,
    /// The number of excluded groups.
    pub excluded: usize,
}

/// Parses whom the policy for hardware OATH tokens includes and excludes.
pub fn policy_targets(body: &Value) -> PolicyTargets {
    let list = |name: &str| body.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let (included, excluded) = (list("includeTargets"), list("excludeTargets"));
    let is_everybody = |target: &Value| {
        target.get("id").and_then(Value::as_str).is_some_and(|id| id.eq_ignore_ascii_case(EVERYBODY))
    };
    PolicyTargets {
        includes_everybody: included.iter().any(is_everybody),
        included: included.len(),
        excluded: excluded.len(),
    }
}
