//! Lists of `otpauth://` addresses.

use super::*;
use token_core::{
    seed_file::{Field, FileKind, Mapping, OpenIssue, Owner, ReadOptions},
    token::HashFunction,
};

fn read_with_model(text: &str) -> Vec<ParsedRow> {
    let options =
        ReadOptions { mapping: Some(Mapping::parse("model=const:T").unwrap()), ..ReadOptions::default() };
    let mut file = SeedFile::open_with(text.as_bytes().to_vec(), &options).unwrap();
    assert_eq!(file.kind(), FileKind::Otpauth);
    read_all(&mut file)
}

#[test]
fn labels_are_serials_where_they_look_like_serials() {
    let rows = read_with_model(&format!(
        "otpauth://totp/Contoso:0012?secret={SEED}&period=60&digits=6&algorithm=SHA256\n\notpauth://totp/0013?secret={SEED}&issuer=Con%20toso\n"
    ));
    let found: Vec<_> = rows.iter().map(|row| values(row.result.as_ref().unwrap())).collect();
    assert_eq!(found[0], ["", "0012", SEED, "60", "Contoso", "T", "SHA-256"]);
    assert_eq!(found[1], ["", "0013", SEED, "30", "Con toso", "T", "SHA-1"]);
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [1, 3]);
}

#[test]
fn parameters_are_read_as_web_pages_and_forms_write_them() {
    let rows = read_with_model(&format!(
        "otpauth://totp/0012?secret={SEED}&amp;period=60&amp;algorithm=SHA256&issuer=Token2+%2B+AG\n"
    ));
    let found = values(rows[0].result.as_ref().unwrap());
    assert_eq!(found[1..], ["0012", SEED, "60", "Token2 + AG", "T", "SHA-256"]);
}

#[test]
fn labels_that_name_a_user_are_users_and_the_serial_stands_in_a_column() {
    let rows = read_with_model(&format!(
        "serial;address\n0012;otpauth://totp/C:ada%40contoso.com?secret={SEED}&issuer=C\n0013;otpauth://totp/C:desk?secret={SEED}&issuer=C\n"
    ));
    let row = rows[0].result.as_ref().unwrap();
    assert_eq!(values(row)[1..3], ["0012", SEED]);
    assert_eq!(row.owner, Some(Owner::Upn("ada@contoso.com".into())));
    assert!(rows[1].result.as_ref().unwrap().owner.is_none());
}

#[test]
fn a_list_without_model_asks_for_one() {
    let text = format!("otpauth://totp/Contoso:0012?secret={SEED}\n");
    let Err(OpenIssue::NeedsMapping(file)) = SeedFile::open_with(text.into_bytes(), &ReadOptions::default())
    else {
        unreachable!("no address names a model")
    };
    assert_eq!(file.first().missing(&file.first().suggestion()), [Field::Model]);
}

#[test]
fn what_entra_cannot_use_is_refused() {
    let message = |address: &str| {
        read_with_model(&format!("otpauth://{address}secret={SEED}&issuer=C\n")).remove(0).result.unwrap_err()
            [0]
        .message
        .clone()
    };
    assert!(message("hotp/0012?counter=1&").contains("event-based"));
    assert!(message("totp/0012?digits=8&").contains("six digits"));
    assert!(message("steam/0012?").contains("no time-based token"));
    assert!(message("totp/0012?encoder=steam&").contains("no time-based token"));
    assert!(message("totp/0012?algorithm=SHA512&").contains("only SHA-1 and SHA-256"));
    assert!(message("totp/0012?period=45&").contains("neither 30 nor 60"));
    let damaged = read_with_model(&format!("otpauth://totp/0012?secret={SEED}&issuer=C\notpauth://totp\n"));
    assert_eq!(damaged[1].result.as_ref().unwrap_err()[0].message, "The otpauth address is damaged.");
}

#[test]
fn a_list_is_told_below_a_title_and_in_any_case() {
    let rows =
        read_with_model(&format!("# Tokens of 2026\n\nOTPAUTH://TOTP/C:0012?SECRET={SEED}&issuer=C\n"));
    assert_eq!(values(rows[0].result.as_ref().unwrap())[1..3], ["0012", SEED]);
}

#[test]
fn the_phone_apps_export_is_read() {
    let data = "CjMKFEhlbGxvId6tvu9IZWxsbyHerb7vEgxDb250b3NvOjAwMTIaB0NvbnRvc28gAigBMAIKLQoUSGVsbG8h3q2%2B70hlbGxvId6tvu8SBDAwMTMaB0NvbnRvc28gASgBMAE4BQoiChRIZWxsbyHerb7vSGVsbG8h3q2%2B7xIEMDAxNCABKAIwAhABGAE%3D";
    let rows = read_with_model(&format!("otpauth-migration://offline?data={data}\n"));
    let first = rows[0].result.as_ref().unwrap();
    assert_eq!(values(first)[1..], ["0012", SEED, "30", "Contoso", "T", "SHA-256"]);
    assert_eq!(first.token.hash, HashFunction::Sha256);
    assert!(rows[1].result.as_ref().unwrap_err()[0].message.contains("event-based"));
    assert_eq!(rows[2].result.as_ref().unwrap_err().len(), 2, "eight digits, and no issuer");
    for cut in ["CjMK", "%%%", "", "CjMKFEhlbGxv"] {
        let rows = read_with_model(&format!(
            "otpauth://totp/1?secret={SEED}&issuer=C\notpauth-migration://offline?data={cut}\n"
        ));
        assert!(rows[1].result.is_err(), "{cut}");
    }
}

