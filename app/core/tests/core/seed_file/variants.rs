//! Variants of the usual files: lines above the header, other separators and headings, tokens one a line.

use super::*;
use token_core::seed_file::left_out;

#[test]
fn lines_above_the_header_are_passed_over() {
    let table = format!("{HEADER}\n,0012,{SEED},30,C,M,\n");
    for above in [
        "Delivery of 2026\n",
        "Order 17;Contoso\r\n\r\n",
        "# version: 2\nTokens\n\n",
        "\"Tokens, for you\"\n",
    ] {
        let rows = read(format!("{above}{table}"));
        assert_eq!(values(rows[0].result.as_ref().unwrap())[1], "0012", "{above}");
        let lines = above.matches('\n').count() as u64;
        assert_eq!(rows[0].line, lines + 2, "{above}");
    }
    // A line that names a column or holds a value is a header or a row, and far below is none.
    assert!(open(format!("serial\n{table}")).is_err());
    assert!(open(format!("7,{SEED}\n{table}")).is_err());
    assert!(open(format!("{}{table}", "Title\n".repeat(10))).is_err());
}

#[test]
fn any_sign_that_a_line_declares_separates_columns() {
    for sign in ['^', '~', '\t', ':', ';'] {
        let table = format!("sep={sign}\n{HEADER}\n,0012,{SEED},30,C,M,\n").replace(',', &sign.to_string());
        assert_eq!(row(table).token.serial.as_str(), "0012", "{sign:?}");
    }
}

#[test]
fn headings_of_other_tools_are_known() {
    let expected = ["", "0012", SEED, "60", "C", "M", "SHA-256"];
    for header in [
        "Seriennummer,Secret (Base32),Zeitintervall,Hersteller,Modell,Hash,Length",
        "serial,secret,time_interval,vendor,product,algorithm,response_length",
        "Token Serial Number,Token Seed (Base32),Time Interval (seconds),Brand,Token Model,Hash Algorithm,OTP Length",
    ] {
        assert_eq!(values(&row(format!("{header}\n0012,{SEED},60,C,M,SHA256,6\n"))), expected, "{header}");
    }
}

