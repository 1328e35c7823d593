//! Compresses the site's files once, so that the server need not do it for each request.
//! Brotli for most; gzip for browsers that take brotli over https alone.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Result;
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
        for (suffix, compressed) in [("br", brotli(&bytes)?), ("gz", gzip(&bytes)?)] {
            if compressed.len() < bytes.len() {
                fs::write(with_suffix(&file, suffix), compressed)?;
            }
        }
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

fn brotli(mut bytes: &[u8]) -> Result<Vec<u8>> {
    let best = BrotliEncoderParams { quality: 11, size_hint: bytes.len(), ..BrotliEncoderParams::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut bytes, &mut compressed, &best)?;
    Ok(compressed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_files_lie_beside_their_originals() {
        let site = std::env::temp_dir().join(format!("compress-{}", std::process::id()));
        fs::create_dir_all(site.join("pkg")).unwrap();
        let style = "a { margin: 0 }\n".repeat(100);
        fs::write(site.join("pkg/a.css"), &style).unwrap();
        fs::write(site.join("pkg/tiny.css"), "a{}").unwrap();
        fs::write(site.join("photo.png"), &style).unwrap();
        all(&site).unwrap();
        let names: Vec<_> = site::files(&site)
            .unwrap()
            .iter()
            .map(|file| file.strip_prefix(&site).unwrap().to_owned())
            .collect();
        assert_eq!(
            names,
            ["photo.png", "pkg/a.css", "pkg/a.css.br", "pkg/a.css.gz", "pkg/tiny.css"].map(PathBuf::from)
        );
        let mut read = Vec::new();
        let compressed = fs::read(site.join("pkg/a.css.br")).unwrap();
        brotli::BrotliDecompress(&mut compressed.as_slice(), &mut read).unwrap();
        assert_eq!(read, style.as_bytes());
        fs::remove_dir_all(site).unwrap();
    }
}
