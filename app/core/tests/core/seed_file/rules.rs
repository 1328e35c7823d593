//! The validation of a row's cells.

use super::*;
use token_core::{
    seed_file::Owner,
    token::{HashFunction, Interval},
};

/// 52 Base32 characters: 32 bytes.
const LONG_SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSQ";
const COLUMNS: [&str; 7] =
    ["upn", "serial number", "secret key", "time interval", "manufacturer", "model", "hash function"];

/// A file of one valid row with some cells replaced.
fn file(cells: &[(&str, &str)]) -> String {
    let valid = ["ada@contoso.com", "0012345", SEED, "30", "Contoso", "HT-1", "SHA-1"];
    let quoted = COLUMNS.iter().zip(valid).map(|(column, value)| {
        let value = cells.iter().find(|(c, _)| c == column).map_or(value, |(_, replaced)| replaced);
        format!("\"{}\"", value.replace('"', "\"\""))
    });
    format!("{HEADER}\n{}\n", quoted.collect::<Vec<_>>().join(","))
}

/// The issues of the only row, none if it is valid.
fn issues_of(text: &str) -> Vec<Issue> {
    read(text).remove(0).result.err().unwrap_or_default()
}

fn only_issue(column: &str, value: &str) -> Issue {
    let mut issues = issues(file(&[(column, value)]));
    assert_eq!(issues.len(), 1, "{value}: {issues:?}");
    assert_eq!(issues[0].column.as_deref(), Some(column));
    assert!(!issues[0].remedy.is_empty());
    issues.remove(0)
}

#[test]
fn serials_keep_leading_zeros_and_lose_excels_wrapping() {
    for (typed, serial) in
        [("0012345", "0012345"), (" 007 ", "007"), ("=\"00123\"", "00123"), ("AB E+1", "AB E+1")]
    {
        assert_eq!(row(file(&[("serial number", typed)])).token.serial.as_str(), serial);
    }
}

#[test]
fn numbers_rounded_by_excel_are_rejected_with_a_remedy() {
    for damage in ["1.23457E+12", "1,23457E+12", "1E+12", "8.6596e+15"] {
        let issue = only_issue("serial number", damage);
        assert_eq!(issue.message, "Excel has rounded the serial number: its digits are lost.");
        assert!(issue.remedy.contains("Data > From Text"));
    }
    assert!(only_issue("secret key", "1.2E+38").message.starts_with("Excel has rounded the secret key"));
}

#[test]
fn keys_are_read_in_base32_and_hex_with_any_separators() {
    let spellings = [
        SEED.to_lowercase(),
        "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP".to_owned(),
        "jbsw-y3dp-ehpk-3pxp-jbsw-y3dp-ehpk-3pxp====".to_owned(),
        "48656c6c6f21DEADBEEF48656c6c6f21DEADBEEF".to_owned(),
    ];
    for spelling in spellings {
        let row = row(file(&[("secret key", &spelling)]));
        assert_eq!(*row.token.seed.expose_base32(), SEED, "{spelling}");
    }
}

#[test]
fn an_ambiguous_key_has_a_note_about_its_notation() {
    let row = row(file(&[("secret key", &"ABCDEF27".repeat(5))]));
    assert_eq!(row.notes, ["the secret key fits Base32 and hex: read as hex"]);
    assert_eq!(row.token.seed.len(), 20);
}

#[test]
fn errors_in_keys_give_position_or_length() {
    let cases = [
        ("", "The secret key is empty."),
        (
            "JBSWY3DPEHPK3PX0",
            "The secret key is neither Base32 (A–Z, 2–7) nor hex (0–9, A–F): see its character 16.",
        ),
        ("JBSWY3", "The secret key is cut short: 6 characters do not make whole bytes."),
    ];
    for (key, message) in cases {
        assert_eq!(only_issue("secret key", key).message, message);
    }
    assert!(only_issue("secret key", &"Z".repeat(136)).message.contains("longer than 128"));
}

#[test]
fn intervals_are_30_or_60_in_any_spelling() {
    let cases =
        [("30", Interval::S30), ("60", Interval::S60), (" 60 s", Interval::S60), ("30sec", Interval::S30)];
    let more = [
        ("60 Seconds", Interval::S60),
        ("30.0", Interval::S30),
        ("60,00", Interval::S60),
        ("=\"60\"", Interval::S60),
    ];
    for (typed, interval) in cases.into_iter().chain(more) {
        let row = row(file(&[("time interval", typed)]));
        assert_eq!(row.token.interval, interval, "{typed}");
        assert!(row.notes.is_empty());
    }
    for typed in ["45", "0", "-30", "30 min", "3e1", "30;60", "thirty", "NaN", "inf", "1E+30"] {
        assert_eq!(
            only_issue("time interval", typed).message,
            "The time interval is neither 30 nor 60.",
            "{typed}"
        );
    }
}

