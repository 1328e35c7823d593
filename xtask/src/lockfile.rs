//! Reads Cargo.lock: the versions of wasm-bindgen in the app and in the bundler must match.

use crate::{
    error::{Context as _, Result},
    workspace::root,
};

const LIBRARY: &str = "wasm-bindgen";
const GENERATOR: &str = "wasm-bindgen-cli-support";

/// Checks that the app and the bundler use the same version of wasm-bindgen; bindings of another version do not work.
pub fn check_wasm_bindgen() -> Result<()> {
    agree(&read()?)
}

/// The whole file.
pub fn read() -> Result<String> {
    std::fs::read_to_string(root().join("Cargo.lock")).context(|| "Cargo.lock cannot be read")
}

/// SHA-256 of the archive of a package that came from a registry.
pub fn checksum(lock: &str, package: &str, version: &str) -> Option<String> {
    let head = format!("name = \"{package}\"\nversion = \"{version}\"");
    let (_, rest) = lock.split_once(&head)?;
    let entry = rest.split("\n\n").next()?;
    let (_, sum) = entry.split_once("checksum = \"")?;
    sum.split('"').next().map(ToOwned::to_owned)
}

fn agree(lock: &str) -> Result<()> {
    let library = version(lock, LIBRARY)?;
    let generator = version(lock, GENERATOR)?;
    if library == generator {
        return Ok(());
    }
    Err(format!(
        "the app uses {LIBRARY} {library}, but the bundler uses {GENERATOR} {generator}. \
         Write `{GENERATOR} = \"={library}\"` in xtask/bundler/Cargo.toml"
    )
    .into())
}

fn version<'a>(lock: &'a str, package: &str) -> Result<&'a str> {
    let head = format!("name = \"{package}\"\nversion = \"");
    let found = lock.split_once(&head).and_then(|(_, rest)| rest.split_once('"'));
    found.map(|(version, _)| version).context(|| format!("{package} is not in Cargo.lock"))
}

#[cfg(test)]
mod tests {
    use super::{agree, checksum};

    fn lock(library: &str, generator: &str) -> String {
        format!(
            "[[package]]\nname = \"wasm-bindgen\"\nversion = \"{library}\"\n\n\
             [[package]]\nname = \"wasm-bindgen-cli-support\"\nversion = \"{generator}\"\n"
        )
    }

    #[test]
    fn accepts_equal_versions() {
        assert!(agree(&lock("0.2.130", "0.2.130")).is_ok());
    }

    #[test]
    fn names_both_versions_and_the_remedy_when_they_differ() {
        let error = agree(&lock("0.2.131", "0.2.130")).unwrap_err().to_string();
        assert!(
            error.contains("0.2.130") && error.contains("`wasm-bindgen-cli-support = \"=0.2.131\"`"),
            "{error}"
        );
    }

    #[test]
    fn a_checksum_is_that_of_the_package_and_not_of_the_next() {
        let lock = "name = \"ours\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"theirs\"\nversion = \"1.0.0\"\n\
                    source = \"r\"\nchecksum = \"00ff\"\n";
        assert_eq!(checksum(lock, "theirs", "1.0.0").as_deref(), Some("00ff"));
        assert_eq!(checksum(lock, "ours", "1.0.0"), None);
        assert_eq!(checksum(lock, "theirs", "2.0.0"), None);
    }

    #[test]
    fn reports_a_missing_package() {
        assert!(agree("version = 4\n").unwrap_err().to_string().contains("not in Cargo.lock"));
    }
}
