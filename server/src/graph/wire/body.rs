//! What we send: the bodies of writes.

use serde::{Serialize, Serializer};
use token_core::{
    otp::Code,
    ports::{Activation, Assignment, NewToken, Rename},
    token::{HashFunction, SerialNumber, TokenId},
};
use zeroize::Zeroizing;

/// The body of one write. Holds at most one secret: no `Debug`.
#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(crate) enum WriteBody {
    /// A token to be created.
    New {
        /// What is printed on it.
        serial_number: String,
        /// The maker.
        manufacturer: String,
        /// The model.
        model: String,
        /// Upper-case unpadded Base32.
        #[serde(serialize_with = "serialize_secret")]
        secret_key: Zeroizing<String>,
        /// A number, although one of Microsoft's samples prints a text.
        time_interval_in_seconds: u32,
        /// Lower case.
        hash_function: &'static str,
    },
    /// A token to be assigned and activated at once.
    AssignAndActivate {
        /// Which.
        device: DeviceRef,
        /// A text: leading zeros count.
        verification_code: Code,
    },
    /// A token to be assigned and activated at once, by what is printed on it.
    AssignAndActivateBySerial {
        /// As it was typed.
        serial_number: String,
        /// A text: leading zeros count.
        verification_code: Code,
    },
    /// A token to be assigned.
    Assign {
        /// Which.
        device: DeviceRef,
    },
    /// A token to be activated.
    Activate {
        /// A text: leading zeros count.
        verification_code: Code,
    },
    /// A token to be named.
    Rename {
        /// Null takes the name away.
        display_name: Option<String>,
    },
    /// An action that takes no body, as a batch must write it: `{}`.
    Empty {},
}

/// A token by its id.
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
    /// Creates.
    pub fn create(token: NewToken) -> Self {
        Self::New {
            serial_number: token.serial.as_str().to_owned(),
            secret_key: token.seed.expose_base32(),
            time_interval_in_seconds: token.interval.seconds(),
            hash_function: match token.hash {
                HashFunction::Sha1 => "hmacsha1",
                HashFunction::Sha256 => "hmacsha256",
            },
            manufacturer: token.manufacturer,
            model: token.model,
        }
    }

    /// Assigns.
    pub fn assign(assignment: &Assignment) -> Self {
        Self::Assign { device: DeviceRef::of(&assignment.token) }
    }

    /// Assigns and activates.
    pub fn assign_and_activate(activation: &Activation) -> Self {
        Self::AssignAndActivate {
            device: DeviceRef::of(&activation.token),
            verification_code: activation.code.clone(),
        }
    }

    /// Assigns and activates the token with this serial.
    pub fn claim(serial: &SerialNumber, code: &Code) -> Self {
        Self::AssignAndActivateBySerial {
            serial_number: serial.as_str().to_owned(),
            verification_code: code.clone(),
        }
    }

    /// Activates.
    pub fn activate(activation: &Activation) -> Self {
        Self::Activate { verification_code: activation.code.clone() }
    }

    /// Names a token, or takes its name away.
    pub fn rename(rename: &Rename) -> Self {
        Self::Rename { display_name: Some(rename.name.clone()).filter(|name| !name.is_empty()) }
    }

    /// Says nothing.
    pub fn empty() -> Self {
        Self::Empty {}
    }

    /// Whether a code is inside.
    pub fn holds_code(&self) -> bool {
        match self {
            Self::AssignAndActivate { .. }
            | Self::AssignAndActivateBySerial { .. }
            | Self::Activate { .. } => true,
            Self::New { .. } | Self::Assign { .. } | Self::Rename { .. } | Self::Empty {} => false,
        }
    }

    /// The seed or the code inside, which no message may repeat.
    pub fn secret(&self) -> Option<&str> {
        match self {
            Self::New { secret_key, .. } => Some(secret_key),
            Self::AssignAndActivate { verification_code, .. }
            | Self::AssignAndActivateBySerial { verification_code, .. }
            | Self::Activate { verification_code } => Some(verification_code.expose()),
            Self::Assign { .. } | Self::Rename { .. } | Self::Empty {} => None,
        }
    }
}

fn serialize_secret<S: Serializer>(secret: &Zeroizing<String>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(secret)
}
