//! Sends reads to find out what Graph allows. Nothing is written, so that the probes do not show whether writing is
//! allowed. The doctor makes findings of the results.

mod client;

use http::HeaderValue;
use jiff::Timestamp;
use serde_json::Value;
use token_core::user::UserId;
use url::Url;

pub use self::client::{ProbeClient, ProbeResponse};
pub use crate::clock::ClockSample;
pub use crate::wire::{
    policy as method_policy,
    policy_targets::{PolicyTargets, policy_targets},
};
use crate::{
    path::{ApiRoot, ApiVersion, DEVICES, POLICY},
    wire::user::{BASIC_PROFILE, FULL_PROFILE},
};

/// Most users whose tokens are requested: Graph may refuse those of administrators and allow those of others.
const MAX_USERS: &str = "5";

/// The result of one probe.
#[derive(Default)]
pub enum ProbeResult {
    /// Not sent.
    #[default]
    Skipped,
    /// Graph responded with this body.
    Allowed(Value),
    /// 403 with a message.
    Refused,
    /// 401: Graph does not accept the access token; with Graph's message.
    BadToken(String),
    /// This Graph does not have the resource.
    NoSuchApi,
    /// The response does not show whether it is allowed: Graph is busy, or a gateway responded. With a description.
    Inconclusive(String),
    /// No response, with the reason.
    NoResponse(String),
}

impl ProbeResult {
    /// Whether Graph allowed it.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed(_))
    }

    /// Whether Graph refused it for lack of permission.
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::Refused)
    }
}

/// The results of all probes.
#[derive(Default)]
pub struct ProbeResults {
    /// One token of the inventory.
    pub tokens: ProbeResult,
    /// Some users with the full profile.
    pub full_users: ProbeResult,
    /// Some users with the basic profile, sent if the former was refused.
    pub users: ProbeResult,
    /// The tokens of one of them.
    pub tokens_of_users: ProbeResult,
    /// The policy for hardware OATH tokens.
    pub policy: ProbeResult,
    /// When the tenant's authentication methods policy was last changed.
    pub changed: Option<Timestamp>,
    /// The clocks.
    pub clock_sample: Option<ClockSample>,
}

impl ProbeClient {
    /// Sends all probes with this access token. Without one, only checks whether Graph responds.
    pub async fn probe(&self, bearer: Option<&HeaderValue>) -> ProbeResults {
        let endpoint = &self.settings.endpoint;
        let (beta, v1) = (ApiRoot::new(endpoint, ApiVersion::Beta), ApiRoot::new(endpoint, ApiVersion::V1));
        GraphProber { probe_client: self, bearer, beta, v1 }.run().await
    }
}

fn user_ids(probe: &ProbeResult) -> Option<Vec<UserId>> {
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
    async fn run(self) -> ProbeResults {
        let (policy, clock_sample) = self.probe(self.beta.url(&POLICY, &[])).await;
        let mut probes = ProbeResults { policy, clock_sample, ..ProbeResults::default() };
        if self.bearer.is_none()
            || matches!(probes.policy, ProbeResult::NoResponse(_) | ProbeResult::BadToken(_))
        {
            return probes;
        }
        probes.tokens = self.probe(self.beta.url(&DEVICES, &[("$top", "1")])).await.0;
        probes.changed = self.changed().await;
        probes.full_users = self.read_users(FULL_PROFILE).await;
        if !probes.full_users.is_allowed() {
            probes.users = self.read_users(BASIC_PROFILE).await;
        }
        if let Some(users) = [&probes.full_users, &probes.users].into_iter().find_map(user_ids) {
            probes.tokens_of_users = self.tokens_of_users(&users).await;
        }
        probes
    }

    async fn probe(&self, url: Url) -> (ProbeResult, Option<ClockSample>) {
        let response = match self.probe_client.get(url, self.bearer).await {
            Ok(response) => response,
            Err(error) => return (ProbeResult::NoResponse(error.reason), None),
        };
        let message = response.message(self.bearer);
        let probe = match response.status {
            200..300 => ProbeResult::Allowed(response.body),
            401 => ProbeResult::BadToken(message),
            // Graph never sends a 403 without message; a proxy or gateway does.
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

    /// `lastModifiedDateTime` of the resource type authenticationMethodsPolicy, if it can be read.
    async fn changed(&self) -> Option<Timestamp> {
        let [policies, methods, ..] = POLICY;
        let (ProbeResult::Allowed(body), _) = self.probe(self.v1.url(&[policies, methods], &[])).await else {
            return None;
        };
        body.get("lastModifiedDateTime")?.as_str()?.parse().ok()
    }

    async fn read_users(&self, profile: &str) -> ProbeResult {
        self.probe(self.v1.url(&["users"], &[("$select", profile), ("$top", MAX_USERS)])).await.0
    }

    /// The first result that shows whether reading is allowed; refused only if all are refused.
    async fn tokens_of_users(&self, users: &[UserId]) -> ProbeResult {
        let mut last = ProbeResult::Skipped;
        for user in users {
            let path = ["users", user.as_str(), "authentication", "hardwareOathMethods"];
            match self.probe(self.beta.url(&path, &[])).await.0 {
                // Deleted meanwhile, or a user without authentication methods.
                ProbeResult::NoSuchApi => {}
                ProbeResult::Refused => last = ProbeResult::Refused,
                result => return result,
            }
        }
        last
    }
}
