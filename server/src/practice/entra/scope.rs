//! Scopes: what an app asks a person for, and what of it was allowed (FACTS section 7.3).

use super::{
    aadsts::{AadstsError, refuse},
    routes::names_of,
};
use crate::practice::{
    permission::{self, Permission},
    state::Tenant,
};

/// The resource of the global cloud: what official clients ask for.
const GRAPH: &str = "https://graph.microsoft.com/";

/// A scope that was asked for, and is known.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    pub openid: bool,
    pub profile: bool,
    pub email: bool,
    pub offline: bool,
    /// `/.default`: everything that was granted.
    everything: bool,
    asked: Vec<Permission>,
    /// What stands before a permission's name: a resource, or nothing.
    prefix: String,
}

impl Scope {
    /// Reads a scope; 70011 when a part of it is not known here.
    pub fn read(tenant: &Tenant, text: &str) -> Result<Self, AadstsError> {
        let mut scope = Self::default();
        for word in text.split_ascii_whitespace() {
            match word {
                "openid" => scope.openid = true,
                "profile" => scope.profile = true,
                "email" => scope.email = true,
                "offline_access" => scope.offline = true,
                word => scope.add(tenant, word).map_or_else(|| unknown(text), Ok)?,
            }
        }
        Ok(scope)
    }

    fn add(&mut self, tenant: &Tenant, word: &str) -> Option<()> {
        let resources = names_of(tenant).into_iter().chain([GRAPH.to_owned()]);
        let prefix = resources.into_iter().find(|resource| word.starts_with(resource)).unwrap_or_default();
        let name = word.strip_prefix(&prefix)?;
        match name {
            ".default" if !prefix.is_empty() => self.everything = true,
            name => self.asked.push(permission::parse(name).ok()?),
        }
        self.prefix = prefix;
        Some(())
    }

    /// The permissions that a token with this scope carries; `None` when something was asked for but never granted.
    pub fn granted(&self, granted: &[Permission]) -> Option<Vec<Permission>> {
        if self.everything {
            return Some(granted.to_vec());
        }
        self.asked.iter().all(|asked| granted.contains(asked)).then(|| self.asked.clone())
    }

    /// The token's `scp`: names without a resource.
    pub fn scp(&self, granted: &[Permission]) -> String {
        self.said(granted, "")
    }

    /// The answer's `scope`: the same names as they were asked for.
    pub fn answered(&self, granted: &[Permission]) -> String {
        self.said(granted, &self.prefix)
    }

    /// Names every permission that was asked for by name, for the sign-in page.
    pub fn asked(&self) -> &[Permission] {
        &self.asked
    }

    fn said(&self, granted: &[Permission], prefix: &str) -> String {
        let plain = [(self.openid, "openid"), (self.profile, "profile"), (self.email, "email")];
        let plain = plain.into_iter().filter(|(has, _)| *has).map(|(_, name)| name.to_owned());
        let lent = granted.iter().map(|permission| format!("{prefix}{permission}"));
        plain.chain(lent).collect::<Vec<_>>().join(" ")
    }
}

/// What an app asks for itself: this Graph's address and `/.default`, and nothing else.
pub fn check_of_the_app(tenant: &Tenant, text: &str) -> Result<(), AadstsError> {
    let resources = names_of(tenant).into_iter().chain([GRAPH.to_owned()]);
    let known = resources.into_iter().any(|resource| text == format!("{resource}.default"));
    if known { Ok(()) } else { unknown(text) }
}

fn unknown<T>(text: &str) -> Result<T, AadstsError> {
    let message = format!(
        "The provided value for the input parameter 'scope' is not valid. The scope {text} is not valid."
    );
    refuse(400, "invalid_scope", 70011, message)
}
