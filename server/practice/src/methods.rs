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
    method_write::MethodWrite,
    odata::{
        filter::FieldValue,
        options::Options,
        page,
        schema::{PropertyKind, Schema, pick},
    },
    reply::HttpReply,
    state::Tenant,
    test_users::TestUser,
    token_history::TokenWrite,
};

/// Graph's address in the global cloud, with which documented bodies name users.
const GRAPH: &str = "https://graph.microsoft.com/";

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
    require_read(tenant, call, user)?;
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
    let (value, next) =
        page::cut(company.shown_at(call.now_ms).tokens_of(person).filter(passes).map(shown), size);
    let context = call.context(&format!("users('{user}')/authentication/hardwareOathMethods"));
    let mut body = json!({ "@odata.context": context, "value": value });
    if let (Some(after), Some(fields)) = (next, body.as_object_mut()) {
        fields.insert("@odata.nextLink".to_owned(), page::next_link(call, after).into());
    }
    Ok(HttpReply::json(200, body))
}

/// GET of one.
pub fn get(tenant: &Tenant, call: &GraphCall, user: &str, id: &str) -> GraphResult {
    require_read(tenant, call, user)?;
    let select = SCHEMA.select(Options::read(call, &["$select"])?.get("$select"))?;
    let company = tenant.company();
    let person = person(&company, user)?;
    let found = company.shown_at(call.now_ms).by_id(id).map(|(_, device)| device);
    let theirs =
        |device: &&HardwareToken| device.is_visible(call.now_ms) && device.assigned_to == Some(person);
    let device = found.filter(theirs).ok_or_else(GraphRefusal::no_such_token)?;
    Ok(HttpReply::json(200, pick(to_json(&company, device, call.now_ms), select.as_deref())))
}

/// POST of the collection: assign.
pub fn assign(tenant: &Tenant, call: &GraphCall, user: &str) -> GraphResult {
    require_write(tenant, call, user)?;
    let fields = Fields::read(call.json()?, &["device"])?;
    let id = fields.reference("device")?;
    let mut company = tenant.company();
    let person = person(&company, user)?;
    let token = devices::visible(&company, id, call.now_ms)?;
    let write = MethodWrite { tenant, call, kind: TokenWrite::Assign, person, token };
    write.carry_out(&mut company, |company| {
        company.assign(token, person, call.now_ms)?;
        let device = company.device(token).ok_or_else(GraphRefusal::no_such_token)?;
        Ok(HttpReply::json(201, json!({ "id": device.id, "createdDateTime": device.assigned_at })))
    })
}

/// PUT of `…/device/assignTo/$ref` (MICROSOFT_GRAPH.md 1.8): assigns the token with this id to the user, whom the body names by a URL.
pub fn assign_by_reference(tenant: &Tenant, call: &GraphCall, user: &str, id: &str) -> GraphResult {
    require_write(tenant, call, user)?;
    let fields = Fields::read(call.json()?, &["@odata.id"])?;
    let referenced = user_reference(call, fields.text("@odata.id")?);
    let mut company = tenant.company();
    let person = person(&company, user)?;
    if referenced.and_then(|referenced| company.person_key(&referenced)) != Some(person) {
        let message = "The property '@odata.id' must be the URL of the user in the path.";
        return Err(GraphRefusal::bad_request(message));
    }
    let token = devices::visible(&company, id, call.now_ms)?;
    let write = MethodWrite { tenant, call, kind: TokenWrite::Assign, person, token };
    write.carry_out(&mut company, |company| {
        company.assign(token, person, call.now_ms)?;
        Ok(HttpReply::no_content())
    })
}

/// The user in a URL like `https://graph.microsoft.com/beta/users/{id}`, or in one of this tenant.
fn user_reference(call: &GraphCall, url: &str) -> Option<String> {
    let path = [GRAPH, &call.base].into_iter().find_map(|base| url.strip_prefix(base))?;
    let (_, path, query) = GraphCall::split_target(path);
    match path.as_slice() {
        [version, users, user] if version == call.version.word() && users == "users" && query.is_empty() => {
            Some(user.clone())
        }
        _ => None,
    }
}

/// `assignAndActivate`. With a wrong code the token is assigned nevertheless.
pub fn assign_and_activate(tenant: &Tenant, call: &GraphCall, user: &str) -> GraphResult {
    require_write(tenant, call, user)?;
    let fields = Fields::read(call.json()?, &["device", "verificationCode", "displayName"])?;
    let (id, activation) = (fields.reference("device")?, Activation::read(&fields)?);
    let mut company = tenant.company();
    let person = person(&company, user)?;
    let token = devices::visible(&company, id, call.now_ms)?;
    let write = MethodWrite { tenant, call, kind: TokenWrite::AssignAndActivate, person, token };
    write.carry_out(&mut company, |company| {
        company.assign(token, person, call.now_ms)?;
        activation.activate(company, token, call.now_ms)
    })
}

