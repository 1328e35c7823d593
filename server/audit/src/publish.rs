//! Publishes checkpoints of the tree by itself: into a folder with the tiles (C2SP tlog-tiles), to a command, to an address, and to a
//! witness, which cosigns them (C2SP tlog-witness). What was published cannot be altered by whoever can write to the store.

use std::{
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::time::Instant;

use super::{
    checkpoint::Checkpoint,
    database::DatabaseError,
    head::HeadSigningKey,
    merkle::{TILE_WIDTH, tile_path, tile_width},
    note::{SignedNote, VerifierKey},
    store::Store,
};

/// How often new entries are looked for.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// The pause after a failure.
const RETRY_DELAY: Duration = Duration::from_secs(60);
/// How long a command may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);
/// How often it is looked whether the command has ended.
const COMMAND_POLL: Duration = Duration::from_millis(50);
/// The name of the newest checkpoint in the folder.
const CHECKPOINT_FILE: &str = "checkpoint";

/// Where checkpoints go, beside a folder and a command.
#[async_trait]
pub trait CheckpointReceiver: Send + Sync {
    /// Takes a signed checkpoint; the error says what went wrong.
    async fn receive(&self, note: &str) -> Result<(), String>;
}

/// What a witness answers to a new checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WitnessAnswer {
    /// The lines of its cosignatures.
    Cosigned(String),
    /// It knows another size than the one that the proof begins at.
    KnowsSize(u64),
}

/// A witness (C2SP tlog-witness).
#[async_trait]
pub trait Witness: Send + Sync {
    /// Its key.
    fn key(&self) -> &VerifierKey;
    /// Sends it the body of an `add-checkpoint` request; the error says what went wrong.
    async fn add_checkpoint(&self, body: String) -> Result<WitnessAnswer, String>;
}

/// Where checkpoints are published, and when.
#[derive(Clone)]
pub struct PublishSettings {
    /// The key that signs them.
    pub key: Arc<HeadSigningKey>,
    /// The name of the log.
    pub origin: String,
    /// The folder for the newest checkpoint and all tiles.
    pub folder: Option<PathBuf>,
    /// A program that reads each checkpoint from its standard input.
    pub command: Option<PathBuf>,
    /// Another receiver.
    pub receiver: Option<Arc<dyn CheckpointReceiver>>,
    /// A witness that cosigns each checkpoint.
    pub witness: Option<Arc<dyn Witness>>,
    /// Published after so many new entries …
    pub entries: u64,
    /// … or after so long, if there are new ones.
    pub interval: Duration,
}

impl std::fmt::Debug for PublishSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { origin, folder, command, entries, interval, .. } = self;
        f.debug_struct("PublishSettings")
            .field("origin", origin)
            .field("folder", folder)
            .field("command", command)
            .field("entries", entries)
            .field("interval", interval)
            .finish_non_exhaustive()
    }
}

/// Publishes the checkpoints of a store.
pub struct Publisher {
    store: Arc<Store>,
    settings: PublishSettings,
    /// The last one that was signed.
    last: Option<Checkpoint>,
    /// The size that the witness has cosigned.
    witnessed: u64,
}

impl Publisher {
    /// For this store. Begins with the checkpoint in the folder, if there is one.
    pub fn new(store: Arc<Store>, settings: PublishSettings) -> Self {
        Self { store, settings, last: None, witnessed: 0 }
    }

    /// Publishes whenever there are enough new entries, or the interval is over. Runs in the background.
    pub async fn run(mut self) {
        let mut published_at = Instant::now();
        loop {
            tokio::time::sleep(POLL_INTERVAL).await;
            match self.publish_if_due(published_at.elapsed()).await {
                Ok(false) => {}
                Ok(true) => published_at = Instant::now(),
                Err(error) => {
                    tracing::error!("the checkpoint of the audit trail is not published: {error}");
                    tokio::time::sleep(RETRY_DELAY).await;
                }
            }
        }
    }

