//! The selected tokens: by click, by range, by filter, or by a list of serial numbers.

use std::collections::{HashMap, HashSet};

use super::{export, serials::BySerial};
use crate::{
    inventory::Inventory,
    plan::{ActionRequest, TokenAction},
    seed_file::{FileIssue, cell::letters_and_digits, csv_rows::CsvRecords, encoding},
    spreadsheet::unescape_serial,
    token::{SerialNumber, Token, TokenId},
};

/// The selected tokens. They stay selected when a filter hides them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    chosen: HashSet<TokenId>,
    /// The start of a range: the token that was clicked last.
    anchor: Option<TokenId>,
}

impl Selection {
    /// A click on a token's checkbox toggles its selection.
    pub fn click(&mut self, token: &TokenId) {
        if !self.chosen.remove(token) {
            self.chosen.insert(token.clone());
        }
        self.anchor = Some(token.clone());
    }

    /// A click with Shift: all tokens from the last click to this one, in the order on screen, get the state of the
    /// token clicked last. `view` is the result of [`Inventory::view`]. Without a last click in view it is a plain
    /// click.
    pub fn shift_click(&mut self, token: &TokenId, inventory: &Inventory, view: &[u32]) {
        let place_of = |id: &TokenId| {
            view.iter().position(|place| inventory.get(*place).is_some_and(|token| token.id == *id))
        };
        let anchor = self.anchor.as_ref().and_then(|anchor| Some((anchor, place_of(anchor)?)));
        let (Some((anchor, from)), Some(to)) = (anchor, place_of(token)) else { return self.click(token) };
        let choose = self.chosen.contains(anchor);
        let range = view.get(from.min(to)..=from.max(to)).unwrap_or_default();
        for token in range.iter().filter_map(|place| inventory.get(*place)) {
            if choose {
                self.chosen.insert(token.id.clone());
            } else {
                self.chosen.remove(&token.id);
            }
        }
        self.anchor = Some(token.clone());
    }

    /// Selects more tokens: all that match a filter, or those of a list.
    pub fn add(&mut self, tokens: impl IntoIterator<Item = TokenId>) {
        self.chosen.extend(tokens);
    }

    /// Selects all tokens of a view.
    pub fn add_view(&mut self, inventory: &Inventory, view: &[u32]) {
        self.add(view.iter().filter_map(|place| inventory.get(*place)).map(|token| token.id.clone()));
    }

    /// How many of them a view shows. Looks up the selected tokens, which are mostly few.
    pub fn count_in_view(&self, inventory: &Inventory, view: &[u32]) -> usize {
        if self.is_empty() {
            return 0;
        }
        let mut is_shown = vec![false; inventory.len()];
        for place in view {
            if let Some(is_shown) = is_shown.get_mut(*place as usize) {
                *is_shown = true;
            }
        }
        let places = self.chosen.iter().filter_map(|id| inventory.index(id));
        places.filter(|place| is_shown.get(*place as usize) == Some(&true)).count()
    }

    /// Deselects tokens.
    pub fn remove<'a>(&mut self, tokens: impl IntoIterator<Item = &'a TokenId>) {
        for token in tokens {
            self.chosen.remove(token);
        }
    }

    /// Deselects tokens that the inventory does not have, because they were deleted here or elsewhere. Returns whether
    /// there were any.
    pub fn forget_missing(&mut self, inventory: &Inventory) -> bool {
        let before = self.len();
        self.chosen.retain(|id| inventory.find(id).is_some());
        self.len() < before
    }

    /// Deselects all.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether a token is selected.
    pub fn contains(&self, token: &TokenId) -> bool {
        self.chosen.contains(token)
    }

    /// How many are selected.
    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.chosen.is_empty()
    }

    /// The selected tokens that the inventory has, by serial.
    pub fn tokens<'a>(&self, inventory: &'a Inventory) -> Vec<&'a Token> {
        let mut tokens: Vec<&Token> = self.chosen.iter().filter_map(|id| inventory.find(id)).collect();
        tokens.sort_by_cached_key(|token| (token.serial.key(), token.id.clone()));
        tokens
    }
}

/// A serial number in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSerial {
    /// Its line, from 1.
    pub line: u64,
    /// The serial as it is in the list.
    pub serial: String,
}

/// The tokens of a list of serial numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SerialList {
    /// The tokens, each once, in the order of the list. A serial that two manufacturers use selects both tokens.
    pub found: Vec<TokenId>,
    /// Serials that the inventory does not have.
    pub unknown: Vec<ListedSerial>,
    /// Serials that the list has before.
    pub repeated: Vec<ListedSerial>,
    /// Ambiguous serials, which more than one token has.
    pub shared: Vec<ListedSerial>,
    /// What had to be guessed about the file.
    pub notice: Option<String>,
}

