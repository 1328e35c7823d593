//! What is read of the tenant before a plan.

use std::cell::RefCell;

use token_core::{rollout::tenant::survey, seed_file::Owner, token::TokenStatus};

use super::{
    fake::Fake,
    rows::{entries, new_token, owned_by, serial, user},
    time::virtually,
};

fn stocked(tokens: usize, users: usize) -> Fake {
    let fake = Fake::new((0..users).map(user));
    (0..tokens).fold(fake, |fake, n| fake.with(new_token(n), TokenStatus::Available, None))
}

#[test]
fn the_whole_inventory_is_read_page_after_page() {
    virtually(async {
        let counts = RefCell::new(Vec::new());
        let tenant =
            survey(&stocked(250, 0), &[], true, |count| counts.borrow_mut().push(count)).await.unwrap();
        assert_eq!(*counts.borrow(), [100, 200, 250]);
        assert!((0..250).all(|n| tenant.token(&serial(n)).is_some()));
    });
}

#[test]
fn users_are_found_in_bulk_by_name_and_by_id() {
    virtually(async {
        let fake = stocked(0, 700);
        let mut rows = entries(650);
        rows.push(owned_by(650, Some(Owner::Id(user(650).id))));
        let tenant = survey(&fake, &rows, true, |_| {}).await.unwrap();
        let found = |n: usize| tenant.user(&Owner::Upn(user(n).upn)).is_some();
        assert!((0..651).all(found) && !found(651));
    });
}

#[test]
fn an_import_asks_for_no_users() {
    virtually(async {
        let tenant = survey(&stocked(0, 5), &entries(5), false, |_| {}).await.unwrap();
        assert!(tenant.user(&Owner::Upn(user(0).upn)).is_none());
    });
}

#[test]
fn what_the_inventory_does_not_show_counts_when_few_users_are_named() {
    virtually(async {
        let fake = stocked(0, 200).delayed(|delays| delays.appears_ms = u64::MAX / 2);
        let fake = fake.with(new_token(900), TokenStatus::Activated, Some(&user(0)));
        let few = survey(&fake, &entries(100), true, |_| {}).await.unwrap();
        let many = survey(&fake, &entries(101), true, |_| {}).await.unwrap();
        assert_eq!((few.held_by(&user(0).id), many.held_by(&user(0).id)), (1, 0));
    });
}
