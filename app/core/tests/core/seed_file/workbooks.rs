//! What a workbook says of cells beside their texts, and tables that are read as a whole.

use super::*;
use token_core::seed_file::{
    CellMark, Field, FileKind, OpenIssue, Owner, ReadOptions, RowReader, SeedSource, WholeTable,
    with_addresses,
};

const COLUMNS: [&str; 7] =
    ["upn", "serial number", "secret key", "time interval", "manufacturer", "model", "hash function"];

fn header() -> Vec<String> {
    COLUMNS.map(str::to_owned).to_vec()
}

fn raw(line: u64, cells: &[&str], marks: &[(usize, CellMark)]) -> RawRow {
    let cells = cells.iter().map(|cell| (*cell).to_owned()).collect();
    RawRow { marks: marks.to_vec(), ..RawRow::new(line, cells) }
}

fn workbook(header: Vec<String>, rows: Vec<RawRow>) -> SeedFile {
    let table = WholeTable::new(header, rows).unwrap();
    let source = SeedSource::new(FileKind::Workbook, Box::new(table));
    match SeedFile::of_source(source, &ReadOptions::default()) {
        Ok(file) => file,
        Err(OpenIssue::Unreadable(issue)) => unreachable!("{issue}"),
        Err(OpenIssue::NeedsMapping(file)) => unreachable!("{file:?}"),
    }
}

/// The issues of the only row, and its notes.
fn judged(row: RawRow) -> (Vec<String>, Vec<String>) {
    let rows = read_all(&mut workbook(header(), vec![row]));
    match &rows[0].result {
        Ok(row) => (Vec::new(), row.notes.clone()),
        Err(issues) => (issues.iter().map(|issue| issue.message.clone()).collect(), Vec::new()),
    }
}

#[test]
fn a_formula_without_a_result_is_told_from_an_empty_cell() {
    let key = |text: &'static str, mark: CellMark| {
        judged(raw(2, &["", "7", text, "30", "C", "M", ""], &[(2, mark)]))
    };
    assert_eq!(key("", CellMark::Formula).0[0], "The secret key is a formula without a result.");
    assert_eq!(key("", CellMark::Number).0, ["The secret key is empty."]);
    let (issues, notes) = key(SEED, CellMark::Formula);
    assert_eq!(issues, [""; 0]);
    assert!(notes.contains(&"the secret key is the result of a formula".to_owned()), "{notes:?}");
}

#[test]
fn a_serial_that_became_a_date_is_refused_and_one_that_became_a_number_is_noted() {
    let serial = |mark| judged(raw(2, &["", "45000", SEED, "30", "C", "M", ""], &[(1, mark)]));
    let (issues, _) = serial(CellMark::Date);
    assert_eq!(issues, ["Excel has turned the serial number into a date."]);
    let (issues, notes) = serial(CellMark::Number);
    assert_eq!(issues, [""; 0]);
    assert!(
        notes.iter().any(|note| note.contains("stored as a number: zeros at its beginning")),
        "{notes:?}"
    );
}

/// Zeros that Excel cut off are typed in again: then nothing is said of the number that the cell was.
#[test]
fn what_is_typed_into_a_row_has_no_mark_of_the_workbook() {
    let marks = [(1, CellMark::Number), (3, CellMark::Formula)];
    let mut file = workbook(header(), vec![raw(2, &["", "7", SEED, "30", "C", "M", ""], &marks)]);
    let rows = read_all(&mut file);
    let mut table = file.into_table(rows);
    table.apply(&token_core::seed_file::RowEdit { row: 0, field: Field::Serial, value: "007".to_owned() });
    let notes = &table.rows()[0].result.as_ref().unwrap().notes;
    assert!(!notes.iter().any(|note| note.contains("stored as a number")), "{notes:?}");
    assert!(notes.contains(&"the time interval is the result of a formula".to_owned()), "{notes:?}");
}

#[test]
fn a_reader_tells_how_much_of_its_table_it_has_handed_out() {
    let rows = (1..=4).map(|line| raw(line, &["", "7", SEED, "30", "C", "M", ""], &[])).collect();
    let mut table = WholeTable::new(header(), rows).unwrap();
    let mut told = vec![table.progress()];
    while table.next_row().is_some() {
        told.push(table.progress());
    }
    assert_eq!(told, [0.0, 0.25, 0.5, 0.75, 1.0]);
}

