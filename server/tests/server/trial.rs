//! The trial of a tenant: in the practice tenant, in tenants that deviate from it, after a stop and a crash, on the page and
//! at the terminal.

mod begin;
mod cleanup;
mod command;
mod deviations;
mod page;
mod postgres;
mod secrecy;

use std::{sync::Arc, time::Duration};

use audit::{ActorContext, AuditLog, database::Database};
use graph::GraphDirectory;
use http::Method;
use practice::{Practice, PracticeSettings};
use serde_json::Value;
use server::trial::{Trial, TrialAccess, TrialPace};
use token_core::{
    audit::{Actor, ActorKind, AuditAction, EntryStatus},
    ports::{Assignment, Change, Outcome, SharedDirectory},
    token::Token,
    trial::{TrialState, TrialStep, TrialStepResult, TrialVerdict},
    user::User,
};
use tokio::sync::watch;

use crate::support::{
    audit_stores::{File, all},
    deviating_tenant::DeviatingTenant,
    test_app::settings_of,
};

/// A tenant, and a database for the audit log.
struct Lab {
    practice: Practice,
    proxy: DeviatingTenant,
    file: File,
    audit_log: Arc<AuditLog>,
    access: TrialAccess,
}

impl Lab {
    async fn open() -> Self {
        Self::deviating(|_, _, _, _| None).await
    }

    async fn deviating(
        deviation: impl Fn(&Method, &str, &Value, usize) -> Option<(u16, Value)> + Send + Sync + 'static,
    ) -> Self {
        let file = File::new("trial");
        let audit_log = file.audit_log().await;
        Self::with(PracticeSettings::default(), file, audit_log, deviation).await
    }

    async fn with(
        practice: PracticeSettings,
        file: File,
        audit_log: Arc<AuditLog>,
        deviation: impl Fn(&Method, &str, &Value, usize) -> Option<(u16, Value)> + Send + Sync + 'static,
    ) -> Self {
        let settings = PracticeSettings { tokens: 30, users: 60, ..practice };
        let practice = Practice::start(&settings, 0).await.unwrap();
        let proxy = DeviatingTenant::on(&practice.base_url, Arc::new(deviation)).await;
        let settings = settings_of(&practice, &proxy.address);
        let actor = ActorContext {
            actor: Actor::named(ActorKind::LocalOperator, "Local operator"),
            role: "administrator".to_owned(),
            address: "127.0.0.1".to_owned(),
            tenant: settings.tenant_id.clone(),
        };
        let graph = Arc::new(GraphDirectory::new(settings.clone()).unwrap());
        let mut access = TrialAccess::new(graph, Arc::clone(&audit_log), actor, &settings.client_id);
        access.pace = TrialPace { first: Duration::from_millis(1), looks: 2 };
        Self { practice, proxy, file, audit_log, access }
    }

    /// The tenant without the proxy.
    fn directory(&self) -> SharedDirectory {
        Arc::new(GraphDirectory::new(settings_of(&self.practice, &self.practice.base_url)).unwrap())
    }

    /// All tokens, by id.
    async fn tokens(&self) -> Vec<Token> {
        let mut tokens = self.directory().tokens(None).await.unwrap().items;
        tokens.sort_by(|one, other| one.id.cmp(&other.id));
        tokens
    }

    /// A user of whom this is true, with their number of tokens.
    async fn user(&self, fits: impl Fn(&User, usize) -> bool) -> User {
        let directory = self.directory();
        for letter in 'a'..='z' {
            let people = directory.search_users(letter.to_string(), None).await.unwrap().items;
            let ids = people.iter().map(|user| user.id.clone()).collect();
            let held = directory.tokens_of_users(ids).await.unwrap();
            let mut found = people.into_iter().zip(held);
            if let Some((user, _)) = found.find(|(user, held)| fits(user, held.as_ref().unwrap().len())) {
                return user;
            }
        }
        panic!("nobody fits");
    }

    /// An enabled member without tokens.
    async fn member(&self) -> User {
        self.user(|user, held| !user.is_guest() && !user.is_disabled() && held == 0).await
    }

    /// Gives the user a token that is assigned to nobody.
    async fn give(&self, user: &User) {
        let spare = self.tokens().await.into_iter().find(|token| token.assigned_to.is_none()).unwrap();
        let assignment = Assignment { token: spare.id, user: user.id.clone() };
        let applied = self.directory().apply(vec![Change::Assign(assignment)], None).await.unwrap();
        assert!(matches!(applied.outcomes[0], Outcome::Done(_)), "{applied:?}");
    }

    /// Lets the trial look as if nothing had been heard of it since 1970.
    async fn age(&self) {
        let sql = "UPDATE trials SET seen_ms = 0";
        match self.audit_log.store().database() {
            Database::Sqlite { writer, .. } => _ = sqlx::raw_sql(sql).execute(writer).await.unwrap(),
            Database::Postgres { pool } => _ = sqlx::raw_sql(sql).execute(pool).await.unwrap(),
        }
    }

    async fn begin(&self, upn: &str, collide: bool) -> Result<Trial, String> {
        Trial::begin(self.access.clone(), upn, collide).await.unwrap()
    }

    /// A whole trial.
    async fn run(&self, collide: bool) -> TrialState {
        let upn = self.member().await.upn;
        let (_sender, stop) = watch::channel(false);
        self.begin(&upn, collide).await.ok().unwrap().run(stop, |_| {}).await
    }
}

fn result(state: &TrialState, step: TrialStep) -> &TrialStepResult {
    let result = state.results.iter().find(|result| result.step == step);
    result.unwrap_or_else(|| panic!("{step:?} is missing: {state:#?}"))
}

#[tokio::test]
async fn the_practice_tenant_does_what_is_assumed_and_is_as_before() {
    let lab = Lab::open().await;
    let before = lab.tokens().await;
    let state = lab.run(true).await;
    let others: Vec<_> =
        state.results.iter().filter(|result| result.verdict != TrialVerdict::AsAssumed).collect();
    assert!(others.is_empty(), "{others:#?}");
    assert!(state.is_as_assumed(), "{}", state.summary());
    assert_eq!(state.results.len(), TrialStep::ALL.len());
    assert_eq!(lab.tokens().await, before);
}

#[tokio::test]
async fn each_write_is_recorded_as_one_run_before_it_is_sent() {
    let lab = Lab::open().await;
    lab.run(false).await;
    lab.audit_log.flush().await;
    let entries = all(&lab.audit_log).await;
    let writes = lab.proxy.passed().into_iter().filter(|one| {
        one.path.starts_with("/beta") && !one.path.ends_with("$batch") && one.method != Method::GET
    });
    // A bulk creation of two has two entries.
    let expected: usize = writes.map(|one| if one.request["value"].is_array() { 2 } else { 1 }).sum();
    assert_eq!(entries.len(), expected);
    let run = entries[0].run.as_ref().unwrap().id.clone();
    for entry in &entries {
        assert_eq!(entry.run.as_ref().map(|row| &row.id), Some(&run));
        assert!(entry.result != EntryStatus::Open && entry.token.is_some(), "{entry:?}");
    }
    let done =
        |action| entries.iter().filter(|e| e.action == action && e.result == EntryStatus::Done).count();
    assert!(done(AuditAction::Create) >= 1 && done(AuditAction::Activate) == 3, "{entries:#?}");
}
