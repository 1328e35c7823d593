//! Records by which sample a delivery was proved.

use leptos::{prelude::*, server_fn::codec::Json};
use token_core::{audit::RunId, drift::proof::ProofRecord};

use crate::api::AppError;

/// Records the proof of a run's delivery, or that there was none. The run begins afterwards.
#[server(input = Json, output = Json, prefix = "/api", endpoint = "audit/proof")]
pub async fn record_proof(run: RunId, proof: ProofRecord) -> Result<(), AppError> {
    use crate::api::services::{admin_services, with_status};
    use token_core::error::ServiceError;

    let services = admin_services()?;
    if let Some(message) = proof.validate() {
        return with_status(Err(ServiceError::Invalid { message }));
    }
    with_status(services.session.check_run(&run).await)?;
    with_status(services.audit.record_proof(run, proof).await)
}
