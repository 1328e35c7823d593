//! The checks of the tenant and the app in every request: names, redirect URIs, credentials.

use url::{Host, Url};

use super::{assertion, form::FormParams};
use crate::{
    company::{DOMAIN, NAME},
    oauth::aadsts::{AadstsError, refuse},
    state::Tenant,
};

/// Names for any tenant, which a single-tenant app may not use.
const ANY_TENANT: [&str; 3] = ["common", "organizations", "consumers"];

/// Refuses any tenant but this one.
pub fn check_tenant(tenant: &Tenant, named: &str) -> Result<(), AadstsError> {
    let is_ours = |name: &str| name.eq_ignore_ascii_case(named);
    if is_ours(&tenant.registration.tenant_id) || is_ours(DOMAIN) {
        return Ok(());
    }
    if ANY_TENANT.contains(&named) {
        let message = "Application is not configured as a multi-tenant application. Use a tenant-specific endpoint or configure the application to be multi-tenant.";
        return refuse(400, "invalid_request", 50194, message);
    }
    if uuid::Uuid::try_parse(named).is_err() && !named.contains('.') {
        let message = format!(
            "Specified tenant identifier '{named}' is neither a valid DNS name, nor a valid external domain."
        );
        return refuse(400, "invalid_request", 900023, message);
    }
    let message = format!(
        "Tenant '{named}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
    );
    refuse(400, "invalid_request", 90002, message)
}

/// Refuses an app that is not registered; returns the client id as it was sent.
pub fn check_client_id<'a>(tenant: &Tenant, form: &'a FormParams) -> Result<&'a str, AadstsError> {
    let client_id = form.required("client_id")?;
    if client_id.eq_ignore_ascii_case(&tenant.registration.client_id) {
        return Ok(client_id);
    }
    let message = format!(
        "Application with identifier '{client_id}' was not found in the directory '{NAME}'. This can happen if the application has not been installed by the administrator of the tenant."
    );
    refuse(400, "unauthorized_client", 700016, message)
}

/// Refuses an app without a valid secret or client assertion.
pub fn check_credentials(
    tenant: &Tenant,
    named: &str,
    form: &FormParams,
    now_ms: u64,
) -> Result<(), AadstsError> {
    let client_id = check_client_id(tenant, form)?;
    if form.get("client_assertion").is_some() {
        return assertion::check(tenant, named, form, now_ms);
    }
    match form.get("client_secret") {
        Some(secret) if secret == tenant.registration.client_secret => Ok(()),
        Some(secret) if secret == tenant.registration.expired_secret => refuse(
            401,
            "invalid_client",
            7000222,
            format!("The provided client secret keys for app '{client_id}' are expired."),
        ),
        Some(_) => refuse(
            401,
            "invalid_client",
            7000215,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client_id}'."
            ),
        ),
        None => refuse(
            401,
            "invalid_client",
            7000218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        ),
    }
}

/// The redirect URI of a request; 50011 unless it is registered.
pub fn redirect_uri(tenant: &Tenant, form: &FormParams) -> Result<Url, AadstsError> {
    let text = form.required("redirect_uri")?;
    registered(tenant, text).map_or_else(
        || {
            let message = format!(
                "The redirect URI '{text}' specified in the request does not match the redirect URIs configured for the application '{}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.",
                tenant.registration.client_id
            );
            refuse(400, "invalid_request", 50011, message)
        },
        Ok,
    )
}

/// Parses a registered redirect URI: any on this machine, elsewhere those that a flag names.
pub fn registered(tenant: &Tenant, text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    let here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip == std::net::Ipv4Addr::LOCALHOST,
        Host::Ipv6(ip) => ip.is_loopback(),
    };
    let named = tenant.settings.redirect_uris.iter().any(|known| known == text);
    (plain && ((url.scheme() == "http" && here) || named)).then_some(url)
}
