//! The trial of a tenant: tries with made-up tokens what the program assumes of Microsoft Graph, and removes them.
//!
//! `begin` checks the user and records the serial numbers before anything is written; `runner` tries the `steps` one after
//! the other through `tenant`, which records every write in the audit trail; `cleanup` removes what was made, in the end,
//! after an error, and after a crash. `store` keeps the latest trial in the database, where all instances of the server
//! see it; `tasks` runs trials in the background for the page.

mod begin;
mod cleanup;
mod context;
mod made;
mod observed;
mod pace;
mod runner;
mod steps;
mod store;
mod tasks;
mod tenant;

use std::sync::Arc;

use audit::{ActorContext, AuditLog};
use graph::{GraphDirectory, GraphSettings};
use token_core::{error::ServiceError, plan::privileged::PrivilegedTargets, trial::TrialState, user::UserId};
use tokio::sync::OwnedMutexGuard;

use self::store::TrialStore;
pub use self::{
    cleanup::remove_left_over,
    pace::TrialPace,
    runner::{STOPPED, Trial},
    tasks::TrialTasks,
};
use crate::user_locks::UserLocks;

/// The tenant of a trial, and in whose name it acts.
#[derive(Clone)]
pub struct TrialAccess {
    /// The tenant, with the app's or a person's permissions.
    pub graph: Arc<GraphDirectory>,
    /// Where each write is recorded, and in whose database the trial is kept.
    pub audit_log: Arc<AuditLog>,
    /// Who acts, on which tenant.
    pub actor: ActorContext,
    /// The app's id, which no report may contain.
    pub client_id: String,
    /// What is done with tokens of people who hold a directory role. A trial takes nobody who is known to hold one.
    privileged_targets: PrivilegedTargets,
    /// How long the trial waits for Microsoft to show a change.
    pub pace: TrialPace,
    /// Keeps other writes for the user from colliding with a step.
    user_locks: Arc<UserLocks>,
}

impl TrialAccess {
    /// In the program's own name, to remove what a trial left over.
    pub fn of_program(
        settings: &GraphSettings,
        graph: &Arc<GraphDirectory>,
        audit_log: &Arc<AuditLog>,
    ) -> Self {
        let actor = ActorContext::program(&settings.tenant_id);
        Self::new(Arc::clone(graph), Arc::clone(audit_log), actor, &settings.client_id)
    }

    /// In this actor's name.
    pub fn new(
        graph: Arc<GraphDirectory>,
        audit_log: Arc<AuditLog>,
        actor: ActorContext,
        client_id: &str,
    ) -> Self {
        let (pace, user_locks) = (TrialPace::default(), Arc::default());
        let privileged_targets = PrivilegedTargets::default();
        let client_id = client_id.to_owned();
        Self { graph, audit_log, actor, client_id, privileged_targets, pace, user_locks }
    }

    /// With this setting.
    #[must_use]
    pub fn with_privileged_targets(self, privileged_targets: PrivilegedTargets) -> Self {
        Self { privileged_targets, ..self }
    }

    /// With the locks that other writes of this server hold.
    #[must_use]
    pub(crate) fn with_user_locks(self, user_locks: &Arc<UserLocks>) -> Self {
        Self { user_locks: Arc::clone(user_locks), ..self }
    }

    /// Waits until no other write for this user is under way, and keeps others waiting.
    async fn lock_user(&self, user: &UserId) -> Vec<OwnedMutexGuard<()>> {
        self.user_locks.lock(&self.actor.tenant, [user.clone()]).await
    }

    fn store(&self) -> TrialStore {
        TrialStore::new(self.audit_log.store().database().clone(), self.actor.tenant.clone())
    }
}

/// The latest trial of this tenant, if there was one.
///
/// # Errors
/// When the database cannot be read.
pub async fn latest(audit_log: &AuditLog, tenant: &str) -> Result<Option<TrialState>, ServiceError> {
    let store = TrialStore::new(audit_log.store().database().clone(), tenant.to_owned());
    Ok(store.read().await?.map(|stored| stored.state))
}

/// Asks the tenant's trial to stop, whichever instance of the server runs it.
///
/// # Errors
/// When the database cannot be written.
pub async fn request_stop(audit_log: &AuditLog, tenant: &str) -> Result<(), ServiceError> {
    let store = TrialStore::new(audit_log.store().database().clone(), tenant.to_owned());
    store.request_stop().await
}
