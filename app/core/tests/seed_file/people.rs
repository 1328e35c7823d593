//! People from a list.

use super::*;
use token_core::{
    manage::people::{PeopleList, read_people},
    seed_file::{Judge, Owner},
};

fn tokens(owners: [&str; 4]) -> (Judge, Vec<ParsedRow>) {
    let line = |(index, owner): (usize, &&str)| format!("{owner},000{index},{SEED},30,C,M,sha1\n");
    let lines: String = owners.iter().enumerate().map(line).collect();
    let mut file = open(format!("{HEADER}\n{lines}")).unwrap();
    let rows = read_all(&mut file);
    (file.into_judge(), rows)
}

fn list(text: &str) -> PeopleList {
    read_people(text.as_bytes().to_vec()).unwrap()
}

/// Who has which row after the list was applied.
fn owners(text: &str, before: [&str; 4]) -> ([String; 4], Vec<u64>) {
    let (mut judge, mut rows) = tokens(before);
    let pairs = list(text).pairs(&judge, &rows);
    pairs.apply(&mut judge, &mut rows);
    let name = |row: &ParsedRow| match &row.result.as_ref().unwrap().owner {
        Some(Owner::Upn(upn)) => upn.clone(),
        _ => String::new(),
    };
    (std::array::from_fn(|index| name(&rows[index])), pairs.unused)
}

#[test]
fn people_are_paired_in_order_with_rows_that_have_nobody() {
    let (found, unused) = owners("upn\na@x.com\n\nb@x.com\nc@x.com\nd@x.com\n", ["", "kept@x.com", "", ""]);
    assert_eq!(found, ["a@x.com", "kept@x.com", "b@x.com", "c@x.com"]);
    assert_eq!(unused, [6], "the line of the person who is left over");
}

#[test]
fn people_are_paired_by_serial_in_either_column_order() {
    for text in [
        "upn,serial number\na@x.com,0002\nb@x.com,=\"0000\"\nc@x.com,9\n",
        "x;y\n0002;a@x.com\n0000;b@x.com\n9;c@x.com",
    ] {
        let (found, unused) = owners(text, ["", "", "old@x.com", ""]);
        assert_eq!(found, ["b@x.com", "", "a@x.com", ""], "{text}");
        assert_eq!(unused, [4]);
    }
}

#[test]
fn object_ids_and_invisible_characters_are_read() {
    let id = "0b1d2a44-64bb-4f6c-9a3b-0d3f6c1f9a10";
    let people = list(&format!("\u{200b}a@x.com\u{200e}\n{id}\n"));
    assert_eq!(people.people.iter().map(|person| person.upn.as_str()).collect::<Vec<_>>(), ["a@x.com", id]);
}

#[test]
fn a_list_without_people_is_refused() {
    let issue = read_people(b"one\ntwo\n".to_vec()).unwrap_err();
    assert_eq!(issue.message, "The list has no user principal name.");
}
