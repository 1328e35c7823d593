//! Compresses the site's files once, so that the server need not do it for each request: with brotli, and with gzip for
//! browsers that accept brotli over https only.

use std::{fs, io::Write, path::Path};

use anyhow::Result;
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

/// Writes `FILE.br` and `FILE.gz` beside a file that compression makes smaller.
pub fn compress(file: &Path) -> Result<()> {
    let bytes = fs::read(file)?;
    for (suffix, compressed) in [("br", brotli(&bytes)?), ("gz", gzip(&bytes)?)] {
        if compressed.len() < bytes.len() {
            let mut name = file.as_os_str().to_owned();
            name.push(".");
            name.push(suffix);
            fs::write(name, compressed)?;
        }
    }
    Ok(())
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
    fn a_file_gets_compressed_variants_unless_they_are_larger() {
        let site = std::env::temp_dir().join(format!("compress-{}", std::process::id()));
        fs::create_dir_all(&site).unwrap();
        let style = "a { margin: 0 }\n".repeat(100);
        for (name, text) in [("a.css", style.as_str()), ("tiny.css", "a{}")] {
            fs::write(site.join(name), text).unwrap();
            compress(&site.join(name)).unwrap();
        }
        let mut read = Vec::new();
        let compressed = fs::read(site.join("a.css.br")).unwrap();
        brotli::BrotliDecompress(&mut compressed.as_slice(), &mut read).unwrap();
        assert_eq!(read, style.as_bytes());
        assert!(
            site.join("a.css.gz").exists()
                && !site.join("tiny.css.br").exists()
                && !site.join("tiny.css.gz").exists()
        );
        fs::remove_dir_all(site).unwrap();
    }
}
