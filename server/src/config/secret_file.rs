//! Files that hold a secret: the client secret, keys, the address of the database. Their permissions are checked when they are read.

use std::path::Path;

use graph::Secret;

/// Reads a file with one secret, without the blanks around it. `variable` is the setting that names the file, and begins an error.
pub(crate) fn read_line(variable: &str, path: &Path) -> Result<Secret, String> {
    let bytes = read(variable, path)?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{variable}: {} is no text", path.display()))?;
    match text.trim() {
        "" => Err(format!("{variable}: {} is empty", path.display())),
        secret => Ok(Secret::new(secret.to_owned())),
    }
}

/// Reads a file with a secret. One that other users may change is refused, and one that they may read is warned of: orchestrators mount
/// secrets like that, in containers that have no other users.
pub(crate) fn read(variable: &str, path: &Path) -> Result<Vec<u8>, String> {
    let cannot = |error| format!("{variable}: {} cannot be read: {error}", path.display());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path).map_err(cannot)?.permissions().mode() & 0o7777;
        match Exposure::of(mode) {
            Exposure::Owner => {}
            Exposure::Readable => {
                tracing::warn!(
                    "{variable}: other users of this machine may read {} (mode {mode:04o}): chmod 600 it",
                    path.display()
                );
            }
            Exposure::Writable => {
                return Err(format!(
                    "{variable}: other users of this machine may change {} (mode {mode:04o}); chmod 600 it",
                    path.display()
                ));
            }
        }
    }
    std::fs::read(path).map_err(cannot)
}

/// Who may use a file.
#[cfg(unix)]
#[derive(Debug, PartialEq, Eq)]
enum Exposure {
    /// Its owner, and perhaps its group may read it.
    Owner,
    /// Everybody may read it.
    Readable,
    /// Its group or everybody may change it.
    Writable,
}

#[cfg(unix)]
impl Exposure {
    fn of(mode: u32) -> Self {
        match mode {
            _ if mode & 0o022 != 0 => Self::Writable,
            _ if mode & 0o004 != 0 => Self::Readable,
            _ => Self::Owner,
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_others_may_change_is_refused() {
        for (mode, exposure) in [
            (0o600, Exposure::Owner),
            (0o440, Exposure::Owner),
            (0o644, Exposure::Readable),
            (0o444, Exposure::Readable),
            (0o660, Exposure::Writable),
            (0o602, Exposure::Writable),
        ] {
            assert_eq!(Exposure::of(mode), exposure, "{mode:o}");
        }
    }

    #[test]
    fn a_secret_that_others_may_change_is_not_read() {
        let file = std::env::temp_dir().join(format!("token-inventory-{}", uuid::Uuid::new_v4()));
        std::fs::write(&file, "hush-hush\n").unwrap();
        let with_mode = |mode| {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            read_line("SOME_FILE", &file)
        };
        assert_eq!(with_mode(0o600).unwrap().expose(), "hush-hush");
        assert_eq!(with_mode(0o644).unwrap().expose(), "hush-hush");
        let error = with_mode(0o666).err().unwrap();
        assert!(error.starts_with("SOME_FILE: other users") && error.contains("mode 0666"), "{error}");
        std::fs::remove_file(file).unwrap();
    }
}
