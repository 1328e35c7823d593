//! The doctor in the practice tenant, with various sets of granted permissions.

use graph::{Credential, GraphSettings, Secret};
use practice::{Practice, PracticeSettings};
use server::doctor::{GraphAccess, missing_permissions};
use token_core::checkup::{Capability, Checkup, Severity};

use crate::support::mock_tenant::{checkup, findings_on, words};

const ALL: [Capability; 5] = [
    Capability::ReadTokens,
    Capability::WriteTokens,
    Capability::ReadUserTokens,
    Capability::WriteUserTokens,
    Capability::ReadUsers,
];

fn settings_of(practice: &Practice) -> GraphSettings {
    GraphSettings {
        endpoint: practice.base_url.clone(),
        authority: practice.base_url.clone(),
        tenant_id: practice.tenant_id.clone(),
        client_id: practice.client_id.clone(),
        credential: Credential::Secret(Secret::new(practice.client_secret.clone())),
    }
}

async fn granted(grant: Vec<&'static str>) -> Checkup {
    let settings = PracticeSettings { grant, tokens: 3, users: 10, ..PracticeSettings::default() };
    let settings = settings_of(&Practice::start(&settings, 0).await.unwrap());
    let checkup = checkup(&settings, GraphAccess::AppOnly).await;
    assert_eq!(
        missing_permissions(&settings, None).await,
        checkup.missing,
        "without probes the result is the same"
    );
    checkup
}

fn lacking(checkup: &Checkup) -> Vec<Capability> {
    checkup.missing.0.keys().copied().collect()
}

#[tokio::test]
async fn the_practice_tenant_has_no_problems() {
    let checkup = granted(PracticeSettings::default().grant).await;
    assert!(!checkup.has_problem(), "{checkup:#?}");
    assert!(findings_on(&checkup, "Permission").iter().all(|finding| finding.level == Severity::Good));
    words(&checkup, "Clock", Severity::Good);
    words(&checkup, "Hardware OATH method", Severity::Good);
}

#[tokio::test]
async fn an_app_without_permissions_lacks_them_all() {
    let checkup = granted(Vec::new()).await;
    assert_eq!(lacking(&checkup), ALL);
    words(&checkup, "Microsoft Graph", Severity::Good);
}

#[tokio::test]
async fn read_permissions_leave_writing_missing() {
    let checkup =
        granted(vec!["Policy.Read.All", "UserAuthMethod-HardwareOATH.Read.All", "User.ReadBasic.All"]).await;
    assert_eq!(lacking(&checkup), [Capability::WriteTokens, Capability::WriteUserTokens]);
    assert!(findings_on(&checkup, "Permission").iter().any(|one| one.message.contains("disabled accounts")));
}

#[tokio::test]
async fn wide_permissions_suffice_and_are_an_advice() {
    let wide = "UserAuthenticationMethod.ReadWrite.All";
    let checkup = granted(vec!["Policy.ReadWrite.AuthenticationMethod", wide, "User.Read.All"]).await;
    assert!(lacking(&checkup).is_empty() && !checkup.has_problem());
    let advice: Vec<_> =
        findings_on(&checkup, "Permission").into_iter().filter(|one| one.level == Severity::Advice).collect();
    assert!(advice.len() == 1 && advice[0].message.contains(wide), "{advice:#?}");
}
