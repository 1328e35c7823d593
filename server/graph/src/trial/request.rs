//! The requests of a trial.

use http::Method;
use serde::Serialize;
use token_core::{
    otp::Code,
    ports::{Activation, Assignment, NewToken, Rename},
    token::{SerialNumber, TokenId},
    user::UserId,
};
use zeroize::Zeroizing;

use crate::{
    client::{Client, ExchangeRequest, Operation},
    error::GraphError,
    methods::UserPath,
    path::{DEVICES, quoted},
    permission::{READ_METHODS, READ_TOKENS, WRITE_METHODS, WRITE_TOKENS},
    tokens::device,
    wire::body::WriteBody,
};

/// A secret key that is no Base32, so that Graph refuses its token (MICROSOFT_GRAPH.md 1.9).
const INVALID_KEY: &str = "0189018901890189";
/// Buffer capacity for a body: a buffer that grows would leave copies of seeds in freed memory.
const BODY_BYTES: usize = 4096;

/// One request of a trial.
pub enum TrialRequest<'a> {
    /// Creates a token.
    Create(&'a NewToken),
    /// Creates two tokens in one call (MICROSOFT_GRAPH.md 1.5).
    CreateTwo {
        /// The first, which is valid.
        good: &'a NewToken,
        /// The second.
        other: &'a NewToken,
        /// Whether the second carries a secret key that Graph cannot take.
        invalid_key: bool,
    },
    /// Reads a token.
    Read(&'a TokenId),
    /// Finds tokens by serial number.
    FindBySerial(&'a SerialNumber),
    /// Reads the first page of the inventory.
    FirstPage,
    /// Names a token.
    Rename(&'a Rename),
    /// Deletes a token.
    Delete(&'a TokenId),
    /// Reads the tokens of a user.
    Methods(&'a UserId),
    /// Assigns a token.
    Assign(&'a Assignment),
    /// Activates an assigned token.
    Activate(&'a Activation),
    /// Assigns and activates a token.
    AssignAndActivate(&'a Activation),
    /// Assigns and activates a token by its serial number, or activates one that is assigned.
    BySerial {
        /// The user.
        user: &'a UserId,
        /// The serial number.
        serial: &'a SerialNumber,
        /// The code.
        code: &'a Code,
    },
    /// Deactivates a token.
    Deactivate(&'a Assignment),
    /// Unassigns a token.
    Unassign(&'a Assignment),
}

/// The body of a bulk creation.
#[derive(Serialize)]
struct Delta {
    #[serde(rename = "@context")]
    context: &'static str,
    value: [DeltaItem; 2],
}

#[derive(Serialize)]
struct DeltaItem {
    #[serde(rename = "@contentId")]
    content_id: &'static str,
    #[serde(flatten)]
    token: WriteBody,
}

impl TrialRequest<'_> {
    /// The HTTP method.
    pub(crate) fn method(&self) -> Method {
        match self {
            Self::Read(_) | Self::FindBySerial(_) | Self::FirstPage | Self::Methods(_) => Method::GET,
            Self::CreateTwo { .. } | Self::Rename(_) => Method::PATCH,
            Self::Delete(_) | Self::Unassign(_) => Method::DELETE,
            Self::Create(_)
            | Self::Assign(_)
            | Self::Activate(_)
            | Self::AssignAndActivate(_)
            | Self::BySerial { .. }
            | Self::Deactivate(_) => Method::POST,
        }
    }

    /// The path without ids.
    pub(crate) fn route(&self) -> &'static str {
        match self {
            Self::Create(_) | Self::CreateTwo { .. } | Self::FirstPage => {
                "/directory/authenticationMethodDevices/hardwareOathDevices"
            }
            Self::FindBySerial(_) => {
                "/directory/authenticationMethodDevices/hardwareOathDevices?$filter=serialNumber eq '…'"
            }
            Self::Read(_) | Self::Rename(_) | Self::Delete(_) => {
                "/directory/authenticationMethodDevices/hardwareOathDevices/{id}"
            }
            Self::Methods(_) | Self::Assign(_) => "/users/{id}/authentication/hardwareOathMethods",
            Self::Unassign(_) => "/users/{id}/authentication/hardwareOathMethods/{id}",
            Self::Activate(_) => "/users/{id}/authentication/hardwareOathMethods/{id}/activate",
            Self::Deactivate(_) => "/users/{id}/authentication/hardwareOathMethods/{id}/deactivate",
            Self::AssignAndActivate(_) => "/users/{id}/authentication/hardwareOathMethods/assignAndActivate",
            Self::BySerial { .. } => {
                "/users/{id}/authentication/hardwareOathMethods/assignAndActivateBySerialNumber"
            }
        }
    }

    /// The seeds and codes in it, which no message may contain.
    pub(crate) fn secrets(&self) -> Vec<Zeroizing<String>> {
        let code = |code: &Code| vec![Zeroizing::new(code.expose().to_owned())];
        match self {
            Self::Create(new) => vec![new.seed.expose_base32()],
            Self::CreateTwo { good, other, .. } => {
                vec![good.seed.expose_base32(), other.seed.expose_base32()]
            }
            Self::Activate(one) | Self::AssignAndActivate(one) => code(&one.code),
            Self::BySerial { code: one, .. } => code(one),
            _ => Vec::new(),
        }
    }

    fn permission(&self) -> &'static str {
        match self {
            Self::Read(_) | Self::FindBySerial(_) | Self::FirstPage => READ_TOKENS,
            Self::Create(_) | Self::CreateTwo { .. } | Self::Rename(_) | Self::Delete(_) => WRITE_TOKENS,
            Self::Methods(_) => READ_METHODS,
            Self::Assign(_)
            | Self::Activate(_)
            | Self::AssignAndActivate(_)
            | Self::BySerial { .. }
            | Self::Deactivate(_)
            | Self::Unassign(_) => WRITE_METHODS,
        }
    }

    /// The request as it is sent. Its bodies are those of the writes of a batch.
    pub(crate) fn build(&self, client: &Client) -> Result<ExchangeRequest, GraphError> {
        let operation = Operation::beta(self.route(), self.permission());
        let url = |path: &[&str]| client.beta.url(path, &[]);
        let method = |user, rest: &[&str]| url(&UserPath::ById.methods(user, rest));
        let (url, body) = match self {
            Self::Create(new) => (url(&DEVICES), Some(json(&WriteBody::create((*new).clone()))?)),
            Self::CreateTwo { good, other, invalid_key } => {
                (url(&DEVICES), Some(json(&delta(good, other, *invalid_key))?))
            }
            Self::Read(token) | Self::Delete(token) => (url(&device(token)), None),
            Self::FindBySerial(serial) => {
                let filter = format!("serialNumber eq {}", quoted(serial.as_str()));
                (client.beta.url(&DEVICES, &[("$filter", &filter)]), None)
            }
            Self::FirstPage => (url(&DEVICES), None),
            Self::Rename(rename) => (url(&device(&rename.token)), Some(json(&WriteBody::rename(rename))?)),
            Self::Methods(user) => (method(user, &[]), None),
            Self::Assign(one) => (method(&one.user, &[]), Some(json(&WriteBody::assign(one))?)),
            Self::Activate(one) => {
                let url = method(&one.user, &[one.token.as_str(), "activate"]);
                (url, Some(json(&WriteBody::activate(one))?))
            }
            Self::AssignAndActivate(one) => {
                let url = method(&one.user, &["assignAndActivate"]);
                (url, Some(json(&WriteBody::assign_and_activate(one))?))
            }
            Self::BySerial { user, serial, code } => {
                let url = method(user, &["assignAndActivateBySerialNumber"]);
                (url, Some(json(&WriteBody::claim(serial, code))?))
            }
            Self::Deactivate(one) => {
                let url = method(&one.user, &[one.token.as_str(), "deactivate"]);
                (url, Some(json(&WriteBody::empty())?))
            }
            Self::Unassign(one) => (method(&one.user, &[one.token.as_str()]), None),
        };
        Ok(ExchangeRequest { operation, method: self.method(), url, body })
    }
}

fn delta(good: &NewToken, other: &NewToken, invalid_key: bool) -> Delta {
    let mut second = WriteBody::create(other.clone());
    if let (true, WriteBody::New { secret_key, .. }) = (invalid_key, &mut second) {
        *secret_key = Zeroizing::new(INVALID_KEY.to_owned());
    }
    Delta {
        context: "#$delta",
        value: [
            DeltaItem { content_id: "1", token: WriteBody::create(good.clone()) },
            DeltaItem { content_id: "2", token: second },
        ],
    }
}

fn json(body: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, GraphError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(BODY_BYTES));
    serde_json::to_writer(&mut *bytes, body)
        .map_err(|error| GraphError::Invalid(format!("the request cannot be written: {error}")))?;
    Ok(bytes)
}
