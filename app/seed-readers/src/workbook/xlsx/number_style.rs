//! What the numbers of a workbook show: dates, or digits with zeros before them.

/// What the numbers of a style show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum NumberStyle {
    /// A number.
    #[default]
    Other,
    /// A date or a time.
    Date,
    /// A whole number with zeros before it, perhaps among other characters: a zero for each digit.
    Digits(String),
}

impl NumberStyle {
    /// Of a format that has a code in the file.
    pub fn of_format(code: &str) -> Self {
        match digits_pattern(code) {
            Some(pattern) => Self::Digits(pattern),
            None if is_date_format(code) => Self::Date,
            None => Self::Other,
        }
    }

    /// Of a format that has none.
    pub fn of_id(id: &str) -> Self {
        if id.parse().is_ok_and(is_date_id) { Self::Date } else { Self::Other }
    }
}

/// Digits that a workbook keeps of a number, at most.
const MAX_DIGITS: usize = 15;
/// Characters of a pattern, at most.
const MAX_PATTERN: usize = 64;

/// What a format of zeros and fixed characters shows, `"SN"000000` or `000\-000`: its first section, without what escapes
/// characters. Any other format is none of digits.
fn digits_pattern(code: &str) -> Option<String> {
    let mut pattern = String::new();
    let mut characters = code.chars();
    while let Some(c) = characters.next().filter(|c| *c != ';') {
        match c {
            '0' | '-' => pattern.push(c),
            '\\' => pattern.push(characters.next().filter(|c| *c != '0')?),
            '"' => pattern.extend(characters.by_ref().take_while(|c| *c != '"')),
            _ => return None,
        }
    }
    let digits = pattern.bytes().filter(|b| *b == b'0').count();
    let quoted_zero = code.split('"').skip(1).step_by(2).any(|quoted| quoted.contains('0'));
    ((2..=MAX_DIGITS).contains(&digits) && !quoted_zero && pattern.len() <= MAX_PATTERN).then_some(pattern)
}

/// A whole number as the pattern shows it; `None` for one that it has no room for.
pub(super) fn shown_digits(pattern: &str, number: &str) -> Option<String> {
    let places = pattern.bytes().filter(|b| *b == b'0').count();
    let is_whole = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    if !is_whole || number.len() > places {
        return None;
    }
    let padded = format!("{number:0>places$}");
    let mut digits = padded.chars();
    pattern.chars().map(|c| if c == '0' { digits.next() } else { Some(c) }).collect()
}

/// The formats of dates and times that have no code in the file (ECMA-376 part 1, 18.8.30).
const fn is_date_id(id: u32) -> bool {
    matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58)
}

/// Whether a format's code shows a date or a time: it has one of their letters outside quotation marks and brackets.
fn is_date_format(code: &str) -> bool {
    let (mut is_quoted, mut is_bracketed, mut is_escaped) = (false, false, false);
    for c in code.chars() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' | '_' | '*' => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '[' => is_bracketed = true,
            ']' => is_bracketed = false,
            _ if is_quoted || is_bracketed => {}
            'd' | 'D' | 'm' | 'M' | 'y' | 'Y' | 'h' | 'H' | 's' | 'S' => return true,
            _ => {}
        }
    }
    // Times that count beyond a day.
    ["[h", "[m", "[s", "[H", "[M", "[S"].iter().any(|start| code.contains(start))
}

/// The day of a number of days since 30 December 1899, as the sheet shows it: `2026-05-03`.
pub(super) fn shown_date(days: &str) -> String {
    let Ok(number) = days.parse::<f64>() else { return days.to_owned() };
    if !(0.0..2_958_466.0).contains(&number) {
        return days.to_owned();
    }
    // Days since 1 March of the year 0 of the Gregorian calendar, counted back to eras of 400 years.
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
    let days = number as i64 + 693_899;
    let era = days.div_euclid(146_097);
    let day = days.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, shift) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", year + era * 400 + shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_the_end_of_1899() {
        for (days, shown) in [
            ("45000", "2023-03-15"),
            ("36526.75", "2000-01-01"),
            ("1", "1899-12-31"),
            ("60", "1900-02-28"),
            ("x", "x"),
        ] {
            assert_eq!(shown_date(days), shown, "{days}");
        }
    }

    #[test]
    fn formats_of_dates_are_told_from_those_of_numbers() {
        for code in ["yyyy-mm-dd", "d/m/yy h:mm", "[h]:mm", "[$-409]mmm\\-yy"] {
            assert!(is_date_format(code), "{code}");
        }
        for code in ["General", "0.00", "#,##0 \"days\"", "[Red]0", "0.00E+00", "@", "\\d0", "0_s"] {
            assert!(!is_date_format(code), "{code}");
        }
        assert!(is_date_id(14) && !is_date_id(1) && !is_date_id(49));
        for (code, shown) in [
            ("00000000", Some("00012345")),
            ("0000000000;@", Some("0000012345")),
            ("000\\-000\\-000", Some("000-012-345")),
            ("000-000", Some("012-345")),
            ("\"SN\"000000", Some("SN012345")),
            ("0000", None),
        ] {
            let NumberStyle::Digits(pattern) = NumberStyle::of_format(code) else { unreachable!("{code}") };
            assert_eq!(shown_digits(&pattern, "12345").as_deref(), shown, "{code}");
        }
        for code in ["0", "00.0", "0000 0000", "General", "\"0\"00", "0000000000000000", "#,##0"] {
            assert_eq!(NumberStyle::of_format(code), NumberStyle::Other, "{code}");
        }
    }
}
