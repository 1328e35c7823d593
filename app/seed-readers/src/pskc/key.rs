//! One key of a container: its attributes by the names of RFC 6030 and of the drafts, and its values.

use zeroize::Zeroizing;

use super::{
    key_fault::KeyFault,
    opener::Opener,
    value::{self, Encrypted, Value},
    xml::Element,
};

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
    /// The first element or attribute of the policy that RFC 6030 does not have. Who does not know it must not use the
    /// key (section 5).
    pub unknown_policy: Option<String>,
    /// The day after which the key must not be used: `2022-09-01T00:00:00Z`.
    pub expiry: Option<String>,
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

/// Whether an element holds keys.
pub(super) fn is_package(element: &Element) -> bool {
    element.is(&["KeyPackage", "Device"])
}

/// A key whose values are still as in the file.
pub(super) struct SealedKey {
    key: Key,
    secret: Option<Value>,
    time: Option<Value>,
    interval: Option<Value>,
    drift: Option<Value>,
}

impl SealedKey {
    /// The keys of a package.
    pub fn all_of(package: &Element, keys: &mut Vec<Self>) {
        let elements = package.children.iter().filter(|one| one.is(&["Key", "Secret"]));
        for element in elements.filter(|_| is_package(package)) {
            keys.push(Self::of(keys.len() + 1, package, element));
        }
    }

    /// The encrypted values.
    pub fn encrypted(&self) -> impl Iterator<Item = &Encrypted> + Clone {
        let values = [&self.secret, &self.time, &self.interval, &self.drift].into_iter().flatten();
        values.filter_map(|value| match value {
            Value::Encrypted(encrypted) => Some(encrypted),
            _ => None,
        })
    }

    /// The secret, if it is encrypted.
    pub fn encrypted_secret(&self) -> Option<&Encrypted> {
        match &self.secret {
            Some(Value::Encrypted(encrypted)) => Some(encrypted),
            _ => None,
        }
    }

    /// Takes the drafts' values with a digest for what they are: encrypted where the container names an algorithm.
    pub fn settle(&mut self, is_encrypted: bool) {
        for value in [&mut self.secret, &mut self.time, &mut self.interval, &mut self.drift] {
            *value = value.take().map(|value| value.settled(is_encrypted));
        }
    }

