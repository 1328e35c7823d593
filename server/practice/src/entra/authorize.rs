//! The authorize endpoint: validates the request, shows the sign-in page unless the user is signed in, and redirects with a
//! code (MICROSOFT_GRAPH.md 7.3).

use axum::response::Response;
use http::{HeaderValue, header};

use super::{
    context::EndpointContext,
    form::FormParams,
    id_token,
    page::{self, Choice},
    redirect::RedirectTarget,
};
use crate::{
    oauth::{
        aadsts::{AadstsError, refuse},
        claims::{ClaimsRequest, FRESH_MS},
        grants::{Binding, SignIn},
        scope::Scope,
        sessions::SsoSession,
    },
    permission::Permission,
    state::Tenant,
    test_users::TestUser,
};

/// Length of an S256 challenge.
const CHALLENGE_LEN: usize = 43;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PromptMode {
    /// The page is shown unless the user is signed in.
    Usual,
    /// The page must not be shown.
    Nothing,
    /// The page is always shown.
    Page,
}

/// A request with valid parameters.
struct Request {
    prompt: PromptMode,
    hint: Option<String>,
    scope: Scope,
    claims_request: ClaimsRequest,
    nonce: Option<String>,
    binding: Binding,
}

impl Request {
    fn read(tenant: &Tenant, form: &FormParams) -> Result<Self, AadstsError> {
        let bad = |number, message: &str| refuse(400, "invalid_request", number, message);
        match form.required("response_type")? {
            "code" => {}
            other => {
                let message = format!("response_type '{other}' is not enabled for the application.");
                return refuse(400, "unsupported_response_type", 700054, message);
            }
        }
        let scope = Scope::read(&tenant.base_url, form.required("scope")?)?;
        let challenge = match (form.get("code_challenge"), form.get("code_challenge_method")) {
            // Entra requires PKCE of single-page applications alone.
            (None, None) => None,
            (None, Some(_)) => Some(form.required("code_challenge")?),
            (Some(_), method) if method != Some("S256") => {
                return bad(9002313, "The code_challenge_method must be S256.");
            }
            (Some(challenge), _) if challenge.len() != CHALLENGE_LEN => {
                return bad(501491, "Invalid size of Code_Challenge parameter.");
            }
            (Some(challenge), _) => Some(challenge),
        };
        let challenge = challenge.map(str::to_owned);
        let prompt = match form.get("prompt") {
            None => PromptMode::Usual,
            Some("none") => PromptMode::Nothing,
            Some("select_account" | "login" | "consent") => PromptMode::Page,
            Some(_) => return bad(90023, "Unsupported 'prompt' value."),
        };
        Ok(Self {
            prompt,
            hint: form.get("login_hint").map(str::to_owned),
            scope,
            claims_request: ClaimsRequest::read(form.get("claims"))?,
            nonce: form.get("nonce").map(str::to_owned),
            binding: Binding { redirect_uri: form.required("redirect_uri")?.to_owned(), challenge },
        })
    }

    /// Why the page must be shown; `None` when the session suffices.
    fn objection(&self, tenant: &Tenant, session: Option<&SsoSession>, now_ms: u64) -> Option<AadstsError> {
        let hinted = self.hinted(tenant);
        let known = session.filter(|session| hinted.is_none_or(|test_user| test_user == session.test_user));
        let Some(session) = known else {
            let message = "Session information is not sufficient for single-sign-on.";
            return Some(AadstsError::new(400, "login_required", 50058, message));
        };
        let is_fresh = |at_ms: u64| now_ms.saturating_sub(at_ms) <= FRESH_MS;
        if self.claims_request.step_up && !session.stepped_ms.is_some_and(is_fresh) {
            return Some(AadstsError::needs_interaction());
        }
        None
    }

    /// The user whom `login_hint` names, by user principal name or by the claim `login_hint`.
    fn hinted(&self, tenant: &Tenant) -> Option<TestUser> {
        let hint = self.hint.as_deref()?;
        let named = tenant.company().person_key(hint).and_then(|key| tenant.test_users.find(key));
        named.or_else(|| TestUser::ALL.into_iter().find(|test_user| id_token::login_hint(*test_user) == hint))
    }
}

