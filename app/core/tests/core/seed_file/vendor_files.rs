//! Files of the kinds that vendors, tools and Excel really deliver.

use super::*;
use token_core::{
    seed_file::{FileChoices, HashOrigin, Mapping, Owner, ReadOptions},
    token::HashFunction,
};

const MICROSOFT: &str = "upn,serial number,secret key,time interval,manufacturer,model";

/// A key of so many bytes in Base32.
fn key(bytes: usize) -> String {
    let bytes = (0..bytes).map(|n| u8::try_from(n * 37 % 251).unwrap()).collect();
    token_core::seed::Seed::from_bytes(bytes).unwrap().expose_base32().to_string()
}

fn hash_of(key_bytes: usize, model: &str) -> (HashFunction, HashOrigin) {
    let row = row(format!("{MICROSOFT}\n,7,{},30,Contoso,{model}\n", key(key_bytes)));
    (row.token.hash, row.hash_origin)
}

fn messages(text: &str) -> Vec<String> {
    issues(text).into_iter().map(|issue| issue.message).collect()
}

fn mapped(text: &str, mapping: &str) -> Vec<ParsedRow> {
    let options = ReadOptions { mapping: Some(Mapping::parse(mapping).unwrap()), ..ReadOptions::default() };
    read_all(&mut SeedFile::open_with(text.as_bytes().to_vec(), &options).unwrap())
}

#[test]
fn only_a_key_of_32_bytes_is_taken_for_sha_256() {
    for bytes in [10, 16, 20, 24, 31, 33, 40, 63, 65, 80] {
        assert_eq!(hash_of(bytes, "M"), (HashFunction::Sha1, HashOrigin::KeyLength), "{bytes} bytes");
    }
    assert_eq!(hash_of(32, "M"), (HashFunction::Sha256, HashOrigin::KeyLength));
}

#[test]
fn a_key_of_64_bytes_without_a_hash_is_refused() {
    let refused = messages(&format!("{MICROSOFT}\n,7,{},30,C,M\n", key(64)));
    assert!(refused[0].contains("64 bytes"), "{refused:?}");
    let stated = row(format!("{HEADER}\n,7,{},30,C,M,SHA-1\n", key(64)));
    assert_eq!((stated.token.hash, stated.hash_origin), (HashFunction::Sha1, HashOrigin::File));
}

#[test]
fn the_models_name_comes_before_the_keys_length() {
    assert_eq!(hash_of(20, "C202 SHA-256"), (HashFunction::Sha256, HashOrigin::Model));
    assert_eq!(hash_of(32, "C202 (sha1)"), (HashFunction::Sha1, HashOrigin::Model));
    let text = format!("{MICROSOFT}\n,7,{SEED},30,C,Mini SHA512\n");
    assert_eq!(messages(&text), ["The model's name says SHA-512."]);
    let stated = row(format!("{HEADER}\n,7,{SEED},30,C,Mini SHA256,sha1\n"));
    assert_eq!(stated.token.hash, HashFunction::Sha1, "the file's own word comes first");
}

