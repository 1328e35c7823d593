//! Masks comments and strings in Rust source, so that brackets can be counted.

/// The text without comments and with strings replaced by `_`, with the same lines.
pub fn masked(text: &str) -> String {
    Masker::default().mask(text)
}

/// The state of the lexer.
#[derive(Clone, Copy, Default)]
enum LexerState {
    #[default]
    Code,
    LineComment,
    /// Block comments nest.
    BlockComment(usize),
    Text,
    /// A raw string that ends with a quote and this many `#`.
    RawText(usize),
}

#[derive(Default)]
struct Masker {
    inside: LexerState,
    masked: String,
}

impl Masker {
    fn mask(mut self, text: &str) -> String {
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            let taken = match self.inside {
                LexerState::Code => self.code(rest, next),
                LexerState::LineComment => self.line_comment(next),
                LexerState::BlockComment(depth) => self.block_comment(rest, next, depth),
                LexerState::Text => self.text(rest, next),
                LexerState::RawText(hashes) => self.raw_text(rest, next, hashes),
            };
            rest = rest.get(taken..).unwrap_or_default();
        }
        self.masked
    }

    fn code(&mut self, rest: &str, next: char) -> usize {
        let opening =
            raw_opening(rest).filter(|_| !self.masked.ends_with(|c: char| c.is_alphanumeric() || c == '_'));
        if rest.starts_with("//") {
            self.inside = LexerState::LineComment;
            2
        } else if rest.starts_with("/*") {
            self.inside = LexerState::BlockComment(1);
            2
        } else if let Some(hashes) = opening {
            self.inside = LexerState::RawText(hashes);
            self.keep('_', "r\"".len() + hashes)
        } else if next == '"' {
            self.inside = LexerState::Text;
            self.keep('_', 1)
        } else if let Some(length) = char_literal(rest) {
            self.keep('_', length)
        } else {
            self.keep(next, next.len_utf8())
        }
    }

    fn line_comment(&mut self, next: char) -> usize {
        if next == '\n' {
            self.inside = LexerState::Code;
            self.masked.push('\n');
        }
        next.len_utf8()
    }

    fn block_comment(&mut self, rest: &str, next: char, depth: usize) -> usize {
        if rest.starts_with("/*") {
            self.inside = LexerState::BlockComment(depth + 1);
            return 2;
        }
        if rest.starts_with("*/") {
            self.inside = if depth == 1 { LexerState::Code } else { LexerState::BlockComment(depth - 1) };
            return 2;
        }
        if next == '\n' {
            self.masked.push('\n');
        }
        next.len_utf8()
    }

    fn text(&mut self, rest: &str, next: char) -> usize {
        match next {
            '\\' => {
                let escaped = rest.chars().nth(1).unwrap_or('_');
                self.keep(neutral(escaped), 1 + escaped.len_utf8())
            }
            '"' => {
                self.inside = LexerState::Code;
                self.keep('_', 1)
            }
            _ => self.keep(neutral(next), next.len_utf8()),
        }
    }

    fn raw_text(&mut self, rest: &str, next: char, hashes: usize) -> usize {
        let end = format!("\"{}", "#".repeat(hashes));
        if rest.starts_with(&end) {
            self.inside = LexerState::Code;
            return self.keep('_', end.len());
        }
        self.keep(neutral(next), next.len_utf8())
    }

    fn keep(&mut self, sign: char, taken: usize) -> usize {
        self.masked.push(sign);
        taken
    }
}

fn neutral(sign: char) -> char {
    if sign.is_whitespace() { sign } else { '_' }
}

/// `r"`, `r#"`, …: how many `#` open a raw string here.
fn raw_opening(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix('r')?;
    let quoted = after.trim_start_matches('#');
    quoted.starts_with('"').then_some(after.len() - quoted.len())
}

/// The length of a character literal here, told from a lifetime by its closing quote.
fn char_literal(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    let (first, after) = match inside.strip_prefix('\\') {
        Some(escaped) => {
            (1 + escaped.chars().next()?.len_utf8(), escaped.get(escaped.chars().next()?.len_utf8()..)?)
        }
        None => (inside.chars().next()?.len_utf8(), inside.get(inside.chars().next()?.len_utf8()..)?),
    };
    let unicode = if inside.starts_with("\\u") { after.find('}')? + 1 } else { 0 };
    after.get(unicode..)?.starts_with('\'').then_some(first + unicode + 2)
}
