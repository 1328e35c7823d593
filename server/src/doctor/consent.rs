//! What to add to the app registration, the ready-made link to the administrator's consent (FACTS section 7.3), and
//! the address that must be registered.

use token_core::checkup::{Capability, Finding, MissingPermissions, RemedyLink};
use url::Url;

use super::{
    CheckupTarget, GraphAccess,
    finding::{problem, unknown},
    portal::{self, APP_REGISTRATION_PATH, PortalPage},
};
use crate::graph::GraphSettings;

/// The `state` of a consent link, by which the app knows what Microsoft sends the person back from. It proves nothing,
/// and nothing depends on it: what was granted is looked up anew.
pub const CONSENT_STATE: &str = "admin-consent";

/// How to give what is missing, if anything is.
pub(super) fn finding(subject: &CheckupTarget<'_>, missing: &MissingPermissions) -> Option<Finding> {
    let names = to_add(missing);
    if names.is_empty() {
        return None;
    }
    let kind = if matches!(subject.access, GraphAccess::AppOnly) {
        "Application permissions"
    } else {
        "Delegated permissions"
    };
    let link = consent(subject).or_else(|| portal::link(subject.settings, PortalPage::Permissions));
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

/// Each permission to write allows reading too.
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

/// The page where an administrator consents to everything that the app registration lists.
fn consent(subject: &CheckupTarget<'_>) -> Option<RemedyLink> {
    let redirect_uri = subject.redirect_uri.as_ref()?;
    let GraphSettings { endpoint, authority, tenant_id, client_id, .. } = subject.settings;
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

/// Nobody but Entra can say what is registered; a wrong one shows at the first sign-in (AADSTS50011).
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
