//! Columns and properties that concern something else than a token's codes: they refuse no token, and change none.

use super::*;
use token_core::{
    seed_file::{Mapping, ReadOptions},
    token::HashFunction,
};

const FIXED: &str = "serial number,secret key,time interval,manufacturer,model";
const HOTP: &str = "This is an event-based token (HOTP).";
const DIGITS: &str = "The codes of this token do not have six digits.";

/// What comes of a row with these columns beside those that are required: its hash, or its first message.
fn with(headings: &str, values: &str) -> String {
    outcome(&read(format!("{FIXED},{headings}\n7,{SEED},30,C,M,{values}\n"))[0])
}

fn json(properties: &str) -> String {
    outcome(&read(entry(SEED, properties))[0])
}

fn entry(key: &str, properties: &str) -> String {
    format!(
        r#"{{"serialNumber":"7","secretKey":"{key}","manufacturer":"C","model":"M","timeIntervalInSeconds":30,{properties}}}"#
    )
}

fn outcome(row: &ParsedRow) -> String {
    match &row.result {
        Ok(row) => row.token.hash.to_string(),
        Err(issues) => issues[0].message.clone(),
    }
}

#[test]
fn a_text_key_that_excel_has_rounded_is_refused() {
    let key = |key: &str| {
        let text = format!("{FIXED},secret format\n7,\"{key}\",30,C,M,text\n");
        read(text).remove(0).result.map_err(|issues| issues[0].message.clone())
    };
    for rounded in ["1.23457E+19", "1,23457e+19", "1.5E19"] {
        assert_eq!(key(rounded).unwrap_err(), "Excel has rounded the secret key: its digits are lost.");
    }
    assert_eq!(key("12E+5").unwrap().token.seed.bytes(), b"12E+5");
    for wrapped in [" abcdefgh", "=\"\"abcdefgh\"\""] {
        let notes = key(wrapped).unwrap().notes;
        assert_eq!(notes, ["the secret key is a text: it includes the blanks or quotation marks around it"]);
    }
    assert_eq!(key("abcdefgh").unwrap().notes, [""; 0]);
}

