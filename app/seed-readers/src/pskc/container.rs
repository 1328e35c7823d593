//! A container: its protection and its keys, parsed in slices.

use super::{
    Need, PskcError, Unlock,
    cipher::Cipher,
    derivation::Derivation,
    key::{Key, SealedKey, is_package},
    mac::MacVariant,
    opener::Opener,
    protection::Protection,
    value::Encrypted,
    xml::{Element, Parser, Step},
};

/// A container that was parsed; its values may be encrypted.
pub struct Document {
    protection: Protection,
    keys: Vec<SealedKey>,
    is_cut: bool,
    has_more: bool,
    is_signed: bool,
}

/// How a container's values were protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integrity {
    /// They are plain.
    Plain,
    /// They are encrypted without MACs: a change would not be noticed.
    Unprotected,
    /// They are encrypted without MACs, and padded with any bytes, as XML Encryption allows: that the secrets have one length
    /// is the only sign that the key fits.
    LooselyPadded,
    /// They are encrypted by key wrap, which notices a change itself.
    Wrapped,
    /// They are encrypted, and their MACs are right.
    Verified(MacVariant),
}

/// Parses a container in slices.
pub struct DocumentParser<'a> {
    parser: Parser<'a>,
    /// The children of the root that are no packages of keys.
    others: Vec<Element>,
    keys: Vec<SealedKey>,
}

/// What opens the values of a container, once it was found to fit.
pub struct Unlocked {
    opener: Option<Opener>,
    /// How the values were protected.
    pub integrity: Integrity,
}

/// The keys of a container, opened one by one.
pub struct Keys {
    sealed: std::vec::IntoIter<SealedKey>,
    opener: Option<Opener>,
}

impl Iterator for Keys {
    type Item = Key;

    fn next(&mut self) -> Option<Key> {
        Some(self.sealed.next()?.open(self.opener.as_ref()))
    }
}

/// The keys of a container that was appended to one that is not closed.
fn appended(container: &Element, keys: &mut Vec<SealedKey>) -> Result<(), PskcError> {
    if container
        .child(&["EncryptionKey", "EncryptionMethod", "MACMethod", "DigestMethod", "MACAlgorithm"])
        .is_some()
    {
        return Err(PskcError::Joined);
    }
    for child in &container.children {
        match child {
            inner if inner.is_container() => appended(inner, keys)?,
            package => SealedKey::all_of(package, keys),
        }
    }
    Ok(())
}

impl<'a> DocumentParser<'a> {
    /// A parser of a text.
    pub fn new(text: &'a str) -> Self {
        let parser = Parser::new(text.trim_start_matches('\u{feff}'));
        Self { parser, others: Vec::new(), keys: Vec::new() }
    }

    /// Parses at most so many tags and texts more; whether the end was reached.
    ///
    /// # Errors
    /// When the XML is damaged.
    pub fn step(&mut self, mut events: usize) -> Result<bool, PskcError> {
        loop {
            match self.parser.next_child(&mut events)? {
                Step::Child(child) if is_package(&child) => SealedKey::all_of(&child, &mut self.keys),
                Step::Child(child) if child.is_container() => appended(&child, &mut self.keys)?,
                Step::Child(child) => self.others.push(child),
                Step::Paused => return Ok(false),
                Step::End => return Ok(true),
            }
        }
    }

    /// The container, once the end was reached.
    ///
    /// # Errors
    /// When the XML is no container, is of an unknown version, or names a protection that this reader does not have.
    pub fn finish(mut self) -> Result<Document, PskcError> {
        let (is_cut, has_more) = (self.parser.is_cut, self.parser.has_more);
        let mut root = self.parser.root()?;
        root.children = std::mem::take(&mut self.others);
        if root.is_container() {
            return Ok(Document { is_cut, has_more, ..Document::new(&root, self.keys)? });
        }
        // A container within other XML.
        let Some(inner) = root.descendant("KeyContainer") else { return Err(PskcError::NotPskc(root.name)) };
        let mut keys = Vec::new();
        inner.children.iter().for_each(|package| SealedKey::all_of(package, &mut keys));
        Ok(Document { is_cut, has_more, ..Document::new(inner, keys)? })
    }
}

impl Document {
    /// Parses the XML at once.
    ///
    /// # Errors
    /// When the XML is damaged, is no container, or names a protection that this reader does not have.
    pub fn parse(text: &str) -> Result<Self, PskcError> {
        let mut parser = DocumentParser::new(text);
        while !parser.step(usize::MAX)? {}
        parser.finish()
    }

    fn new(root: &Element, mut keys: Vec<SealedKey>) -> Result<Self, PskcError> {
        // The drafts have versions below 2, too.
        let version = root.attribute(&["Version"]).unwrap_or("1.0");
        if !matches!(version.split('.').next(), Some("0" | "1" | "")) {
            return Err(PskcError::Version(version.to_owned()));
        }
        let protection = Protection::of(root)?;
        keys.iter_mut().for_each(|key| key.settle(protection.cipher.is_some()));
        let is_signed = root.child(&["Signature"]).is_some();
        Ok(Self { protection, keys, is_cut: false, has_more: false, is_signed })
    }

    /// Whether the file ends before its root is closed.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Whether something follows the container, which is not read.
    pub fn has_more(&self) -> bool {
        self.has_more
    }

    /// Whether the container has a signature, which is not verified.
    pub fn is_signed(&self) -> bool {
        self.is_signed
    }

    /// What opens the container.
    pub fn need(&self) -> Need {
        if self.encrypted().next().is_some() { self.protection.need() } else { Need::Nothing }
    }

    /// How its key is derived from a password, and the length of the key, to do it in steps.
    pub fn derivation(&self) -> Option<(&Derivation, usize)> {
        let derivation = self.protection.derivation.as_ref()?;
        let cipher = self.encrypted().next()?.cipher(self.protection.cipher);
        Some((derivation, cipher.ok().map_or(16, Cipher::key_bytes)))
    }

    /// Finds out whether a key or password fits. MACs that fit only a known variant need `accepts_variant`.
    ///
    /// # Errors
    /// When the key or password is missing or wrong, or the protection cannot be read.
    pub fn unlock(&self, unlock: &Unlock, accepts_variant: bool) -> Result<Unlocked, PskcError> {
        if self.encrypted().next().is_none() {
            return Ok(Unlocked { opener: None, integrity: Integrity::Plain });
        }
        let secrets = self.keys.iter().filter_map(SealedKey::encrypted_secret);
        let opener = Opener::find(&self.protection, self.encrypted(), secrets, unlock, accepts_variant)?;
        let is_wrapped = |value: &Encrypted| {
            value.cipher(self.protection.cipher).is_ok_and(|cipher| cipher.is_authentic())
        };
        let integrity = match opener.variant {
            Some(variant) => Integrity::Verified(variant),
            None if opener.is_loosely_padded => Integrity::LooselyPadded,
            None if self.encrypted().all(is_wrapped) => Integrity::Wrapped,
            None => Integrity::Unprotected,
        };
        Ok(Unlocked { opener: Some(opener), integrity })
    }

    /// Opens the keys.
    pub fn into_keys(self, unlocked: Unlocked) -> Keys {
        Keys { sealed: self.keys.into_iter(), opener: unlocked.opener }
    }

    fn encrypted(&self) -> impl Iterator<Item = &Encrypted> + Clone {
        self.keys.iter().flat_map(SealedKey::encrypted)
    }
}
