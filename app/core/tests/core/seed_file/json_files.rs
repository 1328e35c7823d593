//! Microsoft Graph's JSON.

use super::*;
use token_core::{
    seed_file::Owner,
    token::{HashFunction, Interval},
    user::UserId,
};

const ENTRY: &str = r#"{"@contentId":"1","serialNumber":"007","manufacturer":"Contoso","model":"HT-1",
    "secretKey":"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP","timeIntervalInSeconds":60,"hashFunction":"hmacsha256"}"#;

/// The valid entry with one property replaced.
fn with(property: &str, value: &str) -> String {
    let mut entry: serde_json::Map<String, serde_json::Value> = serde_json::from_str(ENTRY).unwrap();
    entry.insert(property.to_owned(), serde_json::from_str(value).unwrap());
    serde_json::to_string(&entry).unwrap()
}

#[test]
fn reads_the_bulk_body_an_array_and_one_object() {
    let files = [
        format!("{{\"@context\":\"#$delta\",\"value\":[{ENTRY}]}}"),
        format!("\u{feff} [{ENTRY}]"),
        format!("\n{ENTRY}\n"),
    ];
    for file in files {
        let row = row(file);
        assert_eq!(values(&row)[1..], ["007", SEED, "60", "Contoso", "HT-1", "SHA-256"]);
        assert_eq!(row.owner, None);
    }
}

#[test]
fn accepts_the_interval_as_number_or_text() {
    for (value, interval) in [("30", Interval::S30), ("\"30\"", Interval::S30), ("\"60\"", Interval::S60)] {
        assert_eq!(row(with("timeIntervalInSeconds", value)).token.interval, interval);
    }
    let without = row(with("timeIntervalInSeconds", "null"));
    assert_eq!(without.notes, ["time interval empty: 30 s assumed"]);
}

#[test]
fn a_missing_hash_is_sha_1_unless_the_key_has_32_bytes() {
    let short = row(with("hashFunction", "null"));
    assert_eq!((short.token.hash, short.notes.len()), (HashFunction::Sha1, 0));
    let long = with("hashFunction", "null").replace(SEED, &format!("{SEED}{SEED}"));
    let long = row(long);
    assert_eq!(long.token.hash, HashFunction::Sha1);
    assert_eq!(long.notes, ["no hash named: SHA-1, as in Microsoft's own files"]);
}

#[test]
fn ambiguous_keys_are_read_as_base32() {
    let key = "ABCDEF27".repeat(5);
    assert_eq!(row(with("secretKey", &format!("\"{key}\""))).token.seed.len(), 25);
    assert_eq!(row(with("secretKey", "\"48656c6c6f21\"")).token.seed.bytes(), b"Hello!");
}

#[test]
fn owners_are_object_ids_only() {
    let id = "0b1d2a44-64bb-4f6c-9a3b-0d3f6c1f9a10";
    let owned = row(with("assignTo", &format!("{{\"id\":\"{id}\"}}")));
    assert_eq!(owned.owner, Some(Owner::Id(UserId::parse(id).unwrap())));
    assert_eq!(row(with("assignTo", "null")).owner, None);
    for bad in ["{}", "{\"id\":\"ada\"}", "{\"userPrincipalName\":\"ada@contoso.com\"}", "\"x\"", "[]"] {
        let issues = issues(with("assignTo", bad));
        assert_eq!(issues[0].column.as_deref(), Some("assignTo"), "{bad}");
    }
}

#[test]
fn an_invalid_entry_does_not_affect_others() {
    let bad =
        [with("model", "{\"x\":1}"), with("secretKey", "true"), "7".into(), "\"x\"".into(), "null".into()];
    let twice = ENTRY.replace("\"model\"", "\"serialNumber\"");
    let lone_surrogate = ENTRY.replace("HT-1", "\\ud800");
    let file = format!("[{ENTRY},{},{twice},{lone_surrogate},{ENTRY}]", bad.join(","));
    let entries = read(file);
    assert_eq!(entries.iter().map(|entry| entry.line).collect::<Vec<_>>(), (1..=9).collect::<Vec<_>>());
    let good: Vec<bool> = entries.iter().map(|entry| entry.result.is_ok()).collect();
    assert_eq!(good, [true, false, false, false, false, false, false, false, true]);
    let mistyped = entries[1].result.as_ref().unwrap_err();
    assert_eq!((mistyped.len(), mistyped[0].column.as_deref()), (1, Some("model")));
}

