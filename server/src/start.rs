//! Starts the server from a checked configuration, and prints on the terminal where it runs.

mod connections;
mod practice_proxy;
mod server;
mod shutdown;
pub mod single_instance;

use std::{
    io::{self, IsTerminal as _},
    net::SocketAddr,
    sync::Arc,
};

use audit::{AuditLogs, data_dir};
use axum::Router;
use graph::GraphDirectory;
use practice::{Practice, PracticeSettings};
use tokio::{net::TcpListener, time::timeout};
use url::Url;

use token_core::ports::Directory as _;

pub use self::server::Server;
pub(crate) use self::server::practice_settings;
pub(crate) use self::shutdown::ShutdownSignals;
use self::{connections::ConnectionLimits, shutdown::Shutdown, single_instance::Instance};
use crate::{
    config::{Config, TrustedProxies},
    terminal::{link_message, print_error, print_line},
    trial::TrialTasks,
};

/// Crates that send secrets over the network: at trace level a version of theirs may log raw bytes.
const NETWORK_CRATES: [&str; 5] = ["h2", "hyper", "hyper_util", "reqwest", "rustls"];

/// Logs to standard error, so that standard output holds only what the user asked for.
///
/// `RUST_LOG` sets the level; the crates that send secrets never log below debug.
pub fn log_to_stderr() {
    use tracing_subscriber::{EnvFilter, util::SubscriberInitExt as _};
    let filter = EnvFilter::try_from_env("RUST_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    log(filter, io::stderr, io::stderr().is_terminal()).init();
}

/// The subscriber that writes the log lines which pass the filter, but no trace output of the crates that send secrets.
pub fn log<W>(
    filter: tracing_subscriber::EnvFilter,
    writer: W,
    colours: bool,
) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'w> tracing_subscriber::fmt::MakeWriter<'w> + Send + Sync + 'static,
{
    use tracing_subscriber::{Layer as _, filter::FilterExt as _, filter::filter_fn, prelude::*};
    let without_secrets = filter_fn(|event| {
        let name = event.target().split("::").next().unwrap_or_default();
        *event.level() <= tracing::Level::DEBUG || !NETWORK_CRATES.contains(&name)
    });
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(colours).with_target(false);
    tracing_subscriber::registry().with(lines.with_filter(filter.and(without_secrets)))
}

/// Turns core dumps off for this process: a dump would hold seeds, client secrets and sessions.
pub fn forbid_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        if let Err(error) = setrlimit(Resource::Core, none) {
            tracing::warn!(%error, "core dumps could not be turned off");
        }
    }
}

/// Serves the app until the process is asked to shut down.
///
/// Started by a double click it opens the browser; a second start opens the first instance instead.
///
/// # Errors
/// When it cannot start; the message is for the user.
pub async fn serve(mut config: Config, by_double_click: bool) -> Result<(), String> {
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
    let practice_proxy = listen_as_proxy(&mut config).await?;
    let (open, proxies) = (config.open || is_desktop, config.proxies.clone());
    let Server { router, public_url, link, practice, default_tenant, audit_logs, trials } =
        Server::build(config, addr).await?;
    if let Some(practice) = &practice {
        print_line(&introduce(practice));
    }
    if let Some(listener) = practice_proxy {
        practice_proxy::serve(listener, addr)?;
        print_line(&format!("Behind a proxy: the server itself listens on {addr}"));
    }
    warm_up(default_tenant);
    if let Some(link) = &link {
        print_line(&link_message(link));
    }
    // Listens before the program says that it is ready, so that no signal is missed.
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
        // Not the operator's link: other users of this machine can see the arguments of the browser's process.
        open_browser(&public_url);
    }
    run(Listening { listener, router, proxies }, &audit_logs, &trials, shutdown).await
}

/// Binds the configured address; another port if that one is taken and was not configured explicitly.
async fn listen(config: &Config) -> Result<TcpListener, String> {
    let addr = config.listen_addr;
    match TcpListener::bind(addr).await {
        Ok(listener) => Ok(listener),
        // Windows reserves port ranges and reports them as not permitted.
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

/// Listens as the practice tenant's proxy, if one is wanted, under whose address people reach the app.
async fn listen_as_proxy(config: &mut Config) -> Result<Option<TcpListener>, String> {
    let Some(port) = config.practice_proxy else { return Ok(None) };
    let listener = practice_proxy::listen(port).await?;
    let addr = listener.local_addr().map_err(|error| error.to_string())?;
    if config.public_url.is_none() {
        config.public_url = Some(server::local_url(addr)?);
    }
    Ok(Some(listener))
}

fn is_taken(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied)
}

/// Opens the instance that runs already.
fn show_running(addr: SocketAddr) -> Result<(), String> {
    let url = server::local_url(addr)?;
    print_line(&format!(
        "Token Inventory runs already, in another window: {}\nIt opens in your browser; this start ends.",
        url.as_str().trim_end_matches('/')
    ));
    open_browser(&url);
    Ok(())
}

/// What is served, and where.
struct Listening {
    listener: TcpListener,
    router: Router,
    proxies: TrustedProxies,
}

/// Serves until shutdown is requested; then waits at most [`shutdown::LIMIT`] for running requests.
async fn run(
    Listening { listener, router, proxies }: Listening,
    audit_logs: &AuditLogs,
    trials: &TrialTasks,
    shutdown: Shutdown,
) -> Result<(), String> {
    let requested = shutdown.clone().requested();
    let finished = async {
        connections::serve(listener, router, ConnectionLimits::default(), &proxies, requested).await;
        trials.stop();
        audit_logs.close().await;
        Ok(())
    };
    tokio::select! {
        result = finished => result,
        () = shutdown.overdue(shutdown::LIMIT) => {
            tracing::warn!("what is under way takes longer than {} s: it is looked up at the next start", shutdown::LIMIT.as_secs());
            // A store that does not respond does not delay the shutdown either.
            _ = timeout(shutdown::SETTLE, audit_logs.flush()).await;
            Ok(())
        }
    }
}

/// Opens an address in the user's browser; a failure is logged only, since the address was printed.
fn open_browser(url: &Url) {
    if let Err(error) = open::that_detached(url.as_str()) {
        tracing::warn!(%error, "no browser could be opened");
    }
}

/// Makes a first Graph request in the background: it fetches the access token, and logs early when that fails.
fn warm_up(directory: Arc<GraphDirectory>) {
    tokio::spawn(async move {
        if let Err(error) = directory.method_policy().await {
            tracing::warn!("{error}");
        }
    });
}

/// Serves the practice tenant alone until the process is asked to shut down.
pub async fn practice_tenant(settings: PracticeSettings, port: u16) -> Result<(), String> {
    let addr = SocketAddr::from(([127, 0, 0, 1], port));
    let other = format!("token-inventory practice-tenant --port {}", port.saturating_add(1));
    let shutdown = async {
        ShutdownSignals::listen().next().await;
    };
    practice::run_alone(&settings, port, shutdown).await.map_err(|error| cannot_listen(addr, &error, &other))
}

fn introduce(practice: &Practice) -> String {
    let base = practice.base_url.as_str().trim_end_matches('/');
    let desk = practice.desk_url();
    format!(
        "Practice tenant: {base} (tenant {}, client {})\nTokens on your desk, with running displays: {desk}",
        practice.tenant_id, practice.client_id
    )
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
