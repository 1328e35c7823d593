//! The client's address behind reverse proxies.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

/// The proxies whose `X-Forwarded-For` is trusted; none by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

impl TrustedProxies {
    /// Parses the value of `TRUSTED_PROXIES`: addresses and networks, separated by commas or blanks.
    ///
    /// # Errors
    /// When one of them is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words = text.split([',', ' ', '\n']).map(str::trim).filter(|word| !word.is_empty());
        let network = |word: &str| {
            let address = word.parse::<IpAddr>().map(IpNet::from).ok();
            address.or_else(|| word.parse().ok()).ok_or_else(|| {
                format!("{word:?} is no address or network, such as 10.0.0.5 or 172.16.0.0/12")
            })
        };
        words.map(network).collect::<Result<_, _>>().map(Self)
    }

    /// Whether this address, in its canonical form, is a trusted proxy.
    pub fn is_trusted(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Whether a request names another client although its sender is no trusted proxy.
    pub fn is_untrusted_proxy(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        headers.contains_key(FORWARDED_FOR) && !self.is_trusted(peer.to_canonical())
    }

    /// The address of the client. `X-Forwarded-For` is read from its end, as far as trusted proxies wrote it: what
    /// stands before could be forged by the client.
    pub fn client_ip(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.is_trusted(peer) {
            return peer;
        }
        let mut forwarded: Vec<Option<IpAddr>> = Vec::new();
        for line in headers.get_all(FORWARDED_FOR) {
            forwarded.extend(line.to_str().unwrap_or("?").split(',').map(address));
        }
        let mut nearest = peer;
        for address in forwarded.into_iter().rev() {
            let Some(address) = address else { break };
            nearest = address;
            if !self.is_trusted(address) {
                break;
            }
        }
        nearest
    }
}

/// Parses an address, to which some proxies add the port.
fn address(word: &str) -> Option<IpAddr> {
    let word = word.trim();
    let bare = || word.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || word.parse().ok().map(|addr: std::net::SocketAddr| addr.ip());
    word.parse().ok().or_else(with_port).or_else(bare).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client_ip(trusted: &str, peer: &str, lines: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", http::HeaderValue::from_static(line));
        }
        TrustedProxies::parse(trusted).unwrap().client_ip(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_configured_proxies_are_trusted() {
        for trusted in ["", "10.0.0.6", "10.0.1.0/24", "::1"] {
            assert_eq!(client_ip(trusted, "10.0.0.5", &["192.0.2.1"]), "10.0.0.5", "{trusted:?}");
        }
    }

    #[test]
    fn a_proxy_that_is_not_configured_is_noticed() {
        let is_noticed = |trusted: &str, line: Option<&'static str>| {
            let line = line.map(|line| (FORWARDED_FOR, http::HeaderValue::from_static(line)));
            let headers = line.into_iter().collect();
            TrustedProxies::parse(trusted).unwrap().is_untrusted_proxy("10.0.0.5".parse().unwrap(), &headers)
        };
        assert!(is_noticed("", Some("192.0.2.1")));
        assert!(is_noticed("10.0.0.6", Some("192.0.2.1")));
        assert!(!is_noticed("10.0.0.0/8", Some("192.0.2.1")));
        assert!(!is_noticed("", None));
    }

    #[test]
    fn a_trusted_proxy_names_the_client() {
        for (trusted, peer) in [
            ("10.0.0.5", "10.0.0.5"),
            ("192.168.0.1, 10.0.0.0/8", "10.0.0.5"),
            ("10.0.0.5", "::ffff:10.0.0.5"),
            ("fd00::/8", "fd00::5"),
        ] {
            assert_eq!(client_ip(trusted, peer, &["192.0.2.1"]), "192.0.2.1", "{trusted}");
        }
        assert_eq!(client_ip("10.0.0.5", "10.0.0.5", &[]), "10.0.0.5", "it may ask for itself");
    }

    #[test]
    fn addresses_forged_by_the_client_are_ignored() {
        let trusted = "10.0.0.0/8";
        assert_eq!(client_ip(trusted, "10.0.0.5", &["203.0.113.9, 192.0.2.1"]), "192.0.2.1");
        assert_eq!(client_ip(trusted, "10.0.0.5", &["203.0.113.9, 192.0.2.1, 10.0.0.4"]), "192.0.2.1");
        assert_eq!(
            client_ip(trusted, "10.0.0.5", &["203.0.113.9", "192.0.2.1"]),
            "192.0.2.1",
            "two lines are one list"
        );
        assert_eq!(
            client_ip(trusted, "10.0.0.5", &["10.0.0.3, 10.0.0.4"]),
            "10.0.0.3",
            "all of them are ours"
        );
    }

    #[test]
    fn ports_are_dropped_and_other_words_ignored() {
        let trusted = "10.0.0.5";
        assert_eq!(client_ip(trusted, trusted, &["192.0.2.1:4711"]), "192.0.2.1");
        assert_eq!(client_ip(trusted, trusted, &["[2001:db8::1]:4711"]), "2001:db8::1");
        assert_eq!(client_ip(trusted, trusted, &["[2001:db8::1]"]), "2001:db8::1");
        for nonsense in ["unknown", "", "192.0.2.1, _hidden", "192.0.2.1,"] {
            let line: &'static str = nonsense;
            assert_eq!(client_ip(trusted, trusted, &[line]), trusted, "{nonsense}");
        }
    }

    #[test]
    fn the_error_names_what_is_no_network() {
        let refusal = TrustedProxies::parse("10.0.0.5, proxy.example").unwrap_err();
        assert!(refusal.contains("\"proxy.example\""), "{refusal}");
        assert!(TrustedProxies::parse("10.0.0.0/33").is_err());
    }
}
