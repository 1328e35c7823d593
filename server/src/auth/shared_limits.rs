//! Rate limits that count at every instance of the server: each instance by itself, and with PostgreSQL also all
//! together.

use std::net::IpAddr;

use graph::entra::sign_in::PersonKey;
use token_core::error::ServiceError;

use super::{
    AuthState,
    rate_limits::{SharedLimit, network},
    session_store::store_unavailable,
};

impl AuthState {
    /// Counts one step of a sign-in from this address.
    pub(super) async fn limit_sign_in(&self, address: IpAddr) -> Result<(), ServiceError> {
        self.rate_limits.sign_in(address)?;
        self.limit_shared(SharedLimit::SIGN_INS, &network(address).to_string()).await
    }

    /// Counts a serial number that this user enters, in whichever session, from this address.
    pub(super) async fn limit_claim(&self, person: &PersonKey, address: IpAddr) -> Result<(), ServiceError> {
        self.rate_limits.claim(person, address)?;
        self.limit_shared(SharedLimit::CLAIMS, person.oid.as_str()).await?;
        self.limit_shared(SharedLimit::ADDRESS_CLAIMS, &network(address).to_string()).await
    }

    /// Counts a code that this user enters for their own token.
    pub(super) async fn limit_own_code(&self, person: &PersonKey) -> Result<(), ServiceError> {
        self.rate_limits.own_code(person)?;
        self.limit_shared(SharedLimit::OWN_CODES, person.oid.as_str()).await
    }

    /// Counts a read of this user's own tokens.
    pub(super) async fn limit_own_read(&self, person: &PersonKey) -> Result<(), ServiceError> {
        self.rate_limits.own_read(person)?;
        self.limit_shared(SharedLimit::OWN_READS, person.oid.as_str()).await
    }

    async fn limit_shared(&self, limit: SharedLimit, key: &str) -> Result<(), ServiceError> {
        let Some(pg_store) = &self.pg_store else { return Ok(()) };
        // The database learns neither the address nor the person.
        let Some(place) = self.server_key.mac(limit.name, key) else { return Ok(()) };
        match pg_store.take_permit(place.as_bytes(), limit).await.map_err(store_unavailable)? {
            None => Ok(()),
            Some(after_ms) => Err(ServiceError::RateLimited { after_ms }),
        }
    }
}
