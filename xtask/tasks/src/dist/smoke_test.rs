//! The smoke test of a program: started in an empty folder, it must serve a page and a file, and import a token.

use std::{env::consts::OS, fs, path::Path};

use anyhow::{Context, Result, ensure};

use super::kind::{Kind, Program};

use crate::{running::RunningProgram, wine::Wine};

/// A token that is not in the practice tenant.
const TOKEN: &str = r#"{ "changes": [{ "create": { "serial": "TRIAL-1", "manufacturer": "Example", "model": "TOTP",
    "seed": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "interval": 30, "hash": "Sha1" } }] }"#;

/// Starts a program, and sends it requests like a browser.
pub fn run(file: &Path, program: &Program) -> Result<()> {
    let is_foreign = program.kind() == Kind::Windows && OS != "windows";
    let wine = if is_foreign { Wine::find()? } else { None };
    if is_foreign && wine.is_none() {
        println!("Not tried: programs for Windows run here under Wine only, which was not found");
        return Ok(());
    }
    let running = RunningProgram::start(file, wine.as_ref())?;
    running.get("/healthz")?;
    let page = running.get("/")?;
    ensure!(page.contains("data-about="), "the first page is not the app's");
    let import = running.get("/import")?;
    ensure!(import.contains("/pkg/split_import."), "a page does not name its part of the app");
    let mut names = page.split("href=\"/pkg/token-inventory.");
    let version = names.find_map(|rest| rest.split('"').next()?.strip_suffix(".wasm"));
    let version = version.context("the first page does not name the app's module")?;
    let module = running.get_compressed(&format!("/pkg/token-inventory.{version}.wasm"))?;
    let head = module.split("\r\n\r\n").next().unwrap_or_default().to_lowercase();
    for line in ["content-type: application/wasm", "content-encoding: br", "immutable"] {
        ensure!(head.contains(line), "the app comes without {line:?}:\n{head}");
    }
    let created = running.call("/api/tokens/apply", TOKEN)?;
    ensure!(created.contains("Done") && created.contains("TRIAL-1"), "no token was imported: {created}");
    let left: Vec<_> = fs::read_dir(running.folder())?.collect();
    ensure!(left.is_empty(), "it left files where it was started: {left:?}");
    println!("It starts, answers, serves the app and imports a token");
    Ok(())
}
