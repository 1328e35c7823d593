//! Tokens of people who hold a directory role: the server asks again what the browser should have asked.

use serde_json::json;
use server::config::Access;
use token_core::{
    audit::{AuditAction, AuditEntry, AuditLogLine, AuditLogPage},
    error::ServiceError,
    plan::privileged::PrivilegedTargets,
    ports::Page,
    token::Token,
    user::{DirectoryRoles, User, UserId},
};

use crate::support::{
    browser::{Browser, TestResponse},
    test_app::{TestApp, TestAppBuilder, small},
};

/// A tenant with an administrator of tokens, who is signed in, and somebody who holds a role.
struct Fixture {
    app: TestApp,
    browser: Browser,
    holder: UserId,
    free: Vec<Token>,
}

async fn user_id(browser: &Browser, upn: &str) -> UserId {
    let users = browser.call("/api/users/by_upn", json!({ "upns": [upn] })).await.json::<Vec<User>>();
    users[0].id.clone()
}

impl Fixture {
    async fn of(builder: TestAppBuilder) -> Self {
        let app = builder.with_organisation(Access::Application).await;
        let browser = Browser::signed_in(&app, "administrator").await;
        let holder = user_id(&browser, &app.practice.global_administrator().unwrap()).await;
        let all = browser.list().await.json::<Page<Token>>().items;
        let free = all.into_iter().filter(|token| token.assigned_to.is_none()).collect();
        Self { app, browser, holder, free }
    }

    async fn with(privileged_targets: PrivilegedTargets) -> Self {
        Self::of(TestAppBuilder { privileged_targets, ..TestAppBuilder::default() }).await
    }

    /// Somebody without a role.
    async fn other(&self) -> UserId {
        let row = self.app.practice.sample_csv(1).lines().nth(1).unwrap().to_owned();
        user_id(&self.browser, row.split(',').next().unwrap()).await
    }

    async fn assign(&self, token: usize, user: &UserId, confirmed: &[&UserId]) -> TestResponse {
        let change = json!({ "assign": { "token": self.free[token].id, "user": user } });
        let body = json!({ "changes": [change], "run": null, "confirmed": confirmed });
        self.browser.call("/api/tokens/apply", body).await
    }

    /// The entries about the holder.
    async fn entries(&self) -> Vec<AuditEntry> {
        let ask = json!({ "filter": { "person": self.holder } });
        let page = self.browser.call("/api/audit/list", json!({ "ask": ask })).await.json::<AuditLogPage>();
        let entry = |line| match line {
            AuditLogLine::Entry(entry) => Some(*entry),
            AuditLogLine::Run(_) => None,
        };
        page.lines.into_iter().filter_map(entry).collect()
    }
}

#[tokio::test]
async fn a_holder_of_a_role_must_be_confirmed_by_name() {
    let fixture = Fixture::with(PrivilegedTargets::Confirm).await;
    let (holder, other) = (&fixture.holder, &fixture.other().await);
    assert_eq!(fixture.browser.about().await.privileged_targets, PrivilegedTargets::Confirm);
    let roles = fixture.browser.call("/api/users/roles", json!({ "users": [holder, other] })).await;
    let global = DirectoryRoles::Known(vec!["Global Administrator".to_owned()]);
    assert_eq!(roles.json::<Vec<DirectoryRoles>>(), [global, DirectoryRoles::Known(Vec::new())]);

    let writes = async || fixture.app.stats().await["writes"].clone();
    let before = writes().await;
    for confirmed in [&[][..], &[other][..]] {
        let refused = fixture.assign(0, holder, confirmed).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        let ServiceError::Invalid { message } = refused.error() else { panic!("{}", refused.body) };
        assert!(message.contains("holds the directory role Global Administrator"), "{message}");
    }
    assert_eq!(writes().await, before, "nothing was written");
    assert_eq!(fixture.assign(0, other, &[]).await.status, 200, "others need no confirmation");
    assert_eq!(fixture.assign(1, holder, &[holder]).await.status, 200);

    let entries = fixture.entries().await;
    let refused = entries.iter().filter(|entry| entry.action == AuditAction::CallRefused);
    assert_eq!(refused.clone().count(), 2, "the attempts are recorded");
    assert!(refused.clone().all(|entry| entry.reason.contains("Global Administrator")));
    let done = entries.iter().find(|entry| entry.action == AuditAction::Assign).unwrap();
    let mark = "; the user holds the directory role Global Administrator, confirmed by name";
    assert!(done.after.ends_with(mark), "{}", done.after);
}

#[tokio::test]
async fn every_change_of_a_holders_tokens_is_checked() {
    let fixture = Fixture::with(PrivilegedTargets::Confirm).await;
    let (token, user) = (&fixture.free[0].id, &fixture.holder);
    let with_code = json!({ "token": token, "user": user, "code": "123456" });
    let without = json!({ "token": token, "user": user });
    let before = fixture.app.stats().await["writes"].clone();
    for (kind, change) in [
        ("assign", &without),
        ("unassign", &without),
        ("deactivate", &without),
        ("activate", &with_code),
        ("assign_and_activate", &with_code),
    ] {
        let body = json!({ "changes": [{ kind: change }], "run": null });
        let answer = fixture.browser.call("/api/tokens/apply", body).await;
        assert_eq!(answer.status, 422, "{kind}: {}", answer.body);
    }
    assert_eq!(fixture.app.stats().await["writes"], before);
}

#[tokio::test]
async fn refuse_means_that_nobody_can_confirm() {
    let fixture = Fixture::with(PrivilegedTargets::Refuse).await;
    let refused = fixture.assign(0, &fixture.holder, &[&fixture.holder]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("PRIVILEGED_TARGETS"), "{}", refused.body);
    assert_eq!(fixture.assign(0, &fixture.other().await, &[]).await.status, 200);
}

#[tokio::test]
async fn without_the_permission_confirm_lets_through_and_refuse_does_not() {
    for (privileged_targets, status) in [(PrivilegedTargets::Confirm, 200), (PrivilegedTargets::Refuse, 422)]
    {
        let mut practice = small();
        practice.grant.retain(|name| *name != "User.Read.All");
        practice.grant.push("User.ReadBasic.All");
        let builder = TestAppBuilder { privileged_targets, practice, ..TestAppBuilder::default() };
        let fixture = Fixture::of(builder).await;
        let answer = fixture.assign(0, &fixture.holder, &[]).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        assert_eq!(answer.body.contains("User.Read.All"), status == 422);
        let entries = fixture.entries().await;
        assert!(entries.iter().all(|entry| !entry.after.contains("directory role")), "nothing is made up");
    }
}

#[tokio::test]
async fn allow_asks_nothing() {
    let fixture = Fixture::with(PrivilegedTargets::Allow).await;
    let before = fixture.app.graph_requests().await;
    assert_eq!(fixture.assign(0, &fixture.holder, &[]).await.status, 200);
    assert_eq!(fixture.app.graph_requests().await, before + 1, "roles are not read");
}

#[tokio::test]
async fn a_trial_takes_nobody_with_a_role() {
    let fixture = Fixture::with(PrivilegedTargets::Confirm).await;
    let upn = fixture.app.practice.global_administrator().unwrap();
    let answer = fixture.browser.call("/api/trial/start", json!({ "upn": upn, "collide": false })).await;
    assert!(answer.body.contains("holds the directory role Global Administrator"), "{}", answer.body);
}
