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
    graph::GraphDirectory,
    identity::{entra::Person, person_token::PersonToken},
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

impl Session {
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
    /// Nobody is signed in.
    pub fn new(lifetimes: Lifetimes) -> Self {
        let run = unforeseen().chars().take(8).collect();
        Self { lifetimes, run, kept: Mutex::default() }
    }

    /// Signs somebody in under a new name, which nobody can guess; `None` when there are too many sessions.
    pub fn begin(&self, session: Session) -> Option<String> {
        let name = format!("{}.{}", self.run, unforeseen());
        let now = Instant::now();
        let mut kept = self.lock();
        if kept.len() >= MOST {
            kept.retain(|_, kept| self.lasts(kept, now));
        }
        if kept.len() >= MOST {
            return None;
        }
        kept.insert(Fingerprint::of(&name), Kept { session: Arc::new(session), began: now, seen: now });
        Some(name)
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
        Sessions::new(Lifetimes { idle: HOUR, longest: 12 * HOUR })
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
        let (set_aside, brought) = Default::default();
        let connection = connection();
        Session {
            person,
            role: Role::Administrator,
            connection,
            delegated: None,
            me: None,
            set_aside,
            brought,
        }
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
