//! Serial numbers from the arguments or from a list.

use std::path::PathBuf;

use clap::Args;
use token_core::{manage::selection, plan::TokenAction};

use super::{
    change_args::ChangeArgs,
    confirm::Confirmation,
    exit::{CommandError, Exit},
    files,
    tasks::{self, TaskRequest},
    tenant::TargetArgs,
    tenant_data::inventory,
};

/// Which tokens.
#[derive(Debug, Args)]
pub struct SerialArgs {
    /// Serial numbers.
    #[arg(value_name = "SERIAL", required_unless_present = "from", conflicts_with = "from")]
    serials: Vec<String>,
    /// A list of serial numbers, one a line, or a CSV with a column of them; - reads standard input.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
}

impl SerialArgs {
    fn read(&self) -> Result<Vec<u8>, CommandError> {
        match &self.from {
            Some(file) => files::read(file),
            None => Ok(self.serials.join("\n").into_bytes()),
        }
    }
}

/// Applies one action to each of these tokens, after the user has confirmed it.
///
/// # Errors
/// When the list cannot be read, it is not confirmed, or the tenant cannot be read.
pub async fn run(
    serials: &SerialArgs,
    action: &TokenAction,
    confirmation: &Confirmation,
    change: &ChangeArgs,
    target: TargetArgs,
) -> Result<Exit, CommandError> {
    let kind = action.kind();
    let is_listed = serials.from.as_deref().is_some_and(files::is_stdin);
    if !change.dry_run {
        confirmation.check(kind, is_listed)?;
    }
    let list = serials.read()?;
    let tenant = target.open(!change.dry_run).await?;
    let done = async {
        let directory = tenant.directory();
        let tokens = inventory(&*directory, change.output()).await?.tokens().to_vec();
        let (requests, notice) = selection::requests(list, &tokens, action)?;
        notice.iter().for_each(|notice| change.output().print_note(notice));
        let request = TaskRequest { requests, code_sources: Vec::new(), tokens, users: Vec::new() };
        tasks::run(request, Some((confirmation, kind)), change, &tenant).await
    };
    let done = done.await;
    tenant.close().await;
    done
}