#[test]
fn the_user_chooses_the_hash_of_the_rows_that_name_none() {
    let text = format!("{HEADER}\n,1,{},30,C,M,\n,2,{},30,C,M,\n,3,{SEED},30,C,M,sha1\n", key(32), key(64));
    let mut file = open(&text).unwrap();
    let rows = read_all(&mut file);
    assert!(rows[1].result.is_err());
    let mut table = file.into_table(rows);
    assert_eq!(table.silent_rows(), 1);
    table.choose(FileChoices { hash: Some(HashFunction::Sha1), notation: None });
    table.judge_again(0..3);
    let found: Vec<_> = table.rows().iter().map(|row| row.result.as_ref().unwrap()).collect();
    assert!(found.iter().all(|row| row.token.hash == HashFunction::Sha1));
    assert_eq!(found.iter().map(|row| row.hash_origin.is_silent()).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(found[0].notes, ["no hash named: SHA-1, as chosen for the file"]);
    assert_eq!(table.silent_rows(), 2);
}

#[test]
fn rows_say_themselves_that_entra_cannot_use_their_token() {
    let header = "serial number,secret key,time interval,manufacturer,model,type,digits";
    let issue = |kind: &str, digits: &str| {
        read(format!("{header}\n7,{SEED},30,C,M,{kind},{digits}\n"))
            .remove(0)
            .result
            .err()
            .map(|all| all[0].message.clone())
    };
    for kind in ["HOTP", "oath-hotp", "Event", "event based", "counter"] {
        assert_eq!(issue(kind, "6").unwrap(), "This is an event-based token (HOTP).", "{kind}");
    }
    assert!(issue("OCRA-1:HOTP-SHA1-6:QN08", "6").is_some());
    assert_eq!(issue("OCRA-1:HOTP-SHA1-6:QN08", "6").unwrap(), "This token answers challenges (OCRA).");
    assert!(issue("challenge response", "6").unwrap().contains("challenges"));
    for kind in ["mOTP", "static", "SMS", "SecurID"] {
        assert_eq!(issue(kind, "6").unwrap(), "This is no time-based token (TOTP).", "{kind}");
    }
    for digits in ["8", "7", "8 digits", "x"] {
        assert_eq!(
            issue("TOTP", digits).unwrap(),
            "The codes of this token do not have six digits.",
            "{digits}"
        );
    }
    for (kind, digits) in
        [("TOTP", "6"), ("", ""), ("OATH-TOTP", "6 digits"), ("hardware", "6"), ("time", "6.0")]
    {
        assert_eq!(issue(kind, digits), None, "{kind} {digits}");
    }
    let both = issues(format!("{header}\n7,{SEED},30,C,M,HOTP,8\n"));
    assert_eq!(both.len(), 2, "all reasons at once");
}

#[test]
fn an_algorithm_may_be_a_hash_or_a_kind() {
    let header = "serial number,secret key,time interval,manufacturer,model,algorithm";
    let read_one =
        |algorithm: &str| read(format!("{header}\n7,{SEED},30,C,M,{algorithm}\n")).remove(0).result;
    assert_eq!(read_one("HmacSHA256").unwrap().token.hash, HashFunction::Sha256);
    for algorithm in ["TOTP", "OATH-TOTP", "totp-sha1"] {
        assert_eq!(read_one(algorithm).unwrap().token.hash, HashFunction::Sha1);
    }
    assert_eq!(read_one("TOTP (SHA-256)").unwrap().token.hash, HashFunction::Sha256);
    assert!(read_one("TOTP-SHA512").is_err());
    assert!(read_one("HOTP").unwrap_err()[0].message.contains("event-based"));
    assert!(read_one("SHA512").unwrap_err()[0].message.contains("only SHA-1 and SHA-256"));
}

#[test]
fn the_kind_names_the_hash_where_no_column_does() {
    let header = "serial number,secret key,time interval,manufacturer,model,type";
    let one = |kind: &str, key: &str| read(format!("{header}\n7,{key},30,C,M,{kind}\n")).remove(0).result;
    for (kind, hash) in [("TOTP-SHA256", HashFunction::Sha256), ("totp (SHA-1)", HashFunction::Sha1)] {
        let row = one(kind, &key(20)).unwrap();
        assert_eq!((row.token.hash, row.hash_origin), (hash, HashOrigin::File), "{kind}");
    }
    assert_eq!(one("TOTP SHA1", &key(32)).unwrap().token.hash, HashFunction::Sha1, "before the key's length");
    assert!(one("TOTP SHA-512", &key(20)).unwrap_err()[0].message.contains("only SHA-1 and SHA-256"));
}

#[test]
fn time_is_counted_from_1970() {
    let header = "serial number,secret key,time interval,manufacturer,model,t0,clock drift";
    let read_one = |epoch: &str| read(format!("{header}\n7,{SEED},30,C,M,{epoch},-3\n")).remove(0).result;
    for start in ["", "0", "1970-01-01T00:00:00Z"] {
        assert_eq!(read_one(start).unwrap().drift, Some(-3), "{start}");
    }
    for start in ["946684800", "2000-01-01T00:00:00Z"] {
        assert_eq!(read_one(start).unwrap_err()[0].message, "This token does not count time from 1970.");
    }
}

#[test]
fn invisible_characters_are_taken_out_with_a_note() {
    let text = format!(
        "{MICROSOFT}\n\u{200b}ada@contoso.com\u{200e},\u{200e}10\u{a0}00\u{feff}7\u{200b},{SEED}\u{ad},30,Con\u{200d}toso,HT\u{a0}1\n"
    );
    let row = row(text);
    assert_eq!(row.owner, Some(Owner::Upn("ada@contoso.com".into())));
    assert_eq!(row.token.serial.as_str(), "10007");
    assert_eq!((row.token.manufacturer.as_str(), row.token.model.as_str()), ("Contoso", "HT\u{a0}1"));
    assert_eq!(*row.token.seed.expose_base32(), SEED);
    let note = |field: &str| format!("invisible characters were taken out of the {field}");
    assert_eq!(row.notes, ["upn", "serial number", "secret key", "manufacturer"].map(note));
}

#[test]
fn a_question_mark_in_a_name_is_a_lost_letter() {
    let found = issues(format!("{MICROSOFT}\nm?ller@contoso.com,7,{SEED},30,C,M\n"));
    assert_eq!(found[0].message, "A letter of the user principal name was lost when the file was saved.");
    assert_eq!(found[0].column.as_deref(), Some("upn"));
}

#[test]
fn comments_above_the_header_are_skipped() {
    let rows = format!("{MICROSOFT}\n,7,{SEED},30,C,M\n");
    for above in [
        "#TYPE Selected.System.Management.Automation.PSCustomObject\r\n",
        "# version: 2\n\n# made by a tool, on a day\n",
        "#\n",
        "# note\r\nsep=,\r\n",
    ] {
        let entries = read(format!("{above}{rows}"));
        assert_eq!(entries.len(), 1, "{above}");
        assert!(entries[0].result.is_ok());
        assert_eq!(entries[0].line as usize, above.lines().count() + 2);
    }
    let numbered =
        format!("#,serial number,secret key,time interval,manufacturer,model\n1,7,{SEED},30,C,M\n");
    assert_eq!(row(numbered).token.serial.as_str(), "7", "a column may be called #");
}

#[test]
fn other_vendors_headings_are_known() {
    for header in [
        "E-mail address|Token S/N|Secret key in hex format|Time step (s)|Vendor Name|Token Model",
        "UPN;Serial #;HEX encoded seed;Period in seconds;Manufacturer;Product Name",
        "username,serial,secret,period,vendor,model name",
        "Email;SN;Seed;Interval;Manufacturer;Product",
        "user|Token Serial Number|Seed (hex)|Time Step|Maker|Token Model",
        "mail\tserial_no\tkey\tinterval_seconds\tbrand\tdevice-model",
    ] {
        let delimiter = [',', ';', '|', '\t'].into_iter().find(|c| header.contains(*c)).unwrap();
        let cells =
            ["ada@contoso.com", "007", "48656c6c6f21deadbeef48656c6c6f21deadbeef", "60", "Contoso", "HT-1"];
        let row = row(format!("{header}\n{}\n", cells.join(&delimiter.to_string())));
        assert_eq!(values(&row)[1..], ["007", SEED, "60", "Contoso", "HT-1", "SHA-1"], "{header}");
        assert_eq!(row.owner, Some(Owner::Upn("ada@contoso.com".into())));
    }
    let best =
        format!("key,secret key,serial,serial number,interval,manufacturer,model\nk1,{SEED},x,7,30,C,M\n");
    assert_eq!(row(best).token.serial.as_str(), "7", "Microsoft's own names come first");
}

#[test]
fn a_heading_that_names_the_notation_is_obeyed() {
    let ambiguous = "ABCDEF27".repeat(5);
    let bytes = |heading: &str, key: &str| {
        row(format!("serial,{heading},interval,maker,model\n7,{key},30,C,M\n")).token.seed.bytes().to_vec()
    };
    assert_eq!(bytes("Seed (hex)", &ambiguous).len(), 20);
    assert_eq!(bytes("Base32 secret", &ambiguous).len(), 25);
    assert_eq!(bytes("secret_base64", "SGVsbG8hSGVsbG8hSGVsbG8="), b"Hello!Hello!Hello");
    assert_eq!(bytes("Seed B32", &ambiguous).len(), 25);
    let json =
        format!(r#"[{{"serial":"7","secretHex":"{ambiguous}","interval":30,"maker":"C","model":"M"}}]"#);
    assert_eq!(row(json).token.seed.len(), 20, "in JSON, too");
}

#[test]
fn an_ambiguous_key_is_read_like_the_others_of_its_column() {
    let ambiguous = "ABCDEF27".repeat(5);
    let file = |other: &str| format!("{MICROSOFT}\n,1,{ambiguous},30,C,M\n,2,{other},30,C,M\n");
    let with_base32 = rows(file(SEED));
    assert_eq!((with_base32[0].token.seed.len(), with_base32[0].notes.len()), (25, 1));
    let with_hex = rows(file("48656c6c6f21deadbeef48656c6c6f21deadbeef"));
    assert_eq!((with_hex[0].token.seed.len(), with_hex[0].notes.len()), (20, 0));
    let both = format!("{}\n,3,48656c6c6f21deadbeef48656c6c6f21deadbeef,30,C,M\n", file(SEED).trim_end());
    let mixed = rows(both);
    assert_eq!(
        mixed[0].notes,
        ["the secret key fits Base32 and hex: read as hex"],
        "a mixed column tells nothing"
    );
    let options =
        ReadOptions { notation: Some(token_core::seed::KeyNotation::Base32), ..ReadOptions::default() };
    let mut chosen = SeedFile::open_with(file(&ambiguous).into_bytes(), &options).unwrap();
    assert_eq!(chosen.read(1)[0].result.as_ref().unwrap().token.seed.len(), 25);
}

#[test]
fn hex_with_colons_and_0x_is_read() {
    let header = "serial number,secret key,time interval,manufacturer,model";
    let same = rows(format!(
        "{header}\n1,26:46:E1:40:0D:48:3A:F3:30:9D:84:65:91:47:E6:5D:0A:93:71:26,60,F,M\n2,0x2646E1400D483AF3309D84659147E65D0A937126,60,F,M\n"
    ));
    for row in same {
        assert_eq!(*row.token.seed.expose_base32(), "EZDOCQANJA5PGME5QRSZCR7GLUFJG4JG");
    }
}

#[test]
fn lists_without_header_are_read_by_a_mapping() {
    let duo = "7169235,c841ff5870e161da5d2f9e1af95962\n7169236,2646E1400D483AF3309D84659147E65D0A937126,60\n";
    assert!(file_error(duo).starts_with("The first line is data: the header line is missing."));
    let rows = mapped(duo, "serial=1,secret=2,interval=3,maker=const:Fortinet,model=const:FTK200");
    let found: Vec<_> = rows.iter().map(|row| values(row.result.as_ref().unwrap())).collect();
    assert_eq!(found[0][1..], ["7169235", "ZBA76WDQ4FQ5UXJPTYNPSWLC", "30", "Fortinet", "FTK200", "SHA-1"]);
    assert_eq!(found[1][1..4], ["7169236", "EZDOCQANJA5PGME5QRSZCR7GLUFJG4JG", "60"]);
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [1, 2]);

    let blanks = "2000123456790   1669EBDCC7108C272FD876ED6E7F562583BE16A9\n  2000123456791 \t8141DF2B62E88C51C2C2488626B52735F03D0C62\n";
    let rows = mapped(blanks, "serial=1,secret=2,interval=const:60,maker=const:Swivel,model=const:T");
    let found: Vec<_> = rows.iter().map(|row| values(row.result.as_ref().unwrap())).collect();
    assert_eq!(found[0][1..4], ["2000123456790", "CZU6XXGHCCGCOL6YO3WW472WEWB34FVJ", "60"]);
    assert_eq!(found[1][1], "2000123456791");
}

#[test]
fn columns_without_header_are_guessed_with_their_kinds() {
    use token_core::seed_file::{Field, OpenIssue};
    let list = "token01, 3132333435363738393031323334353637383930, hotp, 6\ntoken02, 3132333435363738393031323334353637383931, totp, 6, 30\ntoken03,\t3132333435363738393031323334353637383932, ocra, OCRA-1:HOTP-SHA1-8:QH40\n";
    let Err(OpenIssue::NeedsMapping(file)) =
        SeedFile::open_with(list.as_bytes().to_vec(), &ReadOptions::default())
    else {
        unreachable!("there is no header")
    };
    let fields: Vec<_> = file.first().columns().into_iter().map(|column| column.field).collect();
    assert_eq!(fields[..3], [Some(Field::Serial), Some(Field::Key), Some(Field::Kind)]);
    let suggestion = file.first().suggestion().to_string();
    let rows = mapped(list, &format!("{suggestion},maker=const:C,model=const:M"));
    assert!(rows[0].result.as_ref().unwrap_err()[0].message.contains("event-based"));
    assert!(rows[1].result.is_ok());
    assert!(rows[2].result.is_err());
}

#[test]
fn the_header_of_a_second_file_in_the_middle_is_skipped() {
    let part = |serial: &str| format!("\u{feff}{MICROSOFT}\r\n,{serial},{SEED},30,C,M\r\n");
    let serials: Vec<String> =
        rows(part("1") + &part("2")).iter().map(|row| row.token.serial.to_string()).collect();
    assert_eq!(serials, ["1", "2"]);
}

#[test]
fn the_powershell_modules_inventory_is_read() {
    let text = format!(
        r#"{{"inventory":[
        {{"serialNumber":"K-1","secretKey":"{SEED}","manufacturer":"Contoso","model":"K","assignTo":{{"id":"ada@contoso.com"}}}},
        {{"serialNumber":"K-2","secretKey":"ABCDEF27ABCDEF27ABCDEF27ABCDEF27","secretFormat":"hex","manufacturer":"C","model":"K"}},
        {{"serialNumber":"K-3","secretKey":"MySecretPassword","secretFormat":"text","manufacturer":"C","model":"K"}},
        {{"serialNumber":"K-4","secretKey":"SGVsbG8h","secretFormat":"rot13","manufacturer":"C","model":"K"}}],
        "assignments":[{{"tokenId":"00000000-0000-0000-0000-000000000000","userId":"ada@contoso.com"}}]}}"#
    );
    let mut file = open(&text).unwrap();
    let entries = read_all(&mut file);
    let row = |index: usize| entries[index].result.as_ref().unwrap();
    assert_eq!(row(0).owner, Some(Owner::Upn("ada@contoso.com".into())));
    assert_eq!(row(1).token.seed.len(), 16);
    assert_eq!(*row(2).token.seed.expose_base32(), "JV4VGZLDOJSXIUDBONZXO33SMQ");
    let issues = entries[3].result.as_ref().unwrap_err();
    assert_eq!(issues[0].column.as_deref(), Some("secretFormat"));
    assert!(file.notices()[0].starts_with("1 entries under \"assignments\""), "{:?}", file.notices());
}

