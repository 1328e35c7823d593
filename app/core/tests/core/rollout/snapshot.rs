//! What is read from the tenant before a plan.

use std::cell::RefCell;

use token_core::{plan::snapshot::load_snapshot, seed_file::Owner, token::TokenStatus};

use super::{
    fake::FakeTenant,
    rows::{entries, new_token, owned_by, serial, user},
    time::with_virtual_time,
};

fn stocked(tokens: usize, users: usize) -> FakeTenant {
    let fake = FakeTenant::new((0..users).map(user));
    (0..tokens).fold(fake, |fake, n| fake.with(new_token(n), TokenStatus::Available, None))
}

#[test]
fn the_whole_inventory_is_read_page_after_page() {
    with_virtual_time(async {
        let counts = RefCell::new(Vec::new());
        let snapshot = load_snapshot(&stocked(250, 0), &[], true, |count| counts.borrow_mut().push(count))
            .await
            .unwrap();
        assert_eq!(*counts.borrow(), [100, 200, 250]);
        assert!((0..250).all(|n| snapshot.token(&serial(n), "Contoso").is_some()));
        assert_eq!(snapshot.inventory_size(), 250);
    });
}

#[test]
fn users_are_found_in_bulk_by_name_and_by_id() {
    with_virtual_time(async {
        let fake = stocked(0, 700);
        let mut rows = entries(650);
        rows.push(owned_by(650, Some(Owner::Id(user(650).id))));
        let snapshot = load_snapshot(&fake, &rows, true, |_| {}).await.unwrap();
        let found = |n: usize| snapshot.user(&Owner::Upn(user(n).upn)).is_some();
        assert!((0..651).all(found) && !found(651));
    });
}

#[test]
fn an_import_asks_for_no_users() {
    with_virtual_time(async {
        let snapshot = load_snapshot(&stocked(0, 5), &entries(5), false, |_| {}).await.unwrap();
        assert!(snapshot.user(&Owner::Upn(user(0).upn)).is_none());
    });
}

#[test]
fn what_the_inventory_does_not_show_counts_when_few_users_are_named() {
    with_virtual_time(async {
        let fake = stocked(0, 200).delayed(|delays| delays.appears_ms = u64::MAX / 2);
        let fake = fake.with(new_token(900), TokenStatus::Activated, Some(&user(0)));
        let few = load_snapshot(&fake, &entries(100), true, |_| {}).await.unwrap();
        let many = load_snapshot(&fake, &entries(101), true, |_| {}).await.unwrap();
        assert_eq!((few.token_count(&user(0).id), many.token_count(&user(0).id)), (1, 0));
    });
}

#[test]
fn an_unknown_user_of_a_token_is_looked_up_among_any_number_of_users() {
    with_virtual_time(async {
        let mut fake = stocked(0, 150).with(new_token(120), TokenStatus::Activated, Some(&user(120)));
        fake.hides_holders = true;
        let snapshot = load_snapshot(&fake, &entries(150), true, |_| {}).await.unwrap();
        let assigned_to = snapshot.token(&serial(120), "Contoso").unwrap().assigned_to.clone();
        assert_eq!(assigned_to.map(|assigned_to| assigned_to.id), Some(user(120).id));
    });
}

#[test]
fn users_are_looked_up_with_plain_apostrophes_too() {
    with_virtual_time(async {
        let pat = token_core::user::User { upn: "pat.o'brien@contoso.example".to_owned(), ..user(0) };
        let fake = FakeTenant::new([pat]);
        let written = Owner::Upn("pat.o''brien@contoso.example".to_owned());
        let rows = [owned_by(0, Some(written.clone()))];
        let snapshot = load_snapshot(&fake, &rows, true, |_| {}).await.unwrap();
        assert!(snapshot.user(&written).is_some());
    });
}
