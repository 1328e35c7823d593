//! How a container protects its values: the algorithms that it names, and their parameters.

use zeroize::Zeroizing;

use super::{Need, PskcError, derivation::Derivation, mac::MacAlgorithm, value::Encrypted, xml::Element};

/// What a container says of its protection.
#[derive(Default)]
pub(super) struct Protection {
    /// The name of the key or password.
    pub key_name: Option<String>,
    /// How the key is derived from a password.
    pub derivation: Option<Derivation>,
    /// The MACs' algorithm.
    pub mac: Option<MacAlgorithm>,
    /// The MACs' key; without one it is the encryption key.
    pub mac_key: Option<Encrypted>,
}

impl Protection {
    /// Parses `EncryptionKey` and `MACMethod` of a container.
    pub fn of(root: &Element) -> Result<Self, PskcError> {
        if let Some(method) =
            root.child(&["EncryptionMethod"]).and_then(|method| method.attribute(&["Algorithm"]))
        {
            return Err(PskcError::Unsupported(method.to_owned()));
        }
        let mut protection = Self::default();
        if let Some(key) = root.child(&["EncryptionKey"]) {
            if key.child(&["X509Data"]).is_some() {
                return Err(PskcError::Unsupported("X.509 certificates".to_owned()));
            }
            let name = ["KeyName", "MasterKeyName"].iter().find_map(|name| key.descendant(name)?.text());
            protection.key_name = name.map(str::to_owned);
            if let Some(method) = key.descendant("KeyDerivationMethod") {
                protection.derivation = Some(Derivation::of(method)?);
            }
        }
        if let Some(method) = root.child(&["MACMethod"]) {
            let name =
                method.attribute(&["Algorithm"]).ok_or(PskcError::Incomplete("no MAC algorithm is named"))?;
            let algorithm =
                MacAlgorithm::named(name).ok_or_else(|| PskcError::Unsupported(name.to_owned()))?;
            protection.mac = Some(algorithm);
            protection.mac_key = match method.child(&["MACKey"]) {
                Some(key) => {
                    Some(Encrypted::of(key, None).ok_or(PskcError::Incomplete("the MAC key is damaged"))?)
                }
                None => None,
            };
        }
        Ok(protection)
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
        let cipher = encrypted.cipher()?;
        cipher.check_key(key)?;
        cipher.decrypt(key, &encrypted.bytes, true).map(Some).ok_or_else(|| PskcError::WrongKey(self.need()))
    }
}
