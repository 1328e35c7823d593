//! Formats milliseconds since 1970 in the browser's time zone. Runs in the browser alone.

use js_sys::Date;
use wasm_bindgen::JsValue;

/// A day in milliseconds.
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// Local date and time to the second.
pub fn local_datetime(ms: u64) -> String {
    let date = date(ms);
    let two_digits = |n: u32| format!("{n:02}");
    format!(
        "{} {}",
        iso_date(&date),
        [date.get_hours(), date.get_minutes(), date.get_seconds()].map(two_digits).join(":")
    )
}

/// Local time of day to the second.
pub fn local_time_of_day(ms: u64) -> String {
    local_datetime(ms).chars().skip("2026-01-31 ".len()).collect()
}

/// Local time of day in hours and minutes; the milliseconds are the browser's.
pub fn hours_and_minutes(ms: f64) -> String {
    let date = Date::new(&JsValue::from_f64(ms));
    format!("{:02}:{:02}", date.get_hours(), date.get_minutes())
}

/// Local date.
pub fn local_date(ms: u64) -> String {
    iso_date(&date(ms))
}

/// The instant in UTC, to the millisecond.
pub fn utc(ms: u64) -> String {
    String::from(date(ms).to_iso_string())
}

/// As the value of an `<input type="datetime-local">`.
pub fn to_input_value(ms: u64) -> String {
    local_datetime(ms).replace(' ', "T").chars().take("2026-01-31T14:05".len()).collect()
}

/// From the value of an `<input type="datetime-local">`.
pub fn from_input_value(text: &str) -> Option<u64> {
    let ms = Date::new(&JsValue::from_str(text)).get_time();
    (!text.is_empty() && ms.is_finite()).then(|| to_u64(ms))
}

/// The start of the local day, this many days ago.
pub fn days_ago(days: u32) -> u64 {
    let noon = Date::new_0();
    noon.set_hours(12);
    // From noon, so that days of 23 and 25 hours count as one day each.
    let then = Date::new(&JsValue::from_f64(noon.get_time() - to_f64(DAY_MS) * f64::from(days)));
    then.set_hours(0);
    then.set_minutes(0);
    then.set_seconds(0);
    then.set_milliseconds(0);
    to_u64(then.get_time())
}

fn iso_date(date: &Date) -> String {
    format!("{}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date())
}

fn date(ms: u64) -> Date {
    Date::new(&JsValue::from_f64(to_f64(ms)))
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit a double exactly")]
fn to_f64(ms: u64) -> f64 {
    ms as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, as intended")]
fn to_u64(ms: f64) -> u64 {
    ms.max(0.0) as u64
}
