//! URLs of Graph. The URL library encodes every id and name.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::Url;

use super::settings::is_loopback;

/// A version of the Graph API. All items of a batch belong to one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApiVersion {
    /// v1.0, which Microsoft supports; it has no hardware OATH tokens.
    V1,
    /// beta, which has them.
    Beta,
}
/// Percent-encoded in a query: all but RFC 3986's unreserved characters. A space becomes `%20`, never `+`.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Path of the inventory of tokens.
pub(crate) const DEVICES: [&str; 3] = ["directory", "authenticationMethodDevices", "hardwareOathDevices"];
/// Path of the tenant's policy for hardware OATH tokens.
pub(crate) const POLICY: [&str; 4] =
    ["policies", "authenticationMethodsPolicy", "authenticationMethodConfigurations", "hardwareOath"];
/// Path of batches.
pub(crate) const BATCH: [&str; 1] = ["$batch"];

/// Query parameters; the values are not encoded yet.
pub(crate) type QueryParams<'a> = &'a [(&'a str, &'a str)];

/// The root URL of an API version.
#[derive(Clone)]
pub(crate) struct ApiRoot(Url);

impl ApiRoot {
    /// `endpoint` is a valid http(s) URL.
    pub fn new(endpoint: &Url, version: ApiVersion) -> Self {
        let version = match version {
            ApiVersion::V1 => "v1.0",
            ApiVersion::Beta => "beta",
        };
        let mut root = endpoint.clone();
        if let Ok(mut path) = root.path_segments_mut() {
            path.pop_if_empty().push(version);
        }
        Self(root)
    }

    /// A URL below the version root.
    pub fn url(&self, segments: &[&str], query: QueryParams<'_>) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend(segments);
        }
        let pairs: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, QUERY)))
            .collect();
        url.set_query((!pairs.is_empty()).then(|| pairs.join("&")).as_deref());
        url
    }

    /// Like [`Self::url`], but relative to the version root, for items of a batch.
    pub fn item(&self, segments: &[&str], query: QueryParams<'_>) -> String {
        let url = self.url(segments, query);
        let path = url.path().strip_prefix(self.0.path()).unwrap_or_default();
        url.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))
    }

    /// Whether `link` belongs to the same collection: same scheme, host, port and path (case-insensitive). A segment with a key in
    /// brackets, `users('id')`, is the same as two, `users/id` (OData URL Conventions 4.01, section 4.3.6).
    pub fn is_same_collection(&self, link: &Url, segments: &[&str]) -> bool {
        let own = self.url(segments, &[]);
        (own.origin() == link.origin() || is_same_loopback_address(&own, link))
            && link.username().is_empty()
            && link.password().is_none()
            && segments_of(&own).is_some_and(|own| Some(own) == segments_of(link))
    }
}

/// The decoded segments of the path in lower case, with keys as segments; `None` if they are not UTF-8.
fn segments_of(url: &Url) -> Option<Vec<String>> {
    let path = url.path().trim_matches('/');
    let mut segments = Vec::new();
    for segment in path.split('/') {
        let segment = percent_decode_str(segment).decode_utf8().ok()?.to_ascii_lowercase();
        match key_in_brackets(&segment) {
            Some((name, key)) => segments.extend([name.to_owned(), key]),
            None => segments.push(segment),
        }
    }
    Some(segments)
}

/// The name and the key of a segment like `users('id')`, in which quotes are doubled.
fn key_in_brackets(segment: &str) -> Option<(&str, String)> {
    let (name, literal) = segment.strip_suffix("')")?.split_once("('")?;
    let is_one_literal = !literal.replace("''", "").contains('\'');
    is_one_literal.then(|| (name, literal.replace("''", "'")))
}

/// Whether both are the same port of this machine, by any loopback name.
fn is_same_loopback_address(own: &Url, link: &Url) -> bool {
    is_loopback(own)
        && is_loopback(link)
        && own.scheme() == link.scheme()
        && own.port_or_known_default() == link.port_or_known_default()
}

/// An OData string literal: in single quotes, with quotes inside doubled.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// `name in ('a','b')`.
pub(crate) fn one_of<'a>(name: &str, values: impl Iterator<Item = &'a str>) -> String {
    format!("{name} in ({})", values.map(quoted).collect::<Vec<_>>().join(","))
}

/// `startswith(name,'text')`.
pub(crate) fn starts_with(name: &str, text: &str) -> String {
    format!("startswith({name},{})", quoted(text))
}

