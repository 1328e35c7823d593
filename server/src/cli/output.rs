//! The output of commands: text, or one JSON object a line. It never holds a seed.

use std::io::{self, Write as _};

use serde::Serialize;

use super::exit::Exit;

/// Text, or JSON lines.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
}

/// A message that is not about a single row.
#[derive(Serialize)]
#[serde(rename_all = "camelCase", tag = "type")]
enum Message<'a> {
    /// A notice, such as an assumption.
    Note { message: &'a str },
    /// The error that ended the command.
    #[serde(rename_all = "camelCase")]
    Problem { message: &'a str, exit_code: u8 },
}

impl Output {
    /// The format that the user chose.
    pub const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether it is JSON.
    pub const fn is_json(self) -> bool {
        self.json
    }

    /// Prints a line of text to standard output; nothing in JSON mode.
    pub fn print_line(self, text: &str) {
        if !self.json {
            write(format!("{}\n", plain(text)).as_bytes());
        }
    }

    /// Prints an object to standard output; nothing in text mode.
    pub fn print_json(self, line: &impl Serialize) {
        if self.json
            && let Ok(mut text) = serde_json::to_vec(line)
        {
            text.push(b'\n');
            write(&text);
        }
    }

    /// Prints a notice: to standard error, or as an object.
    pub fn print_note(self, text: &str) {
        if self.json {
            self.print_json(&Message::Note { message: text });
        } else {
            crate::terminal::print_error(&plain(text));
        }
    }

    /// Prints an error as an object in JSON mode; the caller prints its text to standard error in any mode.
    pub fn print_problem(self, exit: Exit, text: &str) {
        self.print_json(&Message::Problem { message: text.trim_end(), exit_code: exit.code() });
    }
}

/// Writes bytes to standard output unchanged.
pub fn write(bytes: &[u8]) {
    // Fails when the reader has closed the pipe; the exit code still reports the result.
    _ = io::stdout().lock().write_all(bytes);
}

/// Removes control characters and direction marks, so that names cannot control the terminal or reverse text.
pub fn plain(text: &str) -> String {
    let is_mark =
        |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| !is_mark(*c) && (!c.is_control() || *c == '\n')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_control_the_terminal() {
        assert_eq!(plain("\u{1b}[31mEve\u{202e}\u{7} O'Brien\n"), "[31mEve O'Brien\n");
    }
}
