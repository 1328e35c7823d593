//! A container's keys: their attributes by the names of RFC 6030 and of the drafts, and their opened values.

use zeroize::Zeroizing;

use super::{
    Need, PskcError, Unlock,
    cipher::Cipher,
    derivation::Derivation,
    mac::{MacInput, MacVariant},
    protection::Protection,
    value::{self, Encrypted, Value},
    xml::{Element, Parser},
};

/// How many values are tried to find out how the MACs are computed.
const TRIED_VALUES: usize = 16;

/// A container that was parsed; its values may be encrypted.
pub struct Document {
    protection: Protection,
    keys: Vec<SealedKey>,
    is_cut: bool,
}

/// What is wrong with one value of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFault {
    /// There is none.
    Missing,
    /// It is no Base64 or number, or lacks its parts.
    Damaged,
    /// The MAC is missing, or that of another value.
    NotAuthentic,
    /// It cannot be decrypted, although others can.
    NotDecrypted,
}

/// One key. Names are as in the file; nothing is judged.
#[derive(Debug, Clone)]
pub struct Key {
    /// The place in the file, from 1.
    pub number: usize,
    /// The serial number of the device.
    pub serial: Option<String>,
    /// The key's own id.
    pub id: Option<String>,
    /// The manufacturer of the device.
    pub manufacturer: Option<String>,
    /// The model of the device.
    pub model: Option<String>,
    /// The user of the key or the device.
    pub user: Option<String>,
    /// The algorithm's profile, without its namespace and in lower case: `totp`.
    pub algorithm: Option<String>,
    /// The suite of the algorithm: `HMAC-SHA256`.
    pub suite: Option<String>,
    /// The length of a response.
    pub length: Option<String>,
    /// The encoding of a response: `DECIMAL`.
    pub encoding: Option<String>,
    /// Whether a check digit is appended to a response.
    pub has_check_digit: bool,
    /// Whether it answers challenges.
    pub has_challenge: bool,
    /// How a PIN changes a response: `Append`; `Local` means that it does not.
    pub pin_usage: Option<String>,
    /// What the key may be used for; empty if the file does not say.
    pub usages: Vec<String>,
    /// The secret.
    pub secret: Result<Secret, KeyFault>,
    /// The time of step 0, in seconds since 1970.
    pub time: Result<Option<i64>, KeyFault>,
    /// The length of a step in seconds.
    pub interval: Result<Option<i64>, KeyFault>,
    /// By how many steps the device's clock is ahead.
    pub drift: Result<Option<i64>, KeyFault>,
}

/// The bytes of a secret, which `Debug` hides.
#[derive(Clone)]
pub struct Secret(pub Zeroizing<Vec<u8>>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}

/// How a container's values were protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integrity {
    /// They are plain.
    Plain,
    /// They are encrypted without MACs: a change would not be noticed.
    Unprotected,
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
    protection: Protection,
    opener: Option<Opener>,
}

impl Iterator for Keys {
    type Item = Key;

    fn next(&mut self) -> Option<Key> {
        Some(self.sealed.next()?.open(self.opener.as_ref(), &self.protection))
    }
}

impl<'a> DocumentParser<'a> {
    /// A parser of a text.
    pub fn new(text: &'a str) -> Self {
        let parser = Parser::new(text.trim_start_matches('\u{feff}'));
        Self { parser, others: Vec::new(), keys: Vec::new() }
    }

    /// Parses at most so many packages more; whether the end was reached.
    ///
    /// # Errors
    /// When the XML is damaged.
    pub fn step(&mut self, packages: usize) -> Result<bool, PskcError> {
        for _ in 0..packages {
            match self.parser.next_child()? {
                Some(child) => self.take(child),
                None => return Ok(true),
            }
        }
        Ok(false)
    }

    /// The container, once the end was reached.
    ///
    /// # Errors
    /// When the XML is no container, or names a protection that this reader does not have.
    pub fn finish(mut self) -> Result<Document, PskcError> {
        let is_cut = self.parser.is_cut;
        let mut root = self.parser.root()?;
        let is_container =
            |element: &Element| matches!(element.name.as_str(), "KeyContainer" | "SecretContainer");
        root.children = std::mem::take(&mut self.others);
        if is_container(&root) {
            return Ok(Document { protection: Protection::of(&root)?, keys: self.keys, is_cut });
        }
        // A container within other XML.
        let Some(inner) = root.descendant("KeyContainer") else { return Err(PskcError::NotPskc(root.name)) };
        let mut keys = Vec::new();
        inner.children.iter().for_each(|package| SealedKey::all_of(package, &mut keys));
        Ok(Document { protection: Protection::of(inner)?, keys, is_cut })
    }

    fn take(&mut self, child: Element) {
        if is_package(&child) { SealedKey::all_of(&child, &mut self.keys) } else { self.others.push(child) }
    }
}

fn is_package(element: &Element) -> bool {
    matches!(element.name.as_str(), "KeyPackage" | "Device")
}

