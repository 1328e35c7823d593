//! Checks the links of the documentation: files and headings must exist. External URLs are not requested.

mod page;

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};

use self::page::{Link, Page};
use xtask::{files, workspace::root};

/// The pages, and folders of pages, that are checked.
const PLACES: [&str; 5] = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs", "packaging"];

/// Fails with every broken link.
pub fn check() -> Result<()> {
    let (pages, links) = Pages::read(root(), &PLACES)?.check()?;
    println!("{links} links of {pages} pages lead somewhere");
    Ok(())
}

/// The pages by file, and the root folder of the names in messages.
struct Pages {
    root: PathBuf,
    by_file: HashMap<PathBuf, Page>,
}

impl Pages {
    fn read(root: &Path, places: &[&str]) -> Result<Self> {
        let root = fs::canonicalize(root).with_context(|| format!("{} is not there", root.display()))?;
        let mut by_file = HashMap::new();
        for place in places.iter().map(|place| root.join(place)).filter(|place| place.exists()) {
            let files = if place.is_dir() { files::list(&place)? } else { vec![place] };
            for file in files.into_iter().filter(|file| is_page(file)) {
                let text = fs::read_to_string(&file)
                    .with_context(|| format!("{} cannot be read", file.display()))?;
                by_file.insert(file, Page::read(&text));
            }
        }
        ensure!(!by_file.is_empty(), "there are no pages in {}", root.display());
        Ok(Self { root, by_file })
    }

    /// The number of pages and links, or all broken links.
    fn check(&self) -> Result<(usize, usize)> {
        let links = || self.by_file.iter().flat_map(|(file, page)| page.links.iter().map(move |l| (file, l)));
        let mut problems: Vec<String> = links().filter_map(|(file, link)| self.problem(file, link)).collect();
        if problems.is_empty() {
            return Ok((self.by_file.len(), links().count()));
        }
        problems.sort_unstable();
        bail!("{} lead nowhere:\n  {}", problems.len(), problems.join("\n  "))
    }

    fn problem(&self, from: &Path, Link { line, target }: &Link) -> Option<String> {
        if is_elsewhere(target) {
            return None;
        }
        let wrong = |why: &str| Some(format!("{}, line {line}: {target} {why}", self.shown(from)));
        let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
        let file = match path {
            "" => Ok(from.to_owned()),
            path => fs::canonicalize(from.with_file_name("").join(path)),
        };
        let Ok(file) = file else { return wrong("is not there") };
        if !file.starts_with(&self.root) {
            return wrong("is outside of the project");
        }
        match self.by_file.get(&file) {
            _ if anchor.is_empty() => None,
            Some(page) if page.anchors.contains(anchor) => None,
            Some(_) => wrong("names no heading of that page"),
            None => wrong("names a heading, but leads to no page"),
        }
    }

    fn shown(&self, file: &Path) -> String {
        file.strip_prefix(&self.root).unwrap_or(file).display().to_string()
    }
}

fn is_page(file: &Path) -> bool {
    file.extension().is_some_and(|kind| kind == "md")
}

/// An address with a scheme: `https://…`, `mailto:…`.
fn is_elsewhere(target: &str) -> bool {
    target.split_once(':').is_some_and(|(scheme, _)| scheme.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The errors of these pages; empty when all links are valid.
    fn problems(name: &str, files: &[(&str, &str)]) -> String {
        let folder = std::env::temp_dir().join(format!("links-{}-{name}", std::process::id()));
        for (name, text) in files {
            let file = folder.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let found = Pages::read(&folder, &PLACES).and_then(|pages| pages.check());
        fs::remove_dir_all(&folder).unwrap();
        found.err().map(|error| format!("{error:#}")).unwrap_or_default()
    }

    #[test]
    fn files_folders_pictures_and_headings_are_found() {
        let files = [
            ("README.md", "[A](docs/A.md), [B](docs/A.md#its-end), [there](#here), [folder](docs)\n\n# Here"),
            (
                "docs/A.md",
                "## Its end\n\n![P](images/p.png) [up](../README.md#here) [out](https://x.example/#y)",
            ),
            ("docs/images/p.png", ""),
        ];
        assert_eq!(problems("found", &files), "");
    }

    #[test]
    fn broken_links_are_reported_with_their_lines() {
        let files = [
            (
                "README.md",
                "# Top\n\n[a](docs/missing.md)\n![b](missing.png)\n[c](#bottom) [d](docs/A.md#top)",
            ),
            ("docs/A.md", "[e](../LICENSE#part) [f](..)"),
            ("LICENSE", ""),
        ];
        let expected = "5 lead nowhere:\n  README.md, line 3: docs/missing.md is not there\n  \
            README.md, line 4: missing.png is not there\n  \
            README.md, line 5: #bottom names no heading of that page\n  \
            README.md, line 5: docs/A.md#top names no heading of that page\n  \
            docs/A.md, line 1: ../LICENSE#part names a heading, but leads to no page";
        assert_eq!(problems("nowhere", &files), expected);
    }

    #[test]
    fn a_link_stays_within_the_project() {
        assert!(problems("outside", &[("README.md", "[x](../)")]).contains("is outside of the project"));
    }

    #[test]
    fn a_project_without_pages_is_an_error() {
        assert!(problems("none", &[("src/A.md", "")]).contains("there are no pages"));
    }
}
