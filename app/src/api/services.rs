//! What the server lends to server functions.

use std::sync::Arc;

use async_trait::async_trait;
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;
use token_core::{
    audit::{AuditLogPage, AuditLogStatus, AuditQuery, ExportKind, RunId, RunRows, RunSummary},
    checkup::{Checkup, MissingPermissions},
    error::ServiceError,
    otp::Code,
    ports::Directory,
    self_service::{ActivationOutcome, MyTokenList},
    token::{SerialNumber, TokenId},
};

use super::{
    AppError,
    access::Access,
    settings::{ConnectionView, Credentials},
    tenant::boot_info::BootInfo,
};

/// The directory that the server forwards to.
pub type SharedDirectory = Arc<dyn Directory + Send + Sync>;

/// A person's own tokens, as the server lends them.
pub type SharedMyTokens = Arc<dyn MyTokensService>;

/// Lent to every request as context, made for its visitor.
#[derive(Clone)]
pub struct Services {
    /// The tenant, for an administrator; nobody else gets it.
    pub directory: Option<SharedDirectory>,
    /// Their own tokens, for a person with a session; nobody else gets them.
    pub my_tokens: Option<SharedMyTokens>,
    /// What the app says about where it runs, and to whom.
    pub boot_info: BootInfo,
    /// The visitor's session and the program's settings.
    pub session: Arc<dyn SessionService>,
    /// The connection to the tenant, and the local operator's settings.
    pub settings: Arc<dyn SettingsService>,
    /// The audit trail, as this visitor writes and reads it.
    pub audit: Arc<dyn AuditService>,
    /// The time.
    pub now_ms: fn() -> u64,
}

/// What the server does about the visitor's session and the program's settings.
#[async_trait]
pub trait SessionService: Send + Sync {
    /// Counts codes that are about to be sent, and refuses when they are too many for one visitor.
    fn check_code_limit(&self, count: usize) -> Result<(), ServiceError>;
    /// Ends the visitor's session.
    async fn sign_out(&self) -> Result<SignOutResponse, ServiceError>;
    /// The tenant for an administrator's writes, which are recorded as rows of this run.
    fn directory_for_run(&self, run: Option<RunRows>) -> Option<SharedDirectory>;
}

/// The connection to the tenant, and the local operator's settings.
#[async_trait]
pub trait SettingsService: Send + Sync {
    /// How the program is connected.
    fn connection(&self) -> ConnectionView;
    /// Connects a tenant.
    async fn connect(&self, credentials: Credentials) -> Result<(), ServiceError>;
    /// Forgets the connected tenant.
    async fn disconnect(&self) -> Result<(), ServiceError>;
    /// Examines the connection.
    async fn check(&self) -> Result<Checkup, ServiceError>;
    /// What cannot be done for want of a permission.
    async fn missing(&self) -> Result<MissingPermissions, ServiceError>;
}

/// The audit trail, before one visitor.
#[async_trait]
pub trait AuditService: Send + Sync {
    /// Some lines, newest first.
    async fn list(&self, ask: AuditQuery) -> Result<AuditLogPage, ServiceError>;
    /// One run as a line.
    async fn run(&self, id: RunId) -> Result<Option<RunSummary>, ServiceError>;
    /// How the trail is kept.
    async fn status(&self) -> Result<AuditLogStatus, ServiceError>;
    /// Records that tokens of the inventory are being saved as a file.
    async fn record_export(&self, kind: ExportKind, count: u32) -> Result<(), ServiceError>;
}

/// The tokens of one person, who is the one with the session. Nothing here takes a user.
#[async_trait]
pub trait MyTokensService: Send + Sync {
    /// All of them, and once what the person had entered before a step-up.
    async fn tokens(&self) -> Result<MyTokenList, ServiceError>;
    /// Activates one that the person holds.
    async fn activate(&self, token: TokenId, code: Code) -> Result<ActivationOutcome, ServiceError>;
    /// Makes one that is nobody's theirs, and activates it.
    async fn claim(&self, serial: SerialNumber, code: Code) -> Result<ActivationOutcome, ServiceError>;
}

/// What is left to do after a session has ended here.
#[derive(Debug)]
pub struct SignOutResponse {
    /// Where the session with Microsoft ends.
    pub redirect_to: String,
    /// The `Set-Cookie` by which the browser forgets the session.
    pub cookie: String,
}

/// The services of this request.
pub fn services() -> Result<Services, AppError> {
    use_context().ok_or_else(|| ServiceError::Internal { reference: "no services".to_owned() }.into())
}

/// What an administrator works with.
pub struct AdminServices {
    /// The tenant.
    pub directory: SharedDirectory,
    /// The visitor's session and the program's settings.
    pub session: Arc<dyn SessionService>,
    /// The audit trail.
    pub audit: Arc<dyn AuditService>,
}

/// The services of an administrator. The router has asked already who calls; this asks once more, so that a server
/// function which is called in another way than over HTTP is safe too.
pub fn admin_services() -> Result<AdminServices, AppError> {
    let Services { directory, boot_info, session, audit, .. } = services()?;
    with_status(boot_info.user.authorize(Access::Administrator, &boot_info.admin_role))?;
    let directory = directory.ok_or(ServiceError::SignedOut);
    Ok(AdminServices { directory: with_status(directory)?, session, audit })
}

/// The same for writes that belong to a run.
pub fn admin_services_for_run(run: Option<RunRows>) -> Result<AdminServices, AppError> {
    let admin_services = admin_services()?;
    let directory = admin_services.session.directory_for_run(run).ok_or(ServiceError::SignedOut);
    Ok(AdminServices { directory: with_status(directory)?, ..admin_services })
}

/// The audit trail, for whoever may read it.
pub fn audit_service() -> Result<Arc<dyn AuditService>, AppError> {
    let Services { boot_info, audit, .. } = services()?;
    with_status(boot_info.user.authorize(Access::Auditor, &boot_info.admin_role))?;
    Ok(audit)
}

/// The caller's own tokens. Whoever has no session (the local operator, the practice tenant's administrator) has none.
pub fn my_tokens() -> Result<SharedMyTokens, AppError> {
    let Services { my_tokens, boot_info, .. } = services()?;
    with_status(boot_info.user.authorize(Access::SignedIn, &boot_info.admin_role))?;
    with_status(my_tokens.ok_or(ServiceError::SignedOut))
}

/// Gives an error its honest HTTP status: without this every one leaves as 500.
pub fn with_status<T>(result: Result<T, ServiceError>) -> Result<T, AppError> {
    result.map_err(|error| {
        set_status(&error);
        AppError(error)
    })
}

/// Gives the answer under way the status of a fault.
pub fn set_status(error: &ServiceError) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status(error));
    }
}

/// Lets the answer under way set a cookie.
pub fn append_cookie(cookie: &str) {
    if let Ok(value) = http::HeaderValue::from_str(cookie) {
        expect_context::<ResponseOptions>().append_header(http::header::SET_COOKIE, value);
    }
}

/// The HTTP status of a fault.
pub fn status(error: &ServiceError) -> http::StatusCode {
    use http::StatusCode as Status;
    match error {
        ServiceError::SignedOut | ServiceError::StepUp => Status::UNAUTHORIZED,
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
