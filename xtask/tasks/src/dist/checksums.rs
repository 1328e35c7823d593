//! The checksums of a release, in the format of `sha256sum --check`.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::Result;
use sha2::{Digest as _, Sha256};

use xtask::files;

/// The file of the checksums.
const NAME: &str = "SHA256SUMS";

/// Writes the checksums of all files in the folder into it.
pub fn write(folder: &Path) -> Result<()> {
    let mut sums = String::new();
    for file in files::list(folder)? {
        let name = file.strip_prefix(folder)?.to_string_lossy().into_owned();
        if name != NAME {
            let sum = Sha256::digest(fs::read(&file)?);
            let digits = sum.iter().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"));
            writeln!(sums, "{digits}  {name}")?;
        }
    }
    print!("{sums}");
    Ok(fs::write(folder.join(NAME), sums)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_sha256() {
        let folder = std::env::temp_dir().join(format!("sums-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("b"), "").unwrap();
        fs::write(folder.join("a"), "abc").unwrap();
        write(&folder).unwrap();
        // The second time the file of the checksums exists and is skipped.
        write(&folder).unwrap();
        let sums = fs::read_to_string(folder.join(NAME)).unwrap();
        fs::remove_dir_all(folder).unwrap();
        assert_eq!(
            sums,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n\
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n"
        );
    }
}
