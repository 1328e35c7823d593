//! `token-inventory audit …`: verify and export the audit log, print its head and checkpoints, and look after its tables.

mod export;
mod verify;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use audit::{ActorContext, AuditLog, Siem, SignedHead, Store, database::DatabaseError};
use clap::{Args, Subcommand};
use graph::clock;

use self::{export::AuditExportArgs, verify::VerifyArgs};
use crate::{
    config::{AuditArgs, AuditKeyArgs, ConfigErrors, StoreArgs},
    terminal::print_error,
};

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
    Verify(Box<VerifyArgs>),
    /// Write entries to standard output, newest first.
    Export(Box<AuditExportArgs>),
    /// Print the end of the chain, signed if a key is set, to be kept elsewhere.
    #[command(name = "head")]
    PrintHead(Box<AuditLogArgs>),
    /// Print a signed checkpoint of all entries, to be kept elsewhere.
    #[command(name = "checkpoint")]
    PrintCheckpoint(Box<AuditLogArgs>),
    /// Print the public key of AUDIT_SIGNING_KEY_FILE, for AUDIT_VERIFIER_KEY and for witnesses.
    #[command(name = "key")]
    PrintKey(AuditKeyArgs),
    /// Create or update the tables, as their owner: for a server whose database user may not.
    Prepare {
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Remove entries older than AUDIT_RETENTION now: for a server whose database user may not.
    Purge(Box<AuditArgs>),
}

/// An audit trail, and its keys.
#[derive(Debug, Args)]
struct AuditLogArgs {
    #[command(flatten)]
    store: StoreArgs,
    #[command(flatten)]
    keys: AuditKeyArgs,
}

/// Runs the subcommand. Exit code 0: success; 1: an entry does not fit; 2: the audit log cannot be read.
pub async fn run(command: AuditCommand) -> ExitCode {
    let result = match command.subcommand {
        AuditSubcommand::Verify(args) => verify::verify(*args).await,
        AuditSubcommand::Export(args) => export::export_entries(*args).await,
        AuditSubcommand::PrintHead(args) => print_head(&args).await,
        AuditSubcommand::PrintCheckpoint(args) => print_checkpoint(&args).await,
        AuditSubcommand::PrintKey(keys) => print_key(&keys),
        AuditSubcommand::Prepare { store } => prepare(&store).await,
        AuditSubcommand::Purge(args) => purge(*args).await,
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

fn print(text: &str) -> Result<ExitCode, String> {
    io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}

async fn print_head(args: &AuditLogArgs) -> Result<ExitCode, String> {
    let key = args.keys.signing_key()?;
    let head = open(&args.store).await?.chain_end().await.map_err(unreadable)?.head();
    let signed_head = SignedHead::new(head, clock::now_ms(), key.as_ref());
    let text = serde_json::to_string(&signed_head).map_err(|error| error.to_string())?;
    print(&format!("{text}\n"))
}

async fn print_checkpoint(args: &AuditLogArgs) -> Result<ExitCode, String> {
    let (key, origin) = (args.keys.signing_key()?.ok_or(NO_KEY)?, args.keys.origin()?);
    let checkpoint = open(&args.store).await?.checkpoint(origin).await.map_err(unreadable)?;
    print(&checkpoint.sign(&key).to_string())
}

const NO_KEY: &str =
    "AUDIT_SIGNING_KEY_FILE: missing; openssl genpkey -algorithm ed25519 -out audit.key makes a key";

fn print_key(keys: &AuditKeyArgs) -> Result<ExitCode, String> {
    let (key, origin) = (keys.signing_key()?.ok_or(NO_KEY)?, keys.origin()?);
    print(&format!("{}\n", key.verifier_key(origin)))
}

async fn prepare(store: &StoreArgs) -> Result<ExitCode, String> {
    let location = store.location().map_err(|problems| problems.to_string())?;
    let store = Store::open(&location).await.map_err(unreadable)?;
    print(&format!("The tables are ready, {}.\n", store.database().description()))
}

async fn purge(args: AuditArgs) -> Result<ExitCode, String> {
    let location = args.store.location().map_err(|problems| problems.to_string())?;
    let mut problems = Vec::new();
    let settings = args.check(false, &mut problems).filter(|_| problems.is_empty());
    let settings = settings.ok_or_else(|| ConfigErrors(problems).to_string())?;
    let Some(retention) = settings.retention else {
        return Err("AUDIT_RETENTION: missing; entries older than it are removed, such as 365d".to_owned());
    };
    // As for the other commands, a store that is not there is not created.
    Store::open_existing(&location).await.map_err(unreadable)?.database().close().await;
    let siem = Siem::on_stdout(settings.log);
    let audit_log = AuditLog::open(&location, siem, None, clock::now_ms).await.map_err(unreadable)?;
    let cutoff = clock::now_ms().saturating_sub(u64::try_from(retention.as_millis()).unwrap_or(u64::MAX));
    let purged = audit_log.purge(&ActorContext::program(""), cutoff).await;
    audit_log.close().await;
    match purged.map_err(|error| error.to_string())? {
        Some(last) => print(&format!("Entries up to {last} are removed.\n")),
        None => print("No entry is old enough to be removed.\n"),
    }
}
