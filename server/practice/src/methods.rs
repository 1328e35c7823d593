//! The tokens of a user: `/beta/users/{id|upn}/authentication/hardwareOathMethods` (MICROSOFT_GRAPH.md 2).

use serde_json::{Value, json};
use token_core::otp::{Code, DIGITS};

use super::{
    authorization::Need,
    body::Fields,
    call::{GraphCall, GraphResult},
    company::{Company, HardwareToken, TokenKey, UserKey},
    devices,
    errors::GraphRefusal,
    odata::{
        filter::FieldValue,
        options::Options,
        page,
        schema::{PropertyKind, Schema, pick},
    },
    reply::HttpReply,
    state::Tenant,
};

const SCHEMA: Schema = Schema {
    name: "microsoft.graph.hardwareOathAuthenticationMethod",
    properties: &[
        ("id", PropertyKind::Text),
        ("createdDateTime", PropertyKind::Opaque),
        ("lastUsedDateTime", PropertyKind::Opaque),
        ("device", PropertyKind::Opaque),
    ],
};

/// GET of the collection, including legacy tokens, which the inventory excludes.
pub fn list(tenant: &Tenant, call: &GraphCall, user: &str) -> GraphResult {
    call.require(Need::ReadMethods)?;
    let options = Options::read(call, &["$select", "$filter", "$top", "$skiptoken"])?;
    let select = SCHEMA.select(options.get("$select"))?;
    let filter = SCHEMA.filter(options.get("$filter"))?;
    let company = tenant.company();
    let person = person(&company, user)?;
    let after = page::after(&options)?;
    let passes = |(key, device): &(TokenKey, &HardwareToken)| {
        let value_of =
            |field: &str| if field == "id" { FieldValue::Text(&device.id) } else { FieldValue::Null };
        *key > after && filter.as_ref().is_none_or(|filter| filter.matches(&value_of))
    };
    let shown = |(key, device): (TokenKey, &HardwareToken)| {
        (key, pick(to_json(&company, device, call.now_ms), select.as_deref()))
    };
    let size = options.top()?.unwrap_or(usize::MAX);
    let (value, next) = page::cut(company.tokens_of(person).filter(passes).map(shown), size);
    let context = call.context(&format!("users('{user}')/authentication/hardwareOathMethods"));
    let mut body = json!({ "@odata.context": context, "value": value });
    if let (Some(after), Some(fields)) = (next, body.as_object_mut()) {
        fields.insert("@odata.nextLink".to_owned(), page::next_link(call, after).into());
    }
    Ok(HttpReply::json(200, body))
}

/// GET of one.
pub fn get(tenant: &Tenant, call: &GraphCall, user: &str, id: &str) -> GraphResult {
    call.require(Need::ReadMethods)?;
    let select = SCHEMA.select(Options::read(call, &["$select"])?.get("$select"))?;
    let company = tenant.company();
    let (_, key) = token_of_user(&company, user, id, call.now_ms)?;
    let device = company.device(key).ok_or_else(GraphRefusal::no_such_token)?;
    Ok(HttpReply::json(200, pick(to_json(&company, device, call.now_ms), select.as_deref())))
}

/// POST of the collection: assign.
pub fn assign(tenant: &Tenant, call: &GraphCall, user: &str) -> GraphResult {
    require_write(tenant, call, user)?;
    let fields = Fields::read(call.json()?, &["device"])?;
    let id = fields.reference("device")?;
    let mut company = tenant.company();
    let person = person(&company, user)?;
    let key = devices::visible(&company, id, call.now_ms)?;
    company.assign(key, person, call.now_ms)?;
    let device = company.device(key).ok_or_else(GraphRefusal::no_such_token)?;
    Ok(HttpReply::json(201, json!({ "id": device.id, "createdDateTime": device.assigned_at })))
}

/// `assignAndActivate`. With a wrong code the token is assigned nevertheless.
pub fn assign_and_activate(tenant: &Tenant, call: &GraphCall, user: &str) -> GraphResult {
    require_write(tenant, call, user)?;
    let fields = Fields::read(call.json()?, &["device", "verificationCode", "displayName"])?;
    let (id, activation) = (fields.reference("device")?, Activation::read(&fields)?);
    let mut company = tenant.company();
    let person = person(&company, user)?;
    let key = devices::visible(&company, id, call.now_ms)?;
    company.assign(key, person, call.now_ms)?;
    activation.activate(&mut company, key, call.now_ms)
}

