//! The directory for one run: its writes carry the run's id and the rows, for the audit log.

use async_trait::async_trait;
use token_core::{
    audit::{RunId, RunRowIndex},
    error::ServiceError,
    plan::{ImportTask, PlannedRow, Task},
    ports::{
        Activation, Assignment, Cursor, Directory, IdLookup, MethodPolicy, NewToken, Outcome, Page, Rename,
        SerialLookup,
    },
    token::{SerialNumber, Token, TokenId},
    user::{User, UserId},
};

use super::ApiDirectory;
use crate::{api::tokens, browser::random_u128};

/// The server's directory, called from the browser for the rows of one run.
#[derive(Debug)]
pub struct RunDirectory(RunRowIndex);

impl RunDirectory {
    /// A new run of the rows of a file.
    pub fn of_file(rows: &[PlannedRow<ImportTask>]) -> Self {
        Self(RunRowIndex::for_import(new_id(), rows))
    }

    /// A new run of tasks; a single task is not recorded as a run.
    pub fn of_tasks(rows: &[PlannedRow<Task>]) -> Self {
        Self(RunRowIndex::for_tasks(new_id(), rows))
    }
}

fn new_id() -> RunId {
    RunId::from_random(random_u128())
}

#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
impl Directory for RunDirectory {
    async fn tokens(&self, after: Option<Cursor>) -> Result<Page<Token>, ServiceError> {
        ApiDirectory.tokens(after).await
    }

    async fn tokens_by_serial(&self, serials: Vec<SerialNumber>) -> Result<Vec<SerialLookup>, ServiceError> {
        let found = ApiDirectory.tokens_by_serial(serials).await?;
        self.0.record_ids(found.iter().flatten().flatten());
        Ok(found)
    }

    async fn tokens_by_id(&self, ids: Vec<TokenId>) -> Result<Vec<IdLookup>, ServiceError> {
        ApiDirectory.tokens_by_id(ids).await
    }

    async fn search_users(&self, text: String, after: Option<Cursor>) -> Result<Page<User>, ServiceError> {
        ApiDirectory.search_users(text, after).await
    }

    async fn users_by_id(&self, ids: Vec<UserId>) -> Result<Vec<User>, ServiceError> {
        ApiDirectory.users_by_id(ids).await
    }

    async fn users_by_upn(&self, upns: Vec<String>) -> Result<Vec<User>, ServiceError> {
        ApiDirectory.users_by_upn(upns).await
    }

    async fn tokens_of_users(&self, users: Vec<UserId>) -> Result<Vec<Vec<Token>>, ServiceError> {
        ApiDirectory.tokens_of_users(users).await
    }

    async fn method_policy(&self) -> Result<MethodPolicy, ServiceError> {
        ApiDirectory.method_policy().await
    }

    async fn create(&self, tokens: Vec<NewToken>) -> Result<Vec<Outcome<Token>>, ServiceError> {
        let run = self.0.rows_of_serials(tokens.iter().map(|token| &token.serial));
        let outcomes = tokens::create_tokens(tokens, run).await?;
        self.0.record_ids(outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Done(token) => Some(token),
            _ => None,
        }));
        Ok(outcomes)
    }

    async fn assign(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let run = self.0.rows_of_tokens(assignments.iter().map(|one| &one.token));
        Ok(tokens::assign_tokens(assignments, run).await?)
    }

    async fn assign_and_activate(
        &self,
        activations: Vec<Activation>,
    ) -> Result<Vec<Outcome<()>>, ServiceError> {
        let run = self.0.rows_of_tokens(activations.iter().map(|one| &one.token));
        Ok(tokens::assign_and_activate_tokens(activations, run).await?)
    }

    async fn activate(&self, activations: Vec<Activation>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let run = self.0.rows_of_tokens(activations.iter().map(|one| &one.token));
        Ok(tokens::activate_tokens(activations, run).await?)
    }

    async fn unassign(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let run = self.0.rows_of_tokens(assignments.iter().map(|one| &one.token));
        Ok(tokens::unassign_tokens(assignments, run).await?)
    }

    async fn deactivate(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let run = self.0.rows_of_tokens(assignments.iter().map(|one| &one.token));
        Ok(tokens::deactivate_tokens(assignments, run).await?)
    }

    async fn delete(&self, tokens: Vec<TokenId>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let run = self.0.rows_of_tokens(&tokens);
        Ok(tokens::delete_tokens(tokens, run).await?)
    }

    async fn rename(&self, renames: Vec<Rename>) -> Result<Vec<Outcome<()>>, ServiceError> {
        let run = self.0.rows_of_tokens(renames.iter().map(|one| &one.token));
        Ok(tokens::rename_tokens(renames, run).await?)
    }
}
