//! The made-up company: its users, its tokens, its method policy, and the indexes that keep 20,000 of each fast.
//!
//! The actions on a token are in [`super::token_lifecycle`]; the submodules generate users and tokens.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use token_core::{
    seed::Seed,
    token::{HashFunction, Interval},
};

use self::{clocks::Clocks, past::Past, policy::Policy};
use super::{seeded_rng, settings::PracticeSettings};

mod clocks;
mod names;
mod past;
pub mod people;
mod policy;
pub mod stock;

/// The company's only domain, in the reserved `.example` (RFC 2606).
pub const DOMAIN: &str = "lindenbach.example";
/// The company's name in Entra.
pub const NAME: &str = "Lindenbach Instruments";

/// The index of a user; users are never added or removed.
pub type UserKey = usize;
/// The key of a token, in the order of creation. Keys are never reused, so that paging stays consistent while tokens are added
/// and deleted.
pub type TokenKey = u64;

/// A user of the directory.
pub struct DirectoryUser {
    pub id: String,
    pub name: String,
    pub given: String,
    pub family: String,
    pub upn: String,
    pub mail: String,
    pub enabled: bool,
    pub guest: bool,
}

/// The status of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Available,
    Assigned,
    Activated,
    FailedActivation,
}

impl Status {
    /// The value in Graph.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Assigned => "assigned",
            Self::Activated => "activated",
            Self::FailedActivation => "failedActivation",
        }
    }
}

/// A token, with the secret that no reply contains.
#[derive(Clone)]
pub struct HardwareToken {
    pub id: String,
    pub serial: String,
    pub manufacturer: String,
    pub model: String,
    pub interval: Interval,
    pub hash: HashFunction,
    pub seed: Seed,
    pub name: Option<String>,
    pub status: Status,
    pub assigned_to: Option<UserKey>,
    pub last_used: Option<String>,
    /// When it was activated, in milliseconds since 1970; `Some` while it is.
    pub activated_ms: Option<u64>,
    /// By how many seconds its own clock is ahead; negative when it is slow.
    pub clock_s: i64,
    /// By how many steps Entra knows its clock to be ahead: learnt at activation, corrected at each sign-in.
    pub learnt_steps: i64,
    /// When it was assigned.
    pub assigned_at: Option<String>,
    /// The time from which calls by id find it, in milliseconds since 1970.
    pub visible_from: u64,
    /// Uploaded by the older CSV upload: only the list of its user shows it (MICROSOFT_GRAPH.md 1.2, 2.1).
    pub legacy: bool,
}

impl HardwareToken {
    /// Whether calls by id find it yet.
    pub fn is_visible(&self, now_ms: u64) -> bool {
        self.visible_from <= now_ms
    }
}

/// The whole tenant.
pub struct Company {
    pub people: Vec<DirectoryUser>,
    pub policy: Policy,
    devices: BTreeMap<TokenKey, HardwareToken>,
    tokens_by_user: Vec<BTreeSet<TokenKey>>,
    next: TokenKey,
    person_by_id: HashMap<String, UserKey>,
    person_by_upn: HashMap<String, UserKey>,
    device_by_id: HashMap<String, TokenKey>,
    device_by_serial: HashMap<String, TokenKey>,
    past: Past,
    clocks: Clocks,
}

impl Company {
    /// Generates the company from the seed number of the settings.
    pub fn make_up(settings: &PracticeSettings, now_ms: u64) -> Self {
        let people = people::make_up(settings, &mut seeded_rng::stream(settings.seed, "people"));
        let mut company = Self::of(people, settings.list_lag_ms);
        company.clocks = Clocks::new(settings);
        stock::fill(&mut company, settings.tokens, now_ms, &mut seeded_rng::stream(settings.seed, "stock"));
        company.stop_one_clock();
        company
    }

    /// A company without tokens.
    fn of(people: Vec<DirectoryUser>, list_lag_ms: u64) -> Self {
        let index = |name: fn(&DirectoryUser) -> &str| {
            people.iter().enumerate().map(|(key, person)| (name(person).to_lowercase(), key)).collect()
        };
        Self {
            person_by_id: index(|person| &person.id),
            person_by_upn: index(|person| &person.upn),
            tokens_by_user: vec![BTreeSet::new(); people.len()],
            people,
            policy: Policy::default(),
            devices: BTreeMap::new(),
            next: 1,
            device_by_id: HashMap::new(),
            device_by_serial: HashMap::new(),
            past: Past::new(list_lag_ms),
            clocks: Clocks::default(),
        }
    }

