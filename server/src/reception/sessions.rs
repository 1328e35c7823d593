//! Who is signed in. Sessions live here alone: the browser holds a name for one, and that says nothing.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use app::api::{access::Role, services::SharedDirectory};
use tokio::time::Instant;

use super::{
    digest::{Fingerprint, unforeseen},
    set_aside::SetAside,
};
use crate::{
    entra::{person_token::PersonToken, sign_in::Person},
    graph::GraphDirectory,
    tenancy::Connection,
};

/// Most sessions at once; far above what one server is for.
const MOST: usize = 50_000;

/// How long a session lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// Without any request.
    pub idle: Duration,
    /// In all.
    pub longest: Duration,
}

/// One person, signed in with one browser.
pub struct Session {
    /// Who.
    pub person: Person,
    /// What they may do.
    pub role: Role,
    /// The tenant that they signed in to: under another one the session is worth nothing.
    pub connection: Arc<Connection>,
    /// With delegated access: the person's own token, and the tenant as they may reach it.
    pub delegated: Option<(Arc<PersonToken>, SharedDirectory)>,
    /// The person's own token and the tenant as `/me` reaches it, when they lent the rights over their own tokens.
    pub me: Option<(Arc<PersonToken>, Arc<GraphDirectory>)>,
    /// What they had entered when Microsoft asked who they are, for their next session.
    pub set_aside: SetAside,
    /// The same, from their last session.
    pub brought: SetAside,
}

/// A person's own token, and what it is for.
pub struct Lent {
    /// The token.
    pub token: Arc<PersonToken>,
    /// For an administrator's work on the tenant.
    pub acts: bool,
    /// For the person's own tokens.
    pub is_own: bool,
}

impl Session {
    /// Of somebody who has signed in.
    pub fn new(
        person: Person,
        role: Role,
        connection: &Arc<Connection>,
        lent: Option<Lent>,
        brought: SetAside,
    ) -> Self {
        let (mut delegated, mut me) = (None, None);
        if let Some(Lent { token, acts, is_own }) = lent {
            let directory = Arc::new(connection.directory.for_person(Arc::clone(&token)));
            me = is_own.then(|| (Arc::clone(&token), Arc::clone(&directory)));
            delegated = acts.then_some((token, directory as SharedDirectory));
        }
        let (connection, set_aside) = (Arc::clone(connection), SetAside::default());
        Self { person, role, connection, delegated, me, set_aside, brought }
    }

    /// The person's own token, if one is kept.
    pub fn token(&self) -> Option<&Arc<PersonToken>> {
        let acting = self.delegated.as_ref().map(|(token, _)| token);
        acting.or_else(|| self.me.as_ref().map(|(token, _)| token))
    }
}

struct Kept {
    session: Arc<Session>,
    began: Instant,
    seen: Instant,
}

/// All of them.
pub struct Sessions {
    lifetimes: Lifetimes,
    /// Marks the names given out since this start, so that one of an earlier start is told from one that has ended.
    run: String,
    kept: Mutex<HashMap<Fingerprint, Kept>>,
}

/// What a name from a cookie stands for.
pub enum Found {
    /// Somebody who is signed in.
    Session(Fingerprint, Arc<Session>),
    /// A session that is over.
    Ended,
    /// Nothing that this start gave out.
    Unknown,
}

impl Sessions {
    /// Nobody is signed in. Names begin with `mark`, if other instances know them, too.
    pub fn new(lifetimes: Lifetimes, mark: Option<&str>) -> Self {
        let run = mark.map_or_else(|| unforeseen().chars().take(8).collect(), ToOwned::to_owned);
        Self { lifetimes, run, kept: Mutex::default() }
    }

    /// How long they last.
    pub fn lifetimes(&self) -> Lifetimes {
        self.lifetimes
    }

    /// Signs somebody in under a new name, which nobody can guess; `None` when there are too many sessions.
    pub fn begin(&self, session: Session) -> Option<String> {
        let name = format!("{}.{}", self.run, unforeseen());
        self.keep(Fingerprint::of(&name), &Arc::new(session)).then_some(name)
    }

    /// Somebody whom another instance let in under this name. They are served even if there is no room to remember them.
    pub fn adopt(&self, name: &str, session: Session) -> Found {
        let (key, session) = (Fingerprint::of(name), Arc::new(session));
        self.keep(key, &session);
        Found::Session(key, session)
    }

