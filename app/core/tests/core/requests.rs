//! What a browser sends is checked when it is deserialized, or by `validate`, before the server acts on it.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use token_core::{
    otp::Code,
    ports::{Activation, Applied, Assignment, Change, MAX_ITEMS, NewToken, Outcome, Rename},
    token::{Interval, SerialNumber, TokenId},
    user::UserId,
};

const GUID: &str = "0123abcd-4567-89ef-0123-456789abcdef";

fn new_token(manufacturer: &str, model: &str) -> NewToken {
    serde_json::from_value(json!({
        "serial": "GALT-7", "manufacturer": manufacturer, "model": model,
        "seed": "JBSWY3DP", "interval": 30, "hash": "Sha1",
    }))
    .unwrap()
}

fn rename(name: &str) -> Rename {
    Rename { token: TokenId::parse(GUID).unwrap(), name: name.to_owned() }
}

fn is_accepted<T: DeserializeOwned>(value: Value) -> bool {
    serde_json::from_value::<T>(value).is_ok()
}

/// Texts that are no manufacturer and no model.
fn unusable_texts() -> [String; 6] {
    ["".into(), " \u{a0} ".into(), "M".repeat(129), "A\nB".into(), "A\u{0}".into(), "\tA".into()]
}

#[test]
fn a_new_token_has_a_manufacturer_and_a_model_in_short_plain_text() {
    let longest = "é".repeat(128);
    for (manufacturer, model) in
        [("Contoso", "HT-1"), ("C", "1"), (&*longest, &*longest), (" Contoso ", "HT 1")]
    {
        assert_eq!(new_token(manufacturer, model).validate(), None, "{manufacturer:?} {model:?}");
    }
    for text in unusable_texts() {
        for (token, field) in
            [(new_token(&text, "HT-1"), "manufacturer"), (new_token("Contoso", &text), "model")]
        {
            let message = token.validate().unwrap_or_default();
            let expected = format!("the {field} of token GALT-7 is empty, too long or not plain text");
            assert_eq!(message, expected, "{text:?}");
        }
    }
}

#[test]
fn white_space_around_a_manufacturer_does_not_count_as_length() {
    let padded = format!("  {}  ", "M".repeat(128));
    assert_eq!(new_token(&padded, "HT-1").validate(), None);
}

#[test]
fn a_display_name_is_short_plain_text_and_an_empty_one_removes_it() {
    for name in ["", "Front desk", &"é".repeat(128)] {
        assert_eq!(rename(name).validate(), None, "{name:?}");
    }
    for name in [&"n".repeat(129), "Front\ndesk", "\u{7f}", "\tdesk"] {
        let message = rename(name).validate().unwrap_or_default();
        assert_eq!(message, "the name is longer than 128 characters or not plain text", "{name:?}");
    }
}

fn assignment() -> Assignment {
    Assignment { token: TokenId::parse(GUID).unwrap(), user: UserId::parse(GUID).unwrap() }
}

fn activation() -> Activation {
    let Assignment { token, user } = assignment();
    Activation { token, user, code: Code::parse("012345").unwrap() }
}

#[test]
fn the_changes_of_a_call_are_of_one_kind_and_not_too_many() {
    let delete = || Change::Delete(assignment().token);
    assert_eq!(Change::validate_call(&[]), None);
    assert_eq!(Change::validate_call(&vec![delete(); MAX_ITEMS]), None);
    assert_eq!(
        Change::validate_call(&vec![delete(); MAX_ITEMS + 1]).unwrap(),
        "101 items at once, where 100 are allowed"
    );
    let mixed = [delete(), delete(), Change::Unassign(assignment())];
    assert_eq!(Change::validate_call(&mixed).unwrap(), "the changes of one call must be of one kind");
    let twice = [Change::Unassign(assignment()), Change::Unassign(assignment())];
    assert_eq!(Change::validate_call(&twice).unwrap(), "the changes of one call must be for different users");
    let renames = [Change::Rename(rename("Front desk")), Change::Rename(rename("a\nb"))];
    assert!(Change::validate_call(&renames).unwrap().contains("plain text"));
}

#[test]
fn the_texts_of_a_change_are_checked_whatever_its_kind() {
    let good = [
        Change::Create(new_token("Contoso", "HT-1")),
        Change::Rename(rename("Front desk")),
        Change::Assign(assignment()),
        Change::Unassign(assignment()),
        Change::Deactivate(assignment()),
        Change::Activate(activation()),
        Change::AssignAndActivate(activation()),
        Change::Delete(assignment().token),
    ];
    for change in good {
        assert_eq!(change.validate(), None, "{change:?}");
    }
    for change in [Change::Create(new_token("", "HT-1")), Change::Rename(rename("a\nb"))] {
        assert!(change.validate().is_some_and(|message| message.contains("plain text")), "{change:?}");
    }
}

