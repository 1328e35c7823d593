//! Why there is no response, with a remedy for users. Messages of libraries are shown only without a better one.

use std::{error::Error, fmt, io};

use rustls::CertificateError;

/// The variables that set a proxy for https, in their order of precedence.
const PROXY_VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// Why there is no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TransportErrorKind {
    /// The name service does not know the host.
    UnknownHost,
    /// Connection refused: nothing listens on the port, or a firewall rejects.
    Refused,
    /// The network or the host is unreachable.
    NoRoute,
    /// No response in time.
    Timeout,
    /// The proxy cannot be reached, or refuses the tunnel.
    Proxy,
    /// The proxy requires authentication (407).
    ProxyAuthentication,
    /// TLS: the certificate's issuer is not trusted.
    Untrusted,
    /// TLS: the certificate has expired.
    Expired,
    /// TLS: the certificate is not valid yet.
    NotYetValid,
    /// TLS: the certificate belongs to another host.
    WrongHost,
    /// TLS: anything else.
    Tls,
    /// The connection broke.
    ConnectionLost,
    /// Not sent, for a reason of this server.
    Internal,
}

impl TransportErrorKind {
    /// Classifies an error by its chain of causes.
    pub fn of(error: &reqwest::Error) -> Self {
        // A timeout is reported as such even if the proxy caused it; other failures of the proxy have their own kinds.
        if error.is_timeout() {
            return Self::Timeout;
        }
        let kind = causes(error).find_map(of_cause);
        match kind {
            Some(kind) => kind,
            None if error.is_dns() => Self::UnknownHost,
            None => Self::ConnectionLost,
        }
    }

    /// What happened and what to do, without the host. `detail` is the library's message.
    pub fn message(self, detail: &str) -> String {
        match self {
            Self::UnknownHost => "this name cannot be found. Check the address, and that this machine has a network and a \
                           working name service (DNS). Behind a company proxy, set HTTPS_PROXY"
                .to_owned(),
            Self::Refused => "the connection was refused. Check the address and its port, and that no firewall \
                              blocks it. Behind a company proxy, set HTTPS_PROXY"
                .to_owned(),
            Self::NoRoute => "there is no way to this host. Check this machine's network. Behind a company proxy, set \
                            HTTPS_PROXY"
                .to_owned(),
            Self::Timeout => "no answer in time. Check this machine's network, and that a firewall lets it through. \
                              Behind a company proxy, set HTTPS_PROXY"
                .to_owned(),
            Self::Proxy => format!(
                "the proxy does not connect to it. Check {}, or name this host in NO_PROXY to go without the proxy",
                proxy(is_set)
            ),
            Self::ProxyAuthentication => format!(
                "the proxy asks for a user name and password (407). Put them into {}, or name this host in NO_PROXY \
                 to go without the proxy",
                proxy(is_set)
            ),
            Self::Untrusted => "its certificate comes from an issuer that this machine does not trust. A company \
                                proxy that inspects TLS does that: let SSL_CERT_FILE name a file with the company's \
                                root certificate beside the usual ones, or let the proxy leave this host alone"
                .to_owned(),
            Self::Expired => "its certificate has expired, or this machine's clock is wrong. Check the clock; if it \
                              is right, a proxy that inspects TLS may need a new certificate"
                .to_owned(),
            Self::NotYetValid => {
                "its certificate is not valid yet, so this machine's clock is probably slow. Set the clock".to_owned()
            }
            Self::WrongHost => "its certificate belongs to another host. Check the address, and that neither a proxy \
                                nor a sign-in page of the network answers in its place"
                .to_owned(),
            Self::Tls => format!(
                "no secure connection (TLS) came about ({detail}). Check that neither a proxy nor a sign-in page of \
                 the network answers in its place"
            ),
            Self::ConnectionLost => format!("the connection broke ({detail}). Try again"),
            Self::Internal => detail.to_owned(),
        }
    }
}

