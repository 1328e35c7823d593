//! Gives the rows of a seed file their people: a list of user principal names, in order or by serial.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use crate::{
    seed_file::{
        Field, FileIssue, ParsedRow, RowEdit, SeedTable, cell::Cell, csv_rows::CsvRecords, encoding,
        invisible,
    },
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

/// How people are paired with rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pairing {
    /// One after the other, with the rows that have nobody.
    InOrder,
    /// With the row of the serial that the list names.
    BySerial,
}

/// A row and the person for it, for the user to see and change before the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowPerson {
    /// The row's place among the rows of the seed file.
    pub row: usize,
    /// The person; empty for nobody.
    pub upn: String,
}

/// The pairs that a list makes, and what is left over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairs {
    /// How they were made.
    pub pairing: Pairing,
    /// The rows that had nobody, and those to which the list gives a person, in the order of the file.
    pub rows: Vec<RowPerson>,
    /// The people of the list whom no row takes.
    pub unused: Vec<ListedPerson>,
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
    /// How the list fits the rows: by serial when it names a serial of the file, else in order.
    pub fn pairing(&self, rows: &[ParsedRow]) -> Pairing {
        let by_serial = rows_by_serial(rows);
        let is_known = self.people.iter().any(|person| row_of(&by_serial, person).is_some());
        if is_known { Pairing::BySerial } else { Pairing::InOrder }
    }

    /// Pairs people with rows. Of two people for one serial the last is taken.
    pub fn pairs(&self, table: &SeedTable, pairing: Pairing) -> Pairs {
        let by_serial = rows_by_serial(table.rows());
        let free: Vec<usize> =
            (0..table.rows().len()).filter(|row| table.value(*row, Field::Upn).is_empty()).collect();
        let mut of_rows: BTreeMap<usize, String> = free.iter().map(|row| (*row, String::new())).collect();
        let mut next_free = free.into_iter();
        let mut unused = Vec::new();
        for person in &self.people {
            let row = match pairing {
                Pairing::BySerial => row_of(&by_serial, person),
                Pairing::InOrder => next_free.next(),
            };
            match row {
                Some(row) => _ = of_rows.insert(row, person.upn.clone()),
                None => unused.push(person.clone()),
            }
        }
        let rows = of_rows.into_iter().map(|(row, upn)| RowPerson { row, upn }).collect();
        Pairs { pairing, rows, unused }
    }
}

impl Pairs {
    /// How many rows have a person.
    pub fn given(&self) -> usize {
        self.rows.iter().filter(|pair| !pair.upn.trim().is_empty()).count()
    }

    /// What the pairs change in the rows.
    pub fn edits(&self, table: &SeedTable) -> Vec<RowEdit> {
        let changes = |pair: &&RowPerson| {
            !pair.upn.trim().is_empty() && table.value(pair.row, Field::Upn) != pair.upn.trim()
        };
        let edit = |pair: &RowPerson| RowEdit {
            row: pair.row,
            field: Field::Upn,
            value: pair.upn.trim().to_owned(),
        };
        self.rows.iter().filter(changes).map(edit).collect()
    }
}

fn rows_by_serial(rows: &[ParsedRow]) -> HashMap<String, usize> {
    rows.iter().enumerate().filter_map(|(index, row)| Some((serial_key(&row.serial)?, index))).collect()
}

fn row_of(by_serial: &HashMap<String, usize>, person: &ListedPerson) -> Option<usize> {
    by_serial.get(&serial_key(person.serial.as_deref()?)?).copied()
}

fn serial_key(text: &str) -> Option<String> {
    SerialNumber::parse(text).map(|serial| serial.key())
}
