//! CSV files: header, delimiters, quotes, lines.

use super::*;
use token_core::seed_file::{FileFormat, Owner};

const ROW: &str = "ada@contoso.com,0012345,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,60,Contoso,HT-1,SHA-1";

fn expected() -> [String; 7] {
    values(&row(format!("{HEADER}\n{ROW}")))
}

#[test]
fn reads_microsofts_own_example() {
    let file = "upn,serial number,secret key,time interval,manufacturer,model\n\
                helga@contoso.com,1234567,2234567abcdef2234567abcdef,60,Contoso,HardwareKey\n";
    let row = row(file);
    assert_eq!(row.owner, Some(Owner::Upn("helga@contoso.com".into())));
    // The two bits after the sixteenth byte are ignored: a final F gives the same key as E.
    assert_eq!(
        &values(&row)[1..],
        ["1234567", "2234567ABCDEF2234567ABCDEE", "60", "Contoso", "HardwareKey", "SHA-1"]
    );
}

#[test]
fn columns_are_found_by_name_in_any_case_order_and_spelling() {
    let files = [
        format!("UPN,Serial Number,SECRET KEY,TimeInterval,Manufacturer,Model,Hash Function\n{ROW}"),
        format!("upn,serial_number,secret-key,time  interval,MANUFACTURER,model,hashFunction\n{ROW}"),
        format!(
            "userPrincipalName,serialNumber,secretKey,timeIntervalInSeconds,manufacturer,model,hashFunction\n{ROW}"
        ),
        format!(
            "\u{feff}\u{feff}upn,\"serial\nnumber\", \"secret key\",time interval,manufacturer,model,hash function\n{ROW}"
        ),
        format!(
            "model,hash function,secret key,manufacturer,upn,time interval,serial number\nHT-1,SHA-1,{SEED},Contoso,ada@contoso.com,60,0012345"
        ),
    ];
    for file in files {
        assert_eq!(values(&row(&file)), expected(), "{}", file.lines().next().unwrap());
    }
}

#[test]
fn finds_the_delimiter_in_the_header() {
    for delimiter in [",", ";", "\t"] {
        let file = format!("{HEADER}\n{ROW}").replace(',', delimiter);
        assert_eq!(values(&row(&file)), expected(), "{delimiter:?}");
        let FileFormat::Csv { delimiter: found, .. } = *open(&file).unwrap().format() else {
            panic!("a CSV")
        };
        assert_eq!([found], delimiter.as_bytes());
    }
    let quoted = format!("\"note; one; two; three; four; five; six; seven\",{HEADER}\nx,{ROW}");
    assert_eq!(values(&row(quoted)), expected());
}

#[test]
fn uses_the_delimiter_that_excel_declares() {
    let table = format!("{HEADER}\r\n{ROW}").replace(',', ";");
    for first in ["sep=;", "SEP=;", "\"sep=;\""] {
        let entries = read(format!("{first}\r\n{table}"));
        assert_eq!(values(entries[0].result.as_ref().unwrap()), expected());
        assert_eq!(entries[0].line, 3);
    }
}

#[test]
fn tolerates_line_ends_blank_lines_and_trailing_commas() {
    for line_end in ["\n", "\r\n", "\r"] {
        let file = format!("\n{HEADER},,\n\n{ROW},,\n,,,,,,,,\n   \n\n{ROW},\n\n").replace('\n', line_end);
        let entries = read(&file);
        let lines: Vec<u64> = entries.iter().map(|entry| entry.line).collect();
        assert_eq!(lines, [4, 8], "{line_end:?}");
        assert!(entries.iter().all(|entry| values(entry.result.as_ref().unwrap()) == expected()));
    }
}

#[test]
fn accepts_one_trailing_comma() {
    let file = format!("{HEADER}\n{ROW},\n{ROW}\n");
    assert_eq!(rows(file).len(), 2);
}

#[test]
fn reads_quotes_quoted_delimiters_and_quoted_line_breaks() {
    let file = format!(
        "{HEADER},note\n,7,{SEED},30,\"Made, \"\"here\"\"\",HT-1,,\"one\r\ntwo\"\n,8,{SEED},30,M,N,,\n"
    );
    let entries = read(file);
    assert_eq!(entries.iter().map(|entry| entry.line).collect::<Vec<_>>(), [2, 4]);
    let first = entries[0].result.as_ref().unwrap();
    assert_eq!(first.token.manufacturer, "Made, \"here\"");
    assert_eq!(first.notes, ["quoted line break: the row goes on to line 3"]);
}

#[test]
fn reports_how_far_an_unclosed_quotation_mark_extends() {
    let file = format!("{HEADER}\n,7,{SEED},30,\"Contoso,HT-1,\n{ROW}\n{ROW}\n");
    let issues = issues(file);
    let whole = issues.iter().find(|issue| issue.column.is_none()).unwrap();
    assert_eq!(whole.message, "The row goes on to line 4, inside quotation marks.");
}

