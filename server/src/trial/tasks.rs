//! Trials that run in the background of the server, and the task that removes what a crash left over.

use std::sync::{Arc, Mutex};

use audit::{AuditLog, sync::lock};
use token_core::{error::ServiceError, trial::TrialStart};
use tokio::{sync::watch, task::AbortHandle, time::sleep};

use super::{TrialAccess, cleanup, remove_left_over, runner::Trial};

/// The trials of this instance of the server.
#[derive(Default)]
pub struct TrialTasks {
    stop: Mutex<Vec<watch::Sender<bool>>>,
    /// Removes what trials of the current tenant left over.
    watcher: Mutex<Option<AbortHandle>>,
}

impl TrialTasks {
    /// Begins a trial, which goes on when the request is dropped.
    ///
    /// # Errors
    /// When the tenant or the database cannot be used.
    pub async fn start(
        &self,
        access: TrialAccess,
        upn: &str,
        collide: bool,
    ) -> Result<TrialStart, ServiceError> {
        let audit_log: Arc<AuditLog> = Arc::clone(&access.audit_log);
        let trial = match Trial::begin(access, upn, collide).await? {
            Ok(trial) => trial,
            Err(why) => return Ok(TrialStart::Refused(why)),
        };
        let (sender, stop) = watch::channel(false);
        {
            let mut senders = lock(&self.stop);
            senders.retain(|sender| !sender.is_closed());
            senders.push(sender);
        }
        // A shutdown waits until the trial has removed what it made.
        let tracked = audit_log.track();
        tokio::spawn(async move {
            let _tracked = tracked;
            trial.run(stop, |_| {}).await;
        });
        Ok(TrialStart::Began)
    }

    /// Stops the trials of this instance, which then remove what they made.
    pub fn stop(&self) {
        for sender in lock(&self.stop).iter() {
            sender.send_replace(true);
        }
        self.forget_tenant();
    }

    /// From now on removes what earlier trials of this tenant left over.
    pub fn watch_tenant(&self, access: TrialAccess) {
        let task = tokio::spawn(async move {
            loop {
                if let Err(error) = remove_left_over(&access).await {
                    tracing::warn!("an earlier trial's tokens cannot be looked up: {error}");
                }
                sleep(cleanup::INTERVAL).await;
            }
        });
        let previous = lock(&self.watcher).replace(task.abort_handle());
        previous.inspect(AbortHandle::abort);
    }

    /// Stops looking for what is left over: the tenant's credentials have been deleted.
    pub fn forget_tenant(&self) {
        lock(&self.watcher).take().inspect(AbortHandle::abort);
    }
}
