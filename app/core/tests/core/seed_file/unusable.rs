//! What a file says under any heading, in any of its columns: tokens that Microsoft Entra cannot use come to no plan.

use super::*;
use token_core::{
    seed_file::{Field, Mapping, ReadOptions},
    token::HashFunction,
};

const FIXED: &str = "serial number,secret key,time interval,manufacturer,model";

/// The first message of each row, or the hash of its token.
fn outcome(row: &ParsedRow) -> String {
    match &row.result {
        Ok(row) => row.token.hash.to_string(),
        Err(issues) => issues[0].message.clone(),
    }
}

/// What comes of a row with these columns beside those that are required.
fn with(headings: &str, values: &str) -> String {
    outcome(&read(format!("{FIXED},{headings}\n7,{SEED},30,C,M,{values}\n")).remove(0))
}

fn json(properties: &str) -> String {
    let entry = format!(
        r#"{{"serialNumber":"7","secretKey":"{SEED}","manufacturer":"C","model":"M","timeIntervalInSeconds":30,{properties}}}"#
    );
    outcome(&read(entry).remove(0))
}

fn mapped(text: &str, mapping: &str) -> Vec<String> {
    let options = ReadOptions { mapping: Some(Mapping::parse(mapping).unwrap()), ..ReadOptions::default() };
    let mut file = SeedFile::open_with(text.as_bytes().to_vec(), &options).unwrap();
    read_all(&mut file).iter().map(outcome).collect()
}

const HOTP: &str = "This is an event-based token (HOTP).";
const DIGITS: &str = "The codes of this token do not have six digits.";
const EPOCH: &str = "This token does not count time from 1970.";

#[test]
fn a_mapping_does_not_hide_what_the_values_of_a_table_without_header_say() {
    let text = format!("1,{SEED},hotp,6,30,\n2,{SEED},totp,8,60,\n3,{SEED},totp,6,30,sha256\n");
    let mapping = "serial=1,secret=2,interval=const:30,maker=const:C,model=const:M";
    assert_eq!(mapped(&text, mapping), [HOTP, DIGITS, "SHA-256"]);
    let without = mapped(&text, &format!("{mapping},type=,digits=,hash="));
    assert_eq!(without, ["SHA-1"; 3], "what a mapping leaves out is not read");
    assert_eq!(mapped(&text, &format!("{mapping},type=,digits=4"))[..2], ["SHA-1", DIGITS]);
}

#[test]
fn the_kind_is_found_under_any_heading() {
    for heading in ["Typ", "kind", "key type", "auth type", "OATH algorithm", "xyz", "moving factor"] {
        assert_eq!(with(heading, "HOTP"), HOTP, "{heading}");
    }
    for heading in
        ["Typ", "category", "method", "profile", "protocol", "Verfahren", "token kind", "oath_mode"]
    {
        let text = format!("{FIXED},{heading}\n7,{SEED},30,C,M,hardware\n8,{SEED},30,C,M,HOTP\n");
        let outcomes: Vec<String> = read(text).iter().map(outcome).collect();
        assert_eq!(outcomes, ["SHA-1", HOTP], "{heading}: its values are not all kinds");
    }
}

