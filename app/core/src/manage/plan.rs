//! What will be done with each token, decided before anything is written.

use std::collections::{BTreeMap, HashMap};

use super::{
    Action, Ask, Proof, Step, Task, Verb, What, Wish,
    allowed::{Reason, allowed, is_held, reason},
};
use crate::{
    fault::Fault,
    ports::{Directory, MAX_ITEMS},
    rollout::{
        plan::{
            PlannedRow, Room, Verdict, held_by_another, held_by_nobody_known, other_settings, same_settings,
            unfit,
        },
        tenant::{Tenant, find_holdings},
    },
    token::{MAX_TEXT_LEN, Token, TokenId, TokenStatus},
    user::{User, UserId},
};

/// A row of the plan: what is done with one token, or why not.
pub type TaskRow = PlannedRow<Task>;

/// Plans the asks in their order. `tenant` knows the inventory, the users and how many tokens they hold ([`survey`]);
/// `proofs` are those that the actions name.
pub fn plan(asks: &[Ask], tenant: &Tenant, proofs: &[Proof]) -> Vec<TaskRow> {
    let mut planner = Planner { tenant, proofs, room: Room::new(tenant), seen: HashMap::new() };
    asks.iter().map(|ask| planner.row(ask)).collect()
}

/// What [`plan`] must know of the tenant, from the inventory and the users that are loaded already.
///
/// The lists of those who are to get a token are read when one call suffices, for they also count tokens that the
/// inventory hides; for more users the inventory must do, as for the import.
pub async fn survey(
    directory: &impl Directory,
    asks: &[Ask],
    tokens: Vec<Token>,
    users: Vec<User>,
) -> Result<Tenant, Fault> {
    let wishes = asks.iter().filter_map(|ask| ask.wish.as_ref().ok());
    let getters: BTreeMap<&UserId, &User> = wishes
        .filter_map(|wish| match &wish.action {
            Action::Assign(user) | Action::AssignAndActivate(user, _) => Some((&user.id, user)),
            _ => None,
        })
        .collect();
    let ids: Vec<UserId> = getters.keys().map(|id| (*id).clone()).collect();
    let users = users.into_iter().chain(getters.into_values().cloned()).collect();
    let tenant = Tenant::new(tokens, users);
    if ids.is_empty() || ids.len() > MAX_ITEMS {
        return Ok(tenant);
    }
    Ok(tenant.with_holdings(find_holdings(directory, ids).await?))
}

struct Planner<'a> {
    tenant: &'a Tenant,
    proofs: &'a [Proof],
    room: Room<'a>,
    /// Tokens that an earlier row names, with its line and wish.
    seen: HashMap<TokenId, (u64, &'a Wish)>,
}

impl<'a> Planner<'a> {
    fn row(&mut self, ask: &'a Ask) -> TaskRow {
        let holder = ask.wish.as_ref().ok().and_then(|wish| wish.token.holder.as_ref());
        let user = match ask.wish.as_ref().map(|wish| &wish.action) {
            Ok(Action::Assign(user) | Action::AssignAndActivate(user, _)) => Some(user),
            _ => holder.and_then(|holder| self.tenant.user_by_id(&holder.id)),
        };
        let name = user.map(|user| user.name.clone()).or_else(|| holder?.name.clone());
        let upn = user.map(|user| user.upn.clone()).unwrap_or_default();
        PlannedRow {
            line: ask.line,
            serial: ask.serial.clone(),
            owner: if ask.owner.is_empty() { upn } else { ask.owner.clone() },
            owner_name: name.unwrap_or_default(),
            verdict: match &ask.wish {
                Ok(wish) => self.verdict(ask.line, wish),
                Err(obstacles) => Verdict::Cannot(obstacles.clone()),
            },
            notes: Vec::new(),
        }
    }

    fn verdict(&mut self, line: u64, wish: &'a Wish) -> Verdict<Task> {
        if let Some(verdict) = self.repeated(line, wish) {
            return verdict;
        }
        if let Some(done) = done(&wish.token, &wish.action) {
            return Verdict::Nothing(done.to_owned());
        }
        match self.task(wish) {
            Ok(task) => Verdict::Work(task),
            Err(verdict) => *verdict,
        }
    }

