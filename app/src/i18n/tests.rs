use std::collections::BTreeMap;

use serde_json::Value;

use super::*;

/// All texts of a language, by their path.
fn texts(language: Language) -> BTreeMap<String, String> {
    let all = [
        ("header", serde_json::to_value(header_texts(language))),
        ("page", serde_json::to_value(page_texts(language))),
        ("slip", serde_json::to_value(slip_texts(language))),
    ];
    let mut texts = BTreeMap::new();
    for (name, value) in all {
        collect(name, &value.unwrap(), &mut texts);
    }
    texts
}

fn collect(path: &str, value: &Value, texts: &mut BTreeMap<String, String>) {
    match value {
        Value::String(text) => _ = texts.insert(path.to_owned(), text.clone()),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(&format!("{path}.{index}"), item, texts);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                collect(&format!("{path}.{name}"), field, texts);
            }
        }
        other => panic!("{path} is not a text: {other}"),
    }
}

/// The placeholders of a text, sorted.
fn placeholders(text: &str) -> Vec<&str> {
    let mut placeholders: Vec<&str> =
        text.split('{').skip(1).map(|rest| rest.split_once('}').expect("a closing brace").0).collect();
    placeholders.sort_unstable();
    placeholders
}

#[test]
fn every_text_has_the_placeholders_of_the_english_one() {
    let english = texts(Language::En);
    assert!(english.len() > 90);
    for language in Language::ALL {
        for (path, text) in texts(language) {
            assert_eq!(placeholders(&text), placeholders(&english[&path]), "{language:?} {path}");
        }
    }
}

#[test]
fn no_text_is_empty_or_left_in_english() {
    // Names, and words that are the same in another language.
    let same =
        ["page.code.activate", "slip.holder", "page.list.token", "slip.help_desk", "page.refusal.minute"];
    let english = texts(Language::En);
    for language in Language::ALL.into_iter().skip(1) {
        for (path, text) in texts(language) {
            assert!(text.trim().len() > 2, "{language:?} {path}");
            let may_be_same = same.contains(&path.as_str()) || text.len() < 14;
            assert!(may_be_same || text != english[&path], "{language:?} {path}: {text}");
        }
    }
}

#[test]
fn no_text_has_stray_spaces_or_straight_quotes() {
    for language in Language::ALL {
        for (path, text) in texts(language) {
            assert!(!text.contains("  "), "{language:?} {path}: two spaces");
            assert!(!text.contains(['\'', '"', '\n']), "{language:?} {path}: straight quotes");
            let has_trailing_space = path == "header.signed_in_as";
            assert!(has_trailing_space || text.trim() == text, "{language:?} {path}: surrounding spaces");
        }
        // French has a space before a colon, which must be a no-break space.
        let french = texts(Language::Fr);
        assert!(french.values().all(|text| !text.contains(" :") && !text.contains(" ?")));
    }
}

#[test]
fn a_slip_names_the_button_as_the_page_does() {
    for language in Language::ALL {
        let [.., last] = slip_texts(language).steps;
        assert!(last.contains(page_texts(language).code.activate), "{language:?}");
    }
}

#[test]
fn a_duration_is_rounded_up() {
    let texts = &page_texts(Language::En).refusal;
    let durations = [0, 900, 1_001, 89_000, 89_001, 120_000, 120_001].map(|ms| duration(texts, ms));
    assert_eq!(
        durations,
        ["1 second", "1 second", "2 seconds", "89 seconds", "2 minutes", "2 minutes", "3 minutes"]
    );
}

#[test]
fn replaces_every_occurrence_of_a_placeholder() {
    assert_eq!(interpolate("{n} of {n}, {m}", "n", "1"), "1 of 1, {m}");
}
