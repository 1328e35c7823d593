//! Plans what is done with each row, before anything is written.

use std::collections::HashMap;

use super::{
    Mode, Progress, Stage,
    duplicates::{self, Duplicate},
    snapshot::{TenantSnapshot, has_unknown_holder, is_other_manufacturer},
};
use crate::{
    issue::Issue,
    ports::NewToken,
    seed_file::{Owner, ParsedRow, SeedRow},
    token::{Token, TokenId, TokenStatus},
    user::{User, UserId},
};

/// How many OATH tokens and authenticator apps Microsoft allows a user.
pub const MAX_TOKENS_PER_USER: usize = 5;

/// The write that follows once the token is in the inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NextWrite {
    /// Assign it.
    Assign,
    /// Assign and activate it in one write.
    AssignAndActivate,
    /// Activate it: it is assigned to its user already.
    Activate,
}

/// The writes that a row of a seed file needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportTask {
    /// Create the token first.
    pub create: bool,
    /// The write that follows.
    pub then: Option<NextWrite>,
    /// The token, when it exists already.
    pub token: Option<TokenId>,
    /// The user to whom it is to be assigned, if to any.
    pub user: Option<User>,
}

impl ImportTask {
    /// The work as text.
    pub fn label(&self) -> &'static str {
        match (self.create, self.then) {
            (true, None) => "Create",
            (true, Some(NextWrite::Assign)) => "Create and assign",
            (true, Some(_)) => "Create, assign and activate",
            (false, Some(NextWrite::Assign)) => "Assign",
            (false, Some(NextWrite::AssignAndActivate)) => "Assign and activate",
            (false, Some(NextWrite::Activate)) => "Activate",
            (false, None) => "Nothing to do",
        }
    }
}

/// Describes planned and finished work as text.
pub trait Describe {
    /// The planned work.
    fn label(&self) -> &'static str;
    /// What has been done so far; `None` when nothing has.
    fn done_label(&self, progress: &Progress) -> Option<&'static str>;
}

impl Describe for ImportTask {
    fn label(&self) -> &'static str {
        self.label()
    }

    fn done_label(&self, progress: &Progress) -> Option<&'static str> {
        (progress.stage != Stage::Planned).then(|| progress.stage.label())
    }
}

/// The plan's verdict on a row. The work is that of a seed file's row ([`ImportTask`]) or on existing tokens
/// ([`crate::manage::Task`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict<W = ImportTask> {
    /// Work to be done.
    Work(W),
    /// Nothing to do: it is done already, or repeats another row.
    Nothing(String),
    /// The tenant has something else under this serial.
    Conflict(Issue),
    /// It cannot be done until the file or the tenant is corrected.
    Cannot(Vec<Issue>),
}

