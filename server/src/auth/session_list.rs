//! The list of sessions, and ending sessions other than by signing out.
//!
//! In the shared store a session is sealed with a secret that only its browser has. What the list shows is therefore a
//! record of its own, sealed with the key of the server.

use std::{net::IpAddr, sync::Arc};

use app::api::{access::Role, session_view::SessionView};
use graph::entra::sign_in::PersonKey;
use serde::{Deserialize, Serialize};
use token_core::{
    audit::{AuditAction, AuditEntry, EntryStatus, PersonRef},
    error::ServiceError,
};

use super::{
    AuthState, RequestContext,
    digest::SecretHash,
    pg_session_store::{PgSessionStore, RecordKind},
    session_store::store_unavailable,
    sessions::UserSession,
};

/// The purpose of the key that seals what the list shows.
const LISTING: &str = "session listing";

/// What the list knows of a session.
#[derive(Clone, Serialize, Deserialize)]
struct Listing {
    key: SecretHash,
    person: PersonKey,
    /// The id of Entra's session.
    sid: Option<String>,
    name: String,
    upn: String,
    role: Role,
    signed_in_ms: u64,
    address: IpAddr,
    /// Where the session and this record are stored in the shared store.
    places: Vec<Vec<u8>>,
}

impl Listing {
    fn of(key: SecretHash, session: &UserSession, places: Vec<Vec<u8>>) -> Self {
        let UserSession { person, role, signed_in_ms, address, .. } = session;
        Self {
            key,
            person: person.key(),
            sid: person.sid.clone(),
            name: person.name.clone(),
            upn: person.upn.clone(),
            role: *role,
            signed_in_ms: *signed_in_ms,
            address: *address,
            places,
        }
    }
}

/// Which sessions to end.
pub(super) enum SessionSelection<'a> {
    /// The one with this key.
    Key(SecretHash),
    /// All of a person.
    Person(&'a PersonKey),
    /// Those of this session at Entra.
    EntraSession(&'a str),
}

impl AuthState {
    /// What the list shows of a shared session, sealed.
    pub(super) fn seal_listing(
        &self,
        pg_store: &PgSessionStore,
        session_id: &str,
        session: &UserSession,
    ) -> Result<Vec<u8>, ServiceError> {
        let place_of = |kind| pg_store.lookup_key(kind, session_id).map(|place| place.to_vec());
        let places = [RecordKind::Session, RecordKind::Listing].map(place_of);
        let places = places.into_iter().collect::<Result<Vec<_>, _>>().map_err(store_unavailable)?;
        let listing = Listing::of(SecretHash::of(session_id), session, places);
        let sealed = self.server_key.seal(LISTING, &listing);
        sealed.ok_or_else(|| ServiceError::Internal { reference: "sealing".to_owned() })
    }

    /// All valid sessions of all instances, and for how many seconds they were not used.
    async fn listings(&self) -> Result<Vec<(Listing, u64)>, ServiceError> {
        let Some(pg_store) = &self.pg_store else {
            let all = self.sessions.all().into_iter();
            return Ok(all
                .map(|(key, session, idle)| (Listing::of(key, &session, Vec::new()), idle.as_secs()))
                .collect());
        };
        let sealed = pg_store.sealed_records(RecordKind::Listing).await.map_err(store_unavailable)?;
        let idle = pg_store.idle_times(RecordKind::Session).await.map_err(store_unavailable)?;
        let limit = self.sessions.lifetimes().idle.as_secs();
        let opened = sealed.into_iter().filter_map(|sealed| self.server_key.open::<Listing>(LISTING, sealed));
        let known = opened.filter_map(|listing| {
            let seconds = *idle.get(listing.places.first()?)?;
            (seconds < limit).then_some((listing, seconds))
        });
        Ok(known.collect())
    }

    /// The sessions of one person, or of all; the latest sign-in first.
    pub(super) async fn list_sessions(
        &self,
        context: &RequestContext,
        of: Option<&PersonKey>,
    ) -> Result<Vec<SessionView>, ServiceError> {
        let current = context.session.as_ref().map(|(key, _)| *key);
        let own = context.session.as_ref().map(|(_, session)| session.person.key());
        let listings = self.listings().await?.into_iter();
        let mut views: Vec<_> = listings
            .filter(|(listing, _)| of.is_none_or(|person| listing.person == *person))
            .map(|(listing, idle_s)| SessionView {
                key: listing.key.to_hex(),
                is_current: current == Some(listing.key),
                is_own: own.as_ref() == Some(&listing.person),
                name: listing.name,
                upn: listing.upn,
                role: listing.role,
                signed_in_ms: listing.signed_in_ms,
                idle_s,
                address: listing.address.to_canonical().to_string(),
            })
            .collect();
        views.sort_by_key(|view| std::cmp::Reverse(view.signed_in_ms));
        Ok(views)
    }

    /// Ends the selected sessions at every instance, and records each; `owner` limits them to this person's own. Returns
    /// how many ended.
    pub(super) async fn end_sessions(
        &self,
        context: &RequestContext,
        which: SessionSelection<'_>,
        owner: Option<&PersonKey>,
        reason: &str,
    ) -> Result<usize, ServiceError> {
        let selected = |listing: &Listing| match &which {
            SessionSelection::Key(key) => listing.key.matches(key),
            SessionSelection::Person(person) => listing.person == **person,
            SessionSelection::EntraSession(sid) => listing.sid.as_deref() == Some(*sid),
        };
        let ended: Vec<_> = self
            .listings()
            .await?
            .into_iter()
            .map(|(listing, _)| listing)
            .filter(|listing| selected(listing) && owner.is_none_or(|owner| listing.person == *owner))
            .collect();
        if ended.is_empty() {
            return Ok(0);
        }
        if let Some(pg_store) = &self.pg_store {
            let places: Vec<_> = ended.iter().flat_map(|listing| listing.places.clone()).collect();
            pg_store.remove_at(&places).await.map_err(store_unavailable)?;
        }
        for listing in &ended {
            self.sessions.end_by_key(&listing.key);
        }
        let entries = ended.iter().map(|listing| AuditEntry {
            person: Some(PersonRef {
                id: Some(listing.person.oid.as_str().to_owned()),
                upn: Some(listing.upn.clone()),
                name: Some(listing.name.clone()),
            }),
            after: format!("ended the session from {}", listing.address.to_canonical()),
            reason: reason.to_owned(),
            ..context.entry(AuditAction::SignOut, EntryStatus::Done)
        });
        self.audit_log_of(context).append_later(entries.collect());
        Ok(ended.len())
    }

    /// The person of the session with this key.
    pub(super) async fn person_of_session(
        &self,
        key: &SecretHash,
    ) -> Result<Option<PersonKey>, ServiceError> {
        let listings = self.listings().await?;
        Ok(listings
            .into_iter()
            .find(|(listing, _)| listing.key.matches(key))
            .map(|(listing, _)| listing.person))
    }
}

/// The person of the request's session.
pub(super) fn own_person(context: &RequestContext) -> Result<PersonKey, ServiceError> {
    let session: &(SecretHash, Arc<UserSession>) = context.session.as_ref().ok_or(ServiceError::SignedOut)?;
    Ok(session.1.person.key())
}

/// Parses a key that [`SessionView::key`] gave.
pub(super) fn parse_key(key: &str) -> Result<SecretHash, ServiceError> {
    SecretHash::parse(key).ok_or_else(|| ServiceError::Invalid { message: "this is no session".to_owned() })
}
