//! PSKC as a seed file: what its keys become as rows.

use seed_readers::PskcSecret;
use token_core::{
    seed_file::{FileKind, Owner},
    token::HashFunction,
};

use super::{pskc_maker::Maker, *};

const KEY: [u8; 16] = [0x2a; 16];

fn package(device: &str, attributes: &str, parameters: &str, data: &str, policy: &str) -> String {
    format!(
        r#"<KeyPackage><DeviceInfo>{device}</DeviceInfo><Key {attributes}><AlgorithmParameters>{parameters}</AlgorithmParameters><Data>{data}</Data>{policy}</Key></KeyPackage>"#
    )
}

fn container(packages: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc">{packages}</KeyContainer>"#
    )
}

const DEVICE: &str =
    "<Manufacturer>Contoso &amp; Co</Manufacturer><SerialNo>0012</SerialNo><Model>HT-1</Model>";
const TOTP: &str = r#"Id="k1" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:totp""#;
const SIX: &str = r#"<ResponseFormat Length="6" Encoding="DECIMAL"/>"#;
const PLAIN: &str = "<Secret><PlainValue>SGVsbG8h3q2+70hlbGxvId6tvu8=</PlainValue></Secret>";

fn one(attributes: &str, parameters: &str, data: &str, policy: &str) -> ParsedRow {
    let xml = container(&package(DEVICE, attributes, parameters, data, policy));
    rows(xml.as_bytes(), &OpenRequest::default()).remove(0)
}

#[test]
fn a_plain_key_is_read_with_all_that_it_says() {
    let data = format!(
        "{PLAIN}<Time><PlainValue>0</PlainValue></Time><TimeInterval><PlainValue>60</PlainValue></TimeInterval><TimeDrift><PlainValue>-4</PlainValue></TimeDrift>"
    );
    let parameters = format!("<Suite>HMAC-SHA256</Suite>{SIX}");
    let row = one(TOTP, &parameters, &data, "").result.unwrap();
    assert_eq!(row.token.serial.as_str(), "0012");
    assert_eq!(*row.token.seed.expose_base32(), SEED);
    assert_eq!(
        (row.token.interval.seconds(), row.token.hash, row.drift),
        (60, HashFunction::Sha256, Some(-4))
    );
    assert_eq!((row.token.manufacturer.as_str(), row.token.model.as_str()), ("Contoso & Co", "HT-1"));
    let without = one(TOTP, SIX, PLAIN, "").result.unwrap();
    assert_eq!((without.token.hash, without.notes.len()), (HashFunction::Sha1, 1), "the interval is assumed");
}

#[test]
fn mixed_files_keep_their_time_based_keys() {
    let hotp = TOTP.replace("totp", "hotp");
    let xml = container(&(package(DEVICE, TOTP, SIX, PLAIN, "") + &package("", &hotp, SIX, PLAIN, "")));
    let mut opened = opened(xml.as_bytes(), &OpenRequest::default());
    assert_eq!(opened.file.kind(), FileKind::Pskc);
    let rows = opened.file.read(10);
    assert!(rows[0].result.is_ok());
    assert_eq!(rows[1].serial, "k1", "the key's id, where the device has no serial");
    assert!(messages(&rows[1]).contains(&"This is an event-based token (HOTP)."));
}

