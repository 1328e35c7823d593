//! What the plan says of each token before anything is written, and what a single token allows.

use token_core::{
    manage::{
        Action, Ask, Expected, Proof, Step, Task, Verb, What, allowed, may_get,
        plan::{plan, survey},
    },
    otp::Code,
    rollout::{plan::Verdict, tenant::Tenant},
    seed::Seed,
    token::{HashFunction, Interval, Token, TokenStatus},
    user::User,
};

use super::{asks, seed, stocked, token};
use crate::{
    fake::Fake,
    rows::{new_token, serial, user},
    time::virtually,
};

fn code() -> Proof {
    Proof::Code(Code::parse("123456").unwrap())
}

/// What the plan says of one ask, in one line.
fn says(asks: &[Ask], tenant: &Tenant, proofs: &[Proof]) -> Vec<String> {
    let said = plan(asks, tenant, proofs).into_iter().map(|row| match row.verdict {
        Verdict::Work(task) => {
            let steps: Vec<&str> = task.steps.iter().map(|step| step.what.done()).collect();
            format!("{}: {}", task.verb.label(), steps.join(", "))
        }
        Verdict::Nothing(why) => format!("Nothing: {why}"),
        Verdict::Conflict(one) => format!("Conflict: {}", one.what),
        Verdict::Cannot(all) => {
            assert!(all.iter().all(|one| !one.remedy.is_empty()));
            format!("Cannot: {}", all.iter().map(|one| one.what.as_str()).collect::<Vec<_>>().join("; "))
        }
    });
    said.collect()
}

fn verdict(status: &TokenStatus, action: Action) -> String {
    let fake = stocked(1, status);
    let tenant = Tenant::new(vec![token(&fake, 0)], vec![user(0), user(1)]);
    says(&asks(&fake, 1, |_| action.clone()), &tenant, &[seed(0), code(), seed(1)]).remove(0)
}

#[test]
fn each_state_and_action_has_its_verdict() {
    use TokenStatus::{Activated, Assigned, Available, FailedActivation};
    let me = || user(0);
    let delete = |unassign_first| Action::Delete { unassign_first };
    let cases = [
        (Available, Action::Assign(me()), "Assign: Assigned"),
        (Assigned, Action::Assign(me()), "Nothing: Already assigned to this user"),
        (Activated, Action::Assign(user(1)), "Conflict: The token is already assigned to User 0"),
        (Available, Action::AssignAndActivate(me(), 0), "Assign and activate: Assigned and activated"),
        (FailedActivation, Action::AssignAndActivate(me(), 1), "Assign and activate: Activated"),
        (
            Activated,
            Action::AssignAndActivate(me(), 0),
            "Nothing: Already assigned to this user and activated",
        ),
        (Assigned, Action::Activate(0), "Activate: Activated"),
        (Assigned, Action::Activate(2), "Cannot: The seed is that of token S00001"),
        (Assigned, Action::Activate(9), "Cannot: Neither a code nor the seed of this token is at hand"),
        (Available, Action::Activate(1), "Cannot: The token is assigned to nobody"),
        (
            Activated,
            Action::Activate(1),
            "Nothing: Activated already. To activate it again, deactivate or unassign it first",
        ),
        (Activated, Action::Unassign, "Unassign: Unassigned"),
        (Available, Action::ReturnToStock, "Nothing: Nobody holds it: it is in stock"),
        (Activated, Action::Deactivate, "Deactivate: Deactivated"),
        (Assigned, Action::Deactivate, "Nothing: Not activated"),
        (Available, Action::Deactivate, "Cannot: The token is assigned to nobody"),
        (Available, delete(false), "Delete: Deleted"),
        (Available, delete(true), "Delete: Deleted"),
        (Assigned, delete(false), "Cannot: The token is assigned to User 0"),
        (Assigned, delete(true), "Unassign and delete: Unassigned, Deleted"),
        (Available, Action::Rename(" Spare ".to_owned()), "Rename: Renamed"),
        (Available, Action::Rename(String::new()), "Nothing: It has this name already"),
        (Assigned, Action::Rename("Spare".to_owned()), "Cannot: The token is assigned to User 0"),
        (
            Available,
            Action::Rename("x".repeat(129)),
            "Cannot: The name is longer than 128 characters or not plain text",
        ),
    ];
    for (status, action, expected) in cases {
        assert_eq!(verdict(&status, action.clone()), expected, "{status:?} {action:?}");
    }
}

