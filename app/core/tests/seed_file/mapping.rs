//! Mapping by hand, and mending rows in place.

use super::*;
use token_core::seed_file::{
    Field, Mapping, MappingSource, OpenIssue, Owner, ReadOptions, UnmappedFile, failed_rows,
    header_fingerprint,
};

const FOREIGN: &str = "Gerät,Schlüssel,Person,Los\nA-001,48656c6c6f21deadbeef48656c6c6f21deadbeef,ada@contoso.com,30\nA-002,58656c6c6f21deadbeef48656c6c6f21deadbeef,,60\n";

fn unmapped(text: &str) -> UnmappedFile {
    match SeedFile::open_with(text.as_bytes().to_vec(), &ReadOptions::default()) {
        Err(OpenIssue::NeedsMapping(file)) => *file,
        Err(OpenIssue::Unreadable(issue)) => unreachable!("{issue}"),
        Ok(_) => unreachable!("the file needs no mapping"),
    }
}

fn constant(text: &str) -> Option<MappingSource> {
    Some(MappingSource::Constant(text.to_owned()))
}

#[test]
fn columns_are_guessed_by_their_values() {
    let file = unmapped(FOREIGN);
    let columns = file.columns();
    let fields: Vec<_> = columns.iter().map(|column| column.field).collect();
    assert_eq!(fields, [Some(Field::Serial), Some(Field::Key), Some(Field::Upn), Some(Field::Interval)]);
    assert_eq!(columns[2].samples, ["ada@contoso.com"]);
    assert_eq!(columns[2].reason, "values with an @");
    assert_eq!(columns[1].samples[0], "48… (40 characters)");
    assert_eq!(file.missing(&file.suggestion()), [Field::Manufacturer, Field::Model]);
}

#[test]
fn a_suggestion_and_constants_read_the_file() {
    let file = unmapped(FOREIGN);
    let mut mapping = file.suggestion();
    assert!(file.preview(&mapping).unwrap().iter().all(|row| row.result.is_err()), "the maker is missing");
    mapping.set(Field::Manufacturer, constant("Contoso"));
    mapping.set(Field::Model, constant("HT-1"));
    assert!(file.missing(&mapping).is_empty());
    assert!(file.preview(&mapping).unwrap().iter().all(|row| row.result.is_ok()));
    let mut opened = file.with_mapping(&mapping, &ReadOptions::default()).unwrap();
    let rows = read_all(&mut opened);
    let first = values(rows[0].result.as_ref().unwrap());
    assert_eq!(first[1..], ["A-001", SEED, "30", "Contoso", "HT-1", "SHA-1"]);
    assert_eq!(rows[1].result.as_ref().unwrap().token.interval.seconds(), 60);
}

