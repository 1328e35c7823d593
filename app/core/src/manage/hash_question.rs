//! Tokens that the tenant has under another hash than the seed file says: Microsoft accepts none of their codes.

use super::seeds;
use crate::{
    plan::{ActionRequest, CodeSource, snapshot::TenantSnapshot},
    seed_file::{HashOrigin, ParsedRow},
    token::{HashFunction, Token},
};

/// Rows whose tokens the tenant has under another hash: an offer to correct it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashQuestion {
    /// The hash in the tenant.
    pub in_tenant: HashFunction,
    /// The hash of the rows.
    pub in_file: HashFunction,
    /// The rows, by their places in the file.
    pub rows: Vec<usize>,
    /// How many of them name no hash themselves, so that the tenant may be right.
    pub silent: usize,
}

/// The questions about a file, one for each hash of the tenant.
pub fn hash_questions(snapshot: &TenantSnapshot, entries: &[ParsedRow]) -> Vec<HashQuestion> {
    let mut questions: Vec<HashQuestion> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let Ok(row) = &entry.result else { continue };
        let Some((token, in_tenant)) = snapshot.under_other_hash(row) else { continue };
        if token.interval_seconds != row.token.interval.seconds() {
            // More than the hash is wrong.
            continue;
        }
        let silent = usize::from(row.hash_origin != HashOrigin::File);
        match questions.iter_mut().find(|question| question.in_tenant == in_tenant) {
            Some(question) => {
                question.rows.push(index);
                question.silent += silent;
            }
            None => {
                questions.push(HashQuestion { in_tenant, in_file: row.token.hash, rows: vec![index], silent })
            }
        }
    }
    questions
}

impl HashQuestion {
    /// The requests that correct the hash of these tokens, and their code sources: a token that somebody holds is activated
    /// again.
    pub fn repairs(
        &self,
        snapshot: &TenantSnapshot,
        entries: &[ParsedRow],
    ) -> (Vec<ActionRequest>, Vec<CodeSource>) {
        let entries: Vec<ParsedRow> = self.rows.iter().filter_map(|row| entries.get(*row)).cloned().collect();
        let token = |entry: &ParsedRow| {
            let row = entry.result.as_ref().ok()?;
            snapshot.token(&row.token.serial, &row.token.manufacturer).cloned()
        };
        let tokens: Vec<Token> = entries.iter().filter_map(token).collect();
        seeds::hash_repairs(&entries, &tokens)
    }
}
