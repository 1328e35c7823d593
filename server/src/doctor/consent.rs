//! Which permissions to add to the app registration, the link for admin consent (MICROSOFT_GRAPH.md 7.3), and the redirect
//! URI that must be registered.

use graph::GraphSettings;
use token_core::checkup::{Capability, Finding, MissingPermissions, RemedyLink};
use url::Url;

use super::{
    CheckupTarget, GraphAccess,
    finding::{problem, unknown},
    portal::{self, APP_REGISTRATION_PATH, PortalPage},
};

/// The `state` of a consent link, by which the callback recognises a consent. It proves nothing: what was granted is
/// checked anew.
pub const CONSENT_STATE: &str = "admin-consent";

/// How to grant the missing permissions, if there are any.
pub(super) fn finding(target: &CheckupTarget<'_>, missing: &MissingPermissions) -> Option<Finding> {
    let names = to_add(missing);
    if names.is_empty() {
        return None;
    }
    let kind = if matches!(target.access, GraphAccess::AppOnly) {
        "Application permissions"
    } else {
        "Delegated permissions"
    };
    let link = consent(target).or_else(|| portal::link(target.settings, PortalPage::Permissions));
    let by_link = match &link {
        Some(link) if link.label == CONSENT_LABEL => "with the link below",
        _ => "with \"Grant admin consent\" on the same page",
    };
    let remedy = format!(
        "1. {APP_REGISTRATION_PATH} → API permissions → Add a permission → Microsoft Graph → {kind}: tick {names}, then Add \
         permissions. 2. As a Privileged Role Administrator or Global Administrator, give consent {by_link}. It may \
         take some minutes to count.",
        names = names.join(", ")
    );
    let says = match names.as_slice() {
        [one] => format!("One permission is missing: {one}."),
        many => format!("{} permissions are missing: {}.", many.len(), many.join(", ")),
    };
    let mut finding = problem("Consent", says, remedy);
    finding.link = link;
    Some(finding)
}

const CONSENT_LABEL: &str = "Give admin consent";

/// The permissions to add: each write permission includes reading.
fn to_add(missing: &MissingPermissions) -> Vec<&str> {
    let contained = |capability: Capability| match capability {
        Capability::ReadTokens => missing.0.contains_key(&Capability::WriteTokens),
        Capability::ReadUserTokens => missing.0.contains_key(&Capability::WriteUserTokens),
        _ => false,
    };
    missing
        .0
        .iter()
        .filter(|(capability, _)| !contained(**capability))
        .map(|(_, name)| name.as_str())
        .collect()
}

/// A link to the page where an administrator consents to all permissions in the app registration.
fn consent(target: &CheckupTarget<'_>) -> Option<RemedyLink> {
    let redirect_uri = target.redirect_uri.as_ref()?;
    let GraphSettings { endpoint, authority, tenant_id, client_id, .. } = target.settings;
    let mut url = authority.clone();
    url.path_segments_mut().ok()?.pop_if_empty().extend([tenant_id, "v2.0", "adminconsent"]);
    let scope = format!("{}/.default", endpoint.as_str().trim_end_matches('/'));
    url.query_pairs_mut()
        .append_pair("client_id", client_id)
        .append_pair("scope", &scope)
        .append_pair("redirect_uri", redirect_uri.as_str())
        .append_pair("state", CONSENT_STATE);
    Some(RemedyLink { label: CONSENT_LABEL.to_owned(), url: url.into() })
}

/// The app cannot read the registered redirect URIs; a wrong one fails at the first sign-in (AADSTS50011).
pub(super) fn redirect(uri: &Url) -> Finding {
    let remedy = format!(
        "Compare it letter by letter: {APP_REGISTRATION_PATH} → Authentication → Web → Redirect URIs."
    );
    unknown(
        "Redirect address",
        format!(
            "It cannot be looked up from here. The app registration must list exactly this address: {uri}"
        ),
        Some(&remedy),
    )
}