    /// A user by object id or user principal name, case-insensitively.
    pub fn person_key(&self, id_or_upn: &str) -> Option<UserKey> {
        let wanted = id_or_upn.to_lowercase();
        self.person_by_id.get(&wanted).or_else(|| self.person_by_upn.get(&wanted)).copied()
    }

    pub fn person(&self, key: UserKey) -> Option<&DirectoryUser> {
        self.people.get(key)
    }

    /// A token by id, case-insensitively, visible or not.
    pub fn device_key(&self, id: &str) -> Option<TokenKey> {
        self.device_by_id.get(&id.to_lowercase()).copied().filter(|key| self.devices.contains_key(key))
    }

    /// Whether a token has this id, or ever had.
    pub fn was_used(&self, id: &str) -> bool {
        self.device_by_id.contains_key(id)
    }

    /// A token of the inventory by serial, case-insensitively. Does not find tokens uploaded by CSV (MICROSOFT_GRAPH.md 1.2).
    pub fn key_by_serial(&self, serial: &str) -> Option<TokenKey> {
        self.device_by_serial.get(&serial.to_lowercase()).copied()
    }

    pub fn device(&self, key: TokenKey) -> Option<&HardwareToken> {
        self.devices.get(&key)
    }

    /// Gives a token its earlier state back.
    pub fn restore(&mut self, key: TokenKey, earlier: HardwareToken) {
        self.set_assigned_to(key, earlier.assigned_to);
        self.devices.insert(key, earlier);
    }

    pub fn device_mut(&mut self, key: TokenKey) -> Option<&mut HardwareToken> {
        self.devices.get_mut(&key)
    }

    /// The inventory in the order of creation, after the key `after`.
    pub fn inventory(&self, after: TokenKey) -> impl Iterator<Item = (TokenKey, &HardwareToken)> {
        self.devices
            .range(after.saturating_add(1)..)
            .map(|(key, device)| (*key, device))
            .filter(|(_, d)| !d.legacy)
    }

    /// The tokens assigned to a user, including legacy ones.
    pub fn tokens_of(&self, person: UserKey) -> impl Iterator<Item = (TokenKey, &HardwareToken)> {
        let keys = self.tokens_by_user.get(person).into_iter().flatten();
        keys.filter_map(|key| self.devices.get(key).map(|device| (*key, device)))
    }

    /// Adds a token to the tenant, and to the tokens of its user. Its clock depends on its serial.
    pub fn put_in(&mut self, mut device: HardwareToken) -> TokenKey {
        device.clock_s = self.clocks.of(&device.serial);
        let key = self.next;
        self.next += 1;
        self.device_by_id.insert(device.id.to_lowercase(), key);
        if !device.legacy {
            self.device_by_serial.insert(device.serial.to_lowercase(), key);
        }
        if let Some(tokens) = device.assigned_to.and_then(|person| self.tokens_by_user.get_mut(person)) {
            tokens.insert(key);
        }
        self.devices.insert(key, device);
        key
    }

    /// Removes a token from the tenant.
    pub fn take_out(&mut self, key: TokenKey) {
        self.set_assigned_to(key, None);
        // The id stays in the index, so that it is never reused.
        let Some(device) = self.devices.remove(&key) else { return };
        if !device.legacy {
            self.device_by_serial.remove(&device.serial.to_lowercase());
        }
    }

    /// Assigns a token to another user, or to none.
    pub fn set_assigned_to(&mut self, key: TokenKey, assigned_to: Option<UserKey>) {
        let Some(device) = self.devices.get_mut(&key) else { return };
        let before = std::mem::replace(&mut device.assigned_to, assigned_to);
        if let Some(tokens) = before.and_then(|person| self.tokens_by_user.get_mut(person)) {
            tokens.remove(&key);
        }
        if let Some(tokens) = assigned_to.and_then(|person| self.tokens_by_user.get_mut(person)) {
            tokens.insert(key);
        }
    }
}
