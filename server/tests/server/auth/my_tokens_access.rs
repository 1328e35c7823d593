//! The rights with which a user's own tokens are accessed: their own as `/me`, or with application access the app's.

use practice::{Practice, PracticeSettings};
use serde_json::Value;
use server::config::{Access, SelfService};
use token_core::self_service::{ActivationOutcome, Denial};

use crate::support::{
    browser::{Browser, parameter},
    device::{right_code, wrong_code},
    recording_proxy::RecordingProxy,
    self_service::{SelfServiceFixture, activated_token, attempt, claim, denied, my_tokens},
    test_app::{TestAppBuilder, small},
};

const OWN: &str = "UserAuthMethod-HardwareOATH.ReadWrite";
const METHODS: &str = "/authentication/hardwareOathMethods";

fn granting(keep: impl Fn(&str) -> bool) -> PracticeSettings {
    let grant = small().grant.into_iter().filter(|permission| keep(permission)).collect();
    PracticeSettings { grant, ..small() }
}

/// A fixture whose calls of Graph are recorded.
pub async fn with_recording_proxy(
    access: Access,
    delegated: bool,
    settings: PracticeSettings,
) -> (SelfServiceFixture, RecordingProxy) {
    let practice = Practice::start(&settings, 0).await.unwrap();
    let proxy = RecordingProxy::on(&practice.base_url).await;
    let self_service = SelfService { delegated, ..SelfService::default() };
    let builder = TestAppBuilder { self_service, practice: settings, ..TestAppBuilder::default() };
    let app = builder.with_organisation_at(access, practice, &proxy.address).await;
    (SelfServiceFixture::of(app).await, proxy)
}

/// The requests for a user's own tokens that were sent while `what` ran.
async fn asked(proxy: &RecordingProxy, what: impl Future) -> Vec<String> {
    let before = proxy.items().len();
    what.await;
    let items = proxy.items().into_iter().skip(before);
    items.filter(|item| item.contains(METHODS)).collect()
}

#[tokio::test]
async fn with_the_users_rights_all_requests_use_me() {
    for access in [Access::Application, Access::Delegated] {
        let (fixture, proxy) = with_recording_proxy(access, access == Access::Application, small()).await;
        fixture.create_token("WAY-1").await;
        let read = asked(&proxy, my_tokens(&fixture.person)).await;
        assert_eq!(read, [format!("GET /me{METHODS}")], "{access:?}");
        let wrong = asked(&proxy, claim(&fixture.person, "WAY-1", &wrong_code())).await;
        assert!(wrong.iter().all(|item| item.contains(" /me/")), "{wrong:?}");
        assert!(wrong.last().unwrap().starts_with("DELETE /me"), "released: {wrong:?}");
        activated_token(&claim(&fixture.person, "WAY-1", &right_code()).await);
    }
}

#[tokio::test]
async fn with_application_access_the_apps_rights_are_used_with_the_user_id_of_the_session() {
    let settings = || granting(|permission| permission != OWN);
    for (access, delegated, settings) in
        [(Access::Application, false, small()), (Access::Delegated, false, settings())]
    {
        let (fixture, proxy) = with_recording_proxy(access, delegated, settings).await;
        fixture.create_token("WAY-2").await;
        let me = fixture.me().await;
        let asked = asked(&proxy, async {
            activated_token(&claim(&fixture.person, "WAY-2", &right_code()).await);
        })
        .await;
        let path = format!("/users/{}{METHODS}", me.as_str());
        assert!(!asked.is_empty() && asked.iter().all(|item| item.contains(&path)), "{asked:?}");
    }
}

#[tokio::test]
async fn a_sign_in_requests_graph_only_where_that_is_configured() {
    for (delegated, scope) in [
        (false, "openid profile offline_access"),
        (true, "openid profile offline_access https://graph.microsoft.com/.default"),
    ] {
        let self_service = SelfService { delegated, ..SelfService::default() };
        let builder = TestAppBuilder { self_service, ..TestAppBuilder::default() };
        let app = builder.with_organisation(Access::Application).await;
        assert_eq!(parameter(&Browser::of(&app).begin("").await, "scope").unwrap(), scope);
    }
}

#[tokio::test]
async fn with_the_users_rights_the_inventory_still_uses_the_apps() {
    let (fixture, _) = with_recording_proxy(Access::Application, true, small()).await;
    let asked = fixture.app.stats().await["tokenRequests"].clone();
    fixture.admin.list().await;
    assert_ne!(fixture.app.stats().await["tokenRequests"], asked, "the inventory is still the app's");
}

#[tokio::test]
async fn a_missing_permission_is_not_reported_as_a_wrong_code() {
    let settings = granting(|permission| !permission.starts_with("UserAuthMethod"));
    let (fixture, _) = with_recording_proxy(Access::Application, false, settings).await;
    let answer = claim(&fixture.person, "WAY-3", "123456").await;
    assert_eq!(answer.json::<Value>(), denied("not_allowed"));
}

#[tokio::test]
async fn throttling_by_graph_is_reported_as_later() {
    let (fixture, _) =
        with_recording_proxy(Access::Application, false, PracticeSettings { write_budget: 1, ..small() })
            .await;
    fixture.create_token("WAY-4").await;
    let answer = claim(&fixture.person, "WAY-4", &right_code()).await;
    assert!(matches!(attempt(&answer), ActivationOutcome::Denied(Denial::Later { .. })), "{}", answer.body);
}
