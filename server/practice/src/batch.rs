//! `$batch`: up to twenty calls in one request (MICROSOFT_GRAPH.md 4). Each item is handled like a single call.

use std::collections::{HashMap, HashSet};

use http::Method;
use rand::seq::SliceRandom;
use serde_json::{Map, Value, json};

use super::{
    body::Fields,
    call::{GraphCall, GraphResult, RequestBody},
    errors::GraphRefusal,
    reply::{HttpReply, RequestIds},
    seeded_rng,
    state::Tenant,
    throttle_priority::ThrottlePriority,
};

/// Most items of one batch.
const MAX_ITEMS: usize = 20;

/// Answers an item of a batch as a call of its own: [`crate::graph::answer`], which itself calls this module.
pub type AnswerItem = fn(&Tenant, &GraphCall) -> HttpReply;

/// A well-formed item.
struct BatchRequestItem<'a> {
    id: &'a str,
    depends_on: Vec<String>,
    call: GraphCall,
}

/// Executes a batch: 400 when it is malformed, otherwise 200 whatever the statuses of its items.
pub fn run(tenant: &Tenant, call: &GraphCall, answer_item: AnswerItem) -> GraphResult {
    tenant.stats.batch();
    let items = items(call)?;
    let order = order(&items)?;
    let mut statuses: HashMap<String, u16> = HashMap::new();
    let mut responses = Vec::with_capacity(items.len());
    for item in order.into_iter().filter_map(|at| items.get(at)) {
        let failed = item.depends_on.iter().any(|id| statuses.get(id).is_none_or(|status| *status >= 400));
        let reply = if failed { failed_dependency(&item.call) } else { answer_item(tenant, &item.call) };
        statuses.insert(key(item.id), reply.status);
        responses.push(response(item.id, reply));
    }
    responses.shuffle(&mut seeded_rng::stream(tenant.settings.seed, &names(&items)));
    Ok(HttpReply::json(200, json!({ "responses": responses })))
}

/// Ids are compared case-insensitively.
fn key(id: &str) -> String {
    id.to_lowercase()
}

fn names(items: &[BatchRequestItem<'_>]) -> String {
    items.iter().map(|item| format!("{} {}\n", item.id, item.call.raw_path)).collect()
}

fn malformed(message: &str) -> GraphRefusal {
    GraphRefusal::new(400, "BadRequest", format!("Invalid batch payload format: {message}"))
}

/// Observed (microsoftgraph/msgraph-sdk-dotnet issue 2628): even an action without a body needs one in a batch, and one such
/// item fails the whole batch.
fn untyped(id: &str) -> GraphRefusal {
    let message = format!("Write request id : {id} does not contain Content-Type header or body.");
    GraphRefusal::new(400, "BadRequest", message)
}

fn items(call: &GraphCall) -> Result<Vec<BatchRequestItem<'_>>, GraphRefusal> {
    let requests = Fields::read(call.json()?, &["requests"])?.get("requests").and_then(Value::as_array);
    let requests = requests.filter(|requests| !requests.is_empty() && requests.len() <= MAX_ITEMS);
    let requests = requests.ok_or_else(|| malformed("'requests' must be a list of 1 to 20 items."))?;
    let mut seen = HashSet::new();
    let items = requests.iter().map(|request| {
        let item = item(call, request)?;
        let is_new = seen.insert(key(item.id));
        is_new.then_some(item).ok_or_else(|| malformed("the ids of the items must differ."))
    });
    items.collect()
}

