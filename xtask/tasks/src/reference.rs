//! The configuration reference: a page generated from the program's own help.

mod help;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use self::help::Setting;
use xtask::{process, workspace::root};

const PAGE: &str = "docs/CONFIGURATION.md";
/// The settings of the practice tenant have a page of their own.
const PRACTICE: &str = "Practice tenant";

const BEFORE: &str = "\
# Configuration

<!-- Written by `cargo xtask reference` from the program's own help: change the words there. -->

Each setting is a variable and a flag of `token-inventory serve`; where both are given the flag counts. Everything is checked at
the start: what is wrong is named with its variable, all of it at once, and the program does not start. A change takes a restart.

Without a tenant the program serves the practice tenant on this machine; its flags are in [Practice tenant](PRACTICE_TENANT.md#flags).
`doctor` and the [commands](HEADLESS.md) take the settings of the tenant and of the audit trail, too.

";

const AFTER: &str = "
## Other variables

| variable | |
|---|---|
| `HTTPS_PROXY`, `NO_PROXY` | a proxy on the way to Microsoft, and hosts that need none |
| `SSL_CERT_FILE` | a file with all authorities to trust, where a company's proxy inspects TLS |
| `RUST_LOG` | how much the program writes about itself to standard error: `warn` unless set, else `info` or `debug` |
| `AUDIT_SIGNING_KEY_FILE` | for `token-inventory audit` alone: the key that signs heads ([Audit trail](AUDIT.md#is-it-unaltered)) |

";

/// Writes the page.
pub fn write(program: &Path) -> Result<()> {
    let page = page(program)?;
    fs::write(path(), page).with_context(|| format!("{PAGE} cannot be written"))?;
    println!("{PAGE} is written");
    Ok(())
}

/// Fails when the page differs from the program's help.
pub fn check(program: &Path) -> Result<()> {
    let current = fs::read_to_string(path()).with_context(|| format!("{PAGE} cannot be read"))?;
    ensure!(
        current == page(program)?,
        "{PAGE} is not what the program says. `cargo xtask reference` writes it anew"
    );
    println!("{PAGE} is what the program says");
    Ok(())
}

fn path() -> PathBuf {
    root().join(PAGE)
}

fn page(program: &Path) -> Result<String> {
    let help = |args: &[&str]| process::output(Command::new(program).args(args).arg("--help").env_clear());
    let settings = help::settings(&help(&["serve"])?);
    ensure!(!settings.is_empty(), "`{} serve --help` names no settings", program.display());
    let commands = help::commands(&help(&[])?);
    Ok(format!("{BEFORE}{}{AFTER}{}", table(&settings), list(&commands)))
}

fn table(settings: &[Setting]) -> String {
    let rows = settings.iter().filter(|setting| setting.heading != PRACTICE).map(row);
    format!("| variable | flag | what it says | default |\n|---|---|---|---|\n{}", rows.collect::<String>())
}

fn row(setting: &Setting) -> String {
    let code = |text: &str| if text.is_empty() { String::new() } else { format!("`{text}`") };
    let [variable, flag, default] =
        [&setting.variable, &setting.flag, &setting.default].map(|text| code(text));
    format!("| {variable} | {flag} | {} | {default} |\n", setting.says.replace('|', "\\|"))
}

fn list(commands: &[(String, String)]) -> String {
    let rows = commands.iter().map(|(name, says)| format!("| `{name}` | {} |\n", says.replace('|', "\\|")));
    let rows: String = rows.collect();
    format!(
        "## Commands\n\n`token-inventory COMMAND --help` names the flags of each.\n\n| command | |\n|---|---|\n{rows}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_text_of_the_help() {
        let setting = Setting {
            heading: "Options".to_owned(),
            flag: "--audit-log".to_owned(),
            variable: "AUDIT_LOG".to_owned(),
            default: "off".to_owned(),
            says: "json | text".to_owned(),
        };
        let practice = Setting { heading: PRACTICE.to_owned(), ..setting.clone() };
        let table = table(&[setting, practice]);
        let rows: Vec<_> = table.lines().skip(2).collect();
        assert_eq!(rows, ["| `AUDIT_LOG` | `--audit-log` | json \\| text | `off` |"]);
    }
}
