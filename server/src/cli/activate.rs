//! `token-inventory activate FILE`.

use std::path::PathBuf;

use clap::Args;
use token_core::manage::seeds;

use super::{
    change_args::ChangeArgs,
    exit::{CommandError, Exit},
    output::Output,
    seed_args::SeedArgs,
    seeds::Seeds,
    tasks::{self, TaskRequest},
    tenant::{TargetArgs, TenantSession},
    tenant_data::inventory,
};

/// What `token-inventory activate` takes.
#[derive(Debug, Args)]
pub struct ActivateArgs {
    /// A seed file, as for the import: each token in it is activated for whoever holds it; - reads standard input.
    file: PathBuf,
    #[command(flatten)]
    seeds: SeedArgs,
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    target: TargetArgs,
}

impl ActivateArgs {
    /// Text or JSON.
    pub const fn output(&self) -> Output {
        self.change.output()
    }
}

/// Activates the tokens.
///
/// # Errors
/// When the file or the tenant cannot be read, or a permission is missing.
pub async fn run(args: ActivateArgs) -> Result<Exit, CommandError> {
    let change = args.change;
    let file = Seeds::read(&args.file, &args.seeds, change.output())?;
    let tenant = args.target.open(!change.dry_run).await?;
    let done = activate(&file, &change, &tenant).await;
    tenant.close().await;
    done
}

async fn activate(file: &Seeds, change: &ChangeArgs, tenant: &TenantSession) -> Result<Exit, CommandError> {
    let directory = tenant.directory();
    let tokens = inventory(&*directory, change.output()).await?.tokens().to_vec();
    let (requests, code_sources) = seeds::of_file(&file.entries, &tokens);
    tasks::run(TaskRequest { requests, code_sources, tokens, users: Vec::new() }, None, change, tenant).await
}
