//! Checks the length limits of files and functions, and that colours are defined in one stylesheet.

mod colours;
mod source;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::sources;
use source::{Function, Source};
use xtask::{css, files, workspace::root};

const STYLES: &str = "style";
/// The only stylesheet that may define colours.
const NAMED_COLOURS: &str = "tokens.css";

const MEDIAN_FILE: usize = 90;
const P90_FILE: usize = 250;
const LONGEST_FILE: usize = 400;
const LONGEST_FUNCTION: usize = 80;
const LONGEST_VIEW: usize = 90;

/// Prints the statistics, and fails with everything that exceeds its budget.
pub fn check() -> Result<()> {
    let (mut files, mut functions, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    for file in sources()? {
        let source = Source::read(&read(&file)?);
        let lines = source.code_lines();
        files.push(lines);
        problems.extend(above(lines, LONGEST_FILE, &shown(&file)));
        for function in source.functions() {
            problems.extend(too_long(&function, &file));
            functions.push(function.lines);
        }
    }
    problems.extend(above(print_statistics("files", &mut files), MEDIAN_FILE, "the median file"));
    problems.extend(above(percentile(&files, 90), P90_FILE, "the file at the 90th percentile"));
    print_statistics("functions", &mut functions);
    problems.extend(colour_problems()?);
    if !problems.is_empty() {
        bail!("{} above budget:\n  {}", problems.len(), problems.join("\n  "));
    }
    Ok(())
}

fn too_long(function: &Function, file: &Path) -> Option<String> {
    let most = if function.is_view { LONGEST_VIEW } else { LONGEST_FUNCTION };
    above(function.lines, most, &format!("fn {} in {}", function.name, shown(file)))
}

fn above(lines: usize, most: usize, what: &str) -> Option<String> {
    (lines > most).then(|| format!("{what}: {lines} code lines, at most {most}"))
}

/// Prints median, 90th percentile and maximum; sorts, and returns the median.
fn print_statistics(what: &str, lengths: &mut [usize]) -> usize {
    lengths.sort_unstable();
    let [median, p90, longest] = [50, 90, 100].map(|percent| percentile(lengths, percent));
    println!(
        "{} {what}: median {median}, 90th percentile {p90}, longest {longest} code lines",
        lengths.len()
    );
    median
}

/// The given percentile of the sorted lengths.
fn percentile(sorted: &[usize], percent: usize) -> usize {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

/// The sources of all crates.
fn sources() -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for folder in sources::CRATES {
        all.extend(sources::of(folder)?);
    }
    Ok(all)
}

fn colour_problems() -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for file in files::list(&root().join(STYLES))? {
        if file.extension().is_some_and(|kind| kind == "css") && !file.ends_with(NAMED_COLOURS) {
            let style = css::without_comments(&read(&file)?);
            let problem =
                |literal: &&str| format!("{}: {literal} wants a name in {NAMED_COLOURS}", shown(&file));
            problems.extend(colours::literals(&style).iter().map(problem));
        }
    }
    Ok(problems)
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", shown(file)))
}

fn shown(file: &Path) -> String {
    file.strip_prefix(root()).unwrap_or(file).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::{above, percentile};

    #[test]
    fn percentiles_are_lengths_that_occur() {
        let lengths = [1, 2, 3, 4, 5, 6, 7, 8, 9, 100];
        assert_eq!([50, 90, 100].map(|percent| percentile(&lengths, percent)), [5, 9, 100]);
        assert_eq!(percentile(&[], 50), 0);
    }

    #[test]
    fn a_budget_may_be_used_up() {
        assert_eq!(above(80, 80, "fn a"), None);
        assert_eq!(above(81, 80, "fn a").as_deref(), Some("fn a: 81 code lines, at most 80"));
    }
}
