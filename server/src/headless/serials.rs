//! Serial numbers from the arguments or from a list.

use std::path::PathBuf;

use clap::Args;
use token_core::{
    audit::RunRowIndex,
    manage::{TokenAction, selection},
};

use super::{
    confirm::Confirmation,
    exit::{Exit, Problem},
    files,
    manner::Manner,
    reading::inventory,
    tasks::{self, Asked},
    tenant::Place,
};

/// Which tokens.
#[derive(Debug, Args)]
pub struct Serials {
    /// Serial numbers.
    #[arg(value_name = "SERIAL", required_unless_present = "from", conflicts_with = "from")]
    serials: Vec<String>,
    /// A list of serial numbers, one a line, or a CSV with a column of them; - reads standard input.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
}

impl Serials {
    fn read(&self) -> Result<Vec<u8>, Problem> {
        match &self.from {
            Some(file) => files::read(file),
            None => Ok(self.serials.join("\n").into_bytes()),
        }
    }
}

/// Does the same to each of these tokens, after people have confirmed it.
///
/// # Errors
/// When the list cannot be read, it is not confirmed, or the tenant cannot be read.
pub async fn run(
    serials: &Serials,
    action: &TokenAction,
    confirmation: &Confirmation,
    manner: &Manner,
    place: Place,
) -> Result<Exit, Problem> {
    let kind = action.kind();
    let is_listed = serials.from.as_deref().is_some_and(files::is_stdin);
    if !manner.dry_run {
        confirmation.check(kind, is_listed)?;
    }
    let list = serials.read()?;
    let tenant = place.open(!manner.dry_run).await?;
    let done = async {
        let directory = tenant.directory(RunRowIndex::default());
        let tokens = inventory(&directory, manner.output()).await?.tokens().to_vec();
        let (requests, notice) = selection::requests(list, &tokens, action)?;
        notice.iter().for_each(|notice| manner.output().note(notice));
        let asked = Asked { requests, code_sources: Vec::new(), tokens, users: Vec::new() };
        tasks::run(asked, Some((confirmation, kind)), manner, &tenant).await
    };
    let done = done.await;
    tenant.close().await;
    done
}
