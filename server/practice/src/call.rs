//! A call to Graph, whether it is a request of its own or an item of a batch.

use http::Method;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::form_urlencoded;

use super::{
    errors::GraphRefusal,
    permission::Permission,
    reply::{HttpReply, RequestIds},
    test_users::TestUser,
    throttle_priority::ThrottlePriority,
};

/// The API version that a path begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphVersion {
    /// `/v1.0`
    V1,
    /// `/beta`
    Beta,
}

impl GraphVersion {
    /// The path segment.
    pub const fn word(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }
}

/// The permissions and the user of a request's access token.
#[derive(Debug, Clone)]
pub struct AccessContext {
    /// Application permissions (`roles`), or delegated permissions (`scp`).
    pub granted: Vec<Permission>,
    /// The user of a delegated token; `None` when the app calls for itself.
    pub person: Option<DelegatedUser>,
}

/// The user of a delegated access token.
#[derive(Debug, Clone)]
pub struct DelegatedUser {
    /// Object id.
    pub id: String,
    pub test_user: TestUser,
    /// When the user last authenticated, in milliseconds since 1970.
    pub at_ms: u64,
    /// The token answers the claims challenge of `--practice-step-up`.
    pub stepped_up: bool,
}

/// The body of a request.
pub enum RequestBody {
    /// Nothing.
    Empty,
    /// JSON, with a matching Content-Type.
    Json(Value),
    /// Bytes that are not JSON, or have another Content-Type.
    Other,
}

/// A call to Graph. No `Debug`: bodies hold seeds and codes.
pub struct GraphCall {
    pub version: GraphVersion,
    pub method: Method,
    /// The path after the version, undecoded.
    pub raw_path: String,
    /// The same as decoded segments.
    pub path: Vec<String>,
    /// The query, decoded.
    pub query: Vec<(String, String)>,
    /// `ConsistencyLevel: eventual` was sent.
    pub eventual: bool,
    /// The header `x-ms-throttle-priority`.
    pub priority: ThrottlePriority,
    pub body: RequestBody,
    pub caller: AccessContext,
    /// The path was `/me`, for which permissions over the user's own account suffice.
    pub via_me: bool,
    /// The URL under which the client reached the tenant, with a trailing slash.
    pub base: String,
    pub ids: RequestIds,
    /// The time of the request.
    pub now_ms: u64,
}

impl GraphCall {
    /// Splits `/users?$top=5`, the part of a URL after the version, into raw path, segments and query.
    pub fn split_target(target: &str) -> (String, Vec<String>, Vec<(String, String)>) {
        // An unencoded `#`, as in guests' user principal names, begins a fragment, which never reaches Graph.
        let target = target.split('#').next().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let raw = path.trim_matches('/').to_owned();
        let decode = |segment: &str| percent_decode_str(segment).decode_utf8_lossy().into_owned();
        let segments =
            raw.split('/').filter(|segment| !segment.is_empty()).map(decode).flat_map(split_key).collect();
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        (raw, segments, pairs)
    }

    /// Replaces `/me` by `/users/{id}` of the token's user. For an app token the path stays, and is refused later.
    pub fn find_me(mut self) -> Self {
        let is_me = self.path.first().is_some_and(|first| first == "me");
        if let Some(person) = self.caller.person.as_ref().filter(|_| is_me) {
            self.path.splice(0..1, ["users".to_owned(), person.id.clone()]);
            self.via_me = true;
        }
        self
    }

    /// Whether it is a batch.
    pub fn is_batch(&self) -> bool {
        self.path.first().is_some_and(|first| first == "$batch")
    }

    /// `{base}{version}/$metadata#{of}`, the `@odata.context` of an answer.
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

/// `users('x')` is the same as `users/x`; it is the only way to name a user whose UPN begins with `$` (MICROSOFT_GRAPH.md 3.2).
fn split_key(segment: String) -> Vec<String> {
    let apart = segment.strip_suffix("')").and_then(|rest| rest.split_once("('"));
    apart.map(|(set, key)| vec![set.to_owned(), key.replace("''", "'")]).unwrap_or_else(|| vec![segment])
}

/// The result of a handler.
pub type GraphResult = Result<HttpReply, GraphRefusal>;
