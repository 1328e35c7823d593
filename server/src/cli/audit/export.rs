//! `token-inventory audit export`: entries as a file.

use std::{
    io::{self, Write as _},
    pin::pin,
    process::ExitCode,
    sync::Arc,
};

use audit::{AuditExportFormat, Store, TenantScope, export};
use clap::{
    Args,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use futures_util::TryStreamExt as _;
use token_core::audit::{AuditAction, AuditFilter, EntryStatus, RunId};

use super::{open, unreadable};
use crate::config::StoreArgs;

/// What `audit export` takes.
#[derive(Debug, Args)]
pub(super) struct AuditExportArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// Entries of this tenant, by its id or domain; several with commas between them. Needed when the audit trail holds entries of
    /// several tenants.
    #[arg(long, env = "ENTRA_TENANT_ID", value_delimiter = ',')]
    tenant: Vec<String>,
    /// Entries of all tenants.
    #[arg(long)]
    all_tenants: bool,
    /// Form of the file.
    #[arg(long, value_parser = formats(), default_value = "jsonl")]
    format: AuditExportFormat,
    /// At or after this moment, such as 2026-11-01T00:00:00Z.
    #[arg(long, value_parser = moment)]
    from: Option<u64>,
    /// Before this moment.
    #[arg(long, value_parser = moment)]
    to: Option<u64>,
    /// UPN, name or object id of who acted.
    #[arg(long)]
    actor: Option<String>,
    /// Serial or id of the token.
    #[arg(long)]
    token: Option<String>,
    /// UPN, name or object id of the user concerned.
    #[arg(long)]
    person: Option<String>,
    /// What was done, such as assign or sign_in_refused.
    #[arg(long, value_parser = action)]
    action: Option<AuditAction>,
    /// What became of it: done, refused, not_done or unknown.
    #[arg(long, value_parser = entry_status)]
    result: Option<EntryStatus>,
    /// Id of the run.
    #[arg(long, value_parser = run_id)]
    run: Option<RunId>,
    /// Words.
    #[arg(long)]
    text: Option<String>,
}

fn formats() -> impl TypedValueParser<Value = AuditExportFormat> {
    let csv = PossibleValue::new("csv").help("For spreadsheets");
    let jsonl =
        PossibleValue::new("jsonl").help("JSON Lines: one object a line, with the fields of the log lines");
    PossibleValuesParser::new([csv, jsonl]).map(|name| match name.as_str() {
        "csv" => AuditExportFormat::Csv,
        _ => AuditExportFormat::Jsonl,
    })
}

fn moment(text: &str) -> Result<u64, String> {
    let moment: jiff::Timestamp = text.parse().map_err(|_| "such as 2026-11-01T00:00:00Z".to_owned())?;
    u64::try_from(moment.as_millisecond()).map_err(|_| "after 1970".to_owned())
}

fn action(word: &str) -> Result<AuditAction, String> {
    let all = || AuditAction::ALL.map(AuditAction::as_str).join(", ");
    AuditAction::parse(word).ok_or_else(|| format!("one of {}", all()))
}

fn entry_status(word: &str) -> Result<EntryStatus, String> {
    EntryStatus::parse(word)
        .ok_or_else(|| format!("one of {}", EntryStatus::ALL.map(EntryStatus::as_str).join(", ")))
}

fn run_id(text: &str) -> Result<RunId, String> {
    RunId::parse(text).ok_or_else(|| "a GUID".to_owned())
}

/// The tenants that are asked for; without any, the only one that the store has entries of.
async fn export_scope(store: &Store, args: &AuditExportArgs) -> Result<TenantScope, String> {
    let named: Vec<&str> =
        args.tenant.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect();
    if args.all_tenants {
        return Ok(TenantScope::All);
    }
    if !named.is_empty() {
        return Ok(TenantScope::named(named));
    }
    let tenants = store.tenants().await.map_err(unreadable)?;
    if tenants.len() > 1 {
        return Err(format!(
            "The audit trail has entries of several tenants: {}. Choose by --tenant, or take all by --all-tenants.",
            tenants.join(", ")
        ));
    }
    Ok(TenantScope::All)
}

/// Writes the matching entries to standard output.
pub(super) async fn export_entries(args: AuditExportArgs) -> Result<ExitCode, String> {
    let store = Arc::new(open(&args.store).await?);
    let scope = export_scope(&store, &args).await?;
    let filter = AuditFilter {
        from_ms: args.from,
        to_ms: args.to,
        actor: args.actor,
        token: args.token,
        person: args.person,
        action: args.action,
        result: args.result,
        run: args.run,
        text: args.text,
    };
    let mut parts = pin!(export(store, &scope, &filter.trimmed(), args.format).await.map_err(unreadable)?);
    while let Some(part) = parts.try_next().await.map_err(unreadable)? {
        io::stdout()
            .write_all(part.as_bytes())
            .map_err(|error| format!("The file is not complete: {error}"))?;
    }
    Ok(ExitCode::SUCCESS)
}
