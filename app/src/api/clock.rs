//! The server's time, for which codes are computed.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{error::ServiceError, ports::Clock};

use super::AppError;

/// The server's time, corrected by Microsoft's, in milliseconds since 1970.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "clock/read")]
pub async fn read_clock() -> Result<u64, AppError> {
    Ok(super::services::services()?.now_ms)
}

/// The server's time in the browser: the browser's clock, corrected by the server's.
#[derive(Debug, Clone, Copy, Default)]
pub struct ServerClock {
    offset_ms: f64,
}

impl ServerClock {
    /// Measures how far the browser's clock is off.
    pub async fn sync() -> Result<Self, ServiceError> {
        let before = js_sys::Date::now();
        let server = read_clock().await?;
        let after = js_sys::Date::now();
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit a double exactly")]
        let offset_ms = server as f64 - f64::midpoint(before, after);
        Ok(Self { offset_ms })
    }
}

impl Clock for ServerClock {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds since 1970")]
    fn now_ms(&self) -> u64 {
        (js_sys::Date::now() + self.offset_ms).max(0.0) as u64
    }
}
