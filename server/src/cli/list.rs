//! `token-inventory list`.

use clap::Args;
use token_core::manage::export;

use super::{
    exit::{CommandError, Exit},
    filter::{FilterArgs, matching_tokens},
    output::{self, Output},
    table::table,
    tenant::TargetArgs,
    tenant_data::inventory_with_users,
};

/// What `token-inventory list` takes.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Print JSON lines, an object a token, with the fields of the JSON export.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    target: TargetArgs,
}

impl ListArgs {
    /// Text or JSON.
    pub const fn output(&self) -> Output {
        Output::new(self.json)
    }
}

/// Prints the tokens.
///
/// # Errors
/// When a filter is unknown, or the tenant cannot be read.
pub async fn run(args: ListArgs) -> Result<Exit, CommandError> {
    let output = args.output();
    let query = args.filter.query()?;
    let tenant = args.target.open(false).await?;
    let inventory = inventory_with_users(&*tenant.directory(), output).await?;
    let tokens = matching_tokens(&inventory, &query);
    let text = if output.is_json() {
        export::json_lines(&inventory, tokens.iter().copied())
    } else {
        table(&inventory, &tokens)
    };
    output::write(text.as_bytes());
    Ok(Exit::Done)
}
