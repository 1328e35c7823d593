//! The JSON bodies of writes.

use serde::{Serialize, Serializer};
use token_core::{
    otp::Code,
    ports::{Activation, Assignment, HashCorrection, NewToken, Rename},
    token::{HashFunction, SerialNumber, TokenId},
};
use zeroize::Zeroizing;

/// The body of one write. No `Debug`: it may hold a secret, at most one.
#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(crate) enum WriteBody {
    /// Creates a token.
    New {
        /// The serial number.
        serial_number: String,
        /// The manufacturer.
        manufacturer: String,
        /// The model.
        model: String,
        /// The seed in upper-case unpadded Base32.
        #[serde(serialize_with = "serialize_secret")]
        secret_key: Zeroizing<String>,
        /// A number, although one of Microsoft's samples has a string.
        time_interval_in_seconds: u32,
        /// Lower case.
        hash_function: &'static str,
    },
    /// Assigns and activates a token.
    AssignAndActivate {
        /// The token.
        device: DeviceRef,
        /// The code, a string because of leading zeros.
        verification_code: Code,
    },
    /// Assigns and activates a token by its serial number.
    AssignAndActivateBySerial {
        /// As it was typed.
        serial_number: String,
        /// The code, a string because of leading zeros.
        verification_code: Code,
    },
    /// Assigns a token.
    Assign {
        /// The token.
        device: DeviceRef,
    },
    /// Activates a token.
    Activate {
        /// The code, a string because of leading zeros.
        verification_code: Code,
    },
    /// Renames a token.
    Rename {
        /// Null removes the name.
        display_name: Option<String>,
    },
    /// Corrects a token's hash function.
    SetHash {
        /// Lower case.
        hash_function: &'static str,
    },
    /// An action without parameters: `{}`, because a POST in a batch needs a body.
    Empty {},
}

/// A reference to a token by its id.
#[derive(Serialize)]
pub(crate) struct DeviceRef {
    id: String,
}

impl DeviceRef {
    fn of(token: &TokenId) -> Self {
        Self { id: token.as_str().to_owned() }
    }
}

impl WriteBody {
    /// For [`Self::New`].
    pub fn create(token: NewToken) -> Self {
        Self::New {
            serial_number: token.serial.as_str().to_owned(),
            secret_key: token.seed.expose_base32(),
            time_interval_in_seconds: token.interval.seconds(),
            hash_function: hash_function(token.hash),
            manufacturer: token.manufacturer,
            model: token.model,
        }
    }

    /// For [`Self::Assign`].
    pub fn assign(assignment: &Assignment) -> Self {
        Self::Assign { device: DeviceRef::of(&assignment.token) }
    }

    /// For [`Self::AssignAndActivate`].
    pub fn assign_and_activate(activation: &Activation) -> Self {
        Self::AssignAndActivate {
            device: DeviceRef::of(&activation.token),
            verification_code: activation.code.clone(),
        }
    }

    /// For [`Self::AssignAndActivateBySerial`].
    pub fn claim(serial: &SerialNumber, code: &Code) -> Self {
        Self::AssignAndActivateBySerial {
            serial_number: serial.as_str().to_owned(),
            verification_code: code.clone(),
        }
    }

    /// For [`Self::Activate`].
    pub fn activate(activation: &Activation) -> Self {
        Self::Activate { verification_code: activation.code.clone() }
    }

    /// For [`Self::Rename`]; an empty name removes the name.
    pub fn rename(rename: &Rename) -> Self {
        Self::Rename { display_name: Some(rename.name.clone()).filter(|name| !name.is_empty()) }
    }

    /// For [`Self::SetHash`].
    pub fn set_hash(correction: &HashCorrection) -> Self {
        Self::SetHash { hash_function: hash_function(correction.hash) }
    }

    /// For [`Self::Empty`].
    pub fn empty() -> Self {
        Self::Empty {}
    }

    /// Whether it contains a one-time code.
    pub fn holds_code(&self) -> bool {
        match self {
            Self::AssignAndActivate { .. }
            | Self::AssignAndActivateBySerial { .. }
            | Self::Activate { .. } => true,
            Self::New { .. }
            | Self::Assign { .. }
            | Self::Rename { .. }
            | Self::SetHash { .. }
            | Self::Empty {} => false,
        }
    }

    /// The serial number and the manufacturer of a token to be created.
    pub fn names(&self) -> Option<(&str, &str)> {
        match self {
            Self::New { serial_number, manufacturer, .. } => Some((serial_number, manufacturer)),
            _ => None,
        }
    }

    /// The seed or code in it, which no message may contain.
    pub fn secret(&self) -> Option<&str> {
        match self {
            Self::New { secret_key, .. } => Some(secret_key),
            Self::AssignAndActivate { verification_code, .. }
            | Self::AssignAndActivateBySerial { verification_code, .. }
            | Self::Activate { verification_code } => Some(verification_code.expose()),
            Self::Assign { .. } | Self::Rename { .. } | Self::SetHash { .. } | Self::Empty {} => None,
        }
    }
}

/// The name of a hash function in Graph.
const fn hash_function(hash: HashFunction) -> &'static str {
    match hash {
        HashFunction::Sha1 => "hmacsha1",
        HashFunction::Sha256 => "hmacsha256",
    }
}

fn serialize_secret<S: Serializer>(secret: &Zeroizing<String>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(secret)
}
