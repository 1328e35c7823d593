//! The lexer of `$filter`.

use jiff::Timestamp;

/// A token of the expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    Open,
    Close,
    Comma,
    /// A property's path, an operator, a function, `true`, `false` or `null`.
    Word(String),
    /// A string in apostrophes; a doubled apostrophe is an escaped one.
    Text(String),
    Number(i64),
    /// An instant like `2026-01-15T10:00:00Z`, in milliseconds since 1970.
    Time(i64),
}

/// Splits an expression into tokens; `None` at an unterminated string or an unexpected character.
pub fn tokens(filter: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = filter.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = match first {
            '(' => (Token::Open, rest.get(1..)?),
            ')' => (Token::Close, rest.get(1..)?),
            ',' => (Token::Comma, rest.get(1..)?),
            '\'' => text(rest.get(1..)?)?,
            _ => word(rest)?,
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    Some(tokens)
}

fn text(mut rest: &str) -> Option<(Token, &str)> {
    let mut text = String::new();
    loop {
        let (before, after) = rest.split_once('\'')?;
        text.push_str(before);
        let Some(doubled) = after.strip_prefix('\'') else { return Some((Token::Text(text), after)) };
        text.push('\'');
        rest = doubled;
    }
}

fn word(rest: &str) -> Option<(Token, &str)> {
    let numeric = rest.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    let is_part = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '-' | '.') || (numeric && matches!(c, ':' | '+'))
    };
    let (word, after) = rest.split_at(rest.find(|c| !is_part(c)).unwrap_or(rest.len()));
    match word {
        "" => None,
        _ if numeric => {
            let time = || Some(Token::Time(word.parse::<Timestamp>().ok()?.as_millisecond()));
            let token = word.parse().ok().map(Token::Number).or_else(time);
            Some((token?, after))
        }
        _ => Some((Token::Word(word.to_owned()), after)),
    }
}