/// A table's own columns fill what an address leaves open; what an address names counts before them.
#[test]
fn an_address_counts_before_the_other_columns_of_its_row() {
    let rows = read_with_model(&format!(
        "#TYPE Selected.Tokens\r\nsecret,sn,user,period,algorithm,key format,vendor,digits\r\n\
         otpauth://totp/C:ada%40contoso.com?secret={SEED}&period=60&issuer=C,7,,30,SHA256,hex,Maker,6\r\n\
         otpauth://totp/8?secret={SEED}&digits=8,8,b@contoso.com,,,,Maker,6\r\n\
         otpauth://totp/9?secret={SEED},9,0b1d2a44-64bb-4f6c-9a3b-0d3f6c1f9a10,,,,,\r\n\
         ,10,,30,,,Maker,6\r\n\
         otpauth://totp/11?secret={SEED},11,,,,,Maker,6,more\r\n"
    ));
    let first = rows[0].result.as_ref().unwrap();
    assert_eq!(values(first)[1..], ["7", SEED, "60", "Maker", "T", "SHA-256"]);
    assert_eq!(first.owner, Some(Owner::Upn("ada@contoso.com".into())));
    let messages = |row: usize| {
        let issues = rows[row].result.as_ref().unwrap_err();
        issues.iter().map(|issue| issue.message.as_str()).collect::<Vec<_>>()
    };
    assert!(messages(1)[0].contains("six digits"), "{:?}", messages(1));
    assert_eq!(messages(2), ["The manufacturer is missing."], "an object id stays");
    assert_eq!(messages(3), ["The secret key is empty."], "a row without an address is not lost");
    assert!(messages(4)[0].contains("more fields than the header"), "{:?}", messages(4));
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 4, 5, 6, 7]);
}

#[test]
fn a_list_without_header_has_serials_and_addresses() {
    let text = format!(
        "0012;otpauth://totp/C:ada%40contoso.com?secret={SEED}&issuer=C\n0013;otpauth://totp/C:b%40contoso.com?secret={SEED}&issuer=C\n"
    );
    let Err(OpenIssue::NeedsMapping(file)) =
        SeedFile::open_with(text.clone().into_bytes(), &ReadOptions::default())
    else {
        unreachable!("nothing says where the serial is")
    };
    assert_eq!(
        file.first().suggestion().to_string(),
        "serial=1,format=2,secret=3,interval=4,hash=5,digits=6,type=7,maker=8,upn=9"
    );
    let options = ReadOptions {
        mapping: Some(Mapping::parse("serial=1,model=const:T").unwrap()),
        ..ReadOptions::default()
    };
    let rows = read_all(&mut SeedFile::open_with(text.into_bytes(), &options).unwrap());
    let second = rows[1].result.as_ref().unwrap();
    assert_eq!(values(second)[1..], ["0013", SEED, "30", "C", "T", "SHA-1"]);
    assert_eq!(second.owner, Some(Owner::Upn("b@contoso.com".into())));
}

#[test]
fn a_comma_in_a_label_divides_nothing_in_a_list_of_addresses() {
    let rows = read_with_model(&format!(
        "# Tokens, 2026\n\notpauth://totp/Contoso, Inc.:0012?secret={SEED}\n\notpauth://totp/Contoso, Inc.:0013?secret={SEED}\n"
    ));
    let found: Vec<_> = rows.iter().map(|row| values(row.result.as_ref().unwrap())).collect();
    assert_eq!(found[1], ["", "0013", SEED, "30", "Contoso, Inc.", "T", "SHA-1"]);
}

/// The kind that an address names counts before a column of its row.
#[test]
fn an_event_based_address_is_refused_whatever_its_row_says() {
    let rows = read_with_model(&format!(
        "serial;type;address\n0012;TOTP;otpauth://hotp/C:0012?counter=1&secret={SEED}&issuer=C\n"
    ));
    assert!(rows[0].result.as_ref().unwrap_err()[0].message.contains("event-based"));
}

/// An export with one account, whose fields follow its secret.
fn export(fields: &[&[u8]]) -> String {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let secret: &[u8] = b"Hello!\xde\xad\xbe\xefHello!\xde\xad\xbe\xef";
    let account = [&[10, 20], secret, &fields.concat()].concat();
    let message = [&[10, u8::try_from(account.len()).unwrap()], account.as_slice()].concat();
    let data = BASE64_STANDARD.encode(message).replace('+', "%2B");
    format!("otpauth-migration://offline?data={data}\n")
}

