//! Authorization codes and refresh tokens (MICROSOFT_GRAPH.md 7.3).

use std::collections::HashMap;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};

use super::{
    aadsts::{AadstsError, refuse},
    claims::ClaimsRequest,
    scope::Scope,
};
use crate::{seeded_rng, test_users::TestUser};

const CODE_MS: u64 = 10 * 60 * 1000;
/// Refresh tokens live for 90 days.
const REFRESH_MS: u64 = 90 * 86_400_000;

/// A user's sign-in to the app. No `Debug`: session ids and nonces must not be logged.
#[derive(Clone)]
pub struct SignIn {
    pub test_user: TestUser,
    pub session: String,
    /// When the user authenticated, in milliseconds since 1970.
    pub at_ms: u64,
    pub stepped_up: bool,
    pub claims_request: ClaimsRequest,
    pub scope: Scope,
    /// The nonce of the authorize request; id tokens of a refresh have none.
    pub nonce: Option<String>,
}

/// What a code is bound to.
pub struct Binding {
    pub redirect_uri: String,
    /// The S256 challenge, if the request had one.
    pub challenge: Option<String>,
}

struct Code {
    sign_in: SignIn,
    binding: Binding,
    issued_ms: u64,
    redeemed: bool,
}

struct Refresh {
    sign_in: SignIn,
    issued_ms: u64,
}

/// The issued codes and refresh tokens.
#[derive(Default)]
pub struct GrantStore {
    codes: HashMap<String, Code>,
    refresh: HashMap<String, Refresh>,
}

impl GrantStore {
    pub fn issue_code(&mut self, sign_in: SignIn, binding: Binding, now_ms: u64) -> String {
        // Codes that expired long ago are removed and count as unknown.
        self.codes.retain(|_, code| code.issued_ms + 10 * CODE_MS > now_ms);
        let secret = format!("1.{}{}", seeded_rng::random_token(), seeded_rng::random_token());
        self.codes.insert(secret.clone(), Code { sign_in, binding, issued_ms: now_ms, redeemed: false });
        secret
    }

    /// Redeems a code: once, within ten minutes, with the redirect URI and verifier of the sign-in.
    pub fn redeem(
        &mut self,
        code: &str,
        redirect_uri: &str,
        verifier: Option<&str>,
        now_ms: u64,
    ) -> Result<SignIn, AadstsError> {
        let Some(code) = self.codes.get_mut(code) else { return unknown() };
        if code.redeemed {
            let message = "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.";
            return refuse(400, "invalid_grant", 54005, message);
        }
        if code.issued_ms + CODE_MS <= now_ms {
            return expired();
        }
        if code.binding.redirect_uri != redirect_uri {
            let message = "The redirect URI does not match the redirect URI provided when requesting the authorization code.";
            return refuse(400, "invalid_grant", 50011, message);
        }
        // A verifier without a challenge is refused, too: somebody may have removed the challenge (RFC 9700 section 4.8.2).
        if verifier.map(s256) != code.binding.challenge {
            let message =
                "The Code_Verifier does not match the code_challenge supplied in the authorization request.";
            return refuse(400, "invalid_grant", 501481, message);
        }
        code.redeemed = true;
        Ok(code.sign_in.clone())
    }

    pub fn issue_refresh(&mut self, sign_in: SignIn, now_ms: u64) -> String {
        let secret = format!("1.{}{}", seeded_rng::random_token(), seeded_rng::random_token());
        self.refresh.insert(secret.clone(), Refresh { sign_in, issued_ms: now_ms });
        secret
    }

    /// Uses a refresh token, which stays valid.
    pub fn refresh(&self, token: &str, now_ms: u64) -> Result<SignIn, AadstsError> {
        match self.refresh.get(token) {
            None => unknown(),
            Some(refresh) if refresh.issued_ms.saturating_add(REFRESH_MS) <= now_ms => expired(),
            Some(refresh) => Ok(SignIn { nonce: None, ..refresh.sign_in.clone() }),
        }
    }

    /// Revokes all refresh tokens.
    pub fn revoke(&mut self) {
        self.age(REFRESH_MS);
    }

    /// Ages all codes and tokens by this time.
    pub fn age(&mut self, ms: u64) {
        for code in self.codes.values_mut() {
            code.issued_ms = code.issued_ms.saturating_sub(ms);
            code.sign_in.at_ms = code.sign_in.at_ms.saturating_sub(ms);
        }
        for refresh in self.refresh.values_mut() {
            refresh.issued_ms = refresh.issued_ms.saturating_sub(ms);
            refresh.sign_in.at_ms = refresh.sign_in.at_ms.saturating_sub(ms);
        }
    }
}

/// The code challenge of a verifier (RFC 7636 section 4.2), which has 43 to 128 characters.
fn s256(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

fn unknown<T>() -> Result<T, AadstsError> {
    refuse(400, "invalid_grant", 9002313, "Invalid request. Request is malformed or invalid.")
}

fn expired<T>() -> Result<T, AadstsError> {
    let message = "The provided authorization code or refresh token has expired or was revoked. Send a new interactive authorization request for this user and resource.";
    refuse(400, "invalid_grant", 70008, message)
}

#[cfg(test)]
mod tests {
    use super::s256;

    /// RFC 7636 appendix B.
    #[test]
    fn agrees_with_rfc_7636() {
        let challenge = s256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
