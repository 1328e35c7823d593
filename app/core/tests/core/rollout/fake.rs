//! An in-memory tenant: it stores tokens and users, verifies codes, shows changes with a delay, and counts calls and
//! writes.

mod limit;
mod port;
mod rules;

use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
};

use token_core::{
    audit::RunRows,
    ports::{Clock, NewToken, UnseenWrite},
    run::Stage,
    token::{AssignedUser, Token, TokenId, TokenStatus},
    user::{DirectoryRoles, User, UserId},
};

use self::limit::Limit;
pub use self::limit::LimitRules;
use super::{
    fault_plan::{Call, FaultPlan},
    time::Time,
};

/// The tenant's delays, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Delays {
    /// One call.
    pub latency_ms: u64,
    /// Until a new token is shown.
    pub appears_ms: u64,
    /// Until a new token can be assigned.
    pub usable_ms: u64,
    /// Until an assignment or activation is shown.
    pub shows_ms: u64,
    /// After a write for a user, another one for the same user is answered well and has no effect.
    pub collides_ms: u64,
}

/// The calls and writes that the tenant received.
#[derive(Debug, Default, Clone)]
pub struct Log {
    /// Calls, with how many items each had.
    pub calls: Vec<(Call, usize)>,
    /// The run of each write, and the row of each of its items.
    pub runs: Vec<Option<RunRows>>,
    /// Writes that were reported as not seen.
    pub unseen: Vec<UnseenWrite>,
    /// Items of writes, carried out or not.
    pub writes: usize,
    /// Writes that were answered well without effect, because another one for the same user had just arrived.
    pub collisions: usize,
    /// Writes and reads that were refused because too many requests had arrived.
    pub throttled: usize,
    pub throttled_reads: usize,
    /// Reads.
    pub reads: usize,
    /// Pages of the inventory read.
    pub pages: usize,
    /// Tokens created.
    pub created: usize,
    /// Tokens unassigned.
    pub unassigned: usize,
    /// Tokens deleted.
    pub deleted: usize,
    /// Writes for a token that was not read after its last write had an inconclusive answer.
    pub blind_writes: usize,
    /// Shortest remaining validity of a code on arrival, in milliseconds.
    pub least_left_ms: Option<u64>,
    /// Codes that were sent again after they had been checked.
    pub repeated_codes: usize,
    /// Most concurrent calls.
    pub most_in_flight: usize,
    in_flight: usize,
}

/// A token's actual state, and the older state that is shown until the delay is over.
struct Stored {
    truth: Token,
    shown: Token,
    shown_until_ms: u64,
    created_ms: u64,
    /// How far its clock is off, in milliseconds.
    clock_ms: i64,
    new: NewToken,
    activations: usize,
    holders: HashSet<UserId>,
    checked_codes: HashSet<String>,
}

struct State {
    tokens: HashMap<String, Stored>,
    ids: HashMap<TokenId, String>,
    users: HashMap<UserId, User>,
    roles: HashMap<UserId, DirectoryRoles>,
    held: HashMap<UserId, usize>,
    limit: Option<Limit>,
    /// When the last write for a user arrived.
    written_ms: HashMap<UserId, u64>,
    unread: HashSet<String>,
    concurrently_changed: HashSet<String>,
    /// Tokens that the inventory does not show.
    legacy: HashSet<TokenId>,
    /// Whether Graph refuses to remove a person's default method: the token with the lowest serial.
    keeps_default: bool,
    /// Whether the next activation only assigns.
    half: bool,
    /// Whether the next write is answered well without effect.
    without_effect: bool,
    fault_plan: FaultPlan,
    delays: Delays,
    log: Log,
}

/// The in-memory tenant.
pub struct FakeTenant {
    pub time: Time,
    /// Tokens on one page of the inventory.
    pub page: usize,
    /// Whether the inventory omits the users of tokens.
    pub hides_holders: bool,
    /// Most tokens that one write creates; refused are writes of more.
    pub creation_size: Option<usize>,
    state: Mutex<State>,
}

impl FakeTenant {
    pub fn new(users: impl IntoIterator<Item = User>) -> Self {
        let delays = Delays { latency_ms: 150, appears_ms: 0, usable_ms: 0, shows_ms: 0, collides_ms: 0 };
        let state = State {
            tokens: HashMap::new(),
            ids: HashMap::new(),
            users: users.into_iter().map(|user| (user.id.clone(), user)).collect(),
            roles: HashMap::new(),
            held: HashMap::new(),
            limit: None,
            written_ms: HashMap::new(),
            unread: HashSet::new(),
            concurrently_changed: HashSet::new(),
            legacy: HashSet::new(),
            keeps_default: false,
            half: false,
            without_effect: false,
            fault_plan: FaultPlan::none(),
            delays,
            log: Log::default(),
        };
        Self {
            time: Time::new(),
            page: 100,
            hides_holders: false,
            creation_size: None,
            state: Mutex::new(state),
        }
    }

    pub fn delayed(self, change: impl FnOnce(&mut Delays)) -> Self {
        change(&mut self.state.lock().unwrap().delays);
        self
    }

