//! Compares seeds and codes with an independent implementation.

use proptest::{collection::vec, prelude::*};
use token_core::{
    otp,
    ports::NewToken,
    seed::Seed,
    token::{HashFunction, Interval},
};

/// A key as people type it: in either case, with dashes or spaces between groups, and padding at the end.
fn typed(key: &str, lower: bool, separator: &str, padding: usize) -> String {
    let groups: Vec<String> =
        key.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    let text = groups.join(separator) + &"=".repeat(padding);
    if lower { text.to_lowercase() } else { text }
}

fn separators() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", " ", "-", " - ", "\u{a0}", "\u{2013}"])
}

proptest! {
    #[test]
    fn codes_agree_with_totp_rs(
        key in vec(any::<u8>(), 1..=80),
        unix_seconds in 0..10_000_000_000_u64,
        is_60 in any::<bool>(),
        is_256 in any::<bool>(),
    ) {
        let (interval, hash, algorithm) = (
            if is_60 { Interval::S60 } else { Interval::S30 },
            if is_256 { HashFunction::Sha256 } else { HashFunction::Sha1 },
            if is_256 { totp_rs::Algorithm::SHA256 } else { totp_rs::Algorithm::SHA1 },
        );
        let oracle = totp_rs::Builder::new()
            .with_algorithm(algorithm)
            .with_step_duration(u64::from(interval.seconds()))
            .with_secret(key.clone())
            .build_noncompliant();
        let seed = Seed::from_bytes(key).unwrap();
        let code = otp::totp(&seed, hash, interval, unix_seconds * 1000 + 999);
        prop_assert_eq!(code.expose(), oracle.generate(unix_seconds).to_string());
        let left = otp::remaining_ms(interval, unix_seconds * 1000);
        prop_assert_eq!(unix_seconds * 1000 + left, oracle.next_step(unix_seconds) * 1000);
    }

    #[test]
    fn base32_is_read_in_any_spelling(
        key in vec(any::<u8>(), 1..=80), lower in any::<bool>(), separator in separators(), padding in 0..7_usize,
    ) {
        let base32 = Seed::from_bytes(key.clone()).unwrap().expose_base32();
        let text = typed(&base32, lower, separator, padding);
        let strict = Seed::from_base32(&text).unwrap();
        prop_assert_eq!(strict.bytes(), key.as_slice());
        if Seed::ambiguous_notation(&text).is_none() {
            let guessed = Seed::parse(&text).unwrap();
            prop_assert_eq!(guessed.bytes(), key.as_slice());
        }
    }

    #[test]
    fn hex_is_read_in_any_spelling(
        mut key in vec(any::<u8>(), 1..=80), lower in any::<bool>(), separator in separators(),
    ) {
        key.push(0x90);
        key.truncate(80);
        let hex: String = key.iter().map(|byte| format!("{byte:02X}")).collect();
        prop_assume!(hex.contains(['0', '1', '8', '9']));
        let seed = Seed::parse(&typed(&hex, lower, separator, 0)).unwrap();
        prop_assert_eq!(seed.bytes(), key.as_slice());
    }

    #[test]
    fn ambiguous_hex_of_a_seeds_length_is_read_as_hex(
        digits in "[A-Fa-f2-7]{40}|[A-Fa-f2-7]{64}",
    ) {
        prop_assert_eq!(Seed::parse(&digits).unwrap().len() * 2, digits.len());
    }

    #[test]
    fn a_seed_is_serialized_without_loss(key in vec(prop::sample::select(vec![0_u8, 0x21, 0xFF]), 1..=80)) {
        let token = serde_json::json!({
            "serial": "7", "manufacturer": "C", "model": "M", "interval": 30, "hash": "Sha1",
            "seed": *Seed::from_bytes(key.clone()).unwrap().expose_base32(),
        });
        let token: NewToken = serde_json::from_value(token).unwrap();
        let again: NewToken = serde_json::from_str(&serde_json::to_string(&token).unwrap()).unwrap();
        prop_assert_eq!(again.seed.bytes(), key.as_slice());
    }
}
