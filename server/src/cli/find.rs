//! `token-inventory find --seeds FILE`: which token is this, whose serial number is worn off?

use std::{io, path::PathBuf};

use clap::Args;
use serde::Serialize;
use token_core::{
    drift::{
        Reading,
        search::{Found, Search, SearchState},
    },
    otp::Code,
    ports::Clock as _,
    seed_file::ParsedRow,
    token::{SerialNumber, Token},
};

use super::{
    exit::{CommandError, Exit},
    files,
    output::Output,
    seed_args::SeedArgs,
    seeds::Seeds,
    tenant::{TargetArgs, TenantSession},
    tenant_data::assigned_users,
};

/// Codes that are computed before the progress is looked at.
const SLICE: usize = 100_000;
/// Most codes that are asked for.
const MAX_CODES: usize = 5;

/// What `token-inventory find` takes. The codes come on standard input, one a line.
#[derive(Debug, Args)]
pub struct FindArgs {
    /// The seed file of the delivery.
    #[arg(long, value_name = "FILE")]
    seeds: PathBuf,
    /// Print a JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    seed_args: SeedArgs,
    #[command(flatten)]
    target: TargetArgs,
}

/// The token as a JSON line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase", tag = "type", rename = "token")]
struct FoundToken<'a> {
    serial_number: &'a str,
    manufacturer: &'a str,
    model: &'a str,
    /// Null for a token that is not in the inventory.
    status: Option<String>,
    user_principal_name: Option<&'a str>,
    /// By how many seconds its clock is ahead.
    clock_seconds: i64,
    line: u64,
}

impl FindArgs {
    /// Text or JSON.
    pub const fn output(&self) -> Output {
        Output::new(self.json)
    }
}

/// Finds the token and says who holds it.
///
/// # Errors
/// When the file, the codes or the tenant cannot be read.
pub async fn run(args: FindArgs) -> Result<Exit, CommandError> {
    let output = args.output();
    if files::is_stdin(&args.seeds) {
        return Err(CommandError::unusable("Standard input has the codes: name the seed file."));
    }
    let seeds = Seeds::read(&args.seeds, &args.seed_args, output)?;
    let tenant = args.target.open(false).await?;
    // The first answer says Microsoft's time.
    tenant.directory().method_policy().await?;
    let found = find(seeds.table.rows(), &tenant, output)?;
    let answer = match found {
        Some(found) => tell(found, seeds.table.rows(), &tenant, output).await.map(|()| Exit::Done),
        None => {
            output.print_line(
                "No token of the file shows these codes within a day. Take the file of its delivery, or compare the codes.",
            );
            Ok(Exit::Rows)
        }
    };
    tenant.close().await;
    answer
}

fn find(
    entries: &[ParsedRow],
    tenant: &TenantSession,
    output: Output,
) -> Result<Option<Found>, CommandError> {
    let mut lines = io::stdin().lines();
    output.print_note("Type the six digits that the token shows now.");
    let mut search = Search::new(entries.len(), next_reading(&mut lines, tenant)?);
    for _ in 1..MAX_CODES {
        let state = loop {
            match search.advance(entries, SLICE) {
                SearchState::Searching { .. } => {}
                state => break state,
            }
        };
        match state {
            SearchState::Found(found) => return Ok(Some(found)),
            SearchState::NextCode(count) => {
                let tokens = if count == 1 { "1 token fits" } else { &format!("{count} tokens fit") };
                output
                    .print_note(&format!("{tokens}. Wait until the digits change, and type the next ones."));
            }
            SearchState::Several(count) => {
                return Err(CommandError::unusable(format!(
                    "{count} rows of the file have the same secret key."
                )));
            }
            _ => return Ok(None),
        }
        while search.next_code(next_reading(&mut lines, tenant)?, entries) == SearchState::SameCode {
            output.print_note("The digits have not changed yet: type the next ones.");
        }
    }
    Ok(None)
}

/// The next line as a code that was typed now.
fn next_reading(
    lines: &mut impl Iterator<Item = io::Result<String>>,
    tenant: &TenantSession,
) -> Result<Reading, CommandError> {
    let missing = || CommandError::unusable("Standard input ended: type two codes of the token, one a line.");
    let line = zeroize::Zeroizing::new(lines.next().ok_or_else(missing)?.map_err(|_| missing())?);
    let code = Code::parse(&line).ok_or_else(|| CommandError::unusable("A code has six digits."))?;
    Ok(Reading { code, at_ms: tenant.clock().now_ms() })
}

/// Prints serial, user, status and clock.
async fn tell(
    found: Found,
    entries: &[ParsedRow],
    tenant: &TenantSession,
    output: Output,
) -> Result<(), CommandError> {
    let Some((line, row)) =
        entries.get(found.row).and_then(|entry| Some((entry.line, entry.result.as_ref().ok()?)))
    else {
        return Ok(());
    };
    let directory = tenant.directory();
    let token = one(&*directory, &row.token.serial).await?;
    let users = assigned_users(&*directory, token.iter(), output).await?;
    let holder = users.first().map(|user| user.upn.as_str());
    let status = token.as_ref().map(|token| token.status.to_string());
    let (serial, offset) = (row.token.serial.as_str(), found.offset);
    let (manufacturer, model) = (row.token.manufacturer.as_str(), row.token.model.as_str());
    let known = status.as_deref().unwrap_or("not in the inventory");
    let held = holder.map_or_else(|| "nobody holds it".to_owned(), |upn| format!("of {upn}"));
    output.print_line(&format!(
        "Token {serial} ({manufacturer} {model}): {known}, {held}. Its clock is {offset}. Line {line} of the file."
    ));
    output.print_json(&FoundToken {
        serial_number: serial,
        manufacturer,
        model,
        status,
        user_principal_name: holder,
        clock_seconds: offset.seconds(),
        line,
    });
    Ok(())
}

/// The token of the inventory with this serial.
async fn one(
    directory: &(dyn token_core::ports::Directory + Send + Sync),
    serial: &SerialNumber,
) -> Result<Option<Token>, CommandError> {
    let mut found = directory.tokens_by_serial(vec![serial.clone()]).await?;
    let tokens = found.pop().unwrap_or_else(|| Ok(Vec::new()));
    let tokens = tokens.map_err(|refusal| CommandError::tenant(refusal.message))?;
    Ok(tokens.into_iter().next())
}
