//! The practice tenant: an embedded Entra and Graph over real HTTP on loopback, for a company that does not exist.
//!
//! It is as strict as Graph is known to be; docs/PRACTICE_TENANT.md lists what it imitates and what it assumes. This module
//! starts a practice tenant; each part of the imitation has a module of its own.

use std::{
    fmt,
    io::{self, Write},
    net::Ipv4Addr,
    sync::Arc,
};

use tokio::net::TcpListener;
use url::Url;

mod audit_entries;
mod authorization;
mod batch;
mod body;
mod budget;
mod call;
mod certificate;
mod clock;
mod collisions;
mod company;
mod connection;
mod desk;
mod devices;
mod directory_audits;
mod entra;
mod errors;
mod faults;
mod graph;
mod loopback;
mod method_write;
mod methods;
mod oauth;
mod odata;
mod permission;
mod policy;
mod reply;
mod roles;
mod routes;
mod sample;
mod seeded_rng;
mod settings;
mod state;
mod stats;
#[cfg(test)]
mod test_calls;
mod test_users;
mod throttle_priority;
mod throttling;
mod token_history;
mod token_lifecycle;
mod users;
mod web;

pub use certificate::RegisteredCertificate;
pub use settings::{BulkFailure, PracticeSettings, RetryAfterForm};

/// A running practice tenant, and how an app connects to it.
#[derive(Clone)]
pub struct Practice {
    /// `http://127.0.0.1:PORT/`: the authority of Entra and the endpoint of Graph at once.
    pub base_url: Url,
    /// The tenant's GUID.
    pub tenant_id: String,
    /// The app's GUID.
    pub client_id: String,
    /// The app's secret.
    pub client_secret: String,
    /// The app role of administrators, as id tokens name it.
    pub admin_role: String,
    tenant: Arc<state::Tenant>,
}

impl Practice {
    /// Generates the company and serves it on 127.0.0.1 in the background, until the runtime ends. Port 0 takes any free one.
    ///
    /// # Errors
    /// When the port cannot be bound.
    pub async fn start(settings: &PracticeSettings, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let base_url =
            Url::parse(&format!("http://{}/", listener.local_addr()?)).map_err(io::Error::other)?;
        let tenant = Arc::new(state::Tenant::new(base_url.clone(), settings.clone()));
        let service = web::router(Arc::clone(&tenant))
            .into_make_service_with_connect_info::<connection::ConnectionKiller>();
        tokio::spawn(async move { axum::serve(connection::KillableListener(listener), service).await });
        let registration = &tenant.registration;
        Ok(Self {
            base_url,
            tenant_id: registration.tenant_id.clone(),
            client_id: registration.client_id.clone(),
            client_secret: registration.client_secret.clone(),
            admin_role: settings.admin_role.clone(),
            tenant,
        })
    }

    /// The page that shows a few devices with running displays.
    pub fn desk_url(&self) -> String {
        format!("{}practice/desk", self.base_url)
    }

    /// The user principal name of the company's Global Administrator; a company of very few users has none.
    pub fn global_administrator(&self) -> Option<String> {
        let key = self.tenant.test_users.global_administrator()?;
        Some(self.tenant.company().person(key)?.upn.clone())
    }

    /// A seed file (CSV with CRLF) of at most `rows` new tokens with mixed hashes and intervals, each for another user who may
    /// get one. The same seed number and the same state give the same file.
    pub fn sample_csv(&self, rows: usize) -> String {
        sample::csv(&self.tenant.company(), &self.tenant.test_users, self.tenant.settings.seed, rows)
    }
}

impl fmt::Debug for Practice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Practice").field("base_url", &self.base_url.as_str()).finish_non_exhaustive()
    }
}

/// Prints to standard output how to connect to a practice tenant, and serves it until `shutdown` completes, which is first
/// polled after that.
///
/// # Errors
/// When the port cannot be bound, or standard output cannot be used.
pub async fn run_alone(
    settings: &PracticeSettings,
    port: u16,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let practice = Practice::start(settings, port).await?;
    let base = practice.base_url.as_str().trim_end_matches('/');
    writeln!(
        io::stdout(),
        "ENTRA_AUTHORITY={base}\nGRAPH_ENDPOINT={base}\nENTRA_TENANT_ID={}\nENTRA_CLIENT_ID={}\nENTRA_CLIENT_SECRET={}\n\
         The practice tenant is ready at {base}/ (press Ctrl-C to end it).\n\
         Tokens on your desk, with running displays: {}",
        practice.tenant_id,
        practice.client_id,
        practice.client_secret,
        practice.desk_url()
    )?;
    shutdown.await;
    Ok(())
}
