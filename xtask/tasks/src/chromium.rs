//! Finds Chromium for the browser tests and measurements, or installs Debian's package.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use xtask::process;

/// Chromium's headless shell: the same engine, and tests take a quarter less time.
const HEADLESS: &str = "chromium-headless-shell";
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const ELSEWHERE: [&str; 3] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];
/// Fonts for names in many scripts.
const FONTS: &str = "fonts-noto-core";

/// Finds Chromium (`CHROMIUM`, `PATH`, usual places) or installs it if permitted.
pub fn ensure() -> Result<PathBuf> {
    named().unwrap_or_else(|| installed("chromium", find))
}

/// The same for headless tests: prefers the headless shell, and installs it if there is no Chromium.
pub fn ensure_headless() -> Result<PathBuf> {
    named().unwrap_or_else(|| installed(HEADLESS, || process::on_path(&[HEADLESS]).or_else(find)))
}

/// The browser that `CHROMIUM` names.
fn named() -> Option<Result<PathBuf>> {
    let named = PathBuf::from(std::env::var_os("CHROMIUM")?);
    Some(
        named
            .is_file()
            .then_some(&named)
            .cloned()
            .with_context(|| format!("CHROMIUM names {}, which is not there", named.display())),
    )
}

fn installed(package: &str, find: impl Fn() -> Option<PathBuf>) -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    if !may_install() {
        bail!("Chromium was not found. {}", remedy());
    }
    install(package).with_context(|| format!("Chromium could not be installed. {}", remedy()))?;
    find().with_context(|| format!("Chromium was installed but is not on PATH. {}", remedy()))
}

fn find() -> Option<PathBuf> {
    let elsewhere = || ELSEWHERE.iter().map(PathBuf::from).find(|file| file.is_file());
    process::on_path(&NAMES).or_else(elsewhere)
}

/// Whether this user can install Debian packages.
fn may_install() -> bool {
    is_debian() && process::output(Command::new("id").arg("-u")).is_ok_and(|user| user.trim() == "0")
}

fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists() && process::on_path(&["apt-get"]).is_some()
}

fn install(package: &str) -> Result<()> {
    println!("Installing {package} and {FONTS}");
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(["--quiet", "--yes"]);
        apt
    };
    process::run(apt().arg("update"))?;
    Ok(process::run(apt().args(["install", "--no-install-recommends"]).args([package, FONTS]))?)
}

fn remedy() -> String {
    if is_debian() {
        return format!("Run: sudo apt-get install --yes chromium {FONTS}");
    }
    "Install Chromium or Chrome, or run again with the variable CHROMIUM set to the browser's program"
        .to_owned()
}
