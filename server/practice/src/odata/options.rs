//! The `$` options of a query. Unsupported options are refused, never ignored.

use crate::{call::GraphCall, errors::GraphRefusal};

/// The options of one call.
pub struct Options<'a>(&'a [(String, String)]);

impl<'a> Options<'a> {
    /// Refuses options other than `known`, and repeated ones.
    pub fn read(call: &'a GraphCall, known: &[&str]) -> Result<Self, GraphRefusal> {
        for (at, (name, _)) in call.query.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                return Err(GraphRefusal::unsupported_query(format!(
                    "Query option '{name}' is not supported here."
                )));
            }
            if call.query.iter().take(at).any(|(before, _)| before == name) {
                return Err(GraphRefusal::bad_request(format!(
                    "Query option '{name}' was specified more than once."
                )));
            }
        }
        Ok(Self(&call.query))
    }

    /// The value of an option, if it was sent.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(sent, _)| sent == name).map(|(_, value)| value.as_str())
    }

    /// `$top`: a number from 1.
    pub fn top(&self) -> Result<Option<usize>, GraphRefusal> {
        let Some(text) = self.get("$top") else { return Ok(None) };
        let top = text.parse().ok().filter(|top| *top > 0);
        top.map(Some).ok_or_else(|| GraphRefusal::bad_request("Invalid value for the query option '$top'."))
    }
}
