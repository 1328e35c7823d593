//! Selects the tests that a change can break, by its files.

use std::process::Command;

use anyhow::Result;
use xtask::{process, workspace::root};

/// Arguments for the tests of the programs behind `cargo xtask`, on which no other crate depends.
pub const TOOLS: [&str; 6] = ["--package", "tasks", "--package", "bundler", "--features", "bundler/release"];

/// Which Rust tests run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RustTests {
    /// None.
    Nothing,
    /// Those of `xtask` and [`TOOLS`].
    Tools,
    /// All.
    Everything,
}

/// Which browser tests run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrowserTests {
    /// These files; no test if empty.
    Files(Vec<String>),
    /// All.
    Everything,
}

/// The tests that run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The Rust tests.
    pub rust: RustTests,
    /// The browser tests.
    pub browser: BrowserTests,
}

impl Scope {
    /// Everything.
    pub fn everything() -> Self {
        Self { rust: RustTests::Everything, browser: BrowserTests::Everything }
    }

    /// The tests that these files can break.
    pub fn of(files: &[String]) -> Self {
        let mut scope = Self { rust: RustTests::Nothing, browser: BrowserTests::Files(Vec::new()) };
        for file in files {
            scope.add(file);
        }
        scope
    }

    fn add(&mut self, file: &str) {
        let is_below = |folders: &[&str]| folders.iter().any(|folder| file.starts_with(folder));
        if file.ends_with(".md")
            || is_below(&["docs/", ".github/", ".devcontainer/", "packaging/", "LICENSE"])
        {
            return;
        }
        match file.strip_prefix("end2end/tests/") {
            Some(test) => {
                if let BrowserTests::Files(files) = &mut self.browser {
                    files.push(test.to_owned());
                }
            }
            None if is_below(&["end2end/", "style/", "public/"]) => self.browser = BrowserTests::Everything,
            None if is_below(&["xtask/"]) => self.rust = self.rust.max(RustTests::Tools),
            None => *self = Self::everything(),
        }
    }
}

/// The files that differ from the remote's `main`, or from the last commit without a remote, including untracked ones.
pub fn files() -> Result<Vec<String>> {
    let git = |arguments: &[&str]| -> Result<Vec<String>> {
        let output = process::output(Command::new("git").args(arguments).current_dir(root()))?;
        Ok(output.lines().map(ToOwned::to_owned).collect())
    };
    let base = git(&["merge-base", "origin/main", "HEAD"]).ok().and_then(|lines| lines.into_iter().next());
    let mut files = git(&["diff", "--name-only", base.as_deref().unwrap_or("HEAD")])?;
    files.extend(git(&["ls-files", "--others", "--exclude-standard"])?);
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[&str]) -> Scope {
        Scope::of(&files.iter().map(|file| (*file).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn documentation_runs_no_test() {
        let nothing = Scope { rust: RustTests::Nothing, browser: BrowserTests::Files(Vec::new()) };
        assert_eq!(of(&["README.md", "docs/adr/0001-pure-core.md", ".github/workflows/ci.yml"]), nothing);
    }

    #[test]
    fn a_browser_test_runs_alone_and_shared_files_run_them_all() {
        let one_test = Scope {
            rust: RustTests::Nothing,
            browser: BrowserTests::Files(vec!["smoke.spec.ts".to_owned()]),
        };
        assert_eq!(of(&["end2end/tests/smoke.spec.ts"]), one_test);
        assert_eq!(
            of(&["end2end/fixtures/app.ts", "end2end/tests/smoke.spec.ts"]).browser,
            BrowserTests::Everything
        );
        assert_eq!(of(&["style/tokens.css"]).browser, BrowserTests::Everything);
    }

    #[test]
    fn tools_run_their_own_tests_and_any_other_source_runs_everything() {
        assert_eq!(of(&["xtask/src/css.rs"]).rust, RustTests::Tools);
        for source in ["app/core/src/otp.rs", "server/src/main.rs", "Cargo.lock", ".ci/run"] {
            assert_eq!(of(&["xtask/src/css.rs", source]), Scope::everything(), "{source}");
        }
    }
}
