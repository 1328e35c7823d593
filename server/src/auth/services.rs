//! The session and settings services of a request.

use std::sync::Arc;

use app::api::{
    boot_info::DeploymentMode,
    connection::{ConnectionView, Credentials},
    services::{SessionService, SettingsService, SignOutResponse},
    session_view::SessionView,
};
use async_trait::async_trait;
use audit::AuditLog;
use graph::{Credential, GraphSettings, Secret};
use token_core::{
    audit::{AuditAction, AuditEntry, EntryStatus, RunId},
    checkup::{Checkup, MissingPermissions, Severity},
    error::ServiceError,
    ports::Change,
    user::UserId,
};

use super::{
    AuthState, RequestContext,
    cookies::CookieName,
    operator::Operator,
    operator_link,
    privileged::check_targets,
    session_list::{SessionSelection, own_person, parse_key},
};
use crate::{
    active_tenant::Connection,
    config::{Clouds, checked_client_id, checked_tenant_id},
    doctor::{self, CheckupTarget},
    terminal::{link_message, print_line},
    trial::TrialAccess,
};

/// Implements the app's services for one request.
pub struct RequestServices {
    auth: Arc<AuthState>,
    context: RequestContext,
}

impl RequestServices {
    /// For this request.
    pub fn new(auth: Arc<AuthState>, context: RequestContext) -> Self {
        Self { auth, context }
    }

    /// Refuses everybody but the local operator.
    fn require_operator(&self) -> Result<(), ServiceError> {
        if self.context.user.operator { Ok(()) } else { Err(ServiceError::NotOperator) }
    }

    /// The same for connecting and disconnecting a tenant. Where the operator is also signed in, the sign-in must be fresh;
    /// without one, the client secret that is typed proves as much.
    fn require_fresh_operator(&self) -> Result<(), ServiceError> {
        self.require_operator()?;
        match &self.context.session {
            Some((_, session)) => self.auth.require_fresh(session),
            None => Ok(()),
        }
    }

    /// Ends the operator's cookie, and prints a new link in the terminal.
    fn sign_operator_out(&self, operator: &Operator) -> SignOutResponse {
        let AuthState { cookies, public_url, .. } = &*self.auth;
        if let Some(link) = operator_link(public_url, &operator.sign_out()) {
            print_line(&link_message(&link));
        }
        let entry = self.context.entry(AuditAction::SignOut, EntryStatus::Done);
        self.audit_log().append_later(vec![entry]);
        let after = public_url.join("signed-out").unwrap_or_else(|_| public_url.clone());
        SignOutResponse { redirect_to: after.into(), cookie: cookies.clear(CookieName::Operator) }
    }

    fn audit_log(&self) -> Arc<AuditLog> {
        self.auth.audit_log_of(&self.context)
    }

    /// With delegated access, the scopes of the user's own token.
    fn scopes(&self) -> Option<Vec<String>> {
        let (_, session) = self.context.session.as_ref()?;
        session.delegated.as_ref().map(|(token, _)| token.scopes())
    }

    /// Whether Graph is called as the user or as the app.
    async fn graph_access(&self) -> Result<doctor::GraphAccess, ServiceError> {
        let person = self.context.session.as_ref().and_then(|(_, session)| session.delegated.as_ref());
        match person {
            Some((token, _)) => Ok(doctor::GraphAccess::Delegated {
                scopes: token.scopes(),
                token: Some(token.header().await?),
            }),
            None => Ok(doctor::GraphAccess::AppOnly),
        }
    }
}

#[async_trait]
impl SessionService for RequestServices {
    fn check_code_limit(&self, count: usize) -> Result<(), ServiceError> {
        let session = self.context.session.as_ref().map(|(key, _)| *key);
        self.auth.rate_limits.codes(session, self.context.address, count)
    }

    async fn check_sensitive(&self, count: usize, run: Option<&RunId>) -> Result<(), ServiceError> {
        match &self.context.session {
            Some(session) if count > 0 => self.auth.check_sensitive(session, count, run).await,
            // The local operator and the practice tenant's administrator have no sign-in that could be fresh.
            _ => Ok(()),
        }
    }

    async fn check_targets(&self, changes: &[Change], confirmed: &[UserId]) -> Result<(), ServiceError> {
        let directory = self.context.directory().ok_or(ServiceError::SignedOut)?;
        let (policy, recorder) = (self.auth.privileged_targets, (&*self.audit_log(), &self.context));
        check_targets(policy, &*directory, changes, confirmed, recorder).await
    }

    async fn check_run(&self, run: &RunId) -> Result<(), ServiceError> {
        self.auth.check_run(&self.context, run).await
    }

    async fn own_sessions(&self) -> Result<Vec<SessionView>, ServiceError> {
        match own_person(&self.context) {
            Ok(person) => self.auth.list_sessions(&self.context, Some(&person)).await,
            // The local operator and the practice tenant's administrator have not signed in.
            Err(_) => Ok(Vec::new()),
        }
    }

    async fn end_own(&self, key: Option<String>) -> Result<usize, ServiceError> {
        let person = own_person(&self.context)?;
        let which = match key {
            Some(key) => SessionSelection::Key(parse_key(&key)?),
            None => SessionSelection::Person(&person),
        };
        let reason = "Ended by the user.";
        self.auth.end_sessions(&self.context, which, Some(&person), reason).await
    }

    async fn all_sessions(&self) -> Result<Vec<SessionView>, ServiceError> {
        self.auth.list_sessions(&self.context, None).await
    }

