//! The client's settings, and which endpoints are allowed.

mod certificate;
mod credential;

use url::{Host, Url};

pub use self::{certificate::Certificate, credential::Credential};

/// The tenant and the app registration.
#[derive(Debug, Clone)]
pub struct GraphSettings {
    /// Microsoft Graph: `https://graph.microsoft.com` except for national clouds and mock servers.
    pub endpoint: Url,
    /// Microsoft Entra: `https://login.microsoftonline.com` with the same exceptions.
    pub authority: Url,
    /// The tenant id, or one of its domain names.
    pub tenant_id: String,
    /// The client id of the app registration.
    pub client_id: String,
    /// The app's client secret or certificate.
    pub credential: Credential,
}

/// Why the client cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// An address to which no secret may be sent.
    #[error("the address {address} {problem}")]
    Address {
        /// The address.
        address: Url,
        /// What is wrong with it.
        problem: String,
    },
    /// TLS or the proxy settings.
    #[error("the HTTP client cannot be set up: {0}. Check SSL_CERT_FILE and HTTPS_PROXY")]
    Http(String),
}

/// Parses the address of Graph or of the authority: https anywhere, http on this machine only.
///
/// The error says what is wrong, without the name of the setting.
pub fn parse_endpoint(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.trim()).map_err(|error| format!("is not a URL ({error})"))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        _ => return Err("must begin with https:// (http:// is accepted for localhost only)".to_owned()),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must end after the host, without ? or #".to_owned());
    }
    Ok(url)
}

/// Whether the address is on this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_https_anywhere_and_http_on_this_machine() {
        for good in [
            "https://graph.microsoft.com",
            " https://graph.microsoft.us/ ",
            "http://localhost:9100",
            "http://127.0.0.1:9100",
            "http://[::1]:9100",
        ] {
            assert!(parse_endpoint(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn refuses_to_send_secrets_in_the_clear() {
        for bad in [
            "http://graph.microsoft.com",
            "http://localhost.evil.example",
            "http://10.0.0.1",
            "ftp://localhost",
        ] {
            assert!(parse_endpoint(bad).unwrap_err().contains("https://"), "{bad}");
        }
    }

    #[test]
    fn refuses_what_is_more_than_an_address() {
        for bad in [
            "",
            "graph.microsoft.com",
            "https://me:pw@graph.microsoft.com",
            "https://g.example/?a",
            "https://g.example/#a",
        ] {
            assert!(parse_endpoint(bad).is_err(), "{bad}");
        }
    }
}
