//! Wraps the tenant's directory: stores an intent for every write before Microsoft is asked, and the outcome afterwards.

mod half_done;
mod unseen;
mod write_item;

use std::{sync::Arc, time::Instant};

use async_trait::async_trait;
use token_core::{
    audit::{AuditEntry, EntryStatus, RunRow, RunRows},
    error::ServiceError,
    plan::privileged::{PrivilegedTargets, describe_roles},
    ports::{
        Applied, Change, Cursor, Directory, IdLookup, MethodPolicy, Outcome, Page, SerialLookup,
        SharedDirectory, UnseenWrite, UserTokensLookup,
    },
    token::{SerialNumber, Token, TokenId},
    user::{DirectoryRoles, User, UserId},
};

use self::{half_done::HalfDone, write_item::WriteItem};
use super::{actor::ActorContext, log::AuditLog, write_result::WriteResult};

/// A directory whose writes are recorded.
pub struct AuditedDirectory {
    inner: SharedDirectory,
    audit_log: Arc<AuditLog>,
    actor: ActorContext,
    /// What is done with tokens of people who hold a directory role.
    privileged: PrivilegedTargets,
}

impl AuditedDirectory {
    /// Records the writes of `actor` to `inner`. Unless everybody's tokens are changed alike, it also records which of the
    /// people concerned hold a directory role.
    pub fn new(
        inner: SharedDirectory,
        audit_log: Arc<AuditLog>,
        actor: ActorContext,
        privileged: PrivilegedTargets,
    ) -> Self {
        Self { inner, audit_log, actor, privileged }
    }

    /// Adds to each item whose person holds a directory role that they do.
    async fn mark_role_holders(
        &self,
        changes: &[Change],
        write_items: &mut [WriteItem],
    ) -> Result<(), ServiceError> {
        let confirmed = match self.privileged {
            PrivilegedTargets::Allow => return Ok(()),
            PrivilegedTargets::Confirm => ", confirmed by name",
            PrivilegedTargets::Refuse => "",
        };
        let users: Vec<UserId> = changes.iter().filter_map(Change::user).cloned().collect();
        if users.is_empty() {
            return Ok(());
        }
        let mut roles = self.inner.directory_roles(users).await?.into_iter();
        for (change, write_item) in changes.iter().zip(write_items) {
            let of_user = change.user().and_then(|_| roles.next());
            if let Some(names) = of_user.as_ref().map(DirectoryRoles::names).filter(|names| !names.is_empty())
            {
                let mark = format!("the user holds {}{confirmed}", describe_roles(names));
                write_item.after = format!("{}; {mark}", write_item.after);
            }
        }
        Ok(())
    }

    fn intents(
        &self,
        write_items: &[WriteItem],
        run: Option<&RunRows>,
    ) -> Result<Vec<AuditEntry>, ServiceError> {
        if let Some(message) = run.and_then(|run| run.validate(write_items.len())) {
            return Err(ServiceError::Invalid { message });
        }
        let intent = |(at, write_item)| self.entry(write_item, EntryStatus::Open, run_row(run, at));
        Ok(write_items.iter().enumerate().map(intent).collect())
    }

    fn entry(&self, write_item: &WriteItem, result: EntryStatus, run: Option<RunRow>) -> AuditEntry {
        AuditEntry {
            token: Some(write_item.token.clone()),
            person: write_item.person.clone(),
            run,
            before: write_item.before.clone(),
            after: write_item.after.clone(),
            ..self.actor.entry(write_item.action, result, self.audit_log.now_ms())
        }
    }
}

/// The row of the item at this place of a call.
fn run_row(run: Option<&RunRows>, at: usize) -> Option<RunRow> {
    run.map(|run| RunRow { id: run.id.clone(), row: run.rows.get(at).copied().unwrap_or_default() })
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
    fn entries(self, audit_log: &AuditLog, answer: &Result<Applied, ServiceError>) -> Vec<AuditEntry> {
        let duration_ms = self.duration_ms;
        let items = self.write_items.into_iter().zip(self.intents).zip(self.numbers).enumerate();
        let entry = |(at, ((write_item, intent), number)): (usize, ((WriteItem, AuditEntry), u64))| {
            let write_result = match answer {
                Ok(applied) => applied
                    .outcomes
                    .get(at)
                    .map_or_else(|| WriteResult::of_error(&missing()), WriteResult::of_outcome),
                Err(error) => WriteResult::of_error(error),
            };
            let request_id = answer.as_ref().ok().and_then(|applied| applied.request_ids.get(at)?.clone());
            write_item.remember(&audit_log.names, write_result.status);
            AuditEntry {
                intent: Some(number),
                at_ms: audit_log.now_ms(),
                result: write_result.status,
                reason: write_result.reason,
                request_id: write_result.request_id.or(request_id),
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

    async fn tokens_of_users(&self, users: Vec<UserId>) -> Result<Vec<UserTokensLookup>, ServiceError> {
        let tokens = self.inner.tokens_of_users(users).await?;
        self.audit_log.names.remember_tokens(tokens.iter().flatten().flatten());
        Ok(tokens)
    }

    async fn directory_roles(&self, users: Vec<UserId>) -> Result<Vec<DirectoryRoles>, ServiceError> {
        self.inner.directory_roles(users).await
    }

    async fn method_policy(&self) -> Result<MethodPolicy, ServiceError> {
        self.inner.method_policy().await
    }

    async fn apply(&self, changes: Vec<Change>, run: Option<RunRows>) -> Result<Applied, ServiceError> {
        // What the tenant's directory would refuse as a whole leaves no entries: nothing of it is begun.
        if let Some(message) = Change::validate_call(&changes) {
            return Err(ServiceError::Invalid { message });
        }
        let names = &self.audit_log.names;
        let mut write_items: Vec<WriteItem> =
            changes.iter().map(|change| WriteItem::of(change, names)).collect();
        self.mark_role_holders(&changes, &mut write_items).await?;
        let intents = self.intents(&write_items, run.as_ref())?;
        let numbers = self.audit_log.append(intents.clone()).await?;
        let (inner, audit_log) = (Arc::clone(&self.inner), Arc::clone(&self.audit_log));
        let tracked = audit_log.track();
        // The call runs to its end even when the request is dropped: otherwise its outcome would stay unknown.
        let task = tokio::spawn(async move {
            let _tracked = tracked;
            let started = Instant::now();
            let half_done = HalfDone::of(&changes);
            let answer = inner.apply(changes, run).await;
            audit_log.names.remember_tokens(created(&answer));
            let half_done = half_done.look_up(&inner, &answer).await;
            let outcomes = Outcomes { write_items, intents, numbers, duration_ms: millis(started) };
            let mut entries = outcomes.entries(&audit_log, &answer);
            half_done.tell(&mut entries);
            audit_log.append_later(entries);
            answer
        });
        task.await
            .unwrap_or_else(|_| Err(ServiceError::Internal { reference: "a write ended early".to_owned() }))
    }

    async fn report_unseen(
        &self,
        writes: Vec<UnseenWrite>,
        run: Option<RunRows>,
    ) -> Result<(), ServiceError> {
        self.record_unseen(&writes, run.as_ref()).await
    }
}

fn created(answer: &Result<Applied, ServiceError>) -> impl Iterator<Item = &Token> {
    answer.iter().flat_map(|applied| &applied.outcomes).filter_map(|outcome| match outcome {
        Outcome::Done(token) => token.as_ref(),
        _ => None,
    })
}
