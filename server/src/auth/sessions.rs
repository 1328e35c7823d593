//! Sessions in memory. The browser holds a random session ID only.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex},
};

use app::api::access::Role;
use audit::sync::lock;
use graph::{
    GraphDirectory,
    entra::{person_token::PersonToken, sign_in::Person},
};
use tokio::time::{Duration, Instant};

use super::{
    assertion::Assertion,
    digest::{SecretHash, random_token},
    pending_activation::PendingActivationSlot,
    sent_forms::SentForms,
};
use crate::{active_tenant::Connection, config::Lifetimes};

/// Most sessions at once; far above what one server needs.
const MAX_SESSIONS: usize = 50_000;

/// The session of one user in one browser.
pub struct UserSession {
    /// When they signed in, in milliseconds since 1970.
    pub signed_in_ms: u64,
    /// The address from which they signed in.
    pub address: IpAddr,
    /// When Entra last confirmed the user and their role.
    pub assertion: Assertion,
    /// Their own token, with which they are asserted again.
    token: Option<Arc<PersonToken>>,
    /// The user.
    pub person: Person,
    /// Their role.
    pub role: Role,
    /// The tenant that they signed in to. With another active tenant the session is invalid.
    pub connection: Arc<Connection>,
    /// With delegated access: the administrator's own token, and the directory with its rights.
    pub delegated: Option<(Arc<PersonToken>, Arc<GraphDirectory>)>,
    /// The user's own token and the directory for `/me`, when they granted access to their own tokens.
    pub me: Option<(Arc<PersonToken>, Arc<GraphDirectory>)>,
    /// What they had entered when Microsoft required a step-up, for their next session.
    pub pending_activation: PendingActivationSlot,
    /// The same, from their previous session.
    pub carried_over: PendingActivationSlot,
    /// The same, once the page My tokens has shown it: its form can be sent without typing the code again.
    pub restored: PendingActivationSlot,
    /// The forms of My tokens that they sent.
    pub sent_forms: SentForms,
}

/// When and from where a user signed in.
pub struct SignInFacts {
    /// When, in milliseconds since 1970.
    pub signed_in_ms: u64,
    /// From which address.
    pub address: IpAddr,
    /// When Entra last confirmed them.
    pub assertion: Assertion,
}

/// A user's own token, and what it is used for.
pub struct DelegatedToken {
    /// The token.
    pub token: Arc<PersonToken>,
    /// For an administrator's access to the directory.
    pub for_directory: bool,
    /// For the user's own hardware tokens.
    pub for_own_tokens: bool,
}

impl UserSession {
    /// A session of a user who has just signed in.
    pub fn new(
        person: Person,
        role: Role,
        connection: &Arc<Connection>,
        facts: SignInFacts,
        delegated_token: Option<DelegatedToken>,
        carried_over: PendingActivationSlot,
    ) -> Self {
        let (mut delegated, mut me, mut own) = (None, None, None);
        if let Some(DelegatedToken { token, for_directory, for_own_tokens }) = delegated_token {
            own = Some(Arc::clone(&token));
            let with_rights = |directory: &GraphDirectory| Arc::new(directory.for_person(Arc::clone(&token)));
            me = for_own_tokens.then(|| (Arc::clone(&token), with_rights(&connection.self_service)));
            delegated = for_directory.then(|| (Arc::clone(&token), with_rights(&connection.directory)));
        }
        let (connection, pending_activation) = (Arc::clone(connection), PendingActivationSlot::default());
        let SignInFacts { signed_in_ms, address, assertion } = facts;
        Self {
            person,
            role,
            connection,
            delegated,
            me,
            pending_activation,
            carried_over,
            restored: PendingActivationSlot::default(),
            sent_forms: SentForms::default(),
            signed_in_ms,
            address,
            assertion,
            token: own,
        }
    }

    /// The user's own token, if there is one.
    pub fn token(&self) -> Option<&Arc<PersonToken>> {
        self.token.as_ref()
    }
}

struct SessionEntry {
    session: Arc<UserSession>,
    began: Instant,
    seen: Instant,
}

/// The sessions in the memory of this instance.
pub struct SessionStore {
    lifetimes: Lifetimes,
    /// Begins the IDs issued since this start, so that an ID of an earlier start is unknown and not ended.
    id_prefix: String,
    entries: Mutex<HashMap<SecretHash, SessionEntry>>,
}

/// The result of looking up the session ID of a cookie.
pub enum SessionLookup {
    /// A valid session.
    Session(SecretHash, Arc<UserSession>),
    /// A session that has ended.
    Ended,
    /// An ID that was not issued since this start.
    Unknown,
}

impl SessionStore {
    /// Without sessions.
    pub fn new(lifetimes: Lifetimes) -> Self {
        let id_prefix = random_token().chars().take(8).collect();
        Self { lifetimes, id_prefix, entries: Mutex::default() }
    }

    /// When sessions expire.
    pub fn lifetimes(&self) -> Lifetimes {
        self.lifetimes
    }

    /// Stores a session under a new random ID, which it returns; `None` when there are too many sessions.
    pub fn begin(&self, session: UserSession) -> Option<String> {
        let id = format!("{}.{}", self.id_prefix, random_token());
        self.insert(SecretHash::of(&id), &Arc::new(session)).then_some(id)
    }

    /// All valid sessions: their keys, and how long they were not used.
    pub fn all(&self) -> Vec<(SecretHash, Arc<UserSession>, Duration)> {
        let now = Instant::now();
        let entries = lock(&self.entries);
        let valid = entries.iter().filter(|(_, entry)| self.is_valid(entry, now));
        valid.map(|(key, entry)| (*key, Arc::clone(&entry.session), now.duration_since(entry.seen))).collect()
    }