    /// Limits the requests to 3,000 in 150 seconds.
    pub fn limited(self, rules: LimitRules) -> Self {
        self.state.lock().unwrap().limit = Some(Limit::new(rules));
        self
    }

    pub fn with_faults(self, fault_plan: FaultPlan) -> Self {
        self.set_faults(fault_plan);
        self
    }

    /// Refuses to remove the first of several tokens of a person, their default method.
    pub fn keeping_default_methods(self) -> Self {
        self.state.lock().unwrap().keeps_default = true;
        self
    }

    /// What the tenant says of a user's directory roles.
    pub fn with_roles(self, user: &User, roles: DirectoryRoles) -> Self {
        self.state.lock().unwrap().roles.insert(user.id.clone(), roles);
        self
    }

    /// Replaces the fault plan.
    pub fn set_faults(&self, fault_plan: FaultPlan) {
        self.state.lock().unwrap().fault_plan = fault_plan;
    }

    /// Adds a token that exists from the beginning.
    pub fn with(self, new: NewToken, status: TokenStatus, assigned_to: Option<&User>) -> Self {
        {
            let mut state = self.state.lock().unwrap();
            let mut token = state.insert(new, 0);
            token.status = status;
            if let Some(user) = assigned_to {
                *state.held.entry(user.id.clone()).or_default() += 1;
            }
            token.assigned_to =
                assigned_to.map(|user| AssignedUser { id: user.id.clone(), name: Some(user.name.clone()) });
            let stored = state.tokens.get_mut(&token.serial.key()).unwrap();
            stored.shown = token.clone();
            stored.truth = token;
        }
        self
    }

    /// Makes a token's clock wrong by so many milliseconds: it shows the codes of that time.
    pub fn ticking(self, serial: &str, clock_ms: i64) -> Self {
        self.state.lock().unwrap().tokens.get_mut(&serial.to_lowercase()).unwrap().clock_ms = clock_ms;
        self
    }

    /// Makes a token one that was uploaded as CSV: only its user's own list shows it.
    pub fn hiding(self, serial: &str) -> Self {
        {
            let mut state = self.state.lock().unwrap();
            let id = state.tokens[&serial.to_lowercase()].truth.id.clone();
            state.legacy.insert(id);
        }
        self
    }

    /// A change by another administrator; `None` deletes the token.
    pub fn change_concurrently(&self, serial: &str, change: Option<&dyn Fn(&mut Token)>) {
        let (mut state, key) = (self.state.lock().unwrap(), serial.to_lowercase());
        match change {
            Some(change) => state.change(&key, change),
            None => _ = state.tokens.remove(&key),
        }
    }

    /// The token's actual state.
    pub fn token(&self, serial: &str) -> Option<Token> {
        self.state.lock().unwrap().tokens.get(&serial.to_lowercase()).map(|stored| stored.truth.clone())
    }

    pub fn log(&self) -> Log {
        self.state.lock().unwrap().log.clone()
    }

    /// Waits until all delays are over.
    pub async fn settle(&self) {
        tokio::time::sleep(std::time::Duration::from_secs(120)).await;
    }

    /// The stage of a token; assigned and activated only if it is this user's.
    pub fn stage(&self, serial: &str, user: Option<&UserId>) -> Stage {
        let state = self.state.lock().unwrap();
        let Some(stored) = state.tokens.get(&serial.to_lowercase()) else { return Stage::Planned };
        match &stored.truth.assigned_to {
            Some(assigned_to) if Some(&assigned_to.id) == user => {
                if stored.truth.status == TokenStatus::Activated { Stage::Activated } else { Stage::Assigned }
            }
            _ => Stage::Created,
        }
    }

    /// Whether another administrator changed this token.
    pub fn was_changed_concurrently(&self, serial: &str) -> bool {
        self.state.lock().unwrap().concurrently_changed.contains(&serial.to_lowercase())
    }

    /// How often each token was activated, and to how many users it was ever assigned.
    pub fn histories(&self) -> Vec<(usize, usize)> {
        let state = self.state.lock().unwrap();
        state.tokens.values().map(|stored| (stored.activations, stored.holders.len())).collect()
    }

    fn now_ms(&self) -> u64 {
        self.time.now_ms()
    }
}

impl State {
    fn insert(&mut self, new: NewToken, now_ms: u64) -> Token {
        let token = Token {
            id: TokenId::parse(&format!("00000000-0000-4000-9000-{:012x}", self.ids.len())).unwrap(),
            serial: new.serial.clone(),
            manufacturer: new.manufacturer.clone(),
            model: new.model.clone(),
            hash: Some(new.hash),
            interval_seconds: new.interval.seconds(),
            status: TokenStatus::Available,
            assigned_to: None,
            last_used: None,
            name: None,
        };
        let stored = Stored {
            truth: token.clone(),
            shown: token.clone(),
            shown_until_ms: 0,
            created_ms: now_ms,
            clock_ms: 0,
            new,
            activations: 0,
            holders: HashSet::new(),
            checked_codes: HashSet::new(),
        };
        self.ids.insert(token.id.clone(), token.serial.key());
        self.tokens.insert(token.serial.key(), stored);
        token
    }
}
