//! Errors of the database, in words for the person who can fix them.

/// The database could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DatabaseError(pub String);

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        Self(words(&error))
    }
}

impl From<sqlx::migrate::MigrateError> for DatabaseError {
    fn from(error: sqlx::migrate::MigrateError) -> Self {
        match error {
            sqlx::migrate::MigrateError::Execute(error) => error.into(),
            error => Self(format!("its tables do not fit this version of Token Inventory: {error}.")),
        }
    }
}

fn words(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            by_code(&code)
                .map_or_else(|| format!("the database says: {}.", database.message()), ToOwned::to_owned)
        }
        sqlx::Error::Tls(error) => format!(
            "the PostgreSQL server does not prove by TLS who it is: {error}. Give it a certificate for its name, and name the \
             authority's certificate in DATABASE_URL (?sslrootcert=FILE); or, on a network that nobody else is on, add \
             ?sslmode=disable."
        ),
        sqlx::Error::PoolTimedOut => "the database is too busy to answer. Try again in a moment.".to_owned(),
        sqlx::Error::Io(error) => {
            format!("the database cannot be reached: {error}. Check that it is running, then try again.")
        }
        error => format!("{error}."),
    }
}

/// Messages for the codes of SQLite (by their lowest byte) and the SQLSTATEs of PostgreSQL that a person can act on.
fn by_code(code: &str) -> Option<&'static str> {
    const FULL: &str = "the disk is full. Make room on it, then try again.";
    const READ_ONLY: &str = "its database is read-only. Give the program the right to write to the file and its folder, then try again.";
    match (code.parse::<u32>().ok().filter(|_| code.len() < 5).map(|code| code & 0xff), code) {
        (Some(13), _) | (None, "53100") => Some(FULL),
        (Some(8), _) => Some(READ_ONLY),
        (None, "25006") => {
            Some("the PostgreSQL server takes no writes just now. Connect to the primary server.")
        }
        (Some(5 | 6), _) => Some("another program keeps the database locked. End it, then try again."),
        (Some(10), _) => Some("the disk cannot be written or read. Check it, then try again."),
        (Some(11 | 26), _) => {
            Some("the file is damaged or no database. Put a backup in its place, or name another file.")
        }
        (Some(14), _) => {
            Some("the file cannot be opened. Check that its folder exists and may be written to.")
        }
        (None, "28000" | "28P01") => Some("the PostgreSQL server does not accept the user or the password."),
        (None, "42501") => Some(
            "this database user lacks a right to a table. Grant what packaging/postgres-runtime-role.sql lists, and after an \
             update run `token-inventory audit prepare` as the owner of the tables.",
        ),
        (None, "57P01" | "57P03") => {
            Some("the PostgreSQL server is starting or stopping. Try again in a moment.")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_that_a_person_can_fix_have_their_own_messages() {
        for (code, word) in
            [("13", "full"), ("8", "read-only"), ("1032", "read-only"), ("53100", "full"), ("5", "locked")]
        {
            assert!(by_code(code).is_some_and(|words| words.contains(word)), "{code}");
        }
        assert_eq!(by_code("1"), None);
        assert_eq!(by_code("23505"), None);
    }
}
