//! Joins the chunks of a release, about a hundred, into few files: the import needed forty of them.
//!
//! A joined chunk stays a module: the loader cuts it out of the file. This comes after the optimiser, which reads modules alone.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};

use crate::split::{LOADER, MANIFEST};

/// Chunks of up to this many bytes are joined. Compressed they are half as large or less: a request costs more than the bytes
/// of those that a page does not need.
const SMALL: u64 = 16 * 1024;

/// A part that needs fewer of the large chunks than this does not have to load all that are joined.
const FEW: usize = 3;

/// The list of each part's files.
type Manifest = BTreeMap<String, Vec<String>>;

/// Joins chunks in `pkg` into two files, and names these in the loader and in the manifest instead: the small ones, and those large
/// ones that the part with most of them needs, mostly together with others.
pub fn join(pkg: &Path) -> Result<()> {
    let (loader, manifest) = (pkg.join(LOADER), pkg.join(MANIFEST));
    let mut files_of_part: Manifest = serde_json::from_slice(&fs::read(&manifest)?)?;
    let mut script = fs::read_to_string(&loader).context("the loader of the parts cannot be read")?;
    let (small, large) = chunks(pkg)?;
    let shared = shared(&files_of_part, &large);
    for (name, chunks) in [("chunks", small), ("shared", shared)] {
        if let Some(joined) = chunks.first().map(|chunk| format!("{name}.{}", version(chunk))) {
            write_joined(pkg, &joined, &chunks, &mut script)?;
            name_in_manifest(&mut files_of_part, &joined, &chunks);
        }
    }
    script.push_str(CUT);
    fs::write(loader, script)?;
    Ok(fs::write(manifest, serde_json::to_string(&files_of_part)?)?)
}

/// Writes the joined file in place of its chunks. The loader cuts them out of it.
fn write_joined(pkg: &Path, joined: &str, chunks: &[String], script: &mut String) -> Result<()> {
    let mut bytes = Vec::new();
    for chunk in chunks {
        let file = pkg.join(format!("{chunk}.wasm"));
        let module = fs::read(&file)?;
        let (from, to) = (bytes.len(), bytes.len() + module.len());
        let fetched = format!(r#"fetch(new URL("./{chunk}.wasm", import.meta.url))"#);
        let cut = format!(r#"cut(new URL("./{joined}.wasm", import.meta.url), {from}, {to})"#);
        *script = script.replace(&fetched, &cut);
        bytes.extend(module);
        fs::remove_file(file)?;
    }
    Ok(fs::write(pkg.join(format!("{joined}.wasm")), bytes)?)
}

/// Lists the joined file once for each part that needs one of its chunks.
fn name_in_manifest(files_of_part: &mut Manifest, joined: &str, chunks: &[String]) {
    for files in files_of_part.values_mut() {
        let before = files.len();
        files.retain(|file| !chunks.contains(file));
        if files.len() < before {
            files.insert(0, joined.to_owned());
        }
    }
}

/// Cuts a module out of a joined file. It keeps what was loaded well alone, so that a lost connection can be followed by another
/// try.
const CUT: &str = r#"
const joinedFiles = new Map();
async function cut(url, from, to) {
    const load = async () => {
        const answer = await fetch(url);
        if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
        return answer.arrayBuffer();
    };
    if (!joinedFiles.has(url.href)) joinedFiles.set(url.href, load());
    try {
        const headers = { "Content-Type": "application/wasm" };
        return new Response((await joinedFiles.get(url.href)).slice(from, to), { headers });
    } catch (error) {
        joinedFiles.delete(url.href);
        throw error;
    }
}
"#;

/// Of the large chunks those of the part that needs most of them, but for those of a part that needs few.
fn shared(files_of_part: &Manifest, large: &[String]) -> Vec<String> {
    let needs =
        |files: &[String]| files.iter().filter(|file| large.contains(file)).cloned().collect::<Vec<_>>();
    let needed: Vec<Vec<String>> = files_of_part.values().map(|files| needs(files)).collect();
    let most = needed.iter().max_by_key(|chunks| chunks.len()).cloned().unwrap_or_default();
    let is_of_few = |chunk: &String| needed.iter().any(|chunks| chunks.len() < FEW && chunks.contains(chunk));
    most.into_iter().filter(|chunk| !is_of_few(chunk)).collect()
}

/// The small chunks and the large ones, without the ending of their files, in order.
fn chunks(pkg: &Path) -> Result<(Vec<String>, Vec<String>)> {
    let (mut small, mut large) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(pkg)? {
        let path = entry?.path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if stem.starts_with("chunk_") && path.extension().is_some_and(|extension| extension == "wasm") {
            if fs::metadata(&path)?.len() <= SMALL { small.push(stem) } else { large.push(stem) }
        }
    }
    small.sort();
    large.sort();
    Ok((small, large))
}

/// The version in a chunk's name.
fn version(chunk: &str) -> &str {
    chunk.rsplit('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_become_two_files_that_loader_and_manifest_name() {
        let pkg = std::env::temp_dir().join(format!("join-{}", std::process::id()));
        fs::create_dir_all(&pkg).unwrap();
        let large = vec![b'-'; usize::try_from(SMALL).unwrap() + 1];
        let modules = [("chunk_1", &b"one"[..]), ("chunk_2", b"second"), ("split_slips", b"slips")];
        let larges = ["chunk_3", "chunk_4", "chunk_5", "chunk_6"].map(|name| (name, &*large));
        for (name, module) in modules.into_iter().chain(larges) {
            fs::write(pkg.join(format!("{name}.7.wasm")), module).unwrap();
        }
        let fetched = |name: &str| format!(r#"fetch(new URL("./{name}.7.wasm", import.meta.url));"#);
        let script = ["chunk_1", "chunk_2", "chunk_3", "chunk_4"].map(fetched).join("\n");
        fs::write(pkg.join(LOADER), &script).unwrap();
        let manifest = r#"{"audit":["chunk_1.7","chunk_3.7"],"import":["chunk_1.7","chunk_3.7","chunk_4.7","chunk_5.7","chunk_6.7"],"slips":["chunk_1.7","chunk_2.7","split_slips.7"]}"#;
        fs::write(pkg.join(MANIFEST), manifest).unwrap();
        join(&pkg).unwrap();
        let read = |name: &str| fs::read_to_string(pkg.join(name)).unwrap();
        let (loader, manifest) = (read(LOADER), read(MANIFEST));
        let (joined, shared) = (read("chunks.7.wasm"), read("shared.7.wasm"));
        let left = fs::read_dir(&pkg).unwrap().count();
        fs::remove_dir_all(pkg).unwrap();
        assert_eq!((joined.as_str(), shared.len()), ("onesecond", 3 * large.len()));
        let cut = |name: &str, from, to| {
            format!(r#"cut(new URL("./{name}.7.wasm", import.meta.url), {from}, {to});"#)
        };
        let of_few = fetched("chunk_3");
        let expected =
            [cut("chunks", 0, 3), cut("chunks", 3, 9), of_few, cut("shared", 0, large.len())].join("\n");
        assert!(loader.starts_with(&expected), "{loader}");
        assert_eq!(
            manifest,
            r#"{"audit":["chunks.7","chunk_3.7"],"import":["shared.7","chunks.7","chunk_3.7"],"slips":["chunks.7","split_slips.7"]}"#
        );
        assert_eq!(
            left, 6,
            "the loader, the manifest, the joined files, the large chunk of few, and the part"
        );
    }
}
