//! The names and attributes of the cookies.

use cookie::{Cookie, CookieBuilder, SameSite, time::Duration};
use http::{HeaderMap, HeaderValue, header};
use url::Url;

use super::digest::SecretHash;
use crate::base_path;

/// The cookies of this app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieName {
    /// The session ID.
    Session,
    /// A pending sign-in, sealed. Four at most: a browser with more windows drops an older one.
    SignIn(u8),
    /// Why the last sign-in failed, sealed.
    Problem,
    /// What became of the last form of *My tokens*, sealed.
    FormAnswer,
    /// Identifies the local operator.
    Operator,
    /// The chosen language, which is no secret.
    Language,
}

impl CookieName {
    /// All names of pending sign-ins.
    pub const SIGN_INS: [Self; 4] = [Self::SignIn(0), Self::SignIn(1), Self::SignIn(2), Self::SignIn(3)];

    /// The name for the pending sign-in with this state.
    pub fn of_sign_in(state: &SecretHash) -> Self {
        Self::SignIn((state.lock_id() & 3).unsigned_abs() as u8)
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::SignIn(0) => "sign-in",
            Self::SignIn(1) => "sign-in-1",
            Self::SignIn(2) => "sign-in-2",
            Self::SignIn(_) => "sign-in-3",
            Self::Problem => "problem",
            Self::FormAnswer => "answer",
            Self::Operator => "operator",
            Self::Language => "language",
        }
    }

    /// Lax: the browser sends the cookie when Entra redirects it back. The operator is never redirected from another
    /// site.
    fn same_site(self) -> SameSite {
        if self == Self::Operator { SameSite::Strict } else { SameSite::Lax }
    }
}

/// Reads and writes cookies. Their names and attributes depend on the public URL.
pub struct Cookies {
    prefix: String,
    suffix: String,
    secure: bool,
}

impl Cookies {
    /// Under https the names begin with `__Host-`: no other host and no plain http can set them. Under http they end
    /// with the port, because browsers send the cookies of one port to all ports of a host. They also contain the base
    /// path, with plus signs for slashes (no base path contains a plus sign), because `__Host-` requires the path `/`:
    /// two installations on one host would otherwise share their cookies.
    pub fn new(public_url: &Url) -> Self {
        let secure = public_url.scheme() == "https";
        let port = public_url.port().map(|port| format!("-{port}")).unwrap_or_default();
        let base = base_path::of(public_url).replace('/', "+");
        Self {
            prefix: if secure { "__Host-".to_owned() } else { String::new() },
            suffix: if secure { base } else { port + &base },
            secure,
        }
    }

    fn full_name(&self, cookie_name: CookieName) -> String {
        format!("{}token-inventory-{}{}", self.prefix, cookie_name.as_str(), self.suffix)
    }

    /// The value in the request.
    pub fn find(&self, headers: &HeaderMap, cookie_name: CookieName) -> Option<String> {
        let name = self.full_name(cookie_name);
        let sent = headers.get_all(header::COOKIE).iter().filter_map(|header| header.to_str().ok());
        sent.flat_map(Cookie::split_parse)
            .flatten()
            .find(|cookie| cookie.name() == name)
            .map(|cookie| cookie.value().to_owned())
    }

    /// `Set-Cookie` for a cookie that the browser keeps until it is closed.
    pub fn set(&self, cookie_name: CookieName, value: &str) -> String {
        self.build(cookie_name, value).build().to_string()
    }

    /// `Set-Cookie` for a cookie that the browser keeps for a year.
    pub fn set_persistent(&self, cookie_name: CookieName, value: &str) -> String {
        self.build(cookie_name, value).max_age(Duration::days(365)).build().to_string()
    }

    /// `Set-Cookie` for a cookie that the browser keeps for so long.
    pub fn set_for(&self, cookie_name: CookieName, value: &str, life: std::time::Duration) -> String {
        let life = Duration::try_from(life).unwrap_or(Duration::ZERO);
        self.build(cookie_name, value).max_age(life).build().to_string()
    }

    /// `Set-Cookie` that deletes the cookie.
    pub fn clear(&self, cookie_name: CookieName) -> String {
        self.build(cookie_name, "").max_age(Duration::ZERO).build().to_string()
    }

    fn build(&self, cookie_name: CookieName, value: &str) -> CookieBuilder<'static> {
        Cookie::build((self.full_name(cookie_name), value.to_owned()))
            .path("/")
            .http_only(true)
            .same_site(cookie_name.same_site())
            .secure(self.secure)
    }
}

/// The header value. Cookies of this app are ASCII, so the fallback is never used.
pub fn header_value(cookie: &str) -> HeaderValue {
    HeaderValue::from_str(cookie).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(public_url: &str) -> Cookies {
        Cookies::new(&Url::parse(public_url).unwrap())
    }

    #[test]
    fn under_https_only_this_host_over_https_can_set_and_read_them() {
        let set = cookies("https://tokens.example/").set(CookieName::Session, "abc");
        assert_eq!(set, "__Host-token-inventory-session=abc; HttpOnly; SameSite=Lax; Secure; Path=/");
    }

    #[test]
    fn the_operator_cookie_is_not_sent_from_another_site() {
        let set = cookies("http://localhost:3000/").set(CookieName::Operator, "abc");
        assert_eq!(set, "token-inventory-operator-3000=abc; HttpOnly; SameSite=Strict; Path=/");
    }

    #[test]
    fn two_installations_on_one_host_use_different_names() {
        let set = cookies("https://it.example/a/tokens/").set(CookieName::Session, "abc");
        assert!(set.starts_with("__Host-token-inventory-session+a+tokens=abc; "), "{set}");
    }

    #[test]
    fn a_persistent_cookie_outlives_the_browser() {
        let set = cookies("http://localhost:3000/").set_persistent(CookieName::Language, "de");
        assert_eq!(set, "token-inventory-language-3000=de; HttpOnly; SameSite=Lax; Path=/; Max-Age=31536000");
    }

    #[test]
    fn finds_its_own_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; token-inventory-session-3001=other"));
        headers.append(header::COOKIE, HeaderValue::from_static("token-inventory-session-3000=mine"));
        let cookies = cookies("http://localhost:3000/");
        assert_eq!(cookies.find(&headers, CookieName::Session).as_deref(), Some("mine"));
        assert_eq!(cookies.find(&headers, CookieName::Operator), None);
    }
}
