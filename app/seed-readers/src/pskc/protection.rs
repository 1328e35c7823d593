//! How a container protects its values: the algorithms that it names, and their parameters.

use zeroize::Zeroizing;

use super::{
    Need, PskcError,
    cipher::Cipher,
    derivation::Derivation,
    mac::MacAlgorithm,
    value::{self, Encrypted},
    xml::Element,
};

/// What a container says of its protection.
#[derive(Default)]
pub(super) struct Protection {
    /// The name of the key or password.
    pub key_name: Option<String>,
    /// The algorithm of all values that name none, in the drafts.
    pub cipher: Option<Cipher>,
    /// The initialization vector of all values, where it does not stand in front of each.
    pub vector: Option<Vec<u8>>,
    /// How the key is derived from a password.
    pub derivation: Option<Derivation>,
    /// The MACs' algorithm.
    pub mac: Option<MacAlgorithm>,
    /// The MACs' key; without one it is the encryption key.
    pub mac_key: Option<Encrypted>,
}

impl Protection {
    /// Parses what a container says: `EncryptionKey` and `MACMethod`, in the drafts `EncryptionMethod` and `DigestMethod`
    /// or `MACAlgorithm`.
    pub fn of(root: &Element) -> Result<Self, PskcError> {
        let mut protection = Self::default();
        if let Some(key) = root.child(&["EncryptionKey", "EncryptionMethod"]) {
            if key.child(&["X509Data"]).is_some() {
                return Err(PskcError::Unsupported("X.509 certificates".to_owned()));
            }
            let named = key.attribute(&["Algorithm"]).filter(|name| !name.eq_ignore_ascii_case("none"));
            if let Some(name) = named {
                let cipher = Cipher::named(name).ok_or_else(|| PskcError::Unsupported(name.to_owned()))?;
                protection.cipher = Some(cipher);
            }
            protection.vector = match key.child_text("IV") {
                Some(text) => {
                    Some(value::base64(text).ok_or(PskcError::Incomplete("the IV is damaged"))?.to_vec())
                }
                None => None,
            };
            let name = ["KeyName", "MasterKeyName", "CarriedKeyName"]
                .iter()
                .find_map(|name| key.descendant(name)?.text());
            protection.key_name = name.map(str::to_owned);
            if let Some(method) = key.descendant("KeyDerivationMethod") {
                protection.derivation = Some(Derivation::of(method)?);
            }
        }
        protection.parse_mac(root)?;
        Ok(protection)
    }

    fn parse_mac(&mut self, root: &Element) -> Result<(), PskcError> {
        let method = root.child(&["MACMethod", "DigestMethod"]);
        let name = match method {
            Some(method) => Some(
                method.attribute(&["Algorithm"]).ok_or(PskcError::Incomplete("no MAC algorithm is named"))?,
            ),
            None => root.child_text("MACAlgorithm"),
        };
        let Some(name) = name else { return Ok(()) };
        let algorithm = MacAlgorithm::named(name).ok_or_else(|| PskcError::Unsupported(name.to_owned()))?;
        self.mac = Some(algorithm);
        if let Some(key) = method.and_then(|method| method.child(&["MACKey"])) {
            let key = Encrypted::of(key, None).ok_or(PskcError::Incomplete("the MAC key is damaged"))?;
            self.mac_key = Some(key);
        }
        Ok(())
    }

    /// What opens it.
    pub fn need(&self) -> Need {
        match self.derivation {
            Some(_) => Need::Password(self.key_name.clone()),
            None => Need::Key(self.key_name.clone()),
        }
    }

    /// The MACs' key.
    pub fn open_mac_key(&self, key: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, PskcError> {
        let Some(encrypted) = &self.mac_key else { return Ok(None) };
        let cipher = encrypted.cipher(self.cipher)?;
        cipher.check_key(key)?;
        let plain = cipher.decrypt(key, self.vector.as_deref(), &encrypted.bytes, true);
        plain.map(Some).ok_or_else(|| PskcError::WrongKey(self.need()))
    }
}
