//! Gives the rows of a seed file their people: a list of user principal names, in order or by serial.

use std::{borrow::Cow, collections::HashMap};

use crate::{
    seed_file::{Field, FileIssue, Judge, ParsedRow, cell::Cell, csv_rows::CsvRecords, encoding, invisible},
    spreadsheet::unescape_serial,
    token::SerialNumber,
};

/// A person of the list, and the serial that it names for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPerson {
    /// The line in the list, from 1.
    pub line: u64,
    /// The user principal name or object id.
    pub upn: String,
    /// The serial, if the list has a second column.
    pub serial: Option<String>,
}

/// A list of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeopleList {
    /// The people in the order of the list.
    pub people: Vec<ListedPerson>,
    /// What had to be guessed about the list.
    pub notice: Option<String>,
}

/// A person for a row, for the user to see and change before the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The row's place among the rows of the seed file.
    pub row: usize,
    /// The line of the person in the list.
    pub line: u64,
    /// The person.
    pub upn: String,
}

/// The pairs that a list makes, and what is left over.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pairs {
    /// A person for each row.
    pub pairs: Vec<Pair>,
    /// Lines of the list that no row takes.
    pub unused: Vec<u64>,
    /// Whether serials made the pairs, not the order.
    pub by_serial: bool,
}

/// Reads a list: one user principal name a line, or a table with a serial in another column, with or without header.
///
/// # Errors
/// When the bytes are no text, or no line has a user principal name or an object id.
pub fn read_people(bytes: Vec<u8>) -> Result<PeopleList, FileIssue> {
    let (text, notice) = encoding::decode_list(bytes)?;
    let mut records = CsvRecords::open(text);
    let mut people = Vec::new();
    while let Some(span) = records.advance() {
        let cells: Vec<String> =
            records.current.iter().map(|cell| invisible::without(cell).into_owned()).collect();
        let is_person = |text: &str| matches!(Cell::new("upn", text).owner(), Ok(Some(_)));
        let Some(index) = cells.iter().position(|cell| is_person(cell)) else { continue };
        let upn = cells.get(index).map(|cell| Cell::new("upn", cell).text.to_owned()).unwrap_or_default();
        let others = cells.iter().enumerate().filter(|(other, _)| *other != index);
        let serial = others
            .map(|(_, cell)| unescape_serial(cell))
            .find(|text| text.contains(|c: char| c.is_ascii_digit()))
            .map(Cow::into_owned);
        people.push(ListedPerson { line: span.first, upn, serial });
    }
    if people.is_empty() {
        return Err(FileIssue::new(
            "The list has no user principal name.",
            "Write one a line, as name@domain, or a table with a second column for the serial number.",
        ));
    }
    Ok(PeopleList { people, notice })
}

impl PeopleList {
    /// Pairs people with rows: by serial when the list names a serial of the file, else in order with the rows that
    /// have nobody yet.
    pub fn pairs(&self, judge: &Judge, rows: &[ParsedRow]) -> Pairs {
        let key = |text: &str| SerialNumber::parse(text).map(|serial| serial.key());
        let by_serial: HashMap<String, usize> =
            rows.iter().enumerate().filter_map(|(index, row)| Some((key(&row.serial)?, index))).collect();
        let row_of = |person: &ListedPerson| by_serial.get(&key(person.serial.as_deref()?)?).copied();
        let mut pairs = Pairs {
            by_serial: self.people.iter().any(|person| row_of(person).is_some()),
            ..Pairs::default()
        };
        let has_nobody = |(_, row): &(usize, &ParsedRow)| judge.value(&row.raw, Field::Upn).trim().is_empty();
        let mut free = rows.iter().enumerate().filter(has_nobody).map(|(index, _)| index);
        for person in &self.people {
            match if pairs.by_serial { row_of(person) } else { free.next() } {
                Some(row) => pairs.pairs.push(Pair { row, line: person.line, upn: person.upn.clone() }),
                None => pairs.unused.push(person.line),
            }
        }
        pairs
    }
}

impl Pairs {
    /// Gives the rows their people.
    pub fn apply(&self, judge: &mut Judge, rows: &mut [ParsedRow]) {
        for pair in &self.pairs {
            if let Some(row) = rows.get_mut(pair.row) {
                judge.set(&mut row.raw, Field::Upn, &pair.upn);
                *row = judge.judge_again(&row.raw);
            }
        }
    }
}
