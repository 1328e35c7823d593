//! The inventory: `/beta/directory/authenticationMethodDevices/hardwareOathDevices` (MICROSOFT_GRAPH.md 1).
//!
//! The submodules create tokens, one at a time and in bulk.

use serde_json::{Value, json};
use token_core::token::{HashFunction, Interval};

use super::{
    authorization::Need,
    body::Fields,
    call::{GraphCall, GraphResult},
    company::{Company, HardwareToken, Status, TokenKey},
    errors::GraphRefusal,
    odata::{
        filter::{FieldValue, Filter, Test},
        options::Options,
        page,
        schema::{PropertyKind, Schema, pick},
    },
    reply::HttpReply,
    state::Tenant,
    token_history::TokenWrite,
};

pub mod bulk;
pub mod create;

const CONTEXT: &str = "directory/authenticationMethodDevices/hardwareOathDevices";

const STATUSES: &[&str] = &["available", "assigned", "activated", "failedActivation"];
const HASHES: &[&str] = &["hmacsha1", "hmacsha256"];

/// The properties of a token.
pub const SCHEMA: Schema = Schema {
    name: "microsoft.graph.hardwareOathTokenAuthenticationMethodDevice",
    properties: &[
        ("id", PropertyKind::Opaque),
        ("displayName", PropertyKind::Opaque),
        ("serialNumber", PropertyKind::Text),
        ("manufacturer", PropertyKind::Text),
        ("model", PropertyKind::Text),
        ("secretKey", PropertyKind::Opaque),
        ("timeIntervalInSeconds", PropertyKind::Number),
        ("status", PropertyKind::Word(STATUSES)),
        ("lastUsedDateTime", PropertyKind::Opaque),
        ("hashFunction", PropertyKind::Word(HASHES)),
        ("assignedTo", PropertyKind::Opaque),
        ("assignedTo/id", PropertyKind::Text),
    ],
};

/// GET of the collection.
pub fn list(tenant: &Tenant, call: &GraphCall) -> GraphResult {
    call.require(Need::ReadInventory)?;
    let options = Options::read(call, &["$select", "$filter", "$top", "$skiptoken"])?;
    let select = SCHEMA.select(options.get("$select"))?;
    let filter = SCHEMA.filter(options.get("$filter"))?;
    if filter.as_ref().is_some_and(|filter| !is_one_eq(filter)) {
        return Err(GraphRefusal::unsupported_query(
            "Only a comparison by 'eq' is supported on this collection.",
        ));
    }
    let size = options.top()?.unwrap_or(usize::MAX).min(tenant.settings.page_size.max(1));
    let company = tenant.company();
    let shown = |(key, device): (TokenKey, &HardwareToken)| {
        (key, pick(to_json(&company, device, call.now_ms), select.as_deref()))
    };
    let passes = |(_, device): &(TokenKey, &HardwareToken)| {
        filter
            .as_ref()
            .is_none_or(|f| f.matches(&|field: &str| field_value(&company, device, call.now_ms, field)))
    };
    let after = page::after(&options)?;
    let inventory = company.shown_at(call.now_ms);
    let by_serial = filter.as_ref().and_then(|filter| filter.wanted("serialNumber"));
    let (value, next) = match by_serial {
        Some(serials) => page::cut(serials.iter().filter_map(|s| inventory.by_serial(s)).map(shown), size),
        None => page::cut(inventory.inventory(after).filter(passes).map(shown), size),
    };
    let mut body = json!({ "@odata.context": call.context(CONTEXT), "value": value });
    if let (Some(after), Some(fields)) = (next, body.as_object_mut()) {
        fields.insert("@odata.nextLink".to_owned(), page::next_link(call, after).into());
    }
    Ok(HttpReply::json(200, body))
}

/// Only `property eq constant` is documented for the inventory.
fn is_one_eq(filter: &Filter) -> bool {
    matches!(filter, Filter::Is(condition) if matches!(condition.test, Test::Eq(_)))
}

/// GET of one.
pub fn get(tenant: &Tenant, call: &GraphCall, id: &str) -> GraphResult {
    call.require(Need::ReadInventory)?;
    let select = SCHEMA.select(Options::read(call, &["$select"])?.get("$select"))?;
    let company = tenant.company();
    let found = company.shown_at(call.now_ms).by_id(id).map(|(_, device)| device);
    let is_listed = |device: &&HardwareToken| device.is_visible(call.now_ms) && !device.legacy;
    let device = found.filter(is_listed).ok_or_else(GraphRefusal::no_such_token)?;
    let mut body = pick(to_json(&company, device, call.now_ms), select.as_deref());
    if let Some(fields) = body.as_object_mut() {
        let context = call.context(&format!("{CONTEXT}/$entity"));
        fields.insert("@odata.context".to_owned(), context.into());
    }
    Ok(HttpReply::json(200, body))
}

