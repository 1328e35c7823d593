//! A column of codes from the tokens' displays: which clock they tell, and which mistakes of a row.

use token_core::{
    drift::{Offset, row_clock},
    manage::seeds::activations,
    otp,
    plan::CodeSource,
    seed::Seed,
    seed_file::{Field, RowEdit, SeedTable},
    token::{HashFunction, Interval, Token, TokenStatus},
};

use super::{SEED, open, read_all};

const HEADER: &str = "serial number,secret key,time interval,manufacturer,model,hash function,Code";
/// In the middle of a step, when the file was opened.
const NOW_MS: u64 = 1_800_000_015_000;

/// What a 30-second SHA-1 token with [`SEED`] shows whose clock is ahead by so many seconds.
fn code(ahead_s: i64) -> String {
    let seed = Seed::parse(SEED).unwrap();
    let clock_ms = NOW_MS.checked_add_signed(ahead_s * 1_000).unwrap();
    otp::totp(&seed, HashFunction::Sha1, Interval::S30, clock_ms).expose().to_owned()
}

/// A file of one token with this hash and code.
fn table(hash: &str, code: &str) -> SeedTable {
    let mut file = open(format!("{HEADER}\nA1,{SEED},30,Contoso,T1,{hash},{code}\n")).unwrap();
    assert!(file.has_codes());
    file.date_codes(NOW_MS);
    let rows = read_all(&mut file);
    file.into_table(rows)
}

/// The offset of the only row's clock, or the message of its issue.
fn clock(table: &SeedTable) -> Result<Offset, String> {
    let row = table.rows()[0].result.as_ref().map_err(|issues| issues[0].message.clone())?;
    row_clock(row).map(|clock| clock.offset).map_err(|issue| issue.message)
}

#[test]
fn a_file_without_a_column_of_codes_has_none() {
    assert!(
        !open(format!("{}\nA1,{SEED},30,C,M,sha1\n", HEADER.trim_end_matches(",Code"))).unwrap().has_codes()
    );
}

#[test]
fn a_code_tells_the_clock_of_its_token() {
    for ahead_s in [0, 90, -90, -300] {
        let table = table("SHA-1", &code(ahead_s));
        assert_eq!(clock(&table), Ok(Offset::from_seconds(ahead_s)));
        let notices = table.notices();
        assert!(notices.iter().any(|notice| notice.contains("1 row has a code")), "{notices:?}");
    }
    let dated = row_clock(table("SHA-1", &code(0)).rows()[0].result.as_ref().unwrap()).unwrap();
    assert_eq!(dated.typed_at_ms, Some(NOW_MS));
}

#[test]
fn a_code_that_is_none_or_fits_nothing_is_an_issue_that_does_not_repeat_it() {
    for (hash, code, expected) in [
        ("SHA-1", "12345x".to_owned(), "not a code of six digits"),
        ("SHA-1", "1234567".to_owned(), "not a code of six digits"),
        ("SHA-1", code(86_400 * 3), "at no time near now"),
        ("SHA-256", code(0), "makes its codes with SHA-1, 30 s, not with SHA-256"),
    ] {
        let message = clock(&table(hash, &code)).unwrap_err();
        assert!(message.contains(expected) && !message.contains(&code), "{message}");
    }
}

#[test]
fn an_empty_cell_says_nothing_and_a_spreadsheet_may_drop_zeros_at_the_beginning() {
    assert_eq!(clock(&table("SHA-1", "")), Ok(Offset::default()));
    let ahead_s = (0..).map(|step| step * 30).find(|ahead_s| code(*ahead_s).starts_with('0')).unwrap();
    let short = code(ahead_s).trim_start_matches('0').to_owned();
    let mut table = table("SHA-1", &short);
    table.date_codes(NOW_MS.checked_add_signed(ahead_s * 1_000).unwrap());
    assert_eq!(clock(&table), Ok(Offset::default()), "{short}");
}

#[test]
fn a_code_is_dated_anew_and_changed_without_being_repeated() {
    let mut table = table("SHA-1", &code(0));
    // The server's time is known later, and a minute ahead.
    table.date_codes(NOW_MS + 60_000);
    assert_eq!(clock(&table), Ok(Offset::from_seconds(-60)));
    table.apply(&RowEdit { row: 0, field: Field::Code, value: code(60) });
    assert_eq!(clock(&table), Ok(Offset::default()));
    let notes = table.rows()[0].raw.change_notes().join(" ");
    assert!(notes.contains("code") && !notes.contains(&code(0)) && !notes.contains(&code(60)), "{notes}");
}

#[test]
fn tokens_of_the_inventory_are_activated_at_the_clocks_that_the_codes_tell() {
    let token =
        Token { model: "T1".to_owned(), status: TokenStatus::Assigned, ..crate::tokens::token(1, "A1") };
    let (_, code_sources) = activations(&[&token], table("SHA-1", &code(-90)).rows(), None);
    let [CodeSource::Seed(_, clock)] = code_sources.as_slice() else { panic!("{code_sources:?}") };
    assert_eq!(clock.offset, Offset::from_seconds(-90));
    let (requests, code_sources) = activations(&[&token], table("SHA-256", &code(0)).rows(), None);
    assert!(code_sources.is_empty());
    assert!(requests[0].resolved.as_ref().unwrap_err()[0].message.contains("SHA-1"));
}
