//! Users' tokens: list, assign, activate, deactivate, unassign.

use token_core::{
    otp::Code,
    ports::{Activation, Assignment, Outcome},
    token::{SerialNumber, Token},
    user::UserId,
};

use super::{
    answer::Answer,
    batch::Item,
    client::{Client, Purpose},
    error::{GraphError, outcome},
    path::Version,
    permission::{READ_METHODS, READ_OWN_METHODS, WRITE_METHODS, WRITE_OWN_METHODS},
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
const CLAIM: Purpose = Purpose {
    route: "/$batch: assignAndActivateBySerialNumber",
    permission: WRITE_METHODS,
    version: Version::Beta,
};
const DEACTIVATE: Purpose =
    Purpose { route: "/$batch: deactivate", permission: WRITE_METHODS, version: Version::Beta };
const UNASSIGN: Purpose =
    Purpose { route: "/$batch: unassign", permission: WRITE_METHODS, version: Version::Beta };

/// How paths name the users whose tokens a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    /// By their ids.
    ById,
    /// As the person who asks, and nobody else.
    Me,
}

impl Named {
    /// A path in a user's list of tokens. Ids, not names, are in it: they survive a change of name.
    fn methods<'a>(self, user: &'a UserId, rest: &[&'a str]) -> Vec<&'a str> {
        let holder = match self {
            Self::ById => vec!["users", user.as_str()],
            Self::Me => vec!["me"],
        };
        [&holder, ["authentication", "hardwareOathMethods"].as_slice(), rest].concat()
    }

    /// The same purpose with the permission that suffices for one's own tokens.
    fn purpose(self, purpose: Purpose) -> Purpose {
        let own = if purpose.permission == READ_METHODS { READ_OWN_METHODS } else { WRITE_OWN_METHODS };
        match self {
            Self::ById => purpose,
            Self::Me => Purpose { permission: own, ..purpose },
        }
    }
}

/// All tokens of each user; none for a user who does not exist.
pub(crate) async fn holdings(
    client: &Client,
    named: Named,
    users: &[UserId],
) -> Result<Vec<Vec<Token>>, GraphError> {
    let item = |user: &UserId| Item::get(client.beta.item(&named.methods(user, &[]), &[]));
    let items: Vec<Item> = users.iter().map(item).collect();
    let answers = client.read_many(named.purpose(HOLDINGS), &items).await?;
    let mut holdings = Vec::with_capacity(users.len());
    for (user, answer) in users.iter().zip(answers) {
        holdings.push(held(client, named, user, answer).await?);
    }
    Ok(holdings)
}

async fn held(
    client: &Client,
    named: Named,
    user: &UserId,
    answer: Result<Answer, GraphError>,
) -> Result<Vec<Token>, GraphError> {
    match answer {
        Err(error) if error.status() == Some(404) => Ok(Vec::new()),
        answer => {
            let (purpose, path) = (named.purpose(HOLDINGS), named.methods(user, &[]));
            let found = client.to_the_end(purpose, answer?, &path).await?;
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
        let path = Named::ById.methods(&assignment.user, &[]);
        Item::post(client.beta.item(&path, &[]), Body::assign(assignment))
    };
    write(client, ASSIGN, assignments.iter().map(item).collect()).await
}

/// Assigns and activates each token.
pub(crate) async fn assign_and_activate(
    client: &Client,
    activations: &[Activation],
) -> Result<Vec<Outcome<()>>, GraphError> {
    let item = |activation: &Activation| {
        let path = Named::ById.methods(&activation.user, &["assignAndActivate"]);
        Item::post(client.beta.item(&path, &[]), Body::assign_and_activate(activation))
    };
    write(client, ASSIGN_AND_ACTIVATE, activations.iter().map(item).collect()).await
}

/// Assigns the token with this serial to the user, and activates it. With a wrong code the first half happens
/// (FACTS 2.10).
pub(crate) async fn claim(
    client: &Client,
    named: Named,
    user: &UserId,
    serial: &SerialNumber,
    code: &Code,
) -> Result<Vec<Outcome<()>>, GraphError> {
    let path = named.methods(user, &["assignAndActivateBySerialNumber"]);
    let item = Item::post(client.beta.item(&path, &[]), Body::claim(serial, code));
    write(client, named.purpose(CLAIM), vec![item]).await
}

/// Activates each token for the user who holds it.
pub(crate) async fn activate(
    client: &Client,
    named: Named,
    activations: &[Activation],
) -> Result<Vec<Outcome<()>>, GraphError> {
    let item = |activation: &Activation| {
        let path = named.methods(&activation.user, &[activation.token.as_str(), "activate"]);
        Item::post(client.beta.item(&path, &[]), Body::activate(activation))
    };
    write(client, named.purpose(ACTIVATE), activations.iter().map(item).collect()).await
}

/// Makes each token unusable for the user who holds it, and keeps holding it.
pub(crate) async fn deactivate(
    client: &Client,
    assignments: &[Assignment],
) -> Result<Vec<Outcome<()>>, GraphError> {
    let item = |assignment: &Assignment| {
        let path = Named::ById.methods(&assignment.user, &[assignment.token.as_str(), "deactivate"]);
        Item::post(client.beta.item(&path, &[]), Body::nothing())
    };
    write(client, DEACTIVATE, assignments.iter().map(item).collect()).await
}

/// Takes each token away from the user who holds it. The id of the method is the token's.
pub(crate) async fn unassign(
    client: &Client,
    named: Named,
    assignments: &[Assignment],
) -> Result<Vec<Outcome<()>>, GraphError> {
    let item = |assignment: &Assignment| {
        let path = named.methods(&assignment.user, &[assignment.token.as_str()]);
        Item::delete(client.beta.item(&path, &[]))
    };
    write(client, named.purpose(UNASSIGN), assignments.iter().map(item).collect()).await
}

async fn write(client: &Client, purpose: Purpose, items: Vec<Item>) -> Result<Vec<Outcome<()>>, GraphError> {
    let answers = client.write_many(purpose, &items).await?;
    Ok(answers.into_iter().map(|answer| outcome(answer.map(|_| ()))).collect())
}