    async fn end_any(&self, key: String, all_of_person: bool) -> Result<usize, ServiceError> {
        let (key, reason) = (parse_key(&key)?, "Ended by an administrator.");
        if !all_of_person {
            let which = SessionSelection::Key(key);
            return self.auth.end_sessions(&self.context, which, None, reason).await;
        }
        match self.auth.person_of_session(&key).await? {
            Some(person) => {
                let which = SessionSelection::Person(&person);
                self.auth.end_sessions(&self.context, which, None, reason).await
            }
            None => Ok(0),
        }
    }

    async fn sign_out(&self) -> Result<SignOutResponse, ServiceError> {
        let AuthState { cookies, public_url, .. } = &*self.auth;
        if let Some(session_id) = &self.context.session_id {
            self.auth.end_session(session_id).await?;
        }
        if self.context.session.is_some() {
            self.audit_log().append_later(vec![self.context.entry(AuditAction::SignOut, EntryStatus::Done)]);
        }
        if let Some(operator) = self.auth.operator.as_ref().filter(|_| self.context.user.operator) {
            return Ok(self.sign_operator_out(operator));
        }
        let hint = self.context.session.as_ref().and_then(|(_, session)| session.person.login_hint.clone());
        let after = public_url.join("signed-out").unwrap_or_else(|_| public_url.clone());
        Ok(SignOutResponse {
            redirect_to: self.context.connection.entra.logout_url(&after, hint.as_deref()).into(),
            cookie: cookies.clear(CookieName::Session),
        })
    }
}

#[async_trait]
impl SettingsService for RequestServices {
    fn connection(&self) -> ConnectionView {
        let connection = &self.context.connection;
        let settings = &connection.settings;
        ConnectionView {
            tenant_id: settings.tenant_id.clone(),
            client_id: settings.client_id.clone(),
            credential: settings.credential.label().to_owned(),
            delegated: connection.delegated,
            authority: settings.authority.to_string(),
            endpoint: settings.endpoint.to_string(),
            redirect_uri: self.auth.redirect_uri().into(),
        }
    }

    async fn connect(&self, credentials: Credentials) -> Result<(), ServiceError> {
        self.require_fresh_operator()?;
        let Credentials { tenant_id, client_id, client_secret } = credentials;
        let invalid = |message| ServiceError::Invalid { message };
        let clouds = self.auth.connectable.clone().ok_or(ServiceError::NotOperator)?;
        let Clouds { authority, endpoint } = clouds;
        let secret = client_secret.0.trim();
        if secret.is_empty() {
            return Err(invalid("the client secret is empty".to_owned()));
        }
        let settings = GraphSettings {
            endpoint,
            authority,
            tenant_id: checked_tenant_id(&tenant_id).map_err(|why| invalid(format!("tenant id: {why}")))?,
            client_id: checked_client_id(&client_id).map_err(|why| invalid(format!("client id: {why}")))?,
            credential: Credential::Secret(Secret::new(secret.to_owned())),
        };
        let entry = AuditEntry {
            tenant: settings.tenant_id.clone(),
            after: format!("connected to tenant {} as app {}", settings.tenant_id, settings.client_id),
            ..self.context.entry(AuditAction::Connect, EntryStatus::Open)
        };
        let audit_log = self.auth.audit_logs.open_connected().await?;
        audit_log.record_operation(entry, self.auth.active_tenant.connect(settings)).await?;
        self.auth.sessions.end_all();
        let Connection { settings, directory, .. } = &*self.auth.active_tenant.current();
        audit_log.start_maintenance(&settings.tenant_id, directory.clone());
        self.auth.trials.watch_tenant(TrialAccess::of_program(settings, directory, &audit_log));
        tracing::info!("the local operator has connected a tenant");
        Ok(())
    }

    async fn disconnect(&self) -> Result<(), ServiceError> {
        self.require_fresh_operator()?;
        if self.auth.active_tenant.current().mode == DeploymentMode::Local {
            let entry = AuditEntry {
                before: format!("connected to tenant {}", self.context.connection.settings.tenant_id),
                after: "the practice tenant".to_owned(),
                ..self.context.entry(AuditAction::Disconnect, EntryStatus::Open)
            };
            let disconnect = async {
                self.auth.active_tenant.disconnect();
                self.auth.sessions.end_all();
                Ok(())
            };
            let audit_log = self.audit_log();
            audit_log.record_operation(entry, disconnect).await?;
            audit_log.stop_maintenance();
            self.auth.trials.forget_tenant();
            tracing::info!("the local operator has disconnected the tenant");
        }
        Ok(())
    }

    async fn check(&self) -> Result<Checkup, ServiceError> {
        let Connection { mode, settings, directory, .. } = &*self.context.connection;
        // A cached access token lacks the permissions that were granted since.
        directory.renew().await;
        let redirect_uri = (*mode == DeploymentMode::Organisation).then(|| self.auth.redirect_uri());
        let offered = &self.auth.self_service;
        let self_service_as_app = redirect_uri.is_some() && offered.is_offered() && !offered.delegated;
        let checkup = doctor::run_checkup(CheckupTarget {
            settings,
            redirect_uri,
            access: self.graph_access().await?,
            self_service_as_app,
            privileged_targets: self.auth.privileged_targets,
        })
        .await;
        let problems = checkup.findings.iter().filter(|finding| finding.level == Severity::Problem);
        let after = format!("{} things looked at, {} problems", checkup.findings.len(), problems.count());
        let entry = AuditEntry { after, ..self.context.entry(AuditAction::Check, EntryStatus::Done) };
        self.audit_log().append_later(vec![entry]);
        Ok(checkup)
    }

    async fn missing(&self) -> Result<MissingPermissions, ServiceError> {
        Ok(doctor::missing_permissions(&self.context.connection.settings, self.scopes().as_deref()).await)
    }
}
