//! Signed notes (C2SP signed-note): a text and the signatures of keys that have names. Ed25519 signatures and witnesses'
//! cosignatures (C2SP tlog-cosignature).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::signature::{ED25519, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};

use super::chain::Hash;

/// What begins a line with a signature: an em dash and a blank.
const SIGNATURE_LINE: &str = "\u{2014} ";
/// The longest note that is read, in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// Bytes of a key's id, which begin a signature.
const ID_BYTES: usize = 4;
/// Bytes of the time that begins a cosignature.
const TIME_BYTES: usize = 8;

/// What a key signs: the byte that C2SP signed-note assigns to the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SignatureKind {
    /// The text of the note.
    Ed25519 = 1,
    /// The text and the time at which a witness saw it.
    Cosignature = 4,
}

/// A public key that signs notes, with its name: `name+id+key`, where the id is eight hex digits and the key Base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    kind: SignatureKind,
    public: Vec<u8>,
}

impl VerifierKey {
    /// The key of a log.
    pub fn of_log(name: &str, public: &[u8]) -> Self {
        Self { name: name.to_owned(), kind: SignatureKind::Ed25519, public: public.to_vec() }
    }

    /// Parses `name+id+key`.
    ///
    /// # Errors
    /// When it is no such key, or its id does not belong to it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            "is no key of the form name+12345678+Base64, as `token-inventory audit key` prints it".to_owned()
        };
        let mut parts = text.trim().splitn(3, '+');
        let (name, id, key) = (parts.next(), parts.next(), parts.next());
        let (Some(name), Some(id), Some(key)) = (name, id, key) else { return Err(wrong()) };
        let bytes = STANDARD.decode(key).map_err(|_| wrong())?;
        let (kind, public) = match bytes.split_first() {
            Some((1, public)) => (SignatureKind::Ed25519, public),
            Some((4, public)) => (SignatureKind::Cosignature, public),
            _ => return Err("is no Ed25519 key: other kinds are not supported".to_owned()),
        };
        let key = Self { name: checked_name(name)?.to_owned(), kind, public: public.to_vec() };
        if public.len() != 32 || super::chain::hex(&key.id()) != id.to_ascii_lowercase() {
            return Err("is damaged: its id does not belong to it".to_owned());
        }
        Ok(key)
    }

    /// The 32 bytes of the public key.
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is the key of a witness.
    pub fn is_witness(&self) -> bool {
        self.kind == SignatureKind::Cosignature
    }

    fn id(&self) -> [u8; ID_BYTES] {
        let hash: Hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update(b"\n")
            .chain_update([self.kind as u8])
            .chain_update(&self.public)
            .finalize()
            .into();
        let [first, second, third, fourth, ..] = hash;
        [first, second, third, fourth]
    }

    /// Whether the signature is this key's of the text.
    fn verify(&self, text: &str, signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, &self.public);
        match self.kind {
            SignatureKind::Ed25519 => key.verify(text.as_bytes(), signature).is_ok(),
            SignatureKind::Cosignature => {
                let Some((time, signature)) = signature.split_at_checked(TIME_BYTES) else { return false };
                let time = time.iter().fold(0_u64, |time, byte| time << 8 | u64::from(*byte));
                key.verify(cosigned_text(text, time).as_bytes(), signature).is_ok()
            }
        }
    }
}

impl std::fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = STANDARD.encode([&[self.kind as u8], &self.public[..]].concat());
        write!(f, "{}+{}+{key}", self.name, super::chain::hex(&self.id()))
    }
}

/// What a witness signs (C2SP tlog-cosignature, Ed25519).
fn cosigned_text(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// The name of a key: not empty, without blanks and plus signs.
///
/// # Errors
/// When it is not.
pub fn checked_name(name: &str) -> Result<&str, String> {
    let fits = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+');
    if fits {
        Ok(name)
    } else {
        Err(format!("{name:?} is no name of a log: it has blanks or a plus, or is empty"))
    }
}

/// A text with the signatures that follow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNote {
    /// The text, which ends with a line break.
    pub text: String,
    /// The lines of the signatures.
    signatures: Vec<String>,
}

