//! Tokens by serial number.

use std::collections::HashMap;

use crate::{
    issue::Issue,
    token::{SerialNumber, Token},
};

/// Tokens by serial, compared without case.
pub(super) struct BySerial<'a>(HashMap<String, Vec<&'a Token>>);

impl<'a> BySerial<'a> {
    pub fn new(tokens: impl IntoIterator<Item = &'a Token>) -> Self {
        let mut all: HashMap<String, Vec<&Token>> = HashMap::new();
        for token in tokens {
            all.entry(token.serial.key()).or_default().push(token);
        }
        Self(all)
    }

    /// All tokens with a serial: more than one if two manufacturers use the same.
    pub fn all(&self, serial: &SerialNumber) -> &[&'a Token] {
        self.0.get(&serial.key()).map_or(&[], Vec::as_slice)
    }

    pub fn contains(&self, serial: &str) -> bool {
        SerialNumber::parse(serial).is_some_and(|serial| !self.all(&serial).is_empty())
    }

    /// The one token whose serial a text is, or why there is not exactly one.
    pub fn named(&self, text: &str) -> Result<&'a Token, Issue> {
        match SerialNumber::parse(text) {
            Some(serial) => self.one(&serial),
            None => Err(Issue::in_column(
                "serial number",
                "The serial number is missing, too long or not plain text",
                "Compare with the back of the token.",
            )),
        }
    }

    /// The one token with a serial, or why there is not exactly one.
    pub fn one(&self, serial: &SerialNumber) -> Result<&'a Token, Issue> {
        let issue = |message: String, remedy: &str| Issue::in_column("serial number", message, remedy);
        match self.all(serial) {
            [token] => Ok(token),
            [] => Err(issue(
                format!("The inventory has no token {serial}"),
                "Compare with the back of the token; import it first if it is new.",
            )),
            several => {
                let manufacturers: Vec<&str> =
                    several.iter().map(|token| token.manufacturer.trim()).collect();
                Err(issue(
                    format!(
                        "{} tokens have the serial number {serial} ({})",
                        several.len(),
                        manufacturers.join(", ")
                    ),
                    "Choose the right one in the inventory.",
                ))
            }
        }
    }
}
