//! The company's configuration of the authentication method; [`crate::policy`] reads and changes it for Graph.

use serde_json::{Value, json};

/// The configuration of the method.
pub struct Policy {
    pub enabled: bool,
    pub include: Value,
    pub exclude: Value,
}

impl Default for Policy {
    /// Enabled for all users.
    fn default() -> Self {
        let everybody =
            json!([{ "targetType": "group", "id": "all_users", "isRegistrationRequired": false }]);
        Self { enabled: true, include: everybody, exclude: json!([]) }
    }
}
