//! Which writes made each token what it is, for tests that assert that none happened twice. Not part of Graph.

use std::collections::BTreeMap;

use serde::Serialize;

/// A write on one token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum TokenWrite {
    Create,
    BulkCreate,
    Update,
    Delete,
    Assign,
    AssignAndActivate,
    AssignAndActivateBySerialNumber,
    Activate,
    Deactivate,
    Unassign,
}

impl TokenWrite {
    const fn creates(self) -> bool {
        matches!(self, Self::Create | Self::BulkCreate)
    }

    const fn activates(self) -> bool {
        matches!(self, Self::AssignAndActivate | Self::AssignAndActivateBySerialNumber | Self::Activate)
    }
}

/// The writes of one token.
#[derive(Debug, Clone, Default, Serialize)]
pub struct WritesOfToken {
    created: u64,
    activated: u64,
    /// The writes that took effect, in their order.
    writes: Vec<TokenWrite>,
    /// The writes that were answered well and lost in a collision.
    lost: Vec<TokenWrite>,
}

/// The sums over all tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HistorySums {
    /// Writes that were lost.
    pub lost: usize,
    /// Tokens that were created more than once.
    pub created_twice: usize,
    /// Tokens that were activated more than once.
    pub activated_twice: usize,
}

/// The writes by serial, of deleted tokens too.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(transparent)]
pub struct TokenHistory(BTreeMap<String, WritesOfToken>);

impl TokenHistory {
    /// Notes a write that took effect.
    pub fn done(&mut self, serial: &str, write: TokenWrite) {
        let token = self.0.entry(serial.to_owned()).or_default();
        token.created += u64::from(write.creates());
        token.activated += u64::from(write.activates());
        token.writes.push(write);
    }

    /// Notes a write that was answered well and had no effect.
    pub fn lost(&mut self, serial: &str, write: TokenWrite) {
        self.0.entry(serial.to_owned()).or_default().lost.push(write);
    }

    pub fn sums(&self) -> HistorySums {
        let count = |is: fn(&WritesOfToken) -> bool| self.0.values().filter(|token| is(token)).count();
        HistorySums {
            lost: self.0.values().map(|token| token.lost.len()).sum(),
            created_twice: count(|token| token.created > 1),
            activated_twice: count(|token| token.activated > 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn counts_creations_and_activations_and_keeps_their_order() {
        let mut history = TokenHistory::default();
        history.done("A", TokenWrite::BulkCreate);
        history.lost("A", TokenWrite::AssignAndActivate);
        history.done("A", TokenWrite::AssignAndActivate);
        history.done("B", TokenWrite::Activate);
        history.done("B", TokenWrite::Deactivate);
        history.done("B", TokenWrite::Activate);
        assert_eq!(history.sums(), HistorySums { lost: 1, created_twice: 0, activated_twice: 1 });
        assert_eq!(
            json!(history),
            json!({
                "A": { "created": 1, "activated": 1, "writes": ["bulkCreate", "assignAndActivate"],
                    "lost": ["assignAndActivate"] },
                "B": { "created": 0, "activated": 2, "writes": ["activate", "deactivate", "activate"], "lost": [] },
            })
        );
    }
}
