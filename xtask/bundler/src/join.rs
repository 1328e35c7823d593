//! Joins the small chunks of a release, about ninety, into one file: most pages needed forty of them.
//!
//! A joined chunk stays a module: the loader cuts it out of the file. This comes after the optimiser, which reads modules alone.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::split::{LOADER, MANIFEST};

/// Chunks of up to this many bytes are joined. Compressed they are half as large or less: a request costs more than the bytes
/// of those that a page does not need.
const SMALL: u64 = 16 * 1024;

/// Joins the small chunks in `pkg`, and names the file in the loader and in the manifest instead of them.
pub fn join(pkg: &Path) -> Result<()> {
    let chunks = small_chunks(pkg)?;
    let Some(joined) = chunks.first().map(|chunk| format!("chunks.{}", version(chunk))) else {
        return Ok(());
    };
    let mut bytes = Vec::new();
    let mut script =
        fs::read_to_string(pkg.join(LOADER)).context("the loader of the parts cannot be read")?;
    for chunk in &chunks {
        let module = fs::read(chunk)?;
        let (from, to) = (bytes.len(), bytes.len() + module.len());
        let fetched = format!(r#"fetch(new URL("./{}.wasm", import.meta.url))"#, stem(chunk));
        script = script.replace(&fetched, &format!("joined({from}, {to})"));
        bytes.extend(module);
        fs::remove_file(chunk)?;
    }
    script.push_str(&loader_of(&joined));
    fs::write(pkg.join(LOADER), script)?;
    fs::write(pkg.join(format!("{joined}.wasm")), bytes)?;
    let stems: Vec<String> = chunks.iter().map(|chunk| stem(chunk)).collect();
    name_in_manifest(&pkg.join(MANIFEST), &joined, &stems)
}

/// Lists the joined file once for each part that needs one of its chunks.
fn name_in_manifest(manifest: &Path, joined: &str, chunks: &[String]) -> Result<()> {
    let mut files_of_part: BTreeMap<String, Vec<String>> = serde_json::from_slice(&fs::read(manifest)?)?;
    for files in files_of_part.values_mut() {
        let before = files.len();
        files.retain(|file| !chunks.contains(file));
        if files.len() < before {
            files.insert(0, joined.to_owned());
        }
    }
    Ok(fs::write(manifest, serde_json::to_string(&files_of_part)?)?)
}

/// The function that cuts a chunk out of the joined file. It keeps what was loaded well alone, so that a lost connection can be
/// followed by another try.
fn loader_of(joined: &str) -> String {
    format!(
        r#"
let joinedFile;
async function joined(from, to) {{
    joinedFile ??= fetch(new URL("./{joined}.wasm", import.meta.url)).then((answer) => {{
        if (!answer.ok) throw new Error(`${{answer.url}}: ${{answer.status}}`);
        return answer.arrayBuffer();
    }});
    try {{
        const headers = {{ "Content-Type": "application/wasm" }};
        return new Response((await joinedFile).slice(from, to), {{ headers }});
    }} catch (error) {{
        joinedFile = undefined;
        throw error;
    }}
}}
"#
    )
}

/// The chunks to be joined, in the order of their names.
fn small_chunks(pkg: &Path) -> Result<Vec<PathBuf>> {
    let mut chunks = Vec::new();
    for entry in fs::read_dir(pkg)? {
        let path = entry?.path();
        if stem(&path).starts_with("chunk_") && fs::metadata(&path)?.len() <= SMALL {
            chunks.push(path);
        }
    }
    chunks.sort();
    Ok(chunks)
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// The version in a chunk's name.
fn version(chunk: &Path) -> String {
    stem(chunk).rsplit('.').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_chunks_become_one_file_that_loader_and_manifest_name() {
        let pkg = std::env::temp_dir().join(format!("join-{}", std::process::id()));
        fs::create_dir_all(&pkg).unwrap();
        let large = vec![0; usize::try_from(SMALL).unwrap() + 1];
        for (name, module) in
            [("chunk_1", &b"one"[..]), ("chunk_2", b"second"), ("chunk_3", &large), ("split_slips", b"slips")]
        {
            fs::write(pkg.join(format!("{name}.7.wasm")), module).unwrap();
        }
        let fetched = |name: &str| format!(r#"fetch(new URL("./{name}.7.wasm", import.meta.url));"#);
        let script = ["chunk_1", "chunk_2", "chunk_3"].map(fetched).join("\n");
        fs::write(pkg.join(LOADER), &script).unwrap();
        let manifest =
            r#"{"audit":["chunk_3.7"],"slips":["chunk_1.7","chunk_2.7","chunk_3.7","split_slips.7"]}"#;
        fs::write(pkg.join(MANIFEST), manifest).unwrap();
        join(&pkg).unwrap();
        let read = |name: &str| fs::read_to_string(pkg.join(name)).unwrap();
        let (loader, manifest, joined) = (read(LOADER), read(MANIFEST), read("chunks.7.wasm"));
        let left = fs::read_dir(&pkg).unwrap().count();
        fs::remove_dir_all(pkg).unwrap();
        assert_eq!(joined, "onesecond");
        assert!(
            loader.starts_with(&format!("joined(0, 3);\njoined(3, 9);\n{}", fetched("chunk_3"))),
            "{loader}"
        );
        assert!(loader.contains(r#"new URL("./chunks.7.wasm", import.meta.url)"#), "{loader}");
        assert_eq!(manifest, r#"{"audit":["chunk_3.7"],"slips":["chunks.7","chunk_3.7","split_slips.7"]}"#);
        assert_eq!(left, 5, "the loader, the manifest, the joined file, the large chunk, and the part");
    }
}
