//! An administrator's consent: the page, and what comes of it (FACTS section 7.3).

use axum::response::Response;
use http::StatusCode;

use super::{
    aadsts::Aadsts,
    form::Form,
    page::{self, escape},
    redirect::Back,
    routes::Asked,
    scope::Scope,
};
use crate::practice::{permission, state::Tenant};

/// The two forms of the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `/{tenant}/adminconsent`
    Old,
    /// `/{tenant}/v2.0/adminconsent`, with a scope.
    New,
}

/// GET: the page.
pub fn show(tenant: &Tenant, asked: &Asked<'_>, form: &Form, kind: Kind) -> Response {
    let scope = match read(tenant, asked, form, kind) {
        Ok((_, scope)) => scope,
        Err(answer) => return answer,
    };
    let names = wanted(&scope);
    let body = format!(
        "<h1>Allow the app for the whole company?</h1><p>It asks for: {}.</p><form method=\"post\" action=\"{}\"><button class=\"plain\" name=\"answer\" value=\"accept\">Accept</button><button class=\"plain\" name=\"answer\" value=\"cancel\">Cancel</button></form>",
        escape(&names.join(", ")),
        escape(asked.target),
    );
    page::answer(StatusCode::OK, "Permissions requested", &body)
}

/// POST: `answer` says whether the administrator accepts.
pub fn decide(tenant: &Tenant, asked: &Asked<'_>, form: &Form, kind: Kind, decision: &Form) -> Response {
    let (back, scope) = match read(tenant, asked, form, kind) {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    if decision.get("answer") != Some("accept") {
        return match kind {
            Kind::New => back.send(&[
                ("error", "permission_denied"),
                ("error_description", "The admin canceled the request"),
            ]),
            Kind::Old => {
                let message = "The resource owner or authorization server denied the request.";
                back.refuse(&Aadsts::new(400, "consent_required", 65004, message), asked.now_ms)
            }
        };
    }
    let names = wanted(&scope);
    let mut entra = tenant.entra();
    entra.granted.extend(names);
    entra.granted.sort_unstable();
    entra.granted.dedup();
    drop(entra);
    let scope = form.get("scope").unwrap_or("https://graph.microsoft.com/.default");
    let tenant_id = tenant.registration.tenant_id.as_str();
    back.send(&[("admin_consent", "True"), ("tenant", tenant_id), ("scope", scope)])
}

/// What the consent is about: everything that the app needs, and what it asks for by name.
fn wanted(scope: &Scope) -> Vec<permission::Permission> {
    let mut names = permission::NEEDED.to_vec();
    names.extend(scope.asked().iter().filter(|asked| !permission::NEEDED.contains(asked)));
    names
}

#[expect(clippy::result_large_err, reason = "the answer instead is as large as any answer")]
fn read(tenant: &Tenant, asked: &Asked<'_>, form: &Form, kind: Kind) -> Result<(Back, Scope), Response> {
    // Which tenant it is, is known by who signs in; here there is only one.
    let named = if asked.named == "organizations" { &tenant.registration.tenant_id } else { asked.named };
    let back = Back::read(tenant, named, form).map_err(|refusal| page::error(&refusal, asked.now_ms))?;
    let scope = match kind {
        Kind::Old => Ok(Scope::default()),
        Kind::New => form.required("scope").and_then(|text| Scope::read(tenant, text)),
    };
    scope.map_err(|refusal: Aadsts| back.refuse(&refusal, asked.now_ms)).map(|scope| (back, scope))
}
