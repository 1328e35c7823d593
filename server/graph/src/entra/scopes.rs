//! The scopes of token requests.

use url::Url;

use crate::settings::is_loopback;

/// The scope of the global cloud, which mock servers on this machine may require.
pub(crate) const GLOBAL_SCOPE: &str = "https://graph.microsoft.com/.default";

/// The scope for all granted permissions of Graph at this address.
pub(crate) fn default_scope(endpoint: &Url) -> String {
    format!("{}/.default", endpoint.as_str().trim_end_matches('/'))
}

/// The scopes of a sign-in (MICROSOFT_GRAPH.md 7.3): the id token and a refresh token, with which the person's roles are
/// asserted again, and with `delegated` also Graph with the person's delegated permissions.
pub fn scopes(endpoint: &Url, delegated: bool) -> Vec<String> {
    let mut scopes = ["openid", "profile", "offline_access"].map(ToOwned::to_owned).to_vec();
    if delegated {
        scopes.push(if is_loopback(endpoint) { GLOBAL_SCOPE.to_owned() } else { default_scope(endpoint) });
    }
    scopes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_delegated_sign_in_requests_graph() {
        let graph = Url::parse("https://graph.microsoft.us/").unwrap();
        assert_eq!(scopes(&graph, false), ["openid", "profile", "offline_access"]);
        assert_eq!(
            scopes(&graph, true),
            ["openid", "profile", "offline_access", "https://graph.microsoft.us/.default"]
        );
    }

    #[test]
    fn a_mock_server_gets_the_scope_of_the_global_cloud() {
        let here = Url::parse("http://127.0.0.1:9100").unwrap();
        assert_eq!(scopes(&here, true).last().unwrap(), GLOBAL_SCOPE);
    }
}
