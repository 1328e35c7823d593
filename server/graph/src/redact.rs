//! Makes messages of Graph safe to show: without secrets, on one line, of bounded length.

/// Longest message, in characters.
const MAX_LENGTH: usize = 300;
/// Replaces a secret.
const HIDDEN: &str = "•••";

/// Graph's message with every secret replaced, on one line and of bounded length.
pub(crate) fn redact(text: &str, secrets: &[&str]) -> String {
    let hidden = secrets.iter().fold(text.to_owned(), |text, secret| hide(&text, secret));
    let line: String = hidden.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut short: String = line.trim().chars().take(MAX_LENGTH).collect();
    if line.trim().chars().count() > MAX_LENGTH {
        short.push('…');
    }
    short
}

/// Case-insensitive. Only ASCII letters change case, so that positions stay the same.
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
    fn replaces_secrets() {
        let text = "Invalid secretKey 'jbswy3dp' (JBSWY3DP) for 588651";
        assert_eq!(redact(text, &["JBSWY3DP", "588651"]), "Invalid secretKey '•••' (•••) for •••");
    }

    #[test]
    fn a_message_is_one_line_of_bounded_length() {
        assert_eq!(redact(" a\r\nb\u{1b}c ", &[]), "a  b c");
        assert_eq!(redact(&"ü".repeat(1000), &[]).chars().count(), MAX_LENGTH + 1);
    }
}
