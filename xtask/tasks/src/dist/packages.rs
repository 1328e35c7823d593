//! The packages in the programs: those of the server for each target, and those of the WebAssembly app.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::PathBuf,
};

use anyhow::{Context, Result};
use serde_json::Value;

use xtask::{cargo::cargo, lockfile, process, toolchain};

/// A package.
#[derive(Debug, Clone)]
pub struct Package {
    /// `name@version`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, as an SPDX expression.
    pub licence: String,
    /// The folder of its files.
    pub folder: PathBuf,
    /// SHA-256 of its archive; `None` for packages of this workspace.
    pub checksum: Option<String>,
    /// The ids of its dependencies.
    pub needs: Vec<String>,
}

/// All packages in programs for these targets, by name and version.
pub fn shipped(targets: &[&str]) -> Result<Vec<Package>> {
    let mut found = BTreeMap::new();
    for (root, target) in targets.iter().map(|target| ("server", *target)).chain([("app", toolchain::WASM)]) {
        let metadata =
            ["metadata", "--format-version", "1", "--locked", "--all-features", "--filter-platform", target];
        let metadata = process::output(cargo().args(metadata))?;
        let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata is not JSON")?;
        for package in with_dependencies(root, &metadata)? {
            let known: &mut Package = found.entry(package.id.clone()).or_insert_with(|| package.clone());
            known.needs.extend(package.needs);
        }
    }
    let lock = lockfile::read()?;
    let finish = |mut package: Package| {
        package.needs.sort();
        package.needs.dedup();
        package.checksum = lockfile::checksum(&lock, &package.name, &package.version);
        package
    };
    Ok(found.into_values().map(finish).collect())
}

/// The package of this name, and all its runtime dependencies.
fn with_dependencies(root: &str, metadata: &Value) -> Result<Vec<Package>> {
    let list = |pointer: &str| metadata.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    let packages: HashMap<&str, &Value> =
        list("/packages").filter_map(|package| Some((text(package, "id")?, package))).collect();
    let nodes: HashMap<&str, &Value> =
        list("/resolve/nodes").filter_map(|node| Some((text(node, "id")?, node))).collect();
    let is_root = |package: &&&Value| {
        text(package, "name") == Some(root) && package.get("source").is_some_and(Value::is_null)
    };
    let first = packages.values().find(is_root).and_then(|package| text(package, "id"));
    let mut waiting = vec![first.with_context(|| format!("there is no package {root}"))?];
    let mut seen: HashSet<&str> = waiting.iter().copied().collect();
    let mut found = Vec::new();
    while let Some(id) = waiting.pop() {
        let needs: Vec<&str> = nodes.get(id).map(|node| runtime_dependencies(node)).unwrap_or_default();
        let package = packages.get(id).context("a package is not described")?;
        let mut package = read(package)?;
        package.needs =
            needs.iter().filter_map(|id| packages.get(id)).filter_map(|need| name(need)).collect();
        found.push(package);
        waiting.extend(needs.into_iter().filter(|need| seen.insert(need)));
    }
    Ok(found)
}

/// The runtime dependencies of a package; build and dev dependencies are not shipped.
fn runtime_dependencies(node: &Value) -> Vec<&str> {
    let is_normal = |kind: &Value| kind.get("kind").is_some_and(Value::is_null);
    let kinds = |need: &Value| {
        need.get("dep_kinds").and_then(Value::as_array).is_some_and(|kinds| kinds.iter().any(is_normal))
    };
    let needs = node.get("deps").and_then(Value::as_array).into_iter().flatten();
    needs.filter(|need| kinds(need)).filter_map(|need| text(need, "pkg")).collect()
}

fn read(package: &Value) -> Result<Package> {
    let field = |name: &str| {
        text(package, name)
            .map(ToOwned::to_owned)
            .with_context(|| format!("a package without {name}: {package}"))
    };
    let manifest = PathBuf::from(field("manifest_path")?);
    Ok(Package {
        id: name(package).context("a package without a name")?,
        name: field("name")?,
        version: field("version")?,
        // "/" is the older syntax of "OR".
        licence: field("license")?.replace(" / ", " OR ").replace('/', " OR "),
        folder: manifest.parent().context("a manifest in no folder")?.to_owned(),
        checksum: None,
        needs: Vec::new(),
    })
}

fn name(package: &Value) -> Option<String> {
    Some(format!("{}@{}", text(package, "name")?, text(package, "version")?))
}

fn text<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    value.get(field)?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(name: &str, source: Option<&str>) -> Value {
        json!({ "id": name, "name": name, "version": "1.0.0", "license": "MIT/Apache-2.0", "source": source,
                "manifest_path": format!("/p/{name}/Cargo.toml") })
    }

    #[test]
    fn runtime_dependencies_are_shipped_and_build_and_dev_dependencies_are_not() {
        let need = |name: &str, kind: Option<&str>| json!({ "pkg": name, "dep_kinds": [{ "kind": kind }] });
        let metadata = json!({
            "packages": [package("server", None), package("used", Some("r")), package("deep", Some("r")),
                         package("builder", Some("r")), package("tester", Some("r"))],
            "resolve": { "nodes": [
                { "id": "server", "deps": [need("used", None), need("builder", Some("build")), need("tester", Some("dev"))] },
                { "id": "used", "deps": [need("deep", None)] },
                { "id": "deep", "deps": [need("used", None)] },
            ] }
        });
        let mut found = with_dependencies("server", &metadata).unwrap();
        found.sort_by(|one, other| one.id.cmp(&other.id));
        let ids: Vec<&str> = found.iter().map(|package| package.id.as_str()).collect();
        assert_eq!(ids, ["deep@1.0.0", "server@1.0.0", "used@1.0.0"]);
        assert_eq!(found[0].licence, "MIT OR Apache-2.0");
        assert_eq!(found[1].needs, ["used@1.0.0"]);
    }
}
