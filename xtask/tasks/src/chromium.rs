//! The browser of the browser tests: the one that is there, or Debian's own package.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use xtask::process;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const ELSEWHERE: [&str; 3] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];
/// The fonts give people's names of many alphabets a shape.
const PACKAGES: [&str; 2] = ["chromium", "fonts-noto-core"];

/// Finds Chromium (`CHROMIUM`, `PATH`, the usual places) or installs it where that is allowed.
pub fn ensure() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        let named = PathBuf::from(named);
        if !named.is_file() {
            bail!("CHROMIUM names {}, which is not there", named.display());
        }
        return Ok(named);
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    if !may_install() {
        bail!("Chromium was not found. {}", remedy());
    }
    install().with_context(|| format!("Chromium could not be installed. {}", remedy()))?;
    find().with_context(|| format!("Chromium was installed but is not on PATH. {}", remedy()))
}

fn find() -> Option<PathBuf> {
    let elsewhere = || ELSEWHERE.iter().map(PathBuf::from).find(|file| file.is_file());
    process::on_path(&NAMES).or_else(elsewhere)
}

/// Debian's packages are installed by root alone.
fn may_install() -> bool {
    is_debian() && process::output(Command::new("id").arg("-u")).is_ok_and(|user| user.trim() == "0")
}

fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists() && process::on_path(&["apt-get"]).is_some()
}

fn install() -> Result<()> {
    println!("Installing {}", PACKAGES.join(" and "));
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(["--quiet", "--yes"]);
        apt
    };
    process::run(apt().arg("update"))?;
    Ok(process::run(apt().args(["install", "--no-install-recommends"]).args(PACKAGES))?)
}

fn remedy() -> String {
    if is_debian() {
        return format!("Run: sudo apt-get install --yes {}", PACKAGES.join(" "));
    }
    "Install Chromium or Chrome, or run again with the variable CHROMIUM set to the browser's program"
        .to_owned()
}
