//! Wraps the tenant's directory: stores an intent for every write before Microsoft is asked, and the outcome afterwards.

mod write_item;

use std::{sync::Arc, time::Instant};

use async_trait::async_trait;
use token_core::{
    audit::{AuditAction, AuditEntry, EntryStatus, RunRow, RunRows},
    error::ServiceError,
    ports::{
        Activation, Assignment, Cursor, Directory, IdLookup, MethodPolicy, NewToken, Outcome, Page, Rename,
        SerialLookup, SharedDirectory,
    },
    token::{SerialNumber, Token, TokenId, TokenStatus},
    user::{User, UserId},
};

use self::write_item::WriteItem;
pub(super) use self::write_item::describe_name;
use super::{actor::ActorContext, log::AuditLog, name_cache::TokenChange, write_result::WriteResult};

/// A directory whose writes are recorded.
pub struct AuditedDirectory {
    inner: SharedDirectory,
    audit_log: Arc<AuditLog>,
    actor: ActorContext,
    run: Option<RunRows>,
}

impl AuditedDirectory {
    /// Records the writes of `actor` to `inner`, as rows of `run` if there is one.
    pub fn new(
        inner: SharedDirectory,
        audit_log: Arc<AuditLog>,
        actor: ActorContext,
        run: Option<RunRows>,
    ) -> Self {
        Self { inner, audit_log, actor, run }
    }

    /// Stores the intents, makes the call, stores the outcomes.
    ///
    /// The call runs to its end even when the request is dropped: otherwise its outcome would stay unknown.
    async fn write<T: Send + 'static>(
        &self,
        write_items: Vec<WriteItem>,
        call: impl Future<Output = Result<Vec<Outcome<T>>, ServiceError>> + Send + 'static,
    ) -> Result<Vec<Outcome<T>>, ServiceError> {
        let intents = self.intents(&write_items)?;
        let numbers = self.audit_log.append(intents.clone()).await?;
        let audit_log = Arc::clone(&self.audit_log);
        let tracked = audit_log.track().await;
        let task = tokio::spawn(async move {
            let _tracked = tracked;
            let started = Instant::now();
            let answer = call.await;
            let outcomes = Outcomes { write_items, intents, numbers, duration_ms: millis(started) };
            audit_log.append_later(outcomes.entries(&audit_log, &answer));
            answer
        });
        task.await
            .unwrap_or_else(|_| Err(ServiceError::Internal { reference: "a write ended early".to_owned() }))
    }

    fn intents(&self, write_items: &[WriteItem]) -> Result<Vec<AuditEntry>, ServiceError> {
        let run = self.run.as_ref();
        if let Some(message) = run.and_then(|run| run.validate(write_items.len())) {
            return Err(ServiceError::Invalid { message });
        }
        let place = |at: usize| {
            let run = run?;
            Some(RunRow { id: run.id.clone(), row: run.rows.get(at).copied().unwrap_or_default() })
        };
        let intent = |(at, write_item): (usize, &WriteItem)| AuditEntry {
            token: Some(write_item.token.clone()),
            person: write_item.person.clone(),
            run: place(at),
            before: write_item.before.clone(),
            after: write_item.after.clone(),
            ..self.actor.entry(write_item.action, EntryStatus::Open, self.audit_log.now_ms())
        };
        Ok(write_items.iter().enumerate().map(intent).collect())
    }

    fn write_items<'a, I: 'a>(
        &self,
        items: &'a [I],
        of: impl Fn(&'a I, &AuditLog) -> WriteItem,
    ) -> Vec<WriteItem> {
        items.iter().map(|item| of(item, &self.audit_log)).collect()
    }
}

/// A call's items, its intents and their numbers, from which its outcome entries are made.
struct Outcomes {
    write_items: Vec<WriteItem>,
    intents: Vec<AuditEntry>,
    numbers: Vec<u64>,
    duration_ms: u64,
}