#[test]
fn an_empty_interval_is_30_with_a_note() {
    let text = file(&[("time interval", " ")]);
    let row = row(&text);
    assert_eq!(row.token.interval, Interval::S30);
    assert_eq!(row.notes, ["time interval empty: 30 s assumed"]);
    let mut file = open(text).unwrap();
    read_all(&mut file);
    assert_eq!(file.notices(), ["Time interval empty: 30 seconds were assumed for 1 row."]);
}

#[test]
fn a_key_shorter_than_others_has_a_notice() {
    let notices = |keys: &[&str]| {
        let row = |(index, key): (usize, &&str)| format!(",S{index},{key},30,C,M,sha1\n");
        let rows: String = keys.iter().enumerate().map(row).collect();
        let mut file = open(format!("{HEADER}\n{rows}")).unwrap();
        read_all(&mut file);
        file.notices()
    };
    let (cut, cut_more) = (&SEED[1..], &SEED[3..]);
    let remedy = "Characters may be missing: compare with the vendor's file.";
    assert_eq!(
        notices(&[SEED, cut, SEED]),
        [format!("1 secret key is shorter than others (19 bytes, not 20): see S1. {remedy}")]
    );
    assert_eq!(
        notices(&[cut, cut_more, SEED, cut, cut, SEED, cut, SEED, SEED, SEED]),
        [
            format!("1 secret key is shorter than others (18 bytes, not 20): see S1. {remedy}"),
            format!(
                "4 secret keys are shorter than others (19 bytes, not 20): see S0, S3, S4 and 1 more. {remedy}"
            ),
        ]
    );
    // Of two keys either may be complete; and files may contain tokens of 20 and of 32 bytes.
    for fine in [&[SEED, cut][..], &[SEED, SEED], &[SEED, LONG_SEED, LONG_SEED], &[cut], &[cut, cut, SEED]] {
        assert_eq!(notices(fine), [""; 0]);
    }
}

#[test]
fn the_hash_is_read_from_its_column() {
    for typed in ["sha1", "SHA-1", "sha 1", "hmacsha1", "HMAC-SHA1", "HMAC_SHA_1"] {
        let row = row(file(&[("hash function", typed), ("secret key", LONG_SEED)]));
        assert_eq!(row.token.hash, HashFunction::Sha1, "{typed}");
    }
    for typed in ["sha256", "SHA-256", "hmacsha256", "HmacSHA256", "HMAC-SHA-256", "SHA2-256"] {
        assert_eq!(row(file(&[("hash function", typed)])).token.hash, HashFunction::Sha256, "{typed}");
    }
    for typed in ["sha512", "HMAC-SHA-512", "SHA384"] {
        let issue = only_issue("hash function", typed);
        assert_eq!(issue.message, "Microsoft Entra takes only SHA-1 and SHA-256.");
    }
    for typed in ["md5", "TOTP", "1", "-"] {
        assert_eq!(only_issue("hash function", typed).message, "The hash function is not known.", "{typed}");
    }
}

#[test]
fn the_default_hash_depends_on_the_seeds_length() {
    let long = row(file(&[("hash function", ""), ("secret key", LONG_SEED)]));
    assert_eq!(long.token.hash, HashFunction::Sha256);
    assert_eq!(long.notes, ["hash inferred: SHA-256, because the key has 32 bytes"]);
    let short = row(file(&[("hash function", "")]));
    assert_eq!((short.token.hash, short.notes.len()), (HashFunction::Sha1, 0));

    let header = HEADER.trim_end_matches(",hash function");
    let rows = format!(",1,{LONG_SEED},30,C,M\n,2,{SEED},30,C,M\n,3,{LONG_SEED},30,C,M\n");
    let mut file = open(format!("{header}\n{rows}")).unwrap();
    read_all(&mut file);
    assert_eq!(file.notices(), ["No hash column: SHA-256 was inferred for 2 secret keys of 32 bytes."]);
}