/// A key whose values are still as in the file.
struct SealedKey {
    key: Key,
    secret: Option<Value>,
    time: Option<Value>,
    interval: Option<Value>,
    drift: Option<Value>,
}

/// How encrypted values are opened.
struct Opener {
    key: Zeroizing<Vec<u8>>,
    mac_key: Option<Zeroizing<Vec<u8>>>,
    variant: Option<MacVariant>,
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

    /// Whether the file ends before its root is closed.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// What opens the container.
    pub fn need(&self) -> Need {
        if self.encrypted().next().is_some() { self.protection.need() } else { Need::Nothing }
    }

    /// How its key is derived from a password, and the length of the key, to do it in steps.
    pub fn derivation(&self) -> Option<(&Derivation, usize)> {
        let derivation = self.protection.derivation.as_ref()?;
        Some((derivation, self.encrypted().next()?.cipher().ok().map_or(16, Cipher::key_bytes)))
    }

    /// Finds out whether a key or password fits. MACs that fit only a known variant need `accepts_variant`.
    ///
    /// # Errors
    /// When the key or password is missing or wrong, or the protection cannot be read.
    pub fn unlock(&self, unlock: &Unlock, accepts_variant: bool) -> Result<Unlocked, PskcError> {
        let Some(first) = self.encrypted().next() else {
            return Ok(Unlocked { opener: None, integrity: Integrity::Plain });
        };
        let opener = self.opener(first, unlock, accepts_variant)?;
        let Some(variant) = opener.variant else {
            // Without MACs a wrong key is known by the padding of all values that are tried.
            let mut tried = self.encrypted().take(TRIED_VALUES);
            if !tried.any(|value| opener.open(value, &self.protection).is_ok()) {
                return Err(PskcError::WrongKey(self.protection.need()));
            }
            return Ok(Unlocked { opener: Some(opener), integrity: Integrity::Unprotected });
        };
        Ok(Unlocked { opener: Some(opener), integrity: Integrity::Verified(variant) })
    }

    /// Opens the keys.
    pub fn into_keys(self, unlocked: Unlocked) -> Keys {
        Keys { sealed: self.keys.into_iter(), protection: self.protection, opener: unlocked.opener }
    }

    fn encrypted(&self) -> impl Iterator<Item = &Encrypted> {
        self.keys.iter().flat_map(SealedKey::values).filter_map(|value| match value {
            Value::Encrypted(encrypted) => Some(encrypted),
            Value::Plain(_) | Value::Damaged => None,
        })
    }

    fn opener(&self, first: &Encrypted, unlock: &Unlock, accepts_variant: bool) -> Result<Opener, PskcError> {
        let cipher = first.cipher()?;
        let key = match (unlock, &self.protection.derivation) {
            (Unlock::Key(key), _) => key.clone(),
            (Unlock::Password(password), Some(derivation)) => {
                let derived = derivation.begin(password, cipher.key_bytes()).step(u32::MAX);
                derived.ok_or(PskcError::Incomplete("the key derivation did not end"))?
            }
            _ => return Err(PskcError::Locked(self.protection.need())),
        };
        cipher.check_key(&key)?;
        let mac_key = self.protection.open_mac_key(&key)?;
        let mut opener = Opener { key, mac_key, variant: None };
        if self.protection.mac.is_some() {
            let tried: Vec<&Encrypted> =
                self.encrypted().filter(|value| value.mac.is_some()).take(TRIED_VALUES).collect();
            let mut fits = |variant: &MacVariant| {
                opener.variant = Some(*variant);
                tried.iter().any(|value| opener.open(value, &self.protection).is_ok())
            };
            let fitting = MacVariant::all().find(|variant| fits(variant));
            let variant = fitting.ok_or_else(|| PskcError::WrongKey(self.protection.need()))?;
            if variant != MacVariant::STANDARD && !accepts_variant {
                return Err(PskcError::Variant(variant));
            }
            opener.variant = Some(variant);
        }
        Ok(opener)
    }
}

impl Opener {
    /// Verifies the MAC, before the padding wherever the variant allows it, and decrypts.
    fn open(&self, value: &Encrypted, protection: &Protection) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
        let cipher = value.cipher().map_err(|_| KeyFault::Damaged)?;
        let (Some(variant), Some(algorithm)) = (self.variant, protection.mac) else {
            return cipher.decrypt(&self.key, &value.bytes, false).ok_or(KeyFault::NotDecrypted);
        };
        let mac = value.mac.as_deref().ok_or(KeyFault::NotAuthentic)?;
        let own = self.mac_key.as_ref().filter(|_| !variant.with_encryption_key);
        let mac_key = own.unwrap_or(&self.key);
        let vector = match cipher {
            Cipher::AesCbc(_) => 16,
            Cipher::TripleDesCbc => 8,
            Cipher::AesKw(_) | Cipher::AesKwp(_) => 0,
        };
        let verify = |bytes: &[u8]| {
            if algorithm.verify(mac_key, bytes, mac) { Ok(()) } else { Err(KeyFault::NotAuthentic) }
        };
        match variant.over {
            MacInput::Ciphertext => verify(&value.bytes)?,
            MacInput::WithoutVector => verify(value.bytes.get(vector..).unwrap_or_default())?,
            MacInput::Plaintext => {
                let plain = cipher.decrypt(&self.key, &value.bytes, true).ok_or(KeyFault::NotDecrypted)?;
                verify(&plain)?;
                return Ok(plain);
            }
        }
        cipher.decrypt(&self.key, &value.bytes, true).ok_or(KeyFault::NotDecrypted)
    }
}

