//! Whether the sections of `docs/MICROSOFT_GRAPH.md` that the sources cite are there.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result, bail, ensure};

use xtask::{files, workspace::root};

/// How a citation begins; the numbers of its sections follow: `MICROSOFT_GRAPH.md 1.9, 2 and 2.9`.
const PAGE: &str = "MICROSOFT_GRAPH.md";
const SOURCES: [&str; 4] = ["app", "server", "end2end/fixtures", "end2end/tests"];

/// Fails with every citation of a section that the page does not have.
pub fn check() -> Result<()> {
    let page = root().join("docs").join(PAGE);
    let page = fs::read_to_string(&page).with_context(|| format!("{} cannot be read", page.display()))?;
    let sections = sections(&page);
    let (mut count, mut unknown) = (0, Vec::new());
    for folder in SOURCES {
        for file in files::list(&root().join(folder))? {
            for section in cited(&text_of(&file)?) {
                count += 1;
                if !sections.contains(&section) {
                    unknown.push(format!("{}: {section}", file.display()));
                }
            }
        }
    }
    if !unknown.is_empty() {
        bail!("{PAGE} lacks sections that are cited:\n  {}", unknown.join("\n  "));
    }
    ensure!(count > 0, "nothing cites {PAGE}");
    println!("{count} citations of {PAGE} lead to a section");
    Ok(())
}

fn text_of(file: &Path) -> Result<String> {
    let is_source = files::has_extension(file, &["rs", "ts"]);
    let text = if is_source { fs::read_to_string(file) } else { Ok(String::new()) };
    text.with_context(|| format!("{} cannot be read", file.display()))
}

/// The numbers of headings (`## 2. …`, `### 2.9 …`), and of rows of tables (`| 2.5 | …`).
fn sections(page: &str) -> BTreeSet<String> {
    let heading = |line: &str| {
        let title = line.strip_prefix("## ").or(line.strip_prefix("### "))?;
        number_at(title).map(ToOwned::to_owned)
    };
    let row = |line: &str| {
        let (cell, _) = line.strip_prefix("| ")?.split_once(" |")?;
        number_at(cell).filter(|number| *number == cell).map(ToOwned::to_owned)
    };
    page.lines().filter_map(|line| heading(line).or_else(|| row(line))).collect()
}

/// Every section that a source cites.
fn cited(source: &str) -> Vec<String> {
    let mut sections = Vec::new();
    for citation in source.split(PAGE).skip(1) {
        let mut rest = citation;
        while let Some((section, after)) = next_section(rest) {
            sections.push(section.to_owned());
            rest = after;
        }
    }
    sections
}

/// The first number of ` 1.9, 2 and 2.9`, and what follows it. A comment may break the line.
fn next_section(citation: &str) -> Option<(&str, &str)> {
    let is_between = |c: char| c.is_whitespace() || matches!(c, ',' | '/');
    let rest = citation.trim_start_matches(is_between);
    let rest = rest.strip_prefix("and ").unwrap_or(rest).trim_start_matches(is_between);
    let section = number_at(rest)?;
    rest.strip_prefix(section).map(|after| (section, after))
}

/// The section number that a text begins with, without a full stop at its end.
fn number_at(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text.get(..end).map(|number| number.trim_end_matches('.')).filter(|number| !number.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_headings_and_numbered_rows() {
        let page = "# Title\n\n## 2. The tokens of a user\n\n| 2.5 | `POST` |\n| 30 s |\n\n### 2.9 Codes\n\ntext 7.1\n";
        assert_eq!(sections(page), ["2", "2.5", "2.9"].map(ToOwned::to_owned).into());
    }

    #[test]
    fn a_citation_names_one_section_or_several() {
        assert_eq!(cited("/// (MICROSOFT_GRAPH.md 1.9, 2 and 2.9). Two of three."), ["1.9", "2", "2.9"]);
        assert_eq!(
            cited("//! the tenant (see\n//! MICROSOFT_GRAPH.md\n/// 7.3); MICROSOFT_GRAPH.md 6"),
            ["7.3", "6"]
        );
        assert_eq!(cited("docs/MICROSOFT_GRAPH.md says so. 5"), Vec::<String>::new());
    }
}
