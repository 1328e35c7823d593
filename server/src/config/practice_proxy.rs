//! The reverse proxy in front of the practice tenant's server.

use clap::{Args, ValueEnum};

/// The name under which a request arrives behind the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProxyHost {
    /// The one that the browser asked for.
    Keep,
    /// The proxy's own name for the server, as nginx and Apache send it unless they are told otherwise.
    Replace,
}

/// The proxy's flags.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Practice tenant")]
pub struct PracticeProxyArgs {
    /// Serve the app of the practice tenant through a reverse proxy on this port of 127.0.0.1, which becomes the
    /// PUBLIC_URL if none is set; to try TRUSTED_PROXIES.
    #[arg(long, value_name = "PORT")]
    pub practice_proxy_port: Option<u16>,

    /// What the proxy does with the header Host: keep passes it on, replace sends its own, which is a common fault.
    #[arg(long, value_name = "HOST", value_enum, hide_possible_values = true, default_value = "keep")]
    pub practice_proxy_host: ProxyHost,
}

/// A proxy to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PracticeProxy {
    /// Its port on 127.0.0.1; 0 for any.
    pub port: u16,
    /// What it does with the header `Host`.
    pub host: ProxyHost,
}

impl PracticeProxyArgs {
    /// The proxy, if one is wanted, which only the practice tenant has.
    pub(super) fn check(&self, is_practice: bool, problems: &mut Vec<String>) -> Option<PracticeProxy> {
        let port = self.practice_proxy_port?;
        if !is_practice {
            problems
                .push("--practice-proxy-port: a tenant is set; leave the flag or the tenant out".to_owned());
        }
        Some(PracticeProxy { port, host: self.practice_proxy_host })
    }
}
