//! Mappings that a user made for earlier files, by the fingerprints of their headers.

use std::fmt;

use super::mapping::Mapping;

/// How many mappings are kept: more headers than vendors have.
const MAX_MAPPINGS: usize = 40;

/// Mappings by the fingerprint of a header, the newest first. As text it is a line each, `fingerprint mapping`; it holds no
/// value of a file's cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RememberedMappings(Vec<(String, Mapping)>);

impl RememberedMappings {
    /// Reads the text; lines that are none are left out.
    pub fn parse(text: &str) -> Self {
        let line = |line: &str| {
            let (fingerprint, mapping) = line.split_once(' ')?;
            Some((fingerprint.to_owned(), Mapping::parse(mapping).ok()?))
        };
        Self(text.lines().filter_map(line).take(MAX_MAPPINGS).collect())
    }

    /// Remembers the mapping of a header, in place of an earlier one.
    pub fn remember(&mut self, fingerprint: &str, mapping: &Mapping) {
        self.0.retain(|(other, _)| other != fingerprint);
        self.0.insert(0, (fingerprint.to_owned(), mapping.clone()));
        self.0.truncate(MAX_MAPPINGS);
    }

    /// The mapping of a header.
    pub fn get(&self, fingerprint: &str) -> Option<&Mapping> {
        self.0.iter().find(|(other, _)| other == fingerprint).map(|(_, mapping)| mapping)
    }
}

impl fmt::Display for RememberedMappings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(fingerprint, mapping)| writeln!(f, "{fingerprint} {mapping}"))
    }
}