#[test]
fn a_single_token_says_why_something_is_off() {
    use TokenStatus::{Activated, Assigned, Available};
    let cases = [
        (
            Available,
            vec![Verb::Unassign, Verb::ReturnToStock, Verb::Activate, Verb::Deactivate, Verb::Replace],
        ),
        (Assigned, vec![Verb::Assign, Verb::AssignAndActivate, Verb::Deactivate, Verb::Delete, Verb::Rename]),
        (Activated, vec![Verb::Assign, Verb::AssignAndActivate, Verb::Activate, Verb::Delete, Verb::Rename]),
    ];
    let all = [
        Verb::Assign,
        Verb::AssignAndActivate,
        Verb::Activate,
        Verb::Unassign,
        Verb::ReturnToStock,
        Verb::Deactivate,
        Verb::Delete,
        Verb::UnassignAndDelete,
        Verb::Rename,
        Verb::Replace,
    ];
    for (status, off) in cases {
        let token = token(&stocked(1, &status), 0);
        let refused = |verb: &Verb| allowed(&token, *verb).is_err();
        let found: Vec<Verb> = all.into_iter().filter(refused).collect();
        let expected: Vec<Verb> = all.into_iter().filter(|verb| off.contains(verb)).collect();
        assert_eq!(found, expected, "{status:?}");
    }
    let token = token(&stocked(1, &Activated), 0);
    let reason = allowed(&token, Verb::Activate).unwrap_err();
    assert_eq!(reason.remedy, "To activate it again, deactivate or unassign it first.");
    assert!(allowed(&token, Verb::Delete).unwrap_err().remedy.contains("Unassign and delete"));
}

#[test]
fn a_token_whose_holder_nobody_knows_can_only_be_looked_up() {
    let token = Token { holder: None, ..token(&stocked(1, &TokenStatus::Activated), 0) };
    for verb in [Verb::Assign, Verb::Unassign, Verb::UnassignAndDelete, Verb::Replace, Verb::Deactivate] {
        let reason = allowed(&token, verb).unwrap_err();
        assert!(reason.what.contains("does not say who"), "{verb:?}: {}", reason.what);
    }
}

#[test]
fn guests_and_disabled_accounts_get_no_token() {
    let guest = User { guest: Some(true), ..user(0) };
    let disabled = User { enabled: Some(false), ..user(1) };
    let fake = stocked(2, &TokenStatus::Available);
    let asks = [
        Ask::one(1, &token(&fake, 0), Action::Assign(guest)),
        Ask::one(2, &token(&fake, 1), Action::Assign(disabled.clone())),
    ];
    assert_eq!(
        says(&asks, &Tenant::default(), &[]),
        ["Cannot: user0@contoso.example is a guest", "Cannot: user1@contoso.example is disabled"]
    );
    let held = stocked(2, &TokenStatus::Assigned);
    let tenant = Tenant::new(Vec::new(), vec![disabled]);
    let activate = [Ask::one(1, &token(&held, 1), Action::Activate(0))];
    assert_eq!(says(&activate, &tenant, &[code()]), ["Cannot: user1@contoso.example is disabled"]);
}

/// A user with three tokens, one of them hidden from the inventory, and three more to come.
fn crowded() -> Fake {
    let held = |fake: Fake, n| fake.with(new_token(n), TokenStatus::Activated, Some(&user(0)));
    let fake = (10..13).fold(stocked(3, &TokenStatus::Available), held);
    fake.hiding(serial(12).as_str())
}

#[test]
fn five_tokens_are_enough_those_counted_that_the_inventory_hides() {
    virtually(async {
        let fake = crowded();
        let asks = asks(&fake, 3, |_| Action::Assign(user(0)));
        let inventory = vec![token(&fake, 10), token(&fake, 11)];
        let tenant = survey(&fake, &asks, inventory, Vec::new()).await.unwrap();
        assert_eq!(
            says(&asks, &tenant, &[]),
            [
                "Assign: Assigned",
                "Assign: Assigned",
                "Cannot: user0@contoso.example would hold more than 5 tokens"
            ]
        );
    });
}