    fn keep(&self, key: Fingerprint, session: &Arc<Session>) -> bool {
        let now = Instant::now();
        let mut kept = self.lock();
        if kept.len() >= MOST {
            kept.retain(|_, kept| self.lasts(kept, now));
        }
        let has_room = kept.len() < MOST;
        if has_room {
            kept.insert(key, Kept { session: Arc::clone(session), began: now, seen: now });
        }
        has_room
    }

    /// The session of this name, which thereby is not idle.
    pub fn find(&self, name: &str) -> Found {
        let key = Fingerprint::of(name);
        let now = Instant::now();
        let mut all = self.lock();
        match all.get_mut(&key) {
            Some(kept) if self.lasts(kept, now) => {
                kept.seen = now;
                Found::Session(key, Arc::clone(&kept.session))
            }
            Some(_) => {
                all.remove(&key);
                Found::Ended
            }
            None if name.strip_prefix(&self.run).is_some_and(|rest| rest.starts_with('.')) => Found::Ended,
            None => Found::Unknown,
        }
    }

    /// Ends a session.
    pub fn end(&self, name: &str) {
        self.lock().remove(&Fingerprint::of(name));
    }

    /// Ends all of them.
    pub fn end_all(&self) {
        self.lock().clear();
    }

    fn lasts(&self, kept: &Kept, now: Instant) -> bool {
        now.duration_since(kept.seen) < self.lifetimes.idle
            && now.duration_since(kept.began) < self.lifetimes.longest
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Fingerprint, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use token_core::user::UserId;
    use uuid::Uuid;

    use super::*;
    use crate::tenancy::tests::connection;

    const HOUR: Duration = Duration::from_secs(3600);

    fn sessions() -> Sessions {
        Sessions::new(Lifetimes { idle: HOUR, longest: 12 * HOUR }, None)
    }

    fn session() -> Session {
        let person = Person {
            tid: Uuid::nil(),
            oid: UserId::parse("11111111-1111-4111-8111-111111111111").unwrap(),
            name: "Ann".to_owned(),
            upn: "ann@contoso.example".to_owned(),
            roles: Vec::new(),
            sid: None,
            login_hint: None,
        };
        Session::new(person, Role::Administrator, &connection(), None, SetAside::default())
    }

    fn is_there(sessions: &Sessions, name: &str) -> bool {
        matches!(sessions.find(name), Found::Session(..))
    }

    #[tokio::test(start_paused = true)]
    async fn ends_when_nothing_is_asked_for_a_while() {
        let sessions = sessions();
        let name = sessions.begin(session()).unwrap();
        for _ in 0..3 {
            tokio::time::advance(HOUR - Duration::from_secs(1)).await;
            assert!(is_there(&sessions, &name));
        }
        tokio::time::advance(HOUR).await;
        assert!(matches!(sessions.find(&name), Found::Ended));
    }

    #[tokio::test(start_paused = true)]
    async fn ends_after_its_longest_time_however_busy() {
        let sessions = sessions();
        let name = sessions.begin(session()).unwrap();
        for _ in 0..23 {
            tokio::time::advance(HOUR / 2).await;
            assert!(is_there(&sessions, &name));
        }
        tokio::time::advance(HOUR / 2).await;
        assert!(!is_there(&sessions, &name));
    }

    #[tokio::test]
    async fn an_ended_one_is_told_from_one_of_another_start() {
        let (sessions, others) = (sessions(), sessions());
        let name = sessions.begin(session()).unwrap();
        let foreign = others.begin(session()).unwrap();
        sessions.end(&name);
        assert!(matches!(sessions.find(&name), Found::Ended));
        assert!(matches!(sessions.find(&foreign), Found::Unknown));
        assert!(matches!(sessions.find(""), Found::Unknown));
    }

    #[tokio::test]
    async fn every_session_has_a_name_of_its_own() {
        let sessions = sessions();
        let names = [sessions.begin(session()).unwrap(), sessions.begin(session()).unwrap()];
        assert_ne!(names[0], names[1]);
        sessions.end_all();
        assert!(!names.iter().any(|name| is_there(&sessions, name)));
    }
}
