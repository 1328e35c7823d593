//! Plans what is done with each row of a seed file, before anything is written.

use std::collections::HashMap;

use super::{
    ImportTask, Mode, NextWrite, PlannedRow, Verdict,
    checks::{TokenQuota, held_by_another, ineligible, other_settings, same_settings, unknown_holder},
    duplicates::{self, Duplicate},
    snapshot::{TenantSnapshot, has_unknown_holder, is_other_manufacturer},
};
use crate::{
    drift::row_clock,
    issue::Issue,
    seed_file::{Owner, ParsedRow, SeedRow},
    token::{Token, TokenStatus},
    user::User,
};

/// Plans one row at a time, so that a browser can plan in slices.
#[derive(Debug)]
pub struct Planner<'a> {
    mode: Mode,
    snapshot: &'a TenantSnapshot,
    duplicates: HashMap<usize, Duplicate>,
    quota: TokenQuota<'a>,
}

impl<'a> Planner<'a> {
    /// A planner for all `entries` of one file.
    pub fn new(mode: Mode, snapshot: &'a TenantSnapshot, entries: &[ParsedRow]) -> Self {
        Self { mode, snapshot, duplicates: duplicates::find(entries), quota: TokenQuota::new(snapshot) }
    }

    /// Plans the row at `index`; rows are planned in the order of the file.
    pub fn plan(&mut self, index: usize, entry: &ParsedRow) -> PlannedRow {
        let (verdict, owner, notes) = match &entry.result {
            Ok(row) => (self.verdict(index, row), row.owner.as_ref(), row.notes.clone()),
            Err(issues) => (Verdict::Cannot(issues.clone()), None, entry.raw.change_notes().to_vec()),
        };
        let user = owner.and_then(|owner| self.snapshot.user(owner));
        let clock = entry.result.as_ref().ok().and_then(|row| self.clock_note(row));
        let notes = notes
            .into_iter()
            .chain(clock)
            .chain(self.apostrophe(owner, user))
            .chain(self.not_assigned(owner));
        let notes = notes.collect();
        let name = user.map(|user| user.name.clone());
        self.snapshot.roles().mark(PlannedRow {
            line: entry.line,
            serial: entry.serial.clone(),
            owner: owner.map(owner_label).unwrap_or_default(),
            owner_name: name.unwrap_or_default(),
            verdict,
            notes,
        })
    }

    /// The note about the clock that the row's code tells.
    fn clock_note(&self, row: &SeedRow) -> Option<String> {
        row.shown.as_ref().filter(|_| self.mode == Mode::Activate)?;
        let clock = row_clock(row).ok()?;
        Some(format!("clock {} by its code: activated at that drift", clock.offset))
    }

    /// Why the row's code speaks against an activation.
    fn code_issue(&self, row: &SeedRow) -> Option<Issue> {
        if self.mode == Mode::Activate { row_clock(row).err() } else { None }
    }

    /// The note that the user was found under a name with plain apostrophes.
    fn apostrophe(&self, owner: Option<&Owner>, user: Option<&User>) -> Option<String> {
        owner.filter(|owner| self.snapshot.has_other_apostrophe(owner))?;
        Some(format!("found as {}: the apostrophe is written differently in the file", user?.upn))
    }

    /// The note that "import only" does not assign the token.
    fn not_assigned(&self, owner: Option<&Owner>) -> Option<String> {
        let owner = owner.filter(|_| self.mode == Mode::Import)?;
        Some(format!("import only: not assigned to {}", owner_label(owner)))
    }

    fn verdict(&mut self, index: usize, row: &SeedRow) -> Verdict {
        match self.duplicates.get(&index) {
            Some(Duplicate::Repeats { line }) => {
                return Verdict::Repeats(format!("Repeats line {line}: the same token for the same user"));
            }
            Some(Duplicate::Contradicts { line }) => return contradiction(*line),
            None => {}
        }
        let existing = self.snapshot.token(&row.token.serial, &row.token.manufacturer);
        if let Some(token) =
            existing.filter(|token| is_other_manufacturer(&token.manufacturer, &row.token.manufacturer))
        {
            return of_another_manufacturer(row, token);
        }
        let owner = if self.mode == Mode::Import { None } else { row.owner.as_ref() };
        let Some(owner) = owner else { return self.unowned(row, existing) };
        let Some(user) = self.snapshot.user(owner) else { return unknown_user(owner) };
        if let Some(done) = existing.and_then(|token| self.already_done(token, user)) {
            return self.nothing(row, done);
        }
        match (ineligible(user).or_else(|| self.code_issue(row)), existing) {
            (Some(issue), _) => Verdict::Cannot(vec![issue]),
            (None, Some(token)) => self.existing(row, token, user),
            (None, None) => self.new_token(user),
        }
    }

