//! `token-inventory activate FILE`.

use std::path::PathBuf;

use clap::Args;
use token_core::{manage::seeds, plan::ActionKind};

use super::{
    change_args::ChangeArgs,
    confirm::Confirmation,
    exit::{CommandError, Exit},
    files,
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
    /// Correct the hash of the tokens that the tenant has under another than the file says: each is unassigned, corrected, and
    /// activated again for whoever held it. Others are left as they are.
    #[arg(long)]
    repair_hash: bool,
    #[command(flatten)]
    seeds: SeedArgs,
    #[command(flatten)]
    confirmation: Confirmation,
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
    let repair = args.repair_hash.then_some((&args.confirmation, ActionKind::RepairHash));
    if let Some((confirmation, kind)) = repair
        && !change.dry_run
    {
        confirmation.check(kind, files::is_stdin(&args.file))?;
    }
    let mut file = Seeds::read(&args.file, &args.seeds, change.output())?;
    let tenant = args.target.open(!change.dry_run).await?;
    let done = activate(&mut file, repair, &change, &tenant).await;
    tenant.close().await;
    done
}

async fn activate(
    file: &mut Seeds,
    repair: Option<(&Confirmation, ActionKind)>,
    change: &ChangeArgs,
    tenant: &TenantSession,
) -> Result<Exit, CommandError> {
    let directory = tenant.directory();
    let tokens = inventory(&*directory, change.output()).await?.tokens().to_vec();
    file.date_codes(tenant.clock());
    let (requests, code_sources) = match repair {
        Some(_) => seeds::hash_repairs(file.table.rows(), &tokens),
        None => seeds::of_file(file.table.rows(), &tokens),
    };
    let request = TaskRequest { requests, code_sources, tokens, users: Vec::new() };
    tasks::run(request, repair, change, tenant).await
}