#[test]
fn a_type_of_something_with_key_in_its_name_is_no_format_of_keys() {
    let key = "ABCDEFGHIJKLMNOP";
    let length = |text: String| read(text).remove(0).result.map(|row| row.token.seed.len());
    for (heading, value) in [
        ("YubiKey type", "YubiKey 5 NFC"),
        ("Keyfob type", "C200"),
        ("Seed type", "TOTP"),
        ("Secret type", "TOTP"),
        ("Secret type", "plain"),
        ("Key encoding type", "UTF-8"),
    ] {
        let text = format!("{FIXED},{heading}\n7,{key},30,C,M,{value}\n");
        assert_eq!(length(text).unwrap(), 10, "{heading} {value}");
        assert_eq!(
            length(entry(key, &format!(r#""{heading}":"{value}""#))).unwrap(),
            10,
            "{heading} {value}"
        );
    }
    for (heading, value) in
        [("Secret type", "text"), ("Secret key format", "ASCII"), ("Secret key encoding", "plain")]
    {
        let text = format!("{FIXED},{heading}\n7,{key},30,C,M,{value}\n");
        assert_eq!(length(text).unwrap(), 16, "{heading} {value}");
        assert_eq!(
            length(entry(key, &format!(r#""{heading}":"{value}""#))).unwrap(),
            16,
            "{heading} {value}"
        );
    }
}

#[test]
fn a_line_that_describes_the_tokens_is_no_header() {
    for above in [
        "# 100 tokens, 6 digits, hash algorithm SHA-1",
        "100 tokens, 6 digits, hash algorithm SHA-1",
        "6 digits; SHA-1 hash; algorithm TOTP",
        "\"6 digits, hash algorithm SHA-1, OTP length 6\"",
        "Six digits",
    ] {
        let row = row(format!("{above}\n{HEADER}\n,0012,{SEED},30,C,M,\n"));
        assert_eq!(row.token.serial.as_str(), "0012", "{above}");
    }
    // The delimiter is that of the headings, not of parts of them.
    let text = format!(
        "serial;secret;period;maker;model;note (6 digits, hash lib, T0 of it, HMAC hash, its digest, no algo, no epoch)\n7;{SEED};30;C;M;x\n"
    );
    assert_eq!(row(text).token.model, "M");
}

#[test]
fn digits_of_other_numbers_are_not_those_of_codes() {
    for heading in
        ["CheckDigits", "Serial digits", "PIN digits", "PUK digits", "Last 4 digits", "PIN code length"]
    {
        assert_eq!(with(heading, "4"), "SHA-1", "{heading}");
    }
    assert_eq!(json(r#""checkDigits":false"#), "SHA-1");
    assert_eq!(json(r#""length":20,"codeSize":6"#), "SHA-1");
    assert_eq!(json(r#""length":20,"tokenDigits":"6""#), "SHA-1");
    assert_eq!(json(r#""codeSize":8"#), DIGITS);
    assert_eq!(with("OATH digits", "8"), DIGITS);
}

#[test]
fn properties_of_other_things_may_have_any_value() {
    for properties in [
        r#""otp":true"#,
        r#""profile":{"id":1}"#,
        r#""category":["a"]"#,
        r#""isHashed":false"#,
        r#""iconHash":{"sha":"1"}"#,
        r#""startTime":{"at":1}"#,
    ] {
        assert_eq!(json(properties), "SHA-1", "{properties}");
    }
    for properties in [r#""type":true"#, r#""digits":[8]"#, r#""algorithm":{"name":"SHA512"}"#] {
        assert_eq!(json(properties), "The value is neither a text nor a number.", "{properties}");
    }
    assert_eq!(json(r#""otp":"HOTP""#), HOTP);
    assert_eq!(json(r#""hashLib":"SHA-512""#), "Microsoft Entra takes only SHA-1 and SHA-256.");
}

#[test]
fn any_number_of_properties_may_say_nothing_against_a_token() {
    let harmless = r#""type":"hardware","mode":"online","tokenType":"card","category":"x","protocol":"OATH""#;
    assert_eq!(json(harmless), "SHA-1");
    assert_eq!(json(&format!(r#"{harmless},"method":"HOTP""#)), HOTP);
    assert_eq!(json(&format!(r#"{harmless},"otpMode":"TOTP-8""#)), DIGITS);
    assert_eq!(json(&format!(r#"{harmless},"otpType":"TOTP-SHA256""#)), "SHA-256");
    assert_eq!(json(r#""hash":"sha256","algorithm":"sha256","alg":"sha256","hmac":"SHA-256""#), "SHA-256");
    assert_eq!(json(r#""digits":6,"otpLength":6,"codeDigits":6,"otpLen":8"#), DIGITS);
    assert_eq!(json(r#""digits":6,"otpLength":6,"codeDigits":6,"otpLen":6"#), "SHA-1");
    assert_eq!(
        json(r#""type":"TOTP-SHA1","otpType":"TOTP","mode":"TOTP-SHA1","otpMode":"TOTP-SHA256""#),
        "The row names two hash functions."
    );
}

#[test]
fn hmac_is_a_kind_of_tokens_only_where_kinds_stand() {
    assert_eq!(with("algorithm,hash", "HMAC,SHA1"), "SHA-1");
    assert_eq!(with("algorithm,hash", "HMAC,SHA256"), "SHA-256");
    assert_eq!(json(r#""algorithm":"HMAC","hash":"SHA256""#), "SHA-256");
    assert_eq!(with("type", "HMAC"), HOTP);
    assert_eq!(with("algorithm", "HMAC-OTP"), HOTP);
    assert_eq!(with("algorithm", "HMAC-SHA1-8"), DIGITS);
}

#[test]
fn a_hash_or_algorithm_of_something_else_is_not_that_of_codes() {
    for (heading, value) in [
        ("Encryption algorithm", "AES-128"),
        ("Encryption algorithm", "NONE"),
        ("Firmware hash", "9f86d081884c7d65"),
        ("Password hash", "$2b$10$abcdefghijklmnopqrstuv"),
    ] {
        assert_eq!(
            with(&format!("hash function,{heading}"), &format!("SHA-256,{value}")),
            "SHA-256",
            "{heading}"
        );
        assert_eq!(with(heading, value), "SHA-1", "{heading}");
        assert_eq!(
            json(&format!(r#""hashFunction":"hmacsha256","{heading}":"{value}""#)),
            "SHA-256",
            "{heading}"
        );
        // What is given for all rows is not hidden by it.
        let options = ReadOptions {
            mapping: Some(Mapping::parse("hash=const:SHA-256").unwrap()),
            ..ReadOptions::default()
        };
        let text = format!("{FIXED},{heading}\n7,{SEED},30,C,M,{value}\n");
        let mut file = SeedFile::open_with(text.into_bytes(), &options).unwrap();
        assert_eq!(read_all(&mut file)[0].result.as_ref().unwrap().token.hash, HashFunction::Sha256);
    }
    assert_eq!(
        with("Encryption algorithm,hash lib", "AES,SHA512"),
        "Microsoft Entra takes only SHA-1 and SHA-256."
    );
    assert_eq!(with("OATH algorithm", "HOTP"), HOTP);
    assert_eq!(with("hash type", "MD5"), "The hash function is not known.");
    let text = format!("{FIXED},hash lib\n7,{SEED},30,C,M,\n8,{SEED},30,C,M,TOTP\n9,{SEED},30,C,M,SHA512\n");
    assert!(read(text)[2].result.is_err());
}

#[test]
fn codes_of_types_and_words_of_other_things_name_no_kind() {
    for (heading, value) in [
        ("Type", "8"),
        ("Type", "10"),
        ("Category", "Windows 10"),
        ("Category", "Other"),
        ("Method", "Push"),
        ("Method", "SMS"),
        ("Profile", "Email"),
        ("Protocol", "Password"),
    ] {
        assert_eq!(with(heading, value), "SHA-1", "{heading} {value}");
        assert_eq!(json(&format!(r#""{heading}":"{value}""#)), "SHA-1", "{heading} {value}");
    }
    const OTHER: &str = "This is no time-based token (TOTP).";
    for (heading, value, message) in [
        ("Token type", "other", OTHER),
        ("Typ", "SMS", OTHER),
        ("kind", "push", OTHER),
        ("OTP mode", "password", OTHER),
        ("Category", "mOTP", OTHER),
        ("Category", "OTP 8 digits", DIGITS),
    ] {
        assert_eq!(with(heading, value), message, "{heading} {value}");
        assert_eq!(json(&format!(r#""{heading}":"{value}""#)), message, "{heading} {value}");
    }
}

#[test]
fn a_heading_in_capitals_is_no_key() {
    for heading in ["CUSTOMER ACCOUNT", "MANUFACTURINGDAY"] {
        let text = format!("SN,{heading},GEHEIMNIS\n7,x,{SEED}\n");
        let mapping = Mapping::parse("secret=GEHEIMNIS,interval=const:30,maker=const:C,model=const:M");
        let options = ReadOptions { mapping: Some(mapping.unwrap()), ..ReadOptions::default() };
        let mut file = SeedFile::open_with(text.into_bytes(), &options).unwrap();
        assert_eq!(read_all(&mut file).len(), 1, "{heading}");
    }
    // A key without digits is longer than a heading.
    let key = "ABCDEFGH".repeat(4);
    let mapping = Mapping::parse("serial=1,secret=2,interval=const:30,maker=const:C,model=const:M");
    let options = ReadOptions { mapping: Some(mapping.unwrap()), ..ReadOptions::default() };
    let mut file = SeedFile::open_with(format!("1,{key},hex\n").into_bytes(), &options).unwrap();
    assert_eq!(read_all(&mut file).len(), 1);
}
