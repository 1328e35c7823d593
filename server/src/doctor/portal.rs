//! Links to the Entra admin center. Microsoft documents the paths as text only; the URLs are those that its own tools
//! print, and exist in the global cloud only.

use graph::GraphSettings;
use token_core::checkup::RemedyLink;
use uuid::Uuid;

const GLOBAL_AUTHORITY: &str = "login.microsoftonline.com";

/// A page of the app registration in the Entra admin center.
#[derive(Debug, Clone, Copy)]
pub(super) enum PortalPage {
    /// Certificates & secrets.
    Secrets,
    /// API permissions.
    Permissions,
}

impl PortalPage {
    fn blade(self) -> &'static str {
        match self {
            Self::Secrets => "Credentials",
            Self::Permissions => "CallAnAPI",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Secrets => "Open the app's secrets",
            Self::Permissions => "Open the app's permissions",
        }
    }
}

/// The path to the app registration, as text.
pub(super) const APP_REGISTRATION_PATH: &str =
    "Entra admin center → App registrations → All applications → the app";

/// A link to a page of the app registration.
pub(super) fn link(settings: &GraphSettings, page: PortalPage) -> Option<RemedyLink> {
    if settings.authority.host_str() != Some(GLOBAL_AUTHORITY) {
        return None;
    }
    let app = Uuid::parse_str(&settings.client_id).ok()?;
    Some(RemedyLink {
        label: page.label().to_owned(),
        url: format!(
            "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/{}/appId/{app}",
            page.blade()
        ),
    })
}

#[cfg(test)]
mod tests {
    use graph::{Credential, Secret};

    use super::*;

    #[test]
    fn links_exist_for_the_global_cloud_only() {
        let settings = |authority: &str, client: &str| GraphSettings {
            endpoint: "https://graph.microsoft.com".parse().unwrap(),
            authority: authority.parse().unwrap(),
            tenant_id: "contoso.example".to_owned(),
            client_id: client.to_owned(),
            credential: Credential::Secret(Secret::new("x".to_owned())),
        };
        let app = "00000000-0000-4000-8000-000000000001";
        let global = link(&settings("https://login.microsoftonline.com", app), PortalPage::Secrets).unwrap();
        assert!(global.url.starts_with("https://entra.microsoft.com/") && global.url.ends_with(app));
        assert!(link(&settings("https://login.microsoftonline.us", app), PortalPage::Secrets).is_none());
        assert!(
            link(&settings("https://login.microsoftonline.com", "client-1"), PortalPage::Secrets).is_none()
        );
    }
}
