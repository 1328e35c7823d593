//! Reads a little of everything, to see what Graph allows. Nothing is written: whether writing is allowed only a
//! permission's name can tell.

use http::HeaderValue;
use jiff::Timestamp;
use serde_json::Value;
use token_core::user::UserId;
use url::Url;

use super::{clock::ClockSample, probe_client::ProbeClient};
use crate::graph::{
    GraphSettings,
    path::{ApiRoot, ApiVersion, DEVICES, POLICY},
    wire::user::{BASIC_PROFILE, FULL_PROFILE},
};

/// Most people whose tokens are asked for: an administrator's may be out of reach where others' are not.
const MAX_PEOPLE: &str = "5";

/// What came of one question.
#[derive(Default)]
pub(super) enum ProbeResult {
    /// It was not asked.
    #[default]
    Skipped,
    /// Graph answered with this.
    Allowed(Value),
    /// 403 with a reason.
    Refused,
    /// 401: Graph does not take the token, with Graph's words.
    BadToken(String),
    /// This Graph does not know the address.
    NoSuchApi,
    /// Graph says nothing about the right to ask: busy, or something before it answered. In words.
    Inconclusive(String),
    /// No answer, in words.
    NoResponse(String),
}

impl ProbeResult {
    /// Whether Graph allowed it.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed(_))
    }

    /// Whether Graph refused it for want of a right.
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::Refused)
    }
}

/// All of them.
#[derive(Default)]
pub(super) struct ProbeResults {
    /// One token of the inventory.
    pub tokens: ProbeResult,
    /// Some people, with whether they are enabled and guests.
    pub full_users: ProbeResult,
    /// Some people without that, asked when the former was refused.
    pub users: ProbeResult,
    /// The tokens of one of them.
    pub tokens_of_users: ProbeResult,
    /// The policy of the method.
    pub policy: ProbeResult,
    /// When the policies of all methods were last changed.
    pub changed: Option<Timestamp>,
    /// The clocks on both ends.
    pub clock_sample: Option<ClockSample>,
}

/// Asks everything, in the name of the token's bearer. Without one only whether Graph answers at all.
pub(super) async fn run(
    probe_client: &ProbeClient,
    settings: &GraphSettings,
    bearer: Option<&HeaderValue>,
) -> ProbeResults {
    let graph = GraphProber {
        probe_client,
        bearer,
        beta: ApiRoot::new(&settings.endpoint, ApiVersion::Beta),
        v1: ApiRoot::new(&settings.endpoint, ApiVersion::V1),
    };
    let (policy, clock_sample) = graph.probe(graph.beta.url(&POLICY, &[])).await;
    let mut probes = ProbeResults { policy, clock_sample, ..ProbeResults::default() };
    if bearer.is_none() || matches!(probes.policy, ProbeResult::NoResponse(_) | ProbeResult::BadToken(_)) {
        return probes;
    }
    probes.tokens = graph.probe(graph.beta.url(&DEVICES, &[("$top", "1")])).await.0;
    probes.changed = graph.changed().await;
    probes.full_users = graph.people(FULL_PROFILE).await;
    if !probes.full_users.is_allowed() {
        probes.users = graph.people(BASIC_PROFILE).await;
    }
    if let Some(people) = [&probes.full_users, &probes.users].into_iter().find_map(people) {
        probes.tokens_of_users = graph.tokens_of_users(&people).await;
    }
    probes
}

fn people(probe: &ProbeResult) -> Option<Vec<UserId>> {
    let ProbeResult::Allowed(body) = probe else { return None };
    let id = |user: &Value| UserId::parse(user.get("id")?.as_str()?);
    Some(body.get("value")?.as_array()?.iter().filter_map(id).collect())
}

struct GraphProber<'a> {
    probe_client: &'a ProbeClient,
    bearer: Option<&'a HeaderValue>,
    beta: ApiRoot,
    v1: ApiRoot,
}

impl GraphProber<'_> {
    async fn probe(&self, url: Url) -> (ProbeResult, Option<ClockSample>) {
        let response = match self.probe_client.get(url, self.bearer).await {
            Ok(response) => response,
            Err(error) => return (ProbeResult::NoResponse(error.reason), None),
        };
        let message = response.message(self.bearer);
        let probe = match response.status {
            200..300 => ProbeResult::Allowed(response.body),
            401 => ProbeResult::BadToken(message),
            // Graph never refuses without a word; a proxy or gateway does.
            403 if message.is_empty() => {
                ProbeResult::Inconclusive("a proxy or gateway before Microsoft refused".to_owned())
            }
            403 => ProbeResult::Refused,
            404 | 501 => ProbeResult::NoSuchApi,
            400 if message.to_ascii_lowercase().contains("segment") => ProbeResult::NoSuchApi,
            status @ (429 | 500..) => {
                ProbeResult::Inconclusive(format!("Microsoft Graph is busy (status {status})"))
            }
            status if message.is_empty() => {
                ProbeResult::Inconclusive(format!("Microsoft Graph answered {status}"))
            }
            status => ProbeResult::Inconclusive(format!("Microsoft Graph answered {status}: {message}")),
        };
        (probe, response.clock_sample)
    }

    /// `lastModifiedDateTime` of the resource type authenticationMethodsPolicy. Absence is no trouble.
    async fn changed(&self) -> Option<Timestamp> {
        let [policies, methods, ..] = POLICY;
        let (ProbeResult::Allowed(body), _) = self.probe(self.v1.url(&[policies, methods], &[])).await else {
            return None;
        };
        body.get("lastModifiedDateTime")?.as_str()?.parse().ok()
    }

    async fn people(&self, profile: &str) -> ProbeResult {
        self.probe(self.v1.url(&["users"], &[("$select", profile), ("$top", MAX_PEOPLE)])).await.0
    }

    /// The first answer that says something about the right to ask, and a refusal only when all refuse.
    async fn tokens_of_users(&self, people: &[UserId]) -> ProbeResult {
        let mut last = ProbeResult::Skipped;
        for person in people {
            let path = ["users", person.as_str(), "authentication", "hardwareOathMethods"];
            match self.probe(self.beta.url(&path, &[])).await.0 {
                // Gone meanwhile, or of another kind.
                ProbeResult::NoSuchApi => {}
                ProbeResult::Refused => last = ProbeResult::Refused,
                answer => return answer,
            }
        }
        last
    }
}
