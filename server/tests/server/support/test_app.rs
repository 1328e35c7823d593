//! The server as the program builds it, with a practice tenant and without a listener.

use std::{fs, net::SocketAddr, path::PathBuf, sync::OnceLock, time::Duration};

use axum::Router;
use graph::{Credential, GraphSettings, Secret};
use practice::{Practice, PracticeSettings};
use serde_json::Value;
use server::{
    config::{
        Access, Clouds, Config, Lifetimes, Organisation, SelfService, StepUpContext, TenantConfig,
        TrustedProxies,
    },
    start,
    static_files::StaticFiles,
};
use token_core::plan::privileged::PrivilegedTargets;
use url::Url;

pub const PORT: u16 = 3000;
pub const LOCAL: &str = "http://localhost:3000";
pub const HTTPS: &str = "https://tokens.example";
/// The app role of administrators, which is not the default.
pub const ROLE: &str = "Tokens.Chief";
/// The app role of auditors, which is not the default either.
pub const AUDITOR: &str = "Tokens.Auditor";
pub const HOUR: Duration = Duration::from_secs(3600);

/// Builds a [`TestApp`].
pub struct TestAppBuilder {
    pub public_url: &'static str,
    pub lifetimes: Lifetimes,
    pub self_service: SelfService,
    pub step_up_context: StepUpContext,
    pub privileged_targets: PrivilegedTargets,
    pub practice: PracticeSettings,
    /// The audit log's settings; in memory by default.
    pub audit: Option<audit::AuditSettings>,
    /// The static files; a folder with one file by default.
    pub files: Option<StaticFiles>,
    /// The trusted proxies.
    pub proxies: TrustedProxies,
}

/// A server and its practice tenant.
pub struct TestApp {
    pub router: Router,
    pub public_url: Url,
    pub link: Option<Url>,
    pub practice: Practice,
}

/// The settings of a small practice tenant.
pub fn small() -> PracticeSettings {
    PracticeSettings {
        tokens: 60,
        users: 60,
        admin_role: ROLE.to_owned(),
        auditor_role: AUDITOR.to_owned(),
        ..PracticeSettings::default()
    }
}

/// A practice tenant with other data than [`small`], to be connected.
pub async fn another_tenant() -> Practice {
    Practice::start(&PracticeSettings { seed: 2, ..small() }, 0).await.unwrap()
}

pub fn clouds(address: &Url) -> Clouds {
    Clouds { authority: address.clone(), endpoint: address.clone() }
}

/// The settings for this tenant at `address`.
pub fn settings_of(practice: &Practice, address: &Url) -> GraphSettings {
    GraphSettings {
        endpoint: address.clone(),
        authority: address.clone(),
        tenant_id: practice.tenant_id.clone(),
        client_id: practice.client_id.clone(),
        credential: Credential::Secret(Secret::new(practice.client_secret.clone())),
    }
}

impl Default for TestAppBuilder {
    fn default() -> Self {
        let lifetimes = Lifetimes { idle: HOUR, absolute: 12 * HOUR };
        let self_service = SelfService::default();
        Self {
            public_url: LOCAL,
            lifetimes,
            self_service,
            step_up_context: StepUpContext::default(),
            // A few people of the practice tenant hold directory roles, which matters to the tests about them alone.
            privileged_targets: PrivilegedTargets::Allow,
            practice: small(),
            audit: None,
            files: None,
            proxies: TrustedProxies::default(),
        }
    }
}

impl TestAppBuilder {
    pub fn https() -> Self {
        let practice = PracticeSettings { redirect_uris: vec![format!("{HTTPS}/auth/callback")], ..small() };
        Self { public_url: HTTPS, practice, ..Self::default() }
    }

    /// Builds it in practice mode; the local operator may connect the tenant at `connectable`.
    pub async fn with_practice(self, connectable: &Url) -> TestApp {
        let tenant = TenantConfig::Practice(Box::new(self.practice.clone()), clouds(connectable));
        self.build(tenant, None).await
    }

