//! Before the first write: the user must be able to get a token, and no other trial may be under way.

use practice::PracticeSettings;
use token_core::plan::privileged::PrivilegedTargets;

use super::Lab;
use crate::support::audit_stores::File;

/// Nothing was written, and the reason contains these words.
async fn refused(lab: &Lab, upn: &str, collide: bool, words: &str) {
    let before = lab.tokens().await;
    let why = lab.begin(upn, collide).await.err().expect("a refusal");
    assert!(why.contains(words), "{why}");
    assert_eq!(lab.tokens().await, before);
}

#[tokio::test]
async fn the_user_must_exist_be_enabled_and_be_a_member() {
    let lab = Lab::open().await;
    refused(&lab, "nobody@contoso.example", false, "has no user nobody@contoso.example").await;
    let disabled = lab.user(|user, _| user.is_disabled() && !user.is_guest()).await;
    refused(&lab, &disabled.upn, false, "is disabled").await;
    let guest = lab.user(|user, _| user.is_guest() && !user.is_disabled()).await;
    refused(&lab, &guest.upn, false, "is a guest").await;
}

#[tokio::test]
async fn the_user_must_have_room_for_the_tokens_of_the_trial() {
    let lab = Lab::open().await;
    let user = lab.member().await;
    for _ in 0..4 {
        lab.give(&user).await;
    }
    refused(&lab, &user.upn, true, "needs room for two more tokens").await;
    lab.give(&user).await;
    refused(&lab, &user.upn, false, "has 5 hardware tokens").await;
}

#[tokio::test]
async fn where_holders_of_roles_are_refused_the_roles_must_be_known() {
    let file = File::new("trial");
    let audit_log = file.audit_log().await;
    let grant = vec![
        "Policy.ReadWrite.AuthenticationMethod",
        "UserAuthMethod-HardwareOATH.ReadWrite.All",
        "User.ReadBasic.All",
    ];
    let practice = PracticeSettings { grant, ..PracticeSettings::default() };
    let lab = Lab::with(practice, file, audit_log, |_, _, _, _| None).await;
    let upn = lab.member().await.upn;
    let lab = Lab { access: lab.access.with_privileged_targets(PrivilegedTargets::Refuse), ..lab };
    refused(&lab, &upn, false, "cannot be told without the permission User.Read.All").await;
    let lab = Lab { access: lab.access.with_privileged_targets(PrivilegedTargets::Confirm), ..lab };
    assert!(lab.begin(&upn, false).await.is_ok());
}

#[tokio::test]
async fn two_trials_are_never_under_way_in_one_tenant() {
    never_two_at_once(&Lab::open().await).await;
}

pub async fn never_two_at_once(lab: &Lab) {
    let upn = lab.member().await.upn;
    let _first = lab.begin(&upn, false).await.ok().unwrap();
    refused(lab, &upn, false, "Another trial is under way").await;
}
