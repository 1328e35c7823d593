//! What a first visit loads, and what comes later: each file of the site as it is and as brotli sends it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Result, ensure};

use crate::{compress::with_suffix, site, split};

/// What the first load may weigh, in bytes as brotli sends them.
const BUDGET: u64 = 450_000;

/// Prints the sizes, and refuses a site whose first load is above its budget.
pub fn weigh(site: &Path) -> Result<()> {
    let files =
        site::files(site)?.into_iter().filter(|file| !is_compressed(file) && !split::is_manifest(file));
    let (later, first): (Vec<_>, Vec<_>) = files.partition(|file| split::is_part(file));
    let sent = print_table(site, "first load", &first)?;
    print_table(site, "loaded with their pages", &later)?;
    ensure!(sent <= BUDGET, "the first load is {}, above {}", kilobytes(sent), kilobytes(BUDGET));
    Ok(())
}

/// Prints a row a file, and their total; answers what is sent of them, in bytes.
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

/// Bytes as they are, and as they are sent.
fn size(file: &Path) -> Result<(u64, u64)> {
    let raw = fs::metadata(file)?.len();
    Ok((raw, fs::metadata(with_suffix(file, "br")).map_or(raw, |twin| twin.len())))
}

fn is_compressed(file: &Path) -> bool {
    file.extension().is_some_and(|kind| kind == "br" || kind == "gz")
}

fn kilobytes(bytes: u64) -> String {
    format!("{}.{} kB", bytes / 1000, bytes % 1000 / 100)
}

fn print_row(file: &str, raw: &str, sent: &str) {
    println!("{file:<40} {raw:>12} {sent:>12}");
}
