//! The person's own folder on this machine: where the program keeps what outlives it, unless it is told another place.

use std::{
    io,
    path::{Path, PathBuf},
};

/// Where it is: `~/.local/share/token-inventory` (or below `XDG_DATA_HOME`), `~/Library/Application Support/token-inventory`,
/// or `%APPDATA%\token-inventory\data`. Nothing for somebody without a home.
pub fn path() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "token-inventory")?;
    Some(folders.data_dir().to_owned())
}

/// Makes the folder for this person alone, if it is not there.
///
/// # Errors
/// When it cannot be made.
pub fn create(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// How to create a file that nobody else may read. On Windows the person's own folders are theirs already.
pub fn private_file() -> std::fs::OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there is nothing to add elsewhere"))]
    let mut options = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