    /// What an earlier row says of the same token.
    fn repeated(&mut self, line: u64, wish: &'a Wish) -> Option<Verdict<Task>> {
        let by = match &wish.action {
            Action::Replace { by, .. } => Some(&by.id),
            _ => None,
        };
        let named = [Some(&wish.token.id), by].into_iter().flatten();
        let found = named.clone().find_map(|id| self.seen.get(id).copied());
        for id in named {
            self.seen.entry(id.clone()).or_insert((line, wish));
        }
        let (first, earlier) = found?;
        Some(if earlier.token.id == wish.token.id && earlier.action == wish.action {
            Verdict::Nothing(format!("Repeats line {first}: the same for the same token"))
        } else {
            cannot(reason(
                format!("Line {first} wants something else of the same token"),
                "Keep the line that is right and remove the other.",
            ))
        })
    }

    fn task(&mut self, wish: &Wish) -> Result<Task, Box<Verdict<Task>>> {
        let Wish { token, legacy, action } = wish;
        if *legacy && !matches!(action, Action::Unassign | Action::ReturnToStock | Action::Delete { .. }) {
            return Err(Box::new(cannot(hidden())));
        }
        let holder = token.holder.as_ref().map(|holder| holder.id.clone());
        let step = |what, user, proof| Step { what, token: token.clone(), user, proof, legacy: *legacy };
        let steps = match action {
            Action::Assign(user) => vec![self.hand_over(token, user, None)?],
            Action::AssignAndActivate(user, proof) => vec![self.hand_over(token, user, Some(*proof))?],
            Action::Replace { by, proof, delete_old } => {
                let mut steps = self.replace(token, by, *proof)?;
                steps.extend(delete_old.then(|| step(What::Delete, holder, None)));
                steps
            }
            Action::Delete { unassign_first: true } => {
                refuse_unless(token, Verb::UnassignAndDelete)?;
                let unassign = holder.clone().map(|user| step(What::Unassign, Some(user), None));
                unassign.into_iter().chain([step(What::Delete, holder, None)]).collect()
            }
            Action::Activate(proof) => {
                refuse_unless(token, Verb::Activate)?;
                let user = holder.as_ref().and_then(|holder| self.tenant.user_by_id(holder));
                if let Some(obstacle) = user.and_then(unfit) {
                    return Err(Box::new(cannot(obstacle)));
                }
                self.check_proof(token, *proof)?;
                vec![step(What::Activate, holder, Some(*proof))]
            }
            action => {
                refuse_unless(token, action.verb())?;
                let what = match action {
                    Action::Unassign | Action::ReturnToStock => What::Unassign,
                    Action::Deactivate => What::Deactivate,
                    Action::Rename(name) => What::Rename(fitting(name)?),
                    _ => What::Delete,
                };
                vec![step(what, holder, None)]
            }
        };
        let verb = match steps.as_slice() {
            // Nobody holds it, so that there is nothing to unassign.
            [one] if one.what == What::Delete => Verb::Delete,
            _ => action.verb(),
        };
        Ok(Task { verb, steps })
    }

    /// The write that brings a token to a user.
    fn hand_over(
        &mut self,
        token: &Token,
        user: &User,
        proof: Option<usize>,
    ) -> Result<Step, Box<Verdict<Task>>> {
        let mine = token.holder.as_ref().is_some_and(|holder| holder.id == user.id);
        match &token.holder {
            Some(_) if !mine => return Err(Box::new(held_by_another(token))),
            None if is_held(token) => return Err(Box::new(held_by_nobody_known())),
            _ => {}
        }
        if let Some(obstacle) = unfit(user) {
            return Err(Box::new(cannot(obstacle)));
        }
        if let Some(proof) = proof {
            self.check_proof(token, proof)?;
        }
        if !mine {
            self.room.grant(user).map_err(|obstacle| Box::new(cannot(obstacle)))?;
        }
        let what = match proof {
            None => What::Assign,
            Some(_) if mine => What::Activate,
            Some(_) => What::AssignAndActivate,
        };
        let token = Box::new(token.clone());
        Ok(Step { what, token, user: Some(user.id.clone()), proof, legacy: false })
    }

