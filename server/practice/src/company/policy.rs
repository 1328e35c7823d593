//! The company's configuration of the authentication method; [`crate::policy`] reads and changes it for Graph.

use serde_json::{Value, json};

/// The configuration of the method.
pub struct Policy {
    pub enabled: bool,
    pub include: Value,
    pub exclude: Value,
    /// When the policy was last changed, in milliseconds since 1970.
    pub modified_ms: u64,
}

/// 2026-01-15T10:00:00Z.
const FIRST_MODIFIED_MS: u64 = 1_768_471_200_000;

impl Default for Policy {
    /// Enabled for all users.
    fn default() -> Self {
        let everybody =
            json!([{ "targetType": "group", "id": "all_users", "isRegistrationRequired": false }]);
        Self { enabled: true, include: everybody, exclude: json!([]), modified_ms: FIRST_MODIFIED_MS }
    }
}
