//! Microsoft's audit log: `/auditLogs/directoryAudits` (MICROSOFT_GRAPH.md 10). It shows the writes that were answered well since the
//! start, the latest first.

use serde_json::{Value, json};

use super::{
    audit_entries::AuditEntry,
    authorization::Need,
    call::{GraphCall, GraphResult},
    clock,
    company::Company,
    errors::GraphRefusal,
    odata::{
        filter::{FieldValue, Filter, Test},
        options::Options,
        page,
        schema::{PropertyKind, Schema, pick},
    },
    reply::HttpReply,
    seeded_rng,
    state::Tenant,
};

/// Most entries of a page.
const PAGE: usize = 1_000;
const SERVICE: &str = "Authentication Methods";
const CATEGORY: &str = "ApplicationManagement";
/// The name of the app.
const APP_NAME: &str = "Token Inventory";

const SCHEMA: Schema = Schema {
    name: "microsoft.graph.directoryAudit",
    properties: &[
        ("id", PropertyKind::Opaque),
        ("category", PropertyKind::Text),
        ("correlationId", PropertyKind::Text),
        ("result", PropertyKind::Text),
        ("resultReason", PropertyKind::Opaque),
        ("activityDisplayName", PropertyKind::Text),
        ("activityDateTime", PropertyKind::Time),
        ("loggedByService", PropertyKind::Text),
        ("operationType", PropertyKind::Opaque),
        ("initiatedBy", PropertyKind::Opaque),
        ("targetResources", PropertyKind::Opaque),
        ("additionalDetails", PropertyKind::Opaque),
    ],
};

/// GET of the collection.
pub fn list(tenant: &Tenant, call: &GraphCall) -> GraphResult {
    call.require(Need::ReadAudits)?;
    let options = Options::read(call, &["$select", "$filter", "$orderby", "$top", "$skiptoken"])?;
    let select = SCHEMA.select(options.get("$select"))?;
    let filter = SCHEMA.filter(options.get("$filter"))?;
    check_filter(filter.as_ref())?;
    let ascends = match options.get("$orderby") {
        None | Some("activityDateTime desc") => false,
        Some("activityDateTime" | "activityDateTime asc") => true,
        Some(_) => {
            return Err(GraphRefusal::unsupported_query("Only 'activityDateTime' is supported in $orderby."));
        }
    };
    let (after, size) = (page::after(&options)?, options.top()?.unwrap_or(PAGE).min(PAGE));
    let (company, audits) = (tenant.company(), tenant.audit_entries());
    let passes = |entry: &&AuditEntry| {
        // The numbers go up in the order of the list or down: a skip token holds the last one.
        let is_next = after == 0 || if ascends { entry.number > after } else { entry.number < after };
        is_next
            && filter.as_ref().is_none_or(|filter| filter.matches(&|field: &str| field_value(entry, field)))
    };
    let shown =
        |entry: &AuditEntry| (entry.number, pick(to_json(tenant, &company, entry), select.as_deref()));
    let entries = audits.iter();
    let (value, next) = match ascends {
        true => page::cut(entries.filter(passes).map(shown), size),
        false => page::cut(entries.rev().filter(passes).map(shown), size),
    };
    let mut body = json!({ "@odata.context": call.context("auditLogs/directoryAudits"), "value": value });
    if let (Some(after), Some(fields)) = (next, body.as_object_mut()) {
        fields.insert("@odata.nextLink".to_owned(), page::next_link(call, after).into());
    }
    Ok(HttpReply::json(200, body))
}

/// Only eq, ge, le and startswith are documented.
fn check_filter(filter: Option<&Filter>) -> Result<(), GraphRefusal> {
    let is_documented = |test: &Test| !matches!(test, Test::Ne(_) | Test::In(_) | Test::EndsWith(_));
    let fits = filter.is_none_or(|filter| {
        !filter.is_advanced() && filter.conditions().iter().all(|condition| is_documented(&condition.test))
    });
    let refusal =
        || GraphRefusal::unsupported_query("Only 'eq', 'ge', 'le' and 'startswith' are supported here.");
    fits.then_some(()).ok_or_else(refusal)
}

fn field_value<'a>(entry: &'a AuditEntry, field: &str) -> FieldValue<'a> {
    match field {
        "category" => FieldValue::Text(CATEGORY),
        "correlationId" => FieldValue::Text(&entry.correlation_id),
        "result" => FieldValue::Text("success"),
        "activityDisplayName" => FieldValue::Text(entry.activity),
        "activityDateTime" => FieldValue::Time(i64::try_from(entry.at_ms).unwrap_or(i64::MAX)),
        "loggedByService" => FieldValue::Text(SERVICE),
        _ => FieldValue::Null,
    }
}

/// An entry. App-only calls have the app's name and never a person's.
fn to_json(tenant: &Tenant, company: &Company, entry: &AuditEntry) -> Value {
    let person = entry.person.as_ref().map(|id| {
        let person = company.person_key(id).and_then(|key| company.person(key));
        json!({ "id": id, "displayName": person.map(|person| &person.name),
            "userPrincipalName": person.map(|person| &person.upn), "ipAddress": "127.0.0.1" })
    });
    let app = person.is_none().then(|| {
        let id = seeded_rng::named_guid(tenant.settings.seed, "service principal");
        json!({ "appId": tenant.registration.client_id, "displayName": APP_NAME,
            "servicePrincipalId": id, "servicePrincipalName": null })
    });
    json!({
        "id": format!("AuthenticationMethods_{:08}_{}", entry.number, entry.correlation_id),
        "category": CATEGORY,
        "correlationId": entry.correlation_id,
        "result": "success",
        "resultReason": "",
        "activityDisplayName": entry.activity,
        "activityDateTime": clock::utc(entry.at_ms),
        "loggedByService": SERVICE,
        "operationType": entry.operation,
        "initiatedBy": { "user": person, "app": app },
        "targetResources": [],
        "additionalDetails": [],
    })
}
