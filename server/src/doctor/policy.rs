//! Checks whether the tenant's policy lets users sign in with hardware tokens, and since when (MICROSOFT_GRAPH.md 0).

use graph::{
    clock::now_ms,
    permission::READ_POLICY,
    probe::{ProbeResult, ProbeResults, method_policy, policy_targets},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use token_core::{checkup::Finding, ports::MethodPolicy};

use super::{
    GraphAccess,
    finding::{advice, good, problem, unknown},
};

/// The topic of the findings.
pub(super) const TOPIC: &str = "Hardware OATH method";
/// The topic of the finding that the policy was just changed.
const CHANGED: &str = "Hardware OATH method: changed just now";
/// A change takes up to twenty minutes to propagate; Microsoft recommends to wait an hour.
const PROPAGATION_TIME: SignedDuration = SignedDuration::from_hours(1);
const WHERE: &str =
    "Entra admin center → Entra ID → Authentication methods → Policies → Hardware OATH tokens";

/// The findings for the policy.
pub(super) fn findings(probes: &ProbeResults, access: &GraphAccess) -> Vec<Finding> {
    let body = match &probes.policy {
        ProbeResult::Allowed(body) => body,
        other => return vec![unreadable(other, access)],
    };
    match method_policy(body) {
        MethodPolicy::Enabled => {
            let found: Vec<Finding> =
                [recently_changed(probes), targets(body)].into_iter().flatten().collect();
            if found.is_empty() { vec![good(TOPIC, "Enabled for everybody.")] } else { found }
        }
        MethodPolicy::Disabled => vec![problem(
            TOPIC,
            "Disabled: users cannot sign in with a hardware token, even when it is assigned and activated.",
            format!("{WHERE} → Enable, choose who may use them, Save. It takes up to an hour to count."),
        )],
        MethodPolicy::Unknown => {
            vec![unknown(TOPIC, "The policy says neither enabled nor disabled.", Some(WHERE))]
        }
    }
}

fn unreadable(probe: &ProbeResult, access: &GraphAccess) -> Finding {
    let why = match probe {
        ProbeResult::Refused if matches!(access, GraphAccess::AppOnly) => {
            format!("Whether it is enabled could not be read: the permission {READ_POLICY} is missing.")
        }
        ProbeResult::Refused => format!(
            "Whether it is enabled could not be read: the permission {READ_POLICY} or the role Authentication Policy \
             Administrator is missing."
        ),
        ProbeResult::NoSuchApi => "This cloud's Graph does not know it.".to_owned(),
        _ => "Whether it is enabled could not be read.".to_owned(),
    };
    unknown(TOPIC, why, Some(&format!("Look under {WHERE}.")))
}

/// The policy was changed less than an hour ago, possibly by enabling the method.
fn recently_changed(probes: &ProbeResults) -> Option<Finding> {
    let changed = probes.changed?;
    // By Microsoft's clock if it is known, because the local clock may be wrong.
    let now_ms = probes.clock_sample.map_or_else(now_ms, |clock_sample| clock_sample.remote_ms);
    let now = Timestamp::from_millisecond(i64::try_from(now_ms).ok()?).ok()?;
    let safe = changed.checked_add(PROPAGATION_TIME).ok()?;
    let left = safe.duration_since(now);
    (left > SignedDuration::ZERO && changed <= now).then(|| {
        let minutes = (left.as_secs() + 59) / 60;
        advice(
            CHANGED,
            format!(
                "Enabled, but the tenant's policy of authentication methods was changed at {}: until the change has \
                 spread, users may not be able to sign in with their tokens.",
                changed.strftime("%H:%M UTC")
            ),
            format!("Import now if you like, but let users sign in with their tokens from {} on, in {minutes} minutes.", safe.strftime("%H:%M UTC")),
        )
    })
}

/// The method is not enabled for all users.
fn targets(body: &Value) -> Option<Finding> {
    let targets = policy_targets(body);
    let says = match (targets.includes_everybody, targets.included, targets.excluded) {
        (true, _, 0) => return None,
        (true, _, groups) => format!("Enabled for everybody but the members of {}.", count(groups)),
        (false, 0, _) => "Enabled, but for nobody in particular: no group is chosen.".to_owned(),
        (false, groups, 0) => format!("Enabled for the members of {} only.", count(groups)),
        (false, groups, out) => {
            format!("Enabled for the members of {} only, but not of {}.", count(groups), count(out))
        }
    };
    let remedy = format!("Check that everybody who gets a token is among them: {WHERE} → Enable and target.");
    Some(advice(TOPIC, says, remedy))
}

fn count(groups: usize) -> String {
    if groups == 1 { "1 group".to_owned() } else { format!("{groups} groups") }
}

#[cfg(test)]
mod tests;
