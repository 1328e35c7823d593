//! Where the server publishes checkpoints of the audit log, and when.

use std::{path::PathBuf, sync::Arc, time::Duration};

use audit::{CheckpointReceiver, PublishSettings, Witness};
use clap::{
    Args,
    builder::{OsStringValueParser, TypedValueParser as _},
};
use graph::parse_endpoint;
use url::Url;

use super::{AuditKeyArgs, non_empty, ok_or_record, sessions};
use crate::checkpoint_http::{HttpReceiver, HttpWitness};

/// Where checkpoints of the audit trail are published.
#[derive(Debug, Clone, Args)]
pub struct AuditPublishArgs {
    /// Keys of the audit trail.
    #[command(flatten)]
    pub keys: AuditKeyArgs,
    /// Folder into which the server writes signed checkpoints of the audit trail and the hashes that prove its entries, best on another
    /// machine.
    #[arg(long, env = "AUDIT_PUBLISH_FOLDER", value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub audit_publish_folder: Option<PathBuf>,
    /// Program that the server starts with each signed checkpoint on its standard input.
    #[arg(long, env = "AUDIT_PUBLISH_COMMAND", value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub audit_publish_command: Option<PathBuf>,
    /// Address to which the server posts each signed checkpoint as text.
    #[arg(long, env = "AUDIT_PUBLISH_URL")]
    pub audit_publish_url: Option<String>,
    /// A checkpoint is published after so many new entries.
    #[arg(long, env = "AUDIT_PUBLISH_ENTRIES", default_value = "1000")]
    pub audit_publish_entries: String,
    /// A checkpoint is published after so long, if there are new entries, such as 15m or 1h.
    #[arg(long, env = "AUDIT_PUBLISH_INTERVAL", default_value = "15m")]
    pub audit_publish_interval: String,
    /// Address of a witness that cosigns each checkpoint (C2SP tlog-witness), without the add-checkpoint at its end.
    #[arg(long, env = "AUDIT_WITNESS_URL")]
    pub audit_witness_url: Option<String>,
}

impl AuditPublishArgs {
    /// Checks all settings; `None` when nothing is to be published, or something is wrong.
    pub(super) fn check(self, problems: &mut Vec<String>) -> Option<PublishSettings> {
        let key = ok_or_record(self.keys.signing_key(), problems)?;
        let origin = ok_or_record(self.keys.origin().map(ToOwned::to_owned), problems)?;
        let witness_key = ok_or_record(self.keys.witness_key(), problems)?;
        let set = |path: Option<PathBuf>| path.filter(|path| !path.as_os_str().is_empty());
        let (folder, command) = (set(self.audit_publish_folder), set(self.audit_publish_command));
        let url = ok_or_record(address("AUDIT_PUBLISH_URL", self.audit_publish_url), problems)?;
        let witness_url = ok_or_record(address("AUDIT_WITNESS_URL", self.audit_witness_url), problems)?;
        let entries = ok_or_record(count(&self.audit_publish_entries), problems)?;
        let interval = sessions::duration("AUDIT_PUBLISH_INTERVAL", &self.audit_publish_interval);
        let interval: Duration = ok_or_record(interval, problems)?;
        if folder.is_none() && command.is_none() && url.is_none() {
            if witness_url.is_some() {
                problems.push(
                    "AUDIT_WITNESS_URL: set AUDIT_PUBLISH_FOLDER, _COMMAND or _URL, too, so that what it cosigns is kept"
                        .to_owned(),
                );
            }
            return None;
        }
        let Some(key) = key else {
            problems.push("AUDIT_SIGNING_KEY_FILE: missing; published checkpoints are signed".to_owned());
            return None;
        };
        let witness = match (witness_url, witness_key) {
            (Some(url), Some(key)) => {
                let witness = ok_or_record(HttpWitness::new(&url, key), problems)?;
                Some(Arc::new(witness) as Arc<dyn Witness>)
            }
            (Some(_), None) => {
                problems.push("AUDIT_WITNESS_KEY: missing; AUDIT_WITNESS_URL needs it".to_owned());
                return None;
            }
            (None, _) => None,
        };
        let receiver = match url {
            Some(url) => Some(ok_or_record(HttpReceiver::new(url), problems)?),
            None => None,
        };
        let receiver = receiver.map(|receiver| Arc::new(receiver) as Arc<dyn CheckpointReceiver>);
        let key = Arc::new(key);
        Some(PublishSettings { key, origin, folder, command, receiver, witness, entries, interval })
    }
}

fn address(name: &str, text: Option<String>) -> Result<Option<Url>, String> {
    let Some(text) = non_empty(text) else { return Ok(None) };
    parse_endpoint(&text).map(Some).map_err(|why| format!("{name}: {why}"))
}

fn count(text: &str) -> Result<u64, String> {
    let count = text.trim().parse().ok().filter(|count| *count > 0);
    count.ok_or_else(|| format!("AUDIT_PUBLISH_ENTRIES: {text:?} is no number from 1"))
}