    /// Stores a session that is shared with other instances. It is valid for this request even if there are too many to
    /// store it.
    pub fn insert_shared(&self, id: &str, session: UserSession) -> SessionLookup {
        let (key, session) = (SecretHash::of(id), Arc::new(session));
        self.insert(key, &session);
        SessionLookup::Session(key, session)
    }

    fn insert(&self, key: SecretHash, session: &Arc<UserSession>) -> bool {
        let now = Instant::now();
        let mut entries = lock(&self.entries);
        if entries.len() >= MAX_SESSIONS {
            entries.retain(|_, entry| self.is_valid(entry, now));
        }
        let has_room = entries.len() < MAX_SESSIONS;
        if has_room {
            entries.insert(key, SessionEntry { session: Arc::clone(session), began: now, seen: now });
        }
        has_room
    }

    /// Looks a session up by its ID; with `keeps_alive` its idle time starts again.
    pub fn find(&self, id: &str, keeps_alive: bool) -> SessionLookup {
        let key = SecretHash::of(id);
        let now = Instant::now();
        let mut all = lock(&self.entries);
        match all.get_mut(&key) {
            Some(entry) if self.is_valid(entry, now) => {
                if keeps_alive {
                    entry.seen = now;
                }
                SessionLookup::Session(key, Arc::clone(&entry.session))
            }
            Some(_) => {
                all.remove(&key);
                SessionLookup::Ended
            }
            None if id.strip_prefix(&self.id_prefix).is_some_and(|rest| rest.starts_with('.')) => {
                SessionLookup::Ended
            }
            None => SessionLookup::Unknown,
        }
    }

    /// Ends a session.
    pub fn end(&self, id: &str) {
        self.end_by_key(&SecretHash::of(id));
    }

    /// Ends the session with this key.
    pub fn end_by_key(&self, key: &SecretHash) {
        lock(&self.entries).remove(key);
    }

    /// Ends all sessions.
    pub fn end_all(&self) {
        lock(&self.entries).clear();
    }

    fn is_valid(&self, entry: &SessionEntry, now: Instant) -> bool {
        now.duration_since(entry.seen) < self.lifetimes.idle
            && now.duration_since(entry.began) < self.lifetimes.absolute
    }
}

#[cfg(test)]
mod tests {
    use token_core::user::UserId;
    use uuid::Uuid;

    use super::*;
    use crate::active_tenant::tests::connection;

    const HOUR: Duration = Duration::from_secs(3600);

    fn sessions() -> SessionStore {
        SessionStore::new(Lifetimes { idle: HOUR, absolute: 12 * HOUR })
    }

    fn session() -> UserSession {
        let person = Person {
            tid: Uuid::nil(),
            oid: UserId::parse("11111111-1111-4111-8111-111111111111").unwrap(),
            name: "Ann".to_owned(),
            upn: "ann@contoso.example".to_owned(),
            roles: Vec::new(),
            sid: None,
            login_hint: None,
            proof: graph::entra::sign_in::SignInProof::default(),
        };
        let facts = SignInFacts {
            signed_in_ms: 0,
            address: std::net::Ipv4Addr::LOCALHOST.into(),
            assertion: Assertion::default(),
        };
        let carried_over = PendingActivationSlot::default();
        UserSession::new(person, Role::Administrator, &connection(), facts, None, carried_over)
    }

    fn is_there(sessions: &SessionStore, id: &str) -> bool {
        matches!(sessions.find(id, true), SessionLookup::Session(..))
    }

    #[tokio::test(start_paused = true)]
    async fn ends_after_the_idle_time() {
        let sessions = sessions();
        let id = sessions.begin(session()).unwrap();
        for _ in 0..3 {
            tokio::time::advance(HOUR - Duration::from_secs(1)).await;
            assert!(is_there(&sessions, &id));
        }
        tokio::time::advance(HOUR).await;
        assert!(matches!(sessions.find(&id, true), SessionLookup::Ended));
    }

    #[tokio::test(start_paused = true)]
    async fn looking_it_up_without_keeping_it_alive_does_not_restart_the_idle_time() {
        let sessions = sessions();
        let id = sessions.begin(session()).unwrap();
        tokio::time::advance(HOUR / 2).await;
        assert!(matches!(sessions.find(&id, false), SessionLookup::Session(..)));
        tokio::time::advance(HOUR / 2).await;
        assert!(!is_there(&sessions, &id));
    }

    #[tokio::test(start_paused = true)]
    async fn ends_after_the_absolute_time_however_busy() {
        let sessions = sessions();
        let id = sessions.begin(session()).unwrap();
        for _ in 0..23 {
            tokio::time::advance(HOUR / 2).await;
            assert!(is_there(&sessions, &id));
        }
        tokio::time::advance(HOUR / 2).await;
        assert!(!is_there(&sessions, &id));
    }

    #[tokio::test]
    async fn an_ended_session_differs_from_one_of_another_start() {
        let (sessions, other_start) = (sessions(), sessions());
        let id = sessions.begin(session()).unwrap();
        let foreign = other_start.begin(session()).unwrap();
        sessions.end(&id);
        assert!(matches!(sessions.find(&id, true), SessionLookup::Ended));
        assert!(matches!(sessions.find(&foreign, true), SessionLookup::Unknown));
        assert!(matches!(sessions.find("", true), SessionLookup::Unknown));
    }

    #[tokio::test]
    async fn every_session_has_an_id_of_its_own() {
        let sessions = sessions();
        let ids = [sessions.begin(session()).unwrap(), sessions.begin(session()).unwrap()];
        assert_ne!(ids[0], ids[1]);
        sessions.end_all();
        assert!(!ids.iter().any(|id| is_there(&sessions, id)));
    }
}
