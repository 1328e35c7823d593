//! The responses of Microsoft Entra's token endpoint.

use std::{fmt, time::Duration};

use oauth2::{AccessToken, ErrorResponse, RefreshToken, Scope, TokenResponse, basic::BasicTokenType};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::aadsts;

/// A successful response. `Debug` and `Serialize`, which the `oauth2` crate requires, hide the tokens.
#[derive(Deserialize)]
pub(crate) struct TokenResponseBody {
    access_token: AccessToken,
    #[serde(skip, default = "bearer")]
    token_type: BasicTokenType,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
    refresh_token: Option<RefreshToken>,
    #[serde(default, rename = "scope", deserialize_with = "space_separated")]
    scopes: Option<Vec<Scope>>,
    /// The id token, not verified yet.
    pub id_token: Option<String>,
}

fn bearer() -> BasicTokenType {
    BasicTokenType::Bearer
}

/// A number, or a string that contains one.
fn seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

fn space_separated<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<Scope>>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text.map(|text| text.split_whitespace().map(|scope| Scope::new(scope.to_owned())).collect()))
}

impl TokenResponse for TokenResponseBody {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.token_type
    }

    fn expires_in(&self) -> Option<Duration> {
        self.expires_in.map(Duration::from_secs)
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        self.scopes.as_ref()
    }
}

impl fmt::Debug for TokenResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenResponseBody(•••)")
    }
}

impl Serialize for TokenResponseBody {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_unit()
    }
}

/// An error response.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct OauthErrorBody {
    error: String,
    #[serde(default)]
    error_description: Option<String>,
    #[serde(default)]
    error_codes: Value,
    #[serde(default, deserialize_with = "claims")]
    claims: Option<String>,
}

/// A claims request: JSON in a string, or an object.
fn claims<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => Some(text).filter(|text| !text.is_empty()),
        object @ Value::Object(_) => Some(object.to_string()),
        _ => None,
    })
}

impl fmt::Debug for OauthErrorBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OauthErrorBody(•••)")
    }
}

impl fmt::Display for OauthErrorBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Microsoft Entra refused")
    }
}

impl ErrorResponse for OauthErrorBody {}

/// An error response without Entra's description, which may contain personal data.
#[derive(Debug, Clone, Default)]
pub(crate) struct OauthError {
    /// The OAuth 2.0 error code (RFC 6749 section 5.2).
    pub error: String,
    /// Entra's number (AADSTS…).
    pub number: Option<u32>,
    /// Identifies the request at Microsoft.
    pub trace_id: Option<String>,
    /// The claims request (JSON) that a step-up must fulfil.
    pub claims: Option<String>,
}

impl From<OauthErrorBody> for OauthError {
    fn from(body: OauthErrorBody) -> Self {
        let description = body.error_description.unwrap_or_default();
        let first_code = || u32::try_from(body.error_codes.get(0)?.as_u64()?).ok();
        Self {
            number: aadsts::number(&description).or_else(first_code),
            trace_id: aadsts::trace_id(&description).map(ToOwned::to_owned),
            error: body.error,
            claims: body.claims,
        }
    }
}

impl OauthError {
    /// What it means and what to do, with error number and trace id.
    pub fn message(&self) -> String {
        let code = self.number.map_or_else(|| self.error.clone(), |number| format!("AADSTS{number}"));
        let remedy = self
            .number
            .and_then(aadsts::remedy)
            .unwrap_or("look the code up at https://login.microsoftonline.com/error");
        format!("{remedy} ({code}, trace id {})", self.trace_id.as_deref().unwrap_or("none"))
    }
}
