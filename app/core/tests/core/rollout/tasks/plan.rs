//! The plan's verdict on each token, and the actions that a token allows.

use token_core::{
    drift::OwnClock,
    manage::seeds,
    otp::Code,
    plan::{
        ActionKind, ActionRequest, CodeSource, Expected, PlannedWrite, Task, TokenAction, Verdict, WriteKind,
        allowed, can_receive,
        snapshot::TenantSnapshot,
        token_actions::{load_snapshot, plan},
    },
    run::{Progress, report::row_report},
    seed::Seed,
    seed_file::ParsedRow,
    token::{HashFunction, Interval, Token, TokenStatus},
    user::User,
};

use super::{requests, seed, stocked, token};
use crate::rollout::{
    fake::FakeTenant,
    rows::{changed, entry, new_token, serial, user},
    time::with_virtual_time,
};

fn code() -> CodeSource {
    CodeSource::Code(Code::parse("123456").unwrap())
}

/// The plan's verdict on each request, as one line.
pub(super) fn says(
    requests: &[ActionRequest],
    snapshot: &TenantSnapshot,
    code_sources: &[CodeSource],
) -> Vec<String> {
    let said = plan(requests, snapshot, code_sources).into_iter().map(|row| match row.verdict {
        Verdict::Work(task) => {
            let steps: Vec<&str> = task.steps.iter().map(|step| step.kind.done()).collect();
            format!("{}: {}", task.kind.label(), steps.join(", "))
        }
        Verdict::Nothing(why) => format!("Nothing: {why}"),
        Verdict::Repeats(why) => format!("Nothing: {why}"),
        Verdict::Conflict(one) => format!("Conflict: {}", one.message),
        Verdict::Cannot(all) => {
            assert!(all.iter().all(|one| !one.remedy.is_empty()));
            format!("Cannot: {}", all.iter().map(|one| one.message.as_str()).collect::<Vec<_>>().join("; "))
        }
    });
    said.collect()
}

fn verdict(status: &TokenStatus, action: TokenAction) -> String {
    let fake = stocked(1, status);
    let snapshot = TenantSnapshot::new(vec![token(&fake, 0)], vec![user(0), user(1)]);
    says(&requests(&fake, 1, |_| action.clone()), &snapshot, &[seed(0), code(), seed(1)]).remove(0)
}

#[test]
fn each_state_and_action_has_its_verdict() {
    use TokenStatus::{Activated, Assigned, Available, FailedActivation};
    let me = || user(0);
    let delete = |unassign_first| TokenAction::Delete { unassign_first };
    let cases = [
        (Available, TokenAction::Assign(me()), "Assign: Assigned"),
        (Assigned, TokenAction::Assign(me()), "Nothing: Already assigned to this user"),
        (Activated, TokenAction::Assign(user(1)), "Conflict: The token is already assigned to User 0"),
        (Available, TokenAction::AssignAndActivate(me(), 0), "Assign and activate: Assigned and activated"),
        (FailedActivation, TokenAction::AssignAndActivate(me(), 1), "Assign and activate: Activated"),
        (
            Activated,
            TokenAction::AssignAndActivate(me(), 0),
            "Nothing: Already assigned to this user and activated",
        ),
        (Assigned, TokenAction::Activate(0), "Activate: Activated"),
        (Assigned, TokenAction::Activate(2), "Cannot: The secret key is that of token S00001"),
        (
            Assigned,
            TokenAction::Activate(9),
            "Cannot: Neither a code nor the secret key of this token is at hand",
        ),
        (Available, TokenAction::Activate(1), "Cannot: The token is assigned to nobody"),
        (
            Activated,
            TokenAction::Activate(1),
            "Nothing: Activated already. To activate it again, deactivate or unassign it first",
        ),
        (Activated, TokenAction::Unassign, "Unassign: Unassigned"),
        (Available, TokenAction::Unassign, "Nothing: Nobody holds it: it is in stock"),
        (Activated, TokenAction::Deactivate, "Deactivate: Deactivated"),
        (Assigned, TokenAction::Deactivate, "Nothing: Not activated"),
        (Available, TokenAction::Deactivate, "Cannot: The token is assigned to nobody"),
        (Available, delete(false), "Delete: Deleted"),
        (Available, delete(true), "Delete: Deleted"),
        (Assigned, delete(false), "Cannot: The token is assigned to User 0"),
        (Assigned, delete(true), "Unassign and delete: Unassigned, Deleted"),
        (Available, TokenAction::Rename(" Spare ".to_owned()), "Rename: Renamed"),
        (Available, TokenAction::Rename(String::new()), "Nothing: It has this name already"),
        (Assigned, TokenAction::Rename("Spare".to_owned()), "Cannot: The token is assigned to User 0"),
        (
            Available,
            TokenAction::Rename("x".repeat(129)),
            "Cannot: The name is longer than 128 characters or not plain text",
        ),
    ];
    for (status, action, expected) in cases {
        assert_eq!(verdict(&status, action.clone()), expected, "{status:?} {action:?}");
    }
}

