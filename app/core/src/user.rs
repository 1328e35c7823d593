//! Users and their attributes.

use serde::{Deserialize, Serialize};

use crate::guid::is_guid;

/// The object id of a user: a GUID.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    /// Accepts a GUID and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        is_guid(text).then(|| Self(text.to_ascii_lowercase()))
    }

    /// The GUID, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for UserId {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a user's id must be a GUID"))
    }
}

/// One user of the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Object id.
    pub id: UserId,
    /// Display name; may be empty.
    pub name: String,
    /// User principal name.
    pub upn: String,
    /// Mail address.
    pub mail: Option<String>,
    /// Whether the account is enabled; `None` when the app may not read it.
    pub enabled: Option<bool>,
    /// Whether the user is a guest; `None` when the app may not read it.
    pub guest: Option<bool>,
}

/// The directory roles that a user holds, directly or through groups (MICROSOFT_GRAPH.md 3.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectoryRoles {
    /// Their display names; empty for a user without a role.
    Known(Vec<String>),
    /// Microsoft Graph does not say: the app lacks the permission.
    Unknown,
}

impl DirectoryRoles {
    /// The names of the roles that the user is known to hold.
    pub fn names(&self) -> &[String] {
        match self {
            Self::Known(names) => names,
            Self::Unknown => &[],
        }
    }
}

impl User {
    /// Whether the user is a guest: by `guest`, or by `#EXT#` in the user principal name when `guest` is not known.
    pub fn is_guest(&self) -> bool {
        self.guest.unwrap_or_else(|| self.upn.to_ascii_uppercase().contains("#EXT#"))
    }

    /// Whether the account is known to be disabled.
    pub fn is_disabled(&self) -> bool {
        self.enabled == Some(false)
    }
}
