//! The made-up company: its people, its tokens, its method policy, and the indexes that keep 20,000 of each fast.
//!
//! What may be done to a token is in [`super::life`]; how people and stock are made up is in the modules below.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use token_core::{
    seed::Seed,
    token::{HashFunction, Interval},
};

use super::{policy::Policy, seeded_rng, settings::PracticeSettings};

mod names;
pub mod people;
pub mod stock;

/// The company's one domain. `.example` belongs to nobody (RFC 2606).
pub const DOMAIN: &str = "lindenbach.example";
/// What Entra calls the company.
pub const NAME: &str = "Lindenbach Instruments";

/// A person of the company, by position: people neither come nor go.
pub type UserKey = usize;
/// A token, in the order of creation: the key never comes again, so that pages stay right while tokens come and go.
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

/// Where a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Available,
    Assigned,
    Activated,
    FailedActivation,
}

impl Status {
    /// Graph's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Assigned => "assigned",
            Self::Activated => "activated",
            Self::FailedActivation => "failedActivation",
        }
    }
}

/// A token, with the secret that no answer ever holds.
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
    /// When the holder got it.
    pub assigned_at: Option<String>,
    /// Milliseconds since 1970 from which calls by id find it.
    pub visible_from: u64,
    /// Uploaded by the older CSV way: only its holder's list shows it (FACTS 1.2, 2.1).
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
}

impl Company {
    /// Makes the company up from the settings' seed number.
    pub fn make_up(settings: &PracticeSettings, now_ms: u64) -> Self {
        let people = people::make_up(settings, &mut seeded_rng::stream(settings.seed, "people"));
        let mut company = Self::of(people);
        stock::fill(&mut company, settings.tokens, now_ms, &mut seeded_rng::stream(settings.seed, "stock"));
        company
    }

    /// A company without tokens.
    fn of(people: Vec<DirectoryUser>) -> Self {
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
        }
    }

    /// A user by object id or user principal name, in any case.
    pub fn person_key(&self, id_or_upn: &str) -> Option<UserKey> {
        let wanted = id_or_upn.to_lowercase();
        self.person_by_id.get(&wanted).or_else(|| self.person_by_upn.get(&wanted)).copied()
    }

    pub fn person(&self, key: UserKey) -> Option<&DirectoryUser> {
        self.people.get(key)
    }

    /// A token by id, in any case, visible or not.
    pub fn device_key(&self, id: &str) -> Option<TokenKey> {
        self.device_by_id.get(&id.to_lowercase()).copied().filter(|key| self.devices.contains_key(key))
    }

    /// Whether a token has this id, or ever had.
    pub fn was_used(&self, id: &str) -> bool {
        self.device_by_id.contains_key(id)
    }

    /// A token of the inventory by serial, in any case. Tokens uploaded by CSV are not found (FACTS 1.2).
    pub fn key_by_serial(&self, serial: &str) -> Option<TokenKey> {
        self.device_by_serial.get(&serial.to_lowercase()).copied()
    }

    pub fn device(&self, key: TokenKey) -> Option<&HardwareToken> {
        self.devices.get(&key)
    }

    pub fn device_mut(&mut self, key: TokenKey) -> Option<&mut HardwareToken> {
        self.devices.get_mut(&key)
    }

    /// The inventory in the order of creation, beginning behind `after`.
    pub fn inventory(&self, after: TokenKey) -> impl Iterator<Item = (TokenKey, &HardwareToken)> {
        self.devices
            .range(after.saturating_add(1)..)
            .map(|(key, device)| (*key, device))
            .filter(|(_, d)| !d.legacy)
    }

    /// The tokens that a person holds, legacy ones too.
    pub fn tokens_of(&self, person: UserKey) -> impl Iterator<Item = (TokenKey, &HardwareToken)> {
        let keys = self.tokens_by_user.get(person).into_iter().flatten();
        keys.filter_map(|key| self.devices.get(key).map(|device| (*key, device)))
    }

    /// Puts a token into the tenant, and into its holder's hand if it has one.
    pub fn put_in(&mut self, device: HardwareToken) -> TokenKey {
        let key = self.next;
        self.next += 1;
        self.device_by_id.insert(device.id.to_lowercase(), key);
        if !device.legacy {
            self.device_by_serial.insert(device.serial.to_lowercase(), key);
        }
        if let Some(held) = device.assigned_to.and_then(|person| self.tokens_by_user.get_mut(person)) {
            held.insert(key);
        }
        self.devices.insert(key, device);
        key
    }

    /// Takes a token out of the tenant for good.
    pub fn take_out(&mut self, key: TokenKey) {
        self.set_assigned_to(key, None);
        // Its id stays known, so that it never comes again.
        let Some(device) = self.devices.remove(&key) else { return };
        if !device.legacy {
            self.device_by_serial.remove(&device.serial.to_lowercase());
        }
    }

    /// Puts a token into another hand, or back on the shelf.
    pub fn set_assigned_to(&mut self, key: TokenKey, assigned_to: Option<UserKey>) {
        let Some(device) = self.devices.get_mut(&key) else { return };
        let before = std::mem::replace(&mut device.assigned_to, assigned_to);
        if let Some(held) = before.and_then(|person| self.tokens_by_user.get_mut(person)) {
            held.remove(&key);
        }
        if let Some(held) = assigned_to.and_then(|person| self.tokens_by_user.get_mut(person)) {
            held.insert(key);
        }
    }
}
