//! The Entra half: the token endpoint for client credentials, its errors, and the access tokens given out
//! (FACTS sections 7.2 and 6).

use std::collections::HashMap;

use serde_json::{Value, json};
use token_core::user::UserId;
use url::form_urlencoded;
use uuid::Uuid;

use super::{
    call::Reply,
    chance, clock,
    company::{DOMAIN, NAME},
    errors::Refusal,
    permission::Permission,
    state::Tenant,
};

mod jwt;

/// Lifetime of an access token in seconds.
const LIFETIME_S: u64 = 3_599;

/// The access tokens that are good, and until when.
#[derive(Default)]
pub struct AccessTokens(HashMap<String, Given>);

struct Given {
    until_ms: u64,
    roles: Vec<Permission>,
}

impl AccessTokens {
    fn give(&mut self, token: String, roles: Vec<Permission>, now_ms: u64) {
        // Tokens that ended a while ago need not be told from strangers any more.
        self.0.retain(|_, given| given.until_ms + LIFETIME_S * 1000 > now_ms);
        self.0.insert(token, Given { until_ms: now_ms + LIFETIME_S * 1000, roles });
    }

    /// The roles of the token in an `Authorization` header, or Graph's 401.
    pub fn roles(&self, authorization: Option<&str>, now_ms: u64) -> Result<Vec<Permission>, Refusal> {
        let unauthorized = |message| Err(Refusal::new(401, "InvalidAuthenticationToken", message));
        let token = authorization.and_then(|header| header.split_once(' '));
        match token
            .filter(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty())
        {
            None => unauthorized("Access token is empty."),
            Some((_, token)) => match self.0.get(token.trim()) {
                None => unauthorized("CompactToken parsing failed with error code: 80049217"),
                Some(given) if given.until_ms <= now_ms => {
                    unauthorized("Lifetime validation failed, the token is expired.")
                }
                Some(given) => Ok(given.roles.clone()),
            },
        }
    }
}

/// A refusal of the token endpoint.
struct Aadsts {
    status: u16,
    error: &'static str,
    number: u32,
    message: String,
}

fn refuse<T>(status: u16, error: &'static str, number: u32, message: impl Into<String>) -> Result<T, Aadsts> {
    Err(Aadsts { status, error, number, message: message.into() })
}

/// Answers a POST to `/{tenant}/oauth2/v2.0/token`.
pub fn answer(tenant: &Tenant, named: &str, content_type: &str, body: &[u8], now_ms: u64) -> Reply {
    match give_token(tenant, named, content_type, body, now_ms) {
        Ok(token) => Reply::json(200, token),
        Err(refusal) => Reply::json(refusal.status, refusal.body(now_ms)),
    }
}

fn give_token(
    tenant: &Tenant,
    named: &str,
    content_type: &str,
    body: &[u8],
    now_ms: u64,
) -> Result<Value, Aadsts> {
    check_tenant(tenant, named)?;
    let form = Form::read(content_type, body)?;
    match form.required("grant_type")? {
        "client_credentials" => {}
        other => {
            let message = format!("The app requested an unsupported grant type '{other}'.");
            return refuse(400, "unsupported_grant_type", 70003, message);
        }
    }
    check_app(tenant, &form)?;
    check_scope(tenant, form.required("scope")?)?;
    let roles = tenant.settings.grant.clone();
    let token = jwt::shaped(tenant, &roles, now_ms / 1000, LIFETIME_S);
    tenant.access().give(token.clone(), roles, now_ms);
    Ok(json!({ "token_type": "Bearer", "expires_in": LIFETIME_S, "ext_expires_in": LIFETIME_S,
        "access_token": token }))
}

fn check_tenant(tenant: &Tenant, named: &str) -> Result<(), Aadsts> {
    let is_ours = |name: &str| name.eq_ignore_ascii_case(named);
    if is_ours(&tenant.registration.tenant_id) || is_ours(DOMAIN) {
        return Ok(());
    }
    if UserId::parse(named).is_none() && !named.contains('.') {
        let message = format!(
            "Specified tenant identifier '{named}' is neither a valid DNS name, nor a valid external domain."
        );
        return refuse(400, "invalid_request", 900023, message);
    }
    let message = format!(
        "Tenant '{named}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
    );
    refuse(400, "invalid_request", 90002, message)
}

fn check_app(tenant: &Tenant, form: &Form) -> Result<(), Aadsts> {
    let client_id = form.required("client_id")?;
    if !client_id.eq_ignore_ascii_case(&tenant.registration.client_id) {
        let message = format!(
            "Application with identifier '{client_id}' was not found in the directory '{NAME}'. This can happen if the application has not been installed by the administrator of the tenant."
        );
        return refuse(400, "unauthorized_client", 700016, message);
    }
    match form.get("client_secret") {
        Some(secret) if secret == tenant.registration.client_secret => Ok(()),
        Some(_) => refuse(
            401,
            "invalid_client",
            7000215,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client_id}'."
            ),
        ),
        None => refuse(
            401,
            "invalid_client",
            7000218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        ),
    }
}

/// The scope names this Graph's host and `/.default`, and nothing else.
fn check_scope(tenant: &Tenant, scope: &str) -> Result<(), Aadsts> {
    // Its own address, under either name of this machine, or the global cloud's: what official clients ask for.
    let own = format!("{}.default", tenant.base_url);
    let by_name = own.replacen("127.0.0.1", "localhost", 1);
    if [own.as_str(), by_name.as_str(), "https://graph.microsoft.com/.default"].contains(&scope) {
        return Ok(());
    }
    let message = format!(
        "The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid."
    );
    refuse(400, "invalid_scope", 70011, message)
}

impl Aadsts {
    fn body(&self, now_ms: u64) -> Value {
        let (trace, correlation) = (Uuid::new_v4(), Uuid::new_v4());
        let timestamp = clock::with_blank(now_ms);
        json!({
            "error": self.error,
            "error_description": format!(
                "AADSTS{}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}",
                self.number, self.message
            ),
            "error_codes": [self.number],
            "timestamp": timestamp,
            "trace_id": trace.to_string(),
            "correlation_id": correlation.to_string(),
            "error_uri": format!("https://login.microsoftonline.com/error?code={}", self.number),
        })
    }
}

/// The fields of a form-encoded request. No `Debug`: one of them is the client secret.
struct Form(HashMap<String, String>);

impl Form {
    fn read(content_type: &str, body: &[u8]) -> Result<Self, Aadsts> {
        if !content_type.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
            return refuse(
                400,
                "invalid_request",
                9002313,
                "Invalid request. Request is malformed or invalid.",
            );
        }
        Ok(Self(form_urlencoded::parse(body).into_owned().collect()))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn required(&self, name: &str) -> Result<&str, Aadsts> {
        let message = || format!("The request body must contain the following parameter: '{name}'.");
        self.get(name).map_or_else(|| refuse(400, "invalid_request", 900144, message()), Ok)
    }
}

/// What makes an access token impossible to guess.
fn signature() -> String {
    format!("{}{}", chance::unforeseen(), chance::unforeseen())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_token_ends() {
        let mut access = AccessTokens::default();
        access.give("a.b.c".into(), Vec::new(), 0);
        let header = Some("Bearer a.b.c");
        assert!(access.roles(header, LIFETIME_S * 1000 - 1).is_ok());
        let refusal = access.roles(header, LIFETIME_S * 1000).unwrap_err();
        assert_eq!((refusal.status, refusal.code), (401, "InvalidAuthenticationToken"));
        assert!(refusal.message.contains("expired"));
    }
}
