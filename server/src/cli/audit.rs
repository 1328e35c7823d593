//! `token-inventory audit …`: verify and export the audit log, and print its head.

use std::{
    fs,
    io::{self, Write as _},
    path::PathBuf,
    pin::pin,
    process::ExitCode,
    sync::Arc,
};

use audit::{
    AuditExportFormat, HeadSigningKey, SignedHead, Store, TenantScope, database::DatabaseError, export,
};
use clap::{
    Args, Subcommand,
    builder::{OsStringValueParser, PossibleValue, PossibleValuesParser, TypedValueParser},
};
use futures_util::TryStreamExt as _;
use graph::clock;
use token_core::audit::{AuditAction, AuditFilter, ChainHead, EntryStatus, RunId};

use crate::{config::StoreArgs, terminal::print_error};

/// Exit code: an entry does not fit.
const EXIT_BROKEN: u8 = 1;
/// Exit code: the audit log cannot be read.
const EXIT_UNREADABLE: u8 = 2;

/// What `token-inventory audit` takes.
#[derive(Debug, Args)]
pub struct AuditCommand {
    #[command(subcommand)]
    subcommand: AuditSubcommand,
}

#[derive(Debug, Subcommand)]
enum AuditSubcommand {
    /// Compute every hash anew and name the first entry that does not fit. Changes nothing.
    Verify {
        #[command(flatten)]
        audit_log: AuditLogArgs,
        /// A head that `audit head` printed and that was kept elsewhere.
        #[arg(long)]
        head: Option<PathBuf>,
    },
    /// Write entries to standard output, newest first.
    Export(Box<AuditExportArgs>),
    /// Print the end of the chain, signed if a key is set, to be kept elsewhere.
    #[command(name = "head")]
    PrintHead {
        #[command(flatten)]
        audit_log: AuditLogArgs,
    },
}

/// A trail, and the key of its heads.
#[derive(Debug, Args)]
struct AuditLogArgs {
    #[command(flatten)]
    store: StoreArgs,
    /// File with an Ed25519 private key (PKCS#8, PEM) that signs heads.
    #[arg(long, env = "AUDIT_SIGNING_KEY_FILE", value_parser = OsStringValueParser::new().map(PathBuf::from))]
    audit_signing_key_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct AuditExportArgs {
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
    /// UPN, name or object id of the person concerned.
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

/// Runs the subcommand. Exit code 0: success; 1: an entry does not fit; 2: the audit log cannot be read.
pub async fn run(command: AuditCommand) -> ExitCode {
    let result = match command.subcommand {
        AuditSubcommand::Verify { audit_log, head } => verify(&audit_log, head).await,
        AuditSubcommand::Export(args) => export_entries(*args).await,
        AuditSubcommand::PrintHead { audit_log } => print_head(&audit_log).await,
    };
    result.unwrap_or_else(|message| {
        print_error(&message);
        EXIT_UNREADABLE.into()
    })
}

/// Opens an existing store; does not create one.
async fn open(store: &StoreArgs) -> Result<Store, String> {
    let location = store.location().map_err(|problems| problems.to_string())?;
    Store::open_existing(&location).await.map_err(unreadable)
}

fn unreadable(error: DatabaseError) -> String {
    format!("The audit trail cannot be read: {error}")
}

fn key(audit_log: &AuditLogArgs) -> Result<Option<HeadSigningKey>, String> {
    let file = audit_log.audit_signing_key_file.as_ref().filter(|file| !file.as_os_str().is_empty());
    file.map(|file| HeadSigningKey::read(file)).transpose()
}

async fn verify(audit_log: &AuditLogArgs, head: Option<PathBuf>) -> Result<ExitCode, String> {
    let kept = match head {
        Some(file) => Some(read_head(audit_log, &file)?),
        None => None,
    };
    let report = open(&audit_log.store).await?.verify(kept.as_ref()).await.map_err(unreadable)?;
    let message = match &report.chain_break {
        Some(chain_break) => chain_break.to_string(),
        None if report.entries == 0 => "The trail is empty.\n".to_owned(),
        None => format!(
            "The trail is whole: {} entries from {} to {} follow one another.\nHead: {} {}\n",
            report.entries, report.oldest, report.head.number, report.head.number, report.head.hash
        ),
    };
    // When standard output is closed, the exit code still carries the result.
    _ = io::stdout().write_all(message.as_bytes());
    Ok(if report.chain_break.is_some() { EXIT_BROKEN.into() } else { ExitCode::SUCCESS })
}

fn read_head(audit_log: &AuditLogArgs, file: &PathBuf) -> Result<ChainHead, String> {
    let text =
        fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    let head = SignedHead::read(&text, key(audit_log)?.as_ref());
    head.map_err(|why| format!("{} cannot be used: {why}", file.display()))
}

async fn print_head(audit_log: &AuditLogArgs) -> Result<ExitCode, String> {
    let key = key(audit_log)?;
    let head = open(&audit_log.store).await?.chain_end().await.map_err(unreadable)?.head();
    let signed_head = SignedHead::new(head, clock::now_ms(), key.as_ref());
    let text = serde_json::to_string(&signed_head).map_err(|error| error.to_string())?;
    writeln!(io::stdout(), "{text}").map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
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

async fn export_entries(args: AuditExportArgs) -> Result<ExitCode, String> {
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