/// Reads a list of serial numbers from a dropped file or pasted bytes, and finds the tokens.
///
/// One per line, or separated by commas, semicolons or tabs; also by blanks, if the text with the blanks is no known
/// serial. Of a table whose header names a column of serial numbers (such as our own export) only that column is read.
pub fn read_list(bytes: Vec<u8>, tokens: &[Token]) -> Result<SerialList, FileIssue> {
    let (text, notice) = encoding::decode_list(bytes)?;
    let by_serial = BySerial::new(tokens);
    let listed = match column(&text, &by_serial) {
        Some(listed) => listed,
        None => all_cells(&text, &by_serial),
    };
    Ok(SerialList { notice, ..find(listed, &by_serial) })
}

/// A request for the same action on each token of a list, parsed as in [`read_list`], and what had to be guessed about
/// the file. A serial of no token, or of several, gives an issue.
pub fn requests(
    bytes: Vec<u8>,
    tokens: &[Token],
    action: &TokenAction,
) -> Result<(Vec<ActionRequest>, Option<String>), FileIssue> {
    let (text, notice) = encoding::decode_list(bytes)?;
    let by_serial = BySerial::new(tokens);
    let listed = column(&text, &by_serial).unwrap_or_else(|| all_cells(&text, &by_serial));
    let request = |ListedSerial { line, serial }| match by_serial.named(&serial) {
        Ok(token) => ActionRequest { serial, ..ActionRequest::one(line, token, action.clone()) },
        Err(issue) => ActionRequest { line, serial, owner: String::new(), resolved: Err(vec![issue]) },
    };
    Ok((listed.into_iter().map(request).collect(), notice))
}

fn find(listed: Vec<ListedSerial>, by_serial: &BySerial<'_>) -> SerialList {
    let mut list = SerialList::default();
    let mut seen: HashMap<String, u64> = HashMap::new();
    for one in listed {
        let Some(serial) = SerialNumber::parse(&one.serial) else {
            list.unknown.push(one);
            continue;
        };
        if seen.insert(serial.key(), one.line).is_some() {
            list.repeated.push(one);
            continue;
        }
        let tokens = by_serial.all(&serial);
        list.found.extend(tokens.iter().map(|token| token.id.clone()));
        match tokens.len() {
            0 => list.unknown.push(one),
            1 => {}
            _ => list.shared.push(one),
        }
    }
    list
}

/// The column of serial numbers, if the text is a table of several columns and its header names one.
fn column(text: &str, by_serial: &BySerial<'_>) -> Option<Vec<ListedSerial>> {
    let mut records = CsvRecords::open(zeroize::Zeroizing::new(text.to_owned()));
    records.advance()?;
    let contains_none = || !records.current.iter().any(|cell| by_serial.contains(&unescape_serial(cell)));
    // Our own header counts as one even if a token's serial equals one of its headings.
    let is_header = records.current.len() > 1 && (records.current == export::HEADER[..] || contains_none());
    let position = records.current.iter().position(is_heading).filter(|_| is_header)?;
    let mut listed = Vec::new();
    while let Some(span) = records.advance() {
        let serial = unescape_serial(records.current.get(position).unwrap_or_default());
        if !serial.is_empty() {
            listed.push(ListedSerial { line: span.first, serial: serial.into_owned() });
        }
    }
    (!listed.is_empty()).then_some(listed)
}

/// All serials of a text that is not a table.
fn all_cells(text: &str, by_serial: &BySerial<'_>) -> Vec<ListedSerial> {
    let mut listed: Vec<ListedSerial> = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        for cell in line.split([',', ';', '\t']) {
            let serial = &*unescape_serial(cell);
            let is_header = listed.is_empty() && is_heading(serial) && !by_serial.contains(serial);
            if serial.is_empty() || is_header {
                continue;
            }
            let mut push = |serial: &str| {
                listed.push(ListedSerial { line: number, serial: unescape_serial(serial).into_owned() });
            };
            if by_serial.contains(serial) {
                push(serial);
            } else {
                serial.split_whitespace().for_each(push);
            }
        }
    }
    listed
}

/// Whether a cell is a heading for a column of serial numbers.
pub(super) fn is_heading(cell: &str) -> bool {
    matches!(
        letters_and_digits(cell).as_str(),
        "serial" | "serials" | "serialnumber" | "serialnumbers" | "serialno" | "sn"
    )
}
