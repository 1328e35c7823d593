//! The directory of one run: what is written through it carries the run's name and the rows, for the audit trail.
//!
//! The engine names tokens, not rows. Which row a token belongs to is known from the plan; of a token that the run creates
//! the id is learnt from the answers.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use token_core::{
    audit::{RunId, RunRows},
    fault::Fault,
    manage::Task,
    ports::{
        Activation, Assignment, Cursor, Directory, Found, MethodPolicy, NewToken, Outcome, Page, Rename, Seen,
    },
    rollout::plan::{PlannedRow, Verdict, Work},
    token::{SerialNumber, Token, TokenId},
    user::{User, UserId},
};

use super::Remote;
use crate::{api::tokens, browser::random_bits};

/// The server's directory, called from the browser for the rows of one run.
#[derive(Debug)]
pub struct InRun {
    /// None for a single token: that is no run.
    id: Option<RunId>,
    by_id: Mutex<HashMap<TokenId, u32>>,
    by_serial: HashMap<String, u32>,
}

impl InRun {
    /// A new run of the rows of a file.
    pub fn of_file(rows: &[PlannedRow<Work>]) -> Self {
        let known = rows.iter().filter_map(|row| match &row.verdict {
            Verdict::Work(work) => Some((work.token.clone()?, number(row.line))),
            _ => None,
        });
        let by_serial = rows.iter().map(|row| (row.serial.to_lowercase(), number(row.line))).collect();
        Self { id: Some(new_id()), by_id: Mutex::new(known.collect()), by_serial }
    }

    /// A new run of tasks; a single one is none.
    pub fn of_tasks(rows: &[PlannedRow<Task>]) -> Self {
        let steps = rows.iter().flat_map(|row| match &row.verdict {
            Verdict::Work(task) => {
                task.steps.iter().map(|step| (step.token.id.clone(), number(row.line))).collect()
            }
            _ => Vec::new(),
        });
        let id = (rows.len() > 1).then(new_id);
        Self { id, by_id: Mutex::new(steps.collect()), by_serial: HashMap::new() }
    }

    fn rows<'a>(&self, tokens: impl Iterator<Item = &'a TokenId>) -> Option<RunRows> {
        let known = self.known();
        self.named(tokens.map(|token| known.get(token).copied().unwrap_or_default()).collect())
    }

    fn named(&self, rows: Vec<u32>) -> Option<RunRows> {
        Some(RunRows { id: self.id.clone()?, rows })
    }

    fn row_of(&self, serial: &SerialNumber) -> u32 {
        self.by_serial.get(&serial.key()).copied().unwrap_or_default()
    }

    /// Learns the ids of tokens that the file knows by serial.
    fn learn<'a>(&self, tokens: impl Iterator<Item = &'a Token>) {
        let mut known = self.known();
        for token in tokens {
            let row = self.row_of(&token.serial);
            if row > 0 {
                known.entry(token.id.clone()).or_insert(row);
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<TokenId, u32>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn new_id() -> RunId {
    RunId::from_random(random_bits())
}

fn number(line: u64) -> u32 {
    u32::try_from(line).unwrap_or_default()
}

#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
impl Directory for InRun {
    async fn tokens(&self, after: Option<Cursor>) -> Result<Page<Token>, Fault> {
        Remote.tokens(after).await
    }

    async fn tokens_by_serial(&self, serials: Vec<SerialNumber>) -> Result<Vec<Found>, Fault> {
        let found = Remote.tokens_by_serial(serials).await?;
        self.learn(found.iter().flatten().flatten());
        Ok(found)
    }

    async fn tokens_by_id(&self, ids: Vec<TokenId>) -> Result<Vec<Seen>, Fault> {
        Remote.tokens_by_id(ids).await
    }

    async fn search_users(&self, text: String, after: Option<Cursor>) -> Result<Page<User>, Fault> {
        Remote.search_users(text, after).await
    }

    async fn users_by_id(&self, ids: Vec<UserId>) -> Result<Vec<User>, Fault> {
        Remote.users_by_id(ids).await
    }

    async fn users_by_upn(&self, upns: Vec<String>) -> Result<Vec<User>, Fault> {
        Remote.users_by_upn(upns).await
    }

    async fn holdings(&self, users: Vec<UserId>) -> Result<Vec<Vec<Token>>, Fault> {
        Remote.holdings(users).await
    }

    async fn method_policy(&self) -> Result<MethodPolicy, Fault> {
        Remote.method_policy().await
    }

    async fn create(&self, tokens: Vec<NewToken>) -> Result<Vec<Outcome<Token>>, Fault> {
        let run = self.named(tokens.iter().map(|token| self.row_of(&token.serial)).collect());
        let outcomes = tokens::create_tokens(tokens, run).await?;
        self.learn(outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Done(token) => Some(token),
            _ => None,
        }));
        Ok(outcomes)
    }

    async fn assign(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, Fault> {
        let run = self.rows(assignments.iter().map(|one| &one.token));
        Ok(tokens::assign_tokens(assignments, run).await?)
    }

    async fn assign_and_activate(&self, activations: Vec<Activation>) -> Result<Vec<Outcome<()>>, Fault> {
        let run = self.rows(activations.iter().map(|one| &one.token));
        Ok(tokens::assign_and_activate_tokens(activations, run).await?)
    }

    async fn activate(&self, activations: Vec<Activation>) -> Result<Vec<Outcome<()>>, Fault> {
        let run = self.rows(activations.iter().map(|one| &one.token));
        Ok(tokens::activate_tokens(activations, run).await?)
    }

    async fn unassign(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, Fault> {
        let run = self.rows(assignments.iter().map(|one| &one.token));
        Ok(tokens::unassign_tokens(assignments, run).await?)
    }

    async fn deactivate(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, Fault> {
        let run = self.rows(assignments.iter().map(|one| &one.token));
        Ok(tokens::deactivate_tokens(assignments, run).await?)
    }

    async fn delete(&self, tokens: Vec<TokenId>) -> Result<Vec<Outcome<()>>, Fault> {
        let run = self.rows(tokens.iter());
        Ok(tokens::delete_tokens(tokens, run).await?)
    }

    async fn rename(&self, renames: Vec<Rename>) -> Result<Vec<Outcome<()>>, Fault> {
        let run = self.rows(renames.iter().map(|one| &one.token));
        Ok(tokens::rename_tokens(renames, run).await?)
    }
}
