//! What the app asks about the tokens of a person with a session: whether it is offered, how often, one at a time.

use std::sync::Arc;

use app::api::services::Own;
use async_trait::async_trait;
use token_core::{
    fault::Fault,
    otp::Code,
    own::{Attempt, OwnTokens, Target, Unfinished},
    token::{SerialNumber, TokenId},
};

use super::{
    Caller, Reception,
    attempts::{Attempted, note},
    sessions::Session,
};
use crate::{config::Offer, self_service::Hands};

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
    async fn attempt(&self, target: Target, code: Code) -> Result<Attempt, Fault> {
        let own = self.clone();
        let attempt = tokio::spawn(async move { own.finish(target, code).await });
        attempt.await.unwrap_or_else(|_| Err(Fault::Internal { reference: "own token".to_owned() }))
    }

    async fn finish(self, target: Target, code: Code) -> Result<Attempt, Fault> {
        let result = match self.admit(&target) {
            Ok(()) => {
                let _turn = self.reception.turns.of(&self.session.person.key()).await;
                self.hands().attempt(&target, &code).await
            }
            Err(fault) => Err(fault),
        };
        let (person, address) = (&self.session.person, self.caller.address);
        note(&Attempted { person, address, target: &target, result: &result });
        if result == Err(Fault::StepUp) {
            self.session.set_aside.put(Unfinished { target, code });
        }
        result
    }

    fn admit(&self, target: &Target) -> Result<(), Fault> {
        let Reception { self_service, limits, .. } = &*self.reception;
        let person = self.session.person.key();
        match (target, self_service.offer) {
            (_, Offer::Off) | (Target::Serial(_), Offer::Activate) => Err(Fault::NotOffered),
            (Target::Token(_), _) => limits.own_code(&person),
            (Target::Serial(_), _) => limits.claim(&person, self.caller.address),
        }
    }
}

#[async_trait]
impl Own for PersonsOwn {
    async fn tokens(&self) -> Result<OwnTokens, Fault> {
        if !self.reception.self_service.is_offered() {
            return Err(Fault::NotOffered);
        }
        let tokens = self.hands().tokens().await?;
        Ok(OwnTokens { tokens, unfinished: self.session.brought.take() })
    }

    async fn activate(&self, token: TokenId, code: Code) -> Result<Attempt, Fault> {
        self.attempt(Target::Token(token), code).await
    }

    async fn claim(&self, serial: SerialNumber, code: Code) -> Result<Attempt, Fault> {
        self.attempt(Target::Serial(serial), code).await
    }
}