#[test]
fn a_mapping_is_written_as_the_command_line_takes_it() {
    let text = "serial=2,secret=\"Seed (hex), new\",interval=const:\"30\",maker=const:\"Token2\",upn=";
    let mapping = Mapping::parse(text).unwrap();
    assert_eq!(mapping.get(Field::Serial), Some(&MappingSource::Column(1)));
    assert_eq!(mapping.get(Field::Key), Some(&MappingSource::Heading("Seed (hex), new".into())));
    assert_eq!(mapping.get(Field::Upn), None);
    assert_eq!(mapping.to_string(), text);
    assert_eq!(Mapping::parse(&mapping.to_string()).unwrap(), mapping);
    assert_eq!(Mapping::parse("serial number=1").unwrap(), Mapping::parse("sn=1").unwrap());
    for bad in ["serial", "colour=1", "serial=0", "serial=const:7", "upn=const:ada@contoso.com"] {
        assert!(Mapping::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_mapping_overrides_the_headings() {
    let text = format!("{HEADER},device\nada@contoso.com,7,{SEED},30,C,M,SHA-1,D-9\n");
    let open = |mapping: &str| {
        let options = ReadOptions { mapping: Some(Mapping::parse(mapping)?), ..ReadOptions::default() };
        SeedFile::open_with(text.clone().into_bytes(), &options).map_err(FileIssue::from)
    };
    let rows = read_all(&mut open("serial=device,upn=").unwrap());
    let row = rows[0].result.as_ref().unwrap();
    assert_eq!((row.token.serial.as_str(), row.owner.is_none()), ("D-9", true));
    assert!(open("serial=9").is_err_and(|issue| issue.message.contains("column 9")));
    assert!(open("serial=nothing").is_err());
    assert!(open("serial=").is_err_and(|issue| issue.message.contains("\"serial number\"")));
}

#[test]
fn a_file_that_needs_no_mapping_can_be_mapped() {
    let text = format!("{HEADER}\n,7,{SEED},30,C,M,\n");
    let options = ReadOptions { asks_for_mapping: true, ..ReadOptions::default() };
    let Err(OpenIssue::NeedsMapping(file)) = SeedFile::open_with(text.into_bytes(), &options) else {
        panic!("the mapping was asked for")
    };
    assert!(file.issue().is_none());
    assert_eq!(file.columns()[1].reason, "its heading");
    let mapping = file.suggestion();
    assert_eq!(rows_of(*file, &mapping)[0].result.as_ref().unwrap().token.serial.as_str(), "7");
}

fn rows_of(file: UnmappedFile, mapping: &Mapping) -> Vec<ParsedRow> {
    read_all(&mut file.with_mapping(mapping, &ReadOptions::default()).unwrap())
}

#[test]
fn constants_fill_empty_cells_only() {
    let options = ReadOptions {
        mapping: Some(Mapping::parse("model=const:HT-9,interval=const:60").unwrap()),
        ..ReadOptions::default()
    };
    let text = format!("{HEADER}\n,7,{SEED},,C,,\n,8,{SEED},30,C,M,\n");
    let rows = read_all(&mut SeedFile::open_with(text.into_bytes(), &options).unwrap());
    let of = |index: usize| {
        let token = &rows[index].result.as_ref().unwrap().token;
        (token.model.clone(), token.interval.seconds())
    };
    assert_eq!((of(0), of(1)), (("HT-9".to_owned(), 60), ("M".to_owned(), 30)));
}

#[test]
fn failed_rows_of_a_mapped_list_read_back_without_a_mapping() {
    let options = ReadOptions {
        mapping: Some(
            Mapping::parse("serial=1,secret=2,interval=const:60,maker=const:C,model=const:M").unwrap(),
        ),
        ..ReadOptions::default()
    };
    let list = format!("7,{SEED},left over\n8,{SEED}\n");
    let mut file = SeedFile::open_with(list.into_bytes(), &options).unwrap();
    let entries = read_all(&mut file);
    let written = failed_rows(file.format(), entries.iter().map(|entry| &entry.raw));
    let again = rows(written.as_bytes());
    assert_eq!(
        again.iter().map(values).collect::<Vec<_>>(),
        entries.iter().map(|e| values(e.result.as_ref().unwrap())).collect::<Vec<_>>()
    );
}

#[test]
fn a_row_is_mended_where_it_stands() {
    let text = format!("serial number,secret key,time interval,manufacturer,model\n7,{SEED},45,C,M\n");
    let mut file = open(text).unwrap();
    let entry = read_all(&mut file).remove(0);
    let mut judge = file.into_judge();
    assert!(entry.result.is_err());
    let mut raw = entry.raw;
    judge.set(&mut raw, Field::Interval, "60");
    judge.set(&mut raw, Field::Upn, "ada@contoso.com");
    let mended = judge.judge_again(&raw);
    let row = mended.result.as_ref().unwrap();
    assert_eq!(row.token.interval.seconds(), 60);
    assert_eq!(row.owner, Some(Owner::Upn("ada@contoso.com".into())));
    assert_eq!(row.notes, ["the time interval was changed here", "the upn was changed here"]);
    let written = failed_rows(&judge.format(), [&mended.raw].into_iter());
    assert_eq!(values(&super::row(written.as_bytes())), values(row));
}

#[test]
fn a_text_is_replaced_in_a_column() {
    let line = |n: usize, domain: &str| format!("user{n}@{domain},{n},{SEED},30,C,M,\n");
    let text = format!("{HEADER}\n{}{}{}", line(1, "old.com"), line(2, "new.com"), line(3, "old.com"));
    let mut file = open(text).unwrap();
    let mut rows = read_all(&mut file);
    let mut judge = file.into_judge();
    assert_eq!(judge.replace(&mut rows, Field::Upn, "@old.com", "@new.com"), 2);
    let owners: Vec<_> = rows.iter().map(|row| row.result.as_ref().unwrap().owner.clone().unwrap()).collect();
    assert_eq!(owners, [1, 2, 3].map(|n| Owner::Upn(format!("user{n}@new.com"))));
    assert_eq!(judge.replace(&mut rows, Field::Upn, "", "x"), 0);
}

#[test]
fn a_fingerprint_tells_headers_apart_and_holds_no_name() {
    let of =
        |names: &[&str]| header_fingerprint(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    assert_eq!(of(&["Serial", "Key"]), of(&["serial ", "key"]));
    assert_ne!(of(&["serial", "key"]), of(&["key", "serial"]));
    assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
    assert_eq!(of(&["serial"]).len(), 16);
}

#[test]
fn no_column_shows_a_key_even_a_damaged_one_or_one_in_place_of_a_heading() {
    let key = "jbswydpehpkpxpjbswydpehpkpxpabcd";
    let damaged = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PX1";
    let spaced = "jbsw y3dp ehpk 3pxp jbsw y3dp ehpk 3pxp 1";
    for text in [
        format!("A-1,{key},C202\nA-2,{damaged},C202\n"),
        format!("Gerät,Schlüssel,Los\nA-2,{damaged},7\nA-3,{spaced},8\n"),
    ] {
        let shown = format!("{:?}", unmapped(&text).columns());
        for secret in [key, damaged, spaced] {
            let part: String = secret.chars().skip(2).take(6).collect();
            assert!(!shown.contains(&part), "{shown}");
        }
    }
}
