//! Limits how many entries denials add to the audit log: of equal denials within a minute the first is an entry of its
//! own, the others are counted in one further entry.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::Mutex,
    time::Duration,
};

use token_core::audit::{AuditAction, AuditEntry};

use super::sync::lock;

/// How long equal denials are counted together.
pub const WINDOW: Duration = Duration::from_secs(60);
/// Most keys at once; beyond it, denials are counted by action alone.
const MAX_KEYS: usize = 500;

/// Denials are equal when they have the same action and the same person or, for somebody not signed in, the same network.
pub type DenialKey = (AuditAction, String);

/// Denials after the first in each open window.
#[derive(Debug, Default)]
pub struct DenialThrottle(Mutex<HashMap<DenialKey, u32>>);

impl DenialThrottle {
    /// Counts a denial; returns the key when it opens a window.
    pub fn count(&self, entry: &AuditEntry) -> Option<DenialKey> {
        let mut windows = lock(&self.0);
        let mut key = (entry.action, origin(entry));
        if windows.len() >= MAX_KEYS && !windows.contains_key(&key) {
            key.1.clear();
        }
        if let Some(more) = windows.get_mut(&key) {
            *more = more.saturating_add(1);
            return None;
        }
        windows.insert(key.clone(), 0);
        Some(key)
    }

    /// Closes a window; returns how many denials followed the first.
    pub fn close(&self, key: &DenialKey) -> u32 {
        lock(&self.0).remove(key).unwrap_or_default()
    }
}

/// The person's id when signed in, since many people may share a network; else the network.
fn origin(entry: &AuditEntry) -> String {
    if entry.actor.id.is_empty() { network(&entry.address) } else { entry.actor.id.clone() }
}

/// An IPv6 client is identified by its /64, since one household has any number of addresses in it.
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
    use crate::ActorContext;

    fn refused(id: &str, address: &str) -> AuditEntry {
        let actor = Actor { id: id.to_owned(), ..Actor::named(ActorKind::Person, "Ann") };
        let actor =
            ActorContext { actor, role: String::new(), address: address.to_owned(), tenant: String::new() };
        actor.entry(AuditAction::CallRefused, EntryStatus::Refused, 1_000)
    }

    #[test]
    fn signed_in_people_are_counted_apart_and_anonymous_clients_by_network() {
        let denial_throttle = DenialThrottle::default();
        assert!(denial_throttle.count(&refused("a", "192.0.2.1")).is_some());
        assert!(denial_throttle.count(&refused("b", "192.0.2.1")).is_some());
        assert!(denial_throttle.count(&refused("a", "192.0.2.2")).is_none(), "wherever they come from");
        assert!(denial_throttle.count(&refused("", "2001:db8:1:2::1")).is_some());
        assert!(denial_throttle.count(&refused("", "2001:db8:1:2::9")).is_none());
    }
}
