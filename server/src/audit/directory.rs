//! Stands before the tenant: every write is stored in the trail before Microsoft is asked, and what became of it after.

mod subject;

use std::{sync::Arc, time::Instant};

use app::api::services::SharedDirectory;
use async_trait::async_trait;
use token_core::{
    audit::{AuditAction, AuditEntry, EntryStatus, RunRow, RunRows},
    error::ServiceError,
    ports::{
        Activation, Assignment, Cursor, Directory, IdLookup, MethodPolicy, NewToken, Outcome, Page, Rename,
        SerialLookup,
    },
    token::{SerialNumber, Token, TokenId, TokenStatus},
    user::{User, UserId},
};

use self::subject::Subject;
pub(super) use self::subject::named;
use super::{ending::Ended, names::Change, trail::Trail, who::Who};

/// A directory whose writes are recorded.
pub struct AuditedDirectory {
    inner: SharedDirectory,
    trail: Arc<Trail>,
    who: Who,
    run: Option<RunRows>,
}

impl AuditedDirectory {
    /// Records what `who` writes to `inner`, as rows of `run` if there is one.
    pub fn new(inner: SharedDirectory, trail: Arc<Trail>, who: Who, run: Option<RunRows>) -> Self {
        Self { inner, trail, who, run }
    }

    /// Stores the intents, makes the call, stores the outcomes.
    ///
    /// The call runs to its end even when nobody waits for it any more: else what it did would stay unknown.
    async fn write<T: Send + 'static>(
        &self,
        subjects: Vec<Subject>,
        call: impl Future<Output = Result<Vec<Outcome<T>>, ServiceError>> + Send + 'static,
    ) -> Result<Vec<Outcome<T>>, ServiceError> {
        let intents = self.intents(&subjects)?;
        let numbers = self.trail.record(intents.clone()).await?;
        let trail = Arc::clone(&self.trail);
        let hold = trail.hold().await;
        let under_way = tokio::spawn(async move {
            let _hold = hold;
            let began = Instant::now();
            let answer = call.await;
            let outcomes = Outcomes { subjects, intents, numbers, took_ms: millis(began) };
            trail.note(outcomes.entries(&trail, &answer));
            answer
        });
        under_way
            .await
            .unwrap_or_else(|_| Err(ServiceError::Internal { reference: "a write ended early".to_owned() }))
    }

    fn intents(&self, subjects: &[Subject]) -> Result<Vec<AuditEntry>, ServiceError> {
        let run = self.run.as_ref();
        if let Some(message) = run.and_then(|run| run.validate(subjects.len())) {
            return Err(ServiceError::Invalid { message });
        }
        let place = |at: usize| {
            let run = run?;
            Some(RunRow { id: run.id.clone(), row: run.rows.get(at).copied().unwrap_or_default() })
        };
        let intent = |(at, subject): (usize, &Subject)| AuditEntry {
            token: Some(subject.token.clone()),
            person: subject.person.clone(),
            run: place(at),
            before: subject.before.clone(),
            after: subject.after.clone(),
            ..self.who.entry(subject.action, EntryStatus::Open)
        };
        Ok(subjects.iter().enumerate().map(intent).collect())
    }

    fn subjects<'a, I: 'a>(&self, items: &'a [I], of: impl Fn(&'a I, &Trail) -> Subject) -> Vec<Subject> {
        items.iter().map(|item| of(item, &self.trail)).collect()
    }
}

/// What became of the items of one call.
struct Outcomes {
    subjects: Vec<Subject>,
    intents: Vec<AuditEntry>,
    numbers: Vec<u64>,
    took_ms: u64,
}

impl Outcomes {
    /// An entry an item. Remembers how the tokens are from now on.
    fn entries<T>(self, trail: &Trail, answer: &Result<Vec<Outcome<T>>, ServiceError>) -> Vec<AuditEntry> {
        let took_ms = self.took_ms;
        let items = self.subjects.into_iter().zip(self.intents).zip(self.numbers).enumerate();
        let entry = |(at, ((subject, intent), number)): (usize, ((Subject, AuditEntry), u64))| {
            let ended = match answer {
                Ok(outcomes) => outcomes.get(at).map_or_else(|| Ended::all(&missing()), Ended::of),
                Err(error) => Ended::all(error),
            };
            subject.remember(&trail.names, ended.result);
            AuditEntry {
                intent: Some(number),
                at_ms: crate::clock::now_ms(),
                result: ended.result,
                reason: ended.reason,
                request_id: ended.request_id,
                duration_ms: Some(took_ms),
                ..intent
            }
        };
        items.map(entry).collect()
    }
}

