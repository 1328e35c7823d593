//! The user's data folder: where the program stores files unless another place is configured.

use std::{
    io,
    path::{Path, PathBuf},
};

/// Its path: `~/.local/share/token-inventory` (or below `XDG_DATA_HOME`), `~/Library/Application Support/token-inventory`,
/// or `%APPDATA%\token-inventory\data`. `None` without a home directory.
pub fn path() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "token-inventory")?;
    Some(folders.data_dir().to_owned())
}

/// Creates the folder, readable by this user only, unless it exists.
///
/// # Errors
/// When it cannot be created.
pub fn create(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Options to create a file that only this user may read. On Windows the user's data folder is private already.
pub fn private_file() -> std::fs::OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "the mode is set on Unix only"))]
    let mut options = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
