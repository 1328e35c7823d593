//! Rows that are planned again after a change, and the users whom they name.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*};
use token_core::{
    plan::{
        Mode, PlannedRow, Planner, replan,
        snapshot::{TenantSnapshot, load_more_users, load_snapshot},
    },
    seed_file::{Field, Owner, ParsedRow, RowEdit, SeedFile, SeedTable},
    token::{AssignedUser, MAX_TOKENS_PER_USER, Token, TokenId, TokenStatus},
};

use super::{
    fake::FakeTenant,
    rows::{new_token, owned_by, user},
    time::with_virtual_time,
};

fn planned(mode: Mode, snapshot: &TenantSnapshot, rows: &[ParsedRow]) -> Vec<PlannedRow> {
    let mut planner = Planner::new(mode, snapshot, rows);
    rows.iter().enumerate().map(|(index, entry)| planner.plan(index, entry)).collect()
}

/// A file of rows with these numbers for serial and user; user 9 is nobody, and the keys of a serial differ by chance.
fn table(rows: &[(usize, usize, bool)]) -> SeedTable {
    let key = |is_other: bool| if is_other { "KBSWY3DPEHPK3PXP" } else { "JBSWY3DPEHPK3PXP" };
    let line = |(serial, owner, is_other): &(usize, usize, bool)| {
        format!("{},S{serial:05},{},30,Contoso,T1\n", upn(*owner), key(*is_other))
    };
    let lines: String = rows.iter().map(line).collect();
    let text = format!("upn,serial number,secret key,time interval,manufacturer,model\n{lines}");
    let mut file = SeedFile::open(text.into_bytes()).unwrap();
    let rows = file.read(usize::MAX);
    file.into_table(rows)
}

fn upn(n: usize) -> String {
    match n {
        9 => String::new(),
        8 => user(1).upn.to_uppercase(),
        n => user(n).upn,
    }
}

/// Users 0 to 3 (4 and more are unknown); user 0 has all but one of the tokens that Microsoft allows.
fn tenant() -> TenantSnapshot {
    let held = |n: usize, holder: Option<usize>| {
        let new = new_token(n);
        Token {
            id: TokenId::parse(&format!("00000000-0000-4000-9000-{n:012}")).unwrap(),
            serial: new.serial,
            manufacturer: new.manufacturer,
            model: new.model,
            status: if holder.is_some() { TokenStatus::Assigned } else { TokenStatus::Available },
            assigned_to: holder.map(|n| AssignedUser { id: user(n).id, name: None }),
            hash: Some(new.hash),
            interval_seconds: new.interval.seconds(),
            last_used: None,
            name: None,
        }
    };
    let own = (0..MAX_TOKENS_PER_USER - 1).map(|n| held(500 + n, Some(0)));
    TenantSnapshot::new(own.chain([held(2, None), held(3, Some(1))]).collect(), (0..4).map(user).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_few_rows_are_planned_again_as_if_all_were(
        rows in vec((0..6_usize, 0..10_usize, any::<bool>()), 1..12),
        edits in vec((0..12_usize, any::<bool>(), 0..10_usize), 1..4),
        mode in prop_oneof![Just(Mode::Import), Just(Mode::Assign), Just(Mode::Activate)],
    ) {
        let snapshot = tenant();
        let mut table = table(&rows);
        let before = planned(mode, &snapshot, table.rows());
        let mut changed = BTreeSet::new();
        for (row, is_serial, n) in edits {
            let (field, value) = if is_serial {
                (Field::Serial, format!("S{:05}", n % 6))
            } else {
                (Field::Upn, upn(n))
            };
            let row = row % rows.len();
            table.apply(&RowEdit { row, field, value });
            changed.insert(row);
        }
        let mut plan = before.clone();
        for (index, row) in replan(mode, &snapshot, table.rows(), &before, &changed) {
            plan[index] = row;
        }
        prop_assert_eq!(plan, planned(mode, &snapshot, table.rows()));
    }
}

#[test]
fn rows_apart_are_left_as_they_are() {
    let snapshot = tenant();
    let mut table = table(&[(10, 1, false), (11, 2, false), (12, 3, false), (13, 2, false)]);
    let before = planned(Mode::Assign, &snapshot, table.rows());
    table.apply(&RowEdit { row: 1, field: Field::Upn, value: user(1).upn });
    let again = replan(Mode::Assign, &snapshot, table.rows(), &before, &BTreeSet::from([1]));
    let rows: Vec<usize> = again.iter().map(|(row, _)| *row).collect();
    assert_eq!(rows, [0, 1, 3], "the old and the new user's other rows, not that of user 3");
}

#[test]
fn only_users_who_are_not_known_yet_are_read() {
    with_virtual_time(async {
        let fake = FakeTenant::new((0..4).map(user));
        let fake = fake.with(new_token(7), TokenStatus::Activated, Some(&user(1)));
        let rows = [owned_by(0, Some(Owner::Upn(user(0).upn)))];
        let mut snapshot = load_snapshot(&fake, &rows, true, |_| {}).await.unwrap();
        let known = load_more_users(&fake, &snapshot, &rows.iter().collect::<Vec<_>>()).await.unwrap();
        assert_eq!(format!("{known:?}"), "MoreUsers { users: [], tokens: [] }");

        let new =
            [owned_by(1, Some(Owner::Upn(user(1).upn))), owned_by(2, Some(Owner::Upn("x@y.z".to_owned())))];
        let more = load_more_users(&fake, &snapshot, &new.iter().collect::<Vec<_>>()).await.unwrap();
        snapshot.add_users(more);
        let plan = planned(Mode::Assign, &snapshot, &new);
        assert_eq!((plan[0].owner_name.as_str(), plan[1].owner_name.as_str()), ("User 1", ""));
        assert_eq!(snapshot.token_count(&user(1).id), 1);
    });
}

/// The inventory does not show tokens that were uploaded by CSV: they are counted where few users are named.
#[test]
fn the_tokens_of_up_to_a_hundred_more_users_are_read_each() {
    for (users, counted) in [(100, 1), (101, 0)] {
        with_virtual_time(async {
            let fake = FakeTenant::new((0..users).map(user));
            let fake = fake.with(new_token(900), TokenStatus::Activated, Some(&user(0)));
            let fake = fake.hiding(new_token(900).serial.as_str());
            let rows: Vec<_> = (0..users).map(|n| owned_by(n, Some(Owner::Upn(user(n).upn)))).collect();
            let mut snapshot = TenantSnapshot::default();
            let more = load_more_users(&fake, &snapshot, &rows.iter().collect::<Vec<_>>()).await.unwrap();
            snapshot.add_users(more);
            assert_eq!(snapshot.token_count(&user(0).id), counted, "{users}");
        });
    }
}
