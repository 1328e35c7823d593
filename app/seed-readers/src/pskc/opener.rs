//! Opens encrypted values: finds out how a container's MACs are computed, verifies them, and decrypts.

use zeroize::Zeroizing;

use super::{
    Need, PskcError, Unlock,
    cipher::Cipher,
    key_fault::KeyFault,
    mac::{MacAlgorithm, MacInput, MacVariant},
    protection::Protection,
    value::Encrypted,
};

/// How many values are tried to find out whether a key fits.
const TRIED_VALUES: usize = 16;

/// The lengths of usual keys in bytes.
const KEY_BYTES: [usize; 6] = [16, 20, 24, 32, 40, 64];

/// How encrypted values are opened.
pub(super) struct Opener {
    key: Zeroizing<Vec<u8>>,
    /// The algorithm of values that name none.
    cipher: Option<Cipher>,
    /// The initialization vector of all values, if it does not stand in front of each.
    vector: Option<Vec<u8>>,
    mac: Option<MacAlgorithm>,
    mac_key: Option<Zeroizing<Vec<u8>>>,
    /// How the MACs are computed; `None` when there are none.
    pub variant: Option<MacVariant>,
    /// Whether values without MACs are padded with any bytes.
    pub is_loosely_padded: bool,
}

impl Opener {
    /// Tries whether a key or password fits the values. MACs that fit only a known variant need `accepts_variant`.
    pub fn find<'a>(
        protection: &Protection,
        values: impl Iterator<Item = &'a Encrypted> + Clone,
        secrets: impl Iterator<Item = &'a Encrypted>,
        unlock: &Unlock,
        accepts_variant: bool,
    ) -> Result<Self, PskcError> {
        let wrong_key = || PskcError::WrongKey(protection.need());
        let Some(first) = values.clone().next() else { return Err(PskcError::Locked(Need::Nothing)) };
        let cipher = first.cipher(protection.cipher)?;
        let key = match (unlock, &protection.derivation) {
            (Unlock::Key(key), _) => key.clone(),
            (Unlock::Password(password), Some(derivation)) => {
                let derived = derivation.begin(password, cipher.key_bytes()).step(u32::MAX);
                derived.ok_or(PskcError::Incomplete("the key derivation did not end"))?
            }
            _ => return Err(PskcError::Locked(protection.need())),
        };
        cipher.check_key(&key)?;
        let mac_key = protection.open_mac_key(&key)?;
        let vector = protection.vector.clone();
        let mut opener = Self {
            key,
            cipher: protection.cipher,
            vector,
            mac: protection.mac,
            mac_key,
            variant: None,
            is_loosely_padded: false,
        };
        let with_mac: Vec<&Encrypted> =
            values.clone().filter(|value| value.mac.is_some()).take(TRIED_VALUES).collect();
        if protection.mac.is_none() || (with_mac.is_empty() && cipher.is_authentic()) {
            // Without MACs a wrong key is known by the padding, which fits one value in 256 by chance.
            let tried: Vec<&Encrypted> = values.take(TRIED_VALUES).collect();
            let opened = tried.iter().filter(|value| opener.open(value).is_ok()).count();
            if opened * 2 > tried.len() {
                return Ok(opener);
            }
            opener.is_loosely_padded = true;
            let secrets: Vec<&Encrypted> = secrets.take(TRIED_VALUES).collect();
            return if opener.opens_to_one_length(&secrets) { Ok(opener) } else { Err(wrong_key()) };
        }
        if with_mac.is_empty() {
            return Err(PskcError::Incomplete("it names an algorithm of MACs, and no value has one"));
        }
        let mut fits = |variant: &MacVariant| {
            opener.variant = Some(*variant);
            with_mac.iter().any(|value| opener.open(value).is_ok())
        };
        let variant = MacVariant::all().find(|variant| fits(variant)).ok_or_else(wrong_key)?;
        if variant != MacVariant::STANDARD && !accepts_variant {
            return Err(PskcError::Variant(variant));
        }
        opener.variant = Some(variant);
        Ok(opener)
    }

    /// Whether several secrets open to the usual length of a key, the same for all. Of one secret alone a wrong key would
    /// pass too often.
    fn opens_to_one_length(&self, secrets: &[&Encrypted]) -> bool {
        let length = |secret: &&Encrypted| self.open(secret).ok().map(|opened| opened.len());
        let lengths: Vec<Option<usize>> = secrets.iter().map(length).collect();
        let is_usual = lengths.first().copied().flatten().is_some_and(|first| KEY_BYTES.contains(&first));
        lengths.len() > 1 && is_usual && lengths.windows(2).all(|pair| pair.first() == pair.last())
    }

    /// Verifies the MAC, before the padding wherever the variant allows it, and decrypts.
    pub fn open(&self, value: &Encrypted) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
        let cipher = value.cipher(self.cipher).map_err(|_| KeyFault::Damaged)?;
        let decrypted = |is_authentic| {
            let vector = self.vector.as_deref();
            cipher.decrypt(&self.key, vector, &value.bytes, is_authentic).ok_or(KeyFault::NotDecrypted)
        };
        let (Some(variant), Some(algorithm)) = (self.variant, self.mac) else {
            return decrypted(self.is_loosely_padded);
        };
        let mac = value.mac.as_deref().ok_or(KeyFault::NotAuthentic)?;
        let own = self.mac_key.as_ref().filter(|_| !variant.with_encryption_key);
        let mac_key = own.unwrap_or(&self.key);
        let verify = |bytes: &[u8]| {
            if algorithm.verify(mac_key, bytes, mac) { Ok(()) } else { Err(KeyFault::NotAuthentic) }
        };
        match variant.over {
            MacInput::Ciphertext => verify(&value.bytes)?,
            MacInput::WithoutVector => {
                verify(value.bytes.get(cipher.vector_bytes()..).unwrap_or_default())?;
            }
            MacInput::Plaintext => {
                let plain = decrypted(true)?;
                verify(&plain)?;
                return Ok(plain);
            }
        }
        decrypted(true)
    }
}
