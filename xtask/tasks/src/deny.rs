//! Checks packages by cargo-deny, where it is installed: licences, sources, bans, and known flaws where a copy of their list is. CI does
//! always.

use std::{path::PathBuf, process::Command};

use xtask::{error::Result, process, workspace::root};

/// The program that checks; `cargo deny` runs it.
const PROGRAM: &str = "cargo-deny";

/// Checks everything that can be checked without the network, and says what was not.
pub fn check() -> Result<()> {
    let Some(program) = process::on_path(&[PROGRAM]) else {
        println!(
            "Not checked: {PROGRAM} is not installed (cargo install --locked cargo-deny). CI checks licences, sources and known flaws."
        );
        return Ok(());
    };
    let deny = |checks: &[&str]| {
        let mut deny = Command::new(&program);
        deny.current_dir(root()).args(["--offline", "--locked", "check"]).args(checks);
        process::run(&mut deny)
    };
    deny(&["licenses", "bans", "sources"])?;
    if !has_advisories() {
        println!(
            "Known flaws are not checked: there is no copy of their list here (cargo deny fetch). CI checks them."
        );
        return Ok(());
    }
    deny(&["advisories"])
}

/// Whether a copy of the list of known flaws is where cargo-deny looks for it.
fn has_advisories() -> bool {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let copies = home.and_then(|home| std::fs::read_dir(home.join("advisory-dbs")).ok());
    copies
        .is_some_and(|mut copies| copies.any(|copy| copy.is_ok_and(|copy| copy.path().join(".git").exists())))
}
