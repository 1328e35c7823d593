//! Tokens and users of an inventory.
#![expect(clippy::unwrap_used, reason = "a test fails on unexpected values")]

use token_core::{
    token::{HashFunction, SerialNumber, Token, TokenId, TokenStatus},
    user::UserId,
};

/// An id with this number.
pub fn guid(number: u32) -> String {
    format!("00000000-0000-0000-0000-{number:012}")
}

/// The id of a user.
pub fn user_id(number: u32) -> UserId {
    UserId::parse(&guid(number)).unwrap()
}

/// An unassigned token.
pub fn token(number: u32, serial: &str) -> Token {
    Token {
        id: TokenId::parse(&guid(number)).unwrap(),
        serial: SerialNumber::parse(serial).unwrap(),
        manufacturer: "Contoso".into(),
        model: "HT-1".into(),
        hash: Some(HashFunction::Sha1),
        interval_seconds: 30,
        status: TokenStatus::Available,
        assigned_to: None,
        last_used: None,
        name: None,
    }
}
