//! Compresses the site's files once, so that the server need not do it for each request.
//! Brotli for most; gzip for browsers that take brotli over https alone.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

use crate::site;

/// Kinds of file that are not compressed yet.
const TEXTUAL: [&str; 10] = ["css", "csv", "html", "ico", "js", "json", "svg", "txt", "wasm", "webmanifest"];

/// Puts `FILE.br` and `FILE.gz` beside each file of the site that gets smaller by it.
pub fn all(site: &Path) -> Result<()> {
    let textual =
        |file: &PathBuf| file.extension().is_some_and(|kind| TEXTUAL.iter().any(|known| kind == *known));
    for file in site::files(site)?.into_iter().filter(textual) {
        let bytes = fs::read(&file)?;
        brotli(&bytes, &with_suffix(&file, "br")).with_context(|| format!("{} to brotli", file.display()))?;
        gzip(&bytes, &with_suffix(&file, "gz")).with_context(|| format!("{} to gzip", file.display()))?;
    }
    Ok(())
}

/// The name of a file's compressed twin.
pub fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

fn brotli(mut bytes: &[u8], to: &Path) -> Result<()> {
    let best = BrotliEncoderParams { quality: 11, size_hint: bytes.len(), ..BrotliEncoderParams::default() };
    brotli::BrotliCompress(&mut bytes, &mut File::create(to)?, &best)?;
    Ok(())
}

fn gzip(bytes: &[u8], to: &Path) -> Result<()> {
    let mut encoder = GzEncoder::new(File::create(to)?, Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()?;
    Ok(())
}