/// One row of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRow<W = ImportTask> {
    /// Line in the file, or place in the list.
    pub line: u64,
    /// The token's serial.
    pub serial: String,
    /// The user as the file names them; empty if it names none.
    pub owner: String,
    /// The user's display name, once known.
    pub owner_name: String,
    /// The verdict.
    pub verdict: Verdict<W>,
    /// What was assumed.
    pub notes: Vec<String>,
}

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
            Err(issues) => (Verdict::Cannot(issues.clone()), None, Vec::new()),
        };
        let notes = notes.into_iter().chain(self.not_assigned(owner)).collect();
        let name = owner.and_then(|owner| self.snapshot.user(owner)).map(|user| user.name.clone());
        PlannedRow {
            line: entry.line,
            serial: entry.serial.clone(),
            owner: owner.map(owner_label).unwrap_or_default(),
            owner_name: name.unwrap_or_default(),
            verdict,
            notes,
        }
    }

    /// The note that "import only" does not assign the token.
    fn not_assigned(&self, owner: Option<&Owner>) -> Option<String> {
        let owner = owner.filter(|_| self.mode == Mode::Import)?;
        Some(format!("import only: not assigned to {}", owner_label(owner)))
    }

    fn verdict(&mut self, index: usize, row: &SeedRow) -> Verdict {
        match self.duplicates.get(&index) {
            Some(Duplicate::Repeats { line }) => {
                return Verdict::Nothing(format!("Repeats line {line}: the same token for the same user"));
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
        let Some(owner) = owner else { return unowned(existing) };
        let Some(user) = self.snapshot.user(owner) else { return unknown_user(owner) };
        if let Some(done) = existing.and_then(|token| self.already_done(token, user)) {
            return Verdict::Nothing(done.to_owned());
        }
        match (ineligible(user), existing) {
            (Some(issue), _) => Verdict::Cannot(vec![issue]),
            (None, Some(token)) => self.existing(row, token, user),
            (None, None) => self.new_token(user),
        }
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

/// Counts the tokens that a plan assigns to each user, against the limit per user.
#[derive(Debug)]
pub(crate) struct TokenQuota<'a> {
    snapshot: &'a TenantSnapshot,
    reserved: HashMap<UserId, usize>,
}

impl<'a> TokenQuota<'a> {
    pub fn new(snapshot: &'a TenantSnapshot) -> Self {
        Self { snapshot, reserved: HashMap::new() }
    }

    /// Reserves one more token, unless the user would then have more than Microsoft allows.
    pub fn reserve(&mut self, user: &User) -> Result<(), Issue> {
        let reserved = self.reserved.entry(user.id.clone()).or_default();
        if self.snapshot.token_count(&user.id) + *reserved >= MAX_TOKENS_PER_USER {
            let message = format!("{} would hold more than {MAX_TOKENS_PER_USER} tokens", user.upn);
            return Err(about_user(message, "Unassign one of the user's tokens first."));
        }
        *reserved += 1;
        Ok(())
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
    Verdict::Cannot(vec![about_user(message, "Correct the user principal name, or create the user first.")])
}

/// Why no token can be assigned to a user.
pub(crate) fn ineligible(user: &User) -> Option<Issue> {
    if user.is_guest() {
        let message = format!("{} is a guest", user.upn);
        return Some(about_user(message, "Guests cannot hold a token here: name a member of this tenant."));
    }
    user.is_disabled().then(|| {
        about_user(format!("{} is disabled", user.upn), "Enable the account first, or name another user.")
    })
}

fn about_user(message: String, remedy: &str) -> Issue {
    Issue::in_column("upn", message, remedy)
}

/// The verdict on a row without a user: the token is only created.
fn unowned(existing: Option<&Token>) -> Verdict {
    match existing {
        None => Verdict::Work(ImportTask { create: true, then: None, token: None, user: None }),
        Some(_) => Verdict::Nothing("Already in the inventory".to_owned()),
    }
}

fn contradiction(line: u64) -> Verdict {
    Verdict::Cannot(vec![Issue::in_column(
        "serial number",
        format!("Line {line} gives the same serial number another seed, interval, hash or user"),
        "Keep the row that is right and remove the other.",
    )])
}

pub(crate) fn held_by_another<W>(token: &Token) -> Verdict<W> {
    let name = token
        .assigned_to
        .as_ref()
        .and_then(|assigned_to| assigned_to.name.clone())
        .unwrap_or_else(|| "another user".to_owned());
    Verdict::Conflict(Issue::in_column(
        "upn",
        format!("The token is already assigned to {name}"),
        "Unassign it there first, or correct the row.",
    ))
}

pub(crate) fn unknown_holder<W>() -> Verdict<W> {
    Verdict::Conflict(Issue::in_column(
        "upn",
        "Somebody holds the token already, and the inventory does not say who",
        "Look the serial number up in the Entra admin center and unassign the token there first.",
    ))
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

/// Whether interval and hash match: a code computed with others than the tenant's would be refused.
pub(crate) fn same_settings(seed: &NewToken, token: &Token) -> bool {
    token.interval_seconds == seed.interval.seconds() && token.hash.is_none_or(|hash| hash == seed.hash)
}

pub(crate) fn other_settings<W>(seed: &NewToken, token: &Token) -> Verdict<W> {
    let hash = token.hash.map_or_else(|| "an unknown hash".to_owned(), |hash| hash.to_string());
    let (theirs, ours) = (token.interval_seconds, seed.interval.seconds());
    Verdict::Conflict(Issue::in_column(
        "time interval",
        format!("The tenant has this token as {hash}, {theirs} s; the file says {}, {ours} s", seed.hash),
        "Correct the row, or delete the token in the inventory and import it again.",
    ))
}
