//! Removes from an answer everything that names something of the tenant, so that it can be shown to others.
//!
//! Two nets: by structure, only texts of a few known properties stay at all; and in those, each known value and whatever
//! looks like an id, an address, a date or a number is replaced.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use token_core::token::SerialNumber;

/// The properties whose texts stay.
const KEPT: [&str; 15] = [
    "@contentid",
    "@odata.type",
    "code",
    "errorcode",
    "failedoperation",
    "hashfunction",
    "localizedmessage",
    "manufacturer",
    "message",
    "messagedetail",
    "model",
    "odata.type",
    "severity",
    "status",
    "target",
];
/// Numbers from here on may be ids.
const LARGE: u64 = 100_000;
/// Longest word that stays: longer ones may be ids or keys.
const LONG: usize = 24;
/// From so many digits on a word may be a code, a serial number or an id.
const DIGITS: usize = 5;
/// Longest text that stays.
const MAX_TEXT: usize = 600;
/// Shorter parts of names stay: they would match half of all words.
const SHORTEST_NAME: usize = 3;

/// The values of a trial that no report may contain, each with the word that replaces it.
#[derive(Clone, Default)]
pub struct KnownValues {
    /// In lower case, the longest first.
    values: Vec<(String, &'static str)>,
    /// Words of people's names in lower case, which stand alone: they may be part of many others.
    names: BTreeSet<String>,
}

impl KnownValues {
    /// Adds a value.
    pub fn add(&mut self, value: &str, word: &'static str) {
        if !value.is_empty() {
            self.values.push((value.to_ascii_lowercase(), word));
            // A longer value may contain a shorter one, which must not break it up.
            self.values.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        }
    }

    /// Adds a person's name, and each of its words.
    pub fn add_name(&mut self, name: &str) {
        self.add(name, "‹name›");
        self.names.extend(parts(name).filter(|part| part.len() >= SHORTEST_NAME));
    }

    /// The text without known values, and without what looks like one.
    pub fn scrub(&self, text: &str) -> String {
        let line: String =
            text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_TEXT).collect();
        let known = self.values.iter().fold(line, |text, (value, word)| replace(&text, value, word));
        let mut shown = String::with_capacity(known.len());
        let mut rest = known.as_str();
        while let Some(start) = rest.find(is_word_char) {
            let (before, tail) = rest.split_at(start);
            let (word, after) = tail.split_at(tail.find(|c| !is_word_char(c)).unwrap_or(tail.len()));
            shown.push_str(before);
            let is_name = parts(word).any(|part| self.names.contains(&part));
            shown.push_str(if is_name { "‹name›" } else { mark_of(word).unwrap_or(word) });
            rest = after;
        }
        shown.push_str(rest);
        shown
    }
}

/// The words of a text in lower case.
fn parts(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).map(str::to_lowercase)
}

/// Case-insensitive. Only ASCII letters change case, so that positions stay the same.
fn replace(text: &str, value: &str, word: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for (at, found) in lower.match_indices(value) {
        shown.push_str(text.get(from..at).unwrap_or_default());
        shown.push_str(word);
        from = at + found.len();
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    shown
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '@' | '.' | '#' | '+' | '=' | '%' | '~')
}

/// What replaces a word that may name something.
fn mark_of(word: &str) -> Option<&'static str> {
    let word = word.trim_end_matches('.');
    let digits = word.chars().filter(char::is_ascii_digit).count();
    // `#microsoft.graph.…` and `@odata.…` are Microsoft's own words.
    let is_type = word.trim_start_matches('#').starts_with("microsoft.graph.")
        || word.starts_with("@Core.")
        || word.starts_with("@odata.");
    if is_type && digits == 0 {
        None
    } else if word.trim_start_matches('@').contains('@') {
        Some("‹address›")
    } else if word.len() == 36 && word.bytes().filter(|byte| *byte == b'-').count() == 4 {
        Some("‹id›")
    } else if digits >= DIGITS || word.chars().filter(|c| *c == '.').count() == 3 && digits > 0 {
        Some("‹number›")
    } else if word.contains(".onmicrosoft.") || word.contains(".com") || word.contains(".net") {
        Some("‹host›")
    } else if word.len() > LONG && (digits > 0 || !word.chars().any(char::is_lowercase)) {
        Some("‹text›")
    } else {
        None
    }
}

/// The body with texts only where they are known to name nothing; of lists only the items of these serials, or without any.
pub(super) fn redacted(body: &Value, known: &KnownValues, own: &[SerialNumber]) -> Value {
    match body {
        Value::Object(fields) => {
            let shown =
                |(name, value): (&String, &Value)| (known.scrub(name), field(name, value, known, own));
            Value::Object(fields.iter().map(shown).collect::<Map<_, _>>())
        }
        Value::Array(items) => list(items, known, own),
        Value::Number(number) if number.as_u64().is_some_and(|number| number < LARGE) => body.clone(),
        Value::Number(_) => "‹number›".into(),
        Value::String(text) => mark_of_value(text).into(),
        Value::Null | Value::Bool(_) => body.clone(),
    }
}

