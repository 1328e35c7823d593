//! Rows that are changed before the plan is carried out, and choices for the whole file.

use super::*;
use token_core::{
    seed::KeyNotation,
    seed_file::{Field, FileChoices, Owner, RowEdit, SeedTable},
    token::HashFunction,
};

fn table(text: impl AsRef<[u8]>) -> SeedTable {
    let mut file = open(text).unwrap();
    let rows = read_all(&mut file);
    file.into_table(rows)
}

fn edit(row: usize, field: Field, value: &str) -> RowEdit {
    RowEdit { row, field, value: value.to_owned() }
}

fn owner(table: &SeedTable, row: usize) -> Option<Owner> {
    table.rows()[row].result.as_ref().unwrap().owner.clone()
}

#[test]
fn a_row_is_changed_where_it_stands_and_says_so() {
    let mut table =
        table(format!("serial number,secret key,time interval,manufacturer,model\n7,{SEED},45,C,M\n"));
    assert!(table.rows()[0].result.is_err());
    table.apply(&edit(0, Field::Upn, "ada@contoso.com"));
    assert!(table.rows()[0].result.is_err());
    assert_eq!(
        table.rows()[0].raw.change_notes(),
        ["the upn was filled in here"],
        "a row that is still wrong"
    );
    table.apply(&edit(0, Field::Interval, "90"));
    table.apply(&edit(0, Field::Interval, "60"));
    let row = table.rows()[0].result.as_ref().unwrap();
    assert_eq!(row.token.interval.seconds(), 60);
    assert_eq!(row.owner, Some(Owner::Upn("ada@contoso.com".into())));
    assert_eq!(row.notes, ["the time interval was changed here: it was 45", "the upn was filled in here"]);
    assert_eq!(table.changed_rows(), 1);
    let written = to_correct(&table.format(), [&table.rows()[0].raw].into_iter());
    assert_eq!(values(&super::row(written.as_bytes())), values(row));

    table.apply(&edit(0, Field::Upn, ""));
    table.apply(&edit(0, Field::Interval, "45"));
    assert_eq!((table.changed_rows(), table.changes().len()), (0, 0), "as it was");
}

/// What was corrected is not to be corrected again in the file of rows to correct.
#[test]
fn a_changed_entry_of_a_json_file_is_written_with_the_changes() {
    let entry = |serial: &str| {
        format!(
            r#"{{"serial":"{serial}","secret":"{SEED}","period":45,"maker":"C","model":"M","note":{{"a":[1,"\u00e9"]}}}}"#
        )
    };
    let mut table = table(format!("[{},{}]", entry("1"), entry("2")));
    let written = |table: &SeedTable| to_correct(&table.format(), table.rows().iter().map(|row| &row.raw));
    assert!(written(&table).contains(&entry("1")), "as the file has it");
    for (field, value) in [
        (Field::Interval, "60"),
        (Field::Upn, "o\"ada@contoso.com"),
        (Field::Serial, "00\\7"),
        (Field::Manufacturer, "Token2"),
    ] {
        table.apply(&edit(0, field, value));
    }
    let json = written(&table);
    let body: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        body["value"][0],
        serde_json::json!({
            "serial": "00\\7", "secret": SEED, "period": 60, "maker": "Token2", "model": "M",
            "note": { "a": [1, "é"] }, "assignTo": { "id": "o\"ada@contoso.com" },
        })
    );
    assert!(json.contains(&entry("2")), "the other entry stays: {}", *json);
    table.apply(&edit(0, Field::Upn, "ada@contoso.com"));
    table.apply(&edit(0, Field::Serial, "0007"));
    let again = super::read(written(&table).as_bytes());
    assert_eq!(values(again[0].result.as_ref().unwrap()), values(table.rows()[0].result.as_ref().unwrap()));
    table.apply(&edit(0, Field::Upn, ""));
    assert!(!written(&table).contains("assignTo"), "a value that was taken away again");
    table.apply(&edit(0, Field::Model, " "));
    assert!(written(&table).contains("\"model\": null"), "{}", *written(&table));
}