fn missing() -> ServiceError {
    ServiceError::Internal { reference: "the answer leaves this item out".to_owned() }
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[async_trait]
impl Directory for AuditedDirectory {
    async fn tokens(&self, after: Option<Cursor>) -> Result<Page<Token>, ServiceError> {
        let page = self.inner.tokens(after).await?;
        self.trail.names.saw_tokens(&page.items);
        Ok(page)
    }

    async fn tokens_by_serial(&self, serials: Vec<SerialNumber>) -> Result<Vec<SerialLookup>, ServiceError> {
        let found = self.inner.tokens_by_serial(serials).await?;
        self.trail.names.saw_tokens(found.iter().flatten().flatten());
        Ok(found)
    }

    async fn tokens_by_id(&self, ids: Vec<TokenId>) -> Result<Vec<IdLookup>, ServiceError> {
        let seen = self.inner.tokens_by_id(ids).await?;
        self.trail.names.saw_tokens(seen.iter().flatten().flatten());
        Ok(seen)
    }

    async fn search_users(&self, text: String, after: Option<Cursor>) -> Result<Page<User>, ServiceError> {
        let page = self.inner.search_users(text, after).await?;
        self.trail.names.saw_users(&page.items);
        Ok(page)
    }

    async fn users_by_id(&self, ids: Vec<UserId>) -> Result<Vec<User>, ServiceError> {
        let users = self.inner.users_by_id(ids).await?;
        self.trail.names.saw_users(&users);
        Ok(users)
    }

    async fn users_by_upn(&self, upns: Vec<String>) -> Result<Vec<User>, ServiceError> {
        let users = self.inner.users_by_upn(upns).await?;
        self.trail.names.saw_users(&users);
        Ok(users)
    }

    async fn tokens_of_users(&self, users: Vec<UserId>) -> Result<Vec<Vec<Token>>, ServiceError> {
        let holdings = self.inner.tokens_of_users(users).await?;
        self.trail.names.saw_tokens(holdings.iter().flatten());
        Ok(holdings)
    }

    async fn method_policy(&self) -> Result<MethodPolicy, ServiceError> {
        self.inner.method_policy().await
    }

    async fn create(&self, tokens: Vec<NewToken>) -> Result<Vec<Outcome<Token>>, ServiceError> {
        let subjects = self.subjects(&tokens, |token, _| Subject::new_token(token));
        let (inner, trail) = (Arc::clone(&self.inner), Arc::clone(&self.trail));
        let call = async move {
            let outcomes = inner.create(tokens).await?;
            trail.names.saw_tokens(outcomes.iter().filter_map(|outcome| match outcome {
                Outcome::Done(token) => Some(token),
                _ => None,
            }));
            Ok(outcomes)
        };
        self.write(subjects, call).await
    }

    async fn assign(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let subjects = self.subjects(&assignments, |one, trail| {
            let change = Change::Held(one.user.clone(), TokenStatus::Assigned);
            Subject::of(AuditAction::Assign, &one.token, Some(&one.user), change, &trail.names)
        });
        let inner = Arc::clone(&self.inner);
        self.write(subjects, async move { inner.assign(assignments).await }).await
    }

    async fn assign_and_activate(
        &self,
        activations: Vec<Activation>,
    ) -> Result<Vec<Outcome<()>>, ServiceError> {
        let subjects =
            self.subjects(&activations, |one, trail| activated(AuditAction::AssignAndActivate, one, trail));
        let inner = Arc::clone(&self.inner);
        self.write(subjects, async move { inner.assign_and_activate(activations).await }).await
    }

    async fn activate(&self, activations: Vec<Activation>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let subjects = self.subjects(&activations, |one, trail| activated(AuditAction::Activate, one, trail));
        let inner = Arc::clone(&self.inner);
        self.write(subjects, async move { inner.activate(activations).await }).await
    }

    async fn unassign(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let subjects = self.subjects(&assignments, |one, trail| {
            Subject::of(AuditAction::Unassign, &one.token, Some(&one.user), Change::Free, &trail.names)
        });
        let inner = Arc::clone(&self.inner);
        self.write(subjects, async move { inner.unassign(assignments).await }).await
    }

    async fn deactivate(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let subjects = self.subjects(&assignments, |one, trail| {
            let change = Change::Held(one.user.clone(), TokenStatus::Assigned);
            Subject::of(AuditAction::Deactivate, &one.token, Some(&one.user), change, &trail.names)
        });
        let inner = Arc::clone(&self.inner);
        self.write(subjects, async move { inner.deactivate(assignments).await }).await
    }

    async fn delete(&self, tokens: Vec<TokenId>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let subjects = self.subjects(&tokens, |id, trail| {
            Subject::of(AuditAction::Delete, id, None, Change::Gone, &trail.names)
        });
        let inner = Arc::clone(&self.inner);
        self.write(subjects, async move { inner.delete(tokens).await }).await
    }

    async fn rename(&self, renames: Vec<Rename>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let subjects = self.subjects(&renames, |one, trail| {
            let change = Change::Named(one.name.clone());
            Subject::of(AuditAction::Rename, &one.token, None, change, &trail.names)
        });
        let inner = Arc::clone(&self.inner);
        self.write(subjects, async move { inner.rename(renames).await }).await
    }
}

fn activated(action: AuditAction, one: &Activation, trail: &Trail) -> Subject {
    let change = Change::Held(one.user.clone(), TokenStatus::Activated);
    Subject::of(action, &one.token, Some(&one.user), change, &trail.names)
}