impl Outcomes {
    /// One entry per item. Updates the name cache with the new states of the tokens.
    fn entries<T>(
        self,
        audit_log: &AuditLog,
        answer: &Result<Vec<Outcome<T>>, ServiceError>,
    ) -> Vec<AuditEntry> {
        let duration_ms = self.duration_ms;
        let items = self.write_items.into_iter().zip(self.intents).zip(self.numbers).enumerate();
        let entry = |(at, ((write_item, intent), number)): (usize, ((WriteItem, AuditEntry), u64))| {
            let write_result = match answer {
                Ok(outcomes) => outcomes
                    .get(at)
                    .map_or_else(|| WriteResult::of_error(&missing()), WriteResult::of_outcome),
                Err(error) => WriteResult::of_error(error),
            };
            write_item.remember(&audit_log.names, write_result.status);
            AuditEntry {
                intent: Some(number),
                at_ms: audit_log.now_ms(),
                result: write_result.status,
                reason: write_result.reason,
                request_id: write_result.request_id,
                duration_ms: Some(duration_ms),
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
        self.audit_log.names.remember_tokens(&page.items);
        Ok(page)
    }

    async fn tokens_by_serial(&self, serials: Vec<SerialNumber>) -> Result<Vec<SerialLookup>, ServiceError> {
        let found = self.inner.tokens_by_serial(serials).await?;
        self.audit_log.names.remember_tokens(found.iter().flatten().flatten());
        Ok(found)
    }

    async fn tokens_by_id(&self, ids: Vec<TokenId>) -> Result<Vec<IdLookup>, ServiceError> {
        let seen = self.inner.tokens_by_id(ids).await?;
        self.audit_log.names.remember_tokens(seen.iter().flatten().flatten());
        Ok(seen)
    }

    async fn search_users(&self, text: String, after: Option<Cursor>) -> Result<Page<User>, ServiceError> {
        let page = self.inner.search_users(text, after).await?;
        self.audit_log.names.remember_users(&page.items);
        Ok(page)
    }

    async fn users_by_id(&self, ids: Vec<UserId>) -> Result<Vec<User>, ServiceError> {
        let users = self.inner.users_by_id(ids).await?;
        self.audit_log.names.remember_users(&users);
        Ok(users)
    }

    async fn users_by_upn(&self, upns: Vec<String>) -> Result<Vec<User>, ServiceError> {
        let users = self.inner.users_by_upn(upns).await?;
        self.audit_log.names.remember_users(&users);
        Ok(users)
    }

    async fn tokens_of_users(&self, users: Vec<UserId>) -> Result<Vec<Vec<Token>>, ServiceError> {
        let tokens = self.inner.tokens_of_users(users).await?;
        self.audit_log.names.remember_tokens(tokens.iter().flatten());
        Ok(tokens)
    }

    async fn method_policy(&self) -> Result<MethodPolicy, ServiceError> {
        self.inner.method_policy().await
    }

    async fn create(&self, tokens: Vec<NewToken>) -> Result<Vec<Outcome<Token>>, ServiceError> {
        let write_items = self.write_items(&tokens, |token, _| WriteItem::new_token(token));
        let (inner, audit_log) = (Arc::clone(&self.inner), Arc::clone(&self.audit_log));
        let call = async move {
            let outcomes = inner.create(tokens).await?;
            audit_log.names.remember_tokens(outcomes.iter().filter_map(|outcome| match outcome {
                Outcome::Done(token) => Some(token),
                _ => None,
            }));
            Ok(outcomes)
        };
        self.write(write_items, call).await
    }

    async fn assign(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let write_items = self.write_items(&assignments, |one, audit_log| {
            let change = TokenChange::AssignedTo(one.user.clone(), TokenStatus::Assigned);
            WriteItem::of(AuditAction::Assign, &one.token, Some(&one.user), change, &audit_log.names)
        });
        let inner = Arc::clone(&self.inner);
        self.write(write_items, async move { inner.assign(assignments).await }).await
    }

    async fn assign_and_activate(
        &self,
        activations: Vec<Activation>,
    ) -> Result<Vec<Outcome<()>>, ServiceError> {
        let write_items = self.write_items(&activations, |one, audit_log| {
            activated(AuditAction::AssignAndActivate, one, audit_log)
        });
        let inner = Arc::clone(&self.inner);
        self.write(write_items, async move { inner.assign_and_activate(activations).await }).await
    }

    async fn activate(&self, activations: Vec<Activation>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let write_items =
            self.write_items(&activations, |one, audit_log| activated(AuditAction::Activate, one, audit_log));
        let inner = Arc::clone(&self.inner);
        self.write(write_items, async move { inner.activate(activations).await }).await
    }

    async fn unassign(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let write_items = self.write_items(&assignments, |one, audit_log| {
            WriteItem::of(
                AuditAction::Unassign,
                &one.token,
                Some(&one.user),
                TokenChange::Unassigned,
                &audit_log.names,
            )
        });
        let inner = Arc::clone(&self.inner);
        self.write(write_items, async move { inner.unassign(assignments).await }).await
    }

    async fn deactivate(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let write_items = self.write_items(&assignments, |one, audit_log| {
            let change = TokenChange::AssignedTo(one.user.clone(), TokenStatus::Assigned);
            WriteItem::of(AuditAction::Deactivate, &one.token, Some(&one.user), change, &audit_log.names)
        });
        let inner = Arc::clone(&self.inner);
        self.write(write_items, async move { inner.deactivate(assignments).await }).await
    }

    async fn delete(&self, tokens: Vec<TokenId>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let write_items = self.write_items(&tokens, |id, audit_log| {
            WriteItem::of(AuditAction::Delete, id, None, TokenChange::Deleted, &audit_log.names)
        });
        let inner = Arc::clone(&self.inner);
        self.write(write_items, async move { inner.delete(tokens).await }).await
    }

    async fn rename(&self, renames: Vec<Rename>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let write_items = self.write_items(&renames, |one, audit_log| {
            let change = TokenChange::Renamed(one.name.clone());
            WriteItem::of(AuditAction::Rename, &one.token, None, change, &audit_log.names)
        });
        let inner = Arc::clone(&self.inner);
        self.write(write_items, async move { inner.rename(renames).await }).await
    }
}

fn activated(action: AuditAction, one: &Activation, audit_log: &AuditLog) -> WriteItem {
    let change = TokenChange::AssignedTo(one.user.clone(), TokenStatus::Activated);
    WriteItem::of(action, &one.token, Some(&one.user), change, &audit_log.names)
}
