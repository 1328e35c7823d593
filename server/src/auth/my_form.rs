//! The forms of *My tokens*: a POST that is answered by a redirect to the page (RFC 9110 section 15.4.4), so that going back
//! and reloading send nothing again. What became of the form reaches the page in a sealed cookie, which holds no code.
//!
//! They lead to the same functions as the calls, behind the same checks.

use std::sync::Arc;

use app::api::{
    access::Access,
    my_form::{FormAnswer, FormResult, SentForm, field, form},
    services::{MyTokensService as _, with_reference},
};
use axum::{
    Extension,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use graph::clock;
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use token_core::{
    error::ServiceError,
    otp::Code,
    self_service::{ActivationOutcome, Denial},
    token::{SerialNumber, TokenId},
};
use zeroize::Zeroizing;

use super::{
    AuthState, RequestContext,
    cookies::CookieName,
    digest::SecretHash,
    my_tokens::RequestMyTokens,
    pending_sign_ins::{MAX_AGE, is_recent},
    responses::redirect,
};

/// The purpose of the key that seals an answer.
const ANSWER: &str = "form answer";
/// Longest serial number that is kept for the page, in characters, as in its field.
const MAX_SERIAL: usize = 128;

/// Carries a form out, and redirects to the page that shows what became of it.
pub async fn send(
    State(auth): State<Arc<AuthState>>,
    Extension(context): Extension<RequestContext>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "This is no form.\n").into_response();
    }
    let Some(fields) = FormFields::parse(&body) else {
        let words = "The form is incomplete. Open the page My tokens again.\n";
        return (StatusCode::UNPROCESSABLE_ENTITY, words).into_response();
    };
    let answer = auth.carry_out(&context, fields).await;
    let path = answer.path();
    redirect(&path, &auth.seal_answer(&context, answer).into_iter().collect::<Vec<_>>())
}

/// The fields of a form.
struct FormFields {
    form: SentForm,
    /// As it was typed.
    code: Zeroizing<String>,
    key: String,
    refusals: u32,
    is_kept: bool,
}

impl FormFields {
    /// `None` when the form is none of the page's, or names no token.
    fn parse(body: &[u8]) -> Option<Self> {
        let (mut form, mut token, mut serial, mut key) = (None, None, String::new(), String::new());
        let (mut code, mut refusals, mut is_kept) = (Zeroizing::default(), 0, false);
        for (name, value) in url::form_urlencoded::parse(body) {
            match &*name {
                field::CODE => code = Zeroizing::new(value.into_owned()),
                field::FORM => form = Some(value.into_owned()),
                field::TOKEN => token = TokenId::parse(&value),
                field::SERIAL => serial = value.trim().chars().take(MAX_SERIAL).collect(),
                field::KEY => key = value.into_owned(),
                field::REFUSALS => refusals = value.parse().unwrap_or_default(),
                field::KEPT => is_kept = true,
                _ => {}
            }
        }
        let form = match form?.as_str() {
            form::ACTIVATE => SentForm::Activate(token?),
            form::REFRESH => SentForm::Refresh(token?),
            form::CLAIM => SentForm::Claim(serial),
            _ => return None,
        };
        Some(Self { form, code, key, refusals, is_kept })
    }

    /// The code that was typed; `None` without one, or when the kept one is to be used.
    fn typed_code(&self) -> Option<Code> {
        Code::parse(&self.code)
    }

    /// Whether the code is that which the server has kept.
    fn sends_kept_code(&self) -> bool {
        self.is_kept && self.code.trim().is_empty()
    }

    /// The same for two requests that send the same form with the same code, or both with the kept one.
    fn identity(&self, code: Option<&Code>) -> SecretHash {
        let code = code.map_or("kept", Code::expose);
        let text = Zeroizing::new(format!("{}\n{:?}\n{code}", self.key, self.form));
        SecretHash::of(&text)
    }
}

