//! `otpauth://` addresses, as authenticator apps take them: one a line, or in a column of a table.
//!
//! The address format is that of the Google Authenticator wiki ("Key Uri Format"); `otpauth-migration://` is what that
//! app exports (see `migration`).

mod migration;

use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::{
    FileIssue,
    address::{EXPORT, SCHEME, is_address},
    check,
    csv_rows::CsvRows,
    field::Field,
    layout::Layout,
    raw_row::{RawRow, RowReader as _, WholeTable},
};
use crate::{issue::Issue, token::SerialNumber};

/// What an address says, in the order of the table's columns, beside its label. Its format has defaults: SHA-1, six digits,
/// 30 seconds.
const FIELDS: [Field; 7] = [
    Field::KeyNotation,
    Field::Key,
    Field::Interval,
    Field::Hash,
    Field::Digits,
    Field::Kind,
    Field::Manufacturer,
];

/// One account of an address.
#[derive(Debug, Default)]
pub(super) struct Account {
    /// In Base32.
    pub key: Zeroizing<String>,
    pub period: String,
    pub hash: String,
    pub digits: String,
    pub kind: String,
    pub issuer: String,
    /// The label without the issuer.
    pub name: String,
}

/// Whether the text is a list of addresses or a table with a column of them.
pub fn is_list(text: &str) -> bool {
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let has = |line: &str, scheme: &str| {
        line.as_bytes().windows(scheme.len()).any(|part| part.eq_ignore_ascii_case(scheme.as_bytes()))
    };
    lines.take(10).any(|line| has(line, SCHEME) || has(line, EXPORT))
}

/// The table of a list: its own columns, then what the addresses say beside them.
pub(super) fn table(text: Zeroizing<String>) -> Result<WholeTable, FileIssue> {
    let is_table = text.lines().any(|line| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#') && !is_address(line.trim_matches('"'))
    });
    let (header, rows) = if is_table {
        let mut rows = CsvRows::open(text);
        (rows.header().to_vec(), std::iter::from_fn(|| rows.next_row()).collect())
    } else {
        let lines = text.lines().zip(1..).map(|(line, number)| (line.trim().trim_matches('"'), number));
        let addresses = lines.filter(|(line, _)| is_address(line));
        let rows = addresses.map(|(line, number)| RawRow::new(number, vec![line.to_owned()]));
        (vec!["address".to_owned()], rows.collect())
    };
    let (header, rows) = with_addresses(header, rows);
    WholeTable::new(header, rows)
}

/// A table with what the addresses in one of its columns say: the column is taken out, and columns are added for what the
/// others do not say. A table without addresses stays as it is.
///
/// What an address names counts before another column of its row; its defaults, its issuer and its label count after. An
/// address of several accounts makes as many rows.
pub fn with_addresses(mut header: Vec<String>, rows: Vec<RawRow>) -> (Vec<String>, Vec<RawRow>) {
    let Some(column) = rows.iter().find_map(address_column) else { return (header, rows) };
    if column < header.len() {
        header.remove(column);
    }
    let own = Layout::of_header(&header);
    let width = header.len();
    let mut table = Vec::new();
    for row in rows {
        let (row, address) = without_address(row, column, width);
        match address.map(|address| accounts(address.trim())) {
            None => table.push((row, Account::default())),
            Some(Err(issue)) => {
                table.push((RawRow { is_broken: true, issues: vec![issue], ..row }, Account::default()));
            }
            Some(Ok(accounts)) => {
                table.extend(accounts.into_iter().map(|account| (row.clone(), account)));
            }
        }
    }
    let are_serials = own.position(Field::Serial).is_none() && have_serials(&table);
    for field in FIELDS {
        let place = own.position(field);
        if place.is_none() {
            header.push(field.name().to_owned());
        }
        for (row, account) in &mut table {
            let is_named = account.names(field);
            let value = account.take(field);
            match place.and_then(|place| row.cells.get_mut(place)) {
                Some(cell) if is_named || cell.trim().is_empty() => *cell = value,
                Some(_) => {}
                None => row.cells.push(value),
            }
        }
    }
    let label = if are_serials { Field::Serial } else { Field::Upn };
    with_labels(header, table, label, own.position(label))
}

/// Where a row has an address.
fn address_column(row: &RawRow) -> Option<usize> {
    row.cells.iter().position(|cell| is_address(cell.trim()))
}

/// A row of this many cells without the column of addresses, and its address.
fn without_address(mut row: RawRow, column: usize, width: usize) -> (RawRow, Option<Zeroizing<String>>) {
    let place = address_column(&row).and_then(|place| row.cells.get_mut(place));
    let address = place.map(|cell| Zeroizing::new(std::mem::take(cell)));
    if column < row.cells.len() {
        row.cells.remove(column);
        row.marks.retain(|(marked, _)| *marked != column);
        row.marks.iter_mut().filter(|(marked, _)| *marked > column).for_each(|(marked, _)| *marked -= 1);
    }
    if row.cells.iter().skip(width).any(|cell| !cell.trim().is_empty()) {
        row.issues.push(check::too_many_fields(width));
    }
    row.cells.resize(width, String::new());
    (row, address)
}

