//! Writes: each change is one request of a `$batch`.

use token_core::{
    ports::{Activation, Applied, Assignment, Change, ChangeKind},
    token::{Token, TokenId},
};

use crate::{
    batch::{BatchItem, Results},
    client::{Client, Operation},
    error::{GraphError, outcome},
    methods::UserPath,
    path::{ApiVersion, DEVICES},
    permission::{WRITE_METHODS, WRITE_TOKENS},
    response::GraphResponse,
    tokens::device,
    wire::{body::WriteBody, token::token},
};

/// The operation that makes changes of this kind.
fn operation(kind: ChangeKind) -> Operation {
    let (route, permission) = match kind {
        // One POST each: unlike the bulk PATCH, it reports an outcome for each token.
        ChangeKind::Create => ("/$batch: create tokens", WRITE_TOKENS),
        ChangeKind::Rename => ("/$batch: name tokens", WRITE_TOKENS),
        ChangeKind::Delete => ("/$batch: delete tokens", WRITE_TOKENS),
        ChangeKind::Assign => ("/$batch: assign", WRITE_METHODS),
        ChangeKind::AssignAndActivate => ("/$batch: assignAndActivate", WRITE_METHODS),
        ChangeKind::Activate => ("/$batch: activate", WRITE_METHODS),
        ChangeKind::Deactivate => ("/$batch: deactivate", WRITE_METHODS),
        ChangeKind::Unassign => ("/$batch: unassign", WRITE_METHODS),
    };
    Operation { route, permission, version: ApiVersion::Beta }
}

/// The request of one change. Paths contain ids, which survive a change of name; the id of a method is the token's.
fn item(client: &Client, user_path: UserPath, change: Change) -> BatchItem {
    let device = |token: &TokenId| client.beta.item(&device(token), &[]);
    let method = |user, rest: &[&str]| client.beta.item(&user_path.methods(user, rest), &[]);
    match change {
        Change::Create(new) => BatchItem::post(client.beta.item(&DEVICES, &[]), WriteBody::create(new)),
        Change::Rename(rename) => BatchItem::patch(device(&rename.token), WriteBody::rename(&rename)),
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
    changes: Vec<Change>,
) -> Result<Applied, GraphError> {
    let Some(kind) = changes.first().map(Change::kind) else { return Ok(Applied::default()) };
    let items: Vec<BatchItem> = changes.into_iter().map(|change| item(client, user_path, change)).collect();
    let responses = client.write_many(user_path.operation(operation(kind)), &items).await?;
    let outcomes = checked(kind, responses)?
        .into_iter()
        .map(|response| outcome(response.and_then(|response| done(kind, response))));
    Ok(Applied::of(outcomes.collect()))
}

/// If every item of a write to the inventory is refused with 403, the call as a whole fails: the app lacks the permission.
fn checked(kind: ChangeKind, responses: Results) -> Result<Results, GraphError> {
    let is_of_inventory = matches!(kind, ChangeKind::Create | ChangeKind::Rename | ChangeKind::Delete);
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
