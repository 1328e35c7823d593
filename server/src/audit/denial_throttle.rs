//! Refusals in the trail, in numbers that nobody can drive up: of those alike within a minute the first is an entry of
//! its own, and the others are one entry together.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use token_core::audit::{AuditAction, AuditEntry};

use super::AuditLog;

/// How long refusals are taken together.
const WINDOW: Duration = Duration::from_secs(60);
/// Most kinds of refusals told apart at once; beyond it those of everybody are taken together.
const MAX_KEYS: usize = 500;

/// Alike are refusals of the same action to the same person, or to whoever has not signed in from the same network.
type DenialKey = (AuditAction, String);

/// Counts of the windows that are open.
#[derive(Debug, Default)]
pub struct DenialThrottle(Mutex<HashMap<DenialKey, u32>>);

impl DenialThrottle {
    /// Counts one more; the kind, when it is the first of its window.
    fn count(&self, entry: &AuditEntry) -> Option<DenialKey> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = (entry.action, origin(entry));
        if open.len() >= MAX_KEYS && !open.contains_key(&key) {
            key.1.clear();
        }
        if let Some(more) = open.get_mut(&key) {
            *more = more.saturating_add(1);
            return None;
        }
        open.insert(key.clone(), 0);
        Some(key)
    }

    /// Closes a window; how many more there were.
    fn close(&self, key: &DenialKey) -> u32 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key).unwrap_or_default()
    }
}

impl AuditLog {
    /// Notes that somebody was refused.
    pub fn record_denial(self: &Arc<Self>, entry: AuditEntry) {
        let Some(key) = self.denial_throttle.count(&entry) else { return };
        self.append_later(vec![entry.clone()]);
        let audit_log = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(WINDOW).await;
            let more = audit_log.denial_throttle.close(&key);
            if more > 0 {
                let reason = format!("{more} more refusals like this within a minute. {}", entry.reason);
                audit_log.append_later(vec![AuditEntry { at_ms: crate::clock::now_ms(), reason, ..entry }]);
            }
        });
    }
}

/// Many people may come from one network: those who have signed in are told apart.
fn origin(entry: &AuditEntry) -> String {
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
    use crate::audit::ActorContext;

    fn refused(id: &str, address: &str) -> AuditEntry {
        let actor = Actor { id: id.to_owned(), ..Actor::named(ActorKind::Person, "Ann") };
        let actor =
            ActorContext { actor, role: String::new(), address: address.to_owned(), tenant: String::new() };
        actor.entry(AuditAction::CallRefused, EntryStatus::Refused)
    }

    #[test]
    fn people_behind_one_address_are_told_apart_and_strangers_are_not() {
        let denial_throttle = DenialThrottle::default();
        assert!(denial_throttle.count(&refused("a", "192.0.2.1")).is_some());
        assert!(denial_throttle.count(&refused("b", "192.0.2.1")).is_some());
        assert!(denial_throttle.count(&refused("a", "192.0.2.2")).is_none(), "wherever they come from");
        assert!(denial_throttle.count(&refused("", "2001:db8:1:2::1")).is_some());
        assert!(denial_throttle.count(&refused("", "2001:db8:1:2::9")).is_none());
    }
}
