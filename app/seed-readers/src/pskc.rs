//! Reads Portable Symmetric Key Containers (PSKC, RFC 6030): version 1.0 and the drafts that products still write.
//!
//! This module knows nothing of tokens and rows. [`Document::parse`] reads the XML, [`Document::unlock`] tries a
//! key or password, and [`Document::into_keys`] yields one [`Key`] an element `Key`, each with what is wrong with it
//! alone. [`DocumentParser`] and [`Derivation`] work in slices.
//!
//! `xml` is a small tree with limits; `container` and `key` find their way in the drafts' names; `value` holds what a field
//! says; `protection` names the algorithms and their parameters; `opener` finds out whether a key fits; `cipher`
//! decrypts, `mac` authenticates, `derivation` turns a password into a key.

mod cipher;
mod container;
mod derivation;
mod key;
mod key_fault;
mod mac;
mod opener;
mod protection;
mod value;
mod xml;

use zeroize::Zeroizing;

pub use self::{
    container::{Document, DocumentParser, Integrity, Keys, Unlocked},
    derivation::{Derivation, DerivedKey},
    key::{Key, Secret},
    key_fault::KeyFault,
    mac::{MacInput, MacVariant},
};

/// What opens a container's encrypted values.
#[derive(Clone)]
pub enum Unlock {
    /// Nothing: the values are plain.
    Nothing,
    /// The pre-shared key, or one that was derived from a password by a [`Derivation`].
    Key(Zeroizing<Vec<u8>>),
    /// The password.
    Password(Zeroizing<String>),
}

/// What a container needs to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// A pre-shared key, with the name that the container gives it.
    Key(Option<String>),
    /// A password, with the name that the container gives it.
    Password(Option<String>),
}

/// Why a container cannot be read. Holds no value of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PskcError {
    /// The XML is damaged, or uses what this reader refuses.
    #[error("The XML is damaged at line {line}: {reason}.")]
    Xml {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// The XML is no PSKC.
    #[error("The XML is not PSKC: its root is \"{0}\".")]
    NotPskc(String),
    /// A second container with a protection of its own stands within the first, which is not closed.
    #[error("The file holds several containers, each with a protection of its own.")]
    Joined,
    /// The container is of a version that this reader does not know.
    #[error("The file is PSKC of version \"{0}\", which is not known.")]
    Version(String),
    /// A key or password is needed.
    #[error("The keys in the file are encrypted.")]
    Locked(Need),
    /// No value fits the key or password.
    #[error("The key or password does not fit the file.")]
    WrongKey(Need),
    /// The pre-shared key has a length that no algorithm of the container has.
    #[error("The key has {0} bytes, which the file's encryption does not take.")]
    KeyLength(usize),
    /// An algorithm that this reader does not have.
    #[error("The file's protection uses \"{0}\", which cannot be read.")]
    Unsupported(String),
    /// The protection lacks something.
    #[error("The file's description of its protection is incomplete: {0}.")]
    Incomplete(&'static str),
    /// The MACs fit only in a way that the standard does not have.
    #[error("The file's MACs are not computed as the standard says, but {0}.")]
    Variant(MacVariant),
}
