//! Who gets which token, from a CSV of `upn, serial number`.

use super::{
    Action, Ask, Wish, selection,
    serials::{self, BySerial},
};
use crate::{
    rollout::plan::Obstacle,
    seed_file::{FileProblem, Problem, cell::Cell, csv_rows::Records, encoding},
    token::{MAX_TEXT_LEN, SerialNumber, Token},
    user::User,
};

const EXPECTED: &str = "upn,serial number";

/// One row: a token for a user, or everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Line in the file where the row begins, from 1.
    pub line: u64,
    /// The serial as it stands there.
    pub serial: String,
    /// The user principal name as it stands there.
    pub upn: String,
    /// Both, as they are meant.
    pub result: Result<(SerialNumber, String), Vec<Problem>>,
}

/// All rows of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairs {
    /// The rows, in their order.
    pub rows: Vec<Pair>,
    /// What had to be guessed about the file.
    pub notice: Option<String>,
}

/// Reads the pairs: UTF-8, UTF-16 or Windows-1252; comma, semicolon or tab; the columns in either order under a header.
pub fn read(bytes: Vec<u8>) -> Result<Pairs, FileProblem> {
    let (text, notice) = encoding::decode_list(bytes)?;
    let mut records = Records::open(text);
    records.advance();
    let header: Vec<String> = records.current.iter().map(|cell| cell.trim().to_owned()).collect();
    let columns = Columns::of(&header)?;
    let mut rows = Vec::new();
    while let Some(span) = records.advance() {
        rows.push(columns.pair(span.first, &records.current));
    }
    Ok(Pairs { rows, notice })
}

/// Where the two columns stand, and what they are called.
struct Columns {
    upn: (usize, String),
    serial: (usize, String),
    width: usize,
}

impl Columns {
    fn of(header: &[String]) -> Result<Self, FileProblem> {
        let find = |is_it: fn(&str) -> bool, name: &str| {
            let mut all = header.iter().enumerate().filter(|(_, cell)| is_it(cell));
            let first = all.next().map(|(index, cell)| (index, cell.clone()));
            if all.next().is_some() {
                return Err(format!("The header line names \"{name}\" twice."));
            }
            first.ok_or_else(|| format!("The header line lacks \"{name}\"."))
        };
        let upn = find(names_user, "upn");
        let serial = find(selection::is_heading, "serial number");
        match (upn, serial) {
            (Ok(upn), Ok(serial)) => Ok(Self { upn, serial, width: header.len() }),
            (upn, serial) => {
                let wrong: Vec<String> = [upn.err(), serial.err()].into_iter().flatten().collect();
                Err(FileProblem::new(
                    wrong.join(" "),
                    format!("Put this line first: {EXPECTED} (in either order)."),
                ))
            }
        }
    }

    fn pair(&self, line: u64, record: &csv::StringRecord) -> Pair {
        let text = |(index, _): &(usize, String)| record.get(*index).unwrap_or_default();
        let serial = Cell::new(&self.serial.1, serials::read(text(&self.serial)));
        let upn = Cell::new(&self.upn.1, text(&self.upn));
        let mut problems = Vec::new();
        let mut keep = |problem| problems.push(problem);
        let judged_serial = serial.serial().map_err(&mut keep).ok();
        let judged_upn = required(&upn).map_err(&mut keep).ok();
        if record.iter().skip(self.width).any(|field| !field.trim().is_empty()) {
            keep(Problem {
                column: None,
                message: format!("The row has more fields than the header, which has {}.", self.width),
                remedy: "Put quotation marks around a value that holds the delimiter.".to_owned(),
            });
        }
        let result = match (judged_serial, judged_upn) {
            (Some(serial), Some(upn)) if problems.is_empty() => Ok((serial, upn)),
            _ => Err(problems),
        };
        let short = |text: &str| text.chars().take(MAX_TEXT_LEN).collect();
        Pair { line, serial: short(serial.text), upn: short(upn.text), result }
    }
}

fn required(cell: &Cell<'_>) -> Result<String, Problem> {
    let missing = || cell.problem("The user principal name is missing.", "Write it as name@domain.");
    let remedy = "Write it as name@domain, without blanks.";
    let upn = cell.upn().map_err(|problem| Problem { remedy: remedy.to_owned(), ..problem });
    upn?.ok_or_else(missing)
}

fn names_user(heading: &str) -> bool {
    let letters: String = heading.chars().filter(char::is_ascii_alphanumeric).collect();
    matches!(letters.to_ascii_lowercase().as_str(), "upn" | "userprincipalname" | "user" | "username")
}

impl Pairs {
    /// The users to look up, each once, as the file spells them.
    pub fn upns(&self) -> Vec<String> {
        let mut seen = std::collections::HashSet::new();
        let good = self.rows.iter().filter_map(|pair| pair.result.as_ref().ok());
        good.filter(|(_, upn)| seen.insert(upn.to_lowercase())).map(|(_, upn)| upn.clone()).collect()
    }

    /// The pairs as asks, against the inventory and the users that were found.
    pub fn asks(&self, tokens: &[Token], users: &[User]) -> Vec<Ask> {
        let by_serial = BySerial::new(tokens);
        let by_upn: std::collections::HashMap<String, &User> =
            users.iter().map(|user| (user.upn.to_lowercase(), user)).collect();
        let ask = |pair: &Pair| {
            let wish = match &pair.result {
                Err(problems) => Err(problems.iter().map(Obstacle::from).collect()),
                Ok((serial, upn)) => {
                    let user = by_upn.get(&upn.to_lowercase()).copied().ok_or_else(|| unknown_user(upn));
                    wish(by_serial.one(serial), user)
                }
            };
            Ask { line: pair.line, serial: pair.serial.clone(), owner: pair.upn.clone(), wish }
        };
        self.rows.iter().map(ask).collect()
    }
}

fn wish(token: Result<&Token, Obstacle>, user: Result<&User, Obstacle>) -> Result<Wish, Vec<Obstacle>> {
    match (token, user) {
        (Ok(token), Ok(user)) => {
            Ok(Wish { token: Box::new(token.clone()), legacy: false, action: Action::Assign(user.clone()) })
        }
        (token, user) => Err(user.err().into_iter().chain(token.err()).collect()),
    }
}

fn unknown_user(upn: &str) -> Obstacle {
    Obstacle {
        column: Some("upn".to_owned()),
        what: format!("The tenant has no user {upn}"),
        remedy: "Correct the user principal name, or create the user first.".to_owned(),
    }
}
