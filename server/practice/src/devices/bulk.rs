//! PATCH of the collection: several tokens in one request (MICROSOFT_GRAPH.md 1.5).

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{create::NewHardwareToken, to_json};
use crate::{
    authorization::Need,
    body::Fields,
    call::{GraphCall, GraphResult},
    company::{Company, TokenKey},
    errors::GraphRefusal,
    reply::HttpReply,
    settings::BulkFailure,
    state::Tenant,
    token_history::TokenWrite,
};

/// Creates the items: 201 when all are valid. Otherwise, as `--practice-bulk-failure` says, 200 with annotations on the refused
/// ones, as documented for another of Graph's delta collections, or nothing and 400.
pub fn many(tenant: &Tenant, call: &GraphCall) -> GraphResult {
    tenant.stats.bulk_create();
    let limit = tenant.settings.bulk_limit;
    if limit == Some(0) {
        return Err(GraphRefusal::wrong_method());
    }
    call.require(Need::WriteInventory)?;
    let items = items(call)?;
    if let Some(limit) = limit.filter(|limit| items.len() > *limit) {
        let message = format!("The number of items in the request exceeds the limit of {limit}.");
        return Err(GraphRefusal::bad_request(message));
    }
    if items.iter().any(|(_, item)| item.get("assignTo").is_some()) {
        call.require(Need::AssignOnCreate)?;
    }
    let mut company = tenant.company();
    let outcomes: Vec<ItemOutcome<'_>> = items
        .into_iter()
        .map(|(content_id, item)| (content_id, create(&mut company, tenant, call, item)))
        .collect();
    let has_failed = outcomes.iter().any(|(_, outcome)| outcome.is_err());
    if has_failed && tenant.settings.bulk_failure == BulkFailure::Refuse {
        return Err(undo(&mut company, outcomes));
    }
    let shown = outcomes.into_iter().map(|(content_id, outcome)| {
        let mut shown =
            outcome.and_then(|key| created(tenant, &company, key, call)).unwrap_or_else(annotation);
        if let Some(fields) = shown.as_object_mut() {
            fields.insert("@contentId".to_owned(), content_id.into());
        }
        shown
    });
    let value: Vec<_> = shown.collect();
    let context = call.context(&format!("{}/$delta", super::CONTEXT));
    let status = if has_failed { 200 } else { 201 };
    Ok(HttpReply::json(status, json!({ "@odata.context": context, "value": value })))
}

/// An item's `@contentId`, and the token or the refusal.
type ItemOutcome<'a> = (&'a str, Result<TokenKey, GraphRefusal>);

/// Removes what was created; the refusal of the whole request names the refused items.
fn undo(company: &mut Company, outcomes: Vec<ItemOutcome<'_>>) -> GraphRefusal {
    let mut details = Vec::new();
    for (content_id, outcome) in outcomes {
        match outcome {
            Ok(key) => company.take_out(key),
            Err(refusal) => details
                .push(json!({ "code": refusal.code, "target": content_id, "message": refusal.message })),
        }
    }
    let refusal = GraphRefusal::bad_request("One or more items of the request are not valid.");
    GraphRefusal { details, ..refusal }
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

fn create(
    company: &mut Company,
    tenant: &Tenant,
    call: &GraphCall,
    item: &Value,
) -> Result<TokenKey, GraphRefusal> {
    NewHardwareToken::read(item, &["@contentId"])?.create(company, tenant, call)
}

/// A method object with the token inside, as the reference page shows it.
fn created(
    tenant: &Tenant,
    company: &Company,
    key: TokenKey,
    call: &GraphCall,
) -> Result<Value, GraphRefusal> {
    let device = company.device(key).ok_or_else(GraphRefusal::no_such_token)?;
    tenant.history().done(&device.serial, TokenWrite::BulkCreate);
    Ok(json!({
        "@odata.type": "#microsoft.graph.hardwareOathAuthenticationMethod",
        "id": device.id,
        "device": to_json(company, device, call.now_ms),
    }))
}

fn annotation(refusal: GraphRefusal) -> Value {
    json!({ "@Core.DataModificationException": {
        "failedOperation": "insert",
        "responseCode": refusal.status,
        "info": { "code": refusal.code, "message": refusal.message },
    } })
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::{Value, json};

    use crate::{
        reply::HttpReply,
        settings::{BulkFailure, PracticeSettings},
        state::Tenant,
        test_calls::{DEVICES, device, settings, tenant},
    };

    const NOW_MS: u64 = 1_768_471_200_000;

    fn patch(tenant: &Tenant, serials: &[&str]) -> HttpReply {
        let items = serials.iter().enumerate().map(|(at, serial)| {
            let mut item = device(serial);
            item["@contentId"] = format!("c{at}").into();
            item
        });
        let body = json!({ "@context": "#$delta", "value": items.collect::<Vec<_>>() });
        tenant.call(Method::PATCH, DEVICES, body, NOW_MS)
    }

    fn limited(bulk_limit: usize) -> Tenant {
        tenant(PracticeSettings { bulk_limit: Some(bulk_limit), ..settings() })
    }

    #[test]
    fn a_request_beyond_the_limit_is_refused_as_a_whole() {
        let tenant = limited(2);
        let refused = patch(&tenant, &["A", "B", "C"]);
        assert_eq!(refused.status, 400);
        assert!(refused.body.unwrap()["error"]["message"].as_str().unwrap().contains("limit of 2"));
        assert!(tenant.inventory(NOW_MS).is_empty());
        assert_eq!(patch(&tenant, &["A", "B"]).status, 201);
    }

    #[test]
    fn a_limit_of_none_means_that_the_call_is_not_supported() {
        let tenant = limited(0);
        assert_eq!(patch(&tenant, &["A"]).status, 405);
        tenant.create("A", NOW_MS);
    }

    #[test]
    fn an_invalid_item_refuses_the_others_too_when_asked_for() {
        let tenant = tenant(PracticeSettings { bulk_failure: BulkFailure::Refuse, ..settings() });
        let refused = patch(&tenant, &["A", "a", "B"]);
        let error = refused.body.unwrap()["error"].clone();
        assert_eq!((refused.status, &error["code"]), (400, &"badRequest".into()));
        let details = error["details"].as_array().unwrap();
        let named: Vec<_> = details.iter().map(|item| (&item["target"], &item["code"])).collect();
        assert_eq!(named, [(&"c1".into(), &"conflict".into())]);
        assert!(tenant.inventory(NOW_MS).is_empty());
        assert_eq!(json!(*tenant.history()), json!({}));
        assert_eq!(patch(&tenant, &["A", "B"]).status, 201, "nothing is left that would be in the way");
    }

    #[test]
    fn a_bulk_request_is_one_write_that_creates_several_tokens() {
        let tenant = tenant(PracticeSettings { write_budget: 2, ..settings() });
        assert_eq!(patch(&tenant, &["A", "B", "C"]).status, 201);
        assert_eq!(patch(&tenant, &["D", "E"]).status, 201);
        assert_eq!(patch(&tenant, &["F"]).status, 429);
        let stats = json!(tenant.stats.read());
        assert_eq!([&stats["writes"], &stats["writesByKind"]["create"], &stats["bulkCreates"]], [3, 6, 2]);
        let token: Value = json!(*tenant.history())["A"].clone();
        assert_eq!((&token["created"], &token["writes"]), (&1.into(), &json!(["bulkCreate"])));
    }
}
