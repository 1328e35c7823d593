//! Measures lines and functions of Rust source, without a syntax tree: by comments, strings and brackets.

use std::ops::Range;

use crate::mask::masked;

/// The lines of a source text, without comments and with masked strings.
pub struct Source {
    lines: Vec<String>,
}

/// A function and its length.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Lines of code from the signature to the closing brace.
    pub lines: usize,
    /// Whether it builds a view, which may be longer.
    pub is_view: bool,
}

impl Source {
    /// Reads a file's text, without test modules.
    pub fn read(text: &str) -> Self {
        let mut lines: Vec<String> = masked(text).lines().map(str::to_owned).collect();
        while let Some(module) = test_module(&lines) {
            lines.drain(module);
        }
        Self { lines }
    }

    /// The number of lines that are neither blank nor comments.
    pub fn code_lines(&self) -> usize {
        code_lines(&self.lines)
    }

    /// All functions with a body, including nested ones.
    pub fn functions(&self) -> Vec<Function> {
        (0..self.lines.len()).filter_map(|first| self.function_at(first)).collect()
    }

    fn function_at(&self, first: usize) -> Option<Function> {
        let name = function_name(self.lines.get(first)?)?;
        let end = block_end(self.lines.get(first..)?)?;
        let body = self.lines.get(first..=first + end)?;
        let is_view = body.iter().any(|line| line.contains("view!"));
        Some(Function { name: name.to_owned(), lines: code_lines(body), is_view })
    }
}

fn code_lines(lines: &[String]) -> usize {
    lines.iter().filter(|line| !line.trim().is_empty()).count()
}

/// The name after `fn`, if a function starts in this line.
fn function_name(line: &str) -> Option<&str> {
    let signature = match line.trim_start().strip_prefix("fn ") {
        Some(signature) => signature,
        None => line.split_once(" fn ").filter(|(before, _)| before.split_whitespace().all(is_qualifier))?.1,
    };
    signature.split(|c: char| !c.is_alphanumeric() && c != '_').next().filter(|name| !name.is_empty())
}

fn is_qualifier(word: &str) -> bool {
    matches!(word, "async" | "const" | "unsafe" | "extern" | "in" | "default")
        || word.starts_with("pub")
        || word.ends_with(')')
        || word.starts_with('"')
}

/// The lines of the first `#[cfg(test)] mod … { … }`.
fn test_module(lines: &[String]) -> Option<Range<usize>> {
    let attributes = lines.iter().enumerate().filter(|(_, line)| line.trim() == "#[cfg(test)]");
    for (first, _) in attributes {
        let after = lines.get(first + 1..)?;
        if after.iter().find(|line| !line.trim().starts_with("#[")).is_some_and(|line| line.contains("mod "))
        {
            let end = block_end(after).unwrap_or(0);
            return Some(first..first + 1 + end + 1);
        }
    }
    None
}

/// The index of the line that closes the first block; `None` if a `;` comes first.
fn block_end(lines: &[String]) -> Option<usize> {
    let (mut braces, mut brackets) = (0_usize, 0_usize);
    for (index, line) in lines.iter().enumerate() {
        for sign in line.chars() {
            match sign {
                '(' | '[' => brackets += 1,
                ')' | ']' => brackets = brackets.saturating_sub(1),
                '{' => braces += 1,
                '}' if braces == 1 => return Some(index),
                '}' => braces = braces.saturating_sub(1),
                ';' if braces == 0 && brackets == 0 => return None,
                _ => {}
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r##"
//! Head.

/* a block
   fn not_one() { */
fn first<'a>(a: &'a str) -> [u8; 2] {
    let brace = '{'; // }}}
    let text = "}} \" fn no() {";

    let raw = r#"}
      "quoted" }"#;
    [b'\'', '\u{7d}' as u8]
}

trait Port {
    fn declared(&self, pair: [u8; 2]);
}

pub(crate) async fn page() -> View {
    view! { <p>"}"</p> }
}

#[cfg(test)]
mod tests {
    fn left_out() {}
}
"##;

    #[test]
    fn counts_code_without_tests() {
        assert_eq!(Source::read(SOURCE).code_lines(), 13);
    }

    #[test]
    fn measures_functions() {
        let function = |name: &str, lines, is_view| Function { name: name.into(), lines, is_view };
        let expected = [function("first", 7, false), function("page", 3, true)];
        assert_eq!(Source::read(SOURCE).functions(), expected);
    }
}
