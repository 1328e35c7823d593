//! Runs belong to whoever began them: the browser chooses the id of a run, and nobody may add rows to somebody else's.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use audit::sync::lock;
use token_core::{audit::RunId, error::ServiceError};

use super::{AuthState, RequestContext};

/// Most runs that are remembered; the audit log knows the others.
const MAX_RUNS: usize = 10_000;

/// Whose runs these are, as far as this instance has seen them.
#[derive(Default)]
pub struct RunOwners(Mutex<HashMap<(String, RunId), String>>);

impl AuthState {
    /// Refuses a run that somebody else began.
    pub(super) async fn check_run(
        self: &Arc<Self>,
        context: &RequestContext,
        run: &RunId,
    ) -> Result<(), ServiceError> {
        let actor = context.actor();
        let own = if actor.actor.id.is_empty() { actor.actor.name.clone() } else { actor.actor.id.clone() };
        let key = (actor.tenant, run.clone());
        let known = lock(&self.run_owners.0).get(&key).cloned();
        let owner = match known {
            Some(owner) => Some(owner),
            None => {
                self.audit_log_of(context).run(&self.audit_scope_of(context), run).await?.map(|summary| {
                    let actor = summary.actor;
                    if actor.id.is_empty() { actor.name } else { actor.id }
                })
            }
        };
        let owner = owner.unwrap_or_else(|| own.clone());
        if owner != own {
            return Err(ServiceError::Invalid { message: "this run belongs to somebody else".to_owned() });
        }
        let mut owners = lock(&self.run_owners.0);
        if owners.len() >= MAX_RUNS {
            owners.clear();
        }
        owners.insert(key, owner);
        Ok(())
    }
}
