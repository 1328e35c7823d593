//! Plans what is done with each token, before anything is written.

use std::collections::{BTreeMap, HashMap};

use super::{
    ActionKind, ActionRequest, CodeSource, PlannedRow, PlannedWrite, ResolvedAction, Task, TaskRow,
    TokenAction, Verdict, WriteKind,
    allowed::{allowed, is_held},
    checks::{TokenQuota, held_by_another, ineligible, other_settings, same_settings, unknown_holder},
    snapshot::{TenantSnapshot, load_user_tokens},
};
use crate::{
    error::ServiceError,
    issue::Issue,
    ports::{Directory, MAX_ITEMS},
    token::{HashFunction, MAX_TEXT_LEN, Token, TokenId, TokenStatus},
    user::{User, UserId},
};

/// Plans the requests in their order. `snapshot` has the inventory, the users and their number of tokens
/// ([`load_snapshot`]); the actions refer to `code_sources` by index.
pub fn plan(
    requests: &[ActionRequest],
    snapshot: &TenantSnapshot,
    code_sources: &[CodeSource],
) -> Vec<TaskRow> {
    let mut planner =
        TaskPlanner { snapshot, code_sources, quota: TokenQuota::new(snapshot), seen: HashMap::new() };
    requests.iter().map(|request| planner.row(request)).collect()
}

/// What [`plan`] needs from the tenant, built from an inventory and users that are loaded already.
///
/// The token lists of users who are to get a token are read if one call suffices, because they also contain tokens that
/// the inventory does not show; for more users the inventory is used, as for the import.
pub async fn load_snapshot(
    directory: &(impl Directory + ?Sized),
    requests: &[ActionRequest],
    tokens: Vec<Token>,
    users: Vec<User>,
) -> Result<TenantSnapshot, ServiceError> {
    let resolved_actions = requests.iter().filter_map(|request| request.resolved.as_ref().ok());
    let recipients: BTreeMap<&UserId, &User> = resolved_actions
        .filter_map(|resolved| match &resolved.action {
            TokenAction::Assign(user) | TokenAction::AssignAndActivate(user, _) => Some((&user.id, user)),
            _ => None,
        })
        .collect();
    let ids: Vec<UserId> = recipients.keys().map(|id| (*id).clone()).collect();
    let users = users.into_iter().chain(recipients.into_values().cloned()).collect();
    let snapshot = TenantSnapshot::new(tokens, users);
    if ids.is_empty() || ids.len() > MAX_ITEMS {
        return Ok(snapshot);
    }
    Ok(snapshot.with_user_tokens(load_user_tokens(directory, ids).await?))
}

/// The users whose tokens these requests change: who has the token, and who is to get it.
pub fn target_users(requests: &[ActionRequest]) -> impl Iterator<Item = UserId> + '_ {
    let resolved = requests.iter().filter_map(|request| request.resolved.as_ref().ok());
    resolved.flat_map(|resolved| {
        let recipient = match &resolved.action {
            TokenAction::Assign(user) | TokenAction::AssignAndActivate(user, _) => Some(user.id.clone()),
            _ => None,
        };
        let holder = resolved.token.assigned_to.as_ref().map(|assigned_to| assigned_to.id.clone());
        recipient.into_iter().chain(holder)
    })
}

struct TaskPlanner<'a> {
    snapshot: &'a TenantSnapshot,
    code_sources: &'a [CodeSource],
    quota: TokenQuota<'a>,
    /// Tokens of earlier rows, with the row's line and action.
    seen: HashMap<TokenId, (u64, &'a ResolvedAction)>,
}

