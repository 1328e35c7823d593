//! From a checked configuration to a listening server, and what the terminal says about it.

use std::{
    io::{self, IsTerminal as _},
    net::SocketAddr,
    sync::Arc,
};

use app::api::tenant::about::Way;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use url::Url;

use token_core::ports::Directory as _;

use crate::{
    config::{Access, Clouds, Config, Organisation, Tenant},
    graph::{GraphDirectory, GraphSettings, is_loopback},
    identity::{Credential, Secret},
    practice::{self, Practice},
    reception::{Reception, Rules},
    router::{self, Site},
    tenancy::{Connection, Tenancy},
};

/// The crates that carry secrets over the wire: at their finest level a release of theirs may tell bytes.
const WIRE: [&str; 5] = ["h2", "hyper", "hyper_util", "reqwest", "rustls"];

/// Logs go to standard error, so that standard output holds nothing but what the person asked for.
///
/// `RUST_LOG` says how much, but never lets the crates of the wire go finer than debug.
pub fn log_to_stderr() {
    use tracing_subscriber::{EnvFilter, Layer as _, filter::FilterExt as _, filter::filter_fn, prelude::*};
    let asked = EnvFilter::try_from_env("RUST_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let harmless = filter_fn(|event| {
        let name = event.target().split("::").next().unwrap_or_default();
        *event.level() <= tracing::Level::DEBUG || !WIRE.contains(&name)
    });
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false);
    tracing_subscriber::registry().with(lines.with_filter(asked.and(harmless))).init();
}

/// Says why the program cannot go on.
#[expect(clippy::print_stderr, reason = "the terminal is where the person is")]
pub fn complain(message: &str) {
    eprintln!("{message}");
}

#[expect(clippy::print_stdout, reason = "the terminal is where the person is")]
fn say(message: &str) {
    println!("{message}");
}

/// Serves the app until the process is asked to end.
pub async fn serve(config: Config) -> Result<(), String> {
    let taken = |error| {
        let addr = config.listen_addr;
        let other = SocketAddr::new(addr.ip(), addr.port().saturating_add(1));
        cannot_listen(addr, &error, &format!("cargo xtask run -- --listen-addr {other}"))
    };
    let listener = TcpListener::bind(config.listen_addr).await.map_err(taken)?;
    let addr = listener.local_addr().map_err(|error| error.to_string())?;
    let public_url = config.public_url.map_or_else(|| local_url(addr), Ok)?;
    let (connection, practice, clouds) = home(config.tenant, &config.admin_role).await?;
    greet(Arc::clone(&connection.directory));
    let rules = Rules {
        public_url: public_url.clone(),
        admin_role: config.admin_role,
        lifetimes: config.lifetimes,
        // Behind a proxy everybody seems to sit at this machine.
        connectable: clouds.filter(|_| is_loopback(&public_url)),
    };
    let (reception, link) = Reception::open(Tenancy::new(connection), rules);
    let site = Site { root: config.site_root, addr, public_url: public_url.clone() };
    let router = router::build(&site, reception, practice)?;
    if let Some(link) = &link {
        say(&format!("Connect your own tenant (this link opens once, on this machine): {link}"));
    }
    say(&format!("Token Inventory is ready: {}", public_url.as_str().trim_end_matches('/')));
    if config.open {
        open_browser(link.as_ref().unwrap_or(&public_url));
    }
    // Answers leave at once; a socket that cannot do that is only slower.
    let listener = listener.tap_io(|stream| _ = stream.set_nodelay(true));
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(asked_to_end())
        .await
        .map_err(|error| error.to_string())
}

/// The tenant of the start; and where one is that may be connected instead.
async fn home(
    tenant: Tenant,
    admin_role: &str,
) -> Result<(Connection, Option<Arc<Practice>>, Option<Clouds>), String> {
    match tenant {
        Tenant::Practice(mut settings, clouds) => {
            // Whoever renames the role finds it renamed in the made-up company.
            settings.admin_role = admin_role.to_owned();
            let practice = Practice::start(&settings, 0)
                .await
                .map_err(|error| format!("The practice tenant could not start: {error}"))?;
            say(&introduce(&practice));
            let connection = Connection::new(Way::Practice, graph_settings(&practice), false)?;
            Ok((connection, Some(Arc::new(practice)), Some(clouds)))
        }
        Tenant::Organisation(Organisation { settings, access }) => {
            let connection = Connection::new(Way::Organisation, settings, access == Access::Delegated)?;
            Ok((connection, None, None))
        }
    }
}

/// Opens an address in the person's browser; without one the printed address does.
fn open_browser(url: &Url) {
    if let Err(error) = open::that_detached(url.as_str()) {
        tracing::warn!(%error, "no browser could be opened");
    }
}

/// Fetches the access token before the first person asks, and tells the log early when that fails.
fn greet(directory: Arc<GraphDirectory>) {
    tokio::spawn(async move {
        if let Err(fault) = directory.method_policy().await {
            tracing::warn!("{fault}");
        }
    });
}

/// Serves the practice tenant alone until the process is asked to end.
pub async fn practice_tenant(settings: practice::Settings, port: u16) -> Result<(), String> {
    let addr = SocketAddr::from(([127, 0, 0, 1], port));
    let other = format!("token-inventory practice-tenant --port {}", port.saturating_add(1));
    practice::run_alone(settings, port).await.map_err(|error| cannot_listen(addr, &error, &other))
}

fn introduce(practice: &Practice) -> String {
    let base = practice.base_url.as_str().trim_end_matches('/');
    format!("Practice tenant: {base} (tenant {}, client {})", practice.tenant_id, practice.client_id)
}

fn graph_settings(practice: &Practice) -> GraphSettings {
    GraphSettings {
        endpoint: practice.base_url.clone(),
        authority: practice.base_url.clone(),
        tenant_id: practice.tenant_id.clone(),
        client_id: practice.client_id.clone(),
        credential: Credential::Secret(Secret::new(practice.client_secret.clone())),
    }
}

fn local_url(addr: SocketAddr) -> Result<Url, String> {
    let host = if addr.ip().is_loopback() { "localhost".to_owned() } else { addr.ip().to_string() };
    Url::parse(&format!("http://{host}:{}", addr.port())).map_err(|error| format!("{addr}: {error}"))
}

fn cannot_listen(addr: SocketAddr, error: &io::Error, other: &str) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "Port {} on {} is taken: another program, perhaps another Token Inventory, listens there.\n\
             End that program, or choose another port, for example: {other}",
            addr.port(),
            addr.ip()
        ),
        io::ErrorKind::PermissionDenied => {
            format!(
                "This user may not listen on port {}: choose one above 1023, for example: {other}",
                addr.port()
            )
        }
        _ => format!("Cannot listen on {addr}: {error}"),
    }
}

/// Returns when the person presses Ctrl+C or the system ends the service.
pub(crate) async fn asked_to_end() {
    // If a signal cannot be waited for, run on: the process can still be ended from outside.
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => _ = signal.recv().await,
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
