//! Plans a few rows of a seed file again after they were changed, as if all had been planned again.

use std::collections::{BTreeSet, HashSet};

use super::{Mode, PlannedRow, Planner, snapshot::TenantSnapshot};
use crate::{
    seed_file::{Owner, ParsedRow},
    token::SerialNumber,
    user::UserId,
};

/// The rows that have another plan after those at `changed` were changed, with their places: the changed ones, those of the
/// same serial numbers, and those of all these rows' users, whose number of tokens is limited. `plan` is the plan before.
pub fn replan(
    mode: Mode,
    snapshot: &TenantSnapshot,
    entries: &[ParsedRow],
    plan: &[PlannedRow],
    changed: &BTreeSet<usize>,
) -> Vec<(usize, PlannedRow)> {
    let before = changed.iter().filter_map(|row| plan.get(*row));
    let after = changed.iter().filter_map(|row| entries.get(*row));
    let serials: HashSet<String> = before
        .clone()
        .map(|row| row.serial.as_str())
        .chain(after.map(|entry| entry.serial.as_str()))
        .filter_map(serial_key)
        .collect();
    let is_touched = |(index, entry): &(usize, &ParsedRow)| {
        changed.contains(index) || serial_key(&entry.serial).is_some_and(|key| serials.contains(&key))
    };
    let touched: BTreeSet<usize> =
        entries.iter().enumerate().filter(is_touched).map(|(index, _)| index).collect();
    let users: HashSet<&UserId> = before
        .filter_map(|row| user(snapshot, &owner_of_label(&row.owner)?))
        .chain(touched.iter().filter_map(|row| user_of(snapshot, entries.get(*row)?)))
        .collect();
    let is_affected = |(index, entry): &(usize, &ParsedRow)| {
        touched.contains(index) || user_of(snapshot, entry).is_some_and(|id| users.contains(id))
    };
    let mut planner = Planner::new(mode, snapshot, entries);
    let affected = entries.iter().enumerate().filter(is_affected);
    affected.map(|(index, entry)| (index, planner.plan(index, entry))).collect()
}

fn serial_key(serial: &str) -> Option<String> {
    SerialNumber::parse(serial).map(|serial| serial.key())
}

/// The user as the plan shows them.
fn owner_of_label(label: &str) -> Option<Owner> {
    let by_upn = || (!label.is_empty()).then(|| Owner::Upn(label.to_owned()));
    UserId::parse(label).map(Owner::Id).or_else(by_upn)
}

fn user<'a>(snapshot: &'a TenantSnapshot, owner: &Owner) -> Option<&'a UserId> {
    snapshot.user(owner).map(|user| &user.id)
}

fn user_of<'a>(snapshot: &'a TenantSnapshot, entry: &ParsedRow) -> Option<&'a UserId> {
    user(snapshot, entry.result.as_ref().ok()?.owner.as_ref()?)
}