    /// Builds it in organisation mode, with the practice tenant as the organisation's.
    pub async fn with_organisation(self, access: Access) -> TestApp {
        let practice = Practice::start(&self.practice, 0).await.unwrap();
        let address = practice.base_url.clone();
        self.with_organisation_at(access, practice, &address).await
    }

    /// The same, with the tenant at `address`.
    pub async fn with_organisation_at(self, access: Access, practice: Practice, address: &Url) -> TestApp {
        let settings = settings_of(&practice, address);
        self.build(TenantConfig::Organisation(Organisation { settings, access }), Some(practice)).await
    }

    async fn build(self, tenant: TenantConfig, practice: Option<Practice>) -> TestApp {
        let addr = SocketAddr::from(([127, 0, 0, 1], PORT));
        let config = Config {
            listen_addr: addr,
            any_port: false,
            proxies: self.proxies,
            metrics_token: Some(Secret::new("metrics-token".to_owned())),
            public_url: Some(Url::parse(self.public_url).unwrap()),
            open: false,
            files: Some(self.files.unwrap_or_else(|| StaticFiles::Folder(site_root()))),
            tenant,
            admin_role: ROLE.to_owned(),
            auditor_role: AUDITOR.to_owned(),
            audit: self.audit.unwrap_or_else(audit::AuditSettings::in_memory),
            lifetimes: self.lifetimes,
            self_service: self.self_service,
            step_up_context: self.step_up_context,
            privileged_targets: self.privileged_targets,
            practice_proxy: None,
        };
        let start::Server { router, public_url, link, practice: own, .. } =
            start::Server::build(config, addr).await.unwrap();
        let practice = practice.or_else(|| own.map(|own| Practice::clone(&own))).unwrap();
        TestApp { router, public_url, link, practice }
    }
}

impl TestApp {
    pub async fn practice() -> Self {
        let nowhere = Url::parse("http://127.0.0.1:9").unwrap();
        TestAppBuilder::default().with_practice(&nowhere).await
    }

    pub async fn organisation() -> Self {
        TestAppBuilder::default().with_organisation(Access::Application).await
    }

    pub async fn delegated() -> Self {
        TestAppBuilder::default().with_organisation(Access::Delegated).await
    }

    /// Uses a test control of the practice Entra.
    pub async fn switch(&self, path: &str) {
        let url = format!("{}practice/entra/{path}", self.practice.base_url);
        assert_eq!(http().post(url).send().await.unwrap().status(), 204, "{path}");
    }

    pub async fn stats(&self) -> Value {
        stats(&self.practice).await
    }

    /// The number of requests that Graph received.
    pub async fn graph_requests(&self) -> u64 {
        self.stats().await["requests"].as_u64().unwrap()
    }
}

pub async fn stats(practice: &Practice) -> Value {
    read(practice, "practice/stats").await
}

/// Valid and invalid credentials of a tenant.
pub async fn credentials(practice: &Practice) -> Value {
    read(practice, "practice/credentials").await
}

async fn read(practice: &Practice, path: &str) -> Value {
    let url = format!("{}{path}", practice.base_url);
    http().get(url).send().await.unwrap().json().await.unwrap()
}

/// An HTTP client that follows no redirect.
pub fn http() -> reqwest::Client {
    // Fails when another test has installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// Advances the time of tokio. The practice tenant uses the system clock.
pub async fn later(by: Duration) {
    tokio::time::pause();
    tokio::time::advance(by).await;
    tokio::time::resume();
}

/// A folder of static files with one file.
fn site_root() -> PathBuf {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    let make = || {
        let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("auth-site");
        fs::create_dir_all(root.join("pkg")).unwrap();
        fs::write(root.join("pkg/token-inventory.css"), "body { margin: 0 }").unwrap();
        root
    };
    ROOT.get_or_init(make).clone()
}
