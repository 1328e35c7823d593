//! The directory of one run: forwards reads, and records writes in the audit trail first, as rows of the run.

use std::sync::Arc;

use async_trait::async_trait;
use audit::{ActorContext, AuditLog};
use token_core::{
    audit::{RunRowIndex, RunRows},
    error::ServiceError,
    ports::{
        Activation, Assignment, Cursor, Directory, IdLookup, MethodPolicy, NewToken, Outcome, Page, Rename,
        SerialLookup, SharedDirectory,
    },
    token::{SerialNumber, Token, TokenId},
    user::{User, UserId},
};

/// A directory that records each write as a row of a run.
pub struct RunDirectory {
    graph: SharedDirectory,
    /// The same, through the audit trail if it is open, which caches the names that pass by.
    reader: SharedDirectory,
    audit_log: Option<Arc<AuditLog>>,
    who: ActorContext,
    row_index: RunRowIndex,
}

impl RunDirectory {
    /// Without an audit trail every write fails.
    pub fn new(
        graph: SharedDirectory,
        audit_log: Option<Arc<AuditLog>>,
        who: ActorContext,
        row_index: RunRowIndex,
    ) -> Self {
        let reader = match &audit_log {
            Some(audit_log) => audit_log.audited(Arc::clone(&graph), who.clone(), None),
            None => Arc::clone(&graph),
        };
        Self { graph, reader, audit_log, who, row_index }
    }

    /// The rows of the run.
    pub fn row_index(&self) -> &RunRowIndex {
        &self.row_index
    }

    fn writer(&self, rows: Option<RunRows>) -> Result<SharedDirectory, ServiceError> {
        let audit_log = self.audit_log.as_ref();
        let audit_log = audit_log
            .ok_or_else(|| ServiceError::AuditUnavailable { message: "it is not open.".to_owned() })?;
        Ok(audit_log.audited(Arc::clone(&self.graph), self.who.clone(), rows))
    }
}

#[async_trait]
impl Directory for RunDirectory {
    async fn tokens(&self, after: Option<Cursor>) -> Result<Page<Token>, ServiceError> {
        self.reader.tokens(after).await
    }

    async fn tokens_by_serial(&self, serials: Vec<SerialNumber>) -> Result<Vec<SerialLookup>, ServiceError> {
        let found = self.reader.tokens_by_serial(serials).await?;
        self.row_index.record_ids(found.iter().flatten().flatten());
        Ok(found)
    }

    async fn tokens_by_id(&self, ids: Vec<TokenId>) -> Result<Vec<IdLookup>, ServiceError> {
        self.reader.tokens_by_id(ids).await
    }

    async fn search_users(&self, text: String, after: Option<Cursor>) -> Result<Page<User>, ServiceError> {
        self.reader.search_users(text, after).await
    }

    async fn users_by_id(&self, ids: Vec<UserId>) -> Result<Vec<User>, ServiceError> {
        self.reader.users_by_id(ids).await
    }

    async fn users_by_upn(&self, upns: Vec<String>) -> Result<Vec<User>, ServiceError> {
        self.reader.users_by_upn(upns).await
    }

    async fn tokens_of_users(&self, users: Vec<UserId>) -> Result<Vec<Vec<Token>>, ServiceError> {
        self.reader.tokens_of_users(users).await
    }

    async fn method_policy(&self) -> Result<MethodPolicy, ServiceError> {
        self.reader.method_policy().await
    }

    async fn create(&self, tokens: Vec<NewToken>) -> Result<Vec<Outcome<Token>>, ServiceError> {
        let rows = self.row_index.rows_of_serials(tokens.iter().map(|token| &token.serial));
        let outcomes = self.writer(rows)?.create(tokens).await?;
        self.row_index.record_ids(outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Done(token) => Some(token),
            _ => None,
        }));
        Ok(outcomes)
    }

    async fn assign(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let rows = self.row_index.rows_of_tokens(assignments.iter().map(|one| &one.token));
        self.writer(rows)?.assign(assignments).await
    }

    async fn assign_and_activate(
        &self,
        activations: Vec<Activation>,
    ) -> Result<Vec<Outcome<()>>, ServiceError> {
        let rows = self.row_index.rows_of_tokens(activations.iter().map(|one| &one.token));
        self.writer(rows)?.assign_and_activate(activations).await
    }

    async fn activate(&self, activations: Vec<Activation>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let rows = self.row_index.rows_of_tokens(activations.iter().map(|one| &one.token));
        self.writer(rows)?.activate(activations).await
    }

    async fn unassign(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let rows = self.row_index.rows_of_tokens(assignments.iter().map(|one| &one.token));
        self.writer(rows)?.unassign(assignments).await
    }

    async fn deactivate(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let rows = self.row_index.rows_of_tokens(assignments.iter().map(|one| &one.token));
        self.writer(rows)?.deactivate(assignments).await
    }

    async fn delete(&self, tokens: Vec<TokenId>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let rows = self.row_index.rows_of_tokens(&tokens);
        self.writer(rows)?.delete(tokens).await
    }

    async fn rename(&self, renames: Vec<Rename>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let rows = self.row_index.rows_of_tokens(renames.iter().map(|one| &one.token));
        self.writer(rows)?.rename(renames).await
    }
}
