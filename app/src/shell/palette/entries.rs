//! What the palette offers.

use token_core::{
    inventory::Inventory,
    token::TokenId,
    user::{User, UserId},
};

use crate::{
    components::user_picker::{
        eligibility::{addresses, status_line},
        shown_name,
    },
    paths,
    state::bulk_dialog::BulkDialog,
};

/// How many tokens, and how many people, are offered.
pub const MAX_FOUND: usize = 8;

/// Under which heading a result stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// Pages and actions.
    Commands,
    /// Tokens of the inventory.
    Tokens,
    /// People of the directory, whether or not they hold a token.
    People,
}

/// Where a result leads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// A page, by its path.
    Page(&'static str),
    /// A dialog of the inventory.
    Bulk(BulkDialog),
    /// The inventory is read anew.
    Refresh,
    /// The list of keys.
    Keys,
    /// The panel of a token.
    Token(TokenId),
    /// The panel of a person.
    Person(UserId),
}

/// One result.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Tells it from the others.
    pub key: String,
    /// Its heading.
    pub group: Group,
    /// Its name.
    pub label: String,
    /// More about it; perhaps empty.
    pub more: String,
    /// Where it leads.
    pub target: Target,
}

impl Group {
    /// All of them, in the order on screen: people, who arrive later, come last.
    pub const ALL: [Self; 3] = [Self::Commands, Self::Tokens, Self::People];

    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Commands => "Pages and actions",
            Self::Tokens => "Tokens",
            Self::People => "Users",
        }
    }
}

/// Pages and actions: name, other words by which they are found, target.
const COMMANDS: [(&str, &str, Target); 13] = [
    ("Inventory", "page tokens list", Target::Page(paths::INVENTORY)),
    ("Import", "page seed file add new tokens", Target::Page(paths::IMPORT)),
    ("Audit", "page log trail history", Target::Page(paths::AUDIT)),
    ("Settings", "page connection sessions", Target::Page(paths::SETTINGS)),
    ("My tokens", "page own self-service", Target::Page(paths::MY)),
    ("Find a token by its code …", "serial worn off", Target::Bulk(BulkDialog::Find)),
    ("Select tokens by a list …", "serial numbers", Target::Bulk(BulkDialog::SelectList)),
    ("Assign tokens by a list …", "many users list", Target::Bulk(BulkDialog::AssignList)),
    ("Export tokens …", "download csv excel save", Target::Bulk(BulkDialog::Export)),
    ("Columns and views …", "compact rows table", Target::Bulk(BulkDialog::Columns)),
    ("Refresh the inventory", "read again reload", Target::Refresh),
    ("Check the connection", "test permissions settings", Target::Page(paths::SETTINGS_CHECK)),
    ("Keys", "keyboard shortcuts help", Target::Keys),
];

/// The pages and actions of whose name, or other words for them, one begins with each typed word. The dialogs of the inventory are
/// offered there alone.
pub fn commands(text: &str, is_inventory: bool) -> Vec<Entry> {
    let text = text.to_lowercase();
    let fits = |label: &str, more: &str| {
        let known = format!("{} {more}", label.to_lowercase());
        text.split_whitespace().all(|typed| known.split_whitespace().any(|word| word.starts_with(typed)))
    };
    let is_here = |target: &Target| is_inventory || !matches!(target, Target::Bulk(_));
    let found = COMMANDS.iter().filter(|(label, more, target)| fits(label, more) && is_here(target));
    found
        .map(|(label, _, target)| Entry {
            key: (*label).to_owned(),
            group: Group::Commands,
            label: (*label).to_owned(),
            more: String::new(),
            target: target.clone(),
        })
        .collect()
}

/// The tokens whose serial number has the typed text.
pub fn tokens(list: &Inventory, text: &str) -> Vec<Entry> {
    let found = list.by_serial(text, MAX_FOUND).into_iter();
    found
        .map(|token| Entry {
            key: token.id.as_str().to_owned(),
            group: Group::Tokens,
            label: format!("Token {}", token.serial),
            more: format!("{} {} · {}", token.manufacturer, token.model, token.status),
            target: Target::Token(token.id.clone()),
        })
        .collect()
}

/// The people whom the directory found; `held` tells how many tokens one has.
pub fn people(found: &[User], held: impl Fn(&UserId) -> usize) -> Vec<Entry> {
    let found = found.iter().take(MAX_FOUND);
    found
        .map(|user| Entry {
            key: user.id.as_str().to_owned(),
            group: Group::People,
            label: shown_name(user),
            more: format!("{} · {}", addresses(user), status_line(user, held(&user.id))),
            target: Target::Person(user.id.clone()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Vec<String> {
        commands(text, true).into_iter().map(|entry| entry.label).collect()
    }

    #[test]
    fn commands_are_found_by_other_words_too() {
        assert_eq!(labels("shortcut"), ["Keys"]);
        assert_eq!(labels("any"), [""; 0], "not inside of a word");
        assert_eq!(labels("LIST assign"), ["Assign tokens by a list …"]);
        assert_eq!(labels("nothing is called so"), [""; 0]);
        assert_eq!(labels(" ").len(), COMMANDS.len());
        assert_eq!(commands("list", false).len(), 1, "the page");
    }
}
