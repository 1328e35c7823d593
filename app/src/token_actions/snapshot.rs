//! Reads what the plan needs: the tokens of the batch, their users, and the token lists of users who are to get one.
//! It does not read the whole inventory: one token takes two or three calls.

use std::collections::{BTreeSet, HashMap};

use futures_util::{StreamExt, TryStreamExt, stream};
use token_core::{
    error::ServiceError,
    issue::Issue,
    plan::{
        ActionRequest, Expected, ResolvedAction, TokenAction,
        privileged::{PrivilegedTargets, load_roles},
        snapshot::TenantSnapshot,
        token_actions::{load_snapshot, target_users},
    },
    ports::{Directory, IdLookup, MAX_ITEMS, MAX_USERS, UserTokensLookup},
    token::{AssignedUser, Token, TokenId, TokenStatus},
    user::{User, UserId},
};

/// How many calls are in flight at once.
const LOOKUPS: usize = 4;

/// What was read.
pub(super) struct BatchSnapshot {
    /// The requests, with their tokens as they are now.
    pub requests: Vec<ActionRequest>,
    /// What the plan needs.
    pub tenant: TenantSnapshot,
    /// The tokens as read; `None` for those that are gone.
    pub seen: Vec<(TokenId, Option<Token>)>,
    /// The users to whom the tokens are assigned.
    pub users: Vec<User>,
}

/// Reads what the plan of these requests needs. `expected` holds writes that Microsoft Graph may not show yet, `known`
/// the tokens by which the plan counts how many each user has. `policy` says whether it matters who holds a directory role.
pub(super) async fn load(
    directory: &impl Directory,
    requests: &[ActionRequest],
    expected: &HashMap<TokenId, Expected>,
    known: Vec<Token>,
    policy: PrivilegedTargets,
) -> Result<BatchSnapshot, ServiceError> {
    let ids: BTreeSet<&TokenId> = requests.iter().flat_map(listed_ids).collect();
    let ids: Vec<TokenId> = ids.into_iter().cloned().collect();
    let answers = tokens(directory, &ids).await?;
    let mut seen: HashMap<TokenId, IdLookup> = ids.into_iter().zip(answers).collect();
    let all = seen.iter().filter_map(|(id, seen)| Some((id.clone(), seen.as_ref().ok()?.clone()))).collect();
    for (id, wanted) in expected {
        if let Some(Ok(Some(token))) = seen.get_mut(id) {
            apply_expected(token, wanted);
        }
    }
    seen.extend(legacy_tokens(directory, requests).await?);
    let is_single = requests.len() == 1;
    let requests: Vec<ActionRequest> = requests
        .iter()
        .map(|request| refreshed(request, &seen, |id| is_single || expected.contains_key(id)))
        .collect();
    let fresh = requests
        .iter()
        .filter_map(|request| request.resolved.as_ref().ok())
        .map(|resolved| (*resolved.token).clone());
    let holders: BTreeSet<UserId> =
        fresh.clone().filter_map(|token| token.assigned_to).map(|assigned_to| assigned_to.id).collect();
    let holders: Vec<UserId> = holders.into_iter().collect();
    let users = match in_chunks(&holders, MAX_USERS, |ids| directory.users_by_id(ids)).await {
        // Without the permission to read users, the names in the inventory are used.
        Err(ServiceError::Forbidden { .. }) => Vec::new(),
        read => read?,
    };
    let mut tenant =
        load_snapshot(directory, &requests, known.into_iter().chain(fresh).collect(), users.clone()).await?;
    tenant.add_roles(load_roles(directory, policy, target_users(&requests)).await?);
    Ok(BatchSnapshot { requests, tenant, seen: all, users })
}

/// Tokens by id, in the order of the ids.
pub(super) async fn tokens(
    directory: &impl Directory,
    ids: &[TokenId],
) -> Result<Vec<IdLookup>, ServiceError> {
    in_chunks(ids, MAX_ITEMS, |ids| directory.tokens_by_id(ids)).await
}

async fn in_chunks<T: Clone, R, F: Future<Output = Result<Vec<R>, ServiceError>>>(
    items: &[T],
    size: usize,
    call: impl Fn(Vec<T>) -> F,
) -> Result<Vec<R>, ServiceError> {
    let chunks: Vec<Vec<T>> = items.chunks(size).map(<[_]>::to_vec).collect();
    stream::iter(chunks).map(call).buffered(LOOKUPS).try_concat().await
}

/// The ids of a request's tokens, unless they are legacy tokens.
fn listed_ids(request: &ActionRequest) -> impl Iterator<Item = &TokenId> {
    let resolved = request.resolved.as_ref().ok().filter(|resolved| !resolved.legacy);
    let by = resolved.and_then(|resolved| match &resolved.action {
        TokenAction::Replace { by, .. } => Some(&by.id),
        _ => None,
    });
    resolved.map(|resolved| &resolved.token.id).into_iter().chain(by)
}

