//! The directory roles of a user (MICROSOFT_GRAPH.md 3.3).

use serde_json::{Map, Value, json};

use super::{
    authorization::Need,
    call::{GraphCall, GraphResult},
    errors::GraphRefusal,
    odata::{
        options::Options,
        schema::{PropertyKind, Schema},
    },
    reply::HttpReply,
    seeded_rng,
    state::Tenant,
};

const SCHEMA: Schema = Schema {
    name: "microsoft.graph.directoryRole",
    properties: &[("id", PropertyKind::Text), ("displayName", PropertyKind::Text)],
};
const ALL: [&str; 2] = ["id", "displayName"];

/// GET of the roles that a user holds.
pub fn list(tenant: &Tenant, call: &GraphCall, user: &str) -> GraphResult {
    call.require(Need::ReadRoles)?;
    let options = Options::read(call, &["$select", "$top", "$count"])?;
    let select = SCHEMA.select(options.get("$select"))?.unwrap_or_else(|| ALL.to_vec());
    options.top()?;
    if !call.eventual || options.get("$count") != Some("true") {
        return Err(GraphRefusal::unsupported_query(
            "A cast needs the header 'ConsistencyLevel: eventual' and $count=true.",
        ));
    }
    let key = tenant.company().person_key(user).ok_or_else(|| GraphRefusal::no_such_user(user))?;
    let roles = tenant.test_users.roles(key);
    let value: Vec<Value> = roles.iter().map(|role| to_json(tenant, call, role, &select)).collect();
    Ok(HttpReply::json(
        200,
        json!({
            "@odata.context": call.context("directoryRoles"),
            "@odata.count": roles.len(),
            "value": value,
        }),
    ))
}

/// A role. Its name needs a permission of its own.
fn to_json(tenant: &Tenant, call: &GraphCall, role: &str, select: &[&'static str]) -> Value {
    let field = |name: &&'static str| {
        let value = match *name {
            "id" => seeded_rng::named_guid(tenant.settings.seed, role).into(),
            _ if call.may(Need::ReadRoleNames) => role.into(),
            _ => Value::Null,
        };
        ((*name).to_owned(), value)
    };
    Value::Object(select.iter().map(field).collect::<Map<_, _>>())
}
