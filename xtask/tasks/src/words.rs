//! Checks that the program's texts and the guides use one word for one thing, as `docs/WORDS.md` says.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail, ensure};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::sources;
use xtask::workspace::root;

const PAGE: &str = "docs/WORDS.md";
/// The guides that are checked, too; the settings of `--help` are in the one about the configuration, but for those of the practice
/// tenant and of single commands. Those about seed files and security tell what a seed is.
const GUIDES: [&str; 12] = [
    "README.md",
    "docs/APP_REGISTRATION.md",
    "docs/AUDIT.md",
    "docs/CONFIGURATION.md",
    "docs/DRIFT.md",
    "docs/GETTING_STARTED.md",
    "docs/HEADLESS.md",
    "docs/PRACTICE_TENANT.md",
    "docs/ROLLOUT.md",
    "docs/SELF_SERVICE.md",
    "docs/TROUBLESHOOTING.md",
    "packaging/README.md",
];
/// The headings of vendors' files, in their words, and the texts in other languages than English.
const OTHER_WORDS: [&str; 5] = [
    "app/core/src/seed_file/field.rs",
    "app/src/i18n/de.rs",
    "app/src/i18n/es.rs",
    "app/src/i18n/fr.rs",
    "app/src/i18n/it.rs",
];
/// What stands before a literal that nobody reads.
const UNREAD: [&str; 6] = ["reason = ", "class=", "id=", "name=", "rename = ", "expect("];

/// Where the tests of a source begin.
const TESTS: [&str; 2] = ["#[cfg(test)]\nmod tests {", "#[cfg(test)]\npub(crate) mod tests {"];

/// Words that are not used, and phrases in which they are.
#[derive(Debug, Default, PartialEq, Eq)]
struct Vocabulary {
    avoided: Vec<String>,
    allowed: Vec<String>,
}

/// Fails with every text that has another word.
pub fn check() -> Result<()> {
    let page = fs::read_to_string(root().join(PAGE)).with_context(|| format!("{PAGE} cannot be read"))?;
    let vocabulary = Vocabulary::of(&page);
    ensure!(!vocabulary.avoided.is_empty(), "{PAGE} names no word to avoid");
    let (mut found, mut count) = (Vec::new(), 0);
    let mut look = |place: &str, texts: Vec<String>| {
        count += texts.len();
        for text in texts {
            let words = vocabulary.found_in(&text);
            found.extend(words.map(|word| format!("{place}: {word} in \"{text}\"")));
        }
    };
    // The tools are read by their developers alone.
    for folder in sources::CRATES.into_iter().filter(|folder| !folder.starts_with("xtask")) {
        let is_checked = |file: &PathBuf| !OTHER_WORDS.iter().any(|other| file.ends_with(other));
        for file in sources::of(folder)?.into_iter().filter(is_checked) {
            let text =
                fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
            look(&file.strip_prefix(root()).unwrap_or(&file).display().to_string(), literals(&text));
        }
    }
    for guide in GUIDES {
        let text =
            fs::read_to_string(root().join(guide)).with_context(|| format!("{guide} cannot be read"))?;
        look(guide, prose(&text));
    }
    if !found.is_empty() {
        bail!("{PAGE} has other words for these:\n  {}", found.join("\n  "));
    }
    println!("{count} texts use the words of {PAGE}");
    Ok(())
}

impl Vocabulary {
    /// The code spans of the third and fourth cell of each row.
    fn of(page: &str) -> Self {
        let (mut vocabulary, mut cell) = (Self::default(), 0);
        for event in Parser::new_ext(page, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::TableRow) => cell = 0,
                Event::End(TagEnd::TableCell) => cell += 1,
                Event::End(TagEnd::Table) => break,
                Event::Code(word) if cell == 2 => vocabulary.avoided.push(word.into_string()),
                Event::Code(phrase) if cell == 3 => vocabulary.allowed.push(phrase.into_string()),
                _ => {}
            }
        }
        vocabulary
    }

    /// The words to avoid that are in a text, in the singular or plural.
    fn found_in<'a>(&'a self, text: &str) -> impl Iterator<Item = &'a str> {
        let mut rest = text.to_owned();
        for phrase in &self.allowed {
            rest = rest.replace(phrase, " ");
            let mut capital = phrase.clone();
            if let Some(first) = capital.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            rest = rest.replace(&capital, " ");
        }
        let words = |text: &str| {
            let words =
                text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
            format!(" {} ", words.collect::<Vec<_>>().join(" "))
        };
        let (exact, lower) = (words(&rest), words(&rest.to_lowercase()));
        self.avoided.iter().map(String::as_str).filter(move |word| {
            let is_capital = word.starts_with(char::is_uppercase);
            let text = if is_capital { &exact } else { &lower };
            text.contains(&format!(" {word} ")) || text.contains(&format!(" {word}s "))
        })
    }
}