impl<'a> TaskPlanner<'a> {
    fn row(&mut self, request: &'a ActionRequest) -> TaskRow {
        let assigned_to =
            request.resolved.as_ref().ok().and_then(|resolved| resolved.token.assigned_to.as_ref());
        let user = match request.resolved.as_ref().map(|resolved| &resolved.action) {
            Ok(TokenAction::Assign(user) | TokenAction::AssignAndActivate(user, _)) => Some(user),
            _ => assigned_to.and_then(|assigned_to| self.snapshot.user_by_id(&assigned_to.id)),
        };
        let name = user.map(|user| user.name.clone()).or_else(|| assigned_to?.name.clone());
        let upn = user.map(|user| user.upn.clone()).unwrap_or_default();
        self.snapshot.roles().mark(PlannedRow {
            line: request.line,
            serial: request.serial.clone(),
            owner: if request.owner.is_empty() { upn } else { request.owner.clone() },
            owner_name: name.unwrap_or_default(),
            verdict: match &request.resolved {
                Ok(resolved) => self.verdict(request.line, resolved),
                Err(issues) => Verdict::Cannot(issues.clone()),
            },
            notes: Vec::new(),
        })
    }

    fn verdict(&mut self, line: u64, resolved: &'a ResolvedAction) -> Verdict<Task> {
        if let Some(verdict) = self.repeated(line, resolved) {
            return verdict;
        }
        if let Some(done) = done(&resolved.token, &resolved.action) {
            return Verdict::Nothing(done.to_owned());
        }
        match self.task(resolved) {
            Ok(task) => Verdict::Work(task),
            Err(verdict) => *verdict,
        }
    }

    /// The verdict on a row whose token an earlier row has already.
    fn repeated(&mut self, line: u64, resolved: &'a ResolvedAction) -> Option<Verdict<Task>> {
        let by = match &resolved.action {
            TokenAction::Replace { by, .. } => Some(&by.id),
            _ => None,
        };
        let named = [Some(&resolved.token.id), by].into_iter().flatten();
        let found = named.clone().find_map(|id| self.seen.get(id).copied());
        for id in named {
            self.seen.entry(id.clone()).or_insert((line, resolved));
        }
        let (first, earlier) = found?;
        Some(if earlier.token.id == resolved.token.id && earlier.action == resolved.action {
            Verdict::Repeats(format!("Repeats line {first}: the same for the same token"))
        } else {
            cannot(Issue::new(
                format!("Line {first} wants something else of the same token"),
                "Keep the line that is right and remove the other.",
            ))
        })
    }

    fn task(&mut self, resolved: &ResolvedAction) -> Result<Task, Box<Verdict<Task>>> {
        let ResolvedAction { token, legacy, action } = resolved;
        if *legacy && !matches!(action, TokenAction::Unassign | TokenAction::Delete { .. }) {
            return Err(Box::new(cannot(hidden())));
        }
        let assigned_to = token.assigned_to.as_ref().map(|assigned_to| assigned_to.id.clone());
        let step = |kind, user, code_source| PlannedWrite {
            kind,
            token: token.clone(),
            user,
            code_source,
            legacy: *legacy,
        };
        let steps = match action {
            TokenAction::Assign(user) => vec![self.assign(token, user, None)?],
            TokenAction::AssignAndActivate(user, code_source) => {
                vec![self.assign(token, user, Some(*code_source))?]
            }
            TokenAction::Replace { by, code_source, delete_old } => {
                let mut steps = self.replace(token, by, *code_source)?;
                steps.extend(delete_old.then(|| step(WriteKind::Delete, assigned_to, None)));
                steps
            }
            TokenAction::Delete { unassign_first: true } => {
                refuse_unless(token, ActionKind::UnassignAndDelete)?;
                let unassign = assigned_to.clone().map(|user| step(WriteKind::Unassign, Some(user), None));
                unassign.into_iter().chain([step(WriteKind::Delete, assigned_to, None)]).collect()
            }
            TokenAction::RepairHash { hash, code_source } => self.repair_hash(token, *hash, *code_source)?,
            TokenAction::Activate(code_source) => {
                refuse_unless(token, ActionKind::Activate)?;
                let user = assigned_to.as_ref().and_then(|assigned_to| self.snapshot.user_by_id(assigned_to));
                if let Some(issue) = user.and_then(ineligible) {
                    return Err(Box::new(cannot(issue)));
                }
                self.check_code_source(token, *code_source)?;
                vec![step(WriteKind::Activate, assigned_to, Some(*code_source))]
            }
            TokenAction::Refresh(code_source) => {
                refuse_unless(token, ActionKind::Refresh)?;
                let user = assigned_to.as_ref().and_then(|assigned_to| self.snapshot.user_by_id(assigned_to));
                if let Some(issue) = user.and_then(ineligible) {
                    return Err(Box::new(cannot(issue)));
                }
                self.check_code_source(token, *code_source)?;
                vec![
                    step(WriteKind::Deactivate, assigned_to.clone(), None),
                    step(WriteKind::Activate, assigned_to, Some(*code_source)),
                ]
            }
            action => {
                refuse_unless(token, action.kind())?;
                let kind = match action {
                    TokenAction::Unassign => WriteKind::Unassign,
                    TokenAction::Deactivate => WriteKind::Deactivate,
                    TokenAction::Rename(name) => WriteKind::Rename(valid_name(name)?),
                    _ => WriteKind::Delete,
                };
                vec![step(kind, assigned_to, None)]
            }
        };
        let kind = match steps.as_slice() {
            // Nobody holds it, so that there is nothing to unassign.
            [one] if one.kind == WriteKind::Delete => ActionKind::Delete,
            _ => action.kind(),
        };
        Ok(Task { kind, steps })
    }