fn of_cause(cause: &(dyn Error + 'static)) -> Option<TransportErrorKind> {
    let tls = |error: &rustls::Error| match error {
        rustls::Error::InvalidCertificate(certificate) => of_certificate(certificate),
        _ => TransportErrorKind::Tls,
    };
    if let Some(error) = cause.downcast_ref::<rustls::Error>() {
        return Some(tls(error));
    }
    if let Some(error) = cause.downcast_ref::<io::Error>() {
        // `source` skips the wrapped error, which may be another `io::Error`.
        let inner = error.get_ref().and_then(|inner| of_cause(inner));
        return inner.or_else(|| of_io(error.kind()));
    }
    of_text(&cause.to_string())
}

fn of_certificate(error: &CertificateError) -> TransportErrorKind {
    use CertificateError as E;
    match error {
        E::Expired | E::ExpiredContext { .. } => TransportErrorKind::Expired,
        E::NotValidYet | E::NotValidYetContext { .. } => TransportErrorKind::NotYetValid,
        E::NotValidForName | E::NotValidForNameContext { .. } => TransportErrorKind::WrongHost,
        // The platform verifiers report various errors for untrusted certificates.
        _ => TransportErrorKind::Untrusted,
    }
}

fn of_io(kind: io::ErrorKind) -> Option<TransportErrorKind> {
    match kind {
        io::ErrorKind::ConnectionRefused => Some(TransportErrorKind::Refused),
        io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::AddrNotAvailable => Some(TransportErrorKind::NoRoute),
        _ => None,
    }
}

/// The library has no error types for these.
fn of_text(text: &str) -> Option<TransportErrorKind> {
    match text {
        "tunnel error: proxy authorization required" => Some(TransportErrorKind::ProxyAuthentication),
        tunnel if tunnel.starts_with("tunnel error") => Some(TransportErrorKind::Proxy),
        "dns error" => Some(TransportErrorKind::UnknownHost),
        _ => None,
    }
}

/// From the outermost cause inwards: a proxy's error contains the failure to reach the proxy.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| cause.source())
}

/// The innermost cause only: the outer ones repeat the URL.
pub(crate) fn root_cause(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| "no further detail".to_owned(), ToString::to_string)
}

/// The name of the setting for the proxy. Never its value, which may contain a password.
fn proxy(is_set: impl Fn(&str) -> bool) -> impl fmt::Display {
    PROXY_VARIABLES.into_iter().find(|name| is_set(name)).unwrap_or("the system's proxy settings")
}

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tls(error: CertificateError) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, rustls::Error::InvalidCertificate(error))
    }

    #[test]
    fn each_fault_of_a_certificate_has_its_kind() {
        for (error, kind) in [
            (CertificateError::UnknownIssuer, TransportErrorKind::Untrusted),
            (CertificateError::Expired, TransportErrorKind::Expired),
            (CertificateError::NotValidYet, TransportErrorKind::NotYetValid),
            (CertificateError::NotValidForName, TransportErrorKind::WrongHost),
        ] {
            assert_eq!(of_cause(&tls(error)), Some(kind));
        }
        let wrapped = io::Error::other(tls(CertificateError::UnknownIssuer));
        assert_eq!(of_cause(&wrapped), Some(TransportErrorKind::Untrusted), "wrapped once more");
        let other = io::Error::new(io::ErrorKind::InvalidData, rustls::Error::DecryptError);
        assert_eq!(of_cause(&other), Some(TransportErrorKind::Tls));
    }

    #[test]
    fn each_fault_of_the_network_has_its_kind() {
        for (error, kind) in [
            (io::ErrorKind::ConnectionRefused, Some(TransportErrorKind::Refused)),
            (io::ErrorKind::NetworkUnreachable, Some(TransportErrorKind::NoRoute)),
            (io::ErrorKind::HostUnreachable, Some(TransportErrorKind::NoRoute)),
            (io::ErrorKind::ConnectionReset, None),
        ] {
            assert_eq!(of_cause(&io::Error::from(error)), kind, "{error:?}");
        }
        assert_eq!(of_text("dns error"), Some(TransportErrorKind::UnknownHost));
        assert_eq!(
            of_text("tunnel error: proxy authorization required"),
            Some(TransportErrorKind::ProxyAuthentication)
        );
        assert_eq!(of_text("tunnel error: unsuccessful"), Some(TransportErrorKind::Proxy));
    }

    #[test]
    fn names_the_variable_that_sets_the_proxy() {
        assert_eq!(proxy(|name| name.eq_ignore_ascii_case("https_proxy")).to_string(), "HTTPS_PROXY");
        assert_eq!(proxy(|name| name == "all_proxy").to_string(), "all_proxy");
        assert_eq!(proxy(|_| false).to_string(), "the system's proxy settings");
    }

    #[test]
    fn every_kind_says_what_to_do() {
        for kind in [
            TransportErrorKind::UnknownHost,
            TransportErrorKind::Refused,
            TransportErrorKind::NoRoute,
            TransportErrorKind::Timeout,
            TransportErrorKind::Proxy,
            TransportErrorKind::ProxyAuthentication,
        ] {
            assert!(kind.message("").contains("PROXY") || kind.message("").contains("proxy"), "{kind:?}");
        }
        assert!(TransportErrorKind::Untrusted.message("").contains("SSL_CERT_FILE"));
        for kind in [TransportErrorKind::Expired, TransportErrorKind::NotYetValid] {
            assert!(kind.message("").contains("clock"), "{kind:?}");
        }
        assert!(TransportErrorKind::ConnectionLost.message("reset by peer").contains("reset by peer"));
    }
}
