//! How the program is connected.

use leptos::{prelude::*, server_fn::codec::Json};

use crate::api::{AppError, connection::ConnectionView};

/// How the program is connected.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "settings/read")]
pub async fn read_settings() -> Result<ConnectionView, AppError> {
    use crate::api::{access::Access, services::settings_service};
    Ok(settings_service(Access::Administrator)?.connection())
}
