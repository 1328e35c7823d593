//! Users' tokens: list, assign, activate, deactivate, unassign.

use token_core::{
    ports::{Activation, Assignment, Outcome},
    token::Token,
    user::UserId,
};

use super::{
    answer::Answer,
    batch::Item,
    client::{Client, Purpose},
    error::{GraphError, outcome},
    path::Version,
    permission::{READ_METHODS, WRITE_METHODS},
    wire::{body::Body, token::holding},
};

const HOLDINGS: Purpose =
    Purpose { route: "/$batch: users' tokens", permission: READ_METHODS, version: Version::Beta };
const ASSIGN: Purpose =
    Purpose { route: "/$batch: assign", permission: WRITE_METHODS, version: Version::Beta };
const ASSIGN_AND_ACTIVATE: Purpose =
    Purpose { route: "/$batch: assignAndActivate", permission: WRITE_METHODS, version: Version::Beta };
const ACTIVATE: Purpose =
    Purpose { route: "/$batch: activate", permission: WRITE_METHODS, version: Version::Beta };
const DEACTIVATE: Purpose =
    Purpose { route: "/$batch: deactivate", permission: WRITE_METHODS, version: Version::Beta };
const UNASSIGN: Purpose =
    Purpose { route: "/$batch: unassign", permission: WRITE_METHODS, version: Version::Beta };

/// The user's list of tokens. Ids, not names, are in the path: they survive a change of name.
fn methods(user: &UserId) -> [&str; 4] {
    ["users", user.as_str(), "authentication", "hardwareOathMethods"]
}

/// All tokens of each user; none for a user who does not exist.
pub(crate) async fn holdings(client: &Client, users: &[UserId]) -> Result<Vec<Vec<Token>>, GraphError> {
    let items: Vec<Item> =
        users.iter().map(|user| Item::get(client.beta.item(&methods(user), &[]))).collect();
    let answers = client.read_many(HOLDINGS, &items).await?;
    let mut holdings = Vec::with_capacity(users.len());
    for (user, answer) in users.iter().zip(answers) {
        holdings.push(held(client, user, answer).await?);
    }
    Ok(holdings)
}

async fn held(
    client: &Client,
    user: &UserId,
    answer: Result<Answer, GraphError>,
) -> Result<Vec<Token>, GraphError> {
    match answer {
        Err(error) if error.status() == Some(404) => Ok(Vec::new()),
        answer => {
            let found = client.to_the_end(HOLDINGS, answer?, &methods(user)).await?;
            Ok(found.iter().filter_map(|body| holding(body, user)).collect())
        }
    }
}

/// Assigns each token.
pub(crate) async fn assign(
    client: &Client,
    assignments: &[Assignment],
) -> Result<Vec<Outcome<()>>, GraphError> {
    let item = |assignment: &Assignment| {
        Item::post(client.beta.item(&methods(&assignment.user), &[]), Body::assign(assignment))
    };
    write(client, ASSIGN, assignments.iter().map(item).collect()).await
}

/// Assigns and activates each token.
pub(crate) async fn assign_and_activate(
    client: &Client,
    activations: &[Activation],
) -> Result<Vec<Outcome<()>>, GraphError> {
    let item = |activation: &Activation| {
        let [users, user, authentication, methods] = methods(&activation.user);
        let url = client.beta.item(&[users, user, authentication, methods, "assignAndActivate"], &[]);
        Item::post(url, Body::assign_and_activate(activation))
    };
    write(client, ASSIGN_AND_ACTIVATE, activations.iter().map(item).collect()).await
}

/// Activates each token for the user who holds it.
pub(crate) async fn activate(
    client: &Client,
    activations: &[Activation],
) -> Result<Vec<Outcome<()>>, GraphError> {
    let item = |activation: &Activation| {
        let [users, user, authentication, methods] = methods(&activation.user);
        let path = [users, user, authentication, methods, activation.token.as_str(), "activate"];
        Item::post(client.beta.item(&path, &[]), Body::activate(activation))
    };
    write(client, ACTIVATE, activations.iter().map(item).collect()).await
}

/// Makes each token unusable for the user who holds it, and keeps holding it.
pub(crate) async fn deactivate(
    client: &Client,
    assignments: &[Assignment],
) -> Result<Vec<Outcome<()>>, GraphError> {
    let item = |assignment: &Assignment| {
        let [users, user, authentication, methods] = methods(&assignment.user);
        let path = [users, user, authentication, methods, assignment.token.as_str(), "deactivate"];
        Item::post(client.beta.item(&path, &[]), Body::nothing())
    };
    write(client, DEACTIVATE, assignments.iter().map(item).collect()).await
}

/// Takes each token away from the user who holds it. The id of the method is the token's.
pub(crate) async fn unassign(
    client: &Client,
    assignments: &[Assignment],
) -> Result<Vec<Outcome<()>>, GraphError> {
    let item = |assignment: &Assignment| {
        let [users, user, authentication, methods] = methods(&assignment.user);
        let path = [users, user, authentication, methods, assignment.token.as_str()];
        Item::delete(client.beta.item(&path, &[]))
    };
    write(client, UNASSIGN, assignments.iter().map(item).collect()).await
}

async fn write(client: &Client, purpose: Purpose, items: Vec<Item>) -> Result<Vec<Outcome<()>>, GraphError> {
    let answers = client.write_many(purpose, &items).await?;
    Ok(answers.into_iter().map(|answer| outcome(answer.map(|_| ()))).collect())
}
