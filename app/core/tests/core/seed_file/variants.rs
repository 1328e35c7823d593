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
