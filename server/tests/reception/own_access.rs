//! Whose rights reach a person's own tokens: their own as `/me` where they lent them, otherwise the app's.

use serde_json::Value;
use server::{
    config::{Access, SelfService},
    practice::{Practice, Settings},
};
use token_core::self_service::{ActivationOutcome, Denial};

use crate::{
    browser::{Browser, parameter},
    device::{right_code, wrong_code},
    house::{Plan, small},
    person::{Office, attempt, claim, denied, done, own},
    wiretap::Wiretap,
};

const OWN: &str = "UserAuthMethod-HardwareOATH.ReadWrite";
const METHODS: &str = "/authentication/hardwareOathMethods";

fn granting(keep: impl Fn(&str) -> bool) -> Settings {
    let grant = small().grant.into_iter().filter(|permission| keep(permission)).collect();
    Settings { grant, ..small() }
}

/// An office whose calls of Graph are listened to.
pub async fn overheard(access: Access, delegated: bool, settings: Settings) -> (Office, Wiretap) {
    let practice = Practice::start(&settings, 0).await.unwrap();
    let tap = Wiretap::on(&practice.base_url).await;
    let self_service = SelfService { delegated, ..SelfService::default() };
    let plan = Plan { self_service, practice: settings, ..Plan::default() };
    let house = plan.with_organisation_at(access, practice, &tap.address).await;
    (Office::of(house).await, tap)
}

/// Which paths of one's own tokens were asked while this went on.
async fn asked(tap: &Wiretap, what: impl Future) -> Vec<String> {
    let before = tap.items().len();
    what.await;
    let items = tap.items().into_iter().skip(before);
    items.filter(|item| item.contains(METHODS)).collect()
}

#[tokio::test]
async fn with_the_persons_rights_everything_goes_by_me() {
    for access in [Access::Application, Access::Delegated] {
        let (office, tap) = overheard(access, access == Access::Application, small()).await;
        office.stock("WAY-1").await;
        let read = asked(&tap, own(&office.person)).await;
        assert_eq!(read, [format!("GET /me{METHODS}")], "{access:?}");
        let wrong = asked(&tap, claim(&office.person, "WAY-1", &wrong_code())).await;
        assert!(wrong.iter().all(|item| item.contains(" /me/")), "{wrong:?}");
        assert!(wrong.last().unwrap().starts_with("DELETE /me"), "given back: {wrong:?}");
        done(&claim(&office.person, "WAY-1", &right_code()).await);
    }
}

#[tokio::test]
async fn without_them_the_apps_serve_with_the_id_of_the_session() {
    let settings = || granting(|permission| permission != OWN);
    for (access, delegated, settings) in [
        (Access::Application, false, small()),
        (Access::Application, true, settings()),
        (Access::Delegated, false, settings()),
    ] {
        let (office, tap) = overheard(access, delegated, settings).await;
        office.stock("WAY-2").await;
        let me = office.me().await;
        let asked = asked(&tap, async {
            done(&claim(&office.person, "WAY-2", &right_code()).await);
        })
        .await;
        let path = format!("/users/{}{METHODS}", me.as_str());
        assert!(!asked.is_empty() && asked.iter().all(|item| item.contains(&path)), "{asked:?}");
    }
}

#[tokio::test]
async fn everybodys_sign_in_asks_for_graph_only_where_that_is_set() {
    for (delegated, scope) in [
        (false, "openid profile"),
        (true, "openid profile offline_access https://graph.microsoft.com/.default"),
    ] {
        let self_service = SelfService { delegated, ..SelfService::default() };
        let plan = Plan { self_service, ..Plan::default() };
        let house = plan.with_organisation(Access::Application).await;
        assert_eq!(parameter(&Browser::of(&house).begin("").await, "scope").unwrap(), scope);
    }
}

#[tokio::test]
async fn the_persons_rights_over_themselves_make_no_administrator_of_the_app() {
    let (office, _) = overheard(Access::Application, true, small()).await;
    let asked = office.house.stats().await["tokenRequests"].clone();
    office.admin.list().await;
    assert_ne!(office.house.stats().await["tokenRequests"], asked, "the inventory is still the app's");
}

#[tokio::test]
async fn a_permission_that_is_missing_is_nobodys_wrong_code() {
    let settings = granting(|permission| !permission.starts_with("UserAuthMethod"));
    let (office, _) = overheard(Access::Application, false, settings).await;
    let answer = claim(&office.person, "WAY-3", "123456").await;
    assert_eq!(answer.json::<Value>(), denied("not_allowed"));
}

#[tokio::test]
async fn graph_that_is_busy_is_asked_again_later() {
    let (office, _) = overheard(Access::Application, false, Settings { write_budget: 1, ..small() }).await;
    office.stock("WAY-4").await;
    let answer = claim(&office.person, "WAY-4", &right_code()).await;
    assert!(matches!(attempt(&answer), ActivationOutcome::Denied(Denial::Later { .. })), "{}", answer.body);
}