    async fn publish_if_due(&mut self, since: Duration) -> Result<bool, String> {
        let newest = self.store.chain_end().await.map_err(words)?.head().number;
        let new = newest.saturating_sub(self.last.as_ref().map_or(0, |last| last.size));
        let is_due = new >= self.settings.entries || (new > 0 && since >= self.settings.interval);
        if is_due {
            self.publish().await?;
        }
        Ok(is_due)
    }

    /// Publishes the tree of all entries now.
    ///
    /// # Errors
    /// When the store no longer continues what was published, or a place cannot be reached: the message says which.
    pub async fn publish(&mut self) -> Result<SignedNote, String> {
        let PublishSettings { key, origin, .. } = self.settings.clone();
        self.store.grow_whole_tree().await.map_err(words)?;
        self.check_continuity().await?;
        let checkpoint = self.store.checkpoint(&origin).await.map_err(words)?;
        let mut note = checkpoint.sign(&key);
        let mut problems = Vec::new();
        if let Err(error) = self.cosign(&mut note, &checkpoint).await {
            problems.push(format!("the witness does not cosign: {error}"));
        }
        let text = note.to_string();
        let size = checkpoint.size;
        self.last = Some(checkpoint);
        let PublishSettings { folder, command, receiver, .. } = &self.settings;
        if let Some(folder) = folder
            && let Err(error) = write_folder(&self.store, folder, size, &text).await
        {
            problems.push(format!("{}: {error}", folder.display()));
        }
        if let Some(command) = command
            && let Err(error) = run_command(command, &text).await
        {
            problems.push(format!("{}: {error}", command.display()));
        }
        if let Some(receiver) = receiver
            && let Err(error) = receiver.receive(&text).await
        {
            problems.push(error);
        }
        if problems.is_empty() { Ok(note) } else { Err(problems.join("; ")) }
    }

    /// Checks that the store continues the last checkpoint: one that does not must never be signed (C2SP tlog-checkpoint).
    async fn check_continuity(&mut self) -> Result<(), String> {
        let PublishSettings { key, origin, folder, .. } = &self.settings;
        if self.last.is_none()
            && let Some(folder) = folder
        {
            self.last = published(folder, &key.verifier_key(origin))?;
        }
        let Some(last) = &self.last else { return Ok(()) };
        let newest = self.store.chain_end().await.map_err(words)?.head().number;
        let is_continued =
            last.size <= newest && self.store.checkpoint_at(origin, last.size).await.map_err(words)? == *last;
        if is_continued {
            return Ok(());
        }
        Err(format!(
            "the audit trail does not continue the checkpoint of {} entries that was published: entries are missing or altered. \
             Run `token-inventory audit verify` with that checkpoint",
            last.size
        ))
    }

    async fn cosign(&mut self, note: &mut SignedNote, checkpoint: &Checkpoint) -> Result<(), String> {
        let Some(witness) = self.settings.witness.clone() else { return Ok(()) };
        let mut body = self.witness_request(checkpoint.size, note).await?;
        let mut answer = witness.add_checkpoint(body).await?;
        if let WitnessAnswer::KnowsSize(known) = answer {
            if known > checkpoint.size {
                return Err(format!("it has cosigned {known} entries, and there are {}", checkpoint.size));
            }
            self.witnessed = known;
            body = self.witness_request(checkpoint.size, note).await?;
            answer = witness.add_checkpoint(body).await?;
        }
        match answer {
            WitnessAnswer::Cosigned(lines) => {
                note.add_cosignatures(&lines, witness.key())?;
                self.witnessed = checkpoint.size;
                Ok(())
            }
            WitnessAnswer::KnowsSize(known) => Err(format!("it has cosigned {known} entries meanwhile")),
        }
    }

    /// The body of an `add-checkpoint` request: the size that the witness knows, the proof from there, and the checkpoint.
    async fn witness_request(&self, size: u64, note: &SignedNote) -> Result<String, String> {
        let proof = self.store.consistency(self.witnessed, size).await.map_err(words)?;
        let mut body = format!("old {}\n", self.witnessed);
        for hash in proof {
            // Writing into a text cannot fail.
            _ = writeln!(body, "{}", STANDARD.encode(hash));
        }
        _ = write!(body, "\n{note}");
        Ok(body)
    }
}

