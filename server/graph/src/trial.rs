//! Single requests outside of batches, whose answers are shown as they are: for the trial of a tenant.
//!
//! `request` builds them with the bodies of the other writes, `answer` reads what came back, and `redact` removes from it
//! what names anything of the tenant.

mod answer;
mod redact;
mod request;

use token_core::error::ServiceError;

pub use self::{
    answer::{TokenForm, TrialAnswer},
    redact::KnownValues,
    request::TrialRequest,
};
use crate::directory::GraphDirectory;

impl GraphDirectory {
    /// Sends one request. Fails only without a usable answer: a refusal is an answer.
    pub async fn try_out(&self, request: TrialRequest<'_>) -> Result<TrialAnswer, ServiceError> {
        let line = format!("{} {}", request.method(), request.route());
        let response = self.client.exchange(request.build(&self.client)?).await?;
        let secrets = request.secrets();
        let secrets: Vec<&str> = secrets.iter().map(|secret| secret.as_str()).collect();
        Ok(TrialAnswer::of(line, &secrets, &response))
    }
}