    /// The old token goes back, the new one to the same user. Their number of tokens does not change.
    fn replace(
        &self,
        old: &Token,
        by: &Token,
        proof: Option<usize>,
    ) -> Result<Vec<Step>, Box<Verdict<Task>>> {
        refuse_unless(old, Verb::Replace)?;
        if by.id == old.id {
            let what = "The token cannot replace itself";
            return Err(Box::new(cannot(reason(what, "Choose another token."))));
        }
        if let Err(obstacle) = allowed(by, Verb::Assign) {
            let what = format!("Token {} cannot take its place: {}", by.serial, obstacle.what);
            return Err(Box::new(cannot(reason(what, "Choose a token that nobody holds."))));
        }
        let user = old.holder.as_ref().map(|holder| holder.id.clone());
        if let Some(obstacle) = user.as_ref().and_then(|id| self.tenant.user_by_id(id)).and_then(unfit) {
            return Err(Box::new(cannot(obstacle)));
        }
        if let Some(proof) = proof {
            self.check_proof(by, proof)?;
        }
        let what = if proof.is_some() { What::AssignAndActivate } else { What::Assign };
        let step = |what, token: &Token, proof| Step {
            what,
            token: Box::new(token.clone()),
            user: user.clone(),
            proof,
            legacy: false,
        };
        Ok(vec![step(What::Unassign, old, None), step(what, by, proof)])
    }

    /// A seed must be this token's, as far as can be seen.
    fn check_proof(&self, token: &Token, proof: usize) -> Result<(), Box<Verdict<Task>>> {
        match self.proofs.get(proof) {
            Some(Proof::Code(_)) => Ok(()),
            Some(Proof::Seed(seed)) if seed.serial != token.serial => {
                let what = format!("The seed is that of token {}", seed.serial);
                Err(Box::new(cannot(reason(what, "Choose the seed file's row of this token."))))
            }
            Some(Proof::Seed(seed)) if !same_settings(seed, token) => {
                Err(Box::new(other_settings(seed, token)))
            }
            Some(Proof::Seed(_)) => Ok(()),
            None => Err(Box::new(cannot(reason(
                "Neither a code nor the seed of this token is at hand",
                "Type the code that the token shows, or open the seed file that has it.",
            )))),
        }
    }
}

/// What is true already.
fn done(token: &Token, action: &Action) -> Option<&'static str> {
    let held = is_held(token);
    let activated = token.status == TokenStatus::Activated;
    let mine = |user: &User| token.holder.as_ref().is_some_and(|holder| holder.id == user.id);
    match action {
        Action::Assign(user) if mine(user) => Some("Already assigned to this user"),
        Action::AssignAndActivate(user, _) if mine(user) && activated => {
            Some("Already assigned to this user and activated")
        }
        Action::Activate(_) if held && activated => {
            Some("Activated already. To activate it again, deactivate or unassign it first")
        }
        Action::Unassign | Action::ReturnToStock if !held => Some("Nobody holds it: it is in stock"),
        Action::Deactivate if held && !activated => Some("Not activated"),
        Action::Rename(name) if token.name.as_deref().unwrap_or_default() == name.trim() => {
            Some("It has this name already")
        }
        _ => None,
    }
}

fn refuse_unless(token: &Token, verb: Verb) -> Result<(), Box<Verdict<Task>>> {
    allowed(token, verb).map_err(|reason| Box::new(cannot(reason)))
}

fn fitting(name: &str) -> Result<String, Box<Verdict<Task>>> {
    let name = name.trim();
    if name.chars().count() > MAX_TEXT_LEN || name.chars().any(char::is_control) {
        let what = format!("The name is longer than {MAX_TEXT_LEN} characters or not plain text");
        return Err(Box::new(cannot(reason(what, "Choose a shorter name on one line."))));
    }
    Ok(name.to_owned())
}

fn hidden() -> Reason {
    reason(
        "The token was uploaded by CSV in the Entra admin center, so that Microsoft Graph cannot manage it here",
        "Unassign and delete it, then import it again; or manage it in the admin center.",
    )
}

fn cannot(reason: Reason) -> Verdict<Task> {
    Verdict::Cannot(vec![reason])
}