#[test]
fn a_token_says_why_an_action_is_not_allowed() {
    use TokenStatus::{Activated, Assigned, Available};
    let cases = [
        (
            Available,
            vec![ActionKind::Unassign, ActionKind::Activate, ActionKind::Deactivate, ActionKind::Replace],
        ),
        (
            Assigned,
            vec![
                ActionKind::Assign,
                ActionKind::AssignAndActivate,
                ActionKind::Deactivate,
                ActionKind::Delete,
                ActionKind::Rename,
            ],
        ),
        (
            Activated,
            vec![
                ActionKind::Assign,
                ActionKind::AssignAndActivate,
                ActionKind::Activate,
                ActionKind::Delete,
                ActionKind::Rename,
            ],
        ),
    ];
    let all = [
        ActionKind::Assign,
        ActionKind::AssignAndActivate,
        ActionKind::Activate,
        ActionKind::Unassign,
        ActionKind::Deactivate,
        ActionKind::Delete,
        ActionKind::UnassignAndDelete,
        ActionKind::Rename,
        ActionKind::Replace,
    ];
    for (status, off) in cases {
        let token = token(&stocked(1, &status), 0);
        let refused = |kind: &ActionKind| allowed(&token, *kind).is_err();
        let found: Vec<ActionKind> = all.into_iter().filter(refused).collect();
        let expected: Vec<ActionKind> = all.into_iter().filter(|kind| off.contains(kind)).collect();
        assert_eq!(found, expected, "{status:?}");
    }
    let token = token(&stocked(1, &Activated), 0);
    let reason = allowed(&token, ActionKind::Activate).unwrap_err();
    assert_eq!(reason.remedy, "To activate it again, deactivate or unassign it first.");
    assert!(allowed(&token, ActionKind::Delete).unwrap_err().remedy.contains("Unassign and delete"));
}

#[test]
fn a_token_with_an_unknown_user_allows_no_action_on_its_assignment() {
    let token = Token { assigned_to: None, ..token(&stocked(1, &TokenStatus::Activated), 0) };
    for kind in [
        ActionKind::Assign,
        ActionKind::Unassign,
        ActionKind::UnassignAndDelete,
        ActionKind::Replace,
        ActionKind::Deactivate,
    ] {
        let reason = allowed(&token, kind).unwrap_err();
        assert!(reason.message.contains("does not say who"), "{kind:?}: {}", reason.message);
    }
}

#[test]
fn guests_and_disabled_accounts_get_no_token() {
    let guest = User { guest: Some(true), ..user(0) };
    let disabled = User { enabled: Some(false), ..user(1) };
    let fake = stocked(2, &TokenStatus::Available);
    let requests = [
        ActionRequest::one(1, &token(&fake, 0), TokenAction::Assign(guest)),
        ActionRequest::one(2, &token(&fake, 1), TokenAction::Assign(disabled.clone())),
    ];
    assert_eq!(
        says(&requests, &TenantSnapshot::default(), &[]),
        ["Cannot: user0@contoso.example is a guest", "Cannot: user1@contoso.example is disabled"]
    );
    let held = stocked(2, &TokenStatus::Assigned);
    let snapshot = TenantSnapshot::new(Vec::new(), vec![disabled]);
    let activate = [ActionRequest::one(1, &token(&held, 1), TokenAction::Activate(0))];
    assert_eq!(says(&activate, &snapshot, &[code()]), ["Cannot: user1@contoso.example is disabled"]);
}

