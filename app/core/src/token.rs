//! Tokens and their attributes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{guid::is_guid, user::UserId};

/// Longest serial, manufacturer or model accepted. Microsoft documents no limit; longer input is a mistake.
pub const MAX_TEXT_LEN: usize = 128;
/// Most tokens, authenticator apps included, that Microsoft allows for one user (MICROSOFT_GRAPH.md 1.9).
pub const MAX_TOKENS_PER_USER: usize = 5;

/// The GUID of a token in Microsoft Graph, which is also the id of its user's authentication method.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct TokenId(String);

impl TokenId {
    /// Accepts a GUID and nothing else, so that an id can never change the meaning of a path.
    pub fn parse(text: &str) -> Option<Self> {
        is_guid(text).then(|| Self(text.to_ascii_lowercase()))
    }

    /// The GUID, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for TokenId {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a token's id must be a GUID"))
    }
}

/// The serial number on the back of the token. Compared without case, shown as written.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct SerialNumber(String);

impl SerialNumber {
    /// Trims the text; `None` when it is empty, too long or contains a control character.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits =
            !text.is_empty() && text.chars().count() <= MAX_TEXT_LEN && !text.chars().any(char::is_control);
        fits.then(|| Self(text.to_owned()))
    }

    /// The serial as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form by which serials are compared: two tokens never differ by case alone.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl<'de> Deserialize<'de> for SerialNumber {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("a serial number must be short, plain text"))
    }
}

impl PartialEq for SerialNumber {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for SerialNumber {}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The hash function of the token's HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum HashFunction {
    /// HMAC-SHA-1: nearly all tokens sold.
    Sha1,
    /// HMAC-SHA-256.
    Sha256,
}

impl fmt::Display for HashFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
        })
    }
}

/// How long one code is valid. Microsoft accepts no other intervals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub enum Interval {
    /// 30 seconds.
    S30,
    /// 60 seconds.
    S60,
}

impl Interval {
    /// Length in seconds.
    pub const fn seconds(self) -> u32 {
        match self {
            Self::S30 => 30,
            Self::S60 => 60,
        }
    }

    /// The interval of this many seconds.
    pub const fn from_seconds(seconds: u32) -> Option<Self> {
        match seconds {
            30 => Some(Self::S30),
            60 => Some(Self::S60),
            _ => None,
        }
    }
}

impl TryFrom<u32> for Interval {
    type Error = &'static str;
    fn try_from(seconds: u32) -> Result<Self, Self::Error> {
        Self::from_seconds(seconds).ok_or("the interval is 30 or 60 seconds")
    }
}

impl From<Interval> for u32 {
    fn from(interval: Interval) -> Self {
        interval.seconds()
    }
}

/// A token's status in its life cycle.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TokenStatus {
    /// In stock: assigned to nobody.
    Available,
    /// Assigned to a user, not activated yet.
    Assigned,
    /// Activated for its user.
    Activated,
    /// The last activation was refused.
    FailedActivation,
    /// Any other status, as Microsoft Graph sent it.
    Other(String),
}

impl fmt::Display for TokenStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Available => "In stock",
            Self::Assigned => "Assigned",
            Self::Activated => "Activated",
            Self::FailedActivation => "Activation failed",
            Self::Other(word) => word,
        })
    }
}

/// The user a token is assigned to, as the inventory returns it: without a user principal name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignedUser {
    /// The user's object id.
    pub id: UserId,
    /// The display name, which Microsoft copies into the inventory.
    pub name: Option<String>,
}

/// One token of the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Microsoft Graph's id.
    pub id: TokenId,
    /// Serial number.
    pub serial: SerialNumber,
    /// The manufacturer.
    pub manufacturer: String,
    /// The model.
    pub model: String,
    /// Its hash function; `None` for a value that this version does not support.
    pub hash: Option<HashFunction>,
    /// Its interval in seconds, as stored in the tenant (30 or 60 in practice).
    pub interval_seconds: u32,
    /// Its status. A token with a user counts as assigned, because Graph may still return "available" after an
    /// assignment.
    pub status: TokenStatus,
    /// The user it is assigned to.
    #[serde(rename = "holder")]
    pub assigned_to: Option<AssignedUser>,
    /// When it was last used, ISO 8601 in UTC, if Microsoft Graph returns it.
    pub last_used: Option<String>,
    /// Display name, if it has one.
    pub name: Option<String>,
}
