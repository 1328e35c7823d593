//! The services that the server provides to server functions.

use std::sync::Arc;

use async_trait::async_trait;
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;
use token_core::{
    audit::{AuditLogPage, AuditLogStatus, AuditQuery, ExportKind, RunId, RunSummary},
    checkup::{Checkup, MissingPermissions},
    drift::proof::ProofRecord,
    error::ServiceError,
    otp::Code,
    ports::{Change, ChangeKind, SharedDirectory},
    self_service::{ActivationOutcome, MyTokenList},
    token::{SerialNumber, TokenId},
    trial::{TrialStart, TrialState},
    user::UserId,
};

use super::{
    AppError,
    access::{Access, required_for},
    boot_info::BootInfo,
    connection::{ConnectionView, Credentials},
    my_form::{FormAnswer, OwnTokens},
    session_view::SessionView,
};

/// The service for a user's own tokens.
pub type SharedMyTokens = Arc<dyn MyTokensService>;

/// The context of every request, made for its user.
#[derive(Clone)]
pub struct Services {
    /// The tenant's directory, whose writes are recorded; for administrators only.
    pub directory: Option<SharedDirectory>,
    /// The user's own tokens; only with a session.
    pub my_tokens: Option<SharedMyTokens>,
    /// What became of the form of *My tokens* that this browser sent last, if the page has not shown it yet.
    pub form_answer: Option<FormAnswer>,
    /// The deployment and the current user.
    pub boot_info: BootInfo,
    /// The user's session.
    pub session: Arc<dyn SessionService>,
    /// The connection to the tenant, and the local operator's settings.
    pub settings: Arc<dyn SettingsService>,
    /// The audit log, as this user writes and reads it.
    pub audit: Arc<dyn AuditService>,
    /// The trials of the tenant.
    pub trial: Arc<dyn TrialService>,
    /// The server's time, corrected by Microsoft's, in milliseconds since 1970.
    pub now_ms: u64,
}

/// The user's session, and what depends on it.
#[async_trait]
pub trait SessionService: Send + Sync {
    /// Counts codes that are about to be sent, and fails when they exceed the limit of one user.
    fn check_code_limit(&self, count: usize) -> Result<(), ServiceError>;
    /// Counts tokens that are about to be deleted, unassigned or exported, and fails when that needs a fresh sign-in.
    async fn check_sensitive(&self, count: usize, run: Option<&RunId>) -> Result<(), ServiceError>;
    /// Fails when a change concerns a user who holds a directory role and who is not confirmed, or not to be changed.
    async fn check_targets(&self, changes: &[Change], confirmed: &[UserId]) -> Result<(), ServiceError>;
    /// Fails when somebody else began this run.
    async fn check_run(&self, run: &RunId) -> Result<(), ServiceError>;
    /// The user's own sessions.
    async fn own_sessions(&self) -> Result<Vec<SessionView>, ServiceError>;
    /// Ends one of the user's own sessions, or all of them.
    async fn end_own(&self, key: Option<String>) -> Result<usize, ServiceError>;
    /// The sessions of all users.
    async fn all_sessions(&self) -> Result<Vec<SessionView>, ServiceError>;
    /// Ends a session, or all sessions of its user.
    async fn end_any(&self, key: String, all_of_person: bool) -> Result<usize, ServiceError>;
    /// Ends the user's session.
    async fn sign_out(&self) -> Result<SignOutResponse, ServiceError>;
}

/// The connection to the tenant, and the local operator's settings.
#[async_trait]
pub trait SettingsService: Send + Sync {
    /// How the program is connected.
    fn connection(&self) -> ConnectionView;
    /// Connects a tenant.
    async fn connect(&self, credentials: Credentials) -> Result<(), ServiceError>;
    /// Disconnects the tenant.
    async fn disconnect(&self) -> Result<(), ServiceError>;
    /// Checks the connection.
    async fn check(&self) -> Result<Checkup, ServiceError>;
    /// The missing permissions.
    async fn missing(&self) -> Result<MissingPermissions, ServiceError>;
}