/// The string literals of a Rust source before its tests that people may read: with a blank, or a word with a capital letter.
fn literals(source: &str) -> Vec<String> {
    let source = TESTS.iter().fold(source, |source, tests| source.split(tests).next().unwrap_or_default());
    let (mut literals, mut before, mut current) = (Vec::new(), String::new(), None::<String>);
    let mut chars = source.chars().peekable();
    while let Some(c) = chars.next() {
        match (&mut current, c) {
            (Some(text), '\\') => text.extend(chars.next().filter(|next| *next != '\n')),
            (Some(text), '"') => {
                if is_read(text, &before) {
                    let words = without_placeholders(text);
                    literals.push(words.split_whitespace().collect::<Vec<_>>().join(" "));
                }
                current = None;
                before.clear();
            }
            (Some(text), c) => text.push(c),
            (None, '/') if chars.peek() == Some(&'/') => {
                chars.by_ref().take_while(|c| *c != '\n').for_each(drop)
            }
            // A quotation mark as a character is no literal.
            (None, '\'') if chars.peek() == Some(&'"') => _ = chars.next(),
            (None, '"') => current = Some(String::new()),
            (None, c) => before.push(c),
        }
    }
    literals
}

fn is_read(text: &str, before: &str) -> bool {
    let is_label = text.starts_with(char::is_uppercase) && !text.contains('_');
    let is_unread =
        UNREAD.iter().any(|unread| before.ends_with(unread)) && !before.ends_with("let reason = ");
    (text.contains(' ') || is_label) && !is_unread
}

/// The text without its placeholders, whose names nobody reads.
fn without_placeholders(text: &str) -> String {
    let mut parts = text.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('}').map_or(part, |(_, rest)| rest))
}

/// The prose of a page, without code and links' targets.
fn prose(page: &str) -> Vec<String> {
    let (mut texts, mut is_code) = (Vec::new(), false);
    for event in Parser::new_ext(page, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => is_code = true,
            Event::End(TagEnd::CodeBlock) => is_code = false,
            Event::Text(text) if !is_code => texts.push(text.into_string()),
            _ => {}
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "| Word | What | Not | But |\n|---|---|---|---|\n| *secret key* | `x` | `seed` | `seed file` |\n| *In stock* | | `Available` | |\n";

    #[test]
    fn the_words_stand_in_the_third_column_and_exceptions_in_the_fourth() {
        let vocabulary = Vocabulary::of(PAGE);
        assert_eq!(vocabulary.avoided, ["seed", "Available"]);
        assert_eq!(vocabulary.allowed, ["seed file"]);
    }

    #[test]
    fn words_are_found_whole_and_outside_of_allowed_phrases() {
        let vocabulary = Vocabulary::of(PAGE);
        let found = |text: &str| vocabulary.found_in(text).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(found("With the Seeds of a file"), ["seed"]);
        assert_eq!(found("Seed file, seeding, seed_id, available again"), Vec::<String>::new());
        assert_eq!(found("2 Available"), ["Available"]);
    }

    #[test]
    fn literals_are_those_that_people_read() {
        let source = "// \"a comment here\"\nlet a = \"a text \\\n   on two lines\"; b('\"'); c(\"1 {seed} more\"); reason = \"not this one\"; let reason = \"but this\"; view! { <p class=\"no text\">\"Yes\"</p> }\n#[cfg(test)]\nmod tests;\n\"And this\"\n#[cfg(test)]\nmod tests {\n\"nor this\"";
        assert_eq!(literals(source), ["a text on two lines", "1 more", "but this", "Yes", "And this"]);
        assert_eq!(prose("a `b` *c*\n\n```\nd\n```\n"), ["a ", " ", "c"]);
    }
}
