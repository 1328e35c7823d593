//! The filter of `list` and `export`: the same values as in the inventory's URL in the browser.

use clap::Args;
use token_core::inventory::{Column, Inventory, InventoryQuery, SavedView};
use token_core::token::Token;

use super::exit::CommandError;

/// Search, filters and order, as in the inventory's address.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filter")]
pub struct FilterArgs {
    /// Words that must all occur, in any column.
    #[arg(long, value_name = "WORDS")]
    search: Option<String>,
    /// Only tokens in this state: available, assigned, activated, failed or other.
    #[arg(long)]
    status: Option<String>,
    /// Only tokens of this model, as MAKER:MODEL.
    #[arg(long)]
    model: Option<String>,
    /// A saved view: not-activated, failed-activation, stock, lost-holders or several.
    #[arg(long)]
    view: Option<String>,
    /// By a column: serial, model, hash, interval, user, status or last-used; -serial from high to low.
    #[arg(long, allow_hyphen_values = true)]
    sort: Option<String>,
}

impl FilterArgs {
    /// The query; every value must be valid.
    ///
    /// # Errors
    /// When a value is unknown.
    pub fn query(&self) -> Result<InventoryQuery, CommandError> {
        let pairs = [
            ("q", &self.search),
            ("status", &self.status),
            ("model", &self.model),
            ("report", &self.view),
            ("sort", &self.sort),
        ];
        let given = pairs.into_iter().filter_map(|(key, value)| Some((key, value.as_deref()?)));
        let query = InventoryQuery::from_pairs(given);
        let reports = SavedView::ALL.map(SavedView::as_str).join(", ");
        let columns = Column::ALL.map(Column::as_str);
        let is_column = |word: &str| columns.contains(&word.strip_prefix('-').unwrap_or(word));
        let checks = [
            ("status", &self.status, query.status.is_some(), "available, assigned, activated, failed, other"),
            ("model", &self.model, query.model.is_some(), "MAKER:MODEL, as list shows them"),
            ("view", &self.view, query.saved_view.is_some(), reports.as_str()),
            ("sort", &self.sort, self.sort.as_deref().is_none_or(is_column), &columns.join(", ")),
        ];
        let wrong = checks.into_iter().find(|(_, given, is_valid, _)| given.is_some() && !is_valid);
        match wrong {
            Some((flag, given, _, words)) => {
                let given = given.as_deref().unwrap_or_default();
                Err(CommandError::unusable(format!("--{flag}: {given:?} is none of: {words}.")))
            }
            None => Ok(query),
        }
    }
}

/// The tokens that match a query, in its order.
pub fn matching_tokens<'a>(inventory: &'a Inventory, query: &InventoryQuery) -> Vec<&'a Token> {
    inventory.view(query).into_iter().filter_map(|place| inventory.get(place)).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct FilterTestArgs {
        #[command(flatten)]
        filter: FilterArgs,
    }

    fn query(flags: &[&str]) -> Result<InventoryQuery, CommandError> {
        let all = ["list"].iter().chain(flags);
        FilterTestArgs::try_parse_from(all).unwrap().filter.query()
    }

    #[test]
    fn values_are_those_of_the_url() {
        let flags = ["--status", "failed", "--model=Feitian:c200", "--view=several", "--sort", "-serial"];
        let query = query(&flags).unwrap();
        assert_eq!(query.to_query_string(), "status=failed&model=Feitian%3Ac200&report=several&sort=-serial");
        assert!(self::query(&["--sort", "serial"]).is_ok());
    }

    #[test]
    fn an_unknown_value_is_an_error() {
        for flags in [["--status", "Lost"], ["--model", "c200"], ["--view", "all"], ["--sort", "colour"]] {
            let problem = query(&flags).unwrap_err();
            assert!(problem.message.starts_with(flags[0]), "{}", problem.message);
        }
    }
}