/// `assignAndActivateBySerialNumber`: also activates a token that is assigned to this user already (observed).
pub fn assign_and_activate_by_serial(tenant: &Tenant, call: &GraphCall, user: &str) -> GraphResult {
    require_write(tenant, call, user)?;
    let fields = Fields::read(call.json()?, &["serialNumber", "verificationCode", "displayName"])?;
    let (serial, activation) = (fields.text("serialNumber")?, Activation::read(&fields)?);
    let mut company = tenant.company();
    let person = person(&company, user)?;
    let token = company.key_by_serial(serial).ok_or_else(GraphRefusal::no_such_token)?;
    let device = company.device(token).filter(|device| device.is_visible(call.now_ms));
    let is_theirs = device.ok_or_else(GraphRefusal::no_such_token)?.assigned_to == Some(person);
    let kind = TokenWrite::AssignAndActivateBySerialNumber;
    MethodWrite { tenant, call, kind, person, token }.carry_out(&mut company, |company| {
        if !is_theirs {
            company.assign(token, person, call.now_ms)?;
        }
        activation.activate(company, token, call.now_ms)
    })
}

/// `activate`
pub fn activate(tenant: &Tenant, call: &GraphCall, user: &str, id: &str) -> GraphResult {
    require_write(tenant, call, user)?;
    let fields = Fields::read(call.json()?, &["verificationCode", "displayName"])?;
    let activation = Activation::read(&fields)?;
    let mut company = tenant.company();
    let (person, token) = token_of_user(&company, user, id, call.now_ms)?;
    let write = MethodWrite { tenant, call, kind: TokenWrite::Activate, person, token };
    write.carry_out(&mut company, |company| activation.activate(company, token, call.now_ms))
}

/// `deactivate`: the token stays assigned.
pub fn deactivate(tenant: &Tenant, call: &GraphCall, user: &str, id: &str) -> GraphResult {
    require_write(tenant, call, user)?;
    let mut company = tenant.company();
    let (person, token) = token_of_user(&company, user, id, call.now_ms)?;
    let write = MethodWrite { tenant, call, kind: TokenWrite::Deactivate, person, token };
    write.carry_out(&mut company, |company| {
        company.deactivate(token)?;
        Ok(HttpReply::no_content())
    })
}

/// DELETE of one: unassign.
pub fn unassign(tenant: &Tenant, call: &GraphCall, user: &str, id: &str) -> GraphResult {
    require_write(tenant, call, user)?;
    let mut company = tenant.company();
    let (person, token) = token_of_user(&company, user, id, call.now_ms)?;
    if tenant.settings.default_method && company.default_method(person) == Some(token) {
        return Err(GraphRefusal::default_method());
    }
    let write = MethodWrite { tenant, call, kind: TokenWrite::Unassign, person, token };
    write.carry_out(&mut company, |company| {
        company.unassign(token);
        Ok(HttpReply::no_content())
    })
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

fn require_read(tenant: &Tenant, call: &GraphCall, user: &str) -> Result<(), GraphRefusal> {
    call.require(Need::ReadMethods)?;
    // Global Readers read everybody's.
    let is_reader = call.caller.person.as_ref().is_some_and(|person| person.test_user == TestUser::Reader);
    if !tenant.settings.protected_reads || is_reader {
        return Ok(());
    }
    let target = tenant.company().person_key(user);
    call.require_power_over(&tenant.test_users, target)
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{
        settings::PracticeSettings,
        state::Tenant,
        test_calls::{code, settings, tenant},
    };

    const NOW_MS: u64 = 1_768_471_200_000;

    /// A user with three tokens, of which the second was activated first, and the third is not.
    fn with_default_method(default_method: bool) -> (Tenant, [String; 3]) {
        let tenant = tenant(PracticeSettings { default_method, ..settings() });
        let ids = ["A", "B", "C"].map(|serial| tenant.create(serial, NOW_MS));
        let methods = tenant.methods_of(0);
        for id in &ids {
            assert_eq!(tenant.post(&methods, json!({ "device": { "id": id } }), NOW_MS).status, 201);
        }
        for (id, later) in [(&ids[1], 1), (&ids[0], 2)] {
            let activate = format!("{methods}/{id}/activate");
            assert_eq!(tenant.post(&activate, code(NOW_MS), NOW_MS + later).status, 204);
        }
        let paths = ids.map(|id| format!("{methods}/{id}"));
        (tenant, paths)
    }

    #[test]
    fn the_default_method_is_unassigned_last() {
        let (tenant, [a, b, c]) = with_default_method(true);
        let refused = tenant.call(http::Method::DELETE, &b, serde_json::Value::Null, NOW_MS + 3);
        let body = refused.body.unwrap();
        assert_eq!((refused.status, &body["error"]["code"]), (400, &"badRequest".into()));
        let message = body["error"]["message"].as_str().unwrap();
        assert!(message.contains("matches the user's current default authentication method"), "{message}");
        assert_eq!([tenant.delete(&a, NOW_MS + 4), tenant.delete(&b, NOW_MS + 4)], [204, 400]);
        assert_eq!([tenant.delete(&c, NOW_MS + 5), tenant.delete(&b, NOW_MS + 5)], [204, 204]);
    }

    #[test]
    fn another_method_becomes_the_default_when_the_first_is_deactivated() {
        let (tenant, [a, b, _]) = with_default_method(true);
        assert_eq!(tenant.post(&format!("{b}/deactivate"), json!({}), NOW_MS + 3).status, 204);
        assert_eq!([tenant.delete(&a, NOW_MS + 4), tenant.delete(&b, NOW_MS + 4)], [400, 204]);
    }

    #[test]
    fn no_method_is_a_default_unless_asked_for() {
        let (tenant, [_, b, _]) = with_default_method(false);
        assert_eq!(tenant.delete(&b, NOW_MS + 3), 204);
    }
}