    fn of(number: usize, package: &Element, element: &Element) -> Self {
        let key = attributes(number, package, element);
        // The drafts name a value by an attribute of `Data`, RFC 6030 by an element in it.
        let value = |name: &str| {
            element.children.iter().filter(|child| child.is(&["Data"])).find_map(|data| {
                match data.attribute(&["Name"]) {
                    Some(named) => {
                        named.replace('_', "").eq_ignore_ascii_case(name).then(|| Value::of(data, None))?
                    }
                    // Older versions of privacyIDEA write the secret's MAC beside it.
                    None => {
                        let beside = data.child_text("ValueMAC").filter(|_| name == "Secret");
                        Value::of(data.child(&[name])?, beside)
                    }
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

    /// The key with its values, decrypted by the opener.
    pub fn open(self, opener: Option<&Opener>) -> Key {
        let decrypted = |encrypted: &Encrypted| opener.ok_or(KeyFault::NotDecrypted)?.open(encrypted);
        let number = |value: Option<Value>| {
            let number = match value {
                None => return Ok(None),
                Some(Value::Plain(text)) if value::is_nothing(&text) => return Ok(None),
                Some(Value::Plain(text) | Value::Digested { text, .. }) => value::number(&text),
                Some(Value::Encrypted(encrypted)) => value::number_of_bytes(&decrypted(&encrypted)?),
                Some(Value::Damaged) => None,
            };
            number.map(Some).ok_or(KeyFault::Damaged)
        };
        let secret = match self.secret {
            None => Err(KeyFault::Missing),
            Some(Value::Damaged) => Err(KeyFault::Damaged),
            Some(Value::Plain(text) | Value::Digested { text, .. }) => match value::other_notation(&text) {
                Some(notation) => Err(KeyFault::NotBase64(notation)),
                None => value::base64(&text).ok_or(KeyFault::Damaged),
            },
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

/// What a key says beside its values.
fn attributes(number: usize, package: &Element, element: &Element) -> Key {
    let device = package.child(&["DeviceInfo", "DeviceId"]);
    let of_device = |name: &str| device.and_then(|device| device.child_text(name)).map(str::to_owned);
    let parameters = element.child(&["AlgorithmParameters", "Usage"]);
    let response = parameters.and_then(|parameters| parameters.child(&["ResponseFormat"]));
    let challenge = parameters.and_then(|parameters| parameters.child(&["ChallengeFormat"]));
    let of_response =
        |names: &[&str]| response.and_then(|response| response.attribute(names)).map(str::to_owned);
    let policy = element.child(&["Policy"]);
    let algorithm = element.attribute(&["Algorithm", "KeyAlgorithm", "SecretAlgorithm"]);
    Key {
        number,
        serial: of_device("SerialNo").or_else(|| of_device("SerialNumber")),
        id: element.attribute(&["Id", "KeyId", "SecretId"]).map(str::to_owned),
        manufacturer: of_device("Manufacturer"),
        model: of_device("Model"),
        user: element.child_text("UserId").map(str::to_owned).or_else(|| of_device("UserId")),
        algorithm: algorithm.map(profile),
        suite: parameters.and_then(|parameters| suite(parameters.child(&["Suite"])?)),
        length: of_response(&["Length"]),
        encoding: of_response(&["Encoding", "Format"]),
        has_check_digit: of_response(&["CheckDigits", "CheckDigit"]).is_some_and(|text| is_true(&text)),
        has_challenge: challenge.is_some(),
        pin_usage: policy
            .and_then(|policy| policy.child(&["PINPolicy"])?.attribute(&["PINUsageMode"]))
            .map(str::to_owned),
        usages: usages(policy, element.child(&["Usage"])),
        unknown_policy: policy.and_then(unknown_policy),
        expiry: policy.and_then(|policy| policy.child_text("ExpiryDate")).map(str::to_owned),
        secret: Err(KeyFault::Missing),
        time: Ok(None),
        interval: Ok(None),
        drift: Ok(None),
    }
}

/// Whether an attribute says yes.
fn is_true(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text == "1"
}

/// What a suite says: RFC 6030 has it as text, privacyIDEA in an attribute. One that says it in another way is kept by its
/// name, to be told from none.
fn suite(suite: &Element) -> Option<String> {
    let named = suite.text().or_else(|| suite.attribute(&["hashalgo", "HashAlgorithm", "Algorithm"]));
    named.filter(|name| !name.is_empty()).or_else(|| suite.attribute_names().next()).map(str::to_owned)
}

/// The name of an algorithm without its namespace, in lower case.
///
/// A namespace ends with `#`, with `:pskc:`, or with a slash; the suite of a challenge-response algorithm has colons of
/// its own: `urn:ietf:params:xml:ns:keyprov:pskc#OCRA-1:HOTP-SHA512-8:C-QN08`.
fn profile(uri: &str) -> String {
    let uri = uri.to_ascii_lowercase();
    let after = |mark: &str| uri.rsplit_once(mark).map(|(_, name)| name.to_owned());
    let name = after("#").or_else(|| after(":pskc:")).or_else(|| after("/"));
    name.filter(|name| !name.is_empty()).unwrap_or(uri)
}

/// What a key may be used for: `KeyUsage` in RFC 6030, attributes of `Usage` in the drafts.
fn usages(policy: Option<&Element>, usage: Option<&Element>) -> Vec<String> {
    let named = policy.into_iter().flat_map(|policy| &policy.children);
    let named = named.filter(|child| child.is(&["KeyUsage"])).filter_map(Element::text);
    let drafts = ["OTP", "CR", "Integrity", "Encrypt", "Unlock"].into_iter();
    let drafts = drafts.filter(|name| usage.and_then(|usage| usage.attribute(&[name])).is_some_and(is_true));
    named.chain(drafts).map(str::to_owned).collect()
}

/// The first name in a policy that RFC 6030 section 5 does not have.
fn unknown_policy(policy: &Element) -> Option<String> {
    const CHILDREN: [&str; 5] = ["StartDate", "ExpiryDate", "PINPolicy", "KeyUsage", "NumberOfTransactions"];
    const PIN_ATTRIBUTES: [&str; 6] =
        ["PINKeyId", "PINUsageMode", "MaxFailedAttempts", "MinLength", "MaxLength", "PINEncoding"];
    let unknown = policy.children.iter().filter(|child| !child.is(&CHILDREN)).map(|child| &child.name);
    let is_one = |name: &&str| PIN_ATTRIBUTES.iter().any(|known| known.eq_ignore_ascii_case(name));
    let pin = policy.child(&["PINPolicy"]).into_iter();
    let of_pin = pin.flat_map(|pin| {
        let attributes = pin.attribute_names().filter(|name| !is_one(name)).map(str::to_owned);
        attributes.chain(pin.children.iter().map(|child| child.name.clone())).collect::<Vec<_>>()
    });
    unknown.cloned().chain(of_pin).next()
}
