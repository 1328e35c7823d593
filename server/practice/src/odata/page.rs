//! Paging with opaque skip tokens.
//!
//! A skip token contains the last key of a page. Keys are never reused, so paging stays consistent while tokens are created
//! and deleted.

use url::form_urlencoded;

use super::options::Options;
use crate::{call::GraphCall, errors::GraphRefusal, seeded_rng};

/// Masks keys, so that clients do not read or build skip tokens.
const MASK: u64 = 0x6b1d_93f2_58c7_0ae5;

/// The key after which this page begins; 0 for the first.
pub fn after(options: &Options<'_>) -> Result<u64, GraphRefusal> {
    let Some(token) = options.get("$skiptoken") else { return Ok(0) };
    key_in(token).ok_or_else(|| GraphRefusal::bad_request("The skip token is not valid."))
}

/// The first `size` items, and the key of the last of them if more follow.
pub fn cut<T>(mut items: impl Iterator<Item = (u64, T)>, size: usize) -> (Vec<T>, Option<u64>) {
    let mut last = 0;
    let page: Vec<T> =
        items.by_ref().take(size).inspect(|(key, _)| last = *key).map(|(_, item)| item).collect();
    (page, items.next().map(|_| last))
}

/// The absolute URL of the next page: the same query, with a skip token.
pub fn next_link(call: &GraphCall, after: u64) -> String {
    let mut link = format!("{}{}/{}?", call.base, call.version.word(), call.raw_path);
    for (name, value) in call.query.iter().filter(|(name, _)| name != "$skiptoken") {
        let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        link.push_str(&format!("{name}={value}&"));
    }
    link.push_str("$skiptoken=");
    link.push_str(&skiptoken(after));
    link
}

fn skiptoken(key: u64) -> String {
    let masked = format!("{:016x}", key ^ MASK);
    format!("{masked}{:016x}", seeded_rng::fnv(&masked))
}

fn key_in(token: &str) -> Option<u64> {
    let key = u64::from_str_radix(token.get(..16)?, 16).ok()? ^ MASK;
    (skiptoken(key) == token).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_complete_skip_tokens_are_accepted() {
        let token = skiptoken(1_000);
        assert_eq!(key_in(&token), Some(1_000));
        assert!(!token.contains("1000"));
        for wrong in ["", "1000", &token[1..], &token.replace(&token[..1], "z")] {
            assert_eq!(key_in(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_last_page_has_no_next() {
        let items = || (1..=4).map(|key| (key, ()));
        assert_eq!(cut(items(), 3).1, Some(3));
        assert_eq!(cut(items(), 4).1, None);
        assert_eq!(cut(std::iter::empty::<(u64, ())>(), 4).1, None);
    }
}
