//! Reads a little of everything, to see what Graph allows. Nothing is written: whether writing is allowed only a
//! permission's name can tell.

use http::HeaderValue;
use jiff::Timestamp;
use serde_json::Value;
use token_core::user::UserId;
use url::Url;

use super::{ask::Asker, clock::Reading};
use crate::graph::{
    GraphSettings,
    path::{DEVICES, POLICY, Root, Version},
    wire::user::{BASIC_PROFILE, FULL_PROFILE},
};

/// Most people whose tokens are asked for: an administrator's may be out of reach where others' are not.
const MAX_PEOPLE: &str = "5";

/// What came of one question.
#[derive(Default)]
pub(super) enum Probe {
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
    Unclear(String),
    /// No answer, in words.
    Silent(String),
}

impl Probe {
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
pub(super) struct Probes {
    /// One token of the inventory.
    pub tokens: Probe,
    /// Some people, with whether they are enabled and guests.
    pub whole_users: Probe,
    /// Some people without that, asked when the former was refused.
    pub users: Probe,
    /// The tokens of one of them.
    pub holdings: Probe,
    /// The policy of the method.
    pub policy: Probe,
    /// When the policies of all methods were last changed.
    pub changed: Option<Timestamp>,
    /// The clocks on both ends.
    pub reading: Option<Reading>,
}

/// Asks everything, in the name of the token's bearer. Without one only whether Graph answers at all.
pub(super) async fn run(asker: &Asker, settings: &GraphSettings, bearer: Option<&HeaderValue>) -> Probes {
    let graph = Prober {
        asker,
        bearer,
        beta: Root::new(&settings.endpoint, Version::Beta),
        v1: Root::new(&settings.endpoint, Version::V1),
    };
    let (policy, reading) = graph.ask(graph.beta.url(&POLICY, &[])).await;
    let mut probes = Probes { policy, reading, ..Probes::default() };
    if bearer.is_none() || matches!(probes.policy, Probe::Silent(_) | Probe::BadToken(_)) {
        return probes;
    }
    probes.tokens = graph.ask(graph.beta.url(&DEVICES, &[("$top", "1")])).await.0;
    probes.changed = graph.changed().await;
    probes.whole_users = graph.people(FULL_PROFILE).await;
    if !probes.whole_users.is_allowed() {
        probes.users = graph.people(BASIC_PROFILE).await;
    }
    if let Some(people) = [&probes.whole_users, &probes.users].into_iter().find_map(people) {
        probes.holdings = graph.holdings(&people).await;
    }
    probes
}

fn people(probe: &Probe) -> Option<Vec<UserId>> {
    let Probe::Allowed(body) = probe else { return None };
    let id = |user: &Value| UserId::parse(user.get("id")?.as_str()?);
    Some(body.get("value")?.as_array()?.iter().filter_map(id).collect())
}

struct Prober<'a> {
    asker: &'a Asker,
    bearer: Option<&'a HeaderValue>,
    beta: Root,
    v1: Root,
}

impl Prober<'_> {
    async fn ask(&self, url: Url) -> (Probe, Option<Reading>) {
        let heard = match self.asker.get(url, self.bearer).await {
            Ok(heard) => heard,
            Err(silence) => return (Probe::Silent(silence.reason), None),
        };
        let message = heard.message(self.bearer);
        let probe = match heard.status {
            200..300 => Probe::Allowed(heard.body),
            401 => Probe::BadToken(message),
            // Graph never refuses without a word; a proxy or gateway does.
            403 if message.is_empty() => {
                Probe::Unclear("a proxy or gateway before Microsoft refused".to_owned())
            }
            403 => Probe::Refused,
            404 | 501 => Probe::NoSuchApi,
            400 if message.to_ascii_lowercase().contains("segment") => Probe::NoSuchApi,
            status @ (429 | 500..) => Probe::Unclear(format!("Microsoft Graph is busy (status {status})")),
            status if message.is_empty() => Probe::Unclear(format!("Microsoft Graph answered {status}")),
            status => Probe::Unclear(format!("Microsoft Graph answered {status}: {message}")),
        };
        (probe, heard.reading)
    }

    /// `lastModifiedDateTime` of the resource type authenticationMethodsPolicy. Absence is no trouble.
    async fn changed(&self) -> Option<Timestamp> {
        let [policies, methods, ..] = POLICY;
        let (Probe::Allowed(body), _) = self.ask(self.v1.url(&[policies, methods], &[])).await else {
            return None;
        };
        body.get("lastModifiedDateTime")?.as_str()?.parse().ok()
    }

    async fn people(&self, profile: &str) -> Probe {
        self.ask(self.v1.url(&["users"], &[("$select", profile), ("$top", MAX_PEOPLE)])).await.0
    }

    /// The first answer that says something about the right to ask, and a refusal only when all refuse.
    async fn holdings(&self, people: &[UserId]) -> Probe {
        let mut last = Probe::Skipped;
        for person in people {
            let path = ["users", person.as_str(), "authentication", "hardwareOathMethods"];
            match self.ask(self.beta.url(&path, &[])).await.0 {
                // Gone meanwhile, or of another kind.
                Probe::NoSuchApi => {}
                Probe::Refused => last = Probe::Refused,
                answer => return answer,
            }
        }
        last
    }
}