impl AuthState {
    async fn carry_out(self: &Arc<Self>, context: &RequestContext, fields: FormFields) -> FormAnswer {
        let result = match self.attempt_form(context, &fields).await {
            Ok(result) => result,
            Err(error) => {
                self.record_refusal(context, app::api::my_form::PATH, &error);
                FormResult::Failed(error)
            }
        };
        let refused = matches!(
            result,
            FormResult::Ended(
                ActivationOutcome::Denied(Denial::CodeRefused)
                    | ActivationOutcome::Deactivated(Denial::CodeRefused)
            )
        );
        let refusals = fields.refusals.saturating_add(u32::from(refused));
        FormAnswer { form: fields.form, result: without_messages(result), refusals }
    }

    /// # Errors
    /// When nobody is signed in.
    async fn attempt_form(
        self: &Arc<Self>,
        context: &RequestContext,
        fields: &FormFields,
    ) -> Result<FormResult, ServiceError> {
        context.user.authorize(Access::SignedIn, self.admin_role())?;
        let my_tokens = RequestMyTokens::of(self, context).ok_or(ServiceError::SignedOut)?;
        let (_, session) = context.session.as_ref().ok_or(ServiceError::SignedOut)?;
        let target = match &fields.form {
            SentForm::Activate(id) => Target::Activate(id.clone()),
            SentForm::Refresh(id) => Target::Refresh(id.clone()),
            SentForm::Claim(serial) => match SerialNumber::parse(serial) {
                Some(serial) => Target::Claim(serial),
                None => return Ok(FormResult::SerialMissing),
            },
        };
        let typed = fields.typed_code();
        if typed.is_none() && !fields.sends_kept_code() {
            return Ok(FormResult::CodeMissing);
        }
        let identity = fields.identity(typed.as_ref());
        let attempt = async move {
            // Another code, or the kept one: what was kept has served.
            let kept = my_tokens.take_restored();
            let Some(code) = typed.or(kept) else { return FormResult::CodeMissing };
            let outcome = match target {
                Target::Activate(id) => my_tokens.activate(id, code).await,
                Target::Refresh(id) => my_tokens.refresh(id, code).await,
                Target::Claim(serial) => my_tokens.claim(serial, code).await,
            };
            outcome.map_or_else(|error| FormResult::Failed(with_reference(error)), FormResult::Ended)
        };
        Ok(session.sent_forms.once(identity, attempt).await)
    }

    /// `Set-Cookie` with an answer for the page; `None` when it cannot be sealed.
    fn seal_answer(&self, context: &RequestContext, answer: FormAnswer) -> Option<String> {
        let session = context.session.as_ref().map(|(key, _)| *key);
        let sealed = SealedAnswer { began_ms: clock::now_ms(), session, answer };
        let value = self.server_key.seal_text(ANSWER, &sealed)?;
        Some(self.cookies.set_for(CookieName::FormAnswer, &value, MAX_AGE))
    }

    /// The answer in a cookie, if this session sent the form within [`MAX_AGE`].
    pub(super) fn open_answer(&self, value: &str, session: Option<&SecretHash>) -> Option<FormAnswer> {
        let sealed: SealedAnswer = self.server_key.open_text(ANSWER, value)?;
        let is_valid = sealed.session.as_ref() == session && is_recent(sealed.began_ms, clock::now_ms());
        is_valid.then_some(sealed.answer)
    }
}

/// What a form asks for.
enum Target {
    Activate(TokenId),
    Refresh(TokenId),
    Claim(SerialNumber),
}

#[derive(Serialize, Deserialize)]
struct SealedAnswer {
    began_ms: u64,
    /// The key of the session that sent the form.
    session: Option<SecretHash>,
    answer: FormAnswer,
}

/// Without the messages that the page does not show: a cookie has room for four kilobytes.
fn without_messages(result: FormResult) -> FormResult {
    let FormResult::Failed(error) = result else { return result };
    let message = String::new();
    FormResult::Failed(match error {
        ServiceError::Upstream { status, request_id, .. } => {
            ServiceError::Upstream { status, message, request_id }
        }
        ServiceError::Unreachable { .. } => ServiceError::Unreachable { message },
        ServiceError::Invalid { .. } => ServiceError::Invalid { message },
        ServiceError::Credentials { .. } => ServiceError::Credentials { message },
        ServiceError::AuditUnavailable { .. } => ServiceError::AuditUnavailable { message },
        ServiceError::SessionStoreUnavailable { .. } => ServiceError::SessionStoreUnavailable { message },
        error => error,
    })
}