/// A user with three tokens, one of which the inventory does not show, and three more to be assigned.
fn user_with_three_tokens() -> FakeTenant {
    let held = |fake: FakeTenant, n| fake.with(new_token(n), TokenStatus::Activated, Some(&user(0)));
    let fake = (10..13).fold(stocked(3, &TokenStatus::Available), held);
    fake.hiding(serial(12).as_str())
}

#[test]
fn five_tokens_are_the_limit_including_legacy_tokens() {
    with_virtual_time(async {
        let fake = user_with_three_tokens();
        let requests = requests(&fake, 3, |_| TokenAction::Assign(user(0)));
        let inventory = vec![token(&fake, 10), token(&fake, 11)];
        let snapshot = load_snapshot(&fake, &requests, inventory, Vec::new()).await.unwrap();
        assert_eq!(
            says(&requests, &snapshot, &[]),
            [
                "Assign: Assigned",
                "Assign: Assigned",
                "Cannot: Would be the 6th token of user0@contoso.example: five are allowed"
            ]
        );
    });
}

#[test]
fn a_token_that_is_named_twice_is_done_once_or_not_at_all() {
    let fake = stocked(2, &TokenStatus::Available);
    let request = |line, n, who| ActionRequest::one(line, &token(&fake, n), TokenAction::Assign(user(who)));
    let requests = [request(2, 0, 0), request(3, 0, 0), request(4, 1, 1), request(5, 1, 0)];
    assert_eq!(
        says(&requests, &TenantSnapshot::default(), &[]),
        [
            "Assign: Assigned",
            "Nothing: Repeats line 2: the same for the same token",
            "Assign: Assigned",
            "Cannot: Line 4 wants something else of the same token"
        ]
    );
}

#[test]
fn a_seed_with_other_settings_than_the_tenants_is_a_conflict() {
    let mut other = new_token(0);
    (other.interval, other.hash) = (Interval::S60, HashFunction::Sha1);
    other.seed = Seed::from_bytes(vec![7; 20]).unwrap();
    let fake = stocked(1, &TokenStatus::Assigned);
    let said = says(
        &requests(&fake, 1, |_| TokenAction::Activate(0)),
        &TenantSnapshot::default(),
        &[CodeSource::Seed(Box::new(other), OwnClock::default())],
    );
    assert_eq!(said, ["Conflict: The tenant has this token as SHA-256, 30 s; the file says SHA-1, 60 s"]);
}

#[test]
fn a_replacement_needs_an_assigned_and_an_unassigned_token() {
    let fake = stocked(2, &TokenStatus::Activated).with(new_token(5), TokenStatus::Available, None).with(
        new_token(6),
        TokenStatus::Available,
        None,
    );
    let replace = |old, by, delete_old| {
        let by = Box::new(token(&fake, by));
        ActionRequest::one(1, &token(&fake, old), TokenAction::Replace { by, code_source: None, delete_old })
    };
    let one = |request: ActionRequest| says(&[request], &TenantSnapshot::default(), &[]).remove(0);
    assert_eq!(one(replace(0, 5, false)), "Replace: Unassigned, Assigned");
    assert_eq!(one(replace(0, 5, true)), "Replace: Unassigned, Assigned, Deleted");
    assert_eq!(one(replace(0, 0, false)), "Cannot: The token cannot replace itself");
    assert_eq!(
        one(replace(0, 1, false)),
        "Cannot: Token S00001 cannot take its place: The token is already assigned to User 1"
    );
    assert_eq!(one(replace(5, 6, false)), "Cannot: Nobody holds the token");
}

#[test]
fn a_legacy_token_can_only_be_unassigned_or_deleted() {
    let fake = stocked(1, &TokenStatus::Activated);
    let one = |action| {
        says(&[ActionRequest::one(1, &token(&fake, 0), action).of_legacy()], &TenantSnapshot::default(), &[])
            .remove(0)
    };
    assert_eq!(one(TokenAction::Unassign), "Unassign: Unassigned");
    assert_eq!(one(TokenAction::Delete { unassign_first: true }), "Unassign and delete: Unassigned, Deleted");
    assert!(one(TokenAction::Deactivate).starts_with("Cannot: The token was uploaded by CSV"));
}

