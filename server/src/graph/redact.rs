//! Graph's words, made fit to be shown: no secret of ours in them, one line, bounded length.

/// Longest text that is passed on, in characters.
const MAX_LENGTH: usize = 300;
/// What stands where the text repeated a secret.
const HIDDEN: &str = "•••";

/// Graph's text with every secret hidden, on one line and of bounded length.
pub(crate) fn redact(text: &str, secrets: &[&str]) -> String {
    let hidden = secrets.iter().fold(text.to_owned(), |text, secret| hide(&text, secret));
    let line: String = hidden.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut short: String = line.trim().chars().take(MAX_LENGTH).collect();
    if line.trim().chars().count() > MAX_LENGTH {
        short.push('…');
    }
    short
}

/// Seeds are ASCII, so lowering the case keeps every position.
fn hide(text: &str, secret: &str) -> String {
    let (lower, secret) = (text.to_ascii_lowercase(), secret.to_ascii_lowercase());
    if secret.is_empty() {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for (at, found) in lower.match_indices(&secret) {
        shown.push_str(text.get(from..at).unwrap_or_default());
        shown.push_str(HIDDEN);
        from = at + found.len();
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_repeats_a_secret() {
        let text = "Invalid secretKey 'jbswy3dp' (JBSWY3DP) for 588651";
        assert_eq!(redact(text, &["JBSWY3DP", "588651"]), "Invalid secretKey '•••' (•••) for •••");
    }

    #[test]
    fn a_message_is_one_line_of_bounded_length() {
        assert_eq!(redact(" a\r\nb\u{1b}c ", &[]), "a  b c");
        assert_eq!(redact(&"ü".repeat(1000), &[]).chars().count(), MAX_LENGTH + 1);
    }
}