#[test]
fn only_activations_send_a_code() {
    let with_code = [Change::Activate(activation()), Change::AssignAndActivate(activation())];
    assert!(with_code.iter().all(Change::has_code));
    let without = [
        Change::Create(new_token("Contoso", "HT-1")),
        Change::Assign(assignment()),
        Change::Unassign(assignment()),
        Change::Deactivate(assignment()),
        Change::Delete(assignment().token),
        Change::Rename(rename("")),
    ];
    assert!(!without.iter().any(Change::has_code));
}

#[test]
fn the_id_of_a_token_or_a_user_is_a_guid_and_nothing_else() {
    assert_eq!(TokenId::parse(&GUID.to_uppercase()).unwrap().as_str(), GUID);
    assert_eq!(UserId::parse(&GUID.to_uppercase()).unwrap().as_str(), GUID);
    assert!(is_accepted::<TokenId>(json!(GUID)) && is_accepted::<UserId>(json!(GUID)));
    let others = [
        "".to_owned(),
        "me".to_owned(),
        "../users".to_owned(),
        GUID.replace('-', ""),
        GUID.replace('a', "g"),
        GUID.replace('0', "/"),
        format!("{GUID}-0"),
        format!("{GUID}0"),
        format!(" {GUID}"),
        "0123abcd-4567-89ef-01234-56789abcdef".to_owned(),
    ];
    for text in others {
        assert_eq!(TokenId::parse(&text), None, "{text}");
        assert_eq!(UserId::parse(&text), None, "{text}");
        assert!(!is_accepted::<TokenId>(json!(text)) && !is_accepted::<UserId>(json!(text)), "{text}");
    }
}

#[test]
fn a_serial_number_is_short_plain_text() {
    let longest = "é".repeat(128);
    for (text, serial) in [(" GALT 7 ", "GALT 7"), ("0", "0"), (&*longest, &*longest)] {
        assert_eq!(SerialNumber::parse(text).unwrap().as_str(), serial);
        assert!(is_accepted::<SerialNumber>(json!(text)));
    }
    for text in ["", " \u{a0}", &"7".repeat(129), "7\n8", "7\u{0}"] {
        assert!(SerialNumber::parse(text).is_none(), "{text:?}");
        assert!(!is_accepted::<SerialNumber>(json!(text)), "{text:?}");
    }
}

#[test]
fn serial_numbers_are_compared_without_case() {
    let serial = |text: &str| SerialNumber::parse(text).unwrap();
    assert_eq!(serial("Galt-7É"), serial("gALT-7é"));
    assert_ne!(serial("GALT-7"), serial("GALT-8"));
    assert_eq!((serial("Galt-7").key(), serial("Galt-7").to_string()), ("galt-7".into(), "Galt-7".into()));
}

#[test]
fn an_interval_is_30_or_60_seconds() {
    for (seconds, interval) in [(30, Interval::S30), (60, Interval::S60)] {
        assert_eq!(serde_json::from_value::<Interval>(json!(seconds)).unwrap(), interval);
        assert_eq!(serde_json::to_value(interval).unwrap(), json!(seconds));
    }
    for other in [json!(0), json!(29), json!(31), json!(45), json!(90), json!("30"), json!(null)] {
        assert!(!is_accepted::<Interval>(other.clone()), "{other}");
    }
}

#[test]
fn a_code_has_six_digits_and_may_be_typed_in_groups() {
    for (typed, code) in [("012345", "012345"), (" 012 345 ", "012345"), ("0 1 2 3 4 5", "012345")] {
        assert_eq!(Code::parse(typed).unwrap().expose(), code);
        assert_eq!(serde_json::to_value(Code::parse(typed).unwrap()).unwrap(), json!(code));
    }
    for text in ["", "12345", "1234567", "12345a", "-12345", "１２３４５６"] {
        assert!(Code::parse(text).is_none() && !is_accepted::<Code>(json!(text)), "{text}");
    }
}

#[test]
fn without_graphs_own_count_each_change_is_a_write() {
    let applied = Applied::of(vec![Outcome::Done(None), Outcome::Done(None)]);
    assert_eq!((applied.writes, applied.outcomes.len(), applied.creation_size), (2, 2, None));
}