#[test]
fn what_entra_cannot_use_is_refused() {
    let first = |attributes: &str, parameters: &str, data: &str, policy: &str| {
        messages(&one(attributes, parameters, data, policy))[0].to_owned()
    };
    let eight = SIX.replace('6', "8");
    assert_eq!(first(TOTP, &eight, PLAIN, ""), "The codes of this token do not have six digits.");
    assert_eq!(
        first(TOTP, &SIX.replace("DECIMAL", "HEXADECIMAL"), PLAIN, ""),
        "The codes are not plain decimal digits."
    );
    assert_eq!(
        first(TOTP, &SIX.replace("/>", " CheckDigits=\"true\"/>"), PLAIN, ""),
        "The codes are not plain decimal digits."
    );
    assert_eq!(first(TOTP, &format!("{SIX}<ChallengeFormat/>"), PLAIN, ""), "This token answers challenges.");
    assert_eq!(first(&TOTP.replace("totp", "pin"), SIX, PLAIN, ""), "The key is for \"pin\", not for TOTP.");
    assert_eq!(first("Id=\"1\"", SIX, PLAIN, ""), "The file does not say what the key is for.");
    for suite in ["HMAC-SHA512", "HMAC-MD5"] {
        assert!(
            !one(TOTP, &format!("<Suite>{suite}</Suite>{SIX}"), PLAIN, "").result.is_ok_and(|_| true),
            "{suite}"
        );
    }
    let late = format!("{PLAIN}<Time><PlainValue>946684800</PlainValue></Time>");
    assert_eq!(first(TOTP, SIX, &late, ""), "This token does not count time from 1970.");
    let pin = r#"<Policy><PINPolicy PINUsageMode="Append"/></Policy>"#;
    assert_eq!(first(TOTP, SIX, PLAIN, pin), "The token's codes are combined with a PIN.");
    assert!(one(TOTP, SIX, PLAIN, &pin.replace("Append", "Local")).result.is_ok());
    let usage = "<Policy><KeyUsage>Integrity</KeyUsage></Policy>";
    assert_eq!(first(TOTP, SIX, PLAIN, usage), "The key may be used for Integrity only.");
    assert_eq!(first(TOTP, SIX, "", ""), "The key has no secret in the file.");
    assert_eq!(first(TOTP, SIX, "<Secret><PlainValue>!</PlainValue></Secret>", ""), "The value is damaged.");
    let odd = format!("{PLAIN}<TimeInterval><PlainValue>!</PlainValue></TimeInterval>");
    assert_eq!(first(TOTP, SIX, &odd, ""), "The value is damaged.", "it is not taken for 30");
}

#[test]
fn challenges_are_named_wherever_the_file_says_so() {
    let challenge = "This token answers challenges (OCRA).";
    let ocra = r#"Id="1" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc#OCRA-1:HOTP-SHA512-8:C-QN08""#;
    assert_eq!(messages(&one(ocra, SIX, PLAIN, "")), [challenge]);
    let suite = format!("<Suite>OCRA-1:HOTP-SHA1-6:QN08</Suite>{SIX}");
    assert_eq!(messages(&one(TOTP, &suite, PLAIN, "")), [challenge]);
    let xml = container(&package(DEVICE, TOTP, SIX, PLAIN, ""))
        .replace("<AlgorithmParameters>", "<Usage CR=\"true\">")
        .replace("</AlgorithmParameters>", "</Usage>");
    let row = rows(xml.as_bytes(), &OpenRequest::default()).remove(0);
    assert_eq!(messages(&row), ["The key may be used for CR only."]);
}

#[test]
fn policies_are_obeyed() {
    let known = r#"<Policy><StartDate>2012-09-19T00:00:00Z</StartDate><ExpiryDate>2022-09-01T00:00:00Z</ExpiryDate><NumberOfTransactions>4</NumberOfTransactions><KeyUsage>OTP</KeyUsage><PINPolicy MinLength="4" MaxLength="4" PINKeyId="1" PINEncoding="DECIMAL" PINUsageMode="Local"/></Policy>"#;
    let row = one(TOTP, SIX, PLAIN, known).result.unwrap();
    assert!(
        row.notes.contains(&"the file says that the key expires on 2022-09-01".to_owned()),
        "{:?}",
        row.notes
    );
    for (known_part, unknown) in [
        ("<KeyUsage>", "<OnWeekDaysOnly/><KeyUsage>"),
        ("PINUsageMode", "OnWeekDaysOnly=\"true\" PINUsageMode"),
    ] {
        let policy = known.replace(known_part, unknown);
        assert_eq!(
            messages(&one(TOTP, SIX, PLAIN, &policy)),
            ["The file restricts the use of the key by \"OnWeekDaysOnly\", which is not known here."]
        );
    }
}

#[test]
fn an_algorithm_names_its_hash_where_no_suite_does() {
    let attributes = TOTP.replace(":totp", ":totp-sha256");
    assert_eq!(one(&attributes, SIX, PLAIN, "").result.unwrap().token.hash, HashFunction::Sha256);
    assert!(one(&TOTP.replace(":totp", ":totp-sha512"), SIX, PLAIN, "").result.is_err());
}