#[test]
fn manufacturer_and_model_are_required_and_limited() {
    for column in ["manufacturer", "model"] {
        assert_eq!(only_issue(column, "  ").message, format!("The {column} is missing."));
        assert!(issues_of(&file(&[(column, &"m".repeat(128))])).is_empty());
        assert!(only_issue(column, &"m".repeat(129)).message.contains("longer than 128 characters"));
        assert!(only_issue(column, "lost \u{fffd}").message.contains("was lost"));
    }
    assert_eq!(only_issue("serial number", "").message, "The serial number is missing.");
    assert!(issues(file(&[("model", "two\nlines")]))[0].message.contains("line break"));
}

#[test]
fn user_principal_names_are_checked_and_kept_as_typed() {
    for upn in ["Ada.O'Brien@contoso.com", "a_b.com#EXT#@t.onmicrosoft.com", "ünï@contoso.com"] {
        assert_eq!(row(file(&[("upn", &format!(" {upn} "))])).owner, Some(Owner::Upn(upn.to_owned())));
    }
    assert_eq!(row(file(&[("upn", " ")])).owner, None);
    for upn in ["ada", "@contoso.com", "ada@", "a@b@c", "ada lovelace@contoso.com"] {
        assert_eq!(only_issue("upn", upn).message, "This is not a user principal name.", "{upn}");
    }
}

#[test]
fn all_issues_of_all_rows_are_reported_at_once() {
    let file = format!("{HEADER}\nada,,J0,45,,,md5\n,7,{SEED},30,C,M,\n,8,{SEED},31,C,,\n");
    let found: Vec<usize> = read(file).iter().map(|e| e.result.as_ref().err().map_or(0, Vec::len)).collect();
    assert_eq!(found, [7, 0, 2]);
}

#[test]
fn a_bad_row_is_identified_by_its_serial() {
    let serial = |serial: &str| {
        let entry = read(file(&[("serial number", serial), ("time interval", "45")])).remove(0);
        assert!(entry.result.is_err());
        entry.serial
    };
    assert_eq!(serial(" 0012345 "), "0012345");
    assert_eq!(serial(&"7".repeat(129)), "7".repeat(128), "as far as a serial may go");
}

#[test]
fn a_key_in_the_place_of_the_serial_is_not_shown_as_the_serial() {
    let swapped = read(file(&[("serial number", SEED), ("secret key", "0012345")])).remove(0);
    assert_eq!(swapped.serial, "");
    let issues = swapped.result.unwrap_err();
    assert_eq!(issues[0].message, "This looks like a secret key, not like a serial number.");
    let long_serial = file(&[("serial number", "GALT/11420104/000000000000001"), ("secret key", "J0")]);
    let columns: Vec<_> = issues_of(&long_serial).into_iter().filter_map(|issue| issue.column).collect();
    assert_eq!(columns, ["secret key"], "a long serial that is no key is one");
}

#[test]
fn an_empty_hash_is_inferred_with_a_notice() {
    let mut file = open(file(&[("hash function", ""), ("secret key", LONG_SEED)])).unwrap();
    read_all(&mut file);
    assert_eq!(file.notices(), ["Hash left empty: SHA-256 was inferred for 1 secret key of 32 bytes."]);
}

#[test]
fn a_column_may_say_how_the_keys_are_written() {
    let key = |format: &str, key: &str| {
        let text = format!("{HEADER},key format\n,7,{key},30,C,M,,{format}\n");
        read(text).remove(0).result.map(|row| row.token.seed.bytes().to_vec())
    };
    let ambiguous = "ABCDEF27".repeat(5);
    for (format, length) in
        [("Base32", 25), ("b32", 25), ("hex", 20), ("HEXADECIMAL", 20), ("Base16", 20), ("", 20)]
    {
        assert_eq!(key(format, &ambiguous).unwrap().len(), length, "{format}");
    }
    for format in ["Base64", "b64"] {
        assert_eq!(key(format, "SGVsbG8hSGVsbG8hSGVsbG8=").unwrap(), b"Hello!Hello!Hello");
    }
    for format in ["text", "ASCII", "utf-8", "string", "plain"] {
        assert_eq!(key(format, "12345678901234567890").unwrap(), b"12345678901234567890");
    }
    let issues = key("rot13", SEED).unwrap_err();
    assert_eq!(issues[0].message, "The format of the secret key is not known.");
}

#[test]
fn an_empty_key_is_called_empty_however_keys_are_written() {
    for format in ["hex", "base32", "base64", "text"] {
        let text = format!("{HEADER},key format\n,7,,30,C,M,,{format}\n");
        assert_eq!(issues_of(&text)[0].message, "The secret key is empty.", "{format}");
    }
}
