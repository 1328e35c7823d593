//! One request to Graph and its answer, whether it came alone or as an item of a batch.

use http::Method;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::form_urlencoded;
use uuid::Uuid;

use super::{entra::people::TestUser, errors::GraphRefusal, permission::Permission};

/// Which half of Graph's surface a path begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphVersion {
    /// `/v1.0`
    V1,
    /// `/beta`
    Beta,
}

impl GraphVersion {
    /// As it stands in a path.
    pub const fn word(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }
}

/// The ids by which Microsoft and the caller find a request again.
#[derive(Debug, Clone)]
pub struct RequestIds {
    /// Graph's own.
    pub request: String,
    /// The caller's, or Graph's again.
    pub client: String,
}

impl RequestIds {
    pub fn new(client: Option<&str>) -> Self {
        let request = Uuid::new_v4().to_string();
        Self { client: client.unwrap_or(&request).to_owned(), request }
    }
}

/// On whose behalf a request is made: what its access token says.
#[derive(Debug, Clone)]
pub struct AccessContext {
    /// Permissions of the app (`roles`), or those that a person lent it (`scp`).
    pub granted: Vec<Permission>,
    /// The person, unless the app calls for itself.
    pub person: Option<DelegatedUser>,
}

/// The person of a delegated access token.
#[derive(Debug, Clone)]
pub struct DelegatedUser {
    /// Object id.
    pub id: String,
    pub test_user: TestUser,
    /// When the person last proved who they are, in milliseconds since 1970.
    pub at_ms: u64,
    /// The token answers the claims challenge of `--practice-step-up`.
    pub stepped_up: bool,
}

/// What a request carries.
pub enum RequestBody {
    /// Nothing.
    Empty,
    /// JSON, declared as such.
    Json(Value),
    /// Bytes that are not JSON, or are not declared as JSON.
    Other,
}

/// One request to Graph. It has no `Debug`: bodies hold seeds and codes.
pub struct GraphCall {
    pub version: GraphVersion,
    pub method: Method,
    /// The path after the version, as it was sent.
    pub raw_path: String,
    /// The same in decoded segments.
    pub path: Vec<String>,
    /// The query, decoded.
    pub query: Vec<(String, String)>,
    /// `ConsistencyLevel: eventual` was sent.
    pub eventual: bool,
    pub body: RequestBody,
    pub caller: AccessContext,
    /// The path said `/me`, so rights over oneself are enough.
    pub via_me: bool,
    /// The address under which the caller reached the tenant, with a slash at its end.
    pub base: String,
    pub ids: RequestIds,
    /// When the request is carried out.
    pub now_ms: u64,
}

impl GraphCall {
    /// The raw path, its segments and the query of `/users?$top=5`, the part of a URL behind the version.
    pub fn split_target(target: &str) -> (String, Vec<String>, Vec<(String, String)>) {
        // A `#` that was not encoded begins a fragment: the rest never reaches Graph (guests' names!).
        let target = target.split('#').next().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let raw = path.trim_matches('/').to_owned();
        let decode = |segment: &str| percent_decode_str(segment).decode_utf8_lossy().into_owned();
        let segments =
            raw.split('/').filter(|segment| !segment.is_empty()).map(decode).flat_map(key_apart).collect();
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        (raw, segments, pairs)
    }

    /// Reads `/me` as `/users/{id}` of the person who calls. An app alone has no `/me`, and its path stays.
    pub fn find_me(mut self) -> Self {
        let says_me = self.path.first().is_some_and(|first| first == "me");
        if let Some(person) = self.caller.person.as_ref().filter(|_| says_me) {
            self.path.splice(0..1, ["users".to_owned(), person.id.clone()]);
            self.via_me = true;
        }
        self
    }

    /// `{base}{version}/$metadata#{of}`, which Graph puts on top of its answers.
    pub fn context(&self, of: &str) -> String {
        format!("{}{}/$metadata#{of}", self.base, self.version.word())
    }

    /// The JSON body; 400 without one.
    pub fn json(&self) -> Result<&Value, GraphRefusal> {
        match &self.body {
            RequestBody::Json(value) => Ok(value),
            RequestBody::Empty => Err(GraphRefusal::bad_request("A request body is required.")),
            RequestBody::Other => Err(GraphRefusal::bad_request(
                "The request body is no JSON, or the header Content-Type does not say application/json.",
            )),
        }
    }
}

/// `users('x')` means the same as `users/x`; it is the only way to name a user whose UPN begins with `$` (FACTS 3.2).
fn key_apart(segment: String) -> Vec<String> {
    let apart = segment.strip_suffix("')").and_then(|rest| rest.split_once("('"));
    apart.map(|(set, key)| vec![set.to_owned(), key.replace("''", "'")]).unwrap_or_else(|| vec![segment])
}

/// Graph's answer.
pub struct HttpReply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<Value>,
}

impl HttpReply {
    pub fn json(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: Some(body) }
    }

    /// 204.
    pub fn no_content() -> Self {
        Self { status: 204, headers: Vec::new(), body: None }
    }
}

/// What a handler comes to.
pub type GraphResult = Result<HttpReply, GraphRefusal>;
