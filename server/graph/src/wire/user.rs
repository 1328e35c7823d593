//! Users in Graph's JSON.

use serde::Deserialize;
use serde_json::Value;
use token_core::user::{User, UserId};

/// The properties that User.ReadBasic.All allows.
pub(crate) const BASIC_PROFILE: &str = "id,displayName,userPrincipalName,mail";
/// Those and the properties that require User.Read.All.
pub(crate) const FULL_PROFILE: &str = "id,displayName,userPrincipalName,mail,accountEnabled,userType";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserJson {
    id: String,
    #[serde(default)]
    display_name: Option<String>,
    user_principal_name: String,
    #[serde(default)]
    mail: Option<String>,
    #[serde(default)]
    account_enabled: Option<bool>,
    #[serde(default)]
    user_type: Option<String>,
}

/// Parses a user; `None` without id or user principal name.
pub(crate) fn user(body: &Value) -> Option<User> {
    let wire = UserJson::deserialize(super::unwrapped(body)).ok()?;
    Some(User {
        id: UserId::parse(&wire.id)?,
        name: wire.display_name.unwrap_or_default(),
        upn: wire.user_principal_name,
        mail: wire.mail,
        enabled: wire.account_enabled,
        guest: wire.user_type.map(|kind| kind.eq_ignore_ascii_case("guest")),
    })
}

/// The name of a directory role. Without the permission to read roles Graph shows that there is one, and not its name.
pub(crate) fn role_name(role: &Value) -> String {
    let name = role.get("displayName").and_then(Value::as_str).map(str::trim).filter(|name| !name.is_empty());
    name.unwrap_or("(name not shown)").to_owned()
}