#[test]
fn users_are_people_not_distinguished_names() {
    let user = |user: &str| {
        let device = format!("{DEVICE}<UserId>{user}</UserId>");
        good(container(&package(&device, TOTP, SIX, PLAIN, "")).as_bytes(), &OpenRequest::default())
            .remove(0)
            .owner
    };
    assert_eq!(user("UID=jsmith,DC=example,DC=net"), None);
    assert_eq!(user("ada@contoso.com"), Some(Owner::Upn("ada@contoso.com".into())));
    let id = "0b1d2a44-64bb-4f6c-9a3b-0d3f6c1f9a10";
    assert!(matches!(user(id), Some(Owner::Id(_))));
}

#[test]
fn a_signature_is_said_not_to_be_verified() {
    let xml = container(
        &(package(DEVICE, TOTP, SIX, PLAIN, "")
            + "<ds:Signature xmlns:ds=\"d\"><ds:SignedInfo/></ds:Signature>"),
    );
    let notices = opened(xml.as_bytes(), &OpenRequest::default()).file.notices();
    assert_eq!(notices, ["The file has a signature, which was not verified."]);
}

#[test]
fn a_file_without_models_asks_for_one() {
    let device = DEVICE.replace("<Model>HT-1</Model>", "");
    let xml = container(&package(&device, TOTP, SIX, PLAIN, ""));
    assert!(matches!(need(xml.as_bytes(), &OpenRequest::default()), OpenNeed::Mapping(..)));
    assert_eq!(good(xml.as_bytes(), &with_model())[0].token.model, "M");
}

#[test]
fn keys_are_taken_in_hex_and_base64() {
    let xml = Maker::new(&KEY, "aes128-cbc", Some("hmac-sha1")).xml();
    assert!(
        matches!(need(xml.as_bytes(), &OpenRequest::default()), OpenNeed::PskcKey(Some(name), None) if name == "Our key")
    );
    let with =
        |text: &str| OpenRequest { pskc: Some(PskcSecret::Key(secret(text))), ..OpenRequest::default() };
    let hex = "2a".repeat(16);
    for text in [hex.as_str(), "KioqKioqKioqKioqKioqKg==", &format!(" 0x{hex}\n"), &vec!["2A"; 16].join(":")]
    {
        assert_eq!(good(xml.as_bytes(), &with(text)).len(), 1, "{text}");
    }
    for text in ["2b".repeat(16), "2a".repeat(5), "no key".to_owned(), String::new()] {
        let OpenNeed::PskcKey(_, Some(_)) = need(xml.as_bytes(), &with(&text)) else {
            unreachable!("{text}")
        };
    }
    let long = [0x2a; 24];
    let xml = Maker::new(&long, "aes192-cbc", Some("hmac-sha1")).xml();
    let text = "Kioq".repeat(8);
    assert_eq!(good(xml.as_bytes(), &with(&text)).len(), 1, "24 bytes in Base64");
}

#[test]
fn a_password_opens_the_file() {
    let xml = include_str!("rfc6030_figure7.xml")
        .replace("pskc:hotp", "pskc:totp")
        .replace("Length=\"8\"", "Length=\"6\"");
    assert!(matches!(need(xml.as_bytes(), &with_model()), OpenNeed::PskcPassword(Some(_), None)));
    let with = |pskc| OpenRequest { pskc: Some(pskc), ..with_model() };
    assert_eq!(good(xml.as_bytes(), &with(PskcSecret::Password(secret("qwerty")))).len(), 1);
    let OpenNeed::PskcPassword(_, Some(_)) = need(xml.as_bytes(), &with(PskcSecret::Password(secret("x"))))
    else {
        unreachable!()
    };
}