/// The audit log for one user.
#[async_trait]
pub trait AuditService: Send + Sync {
    /// A page of lines, newest first.
    async fn list(&self, ask: AuditQuery) -> Result<AuditLogPage, ServiceError>;
    /// One run as a line.
    async fn run(&self, id: RunId) -> Result<Option<RunSummary>, ServiceError>;
    /// The status of the audit log.
    async fn status(&self) -> Result<AuditLogStatus, ServiceError>;
    /// Records an export of tokens.
    async fn record_export(&self, kind: ExportKind, count: u32) -> Result<(), ServiceError>;
    /// Records by which sample the delivery of a run was proved, before its first write.
    async fn record_proof(&self, run: RunId, proof: ProofRecord) -> Result<(), ServiceError>;
}

/// Trials of the tenant, with made-up tokens.
#[async_trait]
pub trait TrialService: Send + Sync {
    /// Begins one with the user of this name; `collide` includes two writes for one user at once.
    async fn start(&self, upn: String, collide: bool) -> Result<TrialStart, ServiceError>;
    /// The latest one.
    async fn read(&self) -> Result<Option<TrialState>, ServiceError>;
    /// Asks it to stop, and to remove what it made.
    async fn stop(&self) -> Result<(), ServiceError>;
}

/// The tokens of the user with the session. No method takes a user.
#[async_trait]
pub trait MyTokensService: Send + Sync {
    /// All of them, and once what the user had entered before a step-up.
    async fn tokens(&self) -> Result<MyTokenList, ServiceError>;
    /// The same for the page, which does not wait longer than a few seconds. The code that was entered before a step-up
    /// stays on the server: the list says which token it is for, and whether there is one.
    async fn tokens_for_page(&self) -> OwnTokens;
    /// Activates one that is assigned to the user.
    async fn activate(&self, token: TokenId, code: Code) -> Result<ActivationOutcome, ServiceError>;
    /// Deactivates one that is activated for the user, and activates it again.
    async fn refresh(&self, token: TokenId, code: Code) -> Result<ActivationOutcome, ServiceError>;
    /// Claims an unassigned one and activates it.
    async fn claim(&self, serial: SerialNumber, code: Code) -> Result<ActivationOutcome, ServiceError>;
}

/// What is left to do after the session has ended here.
#[derive(Debug)]
pub struct SignOutResponse {
    /// The logout URL of Microsoft Entra.
    pub redirect_to: String,
    /// The `Set-Cookie` value that removes the session cookie.
    pub cookie: String,
}

/// The services of this request.
pub fn services() -> Result<Services, AppError> {
    with_status(use_context().ok_or_else(|| ServiceError::Internal { reference: "no services".to_owned() }))
}

/// The services of an administrator.
pub struct AdminServices {
    /// The tenant's directory.
    pub directory: SharedDirectory,
    /// The user's session.
    pub session: Arc<dyn SessionService>,
    /// The audit log.
    pub audit: Arc<dyn AuditService>,
}

/// The services of an administrator. The router has authorized the caller already; this repeats it for server functions
/// that are not called over HTTP.
pub fn admin_services() -> Result<AdminServices, AppError> {
    let Services { directory, boot_info, session, audit, .. } = services()?;
    with_status(boot_info.user.authorize(Access::Administrator, &boot_info.admin_role))?;
    let directory = directory.ok_or(ServiceError::SignedOut);
    Ok(AdminServices { directory: with_status(directory)?, session, audit })
}

/// The services of an administrator who may make changes of all these kinds.
pub fn admin_services_for(kinds: impl Iterator<Item = ChangeKind>) -> Result<AdminServices, AppError> {
    let BootInfo { user, admin_role, .. } = services()?.boot_info;
    for kind in kinds {
        with_status(user.authorize(required_for(kind), &admin_role))?;
    }
    admin_services()
}

