//! A vendor's seed file: bytes in, one [`Entry`] per row out, in slices so that a browser never stalls.

use zeroize::Zeroizing;

use crate::{ports::NewToken, user::UserId};

/// Whom a row assigns its token to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// By user principal name (CSV).
    Upn(String),
    /// By object id (Graph's JSON).
    Id(UserId),
}

/// A good row.
#[derive(Debug, Clone)]
pub struct Row {
    /// The token to create.
    pub token: NewToken,
    /// Whom to assign it to, if the row says.
    pub owner: Option<Owner>,
    /// What was assumed where the file is silent, in words ("interval empty: 30 s assumed").
    pub notes: Vec<String>,
}

/// One thing wrong with one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The column as the file names it; `None` when the whole row is meant.
    pub column: Option<String>,
    /// What is wrong. Never holds a seed.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// One row of the file, good or bad.
#[derive(Debug)]
pub struct Entry {
    /// Line in the file where the row begins, from 1 (for JSON: the number of the entry).
    pub line: u64,
    /// The serial as far as it could be read, to name the row by.
    pub serial: String,
    /// The token, or everything that is wrong with the row.
    pub result: Result<Row, Vec<Problem>>,
    /// The row as it stood in the file, to be handed back when it fails. Holds a secret.
    pub raw: Raw,
}

/// A row's fields (CSV) or its JSON text as one field, as they stood in the file. Holds a secret: no `Debug` of it.
pub struct Raw(pub Zeroizing<Vec<String>>);

impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Raw({} fields)", self.0.len())
    }
}
