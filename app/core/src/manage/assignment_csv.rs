//! A CSV of `upn, serial number` that assigns tokens to users.

use super::{selection, serials::BySerial};
use crate::{
    issue::Issue,
    plan::{ActionRequest, ResolvedAction, TokenAction},
    seed_file::{
        FileIssue,
        cell::{Cell, letters_and_digits},
        csv_rows::CsvRecords,
        encoding, invisible,
    },
    spreadsheet::unescape_serial,
    token::{MAX_TEXT_LEN, SerialNumber, Token},
    user::User,
};

const EXPECTED: &str = "upn,serial number";

/// One row: a serial and a user, or everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentRow {
    /// Line in the file where the row begins, from 1.
    pub line: u64,
    /// The serial as it is in the file.
    pub serial: String,
    /// The user principal name as it is in the file.
    pub upn: String,
    /// Both, parsed.
    pub result: Result<(SerialNumber, String), Vec<Issue>>,
}

/// All rows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentCsv {
    /// The rows, in their order.
    pub rows: Vec<AssignmentRow>,
    /// What had to be guessed about the file.
    pub notice: Option<String>,
}

/// Reads the rows: UTF-8, UTF-16 or Windows-1252; comma, semicolon or tab; the columns in either order under a header.
pub fn read(bytes: Vec<u8>) -> Result<AssignmentCsv, FileIssue> {
    let (text, notice) = encoding::decode_list(bytes)?;
    let mut records = CsvRecords::open(text);
    records.advance();
    let header: Vec<String> = records.current.iter().map(|cell| cell.trim().to_owned()).collect();
    let columns = AssignmentColumns::of(&header)?;
    let mut rows = Vec::new();
    while let Some(span) = records.advance() {
        rows.push(columns.row(span.first, &records.current));
    }
    Ok(AssignmentCsv { rows, notice })
}

/// Index and heading of the two columns.
struct AssignmentColumns {
    upn: (usize, String),
    serial: (usize, String),
    width: usize,
}

impl AssignmentColumns {
    fn of(header: &[String]) -> Result<Self, FileIssue> {
        let find = |is_it: fn(&str) -> bool, name: &str| {
            let mut all = header.iter().enumerate().filter(|(_, cell)| is_it(cell));
            let first = all.next().map(|(index, cell)| (index, cell.clone()));
            if all.next().is_some() {
                return Err(format!("The header line names \"{name}\" twice."));
            }
            first.ok_or_else(|| format!("The header line lacks \"{name}\"."))
        };
        let upn = find(is_user_heading, "upn");
        let serial = find(selection::is_heading, "serial number");
        match (upn, serial) {
            (Ok(upn), Ok(serial)) => Ok(Self { upn, serial, width: header.len() }),
            (upn, serial) => {
                let wrong: Vec<String> = [upn.err(), serial.err()].into_iter().flatten().collect();
                Err(FileIssue::new(
                    wrong.join(" "),
                    format!("Put this line first: {EXPECTED} (in either order)."),
                ))
            }
        }
    }

    fn row(&self, line: u64, record: &csv::StringRecord) -> AssignmentRow {
        let text = |(index, _): &(usize, String)| invisible::without(record.get(*index).unwrap_or_default());
        let (serial, upn) = (text(&self.serial), text(&self.upn));
        let serial = unescape_serial(&serial);
        let serial = Cell::new(&self.serial.1, &serial);
        let upn = Cell::new(&self.upn.1, &upn);
        let mut problems = Vec::new();
        let mut keep = |problem| problems.push(problem);
        let parsed_serial = serial.serial(false).map_err(&mut keep).ok();
        let parsed_upn = required(&upn).map_err(&mut keep).ok();
        if record.iter().skip(self.width).any(|field| !field.trim().is_empty()) {
            keep(Issue::new(
                format!("The row has more fields than the header, which has {}.", self.width),
                "Put quotation marks around a value that holds the delimiter.",
            ));
        }
        let result = match (parsed_serial, parsed_upn) {
            (Some(serial), Some(upn)) if problems.is_empty() => Ok((serial, upn)),
            _ => Err(problems),
        };
        let short = |text: &str| text.chars().take(MAX_TEXT_LEN).collect();
        AssignmentRow { line, serial: short(serial.text), upn: short(upn.text), result }
    }
}

fn required(cell: &Cell<'_>) -> Result<String, Issue> {
    let missing = || cell.issue("The user principal name is missing.", "Write it as name@domain.");
    let remedy = "Write it as name@domain, without blanks.";
    let upn = cell.upn().map_err(|problem| Issue { remedy: remedy.to_owned(), ..problem });
    upn?.ok_or_else(missing)
}

fn is_user_heading(heading: &str) -> bool {
    matches!(letters_and_digits(heading).as_str(), "upn" | "userprincipalname" | "user" | "username")
}

impl AssignmentCsv {
    /// The users to look up, each once, as the file spells them.
    pub fn upns(&self) -> Vec<String> {
        let mut seen = std::collections::HashSet::new();
        let good = self.rows.iter().filter_map(|row| row.result.as_ref().ok());
        good.filter(|(_, upn)| seen.insert(upn.to_lowercase())).map(|(_, upn)| upn.clone()).collect()
    }

    /// The rows as requests, resolved against the inventory and the users that were found.
    pub fn requests(&self, tokens: &[Token], users: &[User]) -> Vec<ActionRequest> {
        let by_serial = BySerial::new(tokens);
        let by_upn: std::collections::HashMap<String, &User> =
            users.iter().map(|user| (user.upn.to_lowercase(), user)).collect();
        let request = |row: &AssignmentRow| {
            let resolved = match &row.result {
                Err(issues) => Err(issues.clone()),
                Ok((serial, upn)) => {
                    let user = by_upn.get(&upn.to_lowercase()).copied().ok_or_else(|| unknown_user(upn));
                    resolved(by_serial.one(serial), user)
                }
            };
            ActionRequest { line: row.line, serial: row.serial.clone(), owner: row.upn.clone(), resolved }
        };
        self.rows.iter().map(request).collect()
    }
}

fn resolved(token: Result<&Token, Issue>, user: Result<&User, Issue>) -> Result<ResolvedAction, Vec<Issue>> {
    match (token, user) {
        (Ok(token), Ok(user)) => Ok(ResolvedAction {
            token: Box::new(token.clone()),
            legacy: false,
            action: TokenAction::Assign(user.clone()),
        }),
        (token, user) => Err(user.err().into_iter().chain(token.err()).collect()),
    }
}

fn unknown_user(upn: &str) -> Issue {
    Issue::in_column(
        "upn",
        format!("The tenant has no user {upn}"),
        "Correct the user principal name, or create the user first.",
    )
}
