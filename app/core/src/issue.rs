//! What is wrong with a row or an action, and what to do about it.

/// An issue that prevents a row of a file, a row of a plan or an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The column that it concerns, as the file names it; `None` for the whole row.
    pub column: Option<String>,
    /// What is wrong. Never contains a seed.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl Issue {
    /// An issue of the whole row.
    pub fn new(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { column: None, message: message.into(), remedy: remedy.into() }
    }

    /// An issue of one column.
    pub fn in_column(
        column: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { column: Some(column.into()), message: message.into(), remedy: remedy.into() }
    }

    /// An issue of the user who is to hold a token.
    pub fn about_user(message: String, remedy: &str) -> Self {
        Self::in_column("upn", message, remedy)
    }
}
