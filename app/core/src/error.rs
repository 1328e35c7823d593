//! Why a whole call failed, in words for the person who waits for it.
//!
//! A fault is about the call, a [`crate::ports::Refusal`] about one item of it. Both cross from the server to the
//! browser, so neither ever holds a seed, a code, a client secret or an access token.

use serde::{Deserialize, Serialize};

/// Why a call as a whole was not answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum ServiceError {
    /// The browser could not reach the Token Inventory server.
    #[error(
        "The Token Inventory server did not answer. Check that it is running and that you are online, then retry."
    )]
    Disconnected,
    /// The session is over.
    #[error("Your session has ended. Sign in again to continue.")]
    SignedOut,
    /// The person who signed in may not do this.
    #[error(
        "This needs the role {role}. Ask your Entra administrator for it: Enterprise applications → Token Inventory → Users and groups."
    )]
    NotAllowed {
        /// The app role, as it stands in the app registration.
        role: String,
    },
    /// Only the person at the machine may do this.
    #[error(
        "Only the person at this machine can do this: open the link that Token Inventory printed when it was started."
    )]
    NotOperator,
    /// The organisation does not offer this to people.
    #[error("Your organisation does not offer this here. Ask your help desk.")]
    NotOffered,
    /// Microsoft wants the person to prove who they are once more before it goes on.
    #[error("Microsoft asks you to confirm who you are. Sign in once more, then try again.")]
    StepUp,
    /// More attempts than are allowed in a while.
    #[error("Too many attempts. Wait {} s, then try again.", after_ms.div_ceil(1000))]
    #[serde(rename = "too_many")]
    RateLimited {
        /// How long, in milliseconds.
        after_ms: u64,
    },
    /// The browser sent something that the server does not accept.
    #[error("The server did not accept this request: {message}")]
    Invalid {
        /// What was wrong with it.
        message: String,
    },
    /// Microsoft Entra did not give the app an access token.
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
    /// Microsoft Graph (or our own pace below its limits) asks for a pause.
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
    /// Microsoft Graph answered, but not with what was asked for.
    #[error("Microsoft Graph answered {status}: {message} (request id {request_id})")]
    Upstream {
        /// HTTP status.
        status: u16,
        /// Graph's own words.
        message: String,
        /// Graph's request id, or "none".
        request_id: String,
    },
    /// The audit trail cannot be written or read, so nothing is done.
    #[error("Nothing more was changed, because the audit trail cannot be used: {message}")]
    #[serde(rename = "not_recorded")]
    AuditUnavailable {
        /// What is wrong with the store and what to do about it.
        message: String,
    },
    /// It cannot be told who asks: the database that the instances of the server share does not answer.
    #[error("Token Inventory cannot look up who is signed in: {message}")]
    #[serde(rename = "unrecognised")]
    SessionStoreUnavailable {
        /// What is wrong with the database and what to do about it.
        message: String,
    },
    /// Something is wrong in Token Inventory itself.
    #[error("Something went wrong in Token Inventory. Quote {reference} when you report it.")]
    Internal {
        /// The reference that stands in the server's log beside the cause.
        reference: String,
    },
}

impl ServiceError {
    /// Whether the same call may succeed later without anybody changing anything.
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
            | Self::Invalid { .. }
            | Self::Credentials { .. }
            | Self::Forbidden { .. }
            | Self::AuditUnavailable { .. }
            | Self::Internal { .. } => false,
        }
    }
}
