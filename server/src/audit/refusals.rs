//! Refusals in the trail, in numbers that nobody can drive up: of those alike within a minute the first is an entry of
//! its own, and the others are one entry together.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use token_core::audit::{AuditAction, AuditEntry};

use super::Trail;

/// How long refusals are taken together.
const WINDOW: Duration = Duration::from_secs(60);
/// Most kinds of refusals told apart at once; beyond it those of everybody are taken together.
const MOST: usize = 500;

/// Alike are refusals of the same action to the same person, or to whoever has not signed in from the same network.
type Kind = (AuditAction, String);

/// Counts of the windows that are open.
#[derive(Debug, Default)]
pub struct Refusals(Mutex<HashMap<Kind, u32>>);

impl Refusals {
    /// Counts one more; the kind, when it is the first of its window.
    fn count(&self, entry: &AuditEntry) -> Option<Kind> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut kind = (entry.action, whose(entry));
        if open.len() >= MOST && !open.contains_key(&kind) {
            kind.1.clear();
        }
        if let Some(more) = open.get_mut(&kind) {
            *more = more.saturating_add(1);
            return None;
        }
        open.insert(kind.clone(), 0);
        Some(kind)
    }

    /// Closes a window; how many more there were.
    fn close(&self, kind: &Kind) -> u32 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(kind).unwrap_or_default()
    }
}

impl Trail {
    /// Notes that somebody was refused.
    pub fn refused(self: &Arc<Self>, entry: AuditEntry) {
        let Some(kind) = self.refusals.count(&entry) else { return };
        self.note(vec![entry.clone()]);
        let trail = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(WINDOW).await;
            let more = trail.refusals.close(&kind);
            if more > 0 {
                let reason = format!("{more} more refusals like this within a minute. {}", entry.reason);
                trail.note(vec![AuditEntry { at_ms: crate::clock::now_ms(), reason, ..entry }]);
            }
        });
    }
}

/// Many people may come from one network: those who have signed in are told apart.
fn whose(entry: &AuditEntry) -> String {
    if entry.actor.id.is_empty() { network(&entry.address) } else { entry.actor.id.clone() }
}

/// One household has one network of version 6 with any number of addresses.
fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use token_core::audit::{Actor, ActorKind, EntryStatus};

    use super::*;
    use crate::audit::Who;

    fn refused(id: &str, address: &str) -> AuditEntry {
        let actor = Actor { id: id.to_owned(), ..Actor::named(ActorKind::Person, "Ann") };
        let who = Who { actor, role: String::new(), address: address.to_owned(), tenant: String::new() };
        who.entry(AuditAction::CallRefused, EntryStatus::Refused)
    }

    #[test]
    fn people_behind_one_address_are_told_apart_and_strangers_are_not() {
        let refusals = Refusals::default();
        assert!(refusals.count(&refused("a", "192.0.2.1")).is_some());
        assert!(refusals.count(&refused("b", "192.0.2.1")).is_some());
        assert!(refusals.count(&refused("a", "192.0.2.2")).is_none(), "wherever they come from");
        assert!(refusals.count(&refused("", "2001:db8:1:2::1")).is_some());
        assert!(refusals.count(&refused("", "2001:db8:1:2::9")).is_none());
    }
}
