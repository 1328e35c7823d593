//! `token-inventory activate FILE`.

use std::path::PathBuf;

use clap::Args;
use token_core::{audit::RunRowIndex, manage::seeds};

use super::{
    exit::{Exit, Problem},
    import::Seeds,
    manner::Manner,
    output::Output,
    reading::inventory,
    tasks::{self, Asked},
    tenant::{Place, Tenant},
};

/// What `token-inventory activate` takes.
#[derive(Debug, Args)]
pub struct ActivateArgs {
    /// A seed file, as for the import: each token in it is activated for whoever holds it; - reads standard input.
    file: PathBuf,
    #[command(flatten)]
    manner: Manner,
    #[command(flatten)]
    place: Place,
}

impl ActivateArgs {
    /// Words or JSON.
    pub const fn output(&self) -> Output {
        self.manner.output()
    }
}

/// Activates the tokens.
///
/// # Errors
/// When the file or the tenant cannot be read, or a permission is missing.
pub async fn run(args: ActivateArgs) -> Result<Exit, Problem> {
    let manner = args.manner;
    let file = Seeds::read(&args.file, manner.output())?;
    let tenant = args.place.open(!manner.dry_run).await?;
    let done = activate(&file, &manner, &tenant).await;
    tenant.close().await;
    done
}

async fn activate(file: &Seeds, manner: &Manner, tenant: &Tenant) -> Result<Exit, Problem> {
    let directory = tenant.directory(RunRowIndex::default());
    let tokens = inventory(&directory, manner.output()).await?.tokens().to_vec();
    let (requests, code_sources) = seeds::of_file(&file.entries, &tokens);
    tasks::run(Asked { requests, code_sources, tokens, users: Vec::new() }, None, manner, tenant).await
}