impl SealedKey {
    fn values(&self) -> impl Iterator<Item = &Value> {
        [&self.secret, &self.time, &self.interval, &self.drift].into_iter().flatten()
    }

    /// The keys of a package.
    fn all_of(package: &Element, keys: &mut Vec<Self>) {
        let elements = package.children.iter().filter(|one| matches!(one.name.as_str(), "Key" | "Secret"));
        for element in elements.filter(|_| is_package(package)) {
            keys.push(Self::of(keys.len() + 1, package, element));
        }
    }

    fn of(number: usize, package: &Element, element: &Element) -> Self {
        let device = package.child(&["DeviceInfo", "DeviceId"]);
        let of_device = |name: &str| device.and_then(|device| device.child_text(name)).map(str::to_owned);
        let parameters = element.child(&["AlgorithmParameters", "Usage"]);
        let response = parameters.and_then(|parameters| parameters.child(&["ResponseFormat"]));
        let challenge = parameters.and_then(|parameters| parameters.child(&["ChallengeFormat"]));
        let of_response =
            |names: &[&str]| response.and_then(|response| response.attribute(names)).map(str::to_owned);
        let policy = element.child(&["Policy"]);
        let pin = policy.and_then(|policy| policy.child(&["PINPolicy"]));
        let usages = policy.into_iter().flat_map(|policy| &policy.children);
        let usages = usages.filter(|child| child.name == "KeyUsage").filter_map(Element::text);
        let algorithm = element.attribute(&["Algorithm", "KeyAlgorithm", "SecretAlgorithm"]);
        let is_true = |text: String| matches!(text.as_str(), "true" | "1");
        let key = Key {
            number,
            serial: of_device("SerialNo").or_else(|| of_device("SerialNumber")),
            id: element.attribute(&["Id", "KeyId", "SecretId"]).map(str::to_owned),
            manufacturer: of_device("Manufacturer"),
            model: of_device("Model"),
            user: element.child_text("UserId").map(str::to_owned).or_else(|| of_device("UserId")),
            algorithm: algorithm
                .and_then(|name| Some(name.rsplit([':', '#', '/']).next()?.to_ascii_lowercase())),
            suite: parameters.and_then(|parameters| parameters.child_text("Suite")).map(str::to_owned),
            length: of_response(&["Length"]),
            encoding: of_response(&["Encoding", "Format"]),
            has_check_digit: of_response(&["CheckDigits", "CheckDigit"]).is_some_and(is_true),
            has_challenge: challenge.is_some(),
            pin_usage: pin.and_then(|pin| pin.attribute(&["PINUsageMode"])).map(str::to_owned),
            usages: usages.map(str::to_owned).collect(),
            secret: Err(KeyFault::Missing),
            time: Ok(None),
            interval: Ok(None),
            drift: Ok(None),
        };
        // The drafts name a value by an attribute of `Data`, RFC 6030 by an element in it.
        let value = |name: &str| {
            element.children.iter().filter(|child| child.name == "Data").find_map(|data| {
                match data.attribute(&["Name"]) {
                    Some(named) => {
                        named.replace('_', "").eq_ignore_ascii_case(name).then(|| Value::of(data))?
                    }
                    None => Value::of(data.child(&[name])?),
                }
            })
        };
        Self {
            key,
            secret: value("Secret"),
            time: value("Time"),
            interval: value("TimeInterval"),
            drift: value("TimeDrift"),
        }
    }

    fn open(self, opener: Option<&Opener>, protection: &Protection) -> Key {
        let decrypted = |encrypted: &Encrypted| {
            let opener = opener.ok_or(KeyFault::NotDecrypted)?;
            opener.open(encrypted, protection)
        };
        let number = |value: Option<Value>| {
            let number = match value {
                None => return Ok(None),
                Some(Value::Plain(text)) => value::number(&text),
                Some(Value::Encrypted(encrypted)) => value::number_of_bytes(&decrypted(&encrypted)?),
                Some(Value::Damaged) => None,
            };
            number.map(Some).ok_or(KeyFault::Damaged)
        };
        let secret = match self.secret {
            None => Err(KeyFault::Missing),
            Some(Value::Damaged) => Err(KeyFault::Damaged),
            Some(Value::Plain(text)) => value::base64(&text).ok_or(KeyFault::Damaged),
            Some(Value::Encrypted(encrypted)) => decrypted(&encrypted),
        };
        Key {
            secret: secret.map(Secret),
            time: number(self.time),
            interval: number(self.interval),
            drift: number(self.drift),
            ..self.key
        }
    }
}