#[test]
fn a_row_names_token_and_owner() {
    let fake = stocked(1, &TokenStatus::Activated);
    let snapshot = TenantSnapshot::new(Vec::new(), vec![user(0)]);
    let row = plan(&requests(&fake, 1, |_| TokenAction::Unassign), &snapshot, &[]).remove(0);
    assert_eq!((row.serial.as_str(), row.owner.as_str()), ("S00000", "user0@contoso.example"));
    assert_eq!(row.owner_name, "User 0");
    let Verdict::Work(task) = row.verdict else { unreachable!() };
    let expected = PlannedWrite {
        kind: WriteKind::Unassign,
        token: Box::new(token(&fake, 0)),
        user: Some(user(0).id),
        code_source: None,
        legacy: false,
    };
    assert_eq!(task.steps, [expected]);
}

#[test]
fn only_dangerous_work_on_more_than_ten_asks_for_the_number() {
    assert!(ActionKind::Delete.asks_for_count(11) && ActionKind::Unassign.asks_for_count(11));
    assert!(!ActionKind::Delete.asks_for_count(10) && !ActionKind::Assign.asks_for_count(1_000));
}

#[test]
fn a_token_that_is_to_replace_two_replaces_one() {
    let fake = stocked(2, &TokenStatus::Activated).with(new_token(5), TokenStatus::Available, None);
    let by = Box::new(token(&fake, 5));
    let requests =
        requests(&fake, 2, |_| TokenAction::Replace { by: by.clone(), code_source: None, delete_old: false });
    let said = says(&requests, &TenantSnapshot::default(), &[]);
    assert_eq!(said[0], "Replace: Unassigned, Assigned");
    assert_eq!(said[1], "Cannot: Line 1 wants something else of the same token");
}

#[test]
fn a_search_for_users_says_who_cannot_be_chosen() {
    let guest = User { guest: Some(true), ..user(0) };
    let disabled = User { enabled: Some(false), ..user(0) };
    let why = |user: &User, held| can_receive(user, held).err().map(|reason| reason.message);
    assert_eq!(why(&user(0), 4), None);
    assert_eq!(why(&user(0), 5).unwrap(), "user0@contoso.example holds 5 tokens already");
    assert!(why(&guest, 0).unwrap().contains("guest") && why(&disabled, 0).unwrap().contains("disabled"));
}

fn task(fake: &FakeTenant, action: TokenAction) -> Task {
    let rows = plan(&requests(fake, 1, |_| action.clone()), &TenantSnapshot::default(), &[seed(0)]);
    let Verdict::Work(task) = rows.into_iter().next().unwrap().verdict else { unreachable!("{action:?}") };
    task
}

#[test]
fn the_expected_state_follows_from_the_plan() {
    use TokenStatus::{Activated, Assigned, Available};
    let fake = stocked(1, &Activated).with(new_token(5), Available, None);
    let shown = |action: TokenAction, seen: Option<&Token>| {
        let task = task(&fake, action);
        task.expected(task.steps.len()).iter().all(|(_, expected)| expected.is_shown_by(seen))
    };
    let held = token(&fake, 0);
    let free = Token { assigned_to: None, status: Available, ..held.clone() };
    let passive = Token { status: Assigned, ..held.clone() };
    assert!(shown(TokenAction::Unassign, Some(&free)) && !shown(TokenAction::Unassign, Some(&held)));
    assert!(shown(TokenAction::Deactivate, Some(&passive)) && !shown(TokenAction::Deactivate, Some(&held)));
    let delete = || TokenAction::Delete { unassign_first: true };
    assert!(shown(delete(), None) && !shown(delete(), Some(&free)));
    let by = Box::new(token(&fake, 5));
    let replace = task(&fake, TokenAction::Replace { by: by.clone(), code_source: None, delete_old: true });
    assert_eq!(
        replace.expected(2),
        [
            (held.id.clone(), Expected::Free),
            (by.id.clone(), Expected::Held { user: Some(user(0).id), activated: None })
        ]
    );
    let ids: Vec<_> = replace.expected(3).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, [by.id, held.id.clone()], "each token once, as its last step leaves it");
    let named = Token { name: Some("Spare".to_owned()), ..free };
    assert!(Expected::Named("Spare".to_owned()).is_shown_by(Some(&named)));
    assert!(!Expected::Named("Other".to_owned()).is_shown_by(Some(&named)));
}

