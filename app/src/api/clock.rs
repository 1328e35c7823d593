//! The server's time, for which codes are computed.

use leptos::{prelude::*, server_fn::codec::Json};

use super::AppError;

/// The server's time, in milliseconds since 1970.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "clock/read")]
pub async fn read_clock() -> Result<u64, AppError> {
    Ok((super::services::services()?.now_ms)())
}
