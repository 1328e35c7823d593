//! The SBOM as CycloneDX JSON, for vulnerability scanners.

use anyhow::Result;
use serde_json::{Value, json};

use super::packages::Package;
use xtask::workspace::NAME;

/// The document. Reproducible: without a timestamp and random numbers.
pub fn document(packages: &[Package]) -> Result<String> {
    let components: Vec<Value> = packages.iter().map(component).collect();
    let needs = |package: &Package| {
        let needs: Vec<String> = package.needs.iter().map(|id| reference(id)).collect();
        json!({ "ref": reference(&package.id), "dependsOn": needs })
    };
    let program = json!({
        "type": "application",
        "bom-ref": NAME,
        "name": NAME,
        "version": env!("CARGO_PKG_VERSION"),
        "licenses": [{ "expression": env!("CARGO_PKG_LICENSE") }],
    });
    let roots: Vec<String> = packages
        .iter()
        .filter(|package| package.checksum.is_none())
        .map(|package| reference(&package.id))
        .collect();
    let mut dependencies = vec![json!({ "ref": NAME, "dependsOn": roots })];
    dependencies.extend(packages.iter().map(needs));
    let document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": program },
        "components": components,
        "dependencies": dependencies,
    });
    Ok(serde_json::to_string_pretty(&document)?)
}

fn component(package: &Package) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": reference(&package.id),
        "name": package.name,
        "version": package.version,
        "licenses": [{ "expression": package.licence }],
    });
    // Packages of this workspace are in no registry.
    if let (Some(checksum), Some(fields)) = (&package.checksum, component.as_object_mut()) {
        fields.insert("purl".to_owned(), json!(reference(&package.id)));
        fields.insert("hashes".to_owned(), json!([{ "alg": "SHA-256", "content": checksum }]));
    }
    component
}

fn reference(id: &str) -> String {
    format!("pkg:cargo/{id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_component_has_its_version_licence_and_checksum() {
        let package = |name: &str, checksum: Option<&str>, needs: &[&str]| Package {
            id: format!("{name}@1.0.0"),
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            licence: "MIT".to_owned(),
            folder: "/".into(),
            checksum: checksum.map(ToOwned::to_owned),
            needs: needs.iter().map(|need| (*need).to_owned()).collect(),
        };
        let packages = [package("server", None, &["http@1.0.0"]), package("http", Some("00ff"), &[])];
        let document: Value = serde_json::from_str(&document(&packages).unwrap()).unwrap();
        assert_eq!(document["components"][1]["purl"], "pkg:cargo/http@1.0.0");
        assert_eq!(document["components"][1]["hashes"][0]["content"], "00ff");
        assert_eq!(document["components"][0].get("purl"), None);
        assert_eq!(document["dependencies"][0]["dependsOn"], json!(["pkg:cargo/server@1.0.0"]));
        assert_eq!(document["dependencies"][1]["dependsOn"], json!(["pkg:cargo/http@1.0.0"]));
    }
}
