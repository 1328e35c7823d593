//! Scopes: the permissions that an app requests, and which of them are granted (MICROSOFT_GRAPH.md 7.3).

use url::Url;

use super::aadsts::{AadstsError, refuse};
use crate::{
    loopback::loopback_urls,
    permission::{self, Permission},
};

/// Graph's resource in the global cloud, which official clients use.
const GRAPH: &str = "https://graph.microsoft.com/";

/// The scopes of OpenID Connect (OpenID Connect Core sections 5.4 and 11).
const OIDC: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// A requested scope.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    pub openid: bool,
    pub profile: bool,
    pub email: bool,
    pub offline: bool,
    /// `/.default`: all granted permissions.
    everything: bool,
    requested: Vec<Permission>,
    /// The prefix of a permission's name: a resource, or nothing.
    prefix: String,
}

impl Scope {
    /// Parses a scope; 70011 when a part of it is unknown. `base_url` is Graph's URL, with which it may name permissions.
    pub fn read(base_url: &Url, text: &str) -> Result<Self, AadstsError> {
        let mut scope = Self::default();
        for word in text.split_ascii_whitespace() {
            match word {
                "openid" => scope.openid = true,
                "profile" => scope.profile = true,
                "email" => scope.email = true,
                "offline_access" => scope.offline = true,
                word => scope.add(base_url, word).map_or_else(|| unknown(text), Ok)?,
            }
        }
        Ok(scope)
    }

    fn add(&mut self, base_url: &Url, word: &str) -> Option<()> {
        let resources = loopback_urls(base_url).into_iter().chain([GRAPH.to_owned()]);
        let prefix = resources.into_iter().find(|resource| word.starts_with(resource)).unwrap_or_default();
        let name = word.strip_prefix(&prefix)?;
        match name {
            ".default" if !prefix.is_empty() => self.everything = true,
            name => self.requested.push(permission::parse(name).ok()?),
        }
        self.prefix = prefix;
        Some(())
    }

    /// The permissions of a token with this scope; `None` when a requested one is not granted.
    pub fn granted(&self, granted: &[Permission]) -> Option<Vec<Permission>> {
        if self.everything {
            return Some(granted.to_vec());
        }
        self.requested.iter().all(|permission| granted.contains(permission)).then(|| self.requested.clone())
    }

    /// The token's `scp` claim: names without a resource.
    pub fn scp(&self, granted: &[Permission]) -> String {
        self.format(granted, "")
    }

    /// The `scope` of the answer: the same names in the requested form.
    pub fn answered(&self, granted: &[Permission]) -> String {
        self.format(granted, &self.prefix)
    }

    /// The permissions requested by name, for the sign-in page.
    pub fn requested(&self) -> &[Permission] {
        &self.requested
    }

    fn format(&self, granted: &[Permission], prefix: &str) -> String {
        let plain = [(self.openid, "openid"), (self.profile, "profile"), (self.email, "email")];
        let plain = plain.into_iter().filter(|(has, _)| *has).map(|(_, name)| name.to_owned());
        let permissions = granted.iter().map(|permission| format!("{prefix}{permission}"));
        plain.chain(permissions).collect::<Vec<_>>().join(" ")
    }
}

/// Checks the scope of an app token, which must be Graph's URL and `/.default`. Official libraries add the words of OpenID Connect,
/// which have no effect.
pub fn check_for_app(base_url: &Url, text: &str) -> Result<(), AadstsError> {
    let resources: Vec<String> = loopback_urls(base_url).into_iter().chain([GRAPH.to_owned()]).collect();
    let words: Vec<&str> = text.split_ascii_whitespace().filter(|word| !OIDC.contains(word)).collect();
    let is_known =
        |word: &str| resources.iter().any(|resource| word.strip_prefix(resource) == Some(".default"));
    if let [word] = words.as_slice()
        && is_known(word)
    {
        Ok(())
    } else {
        unknown(text)
    }
}

fn unknown<T>(text: &str) -> Result<T, AadstsError> {
    let message = format!(
        "The provided value for the input parameter 'scope' is not valid. The scope {text} is not valid."
    );
    refuse(400, "invalid_scope", 70011, message)
}
