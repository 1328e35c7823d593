//! Checks that the messages on the troubleshooting page still exist in the sources. Those of other programs stand in code there, and
//! are not looked for.

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::sources;
use xtask::{files, workspace::root};

const PAGE: &str = "docs/TROUBLESHOOTING.md";
/// The cell index outside of table rows; header rows do not count.
const NOWHERE: usize = usize::MAX;
/// Shorter pieces are not searched for.
const SHORTEST: usize = 5;

/// Fails with every message that is not in the sources.
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

/// The texts in italics in the first cell of each table row.
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

/// Whether the sources contain each piece of the message between variable parts (numbers and ellipses). Case-insensitive, since
/// some messages begin within a sentence.
fn is_in(message: &str, sources: &str) -> bool {
    let pieces = message.split(|c: char| c == '…' || c.is_ascii_digit());
    let pieces = pieces.map(|piece| piece.trim_matches([' ', '.', ':', '"']).to_lowercase());
    pieces.filter(|piece| piece.chars().count() >= SHORTEST).all(|piece| sources.contains(&piece))
}

/// The Rust sources of the program and of what builds it, in lower case, with each string on one line.
fn sources() -> Result<String> {
    let mut all = String::new();
    for folder in sources::CRATES.into_iter().filter(|folder| *folder != "xtask/tasks/src") {
        for file in files::list(&root().join(folder))? {
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

/// Joins strings that continue on the next line after a backslash.
fn on_one_line(source: &str) -> String {
    let mut joined = String::new();
    let mut continues = false;
    for line in source.lines() {
        let text = if continues { line.trim_start() } else { line };
        continues = text.ends_with('\\');
        joined.push_str(text.strip_suffix('\\').unwrap_or(text));
        joined.push_str(if continues { "" } else { "\n" });
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_messages_in_italics_at_the_beginning_of_a_row() {
        let page = "*no*\n\n| *no* | x |\n|---|---|\n| *The disk is full.* or *late* | *no* |\n| plain | *no* |\n\n*no*\n";
        assert_eq!(messages(page), ["The disk is full.", "late"]);
    }

    #[test]
    fn searches_for_each_piece_of_a_message() {
        let sources =
            on_one_line("format!(\"Line {line} gives the same \\\n        serial\"); \"pauses for {} s\"")
                .to_lowercase();
        assert!(is_in("Line … gives the same serial", &sources));
        assert!(is_in("… pauses for 20 s.", &sources));
        assert!(!is_in("Line … gives another serial", &sources));
    }
}
