//! Mapping by hand.

use super::*;
use token_core::seed_file::{
    Field, Mapping, MappingSource, OpenIssue, ReadOptions, RememberedMappings, UnmappedFile,
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
    let columns = file.first().columns();
    let fields: Vec<_> = columns.iter().map(|column| column.field).collect();
    assert_eq!(fields, [Some(Field::Serial), Some(Field::Key), Some(Field::Upn), Some(Field::Interval)]);
    assert_eq!(columns[2].samples, ["ada@contoso.com"]);
    assert_eq!(columns[2].reason, "values with an @");
    assert_eq!(columns[1].samples[0], "48… (40 characters)");
    assert_eq!(file.first().missing(&file.first().suggestion()), [Field::Manufacturer, Field::Model]);
}

#[test]
fn a_suggestion_and_constants_read_the_file() {
    let file = unmapped(FOREIGN);
    let mut mapping = file.first().suggestion();
    let preview = file.first().preview(&mapping).unwrap();
    assert_eq!(preview.rows[0].issue.as_deref(), Some("The manufacturer is missing."));
    mapping.set(Field::Manufacturer, constant("Contoso"));
    mapping.set(Field::Model, constant("HT-1"));
    assert!(file.first().missing(&mapping).is_empty());
    let preview = file.first().preview(&mapping).unwrap();
    let fields = [Field::Serial, Field::Key, Field::Interval, Field::Manufacturer, Field::Model, Field::Upn];
    assert_eq!(preview.fields, fields);
    assert_eq!(
        preview.rows[0].values,
        ["A-001", "48… (40 characters)", "30", "Contoso", "HT-1", "ada@contoso.com"]
    );
    assert!(preview.rows.iter().all(|row| row.issue.is_none()));
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
    assert!(file.first().issue().is_none());
    assert_eq!(file.first().columns()[1].reason, "its heading");
    let mapping = file.first().suggestion();
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
    let mut file = SeedFile::open_with(text.into_bytes(), &options).unwrap();
    assert!(!file.is_mapping_remembered(), "it was given for this file");
    let rows = read_all(&mut file);
    let of = |index: usize| {
        let token = &rows[index].result.as_ref().unwrap().token;
        (token.model.clone(), token.interval.seconds())
    };
    assert_eq!((of(0), of(1)), (("HT-9".to_owned(), 60), ("M".to_owned(), 30)));
}