/// The checkpoint in the folder; `None` when there is none yet.
fn published(folder: &Path, key: &VerifierKey) -> Result<Option<Checkpoint>, String> {
    let file = folder.join(CHECKPOINT_FILE);
    match std::fs::read_to_string(&file) {
        Ok(note) => Checkpoint::read(&note, key, None)
            .map(Some)
            .map_err(|why| format!("{} cannot be continued: {why}", file.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{} cannot be read: {error}", file.display())),
    }
}

/// Writes the tiles that are missing, and then the checkpoint.
async fn write_folder(store: &Store, folder: &Path, size: u64, note: &str) -> Result<(), String> {
    for level in 0..8 {
        let last = size.checked_shr(8 * level).unwrap_or_default().div_ceil(TILE_WIDTH);
        let name = level.to_string();
        for index in missing(folder, &name, last) {
            let width = tile_width((level, index), size);
            let hashes = store.tile_hashes((level, index), width).await.map_err(words)?;
            write_file(&folder.join(tile_path(&name, index, width)), &hashes.concat())?;
        }
    }
    for index in missing(folder, "entries", size.div_ceil(TILE_WIDTH)) {
        let width = tile_width((0, index), size);
        let first = index * TILE_WIDTH;
        // Entries that a retention has removed are not published any more (C2SP tlog-tiles, pruning).
        if let Some(hashes) = store.entry_hashes(first, first + width).await.map_err(words)? {
            let bundle: Vec<u8> = hashes.iter().flat_map(|hash| [&[0, 32][..], hash].concat()).collect();
            write_file(&folder.join(tile_path("entries", index, width)), &bundle)?;
        }
    }
    write_file(&folder.join(CHECKPOINT_FILE), note.as_bytes())
}

/// The indexes below `end` whose full tile is not in the folder, from behind up to the first that is.
fn missing(folder: &Path, level: &str, end: u64) -> Vec<u64> {
    let is_missing = |index: &u64| !folder.join(tile_path(level, *index, TILE_WIDTH)).exists();
    let mut found: Vec<u64> = (0..end).rev().take_while(is_missing).collect();
    found.reverse();
    found
}

/// Writes a file whole or not at all.
fn write_file(file: &Path, bytes: &[u8]) -> Result<(), String> {
    let cannot = |error: std::io::Error| format!("{} cannot be written: {error}", file.display());
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(cannot)?;
    }
    let unfinished = file.with_extension("new");
    std::fs::write(&unfinished, bytes).map_err(cannot)?;
    std::fs::rename(&unfinished, file).map_err(cannot)
}

async fn run_command(program: &Path, note: &str) -> Result<(), String> {
    let (program, note) = (program.to_owned(), note.to_owned());
    let run = tokio::task::spawn_blocking(move || run_to_end(&program, &note));
    run.await.unwrap_or_else(|error| Err(format!("it was not run: {error}")))
}

/// Runs a program with the note on its standard input, for a limited time.
fn run_to_end(program: &Path, note: &str) -> Result<(), String> {
    let cannot = |error: std::io::Error| format!("it cannot be run: {error}");
    let mut child =
        Command::new(program).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().map_err(cannot)?;
    // A program that does not read its input may have ended already: its exit code counts.
    _ = child.stdin.take().map(|mut input| input.write_all(note.as_bytes()));
    let began = std::time::Instant::now();
    loop {
        match child.try_wait().map_err(cannot)? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(format!("it failed: {status}")),
            None if began.elapsed() > COMMAND_TIMEOUT => {
                _ = child.kill();
                _ = child.wait();
                return Err(format!("it takes longer than {} s", COMMAND_TIMEOUT.as_secs()));
            }
            None => std::thread::sleep(COMMAND_POLL),
        }
    }
}

fn words(error: DatabaseError) -> String {
    error.0
}