/// The legacy tokens, which only the lists of their users show.
async fn legacy_tokens(
    directory: &impl Directory,
    requests: &[ActionRequest],
) -> Result<Vec<(TokenId, IdLookup)>, ServiceError> {
    let resolved_actions = requests
        .iter()
        .filter_map(|request| request.resolved.as_ref().ok())
        .filter(|resolved| resolved.legacy);
    // One without a user is in no list: it stays as the person saw it.
    let held: Vec<(&TokenId, &UserId)> = resolved_actions
        .filter_map(|resolved| Some((&resolved.token.id, &resolved.token.assigned_to.as_ref()?.id)))
        .collect();
    let users: BTreeSet<&UserId> = held.iter().map(|(_, user)| *user).collect();
    let users: Vec<UserId> = users.into_iter().cloned().collect();
    let lists = in_chunks(&users, MAX_ITEMS, |users| directory.tokens_of_users(users)).await?;
    let listed: HashMap<&UserId, &UserTokensLookup> = users.iter().zip(&lists).collect();
    let find = |id: &TokenId, user: &UserId| match listed.get(user) {
        Some(Ok(tokens)) => Ok(tokens.iter().find(|token| token.id == *id).cloned()),
        Some(Err(refusal)) => Err(refusal.clone()),
        None => Ok(None),
    };
    Ok(held.into_iter().map(|(id, user)| (id.clone(), find(id, user))).collect())
}

/// The request with its token as it is now. In a long list nobody notices that a token has another user meanwhile, so a
/// dangerous action on it fails, unless `allows_change`: the person sees the change, or it is our own.
fn refreshed(
    request: &ActionRequest,
    seen: &HashMap<TokenId, IdLookup>,
    allows_change: impl Fn(&TokenId) -> bool,
) -> ActionRequest {
    let resolved = request.resolved.as_ref().map_err(Clone::clone).and_then(|resolved| {
        let mut resolved: ResolvedAction = resolved.clone();
        let before = resolved.token.clone();
        refresh(&mut resolved.token, seen)?;
        if let TokenAction::Replace { by, .. } = &mut resolved.action {
            refresh(by, seen)?;
        }
        let change = assignee_change(&before, &resolved.token);
        match change.filter(|_| resolved.action.kind().is_dangerous() && !allows_change(&before.id)) {
            Some(message) => {
                Err(vec![Issue::new(message, "Look at it again, and choose it anew if it is still right.")])
            }
            None => Ok(resolved),
        }
    });
    ActionRequest { resolved, ..request.clone() }
}

fn refresh(token: &mut Token, seen: &HashMap<TokenId, IdLookup>) -> Result<(), Vec<Issue>> {
    match seen.get(&token.id) {
        None => Ok(()),
        Some(Ok(Some(now))) => {
            *token = now.clone();
            Ok(())
        }
        Some(Ok(None)) => Err(vec![Issue::new(
            "Microsoft does not show the token: it was deleted meanwhile, or is too new to be seen everywhere",
            "If it was imported just now, wait for Microsoft and check again in a minute. If it was deleted, nothing \
             is left to do.",
        )]),
        Some(Err(refusal)) => Err(vec![Issue::new(
            format!("Microsoft refused to look the token up: {}", refusal.message),
            "Try again later, or look it up in the Entra admin center.",
        )]),
    }
}

/// Says that the token was assigned to somebody else since the person looked; `None` when it was not.
pub(super) fn assignee_change(before: &Token, now: &Token) -> Option<String> {
    let assigned_to = now.assigned_to.as_ref()?;
    if before.assigned_to.as_ref().is_some_and(|before| before.id == assigned_to.id) {
        return None;
    }
    let name = assigned_to.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or("another user");
    Some(format!("The token was meanwhile assigned to {name}"))
}

/// Changes the token to the state that was written, when Microsoft Graph does not show it yet.
pub(super) fn apply_expected(token: &mut Token, expected: &Expected) {
    if expected.is_shown_by(Some(token)) {
        return;
    }
    match expected {
        Expected::Gone => {}
        Expected::Free => {
            token.assigned_to = None;
            token.status = TokenStatus::Available;
        }
        Expected::Held { user, activated } => {
            token.assigned_to = user.clone().map(|id| AssignedUser { id, name: None });
            let is_active = activated.unwrap_or(false);
            token.status = if is_active { TokenStatus::Activated } else { TokenStatus::Assigned };
        }
        Expected::Named(name) => token.name = (!name.is_empty()).then(|| name.clone()),
        Expected::Hashed(hash) => token.hash = Some(*hash),
    }
}

#[cfg(test)]
mod tests;
