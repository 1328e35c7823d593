//! Why a call as a whole failed, as a message for the person who made it.
//!
//! A [`ServiceError`] concerns the call, a [`crate::ports::Refusal`] one item of it. Both are sent from the server to
//! the browser, so neither ever holds a seed, a code, a client secret or an access token.

use serde::{Deserialize, Serialize};

/// Why a call as a whole failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum ServiceError {
    /// The browser could not reach the Token Inventory server.
    #[error(
        "The Token Inventory server did not answer. Check that it is running and that you are online, then retry."
    )]
    Disconnected,
    /// The session has ended.
    #[error("Your session has ended. Sign in again to continue.")]
    SignedOut,
    /// The role of the person who signed in does not permit this.
    #[error(
        "This needs the role {role}. Ask your Entra administrator for it: Enterprise applications → Token Inventory → Users and groups."
    )]
    NotAllowed {
        /// The value of the app role in the app registration.
        role: String,
    },
    /// Only the local operator may do this.
    #[error(
        "Only the person at this machine can do this: open the link that Token Inventory printed when it was started."
    )]
    NotOperator,
    /// The configuration does not enable this for users.
    #[error("Your organisation does not offer this here. Ask your help desk.")]
    NotOffered,
    /// Microsoft or this server requires step-up authentication: the person must sign in once more.
    #[error(
        "This needs a fresh sign-in, so that you confirm who you are. Sign in once more, then try again."
    )]
    StepUp,
    /// The sign-in had one factor only, and this needs several.
    #[error(
        "This needs a sign-in with a second factor, and yours had one factor only. Sign in again with multifactor authentication."
    )]
    SecondFactor,
    /// This server's rate limit was exceeded.
    #[error("Too many attempts. Wait {} s, then try again.", after_ms.div_ceil(1000))]
    #[serde(rename = "too_many")]
    RateLimited {
        /// How long, in milliseconds.
        after_ms: u64,
    },
    /// The request is invalid.
    #[error("The server did not accept this request: {message}")]
    Invalid {
        /// What is wrong with it.
        message: String,
    },
    /// Microsoft Entra did not issue an access token to the app.
    #[error("Microsoft Entra did not accept the app's credentials: {message}")]
    Credentials {
        /// The reason and the remedy.
        message: String,
    },
    /// The app lacks a permission.
    #[error(
        "Microsoft Graph refused: the app lacks the permission {permission}. Grant it in Entra ID → App registrations → API permissions and give admin consent. (request id {request_id})"
    )]
    Forbidden {
        /// The least permission that the call needs.
        permission: String,
        /// Graph's request id, or "none".
        request_id: String,
    },
    /// Microsoft Graph, or our own write throttle below its limits, requires a pause.
    #[error("Writing to Microsoft Graph pauses for {} s, to stay within its limits.", after_ms.div_ceil(1000))]
    Throttled {
        /// How long, in milliseconds.
        after_ms: u64,
    },
    /// The server could not reach Microsoft.
    #[error("Microsoft could not be reached: {message}.")]
    Unreachable {
        /// What happened and what to do, without addresses that could hold secrets and without a last full stop.
        message: String,
    },
    /// Microsoft Graph answered with an error or an unusable response.
    #[error("Microsoft Graph answered {status}: {message} (request id {request_id})")]
    Upstream {
        /// HTTP status.
        status: u16,
        /// Graph's own message.
        message: String,
        /// Graph's request id, or "none".
        request_id: String,
    },
    /// The audit log cannot be written or read, so nothing is done.
    #[error("Nothing more was changed, because the audit trail cannot be used: {message}")]
    #[serde(rename = "not_recorded")]
    AuditUnavailable {
        /// What is wrong with the store and what to do about it.
        message: String,
    },
    /// The session cannot be loaded: the database that the server's instances share does not answer.
    #[error("Token Inventory cannot look up who is signed in: {message}")]
    #[serde(rename = "unrecognised")]
    SessionStoreUnavailable {
        /// What is wrong with the database and what to do about it.
        message: String,
    },
    /// An internal error of Token Inventory.
    #[error("Something went wrong in Token Inventory. Quote {reference} when you report it.")]
    Internal {
        /// The cause, inside the server; in an answer to a browser the reference under which the log has it.
        reference: String,
    },
}

impl ServiceError {
    /// Whether the same call may succeed later without any change.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Disconnected
            | Self::Throttled { .. }
            | Self::RateLimited { .. }
            | Self::Unreachable { .. }
            | Self::SessionStoreUnavailable { .. } => true,
            Self::Upstream { status, .. } => matches!(status, 408 | 500 | 502 | 503 | 504),
            Self::SignedOut
            | Self::NotAllowed { .. }
            | Self::NotOperator
            | Self::NotOffered
            | Self::StepUp
            | Self::SecondFactor
            | Self::Invalid { .. }
            | Self::Credentials { .. }
            | Self::Forbidden { .. }
            | Self::AuditUnavailable { .. }
            | Self::Internal { .. } => false,
        }
    }
}
