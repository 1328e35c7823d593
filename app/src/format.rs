//! Formats numbers and durations for people.

/// A number with a comma at the thousands.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1 token", "2,500 tokens".
pub fn tokens(count: usize) -> String {
    if count == 1 { "1 token".to_owned() } else { format!("{} tokens", grouped(count)) }
}

/// A duration in seconds, or in minutes from 90 seconds on.
pub fn duration(seconds: f64) -> String {
    match rounded(seconds) {
        seconds @ ..90 => format!("{} s", seconds.max(1)),
        seconds => format!("{} min", (seconds + 30) / 60),
    }
}

/// The nearest whole number. Formatting floats would enlarge the download by their tables.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, as intended")]
pub fn rounded(number: f64) -> usize {
    number.round().max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_thousands() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn formats_short_durations_in_seconds_and_long_ones_in_minutes() {
        assert_eq!([0.2, 59.6, 89.0, 90.0, 600.0].map(duration), ["1 s", "60 s", "89 s", "2 min", "10 min"]);
    }
}
