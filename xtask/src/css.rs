//! Bundles stylesheets: replaces each `@import` statement by the imported file.
//! Layers keep their order, because the statement that orders them stays first.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::error::{Context as _, Result};

/// The stylesheet with its imports inlined, without comments.
pub fn bundle(entry: &Path) -> Result<String> {
    bundle_within(entry, &mut Vec::new())
}

fn bundle_within(file: &Path, open: &mut Vec<PathBuf>) -> Result<String> {
    if open.iter().any(|other| other == file) {
        return Err(format!("{} imports itself", file.display()).into());
    }
    let text = fs::read_to_string(file).context(|| format!("{} cannot be read", file.display()))?;
    open.push(file.to_owned());
    let text = without_comments(&text);
    let mut rest = text.as_str();
    let mut bundled = String::new();
    while let Some((before, after)) = rest.split_once("@import") {
        let (statement, after) = after.split_once(';').context(|| "an @import without its semicolon")?;
        let import = Import::read(statement).context(|| format!("in {}", file.display()))?;
        let directory = file.parent().unwrap_or(Path::new("."));
        bundled.push_str(&minified(before));
        bundled.push_str(&import.wrap(bundle_within(&directory.join(import.path), open)?));
        rest = after;
    }
    bundled.push_str(&minified(rest));
    open.pop();
    Ok(bundled)
}

/// The arguments of an import statement: `"file.css" layer(name) screen`.
struct Import<'a> {
    path: &'a str,
    layer: Option<&'a str>,
    condition: &'a str,
}

impl<'a> Import<'a> {
    fn read(statement: &'a str) -> Result<Self> {
        let statement = statement.trim();
        let (path, rest) = match statement.strip_prefix("url(") {
            Some(inside) => inside.split_once(')').context(|| "url( without its end")?,
            None => quoted(statement)?,
        };
        let path = path.trim().trim_matches(['"', '\'']);
        if path.contains("//") {
            return Err(format!("`{path}` is not a file of the project").into());
        }
        let rest = rest.trim();
        let (layer, condition) = match rest.strip_prefix("layer") {
            Some(named) if named.starts_with('(') => {
                let (name, condition) =
                    named.trim_start_matches('(').split_once(')').context(|| "layer( without its end")?;
                (Some(name), condition)
            }
            Some(unnamed) if !unnamed.starts_with('-') => (Some(""), unnamed),
            _ => (None, rest),
        };
        Ok(Self { path, layer, condition: condition.trim() })
    }

    /// Wraps the imported text in blocks for the statement's layer and condition.
    fn wrap(&self, text: String) -> String {
        let text = match self.layer {
            Some(name) => format!("@layer {name} {{\n{text}}}\n"),
            None => text,
        };
        match self.condition {
            "" => text,
            supports if supports.starts_with("supports(") => format!("@{supports} {{\n{text}}}\n"),
            media => format!("@media {media} {{\n{text}}}\n"),
        }
    }
}

fn quoted(statement: &str) -> Result<(&str, &str)> {
    let quote = statement.chars().next().filter(|first| matches!(first, '"' | '\''));
    let quote = quote.context(|| format!("`@import {statement}` names no file"))?;
    statement.trim_start_matches(quote).split_once(quote).context(|| "an @import without its closing quote")
}

/// Removes comments, except inside quotes.
pub fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut quote = None;
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if quote.is_none() && rest.starts_with("/*") {
            rest = rest.split_once("*/").map_or("", |(_, after)| after);
            continue;
        }
        quote = match quote {
            Some(open) if open == next => None,
            None if matches!(next, '"' | '\'') => Some(next),
            unchanged => unchanged,
        };
        kept.push(next);
        rest = rest.get(next.len_utf8()..).unwrap_or_default();
    }
    kept
}

/// Removes indentation and empty lines.
fn minified(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(files: &[(&str, &str)]) -> PathBuf {
        let directory = std::env::temp_dir().join(format!("css-{}-{}", std::process::id(), files.len()));
        for (name, text) in files {
            let file = directory.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        directory
    }

    #[test]
    fn imports_take_the_place_of_their_statements_and_keep_their_layers() {
        let style = style(&[
            (
                "main.css",
                "/* @import \"no.css\"; */\n@layer tokens, base;\n@import \"tokens.css\" layer(tokens);\n@import url('parts/all.css');\nmain {\n  margin: 0;\n}\n",
            ),
            ("tokens.css", ":root { --a: \"/* kept */\"; }"),
            ("parts/all.css", "@import \"badge.css\" layer(base) print;"),
            ("parts/badge.css", ".badge {}\n"),
        ]);
        let expected = "@layer tokens, base;\n@layer tokens {\n:root { --a: \"/* kept */\"; }\n}\n\
            @media print {\n@layer base {\n.badge {}\n}\n}\nmain {\nmargin: 0;\n}\n";
        assert_eq!(bundle(&style.join("main.css")).unwrap(), expected);
        fs::remove_dir_all(style).unwrap();
    }

    #[test]
    fn refuses_a_circle_a_missing_file_and_the_network() {
        let style = style(&[
            ("circle.css", "@import \"circle.css\";"),
            ("missing.css", "@import \"nowhere.css\";"),
            ("network.css", "@import url(https://example.com/a.css);"),
        ]);
        let error = |name: &str| bundle(&style.join(name)).unwrap_err().to_string();
        assert!(error("circle.css").contains("imports itself"));
        assert!(error("missing.css").contains("nowhere.css"));
        assert!(error("network.css").contains("not a file of the project"));
        fs::remove_dir_all(&style).unwrap();
    }
}
