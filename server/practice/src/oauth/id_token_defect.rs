//! The defects of id tokens that a test may request.

use serde_json::{Map, Value};

use crate::seeded_rng;

/// Lifetime of an id token: an hour.
pub const LIFETIME_S: u64 = 3_600;
/// More than any tolerated clock skew.
const FAR_S: u64 = 86_400;

/// A defect of an id token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdTokenDefect {
    Nonce,
    Tenant,
    Issuer,
    Audience,
    Expired,
    NotYet,
    Signature,
    /// Signed by a key that is not published.
    Key,
    /// `alg` is `none`.
    Algorithm,
    NoOid,
}

impl IdTokenDefect {
    const WORDS: [(&'static str, Self); 10] = [
        ("nonce", Self::Nonce),
        ("tenant", Self::Tenant),
        ("issuer", Self::Issuer),
        ("audience", Self::Audience),
        ("expired", Self::Expired),
        ("not-yet", Self::NotYet),
        ("signature", Self::Signature),
        ("key", Self::Key),
        ("algorithm", Self::Algorithm),
        ("no-oid", Self::NoOid),
    ];

    pub fn of(word: &str) -> Option<Self> {
        Self::WORDS.into_iter().find(|(other, _)| *other == word).map(|(_, wrong)| wrong)
    }

    /// Changes the claims; the defects of key, signature and algorithm leave them as they are.
    pub fn apply(self, claims: &mut Map<String, Value>, issuer: &str, now_s: u64) {
        let unknown_id = "00000000-0000-4000-8000-000000000000";
        let mut set = |name: &str, value: Value| {
            claims.insert(name.to_owned(), value);
        };
        match self {
            Self::Nonce => set("nonce", seeded_rng::random_token().into()),
            Self::Tenant => set("tid", unknown_id.into()),
            Self::Issuer => set("iss", issuer.replace("/v2.0", "/v1.0").into()),
            Self::Audience => set("aud", unknown_id.into()),
            Self::Expired => {
                set("iat", (now_s - FAR_S).into());
                set("nbf", (now_s - FAR_S).into());
                set("exp", (now_s - FAR_S + LIFETIME_S).into());
            }
            Self::NotYet => {
                set("nbf", (now_s + FAR_S).into());
                set("exp", (now_s + FAR_S + LIFETIME_S).into());
            }
            Self::NoOid => {
                claims.remove("oid");
            }
            Self::Signature | Self::Key | Self::Algorithm => {}
        }
    }
}
