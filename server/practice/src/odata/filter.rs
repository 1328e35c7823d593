//! `$filter`: the parsed expression and its evaluation.
//!
//! The parser is in [`parse`]. Strings compare case-insensitively, as in Entra's directory.

mod lexer;
mod parse;

use std::cmp::Ordering;

pub use parse::parse;

/// A constant of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    Text(String),
    Number(i64),
    Bool(bool),
    /// In milliseconds since 1970.
    Time(i64),
    Null,
}

/// An operator with its constants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    Eq(Literal),
    Ne(Literal),
    /// Greater or equal.
    Ge(Literal),
    /// Less or equal.
    Le(Literal),
    In(Vec<Literal>),
    StartsWith(String),
    EndsWith(String),
}

/// An operator applied to a property: the leaf of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub field: String,
    pub test: Test,
}

/// A whole expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    Or(Vec<Filter>),
    And(Vec<Filter>),
    Not(Box<Filter>),
    Is(Condition),
}

/// The value of a property of the filtered object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldValue<'a> {
    Text(&'a str),
    Number(i64),
    Bool(bool),
    /// In milliseconds since 1970.
    Time(i64),
    Null,
}

impl Filter {
    /// Whether an object with these properties matches.
    pub fn matches<'a>(&self, value_of: &impl Fn(&str) -> FieldValue<'a>) -> bool {
        match self {
            Self::Or(parts) => parts.iter().any(|part| part.matches(value_of)),
            Self::And(parts) => parts.iter().all(|part| part.matches(value_of)),
            Self::Not(part) => !part.matches(value_of),
            Self::Is(condition) => condition.test.holds(value_of(&condition.field)),
        }
    }

    /// All leaves.
    pub fn conditions(&self) -> Vec<&Condition> {
        match self {
            Self::Or(parts) | Self::And(parts) => parts.iter().flat_map(Self::conditions).collect(),
            Self::Not(part) => part.conditions(),
            Self::Is(condition) => vec![condition],
        }
    }

    /// Whether the expression needs Graph's advanced query capabilities (MICROSOFT_GRAPH.md 3.1).
    pub fn is_advanced(&self) -> bool {
        match self {
            Self::Not(_) => true,
            Self::Or(parts) | Self::And(parts) => parts.iter().any(Self::is_advanced),
            Self::Is(condition) => matches!(condition.test, Test::Ne(_) | Test::EndsWith(_)),
        }
    }

    /// The strings of which a property must equal one, if that is the whole expression, so that an index can answer it.
    pub fn wanted(&self, field: &str) -> Option<Vec<&str>> {
        let Self::Is(condition) = self else { return None };
        let literals = match &condition.test {
            Test::Eq(literal) => std::slice::from_ref(literal),
            Test::In(literals) => literals,
            _ => return None,
        };
        if condition.field != field {
            return None;
        }
        literals.iter().map(Literal::text).collect()
    }
}

impl Test {
    fn holds(&self, value: FieldValue<'_>) -> bool {
        match self {
            Self::Eq(literal) => literal.equals(value),
            Self::Ne(literal) => !literal.equals(value),
            Self::Ge(literal) => literal.compare(value).is_some_and(Ordering::is_ge),
            Self::Le(literal) => literal.compare(value).is_some_and(Ordering::is_le),
            Self::In(literals) => literals.iter().any(|literal| literal.equals(value)),
            Self::StartsWith(text) => {
                matches!(value, FieldValue::Text(value) if lower(value).starts_with(&lower(text)))
            }
            Self::EndsWith(text) => {
                matches!(value, FieldValue::Text(value) if lower(value).ends_with(&lower(text)))
            }
        }
    }

    /// The constants that it compares with.
    pub fn literals(&self) -> &[Literal] {
        match self {
            Self::Eq(literal) | Self::Ne(literal) | Self::Ge(literal) | Self::Le(literal) => {
                std::slice::from_ref(literal)
            }
            Self::In(literals) => literals,
            Self::StartsWith(_) | Self::EndsWith(_) => &[],
        }
    }
}

impl Literal {
    fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    fn equals(&self, value: FieldValue<'_>) -> bool {
        match (self, value) {
            (Self::Text(wanted), FieldValue::Text(value)) => wanted == value || lower(wanted) == lower(value),
            (Self::Number(wanted), FieldValue::Number(value)) => *wanted == value,
            (Self::Bool(wanted), FieldValue::Bool(value)) => *wanted == value,
            (Self::Time(wanted), FieldValue::Time(value)) => *wanted == value,
            (Self::Null, FieldValue::Null) => true,
            _ => false,
        }
    }

    /// How a value compares with this time; `None` if either is none.
    fn compare(&self, value: FieldValue<'_>) -> Option<Ordering> {
        match (self, value) {
            (Self::Time(time), FieldValue::Time(value)) => Some(value.cmp(time)),
            _ => None,
        }
    }
}

fn lower(text: &str) -> String {
    text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(filter: &str) -> bool {
        parse(filter).unwrap().matches(&|field: &str| match field {
            "name" => FieldValue::Text("Siobhán O'Brien"),
            "age" => FieldValue::Number(30),
            "enabled" => FieldValue::Bool(true),
            "at" => FieldValue::Time(1_768_471_200_000),
            _ => FieldValue::Null,
        })
    }

    #[test]
    fn compares_texts_without_case_and_numbers_and_flags_as_such() {
        assert!(matches("name eq 'siobhán o''brien'"));
        assert!(matches("age eq 30 and enabled eq true"));
        assert!(!matches("age eq '30'"));
        assert!(matches("other eq null"));
        assert!(matches("name ne 'x'"));
    }

    #[test]
    fn binds_and_closer_than_or_and_honours_brackets() {
        assert!(matches("enabled eq true or enabled eq false and age eq 1"));
        assert!(!matches("(enabled eq true or enabled eq false) and age eq 1"));
        assert!(matches("not (age eq 1)"));
    }

    #[test]
    fn supports_in_startswith_and_endswith() {
        assert!(matches("age in (1, 30)"));
        assert!(matches("name in ('x','SIOBHÁN O''BRIEN')"));
        assert!(matches("startsWith(name,'SIOB')"));
        assert!(matches("endswith(name, 'brien')"));
    }

    #[test]
    fn compares_times() {
        assert!(matches("at ge 2026-01-15T10:00:00Z and at le 2026-01-15T12:00:00+02:00"));
        assert!(!matches("at ge 2026-01-15T10:00:01Z"));
        assert!(!matches("at le 2026-01-15T09:59:59.5Z"));
        assert!(matches("at eq 2026-01-15T10:00:00Z"));
        assert!(!matches("age ge 2026-01-15T10:00:00Z"));
    }

    #[test]
    fn finds_the_strings_that_an_index_can_answer() {
        assert_eq!(parse("id in ('a','b')").unwrap().wanted("id"), Some(vec!["a", "b"]));
        assert_eq!(parse("id eq 'a'").unwrap().wanted("upn"), None);
        assert_eq!(parse("id eq 'a' or id eq 'b'").unwrap().wanted("id"), None);
    }
}
