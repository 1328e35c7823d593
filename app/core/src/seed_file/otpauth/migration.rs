//! The export of Google Authenticator: a protobuf message in Base64.
//!
//! ```text
//! message Payload { repeated Account accounts = 1; … }
//! message Account { bytes secret = 1; string name = 2; string issuer = 3;
//!                   enum algorithm = 4; enum digits = 5; enum type = 6; int64 counter = 7; }
//! ```

use super::Account;
use crate::seed::{KeyNotation, Seed};

/// Most accounts of one export.
const MAX_ACCOUNTS: usize = 1_000;

/// The accounts in the parameter `data`; `None` when it is damaged.
pub(super) fn accounts(data: &str) -> Option<Vec<Account>> {
    // In a query a blank stands for a plus sign that was not encoded. A seed is read here only for its Base64.
    let payload = decode(&data.replace(' ', "+"))?;
    let mut accounts = Vec::new();
    let mut message = Message(&payload);
    while let Some((number, value)) = message.next_field()? {
        if let (1, Value::Bytes(bytes)) = (number, value) {
            accounts.push(account(bytes)?);
        }
        if accounts.len() > MAX_ACCOUNTS {
            return None;
        }
    }
    Some(accounts)
}

fn account(bytes: &[u8]) -> Option<Account> {
    let mut account = Account { digits: "6".to_owned(), kind: "TOTP".to_owned(), ..Account::default() };
    let mut message = Message(bytes);
    while let Some((number, value)) = message.next_field()? {
        match (number, value) {
            (1, Value::Bytes(secret)) => {
                account.key = Seed::from_bytes(secret.to_vec()).ok()?.expose_base32();
            }
            (2, Value::Bytes(name)) => {
                let name = String::from_utf8_lossy(name).into_owned();
                account.name = name.split_once(':').map_or(name.as_str(), |(_, name)| name).trim().to_owned();
            }
            (3, Value::Bytes(issuer)) => account.issuer = String::from_utf8_lossy(issuer).into_owned(),
            (4, Value::Number(algorithm)) => {
                account.hash = match algorithm {
                    0 | 1 => "SHA1",
                    2 => "SHA256",
                    3 => "SHA512",
                    _ => "MD5",
                }
                .to_owned();
            }
            (5, Value::Number(2)) => "8".clone_into(&mut account.digits),
            (6, Value::Number(1)) => "HOTP".clone_into(&mut account.kind),
            _ => {}
        }
    }
    Some(account)
}

fn decode(base64: &str) -> Option<zeroize::Zeroizing<Vec<u8>>> {
    KeyNotation::decode_base64(base64).map(zeroize::Zeroizing::new)
}

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The rest of a protobuf message.
struct Message<'a>(&'a [u8]);

impl<'a> Message<'a> {
    /// The next field; `Some(None)` at the end, `None` when the message is damaged.
    #[expect(clippy::option_option, reason = "damage and the end differ")]
    fn next_field(&mut self) -> Option<Option<(u64, Value<'a>)>> {
        if self.0.is_empty() {
            return Some(None);
        }
        let tag = self.varint()?;
        let value = match tag & 7 {
            0 => Value::Number(self.varint()?),
            1 => Value::Bytes(self.take(8)?),
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Value::Bytes(self.take(length)?)
            }
            5 => Value::Bytes(self.take(4)?),
            _ => return None,
        };
        Some(Some((tag >> 3, value)))
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.take(1)?.first()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}