fn item<'a>(outer: &GraphCall, request: &'a Value) -> Result<BatchRequestItem<'a>, GraphRefusal> {
    let fields = Fields::read_leniently(request).map_err(|_| malformed("an item must be an object."))?;
    let text =
        |name: &str| fields.text(name).map_err(|_| malformed("an item needs 'id', 'method' and 'url'."));
    let method = text("method")?;
    let known = ["GET", "POST", "PATCH", "PUT", "DELETE"].contains(&method);
    let method = Method::from_bytes(method.as_bytes()).ok().filter(|_| known);
    let headers = Headers::read(fields.get("headers"))?;
    let body = fields.get("body").filter(|body| !body.is_null());
    let carries = body.is_some() && headers.get("Content-Type").is_some();
    if !carries && matches!(text("method")?, "POST" | "PATCH" | "PUT") {
        return Err(untyped(text("id")?));
    }
    let (raw_path, path, query) = GraphCall::split_target(text("url")?);
    let call = GraphCall {
        version: outer.version,
        method: method.ok_or_else(|| malformed("the method of an item is not known."))?,
        raw_path,
        path,
        query,
        eventual: headers.get("ConsistencyLevel").is_some_and(|level| level.eq_ignore_ascii_case("eventual")),
        priority: ThrottlePriority::read(headers.get(ThrottlePriority::HEADER)),
        body: headers.body(body),
        caller: outer.caller.clone(),
        via_me: false,
        base: outer.base.clone(),
        ids: RequestIds::new(headers.get("client-request-id").or(Some(&outer.ids.client))),
        now_ms: outer.now_ms,
    }
    .find_me();
    if call.is_batch() {
        return Err(malformed("a batch cannot hold a batch."));
    }
    Ok(BatchRequestItem { id: text("id")?, depends_on: depends_on(fields.get("dependsOn"))?, call })
}

fn depends_on(value: Option<&Value>) -> Result<Vec<String>, GraphRefusal> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let ids =
        value.as_array().map(|ids| ids.iter().map(|id| id.as_str().map(key)).collect::<Option<Vec<_>>>());
    ids.flatten().ok_or_else(|| malformed("'dependsOn' must be a list of ids."))
}

/// An item's headers, looked up case-insensitively.
struct Headers<'a>(Option<&'a Map<String, Value>>);

impl<'a> Headers<'a> {
    fn read(value: Option<&'a Value>) -> Result<Self, GraphRefusal> {
        match value {
            None | Some(Value::Null) => Ok(Self(None)),
            Some(Value::Object(headers)) if headers.values().all(Value::is_string) => Ok(Self(Some(headers))),
            Some(_) => Err(malformed("'headers' must be an object of strings.")),
        }
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.0?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.as_str())
    }

    /// The body of an item; its Content-Type must be JSON.
    fn body(&self, body: Option<&Value>) -> RequestBody {
        let is_json = self.get("Content-Type").is_some_and(|kind| kind.to_ascii_lowercase().contains("json"));
        match body {
            None => RequestBody::Empty,
            Some(body) if is_json => RequestBody::Json(body.clone()),
            Some(_) => RequestBody::Other,
        }
    }
}

/// The execution order of the items: each after those that it depends on.
fn order(items: &[BatchRequestItem<'_>]) -> Result<Vec<usize>, GraphRefusal> {
    let mut done = HashSet::new();
    let mut order = Vec::with_capacity(items.len());
    while order.len() < items.len() {
        let ready = |(at, item): &(usize, &BatchRequestItem<'_>)| {
            !order.contains(at) && item.depends_on.iter().all(|id| done.contains(id))
        };
        let next = items.iter().enumerate().find(ready);
        let (at, item) =
            next.ok_or_else(|| malformed("'dependsOn' names an unknown item or goes in a circle."))?;
        done.insert(key(item.id));
        order.push(at);
    }
    Ok(order)
}

fn failed_dependency(call: &GraphCall) -> HttpReply {
    let message = "The request was not carried out because a request that it depends on failed.";
    GraphRefusal::new(424, "FailedDependency", message).reply(&call.ids, call.now_ms)
}

fn response(id: &str, reply: HttpReply) -> Value {
    let mut headers: Map<String, Value> =
        reply.headers.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let mut response = json!({ "id": id, "status": reply.status });
    if let Some(fields) = response.as_object_mut() {
        if let Some(body) = reply.body {
            headers.insert("Content-Type".to_owned(), "application/json".into());
            fields.insert("body".to_owned(), body);
        }
        fields.insert("headers".to_owned(), headers.into());
    }
    response
}
