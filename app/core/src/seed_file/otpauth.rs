//! `otpauth://` addresses, as authenticator apps take them: one a line, or in a column of a table.
//!
//! The address format is that of the Google Authenticator wiki ("Key Uri Format"); `otpauth-migration://` is what that
//! app exports (see `migration`).

mod migration;

use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::{
    FileIssue,
    csv_rows::CsvRecords,
    field::Field,
    raw_row::{RawRow, WholeTable},
};
use crate::{issue::Issue, token::SerialNumber};

const SCHEME: &str = "otpauth://";
const MIGRATION: &str = "otpauth-migration://";
/// What an address says, in the order of the table's columns. Its format has defaults: SHA-1, six digits, 30 seconds.
const FIELDS: [Field; 8] = [
    Field::Key,
    Field::KeyNotation,
    Field::Interval,
    Field::Hash,
    Field::Digits,
    Field::Kind,
    Field::Manufacturer,
    Field::Upn,
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
    lines.take(2).any(|line| line.contains(SCHEME) || line.contains(MIGRATION))
}

/// The table of a list: its own columns, then what the addresses say beside them.
pub(super) fn table(text: &str) -> Result<WholeTable, FileIssue> {
    let is_table = text.lines().any(|line| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with('#') && !is_address(line.trim_matches('"'))
    });
    let Lines { header: own, rows } = if is_table { of_table(text) } else { of_lines(text) };
    let is_told = |field: &Field| !own.iter().any(|name| Field::of_heading(name) == Some(*field));
    let fields: Vec<Field> = FIELDS.into_iter().filter(is_told).collect();
    let mut table = Vec::new();
    for (line, mut cells, address) in rows {
        cells.resize(own.len(), String::new());
        match accounts(&address) {
            Ok(accounts) => table.extend(accounts.into_iter().map(|mut account| {
                let mut row = RawRow::new(line, cells.clone());
                row.cells.extend(fields.iter().map(|field| account.take(*field)));
                row
            })),
            Err(issue) => {
                table.push(RawRow { is_broken: true, issues: vec![issue], ..RawRow::new(line, cells) });
            }
        }
    }
    let names = fields.iter().map(|field| field.name().to_owned());
    with_serials(own.into_iter().chain(names).collect(), table)
}

/// The rows of a list before their addresses are read.
struct Lines {
    header: Vec<String>,
    rows: Vec<(u64, Vec<String>, Zeroizing<String>)>,
}

fn of_lines(text: &str) -> Lines {
    let lines = text.lines().zip(1..).map(|(line, number)| (line.trim().trim_matches('"'), number));
    let addresses = lines.filter(|(line, _)| is_address(line));
    let rows = addresses.map(|(line, number)| (number, Vec::new(), Zeroizing::new(line.to_owned())));
    Lines { header: Vec::new(), rows: rows.collect() }
}

fn of_table(text: &str) -> Lines {
    let mut records = CsvRecords::open(Zeroizing::new(text.to_owned()));
    let mut header: Option<Vec<String>> = None;
    let mut rows = Vec::new();
    while let Some(span) = records.advance() {
        let mut cells: Vec<String> = records.current.iter().map(str::to_owned).collect();
        let address = cells.iter_mut().find(|cell| is_address(cell.trim()));
        let Some(address) = address.map(std::mem::take) else {
            header.get_or_insert(cells);
            continue;
        };
        rows.push((span.first, cells, Zeroizing::new(address.trim().to_owned())));
    }
    let width = rows.iter().map(|(_, cells, _)| cells.len()).max().unwrap_or_default();
    let mut header = header.unwrap_or_default();
    for index in header.len()..width {
        header.push(format!("column {}", index + 1));
    }
    Lines { header, rows }
}

/// Takes the labels for serials where no column has them and no label is a user's name.
fn with_serials(mut header: Vec<String>, mut rows: Vec<RawRow>) -> Result<WholeTable, FileIssue> {
    let of = |wanted| header.iter().position(|name| Field::of_heading(name) == Some(wanted));
    if let Some(label) = of(Field::Upn) {
        let is_serial = |name: &String| {
            !name.contains('@')
                && name.contains(|c: char| c.is_ascii_digit())
                && SerialNumber::parse(name).is_some()
        };
        let mut whole = rows.iter().filter(|row| !row.is_broken);
        if of(Field::Serial).is_none() && whole.all(|row| row.cells.get(label).is_some_and(is_serial)) {
            if let Some(name) = header.get_mut(label) {
                Field::Serial.name().clone_into(name);
            }
        } else {
            // A label that is no user principal name is a hint for nobody.
            let labels = rows.iter_mut().filter_map(|row| row.cells.get_mut(label));
            labels.filter(|name| !name.contains('@')).for_each(String::clear);
        }
    }
    WholeTable::new(header, rows)
}

fn is_address(text: &str) -> bool {
    [SCHEME, MIGRATION]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// The accounts of an address: one, or all of an export.
fn accounts(address: &str) -> Result<Vec<Account>, Issue> {
    let damaged = || {
        Issue::new(
            "The otpauth address is damaged.",
            "Copy it again from where it came from: otpauth://totp/NAME?secret=…",
        )
    };
    if address.get(..MIGRATION.len()).is_some_and(|start| start.eq_ignore_ascii_case(MIGRATION)) {
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
        kind: kind.to_owned(),
        issuer: parameter(address, "issuer")
            .map_or_else(|| issuer.trim().to_owned(), |text| text.to_string()),
        name: name.trim().to_owned(),
    }])
}

/// A parameter of the address's query.
fn parameter(address: &str, name: &str) -> Option<Zeroizing<String>> {
    let (_, query) = address.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut found = pairs.filter(|(key, _)| key.eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| Zeroizing::new(decoded(value)))
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

impl Account {
    /// The text of a field, which is then empty.
    fn take(&mut self, field: Field) -> String {
        match field {
            Field::Key => std::mem::take(&mut *self.key),
            Field::KeyNotation => "base32".to_owned(),
            Field::Interval if self.period.is_empty() => "30".to_owned(),
            Field::Interval => std::mem::take(&mut self.period),
            Field::Hash if self.hash.is_empty() => "SHA1".to_owned(),
            Field::Hash => std::mem::take(&mut self.hash),
            Field::Digits => std::mem::take(&mut self.digits),
            Field::Kind => std::mem::take(&mut self.kind),
            Field::Manufacturer => std::mem::take(&mut self.issuer),
            Field::Upn => std::mem::take(&mut self.name),
            _ => String::new(),
        }
    }
}
