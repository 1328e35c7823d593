//! Whether the messages that the troubleshooting page explains are still the program's own.

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use xtask::{site, workspace::root};

const PAGE: &str = "docs/TROUBLESHOOTING.md";
const SOURCES: [&str; 3] = ["app/src", "app/core/src", "server/src"];
/// Outside of the rows of tables; their heads are no rows.
const NOWHERE: usize = usize::MAX;
/// Shorter pieces say nothing.
const SHORTEST: usize = 5;

/// Fails with every message that the program no longer has.
pub fn check() -> Result<()> {
    let page = fs::read_to_string(root().join(PAGE)).with_context(|| format!("{PAGE} cannot be read"))?;
    let messages = messages(&page);
    ensure!(!messages.is_empty(), "{PAGE} explains no message");
    let sources = sources()?;
    let unknown: Vec<&str> = messages.iter().filter(|m| !is_in(m, &sources)).map(String::as_str).collect();
    if !unknown.is_empty() {
        bail!("{PAGE} explains what the program does not say:\n  {}", unknown.join("\n  "));
    }
    println!("{} messages are the program's own", messages.len());
    Ok(())
}

/// What stands in italics in the first cell of each row of a table.
fn messages(page: &str) -> Vec<String> {
    let (mut messages, mut cell, mut message) = (Vec::new(), NOWHERE, None);
    for event in Parser::new_ext(page, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::TableRow) => cell = 0,
            Event::End(TagEnd::TableRow) => cell = NOWHERE,
            Event::End(TagEnd::TableCell) if cell != NOWHERE => cell += 1,
            Event::Start(Tag::Emphasis) => message = (cell == 0).then(String::new),
            Event::End(TagEnd::Emphasis) => messages.extend(message.take()),
            Event::Text(text) => {
                if let Some(message) = &mut message {
                    message.push_str(&text);
                }
            }
            _ => {}
        }
    }
    messages
}

/// Whether each piece between what changes (numbers, and what an ellipsis stands for) occurs in the sources. Capitals do
/// not count: some messages begin within a sentence.
fn is_in(message: &str, sources: &str) -> bool {
    let pieces = message.split(|c: char| c == '…' || c.is_ascii_digit());
    let pieces = pieces.map(|piece| piece.trim_matches([' ', '.', ':', '"']).to_lowercase());
    pieces.filter(|piece| piece.chars().count() >= SHORTEST).all(|piece| sources.contains(&piece))
}

/// The program's Rust in small letters, each text on one line.
fn sources() -> Result<String> {
    let mut all = String::new();
    for folder in SOURCES {
        for file in site::files(&root().join(folder))? {
            if file.extension().is_some_and(|kind| kind == "rs") {
                let text = fs::read_to_string(&file)
                    .with_context(|| format!("{} cannot be read", file.display()))?;
                all.push_str(&on_one_line(&text).to_lowercase());
                all.push(' ');
            }
        }
    }
    Ok(all)
}

/// Joins texts that go on in the next line after a backslash.
fn on_one_line(source: &str) -> String {
    let mut joined = String::new();
    let mut goes_on = false;
    for line in source.lines() {
        let text = if goes_on { line.trim_start() } else { line };
        goes_on = text.ends_with('\\');
        joined.push_str(text.strip_suffix('\\').unwrap_or(text));
        joined.push_str(if goes_on { "" } else { "\n" });
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_stand_in_italics_at_the_beginning_of_a_row() {
        let page = "*no*\n\n| *no* | x |\n|---|---|\n| *The disk is full.* or *late* | *no* |\n| plain | *no* |\n\n*no*\n";
        assert_eq!(messages(page), ["The disk is full.", "late"]);
    }

    #[test]
    fn each_piece_of_a_message_is_looked_for() {
        let sources =
            on_one_line("format!(\"Line {line} gives the same \\\n        serial\"); \"pauses for {} s\"")
                .to_lowercase();
        assert!(is_in("Line … gives the same serial", &sources));
        assert!(is_in("… pauses for 20 s.", &sources));
        assert!(!is_in("Line … gives another serial", &sources));
    }
}