#[test]
fn older_drafts_other_prefixes_and_encodings_are_read() {
    let draft = r#"<KeyContainer Version="1" xmlns="urn:ietf:params:xml:ns:keyprov:pskc:1.0"><Device><DeviceInfo><Manufacturer>C</Manufacturer><SerialNo>0012</SerialNo></DeviceInfo><Key KeyId="1" KeyAlgorithm="http://www.ietf.org/keyprov/pskc#totp"><Usage><ResponseFormat format="DECIMAL" length="6"/></Usage><Data Name="SECRET"><Value>SGVsbG8h3q2+70hlbGxvId6tvu8=</Value></Data><Data Name="TIME_INTERVAL"><Value>60</Value></Data></Key></Device></KeyContainer>"#;
    let row = good(draft.as_bytes(), &with_model()).remove(0);
    assert_eq!((row.token.interval.seconds(), row.token.seed.expose_base32().as_str()), (60, SEED));
    let xml = container(&package(DEVICE, TOTP, SIX, PLAIN, ""));
    let prefixed = xml
        .replace("xmlns=", "xmlns:p=")
        .replace("</", "</p:")
        .replace('<', "<p:")
        .replace("<p:/", "</")
        .replace("<p:?", "<?");
    assert_eq!(good(prefixed.as_bytes(), &OpenRequest::default()).len(), 1, "{prefixed}");
    let utf16: Vec<u8> = format!("\u{feff}{xml}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(good(&utf16, &OpenRequest::default()).len(), 1);
    assert_eq!(good(format!("\u{feff}{xml}").as_bytes(), &OpenRequest::default()).len(), 1);
}

#[test]
fn a_root_that_is_not_closed_keeps_its_whole_keys() {
    let xml = container(&package(DEVICE, TOTP, SIX, PLAIN, ""));
    let cut = xml.trim_end_matches("</KeyContainer>");
    for text in [
        cut.to_owned(),
        format!("{cut}<KeyPackage><DeviceInfo><Serial"),
        format!("{cut}<KeyPackage><Key Id=\"2\">"),
    ] {
        let mut opened = opened(text.as_bytes(), &OpenRequest::default());
        assert_eq!(opened.file.read(10).len(), 1, "{text}");
        assert_eq!(
            opened.file.notices()[0],
            "The file ends before it is complete: its 1 whole keys were read."
        );
    }
}

#[test]
fn other_xml_is_named() {
    let safenet = "<Tokens><Token serial=\"1\"><ProductName>Alpine</ProductName><Applications><Application><Seed>1234</Seed><MovingFactor>1</MovingFactor></Application></Applications></Token></Tokens>";
    assert!(error(safenet.as_bytes(), &OpenRequest::default()).contains("event-based version"));
    let timed = safenet.replace("<MovingFactor>1</MovingFactor>", "");
    assert!(error(timed.as_bytes(), &OpenRequest::default()).contains("the year 2000"));
    assert_eq!(error(b"<html><head/></html>", &OpenRequest::default()), "The file is a web page.");
    let others: [&[u8]; 2] = [b"<svg/>", b"<tokens><token serial=\"1\" seed=\"12\"/></tokens>"];
    for xml in others {
        assert!(error(xml, &OpenRequest::default()).contains("no key container"));
    }
    let securid = b"<?xml version=\"1.0\"?><TKNBatch><TKNHeader><Origin>RSA</Origin></TKNHeader></TKNBatch>";
    assert!(error(securid, &OpenRequest::default()).contains("SecurID"));
}

#[test]
fn a_suite_may_stand_in_an_attribute() {
    let hash = |suite: &str| {
        let row = one(TOTP, &format!("{suite}{SIX}"), PLAIN, "");
        row.result.map_or_else(|issues| issues[0].message.clone(), |row| row.token.hash.to_string())
    };
    for suite in [
        r#"<Suite hashalgo="sha256"/>"#,
        r#"<Suite Algorithm="HMAC-SHA256"/>"#,
        "<Suite>HMAC-SHA-256</Suite>",
    ] {
        assert_eq!(hash(suite), "SHA-256", "{suite}");
    }
    assert_eq!(hash(r#"<Suite hashalgo="sha512"/>"#), "Microsoft Entra takes only SHA-1 and SHA-256.");
    for suite in
        [r#"<Suite digest="2"/>"#, r#"<Suite hashalgo="md5"/>"#, "<Suite>TOTP</Suite>", r#"<Suite x=""/>"#]
    {
        assert_eq!(hash(suite), "The hash function is not known.", "{suite}");
    }
    assert_eq!(hash("<Suite/>"), "SHA-1");
}

#[test]
fn a_plain_secret_in_another_notation_is_not_taken_for_base64() {
    let first = |text: &str| {
        let row = one(TOTP, SIX, &format!("<Secret><PlainValue>{text}</PlainValue></Secret>"), "");
        row.result.map_or_else(|issues| issues[0].message.clone(), |row| row.token.seed.len().to_string())
    };
    for hex in [
        "3132333435363738393031323334353637383930",
        "48656c6c6f21deadbeef48656c6c6f21deadbeef",
        "48656C6C6F21DEADBEEF48656C6C6F21",
    ] {
        assert!(first(hex).starts_with("The secret looks like hex"), "{hex}");
    }
    assert!(first(SEED).starts_with("The secret looks like Base32"));
    assert_eq!(first("SGVsbG8h3q2+70hlbGxvId6tvu8="), "20");
    assert_eq!(first("AAAAAAAAAAAAAAAAAAAAAA=="), "16");
}

#[test]
fn check_digits_are_refused_in_any_spelling() {
    for value in ["TRUE", "True", "1"] {
        let row = one(TOTP, &SIX.replace("/>", &format!(" CheckDigits=\"{value}\"/>")), PLAIN, "");
        assert_eq!(messages(&row), ["The codes are not plain decimal digits."], "{value}");
    }
}

#[test]
fn what_was_appended_to_a_container_is_read_or_named() {
    let token = |serial: &str| package(&DEVICE.replace("0012", serial), TOTP, SIX, PLAIN, "");
    let whole = container(&token("2"));
    let open = container(&token("1")).replace("</KeyContainer>", "");
    let serials = |text: &str| -> (Vec<String>, Vec<String>) {
        let mut opened = opened(text.as_bytes(), &OpenRequest::default());
        let rows = opened.file.read(10);
        (rows.iter().map(|row| row.serial.clone()).collect(), opened.file.notices())
    };
    for text in [
        format!("{open}{whole}"),
        format!("{open}{whole}</KeyContainer>"),
        format!("{open}{}", whole.replace("</KeyContainer>", "")),
    ] {
        let (read, notices) = serials(&text);
        assert_eq!(read, ["1", "2"], "{text}");
        assert!(!notices.iter().any(|one| one.contains("follows")), "{text}: {notices:?}");
    }
    let closed = format!("{open}</KeyContainer>");
    for more in [token("3"), whole.clone(), "<x".to_owned()] {
        let (read, notices) = serials(&format!("{closed}\n{more}"));
        assert_eq!(read, ["1"], "{more}");
        assert!(notices.iter().any(|one| one.starts_with("What follows the end")), "{more}: {notices:?}");
    }
    assert!(!serials(&format!("{closed}\n\n<!-- end -->\n")).1.iter().any(|one| one.contains("follows")));
    let protected = Maker::new(&KEY, "aes128-cbc", Some("hmac-sha1")).xml();
    let message = error(format!("{open}{protected}").as_bytes(), &OpenRequest::default());
    assert_eq!(message, "The file holds several containers, each with a protection of its own.");
}

/// privacyIDEA writes all names in lower case, and Python's word for no number.
#[test]
fn names_are_known_in_any_case() {
    let data = "<Secret><PlainValue>SGVsbG8h3q2+70hlbGxvId6tvu8=</PlainValue></Secret><TimeInterval><PlainValue>60</PlainValue></TimeInterval><TimeDrift><PlainValue>None</PlainValue></TimeDrift>";
    let xml = container(&package(DEVICE, TOTP, SIX, data, "<Policy><KeyUsage>OTP</KeyUsage></Policy>"));
    let lower = xml
        .split('<')
        .map(|part| match part.split_once(|c: char| !(c.is_ascii_alphanumeric() || c == '/')) {
            Some((name, _)) => part.replacen(name, &name.to_lowercase(), 1),
            None => part.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("<");
    assert!(lower.contains("<keycontainer") && lower.contains("<plainvalue>"));
    let found = good(lower.as_bytes(), &OpenRequest::default()).remove(0);
    assert_eq!(
        (found.token.serial.as_str(), found.token.interval.seconds(), found.drift),
        ("0012", 60, None)
    );
}

#[test]
fn a_mac_may_stand_beside_the_secret() {
    let xml = Maker::new(&KEY, "aes128-cbc", Some("hmac-sha1")).xml();
    let start = xml.find("<ValueMAC>").unwrap();
    let end = xml.find("</ValueMAC>").unwrap() + "</ValueMAC>".len();
    let moved = format!("{}{}", &xml[..start], &xml[end..])
        .replace("</Data>", &format!("{}</Data>", &xml[start..end]));
    let request = OpenRequest {
        pskc: Some(PskcSecret::Key(secret("2a".repeat(16).as_str()))),
        ..OpenRequest::default()
    };
    assert_eq!(good(moved.as_bytes(), &request).len(), 1);
}

#[test]
fn numbers_are_read_as_programs_write_them() {
    let data = |interval: &str, drift: &str| {
        format!(
            "{PLAIN}<TimeInterval><PlainValue>{interval}</PlainValue></TimeInterval><TimeDrift><PlainValue>{drift}</PlainValue></TimeDrift>"
        )
    };
    let six = SIX.replace("\"6\"", "\"06\"");
    let row = one(TOTP, &six, &data("30.0", "0.0"), "").result.unwrap();
    assert_eq!((row.token.interval.seconds(), row.drift, row.notes.len()), (30, Some(0), 0));
    let damaged = one(TOTP, SIX, &data("30", "xx!"), "").result.unwrap();
    assert_eq!(damaged.drift, None);
    assert_eq!(damaged.notes, ["the clock drift in the file is damaged: left out"]);
}

#[test]
fn attributes_are_unescaped() {
    let xml = container(&package(
        &DEVICE.replace("<SerialNo>0012</SerialNo>", ""),
        &TOTP.replace("k1", "A&amp;B-01"),
        SIX,
        PLAIN,
        "",
    ));
    assert_eq!(rows(xml.as_bytes(), &OpenRequest::default()).remove(0).serial, "A&B-01");
    for (text, serial) in
        [("A & B&amp;C;D", "A & B&C;D"), ("a=1&b=2;c", "a=1&b=2;c"), ("&", "&"), ("&#65;&;", "A&;")]
    {
        let bare = xml.replace("A&amp;B-01", text);
        assert_eq!(rows(bare.as_bytes(), &OpenRequest::default()).remove(0).serial, serial, "{text}");
    }
    let own = xml.replace("A&amp;B", "A&own;B");
    assert!(error(own.as_bytes(), &OpenRequest::default()).contains("attribute"));
}

/// XML Encryption says nothing of the padding but its last byte.
#[test]
fn any_padding_is_accepted_where_several_keys_open_to_one_length() {
    use super::pskc_maker::SECRET;
    use base64::{Engine, engine::general_purpose::STANDARD};
    let maker = Maker::new(&KEY, "aes128-cbc", None);
    let one = maker.xml();
    let (before, rest) = one.split_once("<xenc:CipherValue>").unwrap();
    let (_, after) = rest.split_once("</xenc:CipherValue>").unwrap();
    let blocks = [SECRET, &[9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 11, 12]].concat();
    let padded = STANDARD.encode(&maker.encrypted(&blocks)[..16 + blocks.len()]);
    let loose = format!("{before}<xenc:CipherValue>{padded}</xenc:CipherValue>{after}");
    let (start, end) = (loose.find("<KeyPackage>").unwrap(), loose.find("</KeyContainer>").unwrap());
    let package = &loose[start..end];
    let twice =
        format!("{}{package}{}{}", &loose[..start], package.replace(">0012<", ">0013<"), &loose[end..]);
    let with = |key: &str| OpenRequest { pskc: Some(PskcSecret::Key(secret(key))), ..OpenRequest::default() };
    let right = "2a".repeat(16);
    let mut file = opened(twice.as_bytes(), &with(&right)).file;
    let rows = file.read(10);
    assert!(rows.iter().all(|row| row.result.as_ref().unwrap().token.seed.bytes() == SECRET));
    assert!(file.notices()[0].contains("only their equal lengths"), "{:?}", file.notices());
    assert!(error(twice.as_bytes(), &with(&"2b".repeat(16))).contains("does not fit"));
    assert!(
        error(loose.as_bytes(), &with(&right)).contains("does not fit"),
        "one key alone tells too little"
    );
}

#[test]
fn a_key_is_taken_without_padding_and_with_0x_before_each_byte() {
    let xml = Maker::new(&KEY, "aes128-cbc", Some("hmac-sha1")).xml();
    let bytes = vec!["0x2a"; 16].join(", ");
    for key in
        ["KioqKioqKioqKioqKioqKg", "KioqKioqKioqKioqKioqKg==", &bytes, "0x2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A2A"]
    {
        let request = OpenRequest { pskc: Some(PskcSecret::Key(secret(key))), ..OpenRequest::default() };
        assert_eq!(good(xml.as_bytes(), &request).len(), 1, "{key}");
    }
}
