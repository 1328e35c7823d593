//! Input and output files.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, IsTerminal as _, Read, Write as _},
    path::{Path, PathBuf},
};

use token_core::seed_file::{FileIssue, MAX_FILE_BYTES};

use super::exit::CommandError;

/// The file name that means standard input.
const STDIN: &str = "-";

/// How messages name a file.
pub fn name(path: &Path) -> String {
    if is_stdin(path) { "standard input".to_owned() } else { path.display().to_string() }
}

/// Whether the file is standard input.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == STDIN
}

/// Refuses a seed file that would have to be typed: what is typed at a terminal stays on its screen.
///
/// # Errors
/// When the file is standard input, and that is a terminal.
pub fn check_piped(path: &Path) -> Result<(), CommandError> {
    if is_stdin(path) && io::stdin().is_terminal() {
        return Err(CommandError::unusable(
            "Nothing is piped into this command. Write what decrypts the file before it: gpg --decrypt FILE | token-inventory import -",
        ));
    }
    Ok(())
}

/// Reads a whole file, or standard input when its name is `-`.
///
/// # Errors
/// When it cannot be read, or is larger than a seed file may be.
pub fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    let unreadable =
        |error: io::Error| CommandError::unusable(format!("{} cannot be read: {error}", name(path)));
    if is_stdin(path) {
        return limited(io::stdin().lock(), 0)?.map_err(unreadable);
    }
    let file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    limited(file, size)?.map_err(unreadable)
}

fn limited(source: impl Read, size: u64) -> Result<io::Result<Vec<u8>>, CommandError> {
    let most = u64::try_from(MAX_FILE_BYTES).unwrap_or(u64::MAX);
    // Allocates once: a growing buffer would leave copies of seeds in memory.
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(most)).unwrap_or_default() + 1);
    match source.take(most + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() > MAX_FILE_BYTES => Err(FileIssue::too_large().into()),
        read => Ok(read.map(|_| bytes)),
    }
}

/// An output file, opened before the work begins.
#[derive(Debug)]
pub struct OutputFile {
    path: PathBuf,
    file: File,
}

impl OutputFile {
    /// Opens a file for writing and truncates it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn open(path: &Path) -> Result<Self, CommandError> {
        Self::with(path, OpenOptions::new().create(true).truncate(true))
    }

    /// Creates a file for secrets, readable by this user only. An existing file is not reused, since others may be able to
    /// read it.
    ///
    /// # Errors
    /// When the file exists, or cannot be written.
    pub fn secret(path: &Path) -> Result<Self, CommandError> {
        let mut options = OpenOptions::new();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Self::with(path, options.create_new(true))
    }

    fn with(path: &Path, options: &mut OpenOptions) -> Result<Self, CommandError> {
        let unwritable = |error: io::Error| {
            let hint = match error.kind() {
                io::ErrorKind::AlreadyExists => ". Name a file that is not there yet",
                _ => "",
            };
            CommandError::unusable(format!("{} cannot be written: {error}{hint}", path.display()))
        };
        let file = options.write(true).open(path).map_err(unwritable)?;
        Ok(Self { path: path.to_owned(), file })
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// When the disk is full, for example.
    pub fn write(mut self, text: &str) -> Result<(), CommandError> {
        let incomplete = |error: io::Error| {
            CommandError::unusable(format!("{} is not complete: {error}", self.path.display()))
        };
        self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_all()).map_err(incomplete)
    }

    /// Removes the file again, when there is nothing to write.
    pub fn discard(self) {
        drop(self.file);
        // If removing fails, an empty file remains, which does no harm.
        _ = fs::remove_file(&self.path);
    }
}
