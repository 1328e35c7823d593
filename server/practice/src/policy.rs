//! The policy of the authentication method: whether hardware OATH tokens are enabled (MICROSOFT_GRAPH.md 0).

use serde_json::{Value, json};

use super::{
    authorization::Need,
    body::Fields,
    call::{GraphCall, GraphResult},
    clock,
    errors::GraphRefusal,
    odata::{
        options::Options,
        schema::{PropertyKind, Schema, pick},
    },
    reply::HttpReply,
    state::Tenant,
};

const SCHEMA: Schema = Schema {
    name: "microsoft.graph.authenticationMethodsPolicy",
    properties: &[
        ("id", PropertyKind::Text),
        ("lastModifiedDateTime", PropertyKind::Opaque),
        ("policyMigrationState", PropertyKind::Opaque),
    ],
};
const TYPE: &str = "#microsoft.graph.hardwareOathAuthenticationMethodConfiguration";

/// GET
pub fn get(tenant: &Tenant, call: &GraphCall) -> GraphResult {
    call.require(Need::ReadPolicy)?;
    Options::read(call, &[])?;
    let company = tenant.company();
    let policy = &company.policy;
    Ok(HttpReply::json(
        200,
        json!({
            "@odata.context": call.context("authenticationMethodConfigurations/$entity"),
            "@odata.type": TYPE,
            "id": "HardwareOath",
            "state": if policy.enabled { "enabled" } else { "disabled" },
            "includeTargets": policy.include,
            "excludeTargets": policy.exclude,
        }),
    ))
}

/// GET of the policy of all methods (MICROSOFT_GRAPH.md 0), of which only these properties are simulated.
pub fn whole(tenant: &Tenant, call: &GraphCall) -> GraphResult {
    call.require(Need::ReadPolicy)?;
    let select = SCHEMA.select(Options::read(call, &["$select"])?.get("$select"))?;
    let body = json!({
        "@odata.context": call.context("policies/authenticationMethodsPolicy/$entity"),
        "id": "authenticationMethodsPolicy",
        "lastModifiedDateTime": clock::utc(tenant.company().policy.modified_ms),
        "policyMigrationState": "migrationComplete",
    });
    Ok(HttpReply::json(200, pick(body, select.as_deref())))
}

/// PATCH
pub fn update(tenant: &Tenant, call: &GraphCall) -> GraphResult {
    call.require(Need::WritePolicy)?;
    let fields = Fields::read(call.json()?, &["state", "includeTargets", "excludeTargets"])?;
    if fields.get("@odata.type").is_none_or(|kind| kind != TYPE) {
        return Err(GraphRefusal::bad_request(format!("The property '@odata.type' must be '{TYPE}'.")));
    }
    let enabled = match fields.text_if_any("state")? {
        None => None,
        Some("enabled") => Some(true),
        Some("disabled") => Some(false),
        Some(_) => {
            return Err(GraphRefusal::bad_request("The property 'state' must be 'enabled' or 'disabled'."));
        }
    };
    let (include, exclude) = (targets(&fields, "includeTargets")?, targets(&fields, "excludeTargets")?);
    let policy = &mut tenant.company().policy;
    policy.enabled = enabled.unwrap_or(policy.enabled);
    policy.modified_ms = call.now_ms;
    if let Some(include) = include {
        policy.include = include.clone();
    }
    if let Some(exclude) = exclude {
        policy.exclude = exclude.clone();
    }
    Ok(HttpReply::no_content())
}

fn targets<'a>(fields: &Fields<'a>, name: &str) -> Result<Option<&'a Value>, GraphRefusal> {
    let targets = fields.get(name);
    let is_list = targets.is_none_or(Value::is_array);
    is_list
        .then_some(targets)
        .ok_or_else(|| GraphRefusal::bad_request(format!("The property '{name}' must be a list.")))
}