#[test]
fn a_row_is_restored() {
    let mut table = table(format!("{HEADER}\nold@x.com,1,{SEED},30,C,M,\n"));
    table.apply(&edit(0, Field::Upn, "new@x.com"));
    table.apply(&edit(0, Field::Serial, "2"));
    table.restore(0);
    table.restore(7);
    let row = table.rows()[0].result.as_ref().unwrap();
    assert_eq!((row.token.serial.as_str(), &row.owner), ("1", &Some(Owner::Upn("old@x.com".into()))));
    assert_eq!(table.changed_rows(), 0);
}

#[test]
fn notes_of_changes_show_no_key() {
    let mut table = table(format!("{HEADER}\n,{SEED},7,30,C,M,\n"));
    table.apply(&edit(0, Field::Serial, "7"));
    table.apply(&edit(0, Field::Key, SEED));
    let notes = table.rows()[0].result.as_ref().unwrap().notes.join("; ");
    assert!(notes.contains("the serial number was changed here: it was JB… (32 characters)"), "{notes}");
    assert!(notes.contains("the secret key was changed here") && !notes.contains(SEED), "{notes}");
    assert!(table.changes().iter().all(|(_, field, _)| *field != Field::Key));
}

#[test]
fn a_text_is_replaced_in_a_column() {
    let line = |n: usize, domain: &str| format!("user{n}@{domain},{n},{SEED},30,C,M,\n");
    let text = format!("{HEADER}\n{}{}{}", line(1, "old.com"), line(2, "new.com"), line(3, "old.com"));
    let mut table = table(text);
    let edits = table.replacements(Field::Upn, "@old.com", "@new.com");
    assert_eq!(edits.iter().map(|edit| edit.row).collect::<Vec<_>>(), [0, 2]);
    edits.iter().for_each(|edit| table.apply(edit));
    for row in 0..3 {
        assert_eq!(owner(&table, row), Some(Owner::Upn(format!("user{}@new.com", row + 1))));
    }
    assert!(table.replacements(Field::Upn, "", "x").is_empty());
    assert_eq!(table.rows_with(Field::Upn, " USER2@new.com"), [1]);
}

#[test]
fn changes_are_made_again_after_the_file_was_read_again() {
    let text = format!("{HEADER}\na@x.com,1,{SEED},30,C,M,\nb@x.com,2,{SEED},30,C,M,\n,3,{SEED},45,C,M,\n");
    let mut before = table(&text);
    before.apply(&edit(1, Field::Upn, ""));
    before.apply(&edit(2, Field::Interval, "60"));
    let mut after = table(&text);
    for edit in after.edits_of(&before.changes()) {
        after.apply(&edit);
    }
    assert_eq!(owner(&after, 1), None);
    assert_eq!(after.rows()[2].result.as_ref().unwrap().token.interval.seconds(), 60);
    assert!(after.edits_of(&[(99, Field::Upn, "x@x.com".to_owned())]).is_empty());
}

#[test]
fn a_change_of_a_row_counts_nothing_twice_in_the_notices() {
    let mut table = table(format!("{HEADER}\n,1,{SEED},,C,M,sha1\n"));
    let before = table.notices();
    table.apply(&edit(0, Field::Serial, "2"));
    assert_eq!(table.notices(), before);
    assert_eq!(before.len(), 1);
}

#[test]
fn a_choice_for_the_file_keeps_what_was_changed() {
    let mut table = table(format!("{HEADER}\n,1,{SEED},30,C,M,\n,2,{SEED},30,C,M,sha1\n"));
    table.apply(&edit(0, Field::Upn, "ada@contoso.com"));
    table.choose(FileChoices { hash: Some(HashFunction::Sha256), notation: None });
    table.judge_again(0..2);
    assert_eq!(table.silent_rows(), 1);
    let hashes: Vec<_> = table.rows().iter().map(|row| row.result.as_ref().unwrap().token.hash).collect();
    assert_eq!(hashes, [HashFunction::Sha256, HashFunction::Sha1]);
    assert_eq!(owner(&table, 0), Some(Owner::Upn("ada@contoso.com".into())));
}