    /// The verdict on a row without a user: the token is only created.
    fn unowned(&self, row: &SeedRow, existing: Option<&Token>) -> Verdict {
        match existing {
            None => Verdict::Work(ImportTask { create: true, then: None, token: None, user: None }),
            Some(_) => self.nothing(row, "Already in the inventory"),
        }
    }

    /// There is nothing left to do, although a token under another hash is of no use.
    fn nothing(&self, row: &SeedRow, done: &str) -> Verdict {
        Verdict::Nothing(match self.snapshot.under_other_hash(row) {
            Some((_, theirs)) => format!("{done}, but as {theirs}: the file says {}", row.token.hash),
            None => done.to_owned(),
        })
    }

    /// Why there is nothing left to do for a token that is assigned to this user already.
    fn already_done(&self, token: &Token, user: &User) -> Option<&'static str> {
        let is_assigned = token.assigned_to.as_ref().is_some_and(|assigned_to| assigned_to.id == user.id);
        match (is_assigned, token.status == TokenStatus::Activated, self.mode) {
            (true, true, _) => Some("Already assigned to this user and activated"),
            (true, false, Mode::Assign) => Some("Already assigned to this user"),
            _ => None,
        }
    }

    fn new_token(&mut self, user: &User) -> Verdict {
        self.within_quota(
            user,
            ImportTask {
                create: true,
                then: Some(self.assign_write()),
                token: None,
                user: Some(user.clone()),
            },
        )
    }

    fn existing(&mut self, row: &SeedRow, token: &Token, user: &User) -> Verdict {
        let work = |then| ImportTask {
            create: false,
            then: Some(then),
            token: Some(token.id.clone()),
            user: Some(user.clone()),
        };
        let is_assigned = match &token.assigned_to {
            Some(assigned_to) if assigned_to.id != user.id => return held_by_another(token),
            None if has_unknown_holder(token) => return unknown_holder(),
            assigned_to => assigned_to.is_some(),
        };
        if self.mode == Mode::Activate && !same_settings(&row.token, token) {
            return other_settings(&row.token, token);
        }
        if is_assigned {
            Verdict::Work(work(NextWrite::Activate))
        } else {
            self.within_quota(user, work(self.assign_write()))
        }
    }

    fn assign_write(&self) -> NextWrite {
        if self.mode == Mode::Activate { NextWrite::AssignAndActivate } else { NextWrite::Assign }
    }

    /// The work, unless the user would then have more tokens than Microsoft allows.
    fn within_quota(&mut self, user: &User, work: ImportTask) -> Verdict {
        match self.quota.reserve(user) {
            Ok(()) => Verdict::Work(work),
            Err(issue) => Verdict::Cannot(vec![issue]),
        }
    }
}

fn owner_label(owner: &Owner) -> String {
    match owner {
        Owner::Upn(upn) => upn.clone(),
        Owner::Id(id) => id.as_str().to_owned(),
    }
}

fn unknown_user(owner: &Owner) -> Verdict {
    let message = format!("The tenant has no user {}", owner_label(owner));
    Verdict::Cannot(vec![Issue::about_user(
        message,
        "Correct the user principal name, or create the user first.",
    )])
}

fn contradiction(line: u64) -> Verdict {
    Verdict::Cannot(vec![Issue::in_column(
        "serial number",
        format!("Line {line} gives the same serial number another secret key, interval, hash or user"),
        "Keep the row that is right and remove the other.",
    )])
}

/// Microsoft does not document whether two manufacturers' tokens may have the same serial.
fn of_another_manufacturer(row: &SeedRow, token: &Token) -> Verdict {
    let (theirs, ours) = (token.manufacturer.trim(), row.token.manufacturer.trim());
    Verdict::Conflict(Issue::in_column(
        "manufacturer",
        format!("The tenant has a token of {theirs} under this serial number; the file says {ours}"),
        "If it is the same token, correct the manufacturer in the row. If not, delete the other token from \
                 the inventory first.",
    ))
}
