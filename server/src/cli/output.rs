//! What a command says: words for people, or one JSON object a line for programs. Nothing here holds a seed.

use std::io::{self, Write as _};

use serde::Serialize;

use super::exit::Exit;

/// Words, or JSON lines.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
}

/// Something about the whole: a notice or a problem.
#[derive(Serialize)]
#[serde(rename_all = "camelCase", tag = "type")]
enum Message<'a> {
    /// Something that was assumed, or is missing.
    Note { message: &'a str },
    /// Why the command could not do its work.
    #[serde(rename_all = "camelCase")]
    Problem { message: &'a str, exit_code: u8 },
}

impl Output {
    /// As the person asked for it.
    pub const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether it is JSON.
    pub const fn is_json(self) -> bool {
        self.json
    }

    /// A line of words, on standard output; left out of JSON.
    pub fn print_line(self, text: &str) {
        if !self.json {
            write(format!("{}\n", plain(text)).as_bytes());
        }
    }

    /// An object, on standard output; left out of words.
    pub fn print_json(self, line: &impl Serialize) {
        if self.json
            && let Ok(mut text) = serde_json::to_vec(line)
        {
            text.push(b'\n');
            write(&text);
        }
    }

    /// Something that was assumed, or is missing: on standard error, or an object.
    pub fn print_note(self, text: &str) {
        if self.json {
            self.print_json(&Message::Note { message: text });
        } else {
            crate::start::print_error(&plain(text));
        }
    }

    /// Why the command could not do its work, as an object; words of it go to standard error in any case.
    pub fn print_problem(self, exit: Exit, text: &str) {
        self.print_json(&Message::Problem { message: text.trim_end(), exit_code: exit.code() });
    }
}

/// A whole file, on standard output as it is.
pub fn write(bytes: &[u8]) {
    // Nobody reads any more: the exit code still tells.
    _ = io::stdout().lock().write_all(bytes);
}

/// A text that no name in it can make a terminal obey or turn round: without control characters and direction marks.
pub fn plain(text: &str) -> String {
    let is_mark =
        |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| !is_mark(*c) && (!c.is_control() || *c == '\n')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_commands_the_terminal() {
        assert_eq!(plain("\u{1b}[31mEve\u{202e}\u{7} O'Brien\n"), "[31mEve O'Brien\n");
    }
}