#[test]
fn a_key_that_fits_both_notations_is_read_both_ways() {
    let both = "ABCDEF23ABCDEF23ABCDEF23ABCDEF23ABCDEF23";
    let mut one = table(format!("{HEADER}\n,1,{both},30,C,M,\n,2,{both},30,C,M,\n"));
    let readings = one.two_readings().unwrap();
    assert_eq!((readings.rows, readings.base32.token.seed.len(), readings.hex.token.seed.len()), (2, 25, 20));
    one.choose(FileChoices { hash: None, notation: Some(KeyNotation::Base32) });
    assert_eq!(one.choices().notation, Some(KeyNotation::Base32));
    one.judge_again(0..2);
    assert_eq!(one.rows()[1].result.as_ref().unwrap().token.seed.len(), 25);
    assert!(one.two_readings().is_some(), "it can be chosen again");
    one.choose(FileChoices::default());
    one.judge_again(0..2);
    assert_eq!(one.rows()[1].result.as_ref().unwrap().token.seed.len(), 20, "by the length again");

    let told = format!("{HEADER}\n,1,{both},30,C,M,\n,2,{SEED},30,C,M,\n");
    assert!(table(told).two_readings().is_none(), "another key of the column tells");
    let named = format!("serial number,secret key (hex),time interval,manufacturer,model\n1,{both},30,C,M\n");
    assert!(table(named).two_readings().is_none(), "the heading tells");
}

/// The file of rows to correct says of each row what is wrong, and is read like any other: the rows keep their lines.
#[test]
fn rows_to_correct_keep_their_lines_and_say_what_is_wrong() {
    let text = format!("{HEADER}\n,1,{SEED},30,C,M,\n,2,{SEED},45,C,M,\n,3,{SEED},45,C\n");
    let mut file = open(&text).unwrap();
    let entries = read_all(&mut file);
    let written = to_correct(file.format(), entries.iter().skip(1).map(|entry| &entry.raw));
    let lines: Vec<&str> = written.trim_start_matches('\u{feff}').trim_end().split("\r\n").collect();
    assert_eq!(
        lines,
        [
            format!("{HEADER},line,problem,remedy"),
            format!(",2,{SEED},45,C,M,,3,\"wrong, and\",\"Write \"\"30\"\".\""),
            format!(",3,{SEED},45,C,,,4,\"wrong, and\",\"Write \"\"30\"\".\""),
        ]
    );

    // As a spreadsheet saves it: with other capitals, and without empty cells at the end of a row.
    let corrected = written.replace("45", "60").replace(",line,problem,remedy", ",Line,Problem,Remedy");
    let corrected = format!("{corrected},5,{SEED},60,C,M,\r\n");
    let mut again = open(&corrected).unwrap();
    let rows = read_all(&mut again);
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 4, 4]);
    assert_eq!(again.progress(), 1.0);
    assert!(rows[0].result.is_ok(), "{:?}", rows[0]);
    assert!(!again.notices().iter().any(|notice| notice.contains("not read")), "{:?}", again.notices());
    let once_more = to_correct(again.format(), rows.iter().map(|entry| &entry.raw));
    assert_eq!(once_more.matches("line,problem,remedy").count(), 1);

    // A file of a vendor with one of these columns has it for itself.
    let own = open(format!("{HEADER},line\n,1,{SEED},30,C,M,,9\n")).unwrap();
    assert!(own.notices().iter().any(|notice| notice.contains("\"line\"")));
}

#[test]
fn rows_of_the_same_user_are_found_in_any_case() {
    let table = table(format!(
        "{HEADER}\nada@x.com,1,{SEED},30,C,M,\nb@x.com,2,{SEED},30,C,M,\nADA@x.com ,3,{SEED},30,C,M,\n"
    ));
    assert_eq!(table.rows_with(Field::Upn, " Ada@X.com"), [0, 2]);
    assert_eq!(table.rows_with(Field::Serial, "9"), [0; 0]);
}
