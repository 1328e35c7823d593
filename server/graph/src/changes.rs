//! Writes: each change is one request of a `$batch`; several creations are one request together.

use token_core::{
    ports::{Activation, Applied, Assignment, Change, ChangeKind, Outcome},
    token::{Token, TokenId},
};

use crate::{
    batch::{BatchItem, Results},
    client::{Client, Operation},
    error::{GraphError, outcome},
    methods::UserPath,
    path::DEVICES,
    permission::{WRITE_METHODS, WRITE_TOKENS},
    priority::Priority,
    response::GraphResponse,
    tokens::device,
    wire::{body::WriteBody, token::token},
    write_cost::WriteCost,
};

/// The operation that makes changes of this kind.
fn operation(kind: ChangeKind) -> Operation {
    let (route, permission) = match kind {
        ChangeKind::Create => ("/$batch: create tokens", WRITE_TOKENS),
        ChangeKind::Rename => ("/$batch: name tokens", WRITE_TOKENS),
        ChangeKind::SetHash => ("/$batch: correct hashes", WRITE_TOKENS),
        ChangeKind::Delete => ("/$batch: delete tokens", WRITE_TOKENS),
        ChangeKind::Assign => ("/$batch: assign", WRITE_METHODS),
        ChangeKind::AssignAndActivate => ("/$batch: assignAndActivate", WRITE_METHODS),
        ChangeKind::Activate => ("/$batch: activate", WRITE_METHODS),
        ChangeKind::Deactivate => ("/$batch: deactivate", WRITE_METHODS),
        ChangeKind::Unassign => ("/$batch: unassign", WRITE_METHODS),
    };
    Operation::beta(route, permission)
}

/// The request of one change. Paths contain ids, which survive a change of name; the id of a method is the token's.
fn item(client: &Client, user_path: UserPath, change: Change) -> BatchItem {
    let device = |token: &TokenId| client.beta.item(&device(token), &[]);
    let method = |user, rest: &[&str]| client.beta.item(&user_path.methods(user, rest), &[]);
    match change {
        Change::Create(new) => BatchItem::post(client.beta.item(&DEVICES, &[]), WriteBody::create(new)),
        Change::Rename(rename) => BatchItem::patch(device(&rename.token), WriteBody::rename(&rename)),
        Change::SetHash(one) => BatchItem::patch(device(&one.token), WriteBody::set_hash(&one)),
        Change::Delete(token) => BatchItem::delete(device(&token)),
        Change::Assign(one) => BatchItem::post(method(&one.user, &[]), WriteBody::assign(&one)),
        Change::AssignAndActivate(one) => {
            BatchItem::post(method(&one.user, &["assignAndActivate"]), WriteBody::assign_and_activate(&one))
        }
        Change::Activate(one) => {
            let Activation { token, user, .. } = &one;
            BatchItem::post(method(user, &[token.as_str(), "activate"]), WriteBody::activate(&one))
        }
        Change::Deactivate(Assignment { token, user }) => {
            BatchItem::post(method(&user, &[token.as_str(), "deactivate"]), WriteBody::empty())
        }
        Change::Unassign(Assignment { token, user }) => BatchItem::delete(method(&user, &[token.as_str()])),
    }
}

/// Applies changes of one kind; the outcomes are in their order.
pub(crate) async fn apply(
    client: &Client,
    user_path: UserPath,
    priority: Priority,
    changes: Vec<Change>,
) -> Result<Applied, GraphError> {
    let Some(kind) = changes.first().map(Change::kind) else { return Ok(Applied::default()) };
    let items: Vec<BatchItem> = changes.into_iter().map(|change| item(client, user_path, change)).collect();
    let items: Vec<&BatchItem> = items.iter().collect();
    let operation = user_path.operation(operation(kind)).with_priority(priority);
    let cost = WriteCost::default();
    let responses = match kind {
        ChangeKind::Create if items.len() > 1 => client.create_many(operation, &items, &cost).await?,
        _ => client.write_many(operation, &items, &cost).await?,
    };
    let mut applied = Applied {
        writes: cost.writes(),
        limit_percentage: cost.limit_percentage(),
        creation_size: client.creation_size.lowered().filter(|_| kind == ChangeKind::Create),
        ..Applied::default()
    };
    for response in checked(kind, responses)? {
        let request_id = response.as_ref().ok().and_then(|response| response.request_id.clone());
        let outcome = outcome(response.and_then(|response| done(kind, response)));
        applied.request_ids.push(request_id.filter(|_| matches!(outcome, Outcome::Done(_))));
        applied.outcomes.push(outcome);
    }
    Ok(applied)
}

/// If every item of a write to the inventory is refused with 403, the call as a whole fails: the app lacks the permission.
fn checked(kind: ChangeKind, responses: Results) -> Result<Results, GraphError> {
    let is_of_inventory =
        matches!(kind, ChangeKind::Create | ChangeKind::Rename | ChangeKind::SetHash | ChangeKind::Delete);
    match responses.as_slice() {
        [Err(first), _, ..] if is_of_inventory && responses.iter().all(is_forbidden) => Err(first.clone()),
        _ => Ok(responses),
    }
}

fn is_forbidden(response: &Result<GraphResponse, GraphError>) -> bool {
    response.as_ref().is_err_and(|error| error.status() == Some(403))
}

/// The token that a creation made, and nothing for any other change.
fn done(kind: ChangeKind, response: GraphResponse) -> Result<Option<Token>, GraphError> {
    if kind != ChangeKind::Create {
        return Ok(None);
    }
    let what = "the token was created, but the answer does not show it";
    let request_id = response.request_id;
    token(&response.body).map(Some).ok_or(GraphError::Unreadable { what, request_id })
}
