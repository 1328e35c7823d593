//! Checkpoints that the program publishes by itself: into a folder, to a command and to a witness.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use audit::{Checkpoint, PublishSettings, Publisher, VerifierKey, Witness, WitnessAnswer};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject as _};
use sha2::{Digest as _, Sha256};

use crate::{
    audit::checkpoints::{ORIGIN, filled, signing_key},
    support::{audit_entries::various, audit_stores::File},
};

fn settings() -> PublishSettings {
    PublishSettings {
        key: Arc::new(signing_key("one")),
        origin: ORIGIN.to_owned(),
        folder: None,
        command: None,
        receiver: None,
        witness: None,
        entries: 100,
        interval: Duration::from_secs(900),
    }
}

fn read_checkpoint(folder: &Path) -> Checkpoint {
    let note = std::fs::read_to_string(folder.join("checkpoint")).unwrap();
    Checkpoint::read(&note, &signing_key("one").verifier_key(ORIGIN), None).unwrap()
}

async fn append(file: &File, count: u64) {
    let audit_log = file.audit_log().await;
    audit_log.append((0..count).map(various).collect()).await.unwrap();
    audit_log.close().await;
}

/// Publishes from this store, as a program that has just started does.
async fn publish(file: &File, settings: &PublishSettings) -> Result<String, String> {
    let store = Arc::new(file.store().await);
    let published = Publisher::new(Arc::clone(&store), settings.clone()).publish().await;
    store.database().close().await;
    published.map(|note| note.to_string())
}

#[tokio::test]
async fn a_folder_gets_the_checkpoint_and_the_tiles() {
    let file = filled("published").await;
    let folder = file.folder.join("public");
    let settings = PublishSettings { folder: Some(folder.clone()), ..settings() };
    publish(&file, &settings).await.unwrap();
    assert_eq!(read_checkpoint(&folder).size, 600);
    let length = |path: &str| std::fs::metadata(folder.join(path)).map(|file| file.len()).ok();
    assert_eq!(length("tile/0/000"), Some(256 * 32));
    assert_eq!(length("tile/0/001"), Some(256 * 32));
    assert_eq!(length("tile/0/002.p/88"), Some(88 * 32));
    assert_eq!(length("tile/1/000.p/2"), Some(2 * 32));
    assert_eq!(length("tile/entries/000"), Some(256 * 34));
    append(&file, 200).await;
    publish(&file, &settings).await.unwrap();
    assert_eq!(read_checkpoint(&folder).size, 800);
    assert_eq!((length("tile/0/002"), length("tile/0/003.p/32")), (Some(256 * 32), Some(32 * 32)));
}

#[tokio::test]
async fn a_store_that_does_not_continue_what_was_published_is_never_signed() {
    let file = filled("discontinued").await;
    let folder = file.folder.join("public");
    let settings = PublishSettings { folder: Some(folder.clone()), ..settings() };
    publish(&file, &settings).await.unwrap();
    file.tamper("DELETE FROM entries WHERE number > 590").await;
    append(&file, 50).await;
    let error = publish(&file, &settings).await.unwrap_err();
    assert!(error.contains("does not continue the checkpoint of 600 entries"), "{error}");
    assert_eq!(read_checkpoint(&folder).size, 600, "the one that was published is kept");
}

#[tokio::test]
async fn a_command_reads_the_checkpoint() {
    use std::os::unix::fs::PermissionsExt as _;
    let file = filled("command").await;
    let (program, written) = (file.folder.join("keep"), file.folder.join("kept"));
    std::fs::write(&program, format!("#!/bin/sh\ncat > '{}'\n", written.display())).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let note = publish(&file, &PublishSettings { command: Some(program), ..settings() }).await.unwrap();
    assert_eq!(std::fs::read_to_string(written).unwrap(), note);
    let failing = PublishSettings { command: Some(PathBuf::from("/bin/false")), ..settings() };
    assert!(publish(&file, &failing).await.unwrap_err().contains("it failed"));
}

/// A witness that verifies each proof from the size that it has cosigned.
struct TestWitness {
    key: VerifierKey,
    pair: Ed25519KeyPair,
    cosigned: Mutex<Option<Checkpoint>>,
}