/// GET and POST of the endpoint.
pub fn answer(tenant: &Tenant, context: &EndpointContext<'_>, form: &FormParams) -> Response {
    tenant.stats.authorize_request();
    let (back, request) = match read(tenant, context, form) {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let session = tenant.entra().sessions.get(context.cookie).cloned();
    let objection = request.objection(tenant, session.as_ref(), context.now_ms);
    match (request.prompt, objection, session) {
        (PromptMode::Nothing, Some(refusal), _) => back.refuse(&refusal, context.now_ms),
        (PromptMode::Usual | PromptMode::Nothing, None, Some(session)) => {
            finish(tenant, &back, request, &session, context.now_ms)
        }
        _ => {
            let choice = Choice {
                action: &format!("/{}/login?{}", context.named, context.query),
                hint: request.hinted(tenant),
                step_up: request.claims_request.step_up,
                requested: request.scope.requested(),
            };
            page::choose(tenant, &choice)
        }
    }
}

/// POST of the page's form: `as` is the chosen user, or `refuse`.
pub fn choose(
    tenant: &Tenant,
    context: &EndpointContext<'_>,
    form: &FormParams,
    chosen: &FormParams,
) -> Response {
    let (back, request) = match read(tenant, context, form) {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let word = chosen.get("as").unwrap_or_default();
    if word == "refuse" {
        let refusal =
            AadstsError::new(400, "access_denied", 65004, "User declined to consent to access the app.");
        return back.refuse(&refusal, context.now_ms);
    }
    let Some(test_user) = TestUser::of(word).filter(|test_user| tenant.test_users.key(*test_user).is_some())
    else {
        let refusal = AadstsError::new(400, "invalid_request", 50034, "There is no such user to choose.");
        return page::error(&refusal, context.now_ms);
    };
    tenant.stats.sign_in();
    let (secret, session) = tenant.entra().sessions.begin(
        context.cookie,
        test_user,
        request.claims_request.step_up,
        context.now_ms,
    );
    let mut response = finish(tenant, &back, request, &session, context.now_ms);
    let cookie = format!("{}={secret}; Path=/; HttpOnly; SameSite=Lax", context.cookie_name);
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Reads a request. Errors are shown on a page until the redirect URI is validated, and sent there afterwards.
#[expect(clippy::result_large_err, reason = "the error is a complete response")]
fn read(
    tenant: &Tenant,
    context: &EndpointContext<'_>,
    form: &FormParams,
) -> Result<(RedirectTarget, Request), Response> {
    let mut back = RedirectTarget::read(tenant, context.named, form)
        .map_err(|refusal| page::error(&refusal, context.now_ms))?;
    let request = back.set_mode(form).and_then(|()| Request::read(tenant, form));
    match request {
        Ok(request) => Ok((back, request)),
        Err(refusal) => Err(back.refuse(&refusal, context.now_ms)),
    }
}

fn finish(
    tenant: &Tenant,
    back: &RedirectTarget,
    request: Request,
    session: &SsoSession,
    now_ms: u64,
) -> Response {
    let code = check_person(tenant, &request.scope, session).map(|_| {
        let sign_in = SignIn {
            test_user: session.test_user,
            session: session.id.clone(),
            at_ms: session.at_ms,
            stepped_up: request.claims_request.step_up,
            claims_request: request.claims_request,
            scope: request.scope,
            nonce: request.nonce,
        };
        tenant.entra().grants.issue_code(sign_in, request.binding, now_ms)
    });
    match code {
        Ok(code) => back.send(&[("code", &code), ("session_state", &session.id)]),
        Err(refusal) => back.refuse(&refusal, now_ms),
    }
}

/// Checks that the user is assigned to the app, and that the scope was consented to.
fn check_person(
    tenant: &Tenant,
    scope: &Scope,
    session: &SsoSession,
) -> Result<Vec<Permission>, AadstsError> {
    if !session.test_user.is_assigned() {
        let message = "Your administrator has configured the application to block users unless they are specifically granted ('assigned') access to the application. The signed in user is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator.";
        return refuse(400, "access_denied", 50105, message);
    }
    scope.granted(&tenant.entra().granted).ok_or_else(|| AadstsError::no_consent(false))
}