#[test]
fn an_undo_names_its_action_and_what_it_needs() {
    use TokenStatus::{Activated, Assigned, Available};
    let undo = |status: &TokenStatus, action| task(&stocked(1, status), action).undo(Some(&user(0)));
    let (again, hint) = undo(&Activated, TokenAction::Unassign).unwrap();
    assert_eq!(again, TokenAction::Assign(user(0)));
    assert!(hint.unwrap().contains("code"));
    assert_eq!(undo(&Assigned, TokenAction::Unassign), Some((TokenAction::Assign(user(0)), None)));
    assert_eq!(undo(&Available, TokenAction::Assign(user(0))), Some((TokenAction::Unassign, None)));
    assert_eq!(undo(&Assigned, TokenAction::Activate(0)), Some((TokenAction::Deactivate, None)));
    assert_eq!(
        undo(&Available, TokenAction::Rename("x".to_owned())),
        Some((TokenAction::Rename(String::new()), None))
    );
    assert_eq!(undo(&Available, TokenAction::Delete { unassign_first: false }), None);
    assert_eq!(task(&stocked(1, &Assigned), TokenAction::Unassign).undo(Some(&user(1))), None);
}

#[test]
fn a_name_may_have_128_characters() {
    assert_eq!(verdict(&TokenStatus::Available, TokenAction::Rename("é".repeat(128))), "Rename: Renamed");
    for name in ["é".repeat(129), "two\nlines".to_owned()] {
        assert_eq!(
            verdict(&TokenStatus::Available, TokenAction::Rename(name)),
            "Cannot: The name is longer than 128 characters or not plain text"
        );
    }
}

#[test]
fn a_legacy_token_is_gone_once_it_is_unassigned_which_cannot_be_undone() {
    let fake = stocked(1, &TokenStatus::Activated);
    let request = ActionRequest::one(1, &token(&fake, 0), TokenAction::Unassign).of_legacy();
    let row = plan(&[request], &TenantSnapshot::default(), &[]).remove(0);
    let Verdict::Work(task) = row.verdict else { unreachable!() };
    assert_eq!(task.expected(1), [(token(&fake, 0).id, Expected::Gone)]);
    assert_eq!(task.undo(Some(&user(0))), None, "the inventory does not have it");
}

#[test]
fn a_row_that_has_not_run_says_what_is_planned() {
    let fake = stocked(1, &TokenStatus::Activated);
    let rows = plan(&requests(&fake, 1, |_| TokenAction::Deactivate), &TenantSnapshot::default(), &[]);
    let progress = Progress::default();
    let report = row_report(&rows[0], &progress);
    assert_eq!((report.outcome, &*report.reason), ("Not run", "Deactivate"));
}

#[test]
fn rows_of_a_seed_file_that_give_a_token_different_seeds_activate_it_with_neither() {
    let fake = stocked(1, &TokenStatus::Assigned);
    let token = token(&fake, 0);
    let of_file = |second: ParsedRow| {
        let (requests, code_sources) = seeds::activations(&[&token], &[entry(0), second], None);
        says(&requests, &TenantSnapshot::default(), &code_sources).remove(0)
    };
    assert_eq!(of_file(entry(0)), "Activate: Activated", "the same seed twice");
    let other_seed = changed(0, |row| row.token.seed = Seed::from_bytes(vec![7; 32]).unwrap());
    assert_eq!(of_file(other_seed), "Cannot: Lines 2 and 2 of the seed file give it different secret keys");
}

#[test]
fn a_corrected_hash_is_waited_for() {
    let seen = |hash| Token { hash: Some(hash), ..token(&stocked(1, &TokenStatus::Available), 0) };
    let expected = Expected::Hashed(HashFunction::Sha1);
    assert!(expected.is_shown_by(Some(&seen(HashFunction::Sha1))));
    assert!(!expected.is_shown_by(Some(&seen(HashFunction::Sha256))));
}

#[test]
fn a_button_says_what_it_does_to_how_many() {
    assert_eq!(ActionKind::Unassign.label_with("3 tokens"), "Unassign 3 tokens");
    assert_eq!(ActionKind::RepairHash.label_with("3 tokens"), "Correct the hash of 3 tokens");
}
