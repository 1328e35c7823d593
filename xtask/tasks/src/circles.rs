//! Checks that the modules of a crate depend on each other one way only.
//!
//! Wherever modules lie side by side, at the root of a crate or below a module, none may lead back to itself through its
//! neighbours. A module and its own descendants may use each other. Dependencies are read from `use` lines and paths.

mod imports;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Context, Result, bail};

use crate::{mask::masked, sources};
use xtask::workspace::root;

/// A module, from the root of its crate.
type Module = Vec<String>;
/// The neighbours that each module uses.
type Uses = BTreeMap<Module, BTreeSet<Module>>;

/// Fails with a circle of each crate that has one.
pub fn check() -> Result<()> {
    let mut circles = Vec::new();
    for folder in sources::CRATES {
        let mut modules = BTreeMap::new();
        for file in sources::of(folder)? {
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("{} cannot be read", file.display()))?;
            modules.insert(module_of(&file, &root().join(folder)), masked(&text));
        }
        circles.extend(circle(&uses(&modules)).map(|circle| format!("{folder}: {}", shown(&circle))));
    }
    if !circles.is_empty() {
        bail!("modules use each other in a circle:\n  {}", circles.join("\n  "));
    }
    println!("no circle in {} crates", sources::CRATES.len());
    Ok(())
}

/// The module that a file is; that of `lib.rs` and `main.rs` is the root.
fn module_of(file: &Path, folder: &Path) -> Module {
    let path = file.strip_prefix(folder).unwrap_or(file).with_extension("");
    let parts = path.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
    parts.filter(|part| part != "lib" && part != "main").collect()
}

/// Which module uses which neighbour. Two modules that lie in different folders count as the neighbours that hold them.
fn uses(modules: &BTreeMap<Module, String>) -> Uses {
    let mut uses = Uses::new();
    for (module, code) in modules {
        for path in imports::of(code, module) {
            let used = longest_known(&path, modules);
            let common = module.iter().zip(&used).take_while(|(one, other)| one == other).count();
            if let (Some(from), Some(to)) = (module.get(..=common), used.get(..=common)) {
                uses.entry(from.to_vec()).or_default().insert(to.to_vec());
            }
        }
    }
    uses
}

/// The module that a path leads into.
fn longest_known(path: &[String], modules: &BTreeMap<Module, String>) -> Module {
    let lengths = (0..=path.len()).rev();
    let known = lengths.filter_map(|length| path.get(..length)).find(|part| modules.contains_key(*part));
    known.unwrap_or_default().to_vec()
}

/// A way from a module back to itself, if there is one.
fn circle(uses: &Uses) -> Option<Vec<Module>> {
    uses.keys().find_map(|start| {
        way(uses, start, start, &mut BTreeSet::new()).map(|mut way| {
            way.push(start.clone());
            way.reverse();
            way
        })
    })
}

/// The way from one module to another, backwards.
fn way(uses: &Uses, from: &Module, to: &Module, visited: &mut BTreeSet<Module>) -> Option<Vec<Module>> {
    for next in uses.get(from)? {
        if next == to {
            return Some(vec![next.clone()]);
        }
        if visited.insert(next.clone())
            && let Some(mut rest) = way(uses, next, to, visited)
        {
            rest.push(next.clone());
            return Some(rest);
        }
    }
    None
}

fn shown(circle: &[Module]) -> String {
    circle.iter().map(|module| module.join("::")).collect::<Vec<_>>().join(" → ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crate_of(files: &[(&str, &str)]) -> BTreeMap<Module, String> {
        let module = |file: &str| module_of(Path::new(file), Path::new(""));
        files.iter().map(|(file, code)| (module(file), (*code).to_owned())).collect()
    }

    fn circle_in(files: &[(&str, &str)]) -> Option<String> {
        circle(&uses(&crate_of(files))).map(|circle| shown(&circle))
    }

    #[test]
    fn two_modules_that_use_each_other_are_a_circle() {
        let files = [("lib.rs", ""), ("a.rs", "use crate::b::B;"), ("b.rs", "fn f() { crate::a::g() }")];
        assert_eq!(circle_in(&files).as_deref(), Some("a → b → a"));
    }

    #[test]
    fn a_circle_may_lead_through_the_children_of_modules() {
        let files = [
            ("a.rs", ""),
            ("a/one.rs", "use crate::{b::two::Two, c};"),
            ("b.rs", ""),
            ("b/two.rs", "use crate::c::C;"),
            ("c.rs", "use super::a;"),
        ];
        assert_eq!(circle_in(&files).as_deref(), Some("a → b → c → a"));
    }

    #[test]
    fn a_module_and_its_own_descendants_are_no_circle() {
        let files = [
            ("a.rs", "mod one; pub use self::one::{One, two::Two};"),
            ("a/one.rs", "use super::A; use crate::a;"),
            ("a/one/two.rs", "use super::super::A;"),
        ];
        assert_eq!(circle_in(&files), None);
    }
}
