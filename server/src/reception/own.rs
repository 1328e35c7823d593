//! What the app asks about the tokens of a person with a session: whether it is offered, how often, one at a time.

use std::sync::Arc;

use app::api::services::Own;
use async_trait::async_trait;
use token_core::{
    audit::{AuditAction, AuditEntry, EntryStatus, PersonRef, TokenRef},
    error::ServiceError,
    otp::Code,
    self_service::{ActivationOutcome, ActivationTarget, MyTokenList, Unfinished},
    token::{SerialNumber, TokenId},
};

use super::{Caller, Reception, sessions::Session};
use crate::{
    audit::ActorContext,
    config::Offer,
    entra::sign_in::Person,
    self_service::{Hands, Tried},
};

/// One person's own tokens, as their session reaches them.
#[derive(Clone)]
pub struct PersonsOwn {
    reception: Arc<Reception>,
    caller: Caller,
    session: Arc<Session>,
}

impl PersonsOwn {
    /// Of this caller; nobody without a session has any.
    pub fn of(reception: &Arc<Reception>, caller: &Caller) -> Option<Self> {
        let (_, session) = caller.session.as_ref()?;
        let (caller, session) = (caller.clone(), Arc::clone(session));
        Some(Self { reception: Arc::clone(reception), caller, session })
    }

    fn hands(&self) -> Hands {
        Hands {
            app: Arc::clone(&self.caller.connection.directory),
            me: self.session.me.as_ref().map(|(_, directory)| Arc::clone(directory)),
            user: self.session.person.oid.clone(),
            most: self.reception.self_service.most,
        }
    }

    /// In a task of its own: whoever closes the page half way does not keep a token from being given back.
    async fn attempt(&self, target: ActivationTarget, code: Code) -> Result<ActivationOutcome, ServiceError> {
        let own = self.clone();
        let hold = self.reception.trail_of(&self.caller).track().await;
        let attempt = tokio::spawn(async move {
            let _hold = hold;
            own.finish(target, code).await
        });
        attempt.await.unwrap_or_else(|_| Err(ServiceError::Internal { reference: "own token".to_owned() }))
    }

    async fn finish(self, target: ActivationTarget, code: Code) -> Result<ActivationOutcome, ServiceError> {
        let result = match self.admit(&target) {
            Ok(()) => {
                let _turn = self.reception.turn(&self.session.person.key()).await?;
                let audit_log = self.reception.trail_of(&self.caller);
                let hands = self.hands();
                let tried = audit_log.record_operation_as(
                    self.entry(&target),
                    hands.attempt(&target, &code),
                    Tried::ended,
                );
                tried.await.map(|tried| tried.attempt)
            }
            Err(error) => {
                let refused = AuditEntry { reason: error.to_string(), ..self.entry(&target) };
                self.reception.trail_of(&self.caller).record_denial(refused);
                Err(error)
            }
        };
        if result == Err(ServiceError::StepUp) {
            self.session.set_aside.put(Unfinished { target, code: Some(code) });
        }
        result
    }

    /// What the trail says of an attempt that was not made.
    fn entry(&self, target: &ActivationTarget) -> AuditEntry {
        let Person { oid, name, upn, .. } = &self.session.person;
        let (action, token) = match target {
            ActivationTarget::Token(id) => {
                (AuditAction::OwnActivate, self.reception.trail_of(&self.caller).token(id))
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
            ..ActorContext::of(&self.caller).entry(action, EntryStatus::Refused)
        }
    }

    fn admit(&self, target: &ActivationTarget) -> Result<(), ServiceError> {
        let Reception { self_service, limits, .. } = &*self.reception;
        let person = self.session.person.key();
        match (target, self_service.offer) {
            (_, Offer::Off) | (ActivationTarget::Serial(_), Offer::Activate) => Err(ServiceError::NotOffered),
            (ActivationTarget::Token(_), _) => limits.own_code(&person),
            (ActivationTarget::Serial(_), _) => limits.claim(&person, self.caller.address),
        }
    }
}

#[async_trait]
impl Own for PersonsOwn {
    async fn tokens(&self) -> Result<MyTokenList, ServiceError> {
        if !self.reception.self_service.is_offered() {
            return Err(ServiceError::NotOffered);
        }
        let tokens = self.hands().tokens().await?;
        self.reception.trail_of(&self.caller).remember_tokens(&tokens);
        let name = self.caller.session_name.as_deref();
        let unfinished = self.reception.brought(&self.session, name).await?;
        Ok(MyTokenList { tokens, unfinished })
    }

    async fn activate(&self, token: TokenId, code: Code) -> Result<ActivationOutcome, ServiceError> {
        self.attempt(ActivationTarget::Token(token), code).await
    }

    async fn claim(&self, serial: SerialNumber, code: Code) -> Result<ActivationOutcome, ServiceError> {
        self.attempt(ActivationTarget::Serial(serial), code).await
    }
}
