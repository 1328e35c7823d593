//! The state of a running practice tenant.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use url::Url;

use super::{
    audit_entries::AuditEntries, budget::Budget, clock, collisions::Collisions, company::Company,
    faults::FaultInjector, oauth::EntraState, seeded_rng, settings::PracticeSettings, stats::Stats,
    test_users::TestUsers, token_history::TokenHistory,
};

/// The app registration; generated from the seed number, so that it survives a restart.
pub struct AppRegistration {
    pub tenant_id: String,
    pub client_id: String,
    pub client_secret: String,
    /// A secret that has expired.
    pub expired_secret: String,
    /// The id of the secret, which is easily confused with it.
    pub secret_id: String,
}

impl AppRegistration {
    fn of(seed: u64) -> Self {
        let secret = |name| format!("practice~{}", seeded_rng::named_guid(seed, name).replace('-', ""));
        Self {
            tenant_id: seeded_rng::named_guid(seed, "tenant"),
            client_id: seeded_rng::named_guid(seed, "client"),
            client_secret: secret("secret"),
            expired_secret: secret("expired secret"),
            secret_id: seeded_rng::named_guid(seed, "secret id"),
        }
    }
}

/// The tenant behind the listener.
pub struct Tenant {
    pub base_url: Url,
    pub settings: PracticeSettings,
    pub registration: AppRegistration,
    pub stats: Stats,
    company: Mutex<Company>,
    /// The users who can sign in.
    pub test_users: TestUsers,
    entra: Mutex<EntraState>,
    faults: Mutex<FaultInjector>,
    budget: Mutex<Budget>,
    collisions: Mutex<Collisions>,
    history: Mutex<TokenHistory>,
    audit_entries: Mutex<AuditEntries>,
}

impl Tenant {
    pub fn new(base_url: Url, settings: PracticeSettings) -> Self {
        let mut company = Company::make_up(&settings, clock::now_ms());
        Self {
            base_url,
            registration: AppRegistration::of(settings.seed),
            stats: Stats::default(),
            test_users: TestUsers::choose(&mut company),
            company: Mutex::new(company),
            entra: Mutex::new(EntraState::new(&settings)),
            faults: Mutex::default(),
            budget: Mutex::new(Budget::new(&settings)),
            collisions: Mutex::new(Collisions::new(settings.collision_ms)),
            history: Mutex::default(),
            audit_entries: Mutex::default(),
            settings,
        }
    }

    pub fn company(&self) -> MutexGuard<'_, Company> {
        lock(&self.company)
    }

    pub fn entra(&self) -> MutexGuard<'_, EntraState> {
        lock(&self.entra)
    }

    pub fn faults(&self) -> MutexGuard<'_, FaultInjector> {
        lock(&self.faults)
    }

    pub fn budget(&self) -> MutexGuard<'_, Budget> {
        lock(&self.budget)
    }

    pub fn collisions(&self) -> MutexGuard<'_, Collisions> {
        lock(&self.collisions)
    }

    pub fn history(&self) -> MutexGuard<'_, TokenHistory> {
        lock(&self.history)
    }

    pub fn audit_entries(&self) -> MutexGuard<'_, AuditEntries> {
        lock(&self.audit_entries)
    }

    /// Waits for the configured latency.
    pub async fn simulate_latency(&self) {
        if self.settings.latency_ms > 0 {
            tokio::time::sleep(Duration::from_millis(self.settings.latency_ms)).await;
        }
    }
}

/// Ignores poisoning: a handler that panicked leaves no partial change, since each changes the company in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