#[test]
fn rows_to_correct_of_a_mapped_list_read_back_without_a_mapping() {
    let options = ReadOptions {
        mapping: Some(
            Mapping::parse("serial=1,secret=2,interval=const:60,maker=const:C,model=const:M").unwrap(),
        ),
        ..ReadOptions::default()
    };
    let list = format!("7,{SEED},left over\n8,{SEED}\n");
    let mut file = SeedFile::open_with(list.into_bytes(), &options).unwrap();
    let entries = read_all(&mut file);
    let written = to_correct(file.format(), entries.iter().map(|entry| &entry.raw));
    let again = rows(written.as_bytes());
    assert_eq!(
        again.iter().map(values).collect::<Vec<_>>(),
        entries.iter().map(|e| values(e.result.as_ref().unwrap())).collect::<Vec<_>>()
    );
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

fn with_remembered(text: &str, remembered: &RememberedMappings) -> Result<SeedFile, OpenIssue> {
    let options = ReadOptions { remembered: remembered.clone(), ..ReadOptions::default() };
    SeedFile::open_with(text.as_bytes().to_vec(), &options)
}

#[test]
fn a_mapping_is_remembered_by_the_header_and_applied_where_it_fits() {
    let file = unmapped(FOREIGN);
    let mut mapping = file.first().suggestion();
    mapping.set(Field::Manufacturer, constant("Contoso, \"and\" Sons"));
    mapping.set(Field::Model, constant("HT-1"));
    let mut remembered = RememberedMappings::default();
    remembered.remember(&file.first().fingerprint().unwrap(), &Mapping::new());
    remembered.remember(&file.first().fingerprint().unwrap(), &mapping);
    mapping.set(Field::Manufacturer, constant("Contoso"));
    remembered.remember(&file.first().fingerprint().unwrap(), &mapping);
    let kept = RememberedMappings::parse(&format!("{remembered}no mapping\n"));
    assert_eq!(kept, remembered);
    assert!(!kept.to_string().contains("ada@") && !kept.to_string().contains("Gerät"), "{kept}");

    let next = FOREIGN.replace("A-00", "B-00");
    let mut file = with_remembered(&next, &kept).unwrap();
    assert!(file.is_mapping_remembered());
    assert_eq!(read_all(&mut file)[0].result.as_ref().unwrap().token.model, "HT-1");
    for other in
        [FOREIGN.replace("Person", "Halter"), FOREIGN.replace(",30\n", ",31\n").replace(",60\n", ",61\n")]
    {
        assert!(with_remembered(&other, &kept).is_err(), "another header, or no row that fits");
    }
    let options = ReadOptions { remembered: kept, asks_for_mapping: true, ..ReadOptions::default() };
    let Err(OpenIssue::NeedsMapping(file)) = SeedFile::open_with(next.into_bytes(), &options) else {
        panic!("the mapping was asked for")
    };
    assert_eq!(file.first().suggestion().get(Field::Model), constant("HT-1").as_ref(), "what is in force");
}

#[test]
fn no_fingerprint_is_made_of_values() {
    let key = "jbswydpehpkpxpjbswydpehpkpxpabcd";
    for text in [format!("A-1,{SEED}\nA-2,{SEED}\n"), format!("Gerät,{key},Los\nA-2,{SEED},7\n")] {
        assert_eq!(unmapped(&text).first().fingerprint(), None, "{text}");
    }
    let list = unmapped(&format!("otpauth://totp/Contoso:0012?secret={SEED}\n"));
    assert_eq!(list.first().fingerprint(), None, "all vendors' lists have the columns of the format");
}

#[test]
fn a_mapping_in_force_takes_columns_from_what_the_headings_say() {
    let text = format!("{HEADER},device\nada@contoso.com,7,{SEED},30,C,M,SHA-1,D-9\n");
    let options = ReadOptions {
        mapping: Some(Mapping::parse("serial=8,model=2,upn=").unwrap()),
        asks_for_mapping: true,
        ..ReadOptions::default()
    };
    let Err(OpenIssue::NeedsMapping(file)) = SeedFile::open_with(text.into_bytes(), &options) else {
        panic!("the mapping was asked for")
    };
    let mapping = file.first().suggestion();
    assert_eq!(mapping.get(Field::Serial), Some(&MappingSource::Column(7)));
    assert_eq!(mapping.get(Field::Model), Some(&MappingSource::Column(1)));
    assert_eq!(mapping.get(Field::Upn), None);
    assert_eq!(mapping.get(Field::Key), Some(&MappingSource::Column(2)));
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
        let shown = format!("{:?}", unmapped(&text).first().columns());
        for secret in [key, damaged, spaced] {
            let part: String = secret.chars().skip(2).take(6).collect();
            assert!(!shown.contains(&part), "{shown}");
        }
    }
}

#[test]
fn serials_with_the_letters_of_keys_are_shorter_than_keys() {
    // 24 letters and digits would be a key of 15 bytes.
    let text = format!("Gerät,Schlüssel\nABCDEFGHABCDEFGHABCDEF22,{SEED}\nABCDEFGHABCDEFGHABCDEF33,{SEED}\n");
    let fields: Vec<_> = unmapped(&text).first().columns().iter().map(|column| column.field).collect();
    assert_eq!(fields, [Some(Field::Serial), Some(Field::Key)]);
}

#[test]
fn values_below_the_heading_of_keys_are_not_shown_whatever_they_look_like() {
    let file = unmapped("Gerät,secret key,Los\nA-1,ada 12,C202\nA-2,,C202\n");
    let columns = file.first().columns();
    assert_eq!(columns[1].reason, "its heading");
    assert!(!columns[1].samples[0].contains("ada"), "{columns:?}");
    assert_eq!(columns[2].samples[0], "C202");
}

#[test]
fn only_what_has_digits_is_guessed_to_be_a_serial() {
    let text = format!("Farbe,Gerät,Schlüssel\nred,A-1,{SEED}\nblue,A-2,{SEED}\n");
    let file = unmapped(&text);
    let columns: Vec<_> =
        file.first().columns().into_iter().map(|column| (column.name, column.field)).collect();
    let expected = [("Farbe", None), ("Gerät", Some(Field::Serial)), ("Schlüssel", Some(Field::Key))];
    assert_eq!(columns, expected.map(|(name, field)| (name.to_owned(), field)));
}