#[test]
fn json_properties_of_other_tools_are_read() {
    let text = format!(
        r#"[{{"serial":"7","seed":"{SEED}","period":60,"vendor":"C","model":"M","digits":8,"type":"totp"}}]"#
    );
    assert_eq!(messages(&text), ["The codes of this token do not have six digits."]);
    assert_eq!(row(text.replace(":8", ":6")).token.interval.seconds(), 60);
}

#[test]
fn json_of_other_shapes_is_read_or_named() {
    let token = format!(r#"{{"serial":"7","seed":"{SEED}","period":30,"vendor":"C","model":"M"}}"#);
    for object in ["{\"version\":2,\"tokens\":[TOKEN]}", "{\"devices\":[TOKEN],\"count\":1}"] {
        assert_eq!(row(object.replace("TOKEN", &token)).token.serial.as_str(), "7", "{object}");
    }
    for (export, app) in [
        (r#"{"version":1,"header":{"slots":null},"db":{"version":3,"entries":[]}}"#, "Aegis"),
        (r#"{"services":[{"name":"x","secret":"y"}],"schemaVersion":4}"#, "2FAS"),
        (r#"{"encrypted":false,"items":[{"login":{"totp":"x"}}]}"#, "Bitwarden"),
        (r#"{"tokenOrder":["a"],"tokens":[{"secret":[1,2]}]}"#, "FreeOTP"),
    ] {
        let error = file_error(export);
        assert!(error.contains(app) && error.contains("otpauth://"), "{error}");
    }
}

#[test]
fn a_serial_that_json_stores_as_a_number_has_a_note() {
    let text = format!(r#"[{{"serialNumber":712,"secretKey":"{SEED}","manufacturer":"C","model":"M"}}]"#);
    let notes = row(&text).notes;
    assert!(
        notes.contains(
            &"the serial number is stored as a number: zeros at its beginning, if there were any, are lost"
                .to_owned()
        )
    );
    let text = text.replace("712", "\"712\"");
    assert_eq!(row(text).notes.len(), 1, "only the interval is assumed");
}

#[test]
fn json_without_a_hash_follows_the_rule_of_all_files() {
    let hash = |bytes: usize, model: &str| {
        let key = key(bytes);
        let text =
            format!(r#"[{{"serialNumber":"7","secretKey":"{key}","manufacturer":"C","model":"{model}"}}]"#);
        read(text).remove(0).result.map(|row| (row.token.hash, row.hash_origin))
    };
    assert_eq!(hash(32, "M").unwrap(), (HashFunction::Sha256, HashOrigin::KeyLength));
    assert_eq!(hash(32, "M SHA1").unwrap(), (HashFunction::Sha1, HashOrigin::Model));
    for bytes in [20, 24, 40] {
        assert_eq!(hash(bytes, "M").unwrap(), (HashFunction::Sha1, HashOrigin::KeyLength));
    }
    assert!(hash(64, "M").is_err());
}

#[test]
fn files_that_hold_no_usable_token_are_named() {
    let cases: [(&[u8], &str); 26] = [
        (b"\x85\x01\x0c\x03\xca\x42\xf0\xee\xd3\xae\x88\xb1", "The file is encrypted."),
        (b"\x8c\x0d\x04\x09\x03\x02\xab\xcd", "The file is encrypted."),
        (b"\xc1\xc0\x4c\x03\x01\x02", "The file is encrypted."),
        (b"\xd2\xc0\x01\x02", "The file is encrypted."),
        (b"\x30\x82\x01\x10\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", "The file is encrypted."),
        (b"age-encryption.org/v1\n-> X25519 x\n\0\x01", "The file is encrypted."),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\nx", "The file is encrypted."),
        (b"-----BEGIN CMS-----\nx", "The file is encrypted."),
        (b"-----BEGIN PGP PUBLIC KEY BLOCK-----\nx", "The file is a pgp public key block block"),
        (b"LOGGING START,11.12.13 18:55\nOATH-HOTP,11.12.13", "The file is a log of YubiKey slots"),
        (b"Yubico OTP,11.12.13 18:58,1,vv", "The file is a log of YubiKey slots"),
        (
            b"# ===== SafeWord Authenticator Records =====\nsccTokenData: sccMode=T;",
            "The file holds SafeWord records of eToken PASS TS",
        ),
        (
            b"dn: sccAuthenticatorId=1\nsccTokenData: sccMode=E;",
            "The file holds SafeWord records of the event-based",
        ),
        (b"\xD0\xCF\x11\xE0....", "The file is an Excel workbook of the old format"),
        (
            b"# Yubico Format:\n508327,,0,69cfb9202438ca68964ec3244bfa4843d073a43b,,2013-12-12T08:41:07,\n",
            "The file is a log of YubiKey slots",
        ),
        (
            b"508328,cccccccccccc,83cebdfb7b93,a47c5bf9c152202f577be6721c0113af,,2013-12-12T08:43:17,",
            "The file is a log of YubiKey slots",
        ),
        (
            b"Static Password,11.12.13 19:08,1,,d5a3d50327dc,0e8e37b0e38b314a56748c030f58d21d,,",
            "The file is a log of YubiKey slots",
        ),
        (b"Salted__12345678", "The file is encrypted."),
        (b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512", "The file is signed by PGP"),
        (
            b"MIME-Version: 1.0\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data",
            "The file is encrypted.",
        ),
        (b"7z\xBC\xAF\x27\x1C", "The file is a 7-Zip archive"),
        (b"Rar!\x1A\x07\x00", "The file is a RAR archive"),
        (b"\x1F\x8B\x08\x00", "The file is packed by gzip"),
        (b"%PDF-1.7", "The file is a PDF document"),
        (b"{\\rtf1\\ansi", "The file is a document of a word processor"),
        (b"\x89PNG\r\n\x1a\n", "The file is a picture"),
    ];
    for (file, message) in cases {
        assert!(file_error(file).starts_with(message), "{}", file_error(file));
    }
    assert!(file_error(b"\x85\x01\x0c\x03").contains("gpg --decrypt FILE | token-inventory import -"));
}

#[test]
fn a_file_of_two_encodings_says_so() {
    let mut file = format!("{MICROSOFT}\n,7,{SEED},30,C,M\n").into_bytes();
    file.extend(format!(",8,{SEED},30,C,M\r\n").encode_utf16().flat_map(u16::to_le_bytes));
    assert!(file_error(file).starts_with("The file has two encodings: from line 3 it is UTF-16"));
    let text = format!("\u{feff}{MICROSOFT}\r\n,7,{SEED},30,C,M\r\n");
    let mut file: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    file.extend(format!(",8,{SEED},30,C,M\r\n").into_bytes());
    assert!(file_error(file).starts_with("The file has two encodings: up to line 3 it is UTF-16"));
    let names = "\u{feff}upn,serial number,secret key,time interval,manufacturer,model\n山田太郎さんの部署の人々の名前はとても長いですがそれでも正しいものです@contoso.com,7,".to_owned()
        + &format!("{SEED},30,C,M\n");
    let file: Vec<u8> = names.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(rows(file).len(), 1, "letters of East Asia are none");
}
