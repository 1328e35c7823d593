//! What the server lends to server functions.

use std::sync::Arc;

use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use token_core::{fault::Fault, ports::Directory};

use super::{AppError, tenant::about::About};

/// The directory that the server forwards to.
pub type SharedDirectory = Arc<dyn Directory + Send + Sync>;

/// Lent to every request as context.
#[derive(Clone)]
pub struct Services {
    /// The tenant.
    pub directory: SharedDirectory,
    /// What the app says about where it runs.
    pub about: About,
    /// The time.
    pub now_ms: fn() -> u64,
}

/// The services of this request.
pub fn services() -> Result<Services, AppError> {
    use_context().ok_or_else(|| Fault::Internal { reference: "no services".to_owned() }.into())
}

/// Gives an error its honest HTTP status: without this every one leaves as 500.
pub fn answer<T>(result: Result<T, Fault>) -> Result<T, AppError> {
    result.map_err(|fault| {
        set_status(&fault);
        AppError(fault)
    })
}

/// Gives the answer under way the status of a fault.
pub fn set_status(fault: &Fault) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status(fault));
    }
}

fn status(fault: &Fault) -> http::StatusCode {
    use http::StatusCode as Status;
    match fault {
        Fault::SignedOut | Fault::StepUp => Status::UNAUTHORIZED,
        Fault::Invalid { .. } => Status::UNPROCESSABLE_ENTITY,
        Fault::NotAllowed { .. } | Fault::Forbidden { .. } => Status::FORBIDDEN,
        Fault::Throttled { .. } | Fault::TooMany { .. } => Status::TOO_MANY_REQUESTS,
        Fault::Disconnected
        | Fault::Unreachable { .. }
        | Fault::Upstream { .. }
        | Fault::Credentials { .. } => Status::BAD_GATEWAY,
        Fault::Internal { .. } => Status::INTERNAL_SERVER_ERROR,
    }
}