impl SignedNote {
    /// A text, which must end with a line break, with this signature of the key.
    pub fn new(text: String, key: &VerifierKey, signature: &[u8]) -> Self {
        let signature = STANDARD.encode([&key.id()[..], signature].concat());
        let line = format!("{SIGNATURE_LINE}{} {signature}", key.name);
        Self { text, signatures: vec![line] }
    }

    /// Parses a note. Its signatures are not checked.
    ///
    /// # Errors
    /// When it is no note.
    pub fn parse(note: &str) -> Result<Self, String> {
        let is_control = |c: char| c.is_ascii_control() && c != '\n';
        if note.len() > MAX_BYTES || note.contains(is_control) {
            return Err("it is no signed note: it is too long, or has control characters".to_owned());
        }
        let (text, signatures) =
            note.rsplit_once("\n\n").ok_or("it is no signed note: it has no signatures")?;
        let signatures: Vec<String> = signatures.lines().map(ToOwned::to_owned).collect();
        if signatures.is_empty() || !signatures.iter().all(|line| line.starts_with(SIGNATURE_LINE)) {
            return Err("it is no signed note: what follows the text are no signatures".to_owned());
        }
        Ok(Self { text: format!("{text}\n"), signatures })
    }

    /// Checks that this key has signed the note.
    ///
    /// # Errors
    /// When it has not, or its signature does not fit.
    pub fn verify(&self, key: &VerifierKey) -> Result<(), String> {
        let of_key = self.signatures.iter().filter_map(|line| {
            let (name, signature) = line.strip_prefix(SIGNATURE_LINE)?.rsplit_once(' ')?;
            let bytes = STANDARD.decode(signature).ok()?;
            let (id, signature) = bytes.split_at_checked(ID_BYTES)?;
            (name == key.name && id == key.id()).then(|| signature.to_vec())
        });
        let of_key: Vec<Vec<u8>> = of_key.collect();
        match of_key.iter().all(|signature| key.verify(&self.text, signature)) {
            _ if of_key.is_empty() => Err(format!("{} has not signed it", key.name)),
            true => Ok(()),
            false => Err(format!("the signature of {} does not fit: it was altered", key.name)),
        }
    }

    /// Adds the signature lines of this key among those that a witness has answered.
    ///
    /// # Errors
    /// When there is none, or it does not fit.
    pub fn add_cosignatures(&mut self, lines: &str, key: &VerifierKey) -> Result<(), String> {
        let cosigned = Self::parse(&format!("{}\n{lines}", self.text))?;
        cosigned.verify(key)?;
        let of_key = format!("{SIGNATURE_LINE}{} ", key.name);
        self.signatures.extend(cosigned.signatures.into_iter().filter(|line| line.starts_with(&of_key)));
        Ok(())
    }
}

impl std::fmt::Display for SignedNote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The note and the key of the documentation of Go's golang.org/x/mod/sumdb/note.
    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    #[test]
    fn a_published_note_is_verified() {
        let key = VerifierKey::parse(KEY).unwrap();
        assert_eq!(key.to_string(), KEY);
        let note = SignedNote::parse(NOTE).unwrap();
        assert_eq!(note.verify(&key), Ok(()));
        assert_eq!(note.to_string(), NOTE);
    }

    #[test]
    fn an_altered_note_is_refused() {
        let key = VerifierKey::parse(KEY).unwrap();
        let altered = SignedNote::parse(&NOTE.replace("answer", "cause")).unwrap();
        assert!(altered.verify(&key).unwrap_err().contains("altered"));
        let renamed = SignedNote::parse(&NOTE.replace("\u{2014} Peter", "\u{2014} Paul")).unwrap();
        assert!(renamed.verify(&key).unwrap_err().contains("has not signed it"));
        assert!(SignedNote::parse("text only\n").is_err());
    }

    #[test]
    fn a_damaged_key_is_refused() {
        for wrong in
            ["", "name", "name+c74f20a3+", &KEY.replace("c74f", "c74e"), &KEY.replace("Peter", "Pe ter")]
        {
            assert!(VerifierKey::parse(wrong).is_err(), "{wrong}");
        }
    }
}
