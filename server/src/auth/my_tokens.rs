//! Self-service for a signed-in user: checks that it is offered, limits the rate, and runs one attempt at a time.

use std::sync::Arc;

use app::api::{my_form::OwnTokens, services::MyTokensService};
use async_trait::async_trait;
use graph::{entra::sign_in::Person, permission::WRITE_OWN_METHODS};
use token_core::{
    audit::{
        AuditAction, AuditEntry, AuditFilter, AuditLogLine, AuditQuery, EntryStatus, PersonRef, TokenRef,
    },
    error::ServiceError,
    otp::Code,
    self_service::{ActivationOutcome, ActivationTarget, MyTokenList, OwnActivation, PendingActivation},
    token::{SerialNumber, Token, TokenId},
};
use tokio::time::{Duration, timeout};

use super::{AuthState, RequestContext, pending_activation::PendingActivationSlot, sessions::UserSession};
use crate::{
    config::Offer,
    self_service::{AttemptResult, SelfServiceClient},
};

/// How long the page waits for Microsoft before it says so. A user waits longer than for any other page, and not for ever.
const PATIENCE: Duration = Duration::from_secs(5);

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

    /// With delegated access the person's sign-in must grant the permission: the app's rights do not take its place.
    fn client(&self) -> Result<SelfServiceClient, ServiceError> {
        let me = self.session.me.as_ref().map(|(_, directory)| Arc::clone(directory));
        if me.is_none() && self.auth.self_service.delegated {
            let permission = format!("{WRITE_OWN_METHODS} (delegated)");
            return Err(ServiceError::Forbidden { permission, request_id: "none".to_owned() });
        }
        Ok(SelfServiceClient {
            app: Arc::clone(&self.context.connection.self_service),
            me,
            user: self.session.person.oid.clone(),
            most: self.auth.self_service.most,
        })
    }

    /// The tokens, at most as often as the limit allows.
    async fn read_tokens(&self) -> Result<Vec<Token>, ServiceError> {
        if !self.auth.self_service.is_offered() {
            return Err(ServiceError::NotOffered);
        }
        self.auth.limit_own_read(&self.session.person.key()).await?;
        let tokens = self.client()?.tokens().await?;
        self.auth.audit_log_of(&self.context).remember_tokens(&tokens);
        Ok(tokens)
    }

    async fn take_carried_over(&self) -> Result<PendingActivationSlot, ServiceError> {
        self.auth.take_carried_over(&self.session, self.context.session_id.as_deref()).await
    }

    /// Takes the code that was entered before a step-up, which the next attempt uses or makes useless.
    pub fn take_restored(&self) -> Option<Code> {
        self.session.restored.take().and_then(|pending| pending.code)
    }

    /// The latest activations of this user by this page; none while the audit log cannot be read.
    async fn activations(&self) -> Vec<OwnActivation> {
        const MAX_SHOWN: usize = 5;
        let filter = AuditFilter {
            person: Some(self.session.person.oid.as_str().to_owned()),
            result: Some(EntryStatus::Done),
            ..AuditFilter::default()
        };
        let ask = AuditQuery { filter, limit: Some(50), ..AuditQuery::default() };
        let scope = self.auth.audit_scope_of(&self.context);
        let page = self.auth.audit_log_of(&self.context).list(&scope, ask).await;
        let entries = page.into_iter().flat_map(|page| page.lines).filter_map(|line| match line {
            AuditLogLine::Entry(entry) => Some(*entry),
            AuditLogLine::Run(_) => None,
        });
        let own = entries
            .filter(|entry| {
                matches!(
                    entry.action,
                    AuditAction::Claim | AuditAction::OwnActivate | AuditAction::OwnRefresh
                )
            })
            .map(|entry| OwnActivation {
                token: entry.token.and_then(|token| token.serial.or(token.id)).unwrap_or_default(),
                at_ms: entry.at_ms,
                address: entry.address,
            });
        own.take(MAX_SHOWN).collect()
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
        let result = match self.check_allowed(&target).await {
            Ok(()) => {
                let tenant = &self.context.connection.settings.tenant_id;
                let _lock = self.auth.lock_user(tenant, &self.session.person.oid).await?;
                let audit_log = self.auth.audit_log_of(&self.context);
                let client = self.client()?;
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
        if matches!(result, Err(ServiceError::StepUp | ServiceError::SecondFactor)) {
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

    async fn check_allowed(&self, target: &ActivationTarget) -> Result<(), ServiceError> {
        let person = self.session.person.key();
        let offer = self.auth.self_service.offer;
        if matches!((target, offer), (_, Offer::Off) | (ActivationTarget::Serial(_), Offer::Activate)) {
            return Err(ServiceError::NotOffered);
        }
        self.auth.require_fresh_for_own(&self.session)?;
        match target {
            ActivationTarget::Token(_) | ActivationTarget::Refresh(_) => {
                self.auth.limit_own_code(&person).await
            }
            ActivationTarget::Serial(_) => self.auth.limit_claim(&person, self.context.address).await,
        }
    }
}

#[async_trait]
impl MyTokensService for RequestMyTokens {
    async fn tokens(&self) -> Result<MyTokenList, ServiceError> {
        let tokens = self.read_tokens().await?;
        let pending = self.take_carried_over().await?.take();
        Ok(MyTokenList { tokens, pending, activations: self.activations().await })
    }

    async fn tokens_for_page(&self) -> OwnTokens {
        let tokens = match timeout(PATIENCE, self.read_tokens()).await {
            Ok(Ok(tokens)) => tokens,
            Ok(Err(error)) => return OwnTokens::Failed(error),
            Err(_) => return OwnTokens::Slow,
        };
        match self.take_carried_over().await {
            Ok(carried_over) if carried_over.target().is_some() => {
                self.session.restored.take_over(&carried_over);
            }
            Ok(_) => {}
            Err(error) => return OwnTokens::Failed(error),
        }
        OwnTokens::Read { tokens, activations: self.activations().await, kept: self.session.restored.kept() }
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
