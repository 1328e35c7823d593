//! Admin consent: the page and its result (MICROSOFT_GRAPH.md 7.3).

use axum::response::Response;
use http::StatusCode;

use super::{
    context::EndpointContext,
    form::FormParams,
    page::{self, escape},
    redirect::RedirectTarget,
};
use crate::{
    oauth::{aadsts::AadstsError, scope::Scope},
    permission,
    state::Tenant,
};

/// The two versions of the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentEndpoint {
    /// `/{tenant}/adminconsent`
    V1,
    /// `/{tenant}/v2.0/adminconsent`, with a scope.
    V2,
}

/// GET: the page.
pub fn show(
    tenant: &Tenant,
    context: &EndpointContext<'_>,
    form: &FormParams,
    kind: ConsentEndpoint,
) -> Response {
    let scope = match read(tenant, context, form, kind) {
        Ok((_, scope)) => scope,
        Err(answer) => return answer,
    };
    let names = requested(&scope);
    let body = format!(
        "<h1>Allow the app for the whole company?</h1><p>It asks for: {}.</p><form method=\"post\" action=\"{}\"><button class=\"plain\" name=\"answer\" value=\"accept\">Accept</button><button class=\"plain\" name=\"answer\" value=\"cancel\">Cancel</button></form>",
        escape(&names.join(", ")),
        escape(context.target),
    );
    page::answer(StatusCode::OK, "Permissions requested", &body)
}

/// POST: `answer` is the administrator's decision.
pub fn decide(
    tenant: &Tenant,
    context: &EndpointContext<'_>,
    form: &FormParams,
    kind: ConsentEndpoint,
    decision: &FormParams,
) -> Response {
    let (back, scope) = match read(tenant, context, form, kind) {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    if decision.get("answer") != Some("accept") {
        return match kind {
            ConsentEndpoint::V2 => back.send(&[
                ("error", "permission_denied"),
                ("error_description", "The admin canceled the request"),
            ]),
            ConsentEndpoint::V1 => {
                let message = "The resource owner or authorization server denied the request.";
                back.refuse(&AadstsError::new(400, "consent_required", 65004, message), context.now_ms)
            }
        };
    }
    let names = requested(&scope);
    let mut entra = tenant.entra();
    entra.granted.extend(names);
    entra.granted.sort_unstable();
    entra.granted.dedup();
    drop(entra);
    let scope = form.get("scope").unwrap_or("https://graph.microsoft.com/.default");
    let tenant_id = tenant.registration.tenant_id.as_str();
    back.send(&[("admin_consent", "True"), ("tenant", tenant_id), ("scope", scope)])
}

/// The requested permissions: all that the app needs, and those that it names.
fn requested(scope: &Scope) -> Vec<permission::Permission> {
    let mut names = permission::NEEDED.to_vec();
    names.extend(scope.requested().iter().filter(|name| !permission::NEEDED.contains(name)));
    names
}

#[expect(clippy::result_large_err, reason = "the error is a complete response")]
fn read(
    tenant: &Tenant,
    context: &EndpointContext<'_>,
    form: &FormParams,
    kind: ConsentEndpoint,
) -> Result<(RedirectTarget, Scope), Response> {
    // For "organizations" the signed-in user determines the tenant; here there is only one.
    let named = if context.named == "organizations" { &tenant.registration.tenant_id } else { context.named };
    let back =
        RedirectTarget::read(tenant, named, form).map_err(|refusal| page::error(&refusal, context.now_ms))?;
    let scope = match kind {
        ConsentEndpoint::V1 => Ok(Scope::default()),
        ConsentEndpoint::V2 => form.required("scope").and_then(|text| Scope::read(&tenant.base_url, text)),
    };
    scope.map_err(|refusal: AadstsError| back.refuse(&refusal, context.now_ms)).map(|scope| (back, scope))
}