#[test]
fn names_all_missing_and_repeated_columns_at_once() {
    let message = file_error("upn,Model,secret key,model\n");
    for part in
        ["\"serial number\"", "\"time interval\"", "\"manufacturer\"", "names twice \"model\"", HEADER]
    {
        assert!(message.contains(part), "{part} in {message}");
    }
    assert!(!message.contains("lacks \"secret key\""));
}

#[test]
fn detects_a_missing_header() {
    assert!(
        file_error(ROW)
            .starts_with("The first line is data: the header line is missing. Put this line first")
    );
    assert!(file_error("name,colour\nx,y").starts_with("The first line names none of the expected columns."));
}

#[test]
fn ignores_unknown_columns_with_a_notice() {
    let file = format!("{HEADER},Lot,\n{ROW},L1,\n");
    assert_eq!(open(&file).unwrap().notices(), ["Columns that are not read: \"Lot\"."]);
    assert_eq!(values(&row(file)), expected());
}

#[test]
fn a_row_may_be_short_and_must_not_be_long() {
    let short = row(format!("{HEADER}\n,7,{SEED},30,Contoso,HT-1\n"));
    assert!(short.owner.is_none());
    let long = issues(format!("{HEADER}\n{ROW},surplus\n"));
    assert_eq!(long.len(), 1);
    assert_eq!(long[0].message, "The row has more fields than the header, which has 7.");
}

#[test]
fn the_owners_column_may_be_absent() {
    let file =
        format!("serial number,secret key,time interval,manufacturer,model\n7,{SEED},30,Contoso,HT-1\n");
    assert_eq!(row(file).owner, None);
}

#[test]
fn progress_goes_from_0_to_1() {
    let mut file = open(format!("{HEADER}\n{}", format!("{ROW}\n").repeat(2_000))).unwrap();
    let mut last = file.progress();
    assert!(last < 0.1, "{last}");
    while !file.read(500).is_empty() {
        assert!(file.progress() > last);
        last = file.progress();
    }
    assert_eq!(file.progress(), 1.0);
}

#[test]
fn a_missing_or_a_repeated_column_alone_is_enough_to_refuse_the_header() {
    assert_eq!(
        file_error("serial number,secret key,time interval,manufacturer\n7,8,9,10"),
        "The header line lacks \"model\". Expected, in any order: upn,serial number,secret key,time \
         interval,manufacturer,model,hash function (the first and last may be absent)."
    );
    assert!(
        file_error(format!("{HEADER},Model\n{ROW},x")).starts_with("The header line names twice \"Model\".")
    );
}

#[test]
fn a_first_line_with_a_value_of_a_token_is_data() {
    for line in ["ada@contoso.com,x", "x,60", "x, 30 ", &format!("x,{SEED}")] {
        let message = file_error(format!("{line}\n{ROW}"));
        assert!(message.starts_with("The first line is data: the header line is missing."), "{line}");
        assert!(!message.contains(SEED));
    }
    assert!(file_error("name,number\nx,7").starts_with("The first line names none of the expected columns."));
}

#[test]
fn an_unknown_heading_that_may_be_a_key_is_named_by_its_position() {
    let notices = open(format!("{HEADER},note,{SEED}\n{ROW},x,y")).unwrap().notices();
    assert_eq!(notices, ["Columns that are not read: \"note\", column 9."]);
}

#[test]
fn a_quoted_value_that_ends_with_a_line_break_belongs_to_its_row() {
    let entries = read(format!("{HEADER}\n{},\"SHA-1\n\"\n{ROW}\n", ROW.trim_end_matches(",SHA-1")));
    assert_eq!(entries.iter().map(|entry| entry.line).collect::<Vec<_>>(), [2, 4]);
    let notes = &entries[0].result.as_ref().unwrap().notes;
    assert_eq!(notes, &["quoted line break: the row goes on to line 3"]);
}

/// Headings and values that only blanks divide are columns; a sentence of such words is none.
#[test]
fn blanks_divide_columns_where_nothing_else_does() {
    let blanks = format!("serial  secret interval maker model\n7   {SEED}  30 C M\n8 {SEED} 60 C M\n");
    let read = rows(&blanks);
    assert_eq!(values(&read[0])[1..], ["7", SEED, "30", "C", "M", "SHA-1"]);
    assert_eq!(values(&read[1])[3], "60");
    let sentence = file_error(format!("serial of the token\n7 {SEED}\n"));
    assert!(sentence.starts_with("The first line names none of the expected columns."), "{sentence}");
}

#[test]
fn a_comment_of_one_word_is_no_header() {
    let file = format!("# Model\n{HEADER}\n{ROW}\n");
    assert_eq!(values(&row(file)), expected());
}

#[test]
fn a_header_may_have_a_number_beside_known_names() {
    let file = format!("{HEADER},60\n{ROW},x\n");
    assert_eq!(values(&row(file)), expected());
}