/// `assignAndActivateBySerialNumber`: also activates a token that is assigned to this user already (observed).
pub fn assign_and_activate_by_serial(tenant: &Tenant, call: &GraphCall, user: &str) -> GraphResult {
    require_write(tenant, call, user)?;
    let fields = Fields::read(call.json()?, &["serialNumber", "verificationCode", "displayName"])?;
    let (serial, activation) = (fields.text("serialNumber")?, Activation::read(&fields)?);
    let mut company = tenant.company();
    let person = person(&company, user)?;
    let key = company.key_by_serial(serial).ok_or_else(GraphRefusal::no_such_token)?;
    let device = company.device(key).filter(|device| device.is_visible(call.now_ms));
    if device.ok_or_else(GraphRefusal::no_such_token)?.assigned_to != Some(person) {
        company.assign(key, person, call.now_ms)?;
    }
    activation.activate(&mut company, key, call.now_ms)
}

/// `activate`
pub fn activate(tenant: &Tenant, call: &GraphCall, user: &str, id: &str) -> GraphResult {
    require_write(tenant, call, user)?;
    let fields = Fields::read(call.json()?, &["verificationCode", "displayName"])?;
    let activation = Activation::read(&fields)?;
    let mut company = tenant.company();
    let (_, key) = token_of_user(&company, user, id, call.now_ms)?;
    activation.activate(&mut company, key, call.now_ms)
}

/// `deactivate`: the token stays assigned.
pub fn deactivate(tenant: &Tenant, call: &GraphCall, user: &str, id: &str) -> GraphResult {
    require_write(tenant, call, user)?;
    let mut company = tenant.company();
    let (_, key) = token_of_user(&company, user, id, call.now_ms)?;
    company.deactivate(key)?;
    Ok(HttpReply::no_content())
}

/// DELETE of one: unassign.
pub fn unassign(tenant: &Tenant, call: &GraphCall, user: &str, id: &str) -> GraphResult {
    require_write(tenant, call, user)?;
    let mut company = tenant.company();
    let (_, key) = token_of_user(&company, user, id, call.now_ms)?;
    company.unassign(key);
    Ok(HttpReply::no_content())
}

/// The parameters of an activation.
struct Activation<'a> {
    code: Code,
    name: Option<&'a str>,
}

impl<'a> Activation<'a> {
    /// Reads the parameters. The code is a string of six digits: a number would lose leading zeros.
    fn read(fields: &Fields<'a>) -> Result<Self, GraphRefusal> {
        let digits = fields.text("verificationCode")?;
        let code = Code::parse(digits).filter(|_| digits.len() == DIGITS as usize);
        let refusal =
            || GraphRefusal::bad_request("The property 'verificationCode' must be a string of six digits.");
        Ok(Self { code: code.ok_or_else(refusal)?, name: fields.text_if_any("displayName")? })
    }

    fn activate(self, company: &mut Company, key: TokenKey, now_ms: u64) -> GraphResult {
        company.activate(key, &self.code, now_ms)?;
        if let (Some(device), Some(name)) = (company.device_mut(key), self.name) {
            device.name = Some(name.to_owned());
        }
        Ok(HttpReply::no_content())
    }
}

fn require_write(tenant: &Tenant, call: &GraphCall, user: &str) -> Result<(), GraphRefusal> {
    call.require(Need::WriteMethods)?;
    let target = tenant.company().person_key(user);
    call.require_power_over(&tenant.test_users, target)
}

fn person(company: &Company, user: &str) -> Result<UserKey, GraphRefusal> {
    company.person_key(user).ok_or_else(|| GraphRefusal::no_such_user(user))
}

/// The user, and the token with this id if it is assigned to the user.
fn token_of_user(
    company: &Company,
    user: &str,
    id: &str,
    now_ms: u64,
) -> Result<(UserKey, TokenKey), GraphRefusal> {
    let person = person(company, user)?;
    let key = devices::visible(company, id, now_ms)?;
    let theirs = company.device(key).is_some_and(|device| device.assigned_to == Some(person));
    if theirs { Ok((person, key)) } else { Err(GraphRefusal::no_such_token()) }
}

fn to_json(company: &Company, device: &HardwareToken, now_ms: u64) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.hardwareOathAuthenticationMethod",
        "id": device.id,
        "createdDateTime": device.assigned_at,
        "lastUsedDateTime": device.last_used,
        "device": devices::to_json(company, device, now_ms),
    })
}
