//! The parser of `$filter`: or, and, not, brackets, eq, ne, ge, le, in, startswith, endswith.

use super::{
    Condition, Filter, Literal, Test,
    lexer::{Token, tokens},
};

/// Deepest nesting of brackets and `not`, so that no request can exhaust the stack.
const MAX_DEPTH: usize = 20;

/// Parses an expression; `None` when the syntax is invalid.
pub fn parse(filter: &str) -> Option<Filter> {
    let tokens = tokens(filter)?;
    let mut reader = Reader { tokens: tokens.into_iter().peekable(), depth: 0 };
    let filter = reader.either()?;
    reader.tokens.next().is_none().then_some(filter)
}

struct Reader {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    depth: usize,
}

impl Reader {
    fn either(&mut self) -> Option<Filter> {
        let mut parts = vec![self.all()?];
        while self.skip_word("or") {
            parts.push(self.all()?);
        }
        one_or(parts, Filter::Or)
    }

    fn all(&mut self) -> Option<Filter> {
        let mut parts = vec![self.single()?];
        while self.skip_word("and") {
            parts.push(self.single()?);
        }
        one_or(parts, Filter::And)
    }

    fn single(&mut self) -> Option<Filter> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let filter = match self.tokens.next()? {
            Token::Open => self.either().filter(|_| self.skip(&Token::Close)),
            Token::Word(word) if word == "not" => Some(Filter::Not(Box::new(self.single()?))),
            Token::Word(word) => self.condition(word).map(Filter::Is),
            _ => None,
        };
        self.depth -= 1;
        filter
    }

    fn condition(&mut self, word: String) -> Option<Condition> {
        match word.to_ascii_lowercase().as_str() {
            "startswith" => self.function(Test::StartsWith),
            "endswith" => self.function(Test::EndsWith),
            _ => self.comparison(word),
        }
    }

    fn function(&mut self, test: fn(String) -> Test) -> Option<Condition> {
        self.expect(&Token::Open)?;
        let field = self.word()?;
        self.expect(&Token::Comma)?;
        let Token::Text(text) = self.tokens.next()? else { return None };
        self.expect(&Token::Close)?;
        Some(Condition { field, test: test(text) })
    }

    fn comparison(&mut self, field: String) -> Option<Condition> {
        let test = match self.word()?.as_str() {
            "eq" => Test::Eq(self.literal()?),
            "ne" => Test::Ne(self.literal()?),
            "ge" => Test::Ge(self.literal()?),
            "le" => Test::Le(self.literal()?),
            "in" => Test::In(self.list()?),
            _ => return None,
        };
        Some(Condition { field, test })
    }

    fn list(&mut self) -> Option<Vec<Literal>> {
        self.expect(&Token::Open)?;
        let mut literals = vec![self.literal()?];
        while self.skip(&Token::Comma) {
            literals.push(self.literal()?);
        }
        self.expect(&Token::Close)?;
        Some(literals)
    }

    fn literal(&mut self) -> Option<Literal> {
        Some(match self.tokens.next()? {
            Token::Text(text) => Literal::Text(text),
            Token::Number(number) => Literal::Number(number),
            Token::Time(time) => Literal::Time(time),
            Token::Word(word) => match word.as_str() {
                "true" => Literal::Bool(true),
                "false" => Literal::Bool(false),
                "null" => Literal::Null,
                _ => return None,
            },
            _ => return None,
        })
    }

    fn word(&mut self) -> Option<String> {
        if let Token::Word(word) = self.tokens.next()? { Some(word) } else { None }
    }

    fn expect(&mut self, token: &Token) -> Option<()> {
        self.skip(token).then_some(())
    }

    fn skip(&mut self, token: &Token) -> bool {
        self.tokens.next_if(|next| next == token).is_some()
    }

    fn skip_word(&mut self, word: &str) -> bool {
        self.tokens.next_if(|next| matches!(next, Token::Word(next) if next == word)).is_some()
    }
}

fn one_or(mut parts: Vec<Filter>, many: fn(Vec<Filter>) -> Filter) -> Option<Filter> {
    if parts.len() == 1 { parts.pop() } else { Some(many(parts)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_apostrophes() {
        let expected = Condition { field: "displayName".into(), test: Test::StartsWith("O'Neil".into()) };
        assert_eq!(parse("startswith(displayName,'O''Neil')"), Some(Filter::Is(expected)));
    }

    #[test]
    fn rejects_invalid_expressions() {
        let wrong = [
            "",
            "displayName",
            "displayName eq",
            "displayName eq x",
            "displayName eq 'x",
            "eq 'x'",
            "a eq 'O'Neil'",
            "(a eq 1",
            "a eq 1)",
            "a eq 1 or",
            "a in ()",
            "a in ('x',)",
            "startswith(a)",
            "a lt 1",
            "a ge 2026-01-15",
            "a ge 2026-01-15T10:00:00",
            "a eq \"x\"",
        ];
        for filter in wrong {
            assert_eq!(parse(filter), None, "{filter}");
        }
    }

    #[test]
    fn rejects_deep_nesting() {
        assert_eq!(parse(&"(".repeat(100_000)), None);
        assert_eq!(parse(&format!("{}a eq 1", "not ".repeat(100_000))), None);
    }
}
