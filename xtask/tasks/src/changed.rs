//! Selects the tests that a change can break, by its files.

use std::{collections::BTreeSet, process::Command};

use anyhow::Result;
use xtask::{process, workspace::root};

/// The package that is a workspace of its own.
pub const XTASK: &str = "xtask";
/// The programs behind `cargo xtask`, on which no other crate depends.
const TOOLS: [&str; 3] = [XTASK, "tasks", "bundler"];
/// Files that only tests read, and the packages of these tests.
const READ_BY_TESTS: [(&str, &[&str]); 6] = [
    ("app/core/tests/", &["token-core"]),
    ("app/seed-readers/tests/", &["seed-readers", "server"]),
    ("packaging/", &["server"]),
    ("server/graph/tests/", &["graph"]),
    ("server/practice/tests/", &["practice"]),
    ("server/tests/", &["server"]),
];

/// Which Rust tests run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RustTests {
    /// Those of these packages.
    Of(BTreeSet<&'static str>),
    /// All.
    Everything,
}

impl RustTests {
    /// No test.
    pub fn nothing() -> Self {
        Self::Of(BTreeSet::new())
    }

    fn add(&mut self, packages: &[&'static str]) {
        if let Self::Of(others) = self {
            others.extend(packages);
        }
    }
}

/// Cargo's arguments for the tests of these packages of the app's workspace.
pub fn arguments(packages: &BTreeSet<&'static str>) -> Vec<&'static str> {
    let others = packages.iter().filter(|package| **package != XTASK);
    let mut arguments: Vec<&str> = others.flat_map(|package| ["--package", *package]).collect();
    if packages.contains("bundler") {
        arguments.extend(["--features", "bundler/release"]);
    }
    arguments
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
    /// Whether the configuration reference is compared with the program, which is built for that.
    pub reference: bool,
}

impl Scope {
    /// Everything.
    pub fn everything() -> Self {
        Self { rust: RustTests::Everything, browser: BrowserTests::Everything, reference: true }
    }

    fn nothing() -> Self {
        Self { rust: RustTests::nothing(), browser: BrowserTests::Files(Vec::new()), reference: false }
    }

    /// The tests that these files can break.
    pub fn of(files: &[String]) -> Self {
        let mut scope = Self::nothing();
        for file in files {
            scope.add(file);
        }
        scope
    }

    fn add(&mut self, file: &str) {
        let is_below = |folders: &[&str]| folders.iter().any(|folder| file.starts_with(folder));
        if let Some((_, packages)) = READ_BY_TESTS.iter().find(|(folder, _)| file.starts_with(folder)) {
            return self.rust.add(packages);
        }
        if file == "docs/CONFIGURATION.md" {
            self.reference = true;
        }
        if file.ends_with(".md") || is_below(&["docs/", ".github/", ".devcontainer/", "LICENSE"]) {
            return;
        }
        match file.strip_prefix("end2end/tests/") {
            Some(test) => {
                if let BrowserTests::Files(files) = &mut self.browser {
                    files.push(test.to_owned());
                }
            }
            None if is_below(&["end2end/", "style/", "public/"]) => self.browser = BrowserTests::Everything,
            // They make the site that the browser tests load.
            None if is_below(&["xtask/src/", "xtask/bundler/"]) => {
                self.rust.add(&TOOLS);
                self.browser = BrowserTests::Everything;
            }
            None if is_below(&["xtask/"]) => self.rust.add(&TOOLS),
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
    let mut files = git(&["diff", "--name-only", "--no-renames", base.as_deref().unwrap_or("HEAD")])?;
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
        let files = ["README.md", "docs/adr/0001-pure-core.md", ".github/workflows/ci.yml"];
        assert_eq!(of(&files), Scope::nothing());
        assert_eq!(of(&["docs/CONFIGURATION.md"]), Scope { reference: true, ..Scope::nothing() });
    }

    #[test]
    fn a_browser_test_runs_alone_and_shared_files_run_them_all() {
        let one_test =
            Scope { browser: BrowserTests::Files(vec!["smoke.spec.ts".to_owned()]), ..Scope::nothing() };
        assert_eq!(of(&["end2end/tests/smoke.spec.ts"]), one_test);
        assert_eq!(
            of(&["end2end/fixtures/app.ts", "end2end/tests/smoke.spec.ts"]).browser,
            BrowserTests::Everything
        );
        assert_eq!(of(&["style/tokens.css"]).browser, BrowserTests::Everything);
    }

    #[test]
    fn what_only_tests_read_runs_their_packages() {
        let packages = |files: &[&str]| {
            let scope = of(files);
            let RustTests::Of(packages) = &scope.rust else { panic!("{scope:?}") };
            assert_eq!(scope, Scope { rust: RustTests::Of(packages.clone()), ..Scope::nothing() });
            packages.iter().copied().collect::<Vec<_>>()
        };
        assert_eq!(packages(&["app/core/tests/core/drift.rs"]), ["token-core"]);
        assert_eq!(packages(&["packaging/compose.yaml", "packaging/README.md"]), ["server"]);
        assert_eq!(
            packages(&["server/graph/tests/graph/retry.rs", "server/tests/server/cli.rs"]),
            ["graph", "server"]
        );
    }

    #[test]
    fn tools_run_their_own_tests_and_any_other_source_runs_everything() {
        let RustTests::Of(tools) = of(&["xtask/src/css.rs"]).rust else { panic!() };
        assert!(tools.iter().eq(&["bundler", "tasks", XTASK]));
        assert_eq!(of(&["xtask/src/css.rs"]).browser, BrowserTests::Everything, "they make the site");
        assert_eq!(of(&["xtask/tasks/src/words.rs"]).browser, Scope::nothing().browser);
        assert_eq!(
            arguments(&tools),
            ["--package", "bundler", "--package", "tasks", "--features", "bundler/release"]
        );
        for source in ["app/core/src/otp.rs", "server/src/main.rs", "Cargo.lock", ".ci/run"] {
            assert_eq!(of(&["xtask/src/css.rs", source]), Scope::everything(), "{source}");
        }
    }
}
