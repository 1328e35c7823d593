//! The discovery document (MICROSOFT_GRAPH.md 7.3; OpenID Connect Discovery 1.0).

use serde_json::{Value, json};

use super::id_token::issuer;
use crate::state::Tenant;

/// The document of a tenant under the requested name. URLs use the client's host name; the issuer does not.
pub fn document(tenant: &Tenant, named: &str, base: &str) -> Value {
    let at = |path: &str| format!("{base}{named}/{path}");
    json!({
        "token_endpoint": at("oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "jwks_uri": at("discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer(tenant),
        "request_uri_parameter_supported": false,
        "authorization_endpoint": at("oauth2/v2.0/authorize"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": false,
        "end_session_endpoint": at("oauth2/v2.0/logout"),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "preferred_username", "name",
            "tid", "ver", "email"],
        "tenant_region_scope": "EU",
        "msgraph_host": base.trim_start_matches("http://").trim_end_matches('/'),
    })
}
