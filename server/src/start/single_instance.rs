//! Start by double click: one instance per user, which a second start finds by a lock file and an address file.

use std::{
    fs::{self, File, TryLockError},
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use audit::data_dir;

use crate::health;

/// Locked while an instance runs. It stays empty, because a locked file cannot be read on Windows.
const LOCK: &str = "running.lock";
/// Holds the address where that instance listens; never its one-time link.
const ADDRESS: &str = "running.address";
/// How often a second start checks whether the first is ready, and how long it waits in between.
const ATTEMPTS: usize = 50;
const RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// Whether an instance of this user runs already.
pub enum Instance {
    /// None: this one is the first, and holds the lock.
    First(InstanceLock),
    /// One runs already, and answers at this address.
    Running(SocketAddr),
    /// The lock cannot be checked, or the instance that holds it does not answer.
    Unknown,
}

/// The lock of the one instance of this user; released on drop.
pub struct InstanceLock {
    folder: PathBuf,
    _lock: File,
}

impl InstanceLock {
    /// Writes the address for later starts.
    pub fn announce(&self, addr: SocketAddr) {
        let written = data_dir::private_file()
            .create(true)
            .write(true)
            .truncate(true)
            .open(self.folder.join(ADDRESS))
            .and_then(|mut file| file.write_all(addr.to_string().as_bytes()));
        if let Err(error) = written {
            tracing::warn!(%error, "a second start will not find this one");
        }
    }
}

impl Drop for InstanceLock {
    fn drop(&mut self) {
        // If removing fails: a later start takes the free lock and does not read the address.
        _ = fs::remove_file(self.folder.join(ADDRESS));
    }
}

/// Looks for a running instance in the user's data folder, and takes the lock if there is none.
pub async fn find_or_lock(folder: &Path) -> Instance {
    match try_acquire(folder) {
        Ok(Some(instance_lock)) => Instance::First(instance_lock),
        Ok(None) => wait_for(folder).await,
        Err(error) => {
            tracing::warn!(%error, folder = %folder.display(), "whether Token Inventory runs already cannot be told");
            Instance::Unknown
        }
    }
}

fn try_acquire(folder: &Path) -> std::io::Result<Option<InstanceLock>> {
    data_dir::create(folder)?;
    let lock = data_dir::private_file().create(true).write(true).truncate(false).open(folder.join(LOCK))?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(InstanceLock { folder: folder.to_owned(), _lock: lock })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Waits until the first instance answers, since it may still be starting.
async fn wait_for(folder: &Path) -> Instance {
    for _ in 0..ATTEMPTS {
        let addr = fs::read_to_string(folder.join(ADDRESS)).ok().and_then(|addr| addr.trim().parse().ok());
        match addr {
            Some(addr) if health::answers(addr).await => return Instance::Running(addr),
            _ => tokio::time::sleep(RETRY_INTERVAL).await,
        }
    }
    Instance::Unknown
}

/// Whether there is a local display on which a browser can open.
pub fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let remote = is_set("SSH_CONNECTION");
    let graphical = cfg!(any(windows, target_os = "macos")) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
    graphical && !remote
}

/// Keeps the window of a double click open until the user has read the error message.
#[expect(clippy::print_stderr, reason = "messages for the user go to the terminal")]
pub fn wait_for_enter() {
    use std::io::IsTerminal as _;
    if cfg!(windows) && std::io::stdin().is_terminal() {
        eprintln!("Press Enter to close this window.");
        _ = std::io::stdin().read_line(&mut String::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("desktop-{name}-{}", std::process::id()));
            Self(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_second_instance_gets_the_lock_after_the_first_has_ended() {
        let folder = Folder::new("claim");
        let first = try_acquire(&folder.0).unwrap().expect("no instance runs");
        assert!(try_acquire(&folder.0).unwrap().is_none());
        first.announce(SocketAddr::from(([127, 0, 0, 1], 3000)));
        assert_eq!(fs::read_to_string(folder.0.join(ADDRESS)).unwrap(), "127.0.0.1:3000");
        drop(first);
        assert!(!folder.0.join(ADDRESS).exists());
        assert!(try_acquire(&folder.0).unwrap().is_some());
    }

    #[cfg(unix)]
    #[test]
    fn lock_and_address_files_are_private() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = Folder::new("private");
        let instance_lock = try_acquire(&folder.0).unwrap().unwrap();
        instance_lock.announce(SocketAddr::from(([127, 0, 0, 1], 3000)));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder.0), 0o700);
        assert_eq!([LOCK, ADDRESS].map(|name| mode(&folder.0.join(name))), [0o600; 2]);
    }
}
