//! From a checked configuration to a listening server, and what the terminal says about it.

mod server;
mod shutdown;
pub mod single_instance;

use std::{
    io::{self, IsTerminal as _},
    net::SocketAddr,
    sync::Arc,
};

use axum::{Router, serve::ListenerExt as _};
use tokio::{net::TcpListener, time::timeout};
use url::Url;

use token_core::ports::Directory as _;

pub use self::server::Server;
pub(crate) use self::server::practice_settings;
pub(crate) use self::shutdown::ShutdownSignals;
use self::{shutdown::Shutdown, single_instance::Instance};
use crate::{
    audit::AuditLogs,
    config::Config,
    data_dir,
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
pub fn print_error(message: &str) {
    eprintln!("{message}");
}

#[expect(clippy::print_stdout, reason = "the terminal is where the person is")]
fn print_line(message: &str) {
    println!("{message}");
}

/// Serves the app until the process is asked to end.
///
/// Started by a double click it opens the browser; a second start finds the first, and opens that one.
///
/// # Errors
/// When it cannot start, in words.
pub async fn serve(config: Config, by_double_click: bool) -> Result<(), String> {
    let is_desktop = by_double_click && config.any_port && single_instance::has_display();
    let instance_lock = if is_desktop { data_dir::path() } else { None };
    let instance_lock = match instance_lock {
        None => None,
        Some(folder) => match single_instance::find_or_lock(&folder).await {
            Instance::First(instance_lock) => Some(instance_lock),
            Instance::Unknown => None,
            Instance::Running(addr) => return show_running(addr),
        },
    };
    let listener = listen(&config).await?;
    let addr = listener.local_addr().map_err(|error| error.to_string())?;
    let open = config.open || is_desktop;
    let Server { router, public_url, link, practice, default_tenant, audit_logs } =
        Server::build(config, addr).await?;
    if let Some(practice) = &practice {
        print_line(&introduce(practice));
    }
    warm_up(default_tenant);
    if let Some(link) = &link {
        print_line(&format!("Connect your own tenant (this link opens once, on this machine): {link}"));
    }
    // Before anybody hears that it is ready.
    let shutdown = Shutdown::listen(|| {
        print_error("Ended at once. What was under way is looked up at the next start.");
        std::process::exit(1);
    });
    print_line(&format!("Token Inventory is ready: {}", public_url.as_str().trim_end_matches('/')));
    if is_desktop {
        print_line(
            "It opens in your browser. This window is the program: leave it open while you work.\n\
             To end it, press Ctrl+C here or close this window.",
        );
    } else if io::stdout().is_terminal() {
        print_line("To end it, press Ctrl+C.");
    }
    if let Some(instance_lock) = &instance_lock {
        instance_lock.announce(addr);
    }
    if open {
        open_browser(link.as_ref().unwrap_or(&public_url));
    }
    run(listener, router, &audit_logs, shutdown).await
}

/// The address that was asked for; if that is nobody's wish and taken, another port.
async fn listen(config: &Config) -> Result<TcpListener, String> {
    let addr = config.listen_addr;
    match TcpListener::bind(addr).await {
        Ok(listener) => Ok(listener),
        // Windows keeps ranges of ports for itself, and says that they are not permitted.
        Err(error) if config.any_port && is_taken(&error) => {
            let any = SocketAddr::new(addr.ip(), 0);
            TcpListener::bind(any).await.map_err(|error| format!("Cannot listen on {any}: {error}"))
        }
        Err(error) => {
            let other = SocketAddr::new(addr.ip(), addr.port().saturating_add(1));
            Err(cannot_listen(addr, &error, &format!("token-inventory --listen-addr {other}")))
        }
    }
}

fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied)
}

/// The person's program runs already: that one is shown.
fn show_running(addr: SocketAddr) -> Result<(), String> {
    let url = server::local_url(addr)?;
    print_line(&format!(
        "Token Inventory runs already, in another window: {}\nIt opens in your browser; this start ends.",
        url.as_str().trim_end_matches('/')
    ));
    open_browser(&url);
    Ok(())
}

/// Answers until the process is asked to end; then lets what is under way end, within [`shutdown::LIMIT`].
async fn run(
    listener: TcpListener,
    router: Router,
    audit_logs: &AuditLogs,
    shutdown: Shutdown,
) -> Result<(), String> {
    // Answers leave at once; a socket that cannot do that is only slower.
    let listener = listener.tap_io(|stream| _ = stream.set_nodelay(true));
    let asked = shutdown.clone().requested();
    let finished = async {
        axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
            .with_graceful_shutdown(asked)
            .await
            .map_err(|error| error.to_string())?;
        audit_logs.close().await;
        Ok(())
    };
    tokio::select! {
        ended = finished => ended,
        () = shutdown.overdue(shutdown::LIMIT) => {
            tracing::warn!("what is under way takes longer than {} s: it is looked up at the next start", shutdown::LIMIT.as_secs());
            // A store that does not answer holds nobody up either.
            _ = timeout(shutdown::SETTLE, audit_logs.flush()).await;
            Ok(())
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
fn warm_up(directory: Arc<GraphDirectory>) {
    tokio::spawn(async move {
        if let Err(error) = directory.method_policy().await {
            tracing::warn!("{error}");
        }
    });
}

/// Serves the practice tenant alone until the process is asked to end.
pub async fn practice_tenant(settings: practice::PracticeSettings, port: u16) -> Result<(), String> {
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
