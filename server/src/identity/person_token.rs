//! A person's own access to Microsoft Graph: refreshed silently for as long as Entra allows.

use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderValue;
use token_core::error::ServiceError;

use super::{
    Secret,
    bearer::{Bearer, IdentityError, Issued, Kept},
    entra::{Entra, PersonTokens, RefreshError},
    scopes,
};

/// What is needed for the next access token.
struct Lasting {
    tokens: PersonTokens,
    is_over: bool,
}

/// Gets and keeps one signed-in person's access token. No `Debug`: it holds tokens.
pub struct PersonToken {
    entra: Arc<Entra>,
    kept: Kept,
    lasting: Mutex<Lasting>,
    challenge: Mutex<Option<String>>,
}

impl PersonToken {
    /// With the tokens of a sign-in just done at this very Entra.
    pub fn new(entra: Arc<Entra>, tokens: PersonTokens) -> Self {
        Self {
            entra,
            kept: Kept::with(&tokens.issued()),
            lasting: Mutex::new(Lasting { tokens, is_over: false }),
            challenge: Mutex::default(),
        }
    }

    /// For somebody who signed in at another instance of the server: the first access token is asked for with this
    /// refresh token, which Entra lets more than one use. `scopes` is what was granted.
    pub fn resumed(entra: Arc<Entra>, refresh: Secret, scopes: Vec<String>) -> Self {
        let tokens = PersonTokens::to_refresh(refresh, scopes);
        Self {
            entra,
            kept: Kept::default(),
            lasting: Mutex::new(Lasting { tokens, is_over: false }),
            challenge: Mutex::default(),
        }
    }

    /// What another instance needs for [`PersonToken::resumed`].
    pub(crate) fn to_resume(&self) -> (Secret, Vec<String>) {
        let lasting = self.lasting();
        (lasting.tokens.refresh.clone(), lasting.tokens.scopes.clone())
    }

    /// What Microsoft asked this person to prove when it last refused (a claims request, as JSON), for
    /// [`Ask::claims`](super::entra::Ask::claims). It stands until they have signed in again: whoever leaves the sign-in
    /// half way is asked the same the next time.
    pub fn challenge(&self) -> Option<String> {
        self.challenge.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was granted, as Entra names it.
    pub fn scopes(&self) -> Vec<String> {
        self.lasting().tokens.scopes.clone()
    }

    /// The current token as the value of an `Authorization` header, marked as sensitive.
    pub(crate) async fn header(&self) -> Result<HeaderValue, ServiceError> {
        self.get().await.map(|bearer| bearer.header()).map_err(ServiceError::from)
    }

    /// Keeps a challenge for the next sign-in.
    pub(crate) fn challenged(&self, claims: String) {
        *self.challenge.lock().unwrap_or_else(PoisonError::into_inner) = Some(claims);
    }

    /// The current token, refreshed when its end is near.
    pub(crate) async fn get(&self) -> Result<Bearer, IdentityError> {
        self.kept.get(self.refresh()).await
    }

    /// The keeper, to throw a token away.
    pub(crate) fn kept(&self) -> &Kept {
        &self.kept
    }

    async fn refresh(&self) -> Result<Issued, IdentityError> {
        let refresh = {
            let lasting = self.lasting();
            if lasting.is_over {
                return Err(IdentityError::Ended);
            }
            lasting.tokens.refresh.clone()
        };
        match self.entra.refresh(&refresh, &scopes(self.entra.endpoint(), true)).await {
            Ok(tokens) => {
                let issued = tokens.issued();
                self.lasting().tokens = tokens;
                Ok(issued)
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    fn failed(&self, error: RefreshError) -> IdentityError {
        match error {
            RefreshError::Ended => {
                self.lasting().is_over = true;
                IdentityError::Ended
            }
            RefreshError::StepUp { claims } => {
                self.challenged(claims);
                IdentityError::StepUp
            }
            RefreshError::Failed(failure) => failure.0,
        }
    }

    fn lasting(&self) -> std::sync::MutexGuard<'_, Lasting> {
        self.lasting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
