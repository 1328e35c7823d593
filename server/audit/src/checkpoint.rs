//! Checkpoints (C2SP tlog-checkpoint): the size and the root of the Merkle tree at a moment, signed, to be kept where nobody who can
//! write to the store can write.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    chain::Hash,
    head::HeadSigningKey,
    note::{SignedNote, VerifierKey},
};

/// The name of the log in its checkpoints, unless another one is configured.
pub const DEFAULT_ORIGIN: &str = "token-inventory/audit";

/// The tree at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log.
    pub origin: String,
    /// The number of entries, which is the number of the newest one.
    pub size: u64,
    /// The root of their tree.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed.
    fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// Signs it in the name of its origin.
    pub fn sign(&self, key: &HeadSigningKey) -> SignedNote {
        let text = self.text();
        let signature = key.sign(text.as_bytes());
        SignedNote::new(text, &key.verifier_key(&self.origin), &signature)
    }

    /// Parses a signed checkpoint whose signatures of the log and of the witness, if one is given, fit. The origin must be the name of
    /// the log's key.
    ///
    /// # Errors
    /// When it is no checkpoint, or one of them has not signed it.
    pub fn read(note: &str, log: &VerifierKey, witness: Option<&VerifierKey>) -> Result<Self, String> {
        let note = SignedNote::parse(note)?;
        note.verify(log)?;
        witness.map_or(Ok(()), |witness| note.verify(witness))?;
        let checkpoint = Self::parse(&note.text)?;
        if checkpoint.origin != log.name() {
            return Err(format!("it is of another log, {}", checkpoint.origin));
        }
        Ok(checkpoint)
    }

    /// Parses the text of a checkpoint.
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "it is no checkpoint: origin, size and root, a line each".to_owned();
        let mut lines = text.lines();
        let (origin, size, root) = (lines.next(), lines.next(), lines.next());
        let (Some(origin), Some(size), Some(root)) = (origin, size, root) else { return Err(wrong()) };
        let root = STANDARD.decode(root).ok().and_then(|root| Hash::try_from(root).ok()).ok_or_else(wrong)?;
        let is_decimal =
            size.bytes().all(|byte| byte.is_ascii_digit()) && (size == "0" || !size.starts_with('0'));
        let size = size.parse().ok().filter(|_| is_decimal).ok_or_else(wrong)?;
        Ok(Self { origin: origin.to_owned(), size, root })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_is_parsed() {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let checkpoint = Checkpoint::parse(text).unwrap();
        assert_eq!(
            (checkpoint.origin.as_str(), checkpoint.size),
            ("example.com/behind-the-sofa", 20_852_163)
        );
        assert_eq!(checkpoint.text(), text);
        for wrong in
            ["a\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", "a\n1\nCsUY\n", "a\n1\n", "a\n-1\nx\n"]
        {
            assert!(Checkpoint::parse(wrong).is_err(), "{wrong}");
        }
    }
}