#[test]
fn a_token_that_is_named_twice_is_done_once_or_not_at_all() {
    let fake = stocked(2, &TokenStatus::Available);
    let ask = |line, n, who| Ask::one(line, &token(&fake, n), Action::Assign(user(who)));
    let asks = [ask(2, 0, 0), ask(3, 0, 0), ask(4, 1, 1), ask(5, 1, 0)];
    assert_eq!(
        says(&asks, &Tenant::default(), &[]),
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
    let said =
        says(&asks(&fake, 1, |_| Action::Activate(0)), &Tenant::default(), &[Proof::Seed(Box::new(other))]);
    assert_eq!(said, ["Conflict: The tenant has this token as SHA-256, 30 s; the file says SHA-1, 60 s"]);
}

#[test]
fn a_replacement_needs_a_holder_and_a_token_that_nobody_holds() {
    let fake = stocked(2, &TokenStatus::Activated).with(new_token(5), TokenStatus::Available, None).with(
        new_token(6),
        TokenStatus::Available,
        None,
    );
    let replace = |old, by, delete_old| {
        let by = Box::new(token(&fake, by));
        Ask::one(1, &token(&fake, old), Action::Replace { by, proof: None, delete_old })
    };
    let one = |ask: Ask| says(&[ask], &Tenant::default(), &[]).remove(0);
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
fn a_token_that_the_inventory_hides_can_only_be_taken_away() {
    let fake = stocked(1, &TokenStatus::Activated);
    let one = |action| {
        says(&[Ask::one(1, &token(&fake, 0), action).of_legacy()], &Tenant::default(), &[]).remove(0)
    };
    assert_eq!(one(Action::Unassign), "Unassign: Unassigned");
    assert_eq!(one(Action::Delete { unassign_first: true }), "Unassign and delete: Unassigned, Deleted");
    assert!(one(Action::Deactivate).starts_with("Cannot: The token was uploaded by CSV"));
}

#[test]
fn a_row_names_token_and_owner() {
    let fake = stocked(1, &TokenStatus::Activated);
    let tenant = Tenant::new(Vec::new(), vec![user(0)]);
    let row = plan(&asks(&fake, 1, |_| Action::Unassign), &tenant, &[]).remove(0);
    assert_eq!((row.serial.as_str(), row.owner.as_str()), ("S00000", "user0@contoso.example"));
    assert_eq!(row.owner_name, "User 0");
    let Verdict::Work(task) = row.verdict else { unreachable!() };
    let expected = Step {
        what: What::Unassign,
        token: Box::new(token(&fake, 0)),
        user: Some(user(0).id),
        proof: None,
        legacy: false,
    };
    assert_eq!(task.steps, [expected]);
}

#[test]
fn only_dangerous_work_on_more_than_ten_asks_for_the_number() {
    assert!(Verb::Delete.asks_for_count(11) && Verb::Unassign.asks_for_count(11));
    assert!(!Verb::Delete.asks_for_count(10) && !Verb::Assign.asks_for_count(1_000));
}

#[test]
fn a_token_that_is_to_replace_two_replaces_one() {
    let fake = stocked(2, &TokenStatus::Activated).with(new_token(5), TokenStatus::Available, None);
    let by = Box::new(token(&fake, 5));
    let asks = asks(&fake, 2, |_| Action::Replace { by: by.clone(), proof: None, delete_old: false });
    let said = says(&asks, &Tenant::default(), &[]);
    assert_eq!(said[0], "Replace: Unassigned, Assigned");
    assert_eq!(said[1], "Cannot: Line 1 wants something else of the same token");
}

#[test]
fn a_search_for_users_says_who_cannot_be_chosen() {
    let guest = User { guest: Some(true), ..user(0) };
    let disabled = User { enabled: Some(false), ..user(0) };
    let why = |user: &User, held| may_get(user, held).err().map(|reason| reason.what);
    assert_eq!(why(&user(0), 4), None);
    assert_eq!(why(&user(0), 5).unwrap(), "user0@contoso.example holds 5 tokens already");
    assert!(why(&guest, 0).unwrap().contains("guest") && why(&disabled, 0).unwrap().contains("disabled"));
}

fn task(fake: &Fake, action: Action) -> Task {
    let rows = plan(&asks(fake, 1, |_| action.clone()), &Tenant::default(), &[seed(0)]);
    let Verdict::Work(task) = rows.into_iter().next().unwrap().verdict else { unreachable!("{action:?}") };
    task
}

#[test]
fn what_graph_must_show_in_the_end_is_known_before() {
    use TokenStatus::{Activated, Assigned, Available};
    let fake = stocked(1, &Activated).with(new_token(5), Available, None);
    let shown = |action: Action, seen: Option<&Token>| {
        let task = task(&fake, action);
        task.expected(task.steps.len()).iter().all(|(_, expected)| expected.is_shown_by(seen))
    };
    let held = token(&fake, 0);
    let free = Token { holder: None, status: Available, ..held.clone() };
    let passive = Token { status: Assigned, ..held.clone() };
    assert!(shown(Action::Unassign, Some(&free)) && !shown(Action::Unassign, Some(&held)));
    assert!(shown(Action::Deactivate, Some(&passive)) && !shown(Action::Deactivate, Some(&held)));
    let delete = || Action::Delete { unassign_first: true };
    assert!(shown(delete(), None) && !shown(delete(), Some(&free)));
    let by = Box::new(token(&fake, 5));
    let replace = task(&fake, Action::Replace { by: by.clone(), proof: None, delete_old: true });
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
fn what_can_be_undone_says_how_and_what_it_will_take() {
    use TokenStatus::{Activated, Assigned, Available};
    let undo = |status: &TokenStatus, action| task(&stocked(1, status), action).undo(Some(&user(0)));
    let (again, hint) = undo(&Activated, Action::Unassign).unwrap();
    assert_eq!(again, Action::Assign(user(0)));
    assert!(hint.unwrap().contains("code"));
    assert_eq!(undo(&Assigned, Action::Unassign), Some((Action::Assign(user(0)), None)));
    assert_eq!(undo(&Available, Action::Assign(user(0))), Some((Action::Unassign, None)));
    assert_eq!(undo(&Assigned, Action::Activate(0)), Some((Action::Deactivate, None)));
    assert_eq!(undo(&Available, Action::Rename("x".to_owned())), Some((Action::Rename(String::new()), None)));
    assert_eq!(undo(&Available, Action::Delete { unassign_first: false }), None);
    assert_eq!(task(&stocked(1, &Assigned), Action::Unassign).undo(Some(&user(1))), None);
}