    /// The write that assigns or activates a token for a user.
    fn assign(
        &mut self,
        token: &Token,
        user: &User,
        code_source: Option<usize>,
    ) -> Result<PlannedWrite, Box<Verdict<Task>>> {
        let is_assigned = token.assigned_to.as_ref().is_some_and(|assigned_to| assigned_to.id == user.id);
        match &token.assigned_to {
            Some(_) if !is_assigned => return Err(Box::new(held_by_another(token))),
            None if is_held(token) => return Err(Box::new(unknown_holder())),
            _ => {}
        }
        if let Some(issue) = ineligible(user) {
            return Err(Box::new(cannot(issue)));
        }
        if let Some(code_source) = code_source {
            self.check_code_source(token, code_source)?;
        }
        if !is_assigned {
            self.quota.reserve(user).map_err(|issue| Box::new(cannot(issue)))?;
        }
        let kind = match code_source {
            None => WriteKind::Assign,
            Some(_) if is_assigned => WriteKind::Activate,
            Some(_) => WriteKind::AssignAndActivate,
        };
        let token = Box::new(token.clone());
        Ok(PlannedWrite { kind, token, user: Some(user.id.clone()), code_source, legacy: false })
    }

    /// Unassigns the old token and assigns the new one to the same user, whose number of tokens does not change.
    fn replace(
        &self,
        old: &Token,
        by: &Token,
        code_source: Option<usize>,
    ) -> Result<Vec<PlannedWrite>, Box<Verdict<Task>>> {
        refuse_unless(old, ActionKind::Replace)?;
        if by.id == old.id {
            let message = "The token cannot replace itself";
            return Err(Box::new(cannot(Issue::new(message, "Choose another token."))));
        }
        if let Err(issue) = allowed(by, ActionKind::Assign) {
            let message = format!("Token {} cannot take its place: {}", by.serial, issue.message);
            return Err(Box::new(cannot(Issue::new(message, "Choose a token that nobody holds."))));
        }
        let user = old.assigned_to.as_ref().map(|assigned_to| assigned_to.id.clone());
        if let Some(issue) = user.as_ref().and_then(|id| self.snapshot.user_by_id(id)).and_then(ineligible) {
            return Err(Box::new(cannot(issue)));
        }
        if let Some(code_source) = code_source {
            self.check_code_source(by, code_source)?;
        }
        let kind = if code_source.is_some() { WriteKind::AssignAndActivate } else { WriteKind::Assign };
        let step = |kind, token: &Token, code_source| PlannedWrite {
            kind,
            token: Box::new(token.clone()),
            user: user.clone(),
            code_source,
            legacy: false,
        };
        Ok(vec![step(WriteKind::Unassign, old, None), step(kind, by, code_source)])
    }

