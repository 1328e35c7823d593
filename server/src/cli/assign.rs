//! `token-inventory assign FILE`, or one pair by `--serial` and `--user`.

use std::path::PathBuf;

use clap::Args;
use token_core::{
    manage::assignment_csv::{self, AssignmentCsv},
    ports::MAX_USERS,
};

use super::{
    change_args::ChangeArgs,
    exit::{CommandError, Exit},
    files,
    output::Output,
    tasks::{self, TaskRequest},
    tenant::{TargetArgs, TenantSession},
    tenant_data::{inventory, retry_throttled},
};

/// What `token-inventory assign` takes.
#[derive(Debug, Args)]
pub struct AssignArgs {
    /// A CSV with the columns upn and serial number; - reads standard input.
    #[arg(required_unless_present = "serial", conflicts_with = "serial")]
    file: Option<PathBuf>,
    /// Serial number of one token.
    #[arg(long, requires = "user")]
    serial: Option<String>,
    /// User principal name of who is to get it.
    #[arg(long, requires = "serial", value_name = "UPN")]
    user: Option<String>,
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    target: TargetArgs,
}

impl AssignArgs {
    /// Text or JSON.
    pub const fn output(&self) -> Output {
        self.change.output()
    }

    fn pairs(&self) -> Result<AssignmentCsv, CommandError> {
        match (&self.file, &self.serial, &self.user) {
            (Some(file), ..) => Ok(assignment_csv::read(files::read(file)?)?),
            (None, Some(serial), Some(user)) => one(user, serial),
            _ => Err(CommandError::unusable("Name a file, or one token by --serial and its user by --user.")),
        }
    }
}

/// One assignment, parsed by the same rules as a file.
fn one(user: &str, serial: &str) -> Result<AssignmentCsv, CommandError> {
    let unusable = |error: csv::Error| CommandError::unusable(error.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["upn", "serial number"]).map_err(unusable)?;
    writer.write_record([user, serial]).map_err(unusable)?;
    let table = writer.into_inner().map_err(|error| CommandError::unusable(error.to_string()))?;
    let mut pairs = assignment_csv::read(table)?;
    pairs.rows.iter_mut().for_each(|pair| pair.line = 1);
    Ok(pairs)
}

/// Assigns the tokens.
///
/// # Errors
/// When the pairs or the tenant cannot be read, or a permission is missing.
pub async fn run(args: AssignArgs) -> Result<Exit, CommandError> {
    let pairs = args.pairs()?;
    let change = args.change;
    pairs.notice.iter().for_each(|notice| change.output().print_note(notice));
    let tenant = args.target.open(!change.dry_run).await?;
    let done = assign(&pairs, &change, &tenant).await;
    tenant.close().await;
    done
}

async fn assign(
    pairs: &AssignmentCsv,
    change: &ChangeArgs,
    tenant: &TenantSession,
) -> Result<Exit, CommandError> {
    let directory = tenant.directory();
    let tokens = inventory(&*directory, change.output()).await?.tokens().to_vec();
    let mut users = Vec::new();
    for chunk in pairs.upns().chunks(MAX_USERS) {
        users.extend(retry_throttled(change.output(), || directory.users_by_upn(chunk.to_vec())).await?);
    }
    let requests = pairs.requests(&tokens, &users);
    tasks::run(TaskRequest { requests, code_sources: Vec::new(), tokens, users }, None, change, tenant).await
}