fn field(name: &str, value: &Value, known: &KnownValues, own: &[SerialNumber]) -> Value {
    match value {
        Value::String(text) if KEPT.contains(&name.to_ascii_lowercase().as_str()) => known.scrub(text).into(),
        // A number as text, as one of Microsoft's samples has the interval.
        Value::String(text) if text.len() < DIGITS && text.parse::<u32>().is_ok() => value.clone(),
        value => redacted(value, known, own),
    }
}

fn list(items: &[Value], known: &KnownValues, own: &[SerialNumber]) -> Value {
    let serial = |item: &Value| {
        let device = item.get("device").filter(|device| device.is_object()).unwrap_or(item);
        device.get("serialNumber").and_then(Value::as_str).and_then(SerialNumber::parse)
    };
    let is_own = |item: &&Value| match serial(item) {
        Some(serial) => own.contains(&serial),
        // An item of an error or of a bulk answer; other people's tokens have an id.
        None => item.get("id").is_none() || item.get("@contentId").is_some(),
    };
    let mut shown: Vec<Value> = items.iter().filter(is_own).map(|item| redacted(item, known, own)).collect();
    let left_out = items.len() - shown.len();
    if left_out > 0 {
        shown.push(format!("‹{left_out} other items left out›").into());
    }
    shown.into()
}

/// The kind of a text that is not shown.
fn mark_of_value(text: &str) -> &'static str {
    let is_date = text.len() >= 10 && text.starts_with("20") && text.as_bytes().get(4) == Some(&b'-');
    match text {
        "" => "",
        _ if text.starts_with("http") => "‹url›",
        _ if text.len() == 36 && text.bytes().filter(|byte| *byte == b'-').count() == 4 => "‹id›",
        _ if is_date => "‹date›",
        _ => "‹text›",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn known() -> KnownValues {
        let mut known = KnownValues::default();
        known.add_name("Ann O'Hara");
        known.add("ann@contoso.example", "‹user›");
        known.add("TRIAL-00AB", "‹serial›");
        known
    }

    #[test]
    fn texts_lose_known_values_and_what_looks_like_one() {
        let text = "ANN (ANN@contoso.example, 0cadbf92-af0b-4f52-8f2a-9f6c4f0c1a11) sent 058865 for trial-00ab to \
                    eve@fabrikam.example at t.onmicrosoft.com on 2026-01-15T10:00:00";
        assert_eq!(
            known().scrub(text),
            "‹name› (‹user›, ‹id›) sent ‹number› for ‹serial› to ‹address› at ‹host› on ‹number›:00:00"
        );
    }

    #[test]
    fn microsofts_own_words_stay() {
        let text =
            "Cannot delete default method: matches the user's current default authentication method (400).";
        assert_eq!(known().scrub(text), text);
        assert_eq!(
            known().scrub("#microsoft.graph.hardwareOathAuthenticationMethod"),
            "#microsoft.graph.hardwareOathAuthenticationMethod"
        );
    }

    #[test]
    fn of_an_answer_only_known_properties_keep_their_texts() {
        let own = [SerialNumber::parse("TRIAL-00AB").unwrap()];
        let body = json!({
            "@odata.context": "https://graph.microsoft.com/beta/$metadata#users('ann')",
            "value": [
                { "id": "3dee0e53-0000-4000-8000-000000000001", "status": "activated", "timeIntervalInSeconds": 30,
                  "serialNumber": "TRIAL-00AB", "secretKey": null, "assignedTo": { "id": "x", "displayName": "Ann" } },
                { "id": "4dee0e53-0000-4000-8000-000000000001", "serialNumber": "OTHER", "manufacturer": "Contoso" },
                { "id": "5dee0e53-0000-4000-8000-000000000001", "device": null },
                { "@contentId": "2", "@Core.DataModificationException": { "responseCode": 400 } },
            ]
        });
        assert_eq!(
            redacted(&body, &known(), &own),
            json!({
                "@odata.context": "‹url›",
                "value": [
                    { "id": "‹id›", "status": "activated", "timeIntervalInSeconds": 30, "serialNumber": "‹text›",
                      "secretKey": null, "assignedTo": { "id": "‹text›", "displayName": "‹text›" } },
                    { "@contentId": "2", "@Core.DataModificationException": { "responseCode": 400 } },
                    "‹2 other items left out›",
                ]
            })
        );
    }
}