#[test]
fn all_issues_of_an_entry_are_reported_at_once() {
    let columns: Vec<_> =
        issues("[{\"hashFunction\":\"sha512\",\"timeIntervalInSeconds\":45,\"serialNumber\":1.5E+12}]")
            .into_iter()
            .map(|issue| issue.column.unwrap())
            .collect();
    let all = ["serialNumber", "secretKey", "timeIntervalInSeconds", "manufacturer", "model", "hashFunction"];
    assert_eq!(columns, all);
}

#[test]
fn syntax_errors_give_line_and_column() {
    let damaged = format!("[\n{ENTRY},\n]");
    assert!(file_error(damaged).starts_with("The JSON is damaged at line 4, column 1: trailing comma."));
    assert!(file_error(format!("{{\"value\":[{ENTRY}")).contains("EOF while parsing"));
    assert!(file_error(format!("{ENTRY}\nx")).contains("trailing characters"));
}

#[test]
fn other_json_is_rejected_with_the_expected_shapes() {
    assert!(file_error("{\"name\":\"x\"}").starts_with("The JSON holds no tokens. Expected"));
    assert!(
        file_error("{\"value\":7}").starts_with("The JSON has an unexpected shape at line 1, column 10.")
    );
}

#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    let deep = format!("[{}{}]", "[".repeat(200_000), "]".repeat(200_000));
    assert!(read(deep)[0].result.is_err());
}

#[test]
fn a_missing_hash_has_a_notice() {
    let long = with("hashFunction", "null").replace(SEED, &format!("{SEED}{SEED}"));
    let notices = |text: String| {
        let mut file = open(text).unwrap();
        read_all(&mut file);
        file.notices()
    };
    assert_eq!(
        notices(format!("[{long},{long}]")),
        ["No hash named: SHA-1 was taken for 2 secret keys longer than 20 bytes."]
    );
    assert_eq!(notices(ENTRY.to_owned()), [""; 0]);
}

#[test]
fn one_object_is_a_token_when_it_has_a_serial_or_a_key() {
    let columns = |text: &str| issues(text).into_iter().filter_map(|issue| issue.column).collect::<Vec<_>>();
    assert_eq!(columns("{\"serialNumber\":\"7\"}"), ["secretKey", "manufacturer", "model"]);
    let key_only = format!("{{\"secretKey\":\"{SEED}\"}}");
    assert_eq!(columns(&key_only), ["serialNumber", "manufacturer", "model"]);
}

#[test]
fn progress_grows_with_the_entries_that_were_read() {
    let mut file = open(format!("[{ENTRY},{ENTRY},{ENTRY},{ENTRY}]")).unwrap();
    let mut progress = vec![file.progress()];
    while !file.read(1).is_empty() {
        progress.push(file.progress());
    }
    assert_eq!(progress, [0.0, 0.25, 0.5, 0.75, 1.0]);
    assert_eq!(open("[]").unwrap().progress(), 1.0, "nothing is left to read");
}

#[test]
fn an_entry_that_is_no_object_says_so() {
    let entries = read(format!("[7,{ENTRY}]"));
    let issues = entries[0].result.as_ref().unwrap_err();
    assert_eq!(issues.len(), 1);
    assert!(!issues[0].message.is_empty() && !issues[0].remedy.is_empty());
    assert!(entries[1].result.is_ok());
}

#[test]
fn of_several_arrays_the_one_with_tokens_is_read() {
    let entries = read(format!(r#"{{"makers":[{{"manufacturer":"C"}}],"tokens":[{ENTRY}]}}"#));
    assert_eq!((entries.len(), entries[0].serial.as_str()), (1, "007"));
}
