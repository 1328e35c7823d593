//! `token-inventory audit verify`: compares the audit log with itself, and with what was kept elsewhere.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use audit::{Checkpoint, Evidence, ProvenEntry, SignedHead, VerifyReport};
use clap::Args;
use token_core::audit::ChainHead;

use super::{AuditLogArgs, EXIT_BROKEN, open, print, unreadable};

/// What `audit verify` takes.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    audit_log: AuditLogArgs,
    /// A head that `audit head` printed and that was kept elsewhere.
    #[arg(long, conflicts_with = "entry")]
    head: Option<PathBuf>,
    /// A signed checkpoint that was published or that `audit checkpoint` printed, and that was kept elsewhere.
    #[arg(long)]
    checkpoint: Option<PathBuf>,
    /// Only whether the checkpoint contains the entry with this number as it is here: takes a moment, however many entries there are.
    #[arg(long, requires = "checkpoint")]
    entry: Option<u64>,
}

/// Verifies, and prints what was found.
pub(super) async fn verify(args: VerifyArgs) -> Result<ExitCode, String> {
    let head = args.head.as_deref().map(|file| read_head(&args.audit_log, file)).transpose()?;
    let checkpoint =
        args.checkpoint.as_deref().map(|file| read_checkpoint(&args.audit_log, file)).transpose()?;
    if let (Some(number), Some(checkpoint)) = (args.entry, &checkpoint) {
        return verify_entry(&args.audit_log, number, checkpoint).await;
    }
    let store = open(&args.audit_log.store).await?;
    let evidence = Evidence { head, checkpoint };
    let report = store.verify(&evidence).await.map_err(unreadable)?;
    // When standard output is closed, the exit code still carries the result.
    _ = print(&describe(&report, &evidence));
    Ok(if report.chain_break.is_some() { EXIT_BROKEN.into() } else { ExitCode::SUCCESS })
}

async fn verify_entry(args: &AuditLogArgs, number: u64, checkpoint: &Checkpoint) -> Result<ExitCode, String> {
    let store = open(&args.store).await?;
    match store.prove_entry(number, checkpoint).await.map_err(unreadable)? {
        Ok(ProvenEntry { proof, .. }) => {
            _ = print(&format!(
                "Entry {number} is what the checkpoint of {} entries contains: {} hashes lead from it to the checkpoint.\n",
                checkpoint.size,
                proof.len()
            ));
            Ok(ExitCode::SUCCESS)
        }
        Err(what) => {
            _ = print(&format!("Entry {number} does not fit: {what}\n"));
            Ok(EXIT_BROKEN.into())
        }
    }
}

fn describe(report: &VerifyReport, evidence: &Evidence) -> String {
    if let Some(chain_break) = &report.chain_break {
        return chain_break.to_string();
    }
    let mut text = match report.entries {
        0 => "The trail is empty.\n".to_owned(),
        entries => format!(
            "The trail is whole: {entries} entries from {} to {} follow one another.\nHead: {} {}\n",
            report.oldest, report.head.number, report.head.number, report.head.hash
        ),
    };
    // Writing into a text cannot fail.
    if let Some(removal) = &report.removal {
        let by_whom = if removal.is_vouched_for {
            "the checkpoint contains them, and the record of their removal."
        } else {
            "only the store itself says so. A checkpoint that was signed afterwards and kept elsewhere would vouch for it (--checkpoint)."
        };
        _ = writeln!(text, "Entries 1 to {} were removed by retention: {by_whom}", removal.up_to);
    }
    match (&evidence.checkpoint, &evidence.head) {
        (Some(checkpoint), _) => {
            _ = writeln!(text, "The first {} are those that the checkpoint contains.", checkpoint.size);
        }
        (None, Some(head)) => {
            _ = writeln!(text, "Entry {} is the head that was kept elsewhere.", head.number)
        }
        (None, None) => {
            text.push_str(
                "Nothing outside the store was compared: whoever can write to it can have rewritten all of it (--head, --checkpoint).\n",
            );
        }
    }
    text
}

fn read_head(args: &AuditLogArgs, file: &Path) -> Result<ChainHead, String> {
    let head = SignedHead::read(&read(file)?, args.keys.verifier_key()?.as_ref());
    head.map_err(|why| format!("{} cannot be used: {why}", file.display()))
}

fn read_checkpoint(args: &AuditLogArgs, file: &Path) -> Result<Checkpoint, String> {
    let log = args.keys.verifier_key()?.ok_or(
        "AUDIT_VERIFIER_KEY: missing; a checkpoint is verified by the public key of the audit trail, which `audit key` prints",
    )?;
    let checkpoint = Checkpoint::read(&read(file)?, &log, args.keys.witness_key()?.as_ref());
    checkpoint.map_err(|why| format!("{} cannot be used: {why}", file.display()))
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))
}