    /// Unassigns a token that somebody holds, corrects its hash function, and assigns and activates it again.
    fn repair_hash(
        &self,
        token: &Token,
        hash: HashFunction,
        code_source: usize,
    ) -> Result<Vec<PlannedWrite>, Box<Verdict<Task>>> {
        refuse_unless(token, ActionKind::RepairHash)?;
        let repaired = Token { hash: Some(hash), ..token.clone() };
        self.check_code_source(&repaired, code_source)?;
        let user = token.assigned_to.as_ref().map(|assigned_to| assigned_to.id.clone());
        if let Some(issue) = user.as_ref().and_then(|id| self.snapshot.user_by_id(id)).and_then(ineligible) {
            return Err(Box::new(cannot(issue)));
        }
        let step = |kind, token: &Token, code_source| PlannedWrite {
            kind,
            token: Box::new(token.clone()),
            user: user.clone(),
            code_source,
            legacy: false,
        };
        let correct = step(WriteKind::SetHash(hash), token, None);
        Ok(match user {
            Some(_) => vec![
                step(WriteKind::Unassign, token, None),
                correct,
                step(WriteKind::AssignAndActivate, &repaired, Some(code_source)),
            ],
            None => vec![correct],
        })
    }

    /// Checks that the code source exists, and that serial and settings of a seed match the token.
    fn check_code_source(&self, token: &Token, code_source: usize) -> Result<(), Box<Verdict<Task>>> {
        match self.code_sources.get(code_source) {
            Some(CodeSource::Code(_)) => Ok(()),
            Some(CodeSource::Seed(seed, _)) if seed.serial != token.serial => {
                let message = format!("The secret key is that of token {}", seed.serial);
                Err(Box::new(cannot(Issue::new(message, "Choose the seed file's row of this token."))))
            }
            Some(CodeSource::Seed(seed, _)) if !same_settings(seed, token) => {
                Err(Box::new(other_settings(seed, token)))
            }
            Some(CodeSource::Seed(..)) => Ok(()),
            None => Err(Box::new(cannot(Issue::new(
                "Neither a code nor the secret key of this token is at hand",
                "Type the code that the token shows, or open the seed file that has it.",
            )))),
        }
    }
}

/// Why there is nothing left to do, if there is nothing.
fn done(token: &Token, action: &TokenAction) -> Option<&'static str> {
    let held = is_held(token);
    let activated = token.status == TokenStatus::Activated;
    let is_assigned_to =
        |user: &User| token.assigned_to.as_ref().is_some_and(|assigned_to| assigned_to.id == user.id);
    match action {
        TokenAction::Assign(user) if is_assigned_to(user) => Some("Already assigned to this user"),
        TokenAction::AssignAndActivate(user, _) if is_assigned_to(user) && activated => {
            Some("Already assigned to this user and activated")
        }
        TokenAction::Activate(_) if held && activated => {
            Some("Activated already. To activate it again, deactivate or unassign it first")
        }
        TokenAction::Unassign if !held => Some("Nobody holds it: it is in stock"),
        TokenAction::Deactivate if held && !activated => Some("Not activated"),
        TokenAction::RepairHash { hash, .. } if token.hash == Some(*hash) => Some("It has this hash already"),
        TokenAction::Rename(name) if token.name.as_deref().unwrap_or_default() == name.trim() => {
            Some("It has this name already")
        }
        _ => None,
    }
}

fn refuse_unless(token: &Token, kind: ActionKind) -> Result<(), Box<Verdict<Task>>> {
    allowed(token, kind).map_err(|reason| Box::new(cannot(reason)))
}

fn valid_name(name: &str) -> Result<String, Box<Verdict<Task>>> {
    let name = name.trim();
    if name.chars().count() > MAX_TEXT_LEN || name.chars().any(char::is_control) {
        let message = format!("The name is longer than {MAX_TEXT_LEN} characters or not plain text");
        return Err(Box::new(cannot(Issue::new(message, "Choose a shorter name on one line."))));
    }
    Ok(name.to_owned())
}

fn hidden() -> Issue {
    Issue::new(
        "The token was uploaded by CSV in the Entra admin center, so that Microsoft Graph cannot manage it here",
        "Unassign and delete it, then import it again; or manage it in the admin center.",
    )
}

fn cannot(reason: Issue) -> Verdict<Task> {
    Verdict::Cannot(vec![reason])
}
