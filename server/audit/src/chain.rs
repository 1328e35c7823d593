//! The chain: each entry's hash covers the entry and the hash of the one before it.
//!
//! What is hashed: [`DOMAIN_SEPARATOR`], the previous hash (32 bytes; zeros before the first entry), then each column of
//! [`super::row::COLUMNS`] as `i` and eight bytes (big endian), or as `t`, its length in eight bytes, and its UTF-8 bytes.

use sha2::{Digest as _, Sha256};

use super::row::{ColumnValue, Row};

/// Separates these hashes from hashes of the same bytes in another context.
const DOMAIN_SEPARATOR: &[u8] = b"token-inventory audit 1\0";

/// A hash of the chain.
pub type Hash = [u8; 32];

/// The previous hash of the first entry.
pub const GENESIS_HASH: Hash = [0; 32];

/// The hash of an entry that follows `previous`.
pub fn hash(previous: &Hash, row: &Row) -> Hash {
    let mut sha = Sha256::new();
    sha.update(DOMAIN_SEPARATOR);
    sha.update(previous);
    for value in row.values() {
        match value {
            ColumnValue::Number(number) => {
                sha.update(b"i");
                sha.update(number.to_be_bytes());
            }
            ColumnValue::Text(text) => {
                sha.update(b"t");
                sha.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
                sha.update(text.as_bytes());
            }
        }
    }
    sha.finalize().into()
}

/// A hash in hex.
pub fn hex(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Parses a hash from hex.
pub fn from_hex(text: &str) -> Option<Hash> {
    let digits = text.trim();
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    let mut hash = GENESIS_HASH;
    for (byte, at) in hash.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use token_core::audit::{Actor, AuditAction, AuditEntry, EntryStatus};

    use super::*;

    fn row() -> Row {
        Row::of(AuditEntry {
            number: 7,
            intent: Some(6),
            at_ms: 1,
            actor: Actor::program(),
            role: String::new(),
            address: String::new(),
            tenant: String::new(),
            action: AuditAction::Start,
            token: None,
            person: None,
            run: None,
            before: "a".to_owned(),
            after: "b".to_owned(),
            result: EntryStatus::Done,
            reason: String::new(),
            request_id: None,
            duration_ms: None,
        })
    }

    #[test]
    fn every_column_and_the_previous_hash_count() {
        let base = hash(&GENESIS_HASH, &row());
        assert_ne!(hash(&[1; 32], &row()), base);
        type Edit = fn(&mut Row);
        let changes: [Edit; 24] = [
            |r| r.number += 1,
            |r| r.intent += 1,
            |r| r.at_ms += 1,
            |r| r.actor_kind.push('x'),
            |r| r.actor_name.push('x'),
            |r| r.actor_upn.push('x'),
            |r| r.actor_id.push('x'),
            |r| r.actor_role.push('x'),
            |r| r.address.push('x'),
            |r| r.tenant.push('x'),
            |r| r.action.push('x'),
            |r| r.token_id.push('x'),
            |r| r.token_serial.push('x'),
            |r| r.person_id.push('x'),
            |r| r.person_upn.push('x'),
            |r| r.person_name.push('x'),
            |r| r.run_id.push('x'),
            |r| r.run_row += 1,
            |r| r.before_state.push('x'),
            |r| r.after_state.push('x'),
            |r| r.result.push('x'),
            |r| r.reason.push('x'),
            |r| r.request_id.push('x'),
            |r| r.duration_ms += 1,
        ];
        for (at, change) in changes.into_iter().enumerate() {
            let mut changed = row();
            change(&mut changed);
            assert_ne!(hash(&GENESIS_HASH, &changed), base, "column {at}");
        }
    }

    #[test]
    fn moving_text_to_the_next_column_changes_the_hash() {
        let mut moved = row();
        (moved.before_state, moved.after_state) = ("ab".to_owned(), String::new());
        assert_ne!(hash(&GENESIS_HASH, &moved), hash(&GENESIS_HASH, &row()));
    }

    #[test]
    fn hex_round_trips() {
        let some = hash(&GENESIS_HASH, &row());
        assert_eq!(from_hex(&hex(&some)), Some(some));
        assert_eq!(from_hex("é"), None);
        assert_eq!(from_hex(&"zz".repeat(32)), None);
    }
}
