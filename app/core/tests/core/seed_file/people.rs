//! People from a list.

use super::*;
use token_core::{
    manage::{
        file_role::{FileRole, SortedFiles},
        people::{Pairing, PeopleList, read_people},
    },
    seed_file::{Owner, SeedTable},
};

fn tokens(owners: [&str; 4]) -> SeedTable {
    let line = |(index, owner): (usize, &&str)| format!("{owner},000{index},{SEED},30,C,M,sha1\n");
    let lines: String = owners.iter().enumerate().map(line).collect();
    let mut file = open(format!("{HEADER}\n{lines}")).unwrap();
    let rows = read_all(&mut file);
    file.into_table(rows)
}

fn list(text: &str) -> PeopleList {
    read_people(text.as_bytes().to_vec()).unwrap()
}

/// Who has which row after the list was applied, and the lines that are left over.
fn owners(text: &str, before: [&str; 4]) -> ([String; 4], Vec<u64>) {
    let mut table = tokens(before);
    let list = list(text);
    let pairs = list.pairs(&table, list.pairing(table.rows()));
    pairs.edits(&table).iter().for_each(|edit| table.apply(edit));
    let name = |row: &ParsedRow| match &row.result.as_ref().unwrap().owner {
        Some(Owner::Upn(upn)) => upn.clone(),
        _ => String::new(),
    };
    let unused = pairs.unused.iter().map(|person| person.line).collect();
    (std::array::from_fn(|index| name(&table.rows()[index])), unused)
}

#[test]
fn people_are_paired_in_order_with_rows_that_have_nobody() {
    let (found, unused) = owners("upn\na@x.com\n\nb@x.com\nc@x.com\nd@x.com\n", ["", "kept@x.com", "", ""]);
    assert_eq!(found, ["a@x.com", "kept@x.com", "b@x.com", "c@x.com"]);
    assert_eq!(unused, [6], "the line of the user who is left over");
}

#[test]
fn rows_of_the_list_alone_are_shown_beside_those_that_have_nobody() {
    let table = tokens(["", "old@x.com", "kept@x.com", ""]);
    let mut pairs = list("new@x.com,0001\nkept@x.com,0002\n").pairs(&table, Pairing::BySerial);
    let rows: Vec<(usize, &str)> = pairs.rows.iter().map(|pair| (pair.row, pair.upn.as_str())).collect();
    assert_eq!(rows, [(0, ""), (1, "new@x.com"), (2, "kept@x.com"), (3, "")]);
    pairs.rows[0].upn = " a@x.com ".to_owned();
    let edits: Vec<(usize, String)> =
        pairs.edits(&table).into_iter().map(|edit| (edit.row, edit.value)).collect();
    assert_eq!(edits, [(0, "a@x.com".to_owned()), (1, "new@x.com".to_owned())], "who is there already stays");
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
fn a_list_with_serials_can_be_taken_in_order() {
    let table = tokens([""; 4]);
    let list = list("a@x.com,0003\nb@x.com,0000\n");
    assert_eq!(list.pairing(table.rows()), Pairing::BySerial);
    let people = |pairing| {
        let pairs = list.pairs(&table, pairing);
        assert_eq!((pairs.given(), pairs.edits(&table).len()), (2, 2));
        pairs.rows.into_iter().map(|pair| pair.upn).collect::<Vec<_>>()
    };
    assert_eq!(people(Pairing::BySerial), ["b@x.com", "", "", "a@x.com"]);
    assert_eq!(people(Pairing::InOrder), ["a@x.com", "b@x.com", "", ""]);
}

#[test]
fn files_that_are_dropped_together_are_told_by_their_content() {
    let role = |text: &str| FileRole::of(text.as_bytes());
    for seeds in [
        format!("{HEADER}\n,1,{SEED},30,C,M,\n"),
        format!("ada@contoso.com;0012;{SEED}\n"),
        "serial,seed,user\n".to_owned(),
        format!("0012 {SEED} 60"),
        "{\"value\":[]}".to_owned(),
        "otpauth://totp/ada@x.com?secret=JBSWY3DPEHPK3PXP".to_owned(),
        String::new(),
    ] {
        assert_eq!(role(&seeds), FileRole::Seeds, "{seeds}");
    }
    assert_eq!(FileRole::of(b"PK\x03\x04"), FileRole::Seeds);
    for secret in ["000102030405060708090a0b0c0d0e0f\r\n", "qwerty", "AAECAwQFBgcICQoLDA0ODw=="] {
        assert_eq!(role(secret), FileRole::Secret, "{secret}");
    }
    for people in [
        "ada@contoso.com\nbo@contoso.com\n",
        "upn;serial number;name\nada@contoso.com;0012;Ada Lovelace of London\n",
        "upn,floor\nada@contoso.com,30\n",
    ] {
        assert_eq!(role(people), FileRole::People, "{people}");
    }
}

#[test]
fn of_files_that_are_dropped_together_one_holds_seeds() {
    use FileRole::{People, Secret, Seeds};
    let sorted = |roles: &[FileRole]| {
        let files: Vec<(&str, FileRole)> = ["a", "b", "c"].into_iter().zip(roles.iter().copied()).collect();
        SortedFiles::of(&files).map_err(|issue| issue.message)
    };
    let all = SortedFiles { seeds: 1, secret: Some(2), people: Some(0) };
    assert_eq!(sorted(&[People, Seeds, Secret]), Ok(all));
    assert_eq!(
        sorted(&[Seeds, Seeds]).unwrap_err(),
        "Several files were dropped of which only one is taken at a time (a: seed file, b: seed file)."
    );
    assert_eq!(
        sorted(&[People, Secret]).unwrap_err(),
        "None of the files that were dropped is a seed file (a: list of users, b: password or key)."
    );
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