/// Whether the labels of all addresses look like serials.
fn have_serials(table: &[(RawRow, Account)]) -> bool {
    let is_serial = |name: &str| {
        !name.contains('@')
            && name.contains(|c: char| c.is_ascii_digit())
            && SerialNumber::parse(name).is_some()
    };
    let mut accounts = table.iter().map(|(_, account)| account).filter(|account| !account.kind.is_empty());
    accounts.all(|account| is_serial(&account.name))
}

/// Takes the labels for serials or for users, where their column is empty or there is none.
fn with_labels(
    mut header: Vec<String>,
    mut table: Vec<(RawRow, Account)>,
    field: Field,
    place: Option<usize>,
) -> (Vec<String>, Vec<RawRow>) {
    if place.is_none() {
        header.push(field.name().to_owned());
    }
    for (row, account) in &mut table {
        // A label that is no user principal name is a hint for nobody.
        let is_taken = field == Field::Serial || account.name.contains('@');
        let label = if is_taken { std::mem::take(&mut account.name) } else { String::new() };
        match place.and_then(|place| row.cells.get_mut(place)) {
            Some(cell) if cell.trim().is_empty() => *cell = label,
            Some(_) => {}
            None => row.cells.push(label),
        }
    }
    (header, table.into_iter().map(|(row, _)| row).collect())
}

/// The accounts of an address: one, or all of an export.
fn accounts(address: &str) -> Result<Vec<Account>, Issue> {
    let damaged = || {
        Issue::new(
            "The otpauth address is damaged.",
            "Copy it again from where it came from: otpauth://totp/NAME?secret=…",
        )
    };
    if address.get(..EXPORT.len()).is_some_and(|start| start.eq_ignore_ascii_case(EXPORT)) {
        let data = parameter(address, "data").ok_or_else(damaged)?;
        return migration::accounts(&data).filter(|accounts| !accounts.is_empty()).ok_or_else(damaged);
    }
    let rest = address.get(SCHEME.len()..).ok_or_else(damaged)?;
    let (path, _) = rest.split_once('?').ok_or_else(damaged)?;
    let (kind, label) = path.split_once('/').ok_or_else(damaged)?;
    let label = decoded(label);
    let (issuer, name) = label.split_once(':').unwrap_or(("", label.as_str()));
    let value = |name: &str| parameter(address, name).map(|text| text.to_string()).unwrap_or_default();
    Ok(vec![Account {
        key: parameter(address, "secret").unwrap_or_default(),
        period: value("period"),
        hash: value("algorithm"),
        digits: value("digits"),
        // Steam's codes have letters.
        kind: match kind.to_ascii_lowercase().as_str() {
            "totp" if value("encoder").eq_ignore_ascii_case("steam") => "steam",
            "totp" => "TOTP",
            "hotp" => "HOTP",
            _ => "other",
        }
        .to_owned(),
        // A form writes a blank as a plus.
        issuer: raw_parameter(address, "issuer")
            .map_or_else(|| issuer.trim().to_owned(), |text| decoded(&text.replace('+', " "))),
        name: name.trim().to_owned(),
    }])
}

/// A parameter of the address's query.
fn parameter(address: &str, name: &str) -> Option<Zeroizing<String>> {
    raw_parameter(address, name).map(|value| Zeroizing::new(decoded(value)))
}

/// A parameter as it is written.
fn raw_parameter<'a>(address: &'a str, name: &str) -> Option<&'a str> {
    let (_, query) = address.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    // Text that was copied from a web page's source has "&amp;" for "&".
    let mut found =
        pairs.filter(|(key, _)| key.strip_prefix("amp;").unwrap_or(key).eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value)
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

impl Account {
    /// Whether the address itself names the field, so that its value is no default of the format.
    fn names(&self, field: Field) -> bool {
        match field {
            Field::Key | Field::KeyNotation => !self.key.is_empty(),
            Field::Interval => !self.period.is_empty(),
            Field::Hash => !self.hash.is_empty(),
            Field::Digits => !self.digits.is_empty(),
            Field::Kind => !self.kind.is_empty(),
            _ => false,
        }
    }

    /// The text of a field, which is then empty. An account without a kind is none: its row has no address.
    fn take(&mut self, field: Field) -> String {
        let is_account = !self.kind.is_empty();
        match field {
            Field::Key => std::mem::take(&mut *self.key),
            Field::KeyNotation if is_account => "base32".to_owned(),
            Field::Interval if self.period.is_empty() && is_account => "30".to_owned(),
            Field::Interval => std::mem::take(&mut self.period),
            Field::Hash if self.hash.is_empty() && is_account => "SHA1".to_owned(),
            Field::Hash => std::mem::take(&mut self.hash),
            Field::Digits => std::mem::take(&mut self.digits),
            Field::Kind => std::mem::take(&mut self.kind),
            Field::Manufacturer => std::mem::take(&mut self.issuer),
            _ => String::new(),
        }
    }
}
