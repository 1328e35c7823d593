//! After a run: reads its tokens again until Microsoft Graph shows the writes, and updates the inventory. Until then
//! the row says that it waits, instead of showing the old state.

use std::collections::{HashMap, HashSet};

use leptos::{prelude::*, task::spawn_local};
use token_core::{
    plan::{Expected, Verdict},
    token::{Token, TokenId},
    user::User,
};

use super::snapshot;
use crate::{
    api::directory::ApiDirectory, browser::sleep, format::tokens, state::token_actions::TokenActions,
};

/// Delays before the reads, in milliseconds: about a minute in all, which is how long Microsoft Graph may take
/// (MICROSOFT_GRAPH.md 11).
const PAUSES_MS: [u32; 7] = [0, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

/// Starts reading the tokens that the run has changed, or may have.
pub(super) fn start(actions: TokenActions) {
    let (written, affected) = affected(actions);
    actions.expected.update(|all| all.extend(written));
    actions.revision.update(|revision| *revision += 1);
    if affected.is_empty() {
        return;
    }
    spawn_local(async move {
        let mut left = affected;
        for pause in PAUSES_MS {
            sleep(pause).await;
            left = read(actions, left).await;
            actions.is_lagging.set(!left.is_empty());
            if left.is_empty() {
                return;
            }
        }
        give_up(actions, &left);
    });
}

/// The expected states, and all tokens to read: also those whose last write failed or is uncertain.
fn affected(actions: TokenActions) -> (HashMap<TokenId, Expected>, Vec<TokenId>) {
    let plan = actions.run.plan.get_untracked();
    let mut written = HashMap::new();
    let mut affected = Vec::new();
    actions.run.progress.with_value(|progress| {
        for (row, progress) in plan.iter().zip(progress) {
            let Verdict::Work(task) = &row.verdict else { continue };
            // The inventory does not list legacy tokens.
            let is_shown = !task.steps.iter().any(|step| step.legacy);
            if is_shown && (progress.steps > 0 || progress.is_written || progress.end.is_some()) {
                written.extend(task.expected(progress.steps));
                affected.extend(task.expected(task.steps.len()).into_iter().map(|(id, _)| id));
            }
        }
    });
    (written, affected)
}

/// Reads the tokens and updates the inventory; returns those that are not yet as they were written.
async fn read(actions: TokenActions, ids: Vec<TokenId>) -> Vec<TokenId> {
    let Ok(answers) = snapshot::tokens(&ApiDirectory::new(), &ids).await else { return ids };
    let mut left = Vec::new();
    let mut seen = Vec::new();
    actions.expected.try_update(|expected| {
        for (id, answer) in ids.into_iter().zip(answers) {
            let shows = |token: &Option<Token>| {
                expected.get(&id).is_none_or(|wanted| wanted.is_shown_by(token.as_ref()))
            };
            match answer {
                Ok(token) if shows(&token) => {
                    expected.remove(&id);
                    seen.push((id, token));
                }
                _ => left.push(id),
            }
        }
    });
    apply(actions, seen, Vec::new());
    actions.revision.update(|revision| *revision += 1);
    left
}

fn give_up(actions: TokenActions, left: &[TokenId]) {
    let unconfirmed = actions
        .expected
        .try_update(|expected| left.iter().filter(|id| expected.remove(*id).is_some()).count());
    let unconfirmed = unconfirmed.unwrap_or_default();
    actions.unconfirmed.set(unconfirmed);
    actions.is_lagging.set(false);
    actions.revision.update(|revision| *revision += 1);
    if unconfirmed > 0 {
        actions.run.announcer.announce(unconfirmed_text(unconfirmed));
    }
}

/// The message when the writes were not visible in time.
pub(super) fn unconfirmed_text(unconfirmed: usize) -> String {
    format!(
        "Microsoft took the change and still shows the old state of {}. Refresh the inventory in a few minutes.",
        tokens(unconfirmed)
    )
}

/// Updates the inventory with the tokens as read, and removes those that are gone. Tokens that it has not loaded yet
/// are skipped: they come with its pages.
pub(super) fn apply(actions: TokenActions, seen: Vec<(TokenId, Option<Token>)>, users: Vec<User>) {
    let (there, gone): (Vec<_>, Vec<_>) = seen.into_iter().partition(|(_, token)| token.is_some());
    let gone: HashSet<TokenId> = gone.into_iter().map(|(id, _)| id).collect();
    let changed: Vec<Token> = actions.store.with(|list| {
        let there = there.into_iter().filter_map(|(_, token)| token);
        there.filter(|token| list.find(&token.id).is_some_and(|old| old != token)).collect()
    });
    let has_gone = actions.store.with(|list| gone.iter().any(|id| list.find(id).is_some()));
    if changed.is_empty() && !has_gone {
        return;
    }
    actions.store.update(|list| {
        list.merge_page(changed);
        if has_gone {
            list.remove(&gone);
        }
        list.set_users(users);
    });
    actions.store.load_holder_names();
}