#[test]
fn digits_are_found_under_many_headings() {
    for heading in [
        "num digits",
        "digit count",
        "output length",
        "code size",
        "passcode length",
        "response format length",
        "codelen",
        "totp digits",
        "token digits",
        "Stellen",
        "Ziffern",
        "OTP length (digits)",
    ] {
        assert_eq!(with(heading, "8"), DIGITS, "{heading}");
    }
    assert_eq!(with("length", "8"), DIGITS);
    assert_eq!(with("length,otp length", "20,6"), "SHA-1", "the length of something else");
    assert_eq!(with("length,otp length", "8,"), DIGITS);
    assert_eq!(json(r#""length":20,"otpLength":6"#), "SHA-1");
    assert_eq!(json(r#""length":8,"otpLength":null"#), DIGITS);
    for heading in
        ["key length", "secret length (digits)", "otp seed length", "Digital signature", "length in mm"]
    {
        assert_eq!(with(heading, "20"), "SHA-1", "{heading}");
    }
}

#[test]
fn the_hash_is_found_under_any_heading() {
    for heading in [
        "hashlib",
        "hash algo",
        "hash type",
        "hmac type",
        "mac algorithm",
        "algorithm suite",
        "digest algorithm",
        "key algorithm",
        "Hash Function (SHA)",
        "xyz",
    ] {
        assert_eq!(with(heading, "sha256"), "SHA-256", "{heading}");
        assert_eq!(
            with(heading, "HMAC-SHA-512"),
            "Microsoft Entra takes only SHA-1 and SHA-256.",
            "{heading}"
        );
    }
    for (heading, value) in
        [("key hash", "9f86d081884c7d65"), ("Town", "Shanghai"), ("File digest length", "64")]
    {
        assert_eq!(with(heading, value), "SHA-1", "{heading}");
    }
    assert_eq!(
        with("algorithm,algorithm_suite", "urn:ietf:params:xml:ns:keyprov:pskc:totp,HMAC-SHA256"),
        "SHA-256"
    );
}

#[test]
fn another_epoch_is_found_under_many_headings() {
    for heading in ["start time", "time offset", "epoch start", "time origin", "T0 (unix)", "totp t0"] {
        assert_eq!(with(heading, "946684800"), EPOCH, "{heading}");
        for start in ["0", "0.0", "1970-01-01", "1970-01-01 00:00:00", "1970-01-01T00:00:00Z", ""] {
            assert_eq!(with(heading, start), "SHA-1", "{heading} {start}");
        }
        assert_eq!(with(heading, "1970-01-01 01:00:00"), EPOCH, "{heading}");
    }
    assert_eq!(with("batch", "T0"), "SHA-1");
    for name in ["t0", "startTime", "epoch"] {
        assert_eq!(json(&format!(r#""{name}":946684800"#)), EPOCH, "{name}");
    }
}

#[test]
fn all_columns_that_say_it_are_read() {
    assert_eq!(with("algorithm,hash", "HOTP,SHA1"), HOTP);
    assert_eq!(with("algorithm,hash", "TOTP,SHA256"), "SHA-256");
    assert_eq!(with("hash,algorithm", ",SHA256"), "SHA-256");
    assert_eq!(with("type,otp type", "hardware,HOTP"), HOTP);
    assert_eq!(with("digits,otp length", "6,8"), DIGITS);
    assert_eq!(with("t0,epoch", ",946684800"), EPOCH);
    assert_eq!(with("hash,algorithm", "SHA1,SHA256"), "The row names two hash functions.");
    assert_eq!(with("hash,type", "SHA1,TOTP-SHA256"), "The row names two hash functions.");
    assert_eq!(with("hash,type", "SHA-256,TOTP-SHA256"), "SHA-256");
    assert_eq!(json(r#""type":"hardware","otpType":"HOTP""#), HOTP);
    assert_eq!(json(r#""algorithm":"TOTP","hash":"sha256""#), "SHA-256");
    assert_eq!(json(r#""hash":"sha1","algorithm":"sha256""#), "The row names two hash functions.");
    assert_eq!(
        json(r#""hash":"","algorithm":"","alg":"sha1","hmac":"sha1","digest":"sha256""#),
        "The entry names its hash function more than twice."
    );
    let text = format!("{FIXED},hash,hash function\n7,{SEED},30,C,M,,SHA256\n");
    assert_eq!(outcome(&read(&text)[0]), "SHA-256");
    assert_eq!(mapped(&text, "hash=6"), ["SHA-256"], "a mapping to a column that says it anyway");
    assert_eq!(mapped(&text, "hash=const:SHA-1"), ["SHA-256"], "the row's own word");
    assert!(mapped(&format!("{FIXED},hash,xyz\n7,{SEED},30,C,M,SHA1,HOTP\n"), "hash=6")[0].contains("HOTP"));
}

#[test]
fn kinds_of_other_products_are_known() {
    for kind in ["HMAC", "paper", "HOTP"] {
        assert_eq!(with("type", kind), HOTP, "{kind}");
    }
    for kind in ["CR", "tiqr", "OCRA"] {
        assert_eq!(with("type", kind), "This token answers challenges (OCRA).", "{kind}");
    }
    for kind in ["yubikey", "daypassword", "vasco", "QR", "question", "registration"] {
        assert_eq!(with("type", kind), "This is no time-based token (TOTP).", "{kind}");
    }
    for kind in [
        "TOTP-8",
        "TOTP8",
        "TOTP (8 digits)",
        "TOTP SHA1 8",
        "TOTP-SHA-1-8",
        "TOTP 10 digits",
        "SHA-256 7-digit",
    ] {
        assert_eq!(with("type", kind), DIGITS, "{kind}");
    }
    for kind in ["TOTP", "TOTP-6", "TOTP SHA-1 6 digits", "C8 v10x", "TOTP 30s", "time"] {
        assert_eq!(with("type", kind), "SHA-1", "{kind}");
    }
}

#[test]
fn usual_spellings_are_read() {
    for hash in
        ["SHA-1 (default)", "sha1", "N/A", "-", "HMAC-SHA-1", "TIME", "OATH", "Time-based", "OATH-TIME"]
    {
        assert_eq!(with("algorithm", hash), "SHA-1", "{hash}");
    }
    for hash in ["SHA-2 (256)", "SHA-2-256", "sha2256", "HmacSHA256", "TOTP SHA 256"] {
        assert_eq!(with("algorithm", hash), "SHA-256", "{hash}");
    }
    for hash in ["SHA-1/SHA-256", "SHA3-256", "sha2", "MD5", "sha16"] {
        assert_eq!(with("algorithm", hash), "The hash function is not known.", "{hash}");
    }
    assert_eq!(json(r#""algorithm":"TOTP""#), "SHA-1");
    for digits in ["06", "6.00", "6 Digits", "6,0", "6 digit"] {
        let outcome = outcome(&read(format!("{FIXED},digits\n7,{SEED},30,C,M,\"{digits}\"\n")).remove(0));
        assert_eq!(outcome, "SHA-1", "{digits}");
    }
    for digits in ["6.5", "66", "six", "6 to 8"] {
        assert_eq!(with("digits", digits), DIGITS, "{digits}");
    }
}

/// The key of a row whose format stands under this heading.
fn key_of(heading: &str, format: &str, key: &str) -> Option<Vec<u8>> {
    let text = format!("serial,secret,interval,maker,model,\"{heading}\"\n7,{key},30,C,M,{format}\n");
    read(text).remove(0).result.ok().map(|row| row.token.seed.bytes().to_vec())
}

#[test]
fn the_format_of_keys_is_found_under_many_headings() {
    let text = "ABCDEFGHIJKLMNOP";
    for heading in
        ["format", "encoding", "secret key format", "secretKeyFormat", "secretType", "key notation"]
    {
        assert_eq!(key_of(heading, "text", text).unwrap(), text.as_bytes(), "{heading}");
        assert_eq!(key_of(heading, "hex string", "3132333435363738393031323334").unwrap(), b"12345678901234");
        assert_eq!(key_of(heading, "Base32 encoded", text).unwrap().len(), 10, "{heading}");
    }
    assert_eq!(key_of("secretFormat", "base64url", "-_-_-_-_-_-_-_-_").unwrap()[..2], [0xfb, 0xff]);
    for (heading, value) in [("format", "card"), ("encoding", "UTF-8"), ("format", "")] {
        assert_eq!(key_of(heading, value, text).unwrap().len(), 10, "{heading} {value}: not of the key");
    }
    let json = |properties: &str| {
        let entry = format!(
            r#"{{"serialNumber":"7","secretKey":"{text}","manufacturer":"C","model":"M","timeIntervalInSeconds":30,{properties}}}"#
        );
        read(entry).remove(0).result.unwrap().token.seed.len()
    };
    assert_eq!(json(r#""format":"text""#), 16);
    assert_eq!(json(r#""secretKeyFormat":"text""#), 16);
    assert_eq!(json(r#""encoding":"utf-8""#), 10);
}

#[test]
fn a_key_that_is_a_text_has_all_of_its_characters() {
    for key in ["=\"abcdefgh\"", "\"abcdefgh\"", " abcdefgh ", "abc\u{ad}defgh", "12E+5"] {
        let cell = key.replace('"', "\"\"");
        assert_eq!(key_of("secretFormat", "text", &format!("\"{cell}\"")).unwrap(), key.as_bytes(), "{key}");
    }
    assert_eq!(key_of("secretFormat", "text", "\"  \""), None);
}

#[test]
fn a_suggestion_names_one_column_and_keeps_the_others() {
    let text = format!("{FIXED},type,otp type\n7,{SEED},30,C,M,hardware,HOTP\n");
    let options = ReadOptions { asks_for_mapping: true, ..ReadOptions::default() };
    let Err(token_core::seed_file::OpenIssue::NeedsMapping(file)) =
        SeedFile::open_with(text.into_bytes(), &options)
    else {
        unreachable!("a mapping was asked for")
    };
    let mapping = file.first().suggestion();
    assert_eq!(mapping.get(Field::Kind), Some(&token_core::seed_file::MappingSource::Column(5)));
    let mut file = file.with_mapping(&mapping, &ReadOptions::default()).unwrap();
    assert_eq!(outcome(&read_all(&mut file)[0]), HOTP);
    assert_eq!(HashFunction::Sha1.to_string(), "SHA-1");
}

#[test]
fn an_entry_without_a_user_is_nobodys() {
    let owner = |properties: &str| {
        let entry = format!(
            r#"{{"serialNumber":"7","secretKey":"{SEED}","manufacturer":"C","model":"M","timeIntervalInSeconds":30,{properties}}}"#
        );
        let row = read(entry).remove(0).result.unwrap_or_else(|issues| panic!("{properties}: {issues:?}"));
        row.owner.map(|owner| format!("{owner:?}")).unwrap_or_default()
    };
    for nobody in [r#""upn":"""#, r#""assignTo":{"id":""}"#, r#""assignTo":{"id":null}"#] {
        assert_eq!(owner(nobody), "", "{nobody}");
    }
    for ada in [
        r#""user":null,"email":"ada@contoso.com""#,
        r#""upn":"ada@contoso.com","userPrincipalName":"ada@contoso.com""#,
        r#""assignTo":{"id":null},"upn":"ada@contoso.com""#,
    ] {
        assert_eq!(owner(ada), r#"Upn("ada@contoso.com")"#, "{ada}");
    }
}
