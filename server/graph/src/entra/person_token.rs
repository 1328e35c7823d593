//! A person's delegated access to Microsoft Graph, refreshed silently for as long as Entra allows.

use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderValue;
use token_core::error::ServiceError;

use super::{
    access_token::{AccessTokenCache, AccessTokenError, Bearer, IssuedAccessToken},
    scopes::scopes,
    sign_in::{EntraClient, Person, PersonTokens, RefreshError, Refreshed},
};
use crate::secret::Secret;

/// The state for the next refresh.
struct RefreshState {
    tokens: PersonTokens,
    has_ended: bool,
}

/// Refreshes and caches one signed-in person's access token. No `Debug`: it holds tokens.
pub struct PersonToken {
    entra: Arc<EntraClient>,
    /// The scopes that a refresh requests.
    requested: Vec<String>,
    cache: AccessTokenCache,
    refresh_state: Mutex<RefreshState>,
    challenge: Mutex<Option<String>>,
}

impl PersonToken {
    /// With the tokens of a new sign-in at this `entra`; without `for_graph` a refresh requests no access to Graph.
    pub fn new(entra: Arc<EntraClient>, tokens: PersonTokens, for_graph: bool) -> Self {
        Self {
            requested: scopes(entra.endpoint(), for_graph),
            entra,
            cache: AccessTokenCache::with(&tokens.issued()),
            refresh_state: Mutex::new(RefreshState { tokens, has_ended: false }),
            challenge: Mutex::default(),
        }
    }

    /// For somebody who signed in at another instance of the server: the first access token is requested with this
    /// refresh token, which several instances may use.
    pub fn resumed(
        entra: Arc<EntraClient>,
        refresh: Secret,
        granted_scopes: Vec<String>,
        for_graph: bool,
    ) -> Self {
        let tokens = PersonTokens::to_refresh(refresh, granted_scopes);
        Self {
            requested: scopes(entra.endpoint(), for_graph),
            entra,
            cache: AccessTokenCache::default(),
            refresh_state: Mutex::new(RefreshState { tokens, has_ended: false }),
            challenge: Mutex::default(),
        }
    }

    /// The arguments with which another instance calls [`PersonToken::resumed`].
    pub fn to_resume(&self) -> (Secret, Vec<String>) {
        let refresh_state = self.refresh_state();
        (refresh_state.tokens.refresh.clone(), refresh_state.tokens.scopes.clone())
    }

    /// The claims request (JSON) of the last claims challenge to this person, for
    /// [`AuthorizeRequest::claims`](super::sign_in::AuthorizeRequest::claims). It is kept until a sign-in succeeds, so
    /// that an interrupted sign-in is repeated with the same claims.
    pub fn challenge(&self) -> Option<String> {
        self.challenge.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The granted scopes.
    pub fn scopes(&self) -> Vec<String> {
        self.refresh_state().tokens.scopes.clone()
    }

    /// The current token as the value of an `Authorization` header, marked as sensitive.
    pub async fn header(&self) -> Result<HeaderValue, ServiceError> {
        self.get().await.map(|bearer| bearer.header()).map_err(ServiceError::from)
    }

    /// Asks Entra who the person is now, with which roles, by refreshing their tokens. The access token in use stays.
    ///
    /// # Errors
    /// [`AccessTokenError::Ended`] and [`AccessTokenError::StepUp`] when they must sign in again, otherwise when Entra
    /// does not say.
    pub async fn assert_person(&self) -> Result<Person, AccessTokenError> {
        let (person, _) = self.refresh_person().await?;
        person.ok_or_else(|| {
            AccessTokenError::Refused("Microsoft Entra did not say who the user is".to_owned())
        })
    }

    /// Stores a claims request for the next sign-in.
    pub(crate) fn set_challenge(&self, claims: String) {
        *self.challenge.lock().unwrap_or_else(PoisonError::into_inner) = Some(claims);
    }

    /// The current token, refreshed if it expires soon.
    pub(crate) async fn get(&self) -> Result<Bearer, AccessTokenError> {
        self.cache.get(self.refresh()).await
    }

    /// The cache, to discard a token.
    pub(crate) fn cache(&self) -> &AccessTokenCache {
        &self.cache
    }

    async fn refresh(&self) -> Result<IssuedAccessToken, AccessTokenError> {
        Ok(self.refresh_person().await?.1)
    }

    async fn refresh_person(&self) -> Result<(Option<Person>, IssuedAccessToken), AccessTokenError> {
        let refresh = {
            let refresh_state = self.refresh_state();
            if refresh_state.has_ended {
                return Err(AccessTokenError::Ended);
            }
            refresh_state.tokens.refresh.clone()
        };
        match self.entra.refresh(&refresh, &self.requested).await {
            Ok(Refreshed { person, tokens }) => {
                let issued = tokens.issued();
                self.refresh_state().tokens = tokens;
                Ok((person, issued))
            }
            Err(error) => Err(self.record_failure(error)),
        }
    }

    fn record_failure(&self, error: RefreshError) -> AccessTokenError {
        match error {
            RefreshError::Ended => {
                self.refresh_state().has_ended = true;
                AccessTokenError::Ended
            }
            RefreshError::StepUp { claims } => {
                self.set_challenge(claims);
                AccessTokenError::StepUp
            }
            RefreshError::Failed(failure) => failure.0,
            RefreshError::IdToken(error) => AccessTokenError::Refused(error.to_string()),
        }
    }

    fn refresh_state(&self) -> std::sync::MutexGuard<'_, RefreshState> {
        self.refresh_state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
