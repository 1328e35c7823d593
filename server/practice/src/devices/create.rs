//! POST of one token, and the validation of new tokens (MICROSOFT_GRAPH.md 1.4 and 1.9).

use serde_json::Value;
use token_core::{
    seed::{MAX_BASE32_LEN, Seed},
    token::{HashFunction, Interval},
};

use super::{hash, interval, to_json};
use crate::{
    authorization::Need,
    body::Fields,
    call::{GraphCall, GraphResult},
    clock,
    company::{Company, HardwareToken, Status, TokenKey, UserKey},
    errors::GraphRefusal,
    reply::HttpReply,
    seeded_rng,
    state::Tenant,
    token_history::TokenWrite,
};

const KNOWN: [&str; 8] = [
    "displayName",
    "serialNumber",
    "manufacturer",
    "model",
    "secretKey",
    "timeIntervalInSeconds",
    "hashFunction",
    "assignTo",
];

/// POST of the collection.
pub fn one(tenant: &Tenant, call: &GraphCall) -> GraphResult {
    call.require(Need::WriteInventory)?;
    let new_token = NewHardwareToken::read(call.json()?, &[])?;
    let mut company = tenant.company();
    let key = new_token.create(&mut company, tenant, call)?;
    let device = company.device(key).ok_or_else(GraphRefusal::no_such_token)?;
    tenant.history().done(&device.serial, TokenWrite::Create);
    let mut body = to_json(&company, device, call.now_ms);
    if let Some(fields) = body.as_object_mut() {
        // Observed: right after creation the status is "available" even when `assignedTo` is set.
        fields.insert("status".to_owned(), Status::Available.word().into());
        let context = call.context(&format!("{}/$entity", super::CONTEXT));
        fields.insert("@odata.context".to_owned(), context.into());
    }
    Ok(HttpReply::json(201, body))
}

/// A token to be created.
pub struct NewHardwareToken<'a> {
    serial: &'a str,
    manufacturer: &'a str,
    model: &'a str,
    seed: Seed,
    interval: Interval,
    hash: HashFunction,
    name: Option<&'a str>,
    owner: Option<&'a str>,
}

impl<'a> NewHardwareToken<'a> {
    /// Reads and validates the body; `more` names further allowed properties.
    pub fn read(body: &'a Value, more: &[&str]) -> Result<Self, GraphRefusal> {
        let fields = Fields::read(body, &[&KNOWN, more].concat())?;
        Ok(Self {
            serial: fields.text("serialNumber")?,
            manufacturer: fields.text("manufacturer")?,
            model: fields.text("model")?,
            seed: secret(fields.text("secretKey")?)?,
            interval: fields.get("timeIntervalInSeconds").map_or_else(|| interval(&Value::Null), interval)?,
            hash: fields.get("hashFunction").map_or(Ok(HashFunction::Sha1), hash)?,
            name: fields.text_if_any("displayName")?,
            owner: fields.get("assignTo").map(|_| fields.reference("assignTo")).transpose()?,
        })
    }

    /// Creates the token.
    pub fn create(
        self,
        company: &mut Company,
        tenant: &Tenant,
        call: &GraphCall,
    ) -> Result<TokenKey, GraphRefusal> {
        let assigned_to =
            self.owner.map(|owner| self.check_owner(owner, company, tenant, call)).transpose()?;
        if company.key_by_serial(self.serial).is_some() {
            return Err(GraphRefusal::conflict(
                "A hardware OATH token with the same serial number already exists.",
            ));
        }
        let key = company.put_in(HardwareToken {
            id: new_id(company, tenant.settings.seed, self.serial),
            serial: self.serial.to_owned(),
            manufacturer: self.manufacturer.to_owned(),
            model: self.model.to_owned(),
            interval: self.interval,
            hash: self.hash,
            seed: self.seed,
            name: self.name.map(str::to_owned),
            status: if assigned_to.is_some() { Status::Assigned } else { Status::Available },
            assigned_to,
            last_used: None,
            activated_ms: None,
            clock_s: 0,
            learnt_steps: 0,
            assigned_at: assigned_to.map(|_| clock::utc(call.now_ms)),
            visible_from: call.now_ms + tenant.settings.visibility_delay_ms,
            legacy: false,
        });
        company.remember(key, None, call.now_ms);
        Ok(key)
    }

    fn check_owner(
        &self,
        owner: &str,
        company: &Company,
        tenant: &Tenant,
        call: &GraphCall,
    ) -> Result<UserKey, GraphRefusal> {
        call.require(Need::AssignOnCreate)?;
        // Only the object id is documented; a user principal name is not.
        let key = company.person_key(owner).filter(|_| !owner.contains('@'));
        let key = key.ok_or_else(|| GraphRefusal::no_such_user(owner))?;
        call.require_power_over(&tenant.test_users, Some(key))?;
        company.check_assignable_to(key)?;
        Ok(key)
    }
}

/// Upper-case Base32 without padding, at most 128 characters.
fn secret(text: &str) -> Result<Seed, GraphRefusal> {
    let refusal = || {
        GraphRefusal::bad_request(
            "The property 'secretKey' must be Base32 (A-Z, 2-7) of at most 128 characters.",
        )
    };
    let clean = text.len() <= MAX_BASE32_LEN && text.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7'));
    if clean { Seed::parse(text).map_err(|_| refusal()) } else { Err(refusal()) }
}

/// The id of a serial: the same in each run, another one when the token was deleted and created again.
fn new_id(company: &Company, seed: u64, serial: &str) -> String {
    let mut ids = (0_u32..).map(|nth| seeded_rng::named_guid(seed, &format!("token {serial} {nth}")));
    ids.find(|id| !company.was_used(id)).unwrap_or_default()
}
