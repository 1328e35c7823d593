//! Self-service for a signed-in user: checks that it is offered, limits the rate, and runs one attempt at a time.

use std::sync::Arc;

use app::api::services::MyTokensService;
use async_trait::async_trait;
use graph::entra::sign_in::Person;
use token_core::{
    audit::{AuditAction, AuditEntry, EntryStatus, PersonRef, TokenRef},
    error::ServiceError,
    otp::Code,
    self_service::{ActivationOutcome, ActivationTarget, MyTokenList, PendingActivation},
    token::{SerialNumber, TokenId},
};

use super::{AuthState, RequestContext, sessions::UserSession};
use crate::{
    config::Offer,
    self_service::{AttemptResult, SelfServiceClient},
};

/// The own tokens of the user who makes this request.
#[derive(Clone)]
pub struct RequestMyTokens {
    auth: Arc<AuthState>,
    context: RequestContext,
    session: Arc<UserSession>,
}

impl RequestMyTokens {
    /// For this request; `None` without a session.
    pub fn of(auth: &Arc<AuthState>, context: &RequestContext) -> Option<Self> {
        let (_, session) = context.session.as_ref()?;
        let (context, session) = (context.clone(), Arc::clone(session));
        Some(Self { auth: Arc::clone(auth), context, session })
    }

    fn client(&self) -> SelfServiceClient {
        SelfServiceClient {
            app: Arc::clone(&self.context.connection.directory),
            me: self.session.me.as_ref().map(|(_, directory)| Arc::clone(directory)),
            user: self.session.person.oid.clone(),
            most: self.auth.self_service.most,
        }
    }

    /// Runs in a task of its own, so that a token is released even if the user closes the page meanwhile.
    async fn attempt(&self, target: ActivationTarget, code: Code) -> Result<ActivationOutcome, ServiceError> {
        let this = self.clone();
        let guard = self.auth.audit_log_of(&self.context).track();
        let attempt = tokio::spawn(async move {
            let _guard = guard;
            this.run(target, code).await
        });
        attempt.await.unwrap_or_else(|_| Err(ServiceError::Internal { reference: "own token".to_owned() }))
    }

    async fn run(self, target: ActivationTarget, code: Code) -> Result<ActivationOutcome, ServiceError> {
        let result = match self.check_allowed(&target) {
            Ok(()) => {
                let tenant = &self.context.connection.settings.tenant_id;
                let _lock = self.auth.lock_user(tenant, &self.session.person.oid).await?;
                let audit_log = self.auth.audit_log_of(&self.context);
                let client = self.client();
                let result = audit_log.record_operation_as(
                    self.entry(&target),
                    client.attempt(&target, &code),
                    AttemptResult::write_result,
                );
                result.await.map(|result| result.attempt)
            }
            Err(error) => {
                let refused = AuditEntry { reason: error.to_string(), ..self.entry(&target) };
                self.auth.audit_log_of(&self.context).record_denial(refused);
                Err(error)
            }
        };
        if result == Err(ServiceError::StepUp) {
            self.session.pending_activation.put(PendingActivation { target, code: Some(code) });
        }
        result
    }

    /// The audit entry of a refused attempt.
    fn entry(&self, target: &ActivationTarget) -> AuditEntry {
        let Person { oid, name, upn, .. } = &self.session.person;
        let (action, token) = match target {
            ActivationTarget::Token(id) => {
                (AuditAction::OwnActivate, self.auth.audit_log_of(&self.context).token(id))
            }
            ActivationTarget::Refresh(id) => {
                (AuditAction::OwnRefresh, self.auth.audit_log_of(&self.context).token(id))
            }
            ActivationTarget::Serial(serial) => {
                (AuditAction::Claim, TokenRef { id: None, serial: Some(serial.as_str().to_owned()) })
            }
        };
        let person =
            PersonRef { id: Some(oid.as_str().to_owned()), upn: Some(upn.clone()), name: Some(name.clone()) };
        AuditEntry {
            token: Some(token),
            after: format!("activated for {}", if upn.is_empty() { name } else { upn }),
            person: Some(person),
            ..self.context.entry(action, EntryStatus::Refused)
        }
    }

    fn check_allowed(&self, target: &ActivationTarget) -> Result<(), ServiceError> {
        let AuthState { self_service, rate_limits, .. } = &*self.auth;
        let person = self.session.person.key();
        match (target, self_service.offer) {
            (_, Offer::Off) | (ActivationTarget::Serial(_), Offer::Activate) => Err(ServiceError::NotOffered),
            (ActivationTarget::Token(_) | ActivationTarget::Refresh(_), _) => rate_limits.own_code(&person),
            (ActivationTarget::Serial(_), _) => rate_limits.claim(&person, self.context.address),
        }
    }
}

#[async_trait]
impl MyTokensService for RequestMyTokens {
    async fn tokens(&self) -> Result<MyTokenList, ServiceError> {
        if !self.auth.self_service.is_offered() {
            return Err(ServiceError::NotOffered);
        }
        let tokens = self.client().tokens().await?;
        self.auth.audit_log_of(&self.context).remember_tokens(&tokens);
        let session_id = self.context.session_id.as_deref();
        let pending = self.auth.take_carried_over(&self.session, session_id).await?;
        Ok(MyTokenList { tokens, pending })
    }

    async fn activate(&self, token: TokenId, code: Code) -> Result<ActivationOutcome, ServiceError> {
        self.attempt(ActivationTarget::Token(token), code).await
    }

    async fn refresh(&self, token: TokenId, code: Code) -> Result<ActivationOutcome, ServiceError> {
        self.attempt(ActivationTarget::Refresh(token), code).await
    }

    async fn claim(&self, serial: SerialNumber, code: Code) -> Result<ActivationOutcome, ServiceError> {
        self.attempt(ActivationTarget::Serial(serial), code).await
    }
}
