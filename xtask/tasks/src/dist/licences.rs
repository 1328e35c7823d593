//! The licences of all packages in the programs; each text once, with the packages that contain it.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use anyhow::{Context, Result};

use super::packages::Package;
use xtask::workspace::root;

/// The beginnings of the names of licence files, in lower case.
const BEGINNINGS: [&str; 6] = ["license", "licence", "copying", "copyright", "notice", "unlicense"];
/// What the programs contain besides packages.
const BESIDE: &str = "\
Beside these packages the programs hold Rust's standard library (MIT OR Apache-2.0), SQLite, which is in the public domain
(its C source comes with libsqlite3-sys), parts of the C compiler's runtime (GPL-3.0 with the GCC Runtime Library Exception),
and, those for any Linux, musl (MIT).
";

/// The whole text.
pub fn text(packages: &[Package]) -> Result<String> {
    let mut whole = "Token Inventory is made of these packages, under these licences.\n\n".to_owned();
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut bare = Vec::new();
    for package in packages {
        writeln!(whole, "{:<44} {}", package.id, package.licence)?;
        let files = files(&package.folder)?;
        if files.is_empty() {
            bare.push(package.id.clone());
        }
        for file in files {
            texts.entry(file).or_default().push(package.id.clone());
        }
    }
    write!(whole, "\n{BESIDE}")?;
    if !bare.is_empty() {
        let (mit, apache) = (own("LICENSE-MIT")?, own("LICENSE-APACHE")?);
        texts.entry(mit).or_default();
        texts.entry(apache).or_default();
        writeln!(
            whole,
            "\nWithout a file of their own, under the licence named above, whose text is below:\n{}",
            bare.join("\n")
        )?;
    }
    for (text, of) in texts {
        writeln!(whole, "\n{}\n{}\n\n{text}", "-".repeat(100), of.join(", "))?;
    }
    Ok(whole)
}

fn own(name: &str) -> Result<String> {
    Ok(tidy(&fs::read_to_string(root().join(name)).with_context(|| format!("{name} cannot be read"))?))
}

/// The texts of the licence files in a package's folder.
fn files(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if path.is_file() && BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) {
            found.push(tidy(&String::from_utf8_lossy(&fs::read(&path)?)));
        }
    }
    found.sort();
    Ok(found)
}

/// Normalises line ends and trailing spaces, so that equal licences compare equal.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Licences that allow distribution with no other condition than to include their texts.
    const PERMISSIVE: [&str; 13] = [
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "CC0-1.0",
        "ISC",
        "MIT",
        "MIT-0",
        "MPL-2.0",
        "Unicode-3.0",
        "Unlicense",
        "Zlib",
    ];

    /// Whether such licences satisfy an expression. All expressions that occur have brackets around single alternatives only.
    fn is_permissive(expression: &str) -> bool {
        let one = |licence: &str| {
            let licence = licence.trim_matches(['(', ')', ' ']).trim_end_matches(" WITH LLVM-exception");
            PERMISSIVE.contains(&licence)
        };
        expression.split(" AND ").all(|part| part.split(" OR ").any(one))
    }

    #[test]
    fn all_licences_in_the_programs_are_permissive() {
        let host = xtask::toolchain::host().unwrap();
        let packages = super::super::packages::shipped(&[&host]).unwrap();
        for needed in ["app", "server", "axum", "wasm-bindgen", "libsqlite3-sys"] {
            assert!(packages.iter().any(|package| package.name == needed), "{needed}");
        }
        for package in &packages {
            assert!(is_permissive(&package.licence), "{}: {}", package.id, package.licence);
            let is_ours = package.folder.starts_with(root());
            assert_eq!(package.checksum.is_none(), is_ours, "{}", package.id);
        }
        assert!(
            !is_permissive("GPL-3.0-only")
                && !is_permissive("MIT AND AGPL-3.0")
                && is_permissive("(MIT OR GPL-2.0) AND ISC")
        );
        let text = text(&packages).unwrap();
        assert!(packages.iter().all(|package| text.contains(&package.id)));
    }

    #[test]
    fn a_text_of_several_packages_is_listed_once() {
        let folder = std::env::temp_dir().join(format!("licences-{}", std::process::id()));
        let package = |name: &str, files: &[(&str, &str)]| {
            let folder = folder.join(name);
            fs::create_dir_all(&folder).unwrap();
            files.iter().for_each(|(file, text)| fs::write(folder.join(file), text).unwrap());
            let (id, name, version) = (format!("{name}@1.0.0"), name.to_owned(), "1.0.0".to_owned());
            Package {
                id,
                name,
                version,
                licence: "MIT".to_owned(),
                folder,
                checksum: None,
                needs: Vec::new(),
            }
        };
        let packages = [
            package("a", &[("LICENSE-MIT", "Permission is granted\r\n")]),
            package(
                "b",
                &[("license.md", "Permission is granted"), ("NOTICE", "Thanks"), ("main.rs", "fn main")],
            ),
            package("c", &[]),
        ];
        let text = text(&packages).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(text.matches("Permission is granted\n").count(), 1, "{text}");
        assert!(text.contains("a@1.0.0, b@1.0.0\n\nPermission is granted"), "{text}");
        assert!(text.contains("Thanks") && !text.contains("fn main"));
        assert!(text.contains("whose text is below:\nc@1.0.0\n") && text.contains("Apache License"));
    }
}
