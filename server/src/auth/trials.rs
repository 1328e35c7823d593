//! The trials of the caller's tenant.

use std::sync::Arc;

use app::api::services::TrialService;
use async_trait::async_trait;
use token_core::{
    checkup::Capability,
    error::ServiceError,
    trial::{TrialStart, TrialState},
};

use super::{AuthState, RequestContext};
use crate::{
    doctor,
    trial::{self, TrialAccess},
};

/// The trials for the caller of one request.
pub struct RequestTrials {
    auth: Arc<AuthState>,
    context: RequestContext,
}

impl RequestTrials {
    /// For this request.
    pub fn new(auth: Arc<AuthState>, context: RequestContext) -> Self {
        Self { auth, context }
    }

    fn tenant(&self) -> &str {
        &self.context.connection.settings.tenant_id
    }

    /// With delegated access, the scopes of the caller's own token.
    fn scopes(&self) -> Option<Vec<String>> {
        let (_, session) = self.context.session.as_ref()?;
        session.delegated.as_ref().map(|(token, _)| token.scopes())
    }
}

#[async_trait]
impl TrialService for RequestTrials {
    async fn start(&self, upn: String, collide: bool) -> Result<TrialStart, ServiceError> {
        let settings = &self.context.connection.settings;
        let graph = self.context.directory().ok_or(ServiceError::SignedOut)?;
        let missing = doctor::missing_permissions(settings, self.scopes().as_deref()).await;
        if let Some(permission) = missing.first(Capability::for_trial()) {
            return Ok(TrialStart::Refused(format!(
                "The permission {permission} is missing. The check above says how to get it."
            )));
        }
        let (audit_log, actor) = (self.auth.audit_log_of(&self.context), self.context.actor());
        let access = TrialAccess::new(graph, audit_log, actor, &settings.client_id)
            .with_privileged_targets(self.auth.privileged_targets)
            .with_user_locks(&self.auth.user_locks);
        self.auth.trials.start(access, &upn, collide).await
    }

    async fn read(&self) -> Result<Option<TrialState>, ServiceError> {
        trial::latest(&self.auth.audit_log_of(&self.context), self.tenant()).await
    }

    async fn stop(&self) -> Result<(), ServiceError> {
        trial::request_stop(&self.auth.audit_log_of(&self.context), self.tenant()).await
    }
}
