//! The company as reads that lag behind the writes show it (MICROSOFT_GRAPH.md 11).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Company, HardwareToken, TokenKey, UserKey};

/// What a token was before a change.
struct Earlier {
    changed_ms: u64,
    key: TokenKey,
    /// `None`: it did not exist.
    device: Option<HardwareToken>,
}

/// The changes that reads do not show yet, oldest first.
pub(super) struct Past {
    lag_ms: u64,
    changes: VecDeque<Earlier>,
}

impl Past {
    pub(super) fn new(lag_ms: u64) -> Self {
        Self { lag_ms, changes: VecDeque::new() }
    }
}

impl Company {
    /// Keeps what a token was before a change at this time; `None`: it did not exist.
    pub fn remember(&mut self, key: TokenKey, device: Option<HardwareToken>, now_ms: u64) {
        let Past { lag_ms, changes } = &mut self.past;
        if *lag_ms == 0 {
            return;
        }
        while changes.front().is_some_and(|earlier| earlier.changed_ms + *lag_ms <= now_ms) {
            changes.pop_front();
        }
        changes.push_back(Earlier { changed_ms: now_ms, key, device });
    }

    /// What reads show at this time.
    pub fn shown_at(&self, now_ms: u64) -> ShownCompany<'_> {
        let mut earlier = BTreeMap::new();
        for change in &self.past.changes {
            if change.changed_ms + self.past.lag_ms > now_ms {
                earlier.entry(change.key).or_insert(change.device.as_ref());
            }
        }
        ShownCompany { company: self, earlier }
    }
}

/// The company with some tokens as they were earlier.
pub struct ShownCompany<'a> {
    company: &'a Company,
    earlier: BTreeMap<TokenKey, Option<&'a HardwareToken>>,
}

impl<'a> ShownCompany<'a> {
    pub fn device(&self, key: TokenKey) -> Option<&'a HardwareToken> {
        self.earlier.get(&key).copied().unwrap_or_else(|| self.company.device(key))
    }

    /// A token by id, case-insensitively.
    pub fn by_id(&self, id: &str) -> Option<(TokenKey, &'a HardwareToken)> {
        let key = *self.company.device_by_id.get(&id.to_lowercase())?;
        Some((key, self.device(key)?))
    }

    /// A token of the inventory by serial, case-insensitively.
    pub fn by_serial(&self, serial: &str) -> Option<(TokenKey, &'a HardwareToken)> {
        let keys = self.earlier.keys().copied().chain(self.company.key_by_serial(serial));
        let mut devices = keys.filter_map(|key| Some((key, self.device(key)?)));
        devices.find(|(_, device)| !device.legacy && device.serial.to_lowercase() == serial.to_lowercase())
    }

    /// The inventory in the order of creation, after the key `after`.
    pub fn inventory(&self, after: TokenKey) -> Box<dyn Iterator<Item = (TokenKey, &'a HardwareToken)> + '_> {
        let company = self.company;
        if self.earlier.is_empty() {
            return Box::new(company.inventory(after));
        }
        let mut shown: BTreeMap<_, _> = company.inventory(after).collect();
        for (key, device) in self.earlier.range(after.saturating_add(1)..) {
            match device.filter(|device| !device.legacy) {
                Some(device) => shown.insert(*key, device),
                None => shown.remove(key),
            };
        }
        Box::new(shown.into_iter())
    }

    /// The tokens assigned to a user, including legacy ones.
    pub fn tokens_of(&self, person: UserKey) -> impl Iterator<Item = (TokenKey, &'a HardwareToken)> {
        let mut keys: BTreeSet<_> = self.company.tokens_of(person).map(|(key, _)| key).collect();
        keys.extend(self.earlier.keys());
        let devices = keys.into_iter().filter_map(|key| Some((key, self.device(key)?)));
        devices.filter(move |(_, device)| device.assigned_to == Some(person))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{
        settings::PracticeSettings,
        test_calls::{DEVICES, settings, tenant},
    };

    const NOW_MS: u64 = 1_768_471_200_000;
    const LAG_MS: u64 = 1_000;

    fn lagging() -> crate::state::Tenant {
        tenant(PracticeSettings { list_lag_ms: LAG_MS, ..settings() })
    }

    #[test]
    fn reads_show_a_new_token_after_the_lag() {
        let tenant = lagging();
        let id = tenant.create("A", NOW_MS);
        let (late, seen) = (NOW_MS + LAG_MS - 1, NOW_MS + LAG_MS);
        let by_serial = format!("{DEVICES}?$filter=serialNumber eq 'a'");
        let found = |at| tenant.get(&by_serial, at).body.unwrap()["value"].as_array().unwrap().len();
        let by_id = |at| tenant.get(&format!("{DEVICES}/{id}"), at).status;
        assert_eq!((tenant.inventory(late).len(), found(late), by_id(late)), (0, 0, 404));
        assert_eq!((tenant.inventory(seen).len(), found(seen), by_id(seen)), (1, 1, 200));
    }

    #[test]
    fn reads_show_earlier_states_step_by_step_while_writes_see_the_latest() {
        let tenant = lagging();
        let id = tenant.create("A", NOW_MS);
        let methods = tenant.methods_of(0);
        assert_eq!(tenant.post(&methods, json!({ "device": { "id": id } }), NOW_MS + 2_000).status, 201);
        assert_eq!(tenant.delete(&format!("{methods}/{id}"), NOW_MS + 2_500), 204);
        let status = |at| tenant.inventory(NOW_MS + at)[0].1.clone();
        assert_eq!(
            [2_999, 3_000, 3_499, 3_500].map(status),
            ["available", "assigned", "assigned", "available"]
        );
        let held = |at| tenant.get(&methods, NOW_MS + at).body.unwrap()["value"].as_array().unwrap().len();
        assert_eq!([2_999, 3_000, 3_499, 3_500].map(held), [0, 1, 1, 0]);
        let method = |at| tenant.get(&format!("{methods}/{id}"), NOW_MS + at).status;
        assert_eq!([2_999, 3_000, 3_499, 3_500].map(method), [404, 200, 200, 404]);
    }

    #[test]
    fn a_deleted_token_stays_in_its_place_for_the_lag() {
        let tenant = lagging();
        let ids = ["A", "B", "C"].map(|serial| tenant.create(serial, NOW_MS));
        let change = json!({ "displayName": "renamed" });
        let renamed =
            |at| tenant.get(&format!("{DEVICES}/{}", ids[0]), at).body.unwrap()["displayName"].clone();
        let path = format!("{DEVICES}/{}", ids[0]);
        assert_eq!(tenant.call(http::Method::PATCH, &path, change, NOW_MS + 5_000).status, 204);
        assert_eq!([renamed(NOW_MS + 5_999), renamed(NOW_MS + 6_000)], [Value::Null, "renamed".into()]);
        assert_eq!(tenant.delete(&format!("{DEVICES}/{}", ids[1]), NOW_MS + 7_000), 204);
        let serials = |at| tenant.inventory(at).into_iter().map(|(serial, _)| serial).collect::<String>();
        assert_eq!([serials(NOW_MS + 7_999), serials(NOW_MS + 8_000)], ["ABC", "AC"]);
    }

    #[test]
    fn reads_do_not_lag_unless_asked_for() {
        let tenant = tenant(settings());
        tenant.create("A", NOW_MS);
        assert_eq!(tenant.inventory(NOW_MS).len(), 1);
        assert!(tenant.company().past.changes.is_empty());
    }
}
