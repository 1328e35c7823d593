//! `token-inventory export`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use token_core::{audit::ExportKind, manage::export};

use super::{
    exit::{CommandError, Exit},
    files::OutputFile,
    filter::{FilterArgs, matching_tokens},
    output::{self, Output},
    tenant::{TargetArgs, TenantSession},
    tenant_data::inventory_with_users,
};

/// What `token-inventory export` takes.
#[derive(Debug, Args)]
pub struct InventoryExportArgs {
    /// Form of the file.
    #[arg(long, value_enum, default_value = "csv")]
    format: ExportFormatArg,
    /// Write to this file instead of standard output.
    #[arg(long, short = 'o', value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    target: TargetArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ExportFormatArg {
    /// For spreadsheets.
    Csv,
    /// For programs.
    Json,
}

impl From<ExportFormatArg> for ExportKind {
    fn from(form: ExportFormatArg) -> Self {
        match form {
            ExportFormatArg::Csv => Self::Csv,
            ExportFormatArg::Json => Self::Json,
        }
    }
}

/// Writes the tokens, after the export is recorded in the audit trail.
///
/// # Errors
/// When a filter is unknown, the tenant cannot be read, or the entry or the file cannot be written.
pub async fn run(args: InventoryExportArgs) -> Result<Exit, CommandError> {
    let InventoryExportArgs { format, output, filter, target } = args;
    let query = filter.query()?;
    let output_file = output.as_deref().map(OutputFile::open).transpose()?;
    let tenant = target.open(true).await?;
    let written = async {
        let inventory = inventory_with_users(&*tenant.directory(), Output::new(false)).await?;
        let tokens = matching_tokens(&inventory, &query);
        record(&tenant, format, tokens.len()).await?;
        let text = match format {
            ExportFormatArg::Csv => export::csv(&inventory, tokens),
            ExportFormatArg::Json => export::json(&inventory, tokens),
        };
        match output_file {
            Some(output_file) => output_file.write(&text)?,
            None => output::write(text.as_bytes()),
        }
        Ok(Exit::Done)
    };
    let written = written.await;
    tenant.close().await;
    written
}

async fn record(tenant: &TenantSession, format: ExportFormatArg, tokens: usize) -> Result<(), CommandError> {
    let Some((audit_log, actor)) = tenant.audit() else { return Ok(()) };
    let count = u32::try_from(tokens).unwrap_or(u32::MAX);
    Ok(audit_log.record_export(&actor, format.into(), count).await?)
}