/// `"name:text"`, a clause of `$search`: quotes and backslashes are escaped by a backslash.
pub(crate) fn search_clause(name: &str, text: &str) -> String {
    format!("\"{name}:{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The path segments of one user by principal name. Graph takes a name that begins with `$` only as a key in brackets.
pub(crate) fn user_segments(upn: &str) -> Vec<String> {
    if upn.starts_with('$') {
        return vec![format!("users({})", quoted(upn))];
    }
    vec!["users".to_owned(), upn.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> ApiRoot {
        ApiRoot::new(&Url::parse("https://graph.microsoft.com").unwrap(), ApiVersion::Beta)
    }

    #[test]
    fn doubles_quotes_before_it_encodes() {
        let filter = one_of("userPrincipalName", ["o'brien@a.example", "x y+z#&@a.example"].into_iter());
        assert_eq!(
            root().item(&["users"], &[("$filter", &filter)]),
            "/users?$filter=userPrincipalName%20in%20%28%27o%27%27brien%40a.example%27%2C%27x%20y%2Bz%23%26%40a.example%27%29"
        );
    }

    #[test]
    fn a_search_text_cannot_leave_its_clause() {
        assert_eq!(search_clause("mail", r#"a\" OR "id:1"#), r#""mail:a\\\" OR \"id:1""#);
        assert_eq!(starts_with("mail", "o'b') or ("), "startswith(mail,'o''b'') or (')");
        assert_eq!(
            root().item(&["users"], &[("$search", &search_clause("displayName", "O'B #&"))]),
            "/users?$search=%22displayName%3AO%27B%20%23%26%22"
        );
    }

    #[test]
    fn a_guests_principal_name_is_one_segment() {
        let name = user_segments("x_y.com#EXT#@t.example");
        let segments: Vec<&str> = name.iter().map(String::as_str).collect();
        assert_eq!(root().item(&segments, &[]), "/users/x_y.com%23EXT%23@t.example");
        assert_eq!(root().item(&["users", "a/b?c"], &[]), "/users/a%2Fb%3Fc");
    }

    #[test]
    fn a_principal_name_that_begins_with_a_dollar_is_a_key_in_brackets() {
        assert_eq!(user_segments("$a'b@t.example"), ["users('$a''b@t.example')"]);
    }

    #[test]
    fn follows_links_of_its_own_collection_only() {
        let leads = |link: &str| root().is_same_collection(&Url::parse(link).unwrap(), &DEVICES);
        let own =
            "https://graph.microsoft.com/beta/directory/authenticationMethodDevices/hardwareOathDevices";
        assert!(leads(&format!("{own}?$skiptoken=a%20b")));
        assert!(leads(&own.replace("hardwareOath", "HardwareOATH")));
        for foreign in [
            own.replace("graph.microsoft.com", "graph.evil.example"),
            own.replace("https:", "http:"),
            own.replace(".com", ".com:8443"),
            own.replace("https://", "https://me@"),
            own.replace("/beta/", "/v1.0/"),
            own.replace("hardwareOathDevices", "../users"),
            "https://graph.microsoft.com/beta/users".to_owned(),
        ] {
            assert!(!leads(&foreign), "{foreign}");
        }
    }

    #[test]
    fn a_link_may_name_its_collection_by_keys_in_brackets() {
        let methods = ["users", "o'b@a.example", "authentication", "hardwareOathMethods"];
        let leads = |path: &str| {
            let link = format!("https://graph.microsoft.com/beta/{path}?$skiptoken=1");
            root().is_same_collection(&Url::parse(&link).unwrap(), &methods)
        };
        for own in [
            "users('o''b@a.example')/authentication/hardwareOathMethods",
            "Users(%27O%27%27B%40a.example%27)/authentication/hardwareOathMethods",
            "users/o'b%40a.example/authentication/hardwareOathMethods",
        ] {
            assert!(leads(own), "{own}");
        }
        for foreign in [
            "users('other@a.example')/authentication/hardwareOathMethods",
            "users('o''b@a.example')",
            "users('o'b@a.example')/authentication/hardwareOathMethods",
            "users(o'b@a.example)/authentication/hardwareOathMethods",
            "users/o'b@a.example/authentication('hardwareOathMethods')/x",
            "users%2Fo'b@a.example/authentication/hardwareOathMethods",
        ] {
            assert!(!leads(foreign), "{foreign}");
        }
    }

    #[test]
    fn links_may_use_any_loopback_name() {
        let root = ApiRoot::new(&Url::parse("http://localhost:9100").unwrap(), ApiVersion::Beta);
        let leads = |link: &str| root.is_same_collection(&Url::parse(link).unwrap(), &["users"]);
        assert!(leads("http://127.0.0.1:9100/beta/users?$skiptoken=1"));
        for foreign in
            ["http://127.0.0.1:9101", "https://127.0.0.1:9100", "http://localhost.evil.example:9100"]
        {
            assert!(!leads(&format!("{foreign}/beta/users")), "{foreign}");
        }
    }

    #[test]
    fn keeps_the_path_of_the_endpoint() {
        let root = ApiRoot::new(&Url::parse("http://localhost:9100/graph/").unwrap(), ApiVersion::Beta);
        assert_eq!(root.url(&BATCH, &[]).as_str(), "http://localhost:9100/graph/beta/$batch");
        assert_eq!(root.item(&["users"], &[]), "/users");
        let supported = ApiRoot::new(&Url::parse("http://localhost:9100/graph").unwrap(), ApiVersion::V1);
        assert_eq!(supported.url(&BATCH, &[]).as_str(), "http://localhost:9100/graph/v1.0/$batch");
    }
}