#[test]
fn an_export_may_have_fields_of_any_type_that_are_not_known() {
    let names: [&[u8]; 2] = [b"\x12\x06C:0012", b"\x1a\x01C"];
    let unknown: [&[u8]; 4] = [b"\x49eightbyt", b"\x55four", b"\x5a\x03any", b"\x60\xff\xff\x03"];
    let rows = read_with_model(&export(&[names.as_slice(), &unknown].concat()));
    let row = rows[0].result.as_ref().unwrap();
    assert_eq!(values(row)[1..], ["0012", SEED, "30", "C", "T", "SHA-1"]);
    // Of a group, which protobuf has given up, the end is not known.
    let group = read_with_model(&format!("otpauth://totp/1?secret={SEED}&issuer=C\n{}", export(&[b"\x4b"])));
    assert!(group[1].result.is_err());
}

#[test]
fn the_hash_of_an_export_is_a_number() {
    let hash = |number: u8| {
        let fields: [&[u8]; 3] = [b"\x12\x040012", b"\x1a\x01C", &[32, number]];
        let row = read_with_model(&export(&fields)).remove(0);
        row.result.map(|row| row.token.hash).map_err(|issues| issues[0].message.clone())
    };
    assert_eq!(
        [hash(0), hash(1), hash(2)],
        [HashFunction::Sha1, HashFunction::Sha1, HashFunction::Sha256].map(Ok)
    );
    let (sha512, md5) = (hash(3).unwrap_err(), hash(4).unwrap_err());
    assert!(sha512.contains("only SHA-1 and SHA-256"), "{sha512}");
    assert_ne!(sha512, md5);
}

/// An address without them means SHA-1 and 30 seconds, also with a key of 32 bytes: nothing is assumed.
#[test]
fn the_defaults_of_an_address_are_no_assumptions() {
    let long = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSQ";
    for key in [SEED, long] {
        let rows = read_with_model(&format!("otpauth://totp/C:0012?secret={key}&issuer=C\n"));
        let row = rows[0].result.as_ref().unwrap();
        assert_eq!((row.token.hash, row.token.interval.seconds()), (HashFunction::Sha1, 30));
        assert!(!row.notes.iter().any(|note| note.contains("assumed")), "{:?}", row.notes);
    }
}

#[test]
fn a_label_without_digits_is_no_serial() {
    let options =
        ReadOptions { mapping: Some(Mapping::parse("model=const:T").unwrap()), ..ReadOptions::default() };
    let list = |label: &str| format!("otpauth://totp/C:{label}?secret={SEED}&issuer=C\n").into_bytes();
    let lacks_serial = |label: &str| match SeedFile::open_with(list(label), &options) {
        Err(OpenIssue::Unreadable(issue)) => issue.message.contains("serial number"),
        _ => false,
    };
    assert_eq!(["desk", "desk7", "d7%40contoso.com"].map(lacks_serial), [true, false, true]);
}

#[test]
fn a_user_in_a_column_counts_before_the_label_of_the_address() {
    let address = |label: &str| format!("otpauth://totp/C:{label}?secret={SEED}&issuer=C");
    let rows = read_with_model(&format!(
        "serial;user;address\n1;b@x.com;{}\n2;;{}\n3;c@x.com;{}\n",
        address("d%40x.com"),
        address("d%40x.com"),
        address("desk")
    ));
    let owners: Vec<_> = rows.iter().map(|row| row.result.as_ref().unwrap().owner.clone()).collect();
    assert_eq!(owners, ["b@x.com", "d@x.com", "c@x.com"].map(|upn| Some(Owner::Upn(upn.into()))));
}

#[test]
fn an_export_has_at_most_a_thousand_accounts() {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let account: &[u8] = b"\x0a\x12\x0a\x0aHello!Hell\x12\x040012";
    let rows = |accounts: usize| {
        let data = BASE64_STANDARD.encode(account.repeat(accounts));
        read_with_model(&format!(
            "otpauth://totp/1?secret={SEED}&issuer=C\notpauth-migration://offline?data={data}\n"
        ))
    };
    assert_eq!(rows(1_000).len(), 1 + 1_000);
    assert_eq!(rows(1_001).len(), 1 + 1, "the export is damaged");
}

#[test]
fn the_key_of_an_address_is_base32_although_it_may_pass_for_hex() {
    let both = "ABCDEF27".repeat(5);
    let rows = read_with_model(&format!("otpauth://totp/C:0012?secret={both}&issuer=C\n"));
    assert_eq!(rows[0].result.as_ref().unwrap().token.seed.len(), 25);
}

#[test]
fn the_hash_and_the_interval_of_an_address_count_before_their_columns() {
    let rows = read_with_model(&format!(
        "serial;hash;interval;address\n1;SHA1;30;otpauth://totp/C:1?secret={SEED}&issuer=C&algorithm=SHA256&period=60\n2;SHA256;60;otpauth://totp/C:2?secret={SEED}&issuer=C\n"
    ));
    for row in rows {
        let token = row.result.unwrap().token;
        assert_eq!((token.hash, token.interval.seconds()), (HashFunction::Sha256, 60), "{}", token.serial);
    }
}