/// PATCH of one: only while it is unassigned, and never its serial or secret (MICROSOFT_GRAPH.md 1.6).
pub fn update(tenant: &Tenant, call: &GraphCall, id: &str) -> GraphResult {
    call.require(Need::WriteInventory)?;
    let known = ["displayName", "manufacturer", "model", "timeIntervalInSeconds", "hashFunction"];
    let fields = Fields::read(call.json()?, &known)?;
    if fields.len() == 0 {
        return Err(GraphRefusal::bad_request("Nothing to update."));
    }
    let change = |name: &str| fields.get(name).map(|_| fields.text(name)).transpose();
    let (manufacturer, model) = (change("manufacturer")?, change("model")?);
    let interval = fields.get("timeIntervalInSeconds").map(interval).transpose()?;
    let hash = fields.get("hashFunction").map(hash).transpose()?;
    let name = fields.text_if_any("displayName")?;
    let mut company = tenant.company();
    let key = listed(&company, id, call.now_ms)?;
    let before = company.device(key).cloned();
    let device = company.device_mut(key).ok_or_else(GraphRefusal::no_such_token)?;
    if device.assigned_to.is_some() {
        return Err(GraphRefusal::bad_request(
            "The hardware OATH token is assigned to a user and cannot be updated.",
        ));
    }
    device.manufacturer = manufacturer.map_or_else(|| device.manufacturer.clone(), str::to_owned);
    device.model = model.map_or_else(|| device.model.clone(), str::to_owned);
    device.interval = interval.unwrap_or(device.interval);
    device.hash = hash.unwrap_or(device.hash);
    if fields.get("displayName").is_some() {
        device.name = name.map(str::to_owned);
    }
    tenant.history().done(&device.serial, TokenWrite::Update);
    company.remember(key, before, call.now_ms);
    Ok(HttpReply::no_content())
}

/// DELETE of one: only while it is unassigned (MICROSOFT_GRAPH.md 1.7). Also deletes legacy tokens (MICROSOFT_GRAPH.md 1.9).
pub fn delete(tenant: &Tenant, call: &GraphCall, id: &str) -> GraphResult {
    call.require(Need::WriteInventory)?;
    let mut company = tenant.company();
    let key = visible(&company, id, call.now_ms)?;
    let before = company.device(key).cloned();
    company.delete(key)?;
    if let Some(device) = &before {
        tenant.history().done(&device.serial, TokenWrite::Delete);
    }
    company.remember(key, before, call.now_ms);
    Ok(HttpReply::no_content())
}

/// The token with this id in the inventory, which excludes legacy tokens (MICROSOFT_GRAPH.md 1.9).
fn listed(company: &Company, id: &str, now_ms: u64) -> Result<TokenKey, GraphRefusal> {
    let key = visible(company, id, now_ms)?;
    let legacy = company.device(key).is_some_and(|device| device.legacy);
    if legacy { Err(GraphRefusal::no_such_token()) } else { Ok(key) }
}

/// The token with this id, once it is visible.
pub fn visible(company: &Company, id: &str, now_ms: u64) -> Result<TokenKey, GraphRefusal> {
    let key = company.device_key(id);
    let seen = key.filter(|key| company.device(*key).is_some_and(|device| device.is_visible(now_ms)));
    seen.ok_or_else(GraphRefusal::no_such_token)
}

/// A token as Graph returns it: the secret is always null.
pub fn to_json(company: &Company, device: &HardwareToken, now_ms: u64) -> Value {
    let assigned_to = device.assigned_to.and_then(|key| company.person(key));
    json!({
        "id": device.id,
        "displayName": device.name,
        "serialNumber": device.serial,
        "manufacturer": device.manufacturer,
        "model": device.model,
        "secretKey": null,
        "timeIntervalInSeconds": device.interval.seconds(),
        "status": shown_status(device, now_ms).word(),
        "lastUsedDateTime": device.last_used,
        "hashFunction": hash_word(device.hash),
        "assignedTo": assigned_to.map(|person| json!({ "id": person.id, "displayName": person.name })),
    })
}

/// A new token has the status "available" until it is visible (MICROSOFT_GRAPH.md 1.4 and 11).
fn shown_status(device: &HardwareToken, now_ms: u64) -> Status {
    if device.is_visible(now_ms) { device.status } else { Status::Available }
}

fn field_value<'a>(
    company: &'a Company,
    device: &'a HardwareToken,
    now_ms: u64,
    field: &str,
) -> FieldValue<'a> {
    match field {
        "serialNumber" => FieldValue::Text(&device.serial),
        "manufacturer" => FieldValue::Text(&device.manufacturer),
        "model" => FieldValue::Text(&device.model),
        "timeIntervalInSeconds" => FieldValue::Number(device.interval.seconds().into()),
        "status" => FieldValue::Text(shown_status(device, now_ms).word()),
        "hashFunction" => FieldValue::Text(hash_word(device.hash)),
        "assignedTo/id" => device
            .assigned_to
            .and_then(|key| company.person(key))
            .map_or(FieldValue::Null, |person| FieldValue::Text(&person.id)),
        _ => FieldValue::Null,
    }
}

fn hash_word(hash: HashFunction) -> &'static str {
    match hash {
        HashFunction::Sha1 => "hmacsha1",
        HashFunction::Sha256 => "hmacsha256",
    }
}

/// Parses the number 30 or 60.
fn interval(value: &Value) -> Result<Interval, GraphRefusal> {
    let seconds = value.as_u64().and_then(|seconds| u32::try_from(seconds).ok());
    seconds.and_then(Interval::from_seconds).ok_or_else(|| {
        GraphRefusal::bad_request("The property 'timeIntervalInSeconds' must be the number 30 or 60.")
    })
}

/// Parses one of Graph's two values.
fn hash(value: &Value) -> Result<HashFunction, GraphRefusal> {
    match value.as_str() {
        Some("hmacsha1") => Ok(HashFunction::Sha1),
        Some("hmacsha256") => Ok(HashFunction::Sha256),
        _ => {
            Err(GraphRefusal::bad_request("The property 'hashFunction' must be 'hmacsha1' or 'hmacsha256'."))
        }
    }
}
