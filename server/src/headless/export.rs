//! `token-inventory export`.

use std::path::PathBuf;

use app::api::services::AuditService as _;
use clap::{Args, ValueEnum};
use token_core::{
    audit::{ExportKind, RunRowIndex},
    manage::export,
};

use super::{
    exit::{Exit, Problem},
    files::Target,
    filter::{Filter, chosen},
    output::{self, Output},
    reading::with_holders,
    tenant::{Place, Tenant},
};
use crate::audit::ActorAuditService;

/// What `token-inventory export` takes.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Form of the file.
    #[arg(long, value_enum, default_value = "csv")]
    format: Form,
    /// Write to this file instead of standard output.
    #[arg(long, short = 'o', value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    /// For spreadsheets.
    Csv,
    /// For programs.
    Json,
}

impl From<Form> for ExportKind {
    fn from(form: Form) -> Self {
        match form {
            Form::Csv => Self::Csv,
            Form::Json => Self::Json,
        }
    }
}

/// Writes the tokens, once the audit trail has an entry of it.
///
/// # Errors
/// When a filter is unknown, the tenant cannot be read, or the entry or the file cannot be written.
pub async fn run(args: ExportArgs) -> Result<Exit, Problem> {
    let ExportArgs { format, output, filter, place } = args;
    let query = filter.query()?;
    let target = output.as_deref().map(Target::open).transpose()?;
    let tenant = place.open(true).await?;
    let written = async {
        let inventory = with_holders(&tenant.directory(RunRowIndex::default()), Output::new(false)).await?;
        let tokens = chosen(&inventory, &query);
        record(&tenant, format, tokens.len()).await?;
        let text = match format {
            Form::Csv => export::csv(&inventory, tokens),
            Form::Json => export::json(&inventory, tokens),
        };
        match target {
            Some(target) => target.write(&text)?,
            None => output::write(text.as_bytes()),
        }
        Ok(Exit::Done)
    };
    let written = written.await;
    tenant.close().await;
    written
}

async fn record(tenant: &Tenant, format: Form, tokens: usize) -> Result<(), Problem> {
    let Some((audit_log, who)) = tenant.audit() else { return Ok(()) };
    let audit = ActorAuditService::new(audit_log, who);
    Ok(audit.exported(format.into(), u32::try_from(tokens).unwrap_or(u32::MAX)).await?)
}
