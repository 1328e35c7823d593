//! The reverse proxy in front of the practice tenant's server.

use clap::Args;

/// The proxy's flag.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Practice tenant")]
pub struct PracticeProxyArgs {
    /// Serve the app of the practice tenant through a reverse proxy on this port of 127.0.0.1, which becomes the
    /// PUBLIC_URL if none is set; to try TRUSTED_PROXIES.
    #[arg(long, value_name = "PORT")]
    pub practice_proxy_port: Option<u16>,
}

impl PracticeProxyArgs {
    /// The port of the proxy, if one is wanted, which only the practice tenant has; 0 for any.
    pub(super) fn check(&self, is_practice: bool, problems: &mut Vec<String>) -> Option<u16> {
        let port = self.practice_proxy_port?;
        if !is_practice {
            problems
                .push("--practice-proxy-port: a tenant is set; leave the flag or the tenant out".to_owned());
        }
        Some(port)
    }
}