impl TestWitness {
    fn new() -> Self {
        let pem =
            std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keys/audit.two.pem")).unwrap();
        let der = PrivatePkcs8KeyDer::from_pem_slice(&pem).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der()).unwrap();
        let public = [&[4][..], pair.public_key().as_ref()].concat();
        let id = Sha256::digest([b"witness.example/w1\n", &public[..]].concat());
        let id: String = id[..4].iter().map(|byte| format!("{byte:02x}")).collect();
        let key =
            VerifierKey::parse(&format!("witness.example/w1+{id}+{}", STANDARD.encode(&public))).unwrap();
        Self { key, pair, cosigned: Mutex::default() }
    }

    fn cosignature(&self, text: &str) -> String {
        let signed = self.pair.sign(format!("cosignature/v1\ntime 1700000000\n{text}").as_bytes());
        let id = u32::from_str_radix(self.key.to_string().split('+').nth(1).unwrap(), 16).unwrap();
        let bytes = [&id.to_be_bytes()[..], &1_700_000_000_u64.to_be_bytes(), signed.as_ref()].concat();
        format!("\u{2014} witness.example/w1 {}\n", STANDARD.encode(bytes))
    }
}

fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Whether the proof leads from the old root to the new one: the algorithm of RFC 9162 section 2.1.4.2.
fn is_consistent(old: &Checkpoint, new: &Checkpoint, proof: &[[u8; 32]]) -> bool {
    if old.size == new.size {
        return proof.is_empty() && old.root == new.root;
    }
    let mut path: Vec<[u8; 32]> = proof.to_vec();
    if old.size.is_power_of_two() {
        path.insert(0, old.root);
    }
    let (mut first, mut last) = (old.size - 1, new.size - 1);
    while first & 1 == 1 {
        (first, last) = (first >> 1, last >> 1);
    }
    let Some((seed, rest)) = path.split_first() else { return false };
    let (mut old_root, mut new_root) = (*seed, *seed);
    for hash in rest {
        if last == 0 {
            return false;
        }
        if first & 1 == 1 || first == last {
            (old_root, new_root) = (node(hash, &old_root), node(hash, &new_root));
            while first & 1 == 0 && first != 0 {
                (first, last) = (first >> 1, last >> 1);
            }
        } else {
            new_root = node(&new_root, hash);
        }
        (first, last) = (first >> 1, last >> 1);
    }
    last == 0 && old_root == old.root && new_root == new.root
}

#[async_trait]
impl Witness for TestWitness {
    fn key(&self) -> &VerifierKey {
        &self.key
    }

    async fn add_checkpoint(&self, body: String) -> Result<WitnessAnswer, String> {
        let (proof, note) = body.split_once("\n\n").unwrap();
        let mut lines = proof.lines();
        let old: u64 = lines.next().unwrap().strip_prefix("old ").unwrap().parse().unwrap();
        let proof: Vec<[u8; 32]> =
            lines.map(|line| STANDARD.decode(line).unwrap().try_into().unwrap()).collect();
        let new = Checkpoint::read(note, &signing_key("one").verifier_key(ORIGIN), None)?;
        let mut cosigned = self.cosigned.lock().unwrap();
        let known = cosigned.as_ref().map_or(0, |known| known.size);
        if known != old {
            return Ok(WitnessAnswer::KnowsSize(known));
        }
        if cosigned.as_ref().is_some_and(|known| !is_consistent(known, &new, &proof)) {
            return Err("the proof does not fit".to_owned());
        }
        *cosigned = Some(new);
        let text = note.split_once("\n\n").map(|(text, _)| format!("{text}\n")).unwrap();
        Ok(WitnessAnswer::Cosigned(self.cosignature(&text)))
    }
}

#[tokio::test]
async fn a_witness_cosigns_what_continues_what_it_has_seen() {
    let file = filled("witnessed").await;
    let witness = Arc::new(TestWitness::new());
    let settings = PublishSettings { witness: Some(witness.clone()), ..settings() };
    let log = signing_key("one").verifier_key(ORIGIN);
    for more in [0, 1, 167, 300] {
        append(&file, more).await;
        // Each time as after a start, when the program does not know what the witness has cosigned.
        let note = publish(&file, &settings).await.unwrap();
        let checkpoint = Checkpoint::read(&note, &log, Some(&witness.key)).unwrap();
        assert_eq!(Some(checkpoint), *witness.cosigned.lock().unwrap());
    }
    let alone = publish(&file, &PublishSettings { witness: None, ..settings.clone() }).await.unwrap();
    assert!(
        Checkpoint::read(&alone, &log, Some(&witness.key))
            .unwrap_err()
            .contains("witness.example/w1 has not signed")
    );
    file.tamper("DROP TRIGGER entries_never_change; DELETE FROM tiles; UPDATE entries SET hash = zeroblob(32) WHERE number = 9").await;
    let error = publish(&file, &settings).await.unwrap_err();
    assert!(error.contains("the witness does not cosign: the proof does not fit"), "{error}");
}
