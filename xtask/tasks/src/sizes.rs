//! Measures the files of the site, raw and compressed with brotli: those of the first load, and those that are loaded later.

use std::{
    borrow::Cow,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail, ensure};

use xtask::{
    files::{self, has_extension},
    site::with_suffix,
};

/// The largest first load in compressed bytes.
const BUDGET: u64 = 373_000;
/// The part with the readers of archives, workbooks and key containers, and its largest size in compressed bytes.
const READERS: (&str, u64) = ("split_seed_containers", 350_000);

/// Prints the sizes, and fails if the first load exceeds its budget.
pub fn weigh(site: &Path) -> Result<()> {
    let files = files::list(site)?
        .into_iter()
        .filter(|file| !has_extension(file, &["br", "gz"]) && !is_manifest(file));
    let (later, first): (Vec<_>, Vec<_>) = files.partition(|file| is_part(file));
    let sent = print_table(site, "first load", &first)?;
    print_table(site, "loaded with their pages", &later)?;
    ensure!(sent <= BUDGET, "the first load is {}, above {}", kilobytes(sent), kilobytes(BUDGET));
    let (readers, most) = READERS;
    let sent = match later.iter().find(|file| stem(file).starts_with(readers)) {
        Some(file) => size(file)?.1,
        None => bail!("there is no part {readers}"),
    };
    ensure!(sent <= most, "the readers' part is {}, above {}", kilobytes(sent), kilobytes(most));
    Ok(())
}

/// Prints a row per file and the total; returns the total of compressed bytes.
fn print_table(site: &Path, title: &str, files: &[PathBuf]) -> Result<u64> {
    let (mut raw, mut sent) = (0, 0);
    print_row(title, "raw", "brotli");
    for file in files {
        let (its_raw, its_sent) = size(file)?;
        print_row(&file.strip_prefix(site)?.to_string_lossy(), &kilobytes(its_raw), &kilobytes(its_sent));
        raw += its_raw;
        sent += its_sent;
    }
    print_row("total", &kilobytes(raw), &kilobytes(sent));
    Ok(sent)
}

/// Raw and compressed size in bytes.
fn size(file: &Path) -> Result<(u64, u64)> {
    let raw = fs::metadata(file)?.len();
    Ok((raw, fs::metadata(with_suffix(file, "br")).map_or(raw, |compressed| compressed.len())))
}

/// Whether a file is loaded lazily with its page, by the name that `bundler` gives it.
fn is_part(file: &Path) -> bool {
    has_extension(file, &["wasm"]) && !stem(file).starts_with("token-inventory")
}

fn stem(file: &Path) -> Cow<'_, str> {
    file.file_stem().unwrap_or_default().to_string_lossy()
}

/// Whether a file is the manifest of the parts, which only the server reads.
fn is_manifest(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name == "__wasm_split_manifest.json")
}

fn kilobytes(bytes: u64) -> String {
    format!("{}.{} kB", bytes / 1000, bytes % 1000 / 100)
}

fn print_row(file: &str, raw: &str, sent: &str) {
    println!("{file:<40} {raw:>12} {sent:>12}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_chunks_are_loaded_with_their_pages() {
        for part in [
            "pkg/split_import.0123456789abcdef.wasm",
            "pkg/chunk_3.0123456789abcdef.wasm",
            "pkg/shared.0123456789abcdef.wasm",
        ] {
            assert!(is_part(Path::new(part)), "{part}");
        }
        for first in
            ["pkg/token-inventory.0123456789abcdef.wasm", "pkg/__wasm_split.______________________.js"]
        {
            assert!(!is_part(Path::new(first)), "{first}");
        }
    }
}
