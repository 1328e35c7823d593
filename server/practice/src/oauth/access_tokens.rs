//! The issued access tokens with their permissions, users and expiry.

use std::collections::HashMap;

use crate::{call::AccessContext, errors::GraphRefusal};

/// Tokens that expired longer ago than this are removed and count as unknown.
const FORGET_MS: u64 = 3_600_000;

#[derive(Default)]
pub struct AccessTokens(HashMap<String, IssuedToken>);

struct IssuedToken {
    until_ms: u64,
    caller: AccessContext,
}

impl AccessTokens {
    /// Remembers an issued token until this time.
    pub fn issue(&mut self, token: String, caller: AccessContext, until_ms: u64, now_ms: u64) {
        self.0.retain(|_, issued| issued.until_ms.saturating_add(FORGET_MS) > now_ms);
        self.0.insert(token, IssuedToken { until_ms, caller });
    }

    /// The access context of the token in an `Authorization` header, or Graph's 401.
    pub fn caller(&self, authorization: Option<&str>, now_ms: u64) -> Result<AccessContext, GraphRefusal> {
        let unauthorized = |message| Err(GraphRefusal::new(401, "InvalidAuthenticationToken", message));
        let token = authorization.and_then(|header| header.split_once(' '));
        match token
            .filter(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty())
        {
            None => unauthorized("Access token is empty."),
            Some((_, token)) => match self.0.get(token.trim()) {
                None => unauthorized("CompactToken parsing failed with error code: 80049217"),
                Some(issued) if issued.until_ms <= now_ms => {
                    unauthorized("Lifetime validation failed, the token is expired.")
                }
                Some(issued) => Ok(issued.caller.clone()),
            },
        }
    }

    /// Ages all tokens by this time.
    pub fn age(&mut self, ms: u64) {
        for given in self.0.values_mut() {
            given.until_ms = given.until_ms.saturating_sub(ms);
            if let Some(person) = &mut given.caller.person {
                person.at_ms = person.at_ms.saturating_sub(ms);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_token_expires() {
        let mut access = AccessTokens::default();
        access.issue("a.b.c".into(), AccessContext { granted: Vec::new(), person: None }, 1_000, 0);
        let header = Some("Bearer a.b.c");
        assert!(access.caller(header, 999).is_ok());
        let refusal = access.caller(header, 1_000).unwrap_err();
        assert_eq!((refusal.status, refusal.code), (401, "InvalidAuthenticationToken"));
        assert!(refusal.message.contains("expired"));
    }
}
