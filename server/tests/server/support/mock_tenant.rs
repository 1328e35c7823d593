//! A mock server of Microsoft Entra and Graph without problems, unless a test adds them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use graph::{Credential, GraphSettings, Secret, parse_endpoint};
use http::HeaderValue;
use serde_json::{Value, json};
use server::doctor::{CheckupTarget, GraphAccess, run_checkup};
use token_core::{
    checkup::{Checkup, Finding, Severity},
    plan::privileged::PrivilegedTargets,
};
use wiremock::{
    Mock, MockServer, Respond, ResponseTemplate,
    matchers::{method, path},
};

pub const DISCOVERY: &str = "/contoso.example/v2.0/.well-known/openid-configuration";
pub const SIGN_IN: &str = "/contoso.example/oauth2/v2.0/token";
pub const DEVICES: &str = "/beta/directory/authenticationMethodDevices/hardwareOathDevices";
pub const POLICY: &str =
    "/beta/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/hardwareOath";
pub const POLICIES: &str = "/v1.0/policies/authenticationMethodsPolicy";
pub const USERS: &str = "/v1.0/users";
pub const CLIENT_SECRET: &str = "obviously~fake/secret+1";
pub const NEEDED: [&str; 3] =
    ["Policy.ReadWrite.AuthenticationMethod", "UserAuthMethod-HardwareOATH.ReadWrite.All", "User.Read.All"];

const PERSON: &str = "00000000-0000-4000-8000-000000900001";

/// The mock server. Responds with 404 to requests without a mock; the first mock of a path takes precedence.
pub struct MockTenant {
    pub server: MockServer,
}

impl MockTenant {
    pub async fn empty() -> Self {
        Self { server: MockServer::start().await }
    }

    /// Mocks that a test mounted before take precedence.
    pub async fn mount_defaults(&self) {
        self.on("GET", DISCOVERY, json(discovery(&self.server.uri()))).await;
        self.on("POST", SIGN_IN, token(&jwt(&NEEDED))).await;
        self.on("GET", DEVICES, json(json!({ "value": [] }))).await;
        self.on("GET", USERS, json(json!({ "value": [{ "id": PERSON }] }))).await;
        self.on("GET", &tokens_of_users(PERSON), json(json!({ "value": [] }))).await;
        let everybody = json!([{ "targetType": "group", "id": "all_users" }]);
        self.on("GET", POLICY, json(json!({ "state": "enabled", "includeTargets": everybody }))).await;
    }

    /// Without problems except for this response.
    pub async fn with_response(verb: &str, at: &str, response: impl Respond + 'static) -> Self {
        let tenant = Self::empty().await;
        tenant.on(verb, at, response).await;
        tenant.mount_defaults().await;
        tenant
    }

    pub async fn healthy() -> Self {
        let tenant = Self::empty().await;
        tenant.mount_defaults().await;
        tenant
    }

    pub async fn on(&self, verb: &str, at: &str, response: impl Respond + 'static) {
        Mock::given(method(verb)).and(path(at)).respond_with(response).mount(&self.server).await;
    }

    pub fn settings(&self) -> GraphSettings {
        let here = parse_endpoint(&self.server.uri()).unwrap();
        GraphSettings {
            endpoint: here.clone(),
            authority: here,
            tenant_id: "contoso.example".to_owned(),
            client_id: "client-1".to_owned(),
            credential: Credential::Secret(Secret::new(CLIENT_SECRET.to_owned())),
        }
    }

    pub async fn checkup(&self) -> Checkup {
        checkup(&self.settings(), GraphAccess::AppOnly).await
    }

    pub async fn as_person(&self, scopes: &[&str], token: &str) -> Checkup {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let mut header = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
        header.set_sensitive(true);
        checkup(&self.settings(), GraphAccess::Delegated { scopes, token: Some(header) }).await
    }
}

/// Runs the checkup, and asserts that it contains no secret.
pub async fn checkup(settings: &GraphSettings, access: GraphAccess) -> Checkup {
    let redirect_uri = Some("https://tokens.example/signed-in".parse().unwrap());
    let checkup = run_checkup(CheckupTarget {
        settings,
        redirect_uri,
        access,
        self_service_as_app: false,
        privileged_targets: PrivilegedTargets::Confirm,
    })
    .await;
    let text = serde_json::to_string(&checkup).unwrap();
    for secret in [CLIENT_SECRET, "persons-token", &jwt(&NEEDED)] {
        assert!(!text.contains(secret), "{text}");
    }
    let mut topics: Vec<_> = checkup.findings.iter().map(|finding| &finding.topic).collect();
    topics.sort_unstable();
    topics.dedup();
    assert_eq!(
        topics.len(),
        checkup.findings.len(),
        "findings of the same name cannot be told apart: {checkup:#?}"
    );
    checkup
}

/// The findings whose topic begins so.
pub fn findings_on<'a>(checkup: &'a Checkup, topic: &str) -> Vec<&'a Finding> {
    let found: Vec<_> = checkup.findings.iter().filter(|finding| finding.topic.starts_with(topic)).collect();
    assert!(!found.is_empty(), "nothing about {topic}: {checkup:#?}");
    found
}

/// The only finding of a topic.
pub fn only_finding<'a>(checkup: &'a Checkup, topic: &str) -> &'a Finding {
    let found = findings_on(checkup, topic);
    assert_eq!(found.len(), 1, "{found:#?}");
    found[0]
}

/// The text of the only finding of a topic; asserts its level.
pub fn words(checkup: &Checkup, topic: &str, level: Severity) -> String {
    let finding = only_finding(checkup, topic);
    assert_eq!(finding.level, level, "{finding:#?}");
    format!("{} {}", finding.message, finding.remedy.as_deref().unwrap_or_default())
}

pub fn discovery(issuer: &str) -> Value {
    json!({ "issuer": format!("{issuer}/00000000-0000-4000-8000-00000000000a/v2.0") })
}

pub fn json(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

pub fn tokens_of_users(person: &str) -> String {
    format!("/beta/users/{person}/authentication/hardwareOathMethods")
}

/// A response of the token endpoint.
pub fn token(token: &str) -> ResponseTemplate {
    json(json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": token }))
}

/// An access token with readable roles.
pub fn jwt(roles: &[&str]) -> String {
    let claims = json!({ "aud": "https://graph.microsoft.com", "roles": roles });
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// An error response of Entra.
pub fn aadsts(status: u16, error: &str, number: u32) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({
        "error": error, "error_description": format!("AADSTS{number}: Something. Trace ID: 1 Correlation ID: 2"),
        "error_codes": [number]
    }))
}

/// An error response of Graph.
pub fn refusal(status: u16, code: &str, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({ "error": { "code": code, "message": message } }))
}

pub fn denied() -> ResponseTemplate {
    refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
}
