//! PATCH of the collection: several tokens in one request (MICROSOFT_GRAPH.md 1.5).

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{create::NewHardwareToken, to_json};
use crate::{
    authorization::Need,
    body::Fields,
    call::{GraphCall, GraphResult},
    company::Company,
    errors::GraphRefusal,
    reply::HttpReply,
    state::Tenant,
};

/// Creates every valid item: 201 when all are valid, otherwise 200 with annotations on the refused ones, as documented for
/// another of Graph's delta collections.
pub fn many(tenant: &Tenant, call: &GraphCall) -> GraphResult {
    call.require(Need::WriteInventory)?;
    let items = items(call)?;
    if items.iter().any(|(_, item)| item.get("assignTo").is_some()) {
        call.require(Need::AssignOnCreate)?;
    }
    let mut company = tenant.company();
    let mut status = 201;
    let mut value = Vec::with_capacity(items.len());
    for (content_id, item) in items {
        let mut outcome = match create(&mut company, tenant, call, item) {
            Ok(created) => created,
            Err(refusal) => {
                status = 200;
                annotation(&refusal)
            }
        };
        if let Some(fields) = outcome.as_object_mut() {
            fields.insert("@contentId".to_owned(), content_id.into());
        }
        value.push(outcome);
    }
    let context = call.context(&format!("{}/$delta", super::CONTEXT));
    Ok(HttpReply::json(status, json!({ "@odata.context": context, "value": value })))
}

/// The number of tokens in a body.
pub fn count(body: &Value) -> usize {
    body.get("value").and_then(Value::as_array).map_or(1, Vec::len)
}

/// The items with their `@contentId`s, which are required and unique.
fn items(call: &GraphCall) -> Result<Vec<(&str, &Value)>, GraphRefusal> {
    let fields = Fields::read(call.json()?, &["@context", "value"])?;
    if fields.text("@context")? != "#$delta" {
        return Err(GraphRefusal::bad_request("The property '@context' must be '#$delta'."));
    }
    let items = fields.get("value").and_then(Value::as_array).filter(|items| !items.is_empty());
    let items =
        items.ok_or_else(|| GraphRefusal::bad_request("The property 'value' must be a list with items."))?;
    let mut seen = HashSet::new();
    items
        .iter()
        .map(|item| {
            let id = item.get("@contentId").and_then(Value::as_str).filter(|id| seen.insert(*id));
            id.map(|id| (id, item))
                .ok_or_else(|| GraphRefusal::bad_request("Each item needs a '@contentId' of its own."))
        })
        .collect()
}

/// Creates a token; returns a method object with the token inside, as the reference page shows it.
fn create(
    company: &mut Company,
    tenant: &Tenant,
    call: &GraphCall,
    item: &Value,
) -> Result<Value, GraphRefusal> {
    let key = NewHardwareToken::read(item, &["@contentId"])?.create(company, tenant, call)?;
    let device = company.device(key).ok_or_else(GraphRefusal::no_such_token)?;
    Ok(json!({
        "@odata.type": "#microsoft.graph.hardwareOathAuthenticationMethod",
        "id": device.id,
        "device": to_json(company, device, call.now_ms),
    }))
}

fn annotation(refusal: &GraphRefusal) -> Value {
    json!({ "@Core.DataModificationException": {
        "failedOperation": "insert",
        "responseCode": refusal.status,
        "info": { "code": refusal.code, "message": refusal.message },
    } })
}
