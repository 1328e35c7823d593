//! The links and the anchors of a Markdown page.

use std::collections::{HashMap, HashSet};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// A link or a picture.
#[derive(Debug, PartialEq, Eq)]
pub struct Link {
    /// The line, from 1.
    pub line: usize,
    /// The target as written.
    pub target: String,
}

/// The links and anchors of a page.
#[derive(Debug, Default)]
pub struct Page {
    /// Its links and pictures.
    pub links: Vec<Link>,
    /// The anchors of its headings.
    pub anchors: HashSet<String>,
}

impl Page {
    /// Parses Markdown with tables.
    pub fn read(text: &str) -> Self {
        let mut page = Self::default();
        let mut repeated = HashMap::new();
        let mut heading = None;
        for (event, place) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    let before = text.get(..place.start).unwrap_or_default();
                    let line = before.matches('\n').count() + 1;
                    page.links.push(Link { line, target: dest_url.into_string() });
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::Text(words) | Event::Code(words) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&words);
                    }
                }
                Event::End(TagEnd::Heading(_)) => {
                    let anchor = anchor(&heading.take().unwrap_or_default());
                    page.anchors.insert(numbered(anchor, &mut repeated));
                }
                _ => {}
            }
        }
        page
    }
}

/// The anchor of a heading as GitHub generates it: letters and digits in lower case, dashes for spaces.
fn anchor(heading: &str) -> String {
    let kept = |c: char| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || matches!(c, '-' | '_') => Some(c),
        _ => None,
    };
    heading.trim().to_lowercase().chars().filter_map(kept).collect()
}

/// Appends `-1` to the second equal anchor, `-2` to the third.
fn numbered(anchor: String, repeated: &mut HashMap<String, usize>) -> String {
    let before = repeated.entry(anchor.clone()).or_default();
    *before += 1;
    if *before == 1 { anchor } else { format!("{anchor}-{}", *before - 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_links_in_text_tables_and_references_but_not_in_code() {
        let text = "[a](a.md)\n\n| x |\n|---|\n| [b](b.md) `[no](no.md)` |\n\n[c][d]\n\n```\n[no](no.md)\n```\n\n[d]: d.md\n";
        let links = Page::read(text).links;
        let found: Vec<_> = links.iter().map(|link| (link.line, link.target.as_str())).collect();
        assert_eq!(found, [(1, "a.md"), (5, "b.md"), (7, "d.md")]);
    }

    #[test]
    fn headings_become_anchors() {
        let text = "# Is it unaltered?\n\n## 2. `SELF_SERVICE`, *off*\n\nSame\n====\n\n## Same\n\n```sh\n# no heading\n```\n";
        let anchors = Page::read(text).anchors;
        let mut found: Vec<_> = anchors.iter().map(String::as_str).collect();
        found.sort_unstable();
        assert_eq!(found, ["2-self_service-off", "is-it-unaltered", "same", "same-1"]);
    }
}