#[test]
fn tokens_of_json_may_stand_one_a_line() {
    let token = |serial: &str| {
        format!(r#"{{"serialNumber":"{serial}","secretKey":"{SEED}","manufacturer":"C","model":"M"}}"#)
    };
    let found = rows(format!("{}\n{}\r\n\n{}\n", token("1"), token("2"), token("3")));
    assert_eq!(found.iter().map(|row| row.token.serial.as_str()).collect::<Vec<_>>(), ["1", "2", "3"]);
    assert!(file_error(format!("{}\n{{\"a\":1}}", token("1"))).contains("trailing characters"));
}

#[test]
fn rows_that_no_correction_helps_are_counted_by_what_they_are() {
    let line =
        |kind: &str, digits: &str, interval: &str| format!("7,{SEED},{interval},C,M,{kind},{digits}\n");
    let rows = read(format!(
        "serial,secret,period,maker,model,type,digits\n{}{}{}{}{}{}",
        line("TOTP", "6", "30"),
        line("HOTP", "6", "30"),
        line("HOTP", "8", "30"),
        line("TOTP", "8", "30"),
        line("OCRA-1", "6", "30"),
        line("TOTP", "6", "45"),
    ));
    assert_eq!(left_out(&rows), [("HOTP", 2), ("OCRA", 1), ("not of six digits", 1)]);
}

#[test]
fn two_cells_that_say_the_same_are_one_issue() {
    let text = format!("serial,secret,period,maker,model,type,algorithm\n7,{SEED},30,C,M,HOTP,HOTP\n");
    let issues = read(text).remove(0).result.unwrap_err();
    assert_eq!(
        issues.iter().map(|issue| issue.message.as_str()).collect::<Vec<_>>(),
        ["This is an event-based token (HOTP)."]
    );
}

#[test]
fn what_stands_around_a_table_does_not_hide_its_header() {
    let table = format!("{HEADER}\n,0012,{SEED},30,C,M,\n");
    for above in [
        "sep=,\n#TYPE Selected.Tokens\n",
        "sep=,\nTokens of 2026\n",
        "Contact: sales@feitian.example\n",
        "Manufacturer;Feitian\nModel;c200\n",
        "Hash algorithm: SHA-1, Digits: 6\n",
    ] {
        let rows = read(format!("{above}{table}"));
        assert_eq!(values(rows[0].result.as_ref().unwrap())[1], "0012", "{above}");
        assert_eq!(rows[0].line, above.matches('\n').count() as u64 + 2, "{above}");
    }
    let wrapped: String = table.lines().map(|line| format!("\"{line}\"\r\n")).collect();
    let rows = read(wrapped.replace(",C,", ",\"\"C, Inc\"\","));
    let found = rows[0].result.as_ref().unwrap();
    assert_eq!((found.token.manufacturer.as_str(), rows[0].line), ("C, Inc", 2));
}

#[test]
fn a_first_row_with_a_word_that_is_a_heading_is_no_header() {
    use token_core::seed_file::{Mapping, ReadOptions};
    for word in ["hex", "HashiCorp", "hashim"] {
        let text = format!("1,{SEED},{word}\n2,{SEED},{word}\n");
        let mapping = Mapping::parse("serial=1,secret=2,interval=const:30,maker=const:C,model=const:M");
        let options = ReadOptions { mapping: Some(mapping.unwrap()), ..ReadOptions::default() };
        let mut file = SeedFile::open_with(text.into_bytes(), &options).unwrap();
        assert_eq!(read_all(&mut file).len(), 2, "{word}");
    }
}

#[test]
fn of_several_columns_for_users_the_one_with_addresses_counts() {
    let header = "username,email,serial,secret,interval,maker,model";
    let row = row(format!("{header}\njdoe,jdoe@contoso.com,7,{SEED},30,C,M\n"));
    assert_eq!(row.owner, Some(token_core::seed_file::Owner::Upn("jdoe@contoso.com".into())));
}

#[test]
fn an_encrypted_message_is_known_below_a_mail() {
    let text =
        "Dear customer,\n\nyour seeds:\n-----BEGIN PGP MESSAGE-----\nhQEMA\n-----END PGP MESSAGE-----\n";
    assert!(file_error(text).contains("encrypted"));
}

#[test]
fn serial_numbers_that_programs_changed_are_mended_or_refused() {
    let serial = |text: &str| read(format!("{HEADER}\n,\"{text}\",{SEED},30,C,M,\n")).remove(0).result;
    for (text, expected, note) in [
        ("'00012345", "00012345", "apostrophe"),
        ("\u{2019}00012345", "00012345", "apostrophe"),
        ("15123456.0", "15123456", "stored as a number"),
        ("15123456,00", "15123456", "stored as a number"),
        ("12.34", "12.34", ""),
        ("12E5", "12E5", ""),
        ("#17", "#17", ""),
    ] {
        let row = serial(text).unwrap();
        assert_eq!(row.token.serial.as_str(), expected);
        assert_eq!(
            row.notes.iter().any(|one| one.contains(note)),
            !note.is_empty(),
            "{text}: {:?}",
            row.notes
        );
    }
    for text in ["#N/A", "#REF!", "########", "#NAME?"] {
        assert!(serial(text).unwrap_err()[0].message.contains("an Excel error"), "{text}");
        let model = read(format!("{HEADER}\n,7,{SEED},30,C,{text},\n")).remove(0).result.unwrap_err();
        assert!(model[0].message.contains("an Excel error"), "{text}");
    }
    assert!(serial("1.5123456e7").unwrap_err()[0].message.contains("rounded"));
    assert!(serial("TRUE").unwrap_err()[0].message.contains("truth value"));
    for (number, expected) in [("15123456.0", Some("15123456")), ("1.5123456e7", None), ("12345.5", None)] {
        let entry =
            format!(r#"{{"serialNumber":{number},"secretKey":"{SEED}","manufacturer":"C","model":"M"}}"#);
        let row = read(entry).remove(0).result.ok();
        assert_eq!(row.as_ref().map(|row| row.token.serial.as_str()), expected, "{number}");
    }
}
