//! Everything that one running practice tenant remembers.

use std::sync::{Mutex, MutexGuard, PoisonError};

use url::Url;

use super::{
    budget::WriteBudget, chance, clock, company::Company, entra::AccessTokens, faults::Faults,
    settings::Settings, stats::Stats,
};

/// By what an app and its tenant are known to Entra; made from the seed number, so that they survive a restart.
pub struct Registration {
    pub tenant_id: String,
    pub client_id: String,
    pub client_secret: String,
}

impl Registration {
    fn of(seed: u64) -> Self {
        Self {
            tenant_id: chance::named_guid(seed, "tenant"),
            client_id: chance::named_guid(seed, "client"),
            client_secret: format!("practice~{}", chance::named_guid(seed, "secret").replace('-', "")),
        }
    }
}

/// The tenant behind the listener.
pub struct Tenant {
    pub base_url: Url,
    pub settings: Settings,
    pub registration: Registration,
    pub stats: Stats,
    company: Mutex<Company>,
    access: Mutex<AccessTokens>,
    faults: Mutex<Faults>,
    budget: Mutex<WriteBudget>,
}

impl Tenant {
    pub fn new(base_url: Url, settings: Settings) -> Self {
        Self {
            base_url,
            registration: Registration::of(settings.seed),
            stats: Stats::default(),
            company: Mutex::new(Company::make_up(&settings, clock::now_ms())),
            access: Mutex::default(),
            faults: Mutex::default(),
            budget: Mutex::default(),
            settings,
        }
    }

    pub fn company(&self) -> MutexGuard<'_, Company> {
        lock(&self.company)
    }

    pub fn access(&self) -> MutexGuard<'_, AccessTokens> {
        lock(&self.access)
    }

    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    pub fn budget(&self) -> MutexGuard<'_, WriteBudget> {
        lock(&self.budget)
    }

    /// `{base}{version}/$metadata#{of}`, which Graph puts on top of its answers.
    pub fn context(&self, version: super::call::Version, of: &str) -> String {
        format!("{}{}/$metadata#{of}", self.base_url, version.word())
    }
}

/// A handler that panicked has left no half-done change behind: each changes the company in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