/// The user's session and those of all others, for administrators.
pub fn admin_session_service() -> Result<Arc<dyn SessionService>, AppError> {
    let Services { boot_info, session, .. } = services()?;
    with_status(boot_info.user.authorize(Access::Administrator, &boot_info.admin_role))?;
    Ok(session)
}

/// The settings, for users with this access.
pub fn settings_service(access: Access) -> Result<Arc<dyn SettingsService>, AppError> {
    let Services { boot_info, settings, .. } = services()?;
    with_status(boot_info.user.authorize(access, &boot_info.admin_role))?;
    Ok(settings)
}

/// The trials, for administrators.
pub fn trial_service() -> Result<Arc<dyn TrialService>, AppError> {
    let Services { boot_info, trial, .. } = services()?;
    with_status(boot_info.user.authorize(Access::Administrator, &boot_info.admin_role))?;
    Ok(trial)
}

/// The audit log, for users who may read it.
pub fn audit_service() -> Result<Arc<dyn AuditService>, AppError> {
    let Services { boot_info, audit, .. } = services()?;
    with_status(boot_info.user.authorize(Access::Auditor, &boot_info.admin_role))?;
    Ok(audit)
}

/// The caller's own tokens. Callers without a session (the local operator, the practice tenant's administrator) have
/// none.
pub fn my_tokens() -> Result<SharedMyTokens, AppError> {
    let Services { my_tokens, boot_info, .. } = services()?;
    with_status(boot_info.user.authorize(Access::SignedIn, &boot_info.admin_role))?;
    with_status(my_tokens.ok_or(ServiceError::SignedOut))
}

/// Sets the HTTP status of an error: without this every one is sent with 500.
pub fn with_status<T>(result: Result<T, ServiceError>) -> Result<T, AppError> {
    result.map_err(|error| {
        set_status(&error);
        AppError(with_reference(error))
    })
}

/// Logs the cause of an internal error under a random reference, which the error has instead of it afterwards.
pub fn with_reference(error: ServiceError) -> ServiceError {
    let ServiceError::Internal { reference: cause } = error else { return error };
    let random = uuid::Uuid::new_v4().simple().to_string();
    let reference: String = random.chars().take(12).collect();
    tracing::error!(reference, cause, "an internal error");
    ServiceError::Internal { reference }
}

/// Sets the HTTP status of the current response.
pub fn set_status(error: &ServiceError) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status(error));
    }
}

/// Adds a `Set-Cookie` header to the current response.
pub fn append_cookie(cookie: &str) {
    if let Ok(value) = http::HeaderValue::from_str(cookie) {
        expect_context::<ResponseOptions>().append_header(http::header::SET_COOKIE, value);
    }
}

/// The HTTP status of an error.
pub fn status(error: &ServiceError) -> http::StatusCode {
    use http::StatusCode as Status;
    match error {
        ServiceError::SignedOut | ServiceError::StepUp | ServiceError::SecondFactor => Status::UNAUTHORIZED,
        ServiceError::Invalid { .. } => Status::UNPROCESSABLE_ENTITY,
        ServiceError::NotAllowed { .. }
        | ServiceError::NotOperator
        | ServiceError::NotOffered
        | ServiceError::Forbidden { .. }
        | ServiceError::Upstream { status: 403, .. } => Status::FORBIDDEN,
        ServiceError::Throttled { .. } | ServiceError::RateLimited { .. } => Status::TOO_MANY_REQUESTS,
        ServiceError::Disconnected
        | ServiceError::Unreachable { .. }
        | ServiceError::Upstream { .. }
        | ServiceError::Credentials { .. } => Status::BAD_GATEWAY,
        ServiceError::AuditUnavailable { .. } | ServiceError::SessionStoreUnavailable { .. } => {
            Status::SERVICE_UNAVAILABLE
        }
        ServiceError::Internal { .. } => Status::INTERNAL_SERVER_ERROR,
    }
}