/// A column of addresses is taken out: what the workbook says of cells after it moves with them.
#[test]
fn marks_stay_with_their_cells_when_the_column_of_addresses_is_taken_out() {
    let address = format!("otpauth://totp/C:ada%40contoso.com?secret={SEED}&issuer=C");
    let marks = [(0, CellMark::Formula), (1, CellMark::Formula), (2, CellMark::Number)];
    let header = ["model", "address", "serial number"].map(str::to_owned).to_vec();
    let rows = vec![raw(2, &["M", &address, "7"], &marks), raw(3, &["M"], &[])];
    let (header, rows) = with_addresses(header, rows);
    assert_eq!(rows[0].marks, [(0, CellMark::Formula), (1, CellMark::Number)]);
    assert_eq!(header[..2], ["model", "serial number"]);
    let read = read_all(&mut workbook(header, rows));
    let row = read[0].result.as_ref().unwrap();
    assert_eq!(values(row)[1..], ["7", SEED, "30", "C", "M", "SHA-1"]);
    assert_eq!(row.owner, Some(Owner::Upn("ada@contoso.com".into())));
    assert!(read[1].result.is_err(), "a row without its address is not lost");
}

/// Rows to correct that Excel saved as a workbook: their own columns and lines come back, and what the added columns are marked
/// with does not fall on others.
#[test]
fn the_columns_added_to_rows_to_correct_are_taken_off_with_their_marks() {
    let columns = header().into_iter().chain(["line", "problem", "remedy"].map(str::to_owned));
    let rows = vec![RawRow {
        last_line: 3,
        ..raw(
            2,
            &["", "7", SEED, "30", "C", "M", "", "9", "wrong", "mend"],
            &[(1, CellMark::Number), (7, CellMark::Number)],
        )
    }];
    let read = read_all(&mut workbook(columns.collect(), rows));
    assert_eq!((read[0].line, read[0].raw.last_line), (9, 10), "a row of two lines has two");
    assert_eq!((read[0].raw.cells.len(), read[0].raw.marks.clone()), (7, vec![(1, CellMark::Number)]));
}

#[test]
fn debug_output_of_a_file_holds_no_cell() {
    let text = format!("a,b\n7,{SEED}\n");
    let Err(OpenIssue::NeedsMapping(file)) = SeedFile::open_with(text.into_bytes(), &ReadOptions::default())
    else {
        unreachable!("no column is known")
    };
    let shown = format!("{file:?}");
    assert!(shown.starts_with("UnmappedFile(") && !shown.contains(&SEED[..8]), "{shown}");
    let mut file = open(format!("{HEADER}\n,7,{SEED},30,C,M,\n")).unwrap();
    let rows = read_all(&mut file);
    assert_eq!(format!("{:?}", file.into_table(rows)), "SeedTable(1 rows)");
}

#[test]
fn each_kind_of_file_has_its_name() {
    let kinds = [FileKind::Csv, FileKind::Json, FileKind::Otpauth, FileKind::Pskc, FileKind::Workbook];
    assert_eq!(kinds.map(|kind| kind.to_string()), ["CSV", "JSON", "otpauth list", "PSKC", "Workbook"]);
}

/// What the reader found wrong in a cell is mended with the cell.
#[test]
fn an_issue_of_the_reader_goes_when_its_cell_is_changed() {
    let issue =
        |column: &str| Issue::in_column(column, format!("The {column} is damaged."), "Type it again.");
    let damaged = RawRow {
        issues: vec![issue("serial number"), issue("model")],
        ..raw(2, &["", "7", SEED, "30", "C", "M", ""], &[])
    };
    let mut file = workbook(header(), vec![damaged]);
    let rows = read_all(&mut file);
    let mut table = file.into_table(rows);
    table.apply(&token_core::seed_file::RowEdit { row: 0, field: Field::Serial, value: "8".to_owned() });
    let left = table.rows()[0].result.as_ref().unwrap_err();
    assert_eq!(
        left.iter().map(|issue| issue.message.as_str()).collect::<Vec<_>>(),
        ["The model is damaged."]
    );
}

#[test]
fn serials_that_are_stored_as_numbers_are_counted_for_the_file() {
    let row = |line, marks: &[_]| raw(line, &["", &format!("7{line}"), SEED, "30", "C", "M", "sha1"], marks);
    let number = [(1, CellMark::Number)];
    for (rows, told) in [
        (vec![row(2, &[])], None),
        (vec![row(2, &number), row(3, &[])], Some("1 serial number is stored as a number")),
        (vec![row(2, &number), row(3, &number)], Some("2 serial numbers are stored as numbers")),
    ] {
        let mut file = workbook(header(), rows);
        read_all(&mut file);
        let notices = file.notices();
        assert_eq!(notices.len(), usize::from(told.is_some()), "{notices:?}");
        assert!(told.is_none_or(|told| notices[0].starts_with(told)), "{notices:?}");
    }
}

#[test]
fn an_address_behind_the_last_column_is_read() {
    let address = format!("otpauth://totp/C:0012?secret={SEED}&issuer=C");
    let (header, rows) = with_addresses(vec!["model".to_owned()], vec![raw(2, &["M", &address], &[])]);
    let read = read_all(&mut workbook(header, rows));
    assert_eq!(values(read[0].result.as_ref().unwrap())[1..], ["0012", SEED, "30", "C", "M", "SHA-1"]);
}
