//! From a checked configuration to a listening server, and what the terminal says about it.

mod house;

use std::{
    io::{self, IsTerminal as _},
    net::SocketAddr,
    sync::Arc,
};

use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use url::Url;

use token_core::ports::Directory as _;

pub use self::house::House;
pub(crate) use self::house::practice_settings;
use crate::{
    config::Config,
    graph::GraphDirectory,
    practice::{self, Practice},
};

/// The crates that carry secrets over the wire: at their finest level a release of theirs may tell bytes.
const WIRE: [&str; 5] = ["h2", "hyper", "hyper_util", "reqwest", "rustls"];

/// Logs go to standard error, so that standard output holds nothing but what the person asked for.
///
/// `RUST_LOG` says how much, but never lets the crates of the wire go finer than debug.
pub fn log_to_stderr() {
    use tracing_subscriber::{EnvFilter, util::SubscriberInitExt as _};
    let asked = EnvFilter::try_from_env("RUST_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    log(asked, io::stderr, io::stderr().is_terminal()).init();
}

/// What becomes of the lines that the program says about itself, at the level that was asked for.
pub fn log<W>(
    asked: tracing_subscriber::EnvFilter,
    writer: W,
    colours: bool,
) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'w> tracing_subscriber::fmt::MakeWriter<'w> + Send + Sync + 'static,
{
    use tracing_subscriber::{Layer as _, filter::FilterExt as _, filter::filter_fn, prelude::*};
    let harmless = filter_fn(|event| {
        let name = event.target().split("::").next().unwrap_or_default();
        *event.level() <= tracing::Level::DEBUG || !WIRE.contains(&name)
    });
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(colours).with_target(false);
    tracing_subscriber::registry().with(lines.with_filter(asked.and(harmless)))
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
    let open = config.open;
    let House { router, public_url, link, practice, home, trails } = House::build(config, addr).await?;
    if let Some(practice) = &practice {
        say(&introduce(practice));
    }
    greet(home);
    if let Some(link) = &link {
        say(&format!("Connect your own tenant (this link opens once, on this machine): {link}"));
    }
    say(&format!("Token Inventory is ready: {}", public_url.as_str().trim_end_matches('/')));
    if open {
        open_browser(link.as_ref().unwrap_or(&public_url));
    }
    // Answers leave at once; a socket that cannot do that is only slower.
    let listener = listener.tap_io(|stream| _ = stream.set_nodelay(true));
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(asked_to_end())
        .await
        .map_err(|error| error.to_string())?;
    trails.close().await;
    Ok(())
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
