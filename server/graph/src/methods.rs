//! Users' tokens: list, and claim by serial number.

use token_core::{
    otp::Code,
    ports::{Outcome, UserTokensLookup},
    token::{SerialNumber, Token},
    user::UserId,
};

use super::{
    batch::BatchItem,
    client::{Client, Operation},
    error::{GraphError, outcome},
    permission::{READ_METHODS, READ_OWN_METHODS, WRITE_METHODS, WRITE_OWN_METHODS},
    priority::Priority,
    response::GraphResponse,
    wire::{body::WriteBody, token::assigned_token},
    write_cost::WriteCost,
};

const TOKENS_OF_USERS: Operation = Operation::beta("/$batch: users' tokens", READ_METHODS);
const CLAIM: Operation = Operation::beta("/$batch: assignAndActivateBySerialNumber", WRITE_METHODS);

/// How the URL path names the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UserPath {
    /// `/users/{id}`.
    ById,
    /// `/me`: the signed-in person.
    Me,
}

impl UserPath {
    /// A path below the user's hardware OATH methods. Contains ids, not principal names, which may change.
    pub(crate) fn methods<'a>(self, user: &'a UserId, rest: &[&'a str]) -> Vec<&'a str> {
        let user = match self {
            Self::ById => vec!["users", user.as_str()],
            Self::Me => vec!["me"],
        };
        [&user, ["authentication", "hardwareOathMethods"].as_slice(), rest].concat()
    }

    /// The operation with its least privileged permission: for `/me` the one for one's own tokens.
    pub(crate) fn operation(self, operation: Operation) -> Operation {
        let own = if operation.permission == READ_METHODS { READ_OWN_METHODS } else { WRITE_OWN_METHODS };
        match self {
            Self::ById => operation,
            Self::Me => Operation { permission: own, ..operation },
        }
    }
}

/// All tokens of each user; none for a user who does not exist. A 403 is the refusal of that user only, because a person may lack
/// the role for the tokens of administrators alone (MICROSOFT_GRAPH.md 8); it is the error of the call if all are refused.
pub(crate) async fn tokens_of_users(
    client: &Client,
    user_path: UserPath,
    priority: Priority,
    users: &[UserId],
) -> Result<Vec<UserTokensLookup>, GraphError> {
    let item = |user: &UserId| BatchItem::get(client.beta.item(&user_path.methods(user, &[]), &[]));
    let items: Vec<BatchItem> = users.iter().map(item).collect();
    let operation = user_path.operation(TOKENS_OF_USERS).with_priority(priority);
    let responses = client.read_many(operation, &items).await?;
    let are_all_forbidden =
        responses.iter().all(|response| response.as_ref().is_err_and(|error| error.status() == Some(403)));
    let mut tokens_of_users = Vec::with_capacity(users.len());
    for (user, response) in users.iter().zip(responses) {
        // The list of `/me` may go on under the person's id.
        let paths = [user_path.methods(user, &[]), UserPath::ById.methods(user, &[])];
        let paths = [paths[0].as_slice(), paths[1].as_slice()];
        tokens_of_users.push(match response {
            Err(error) if error.status() == Some(403) && !are_all_forbidden => Err(error.into()),
            response => Ok(tokens_of_user(client, operation, &paths, user, response).await?),
        });
    }
    Ok(tokens_of_users)
}

async fn tokens_of_user(
    client: &Client,
    operation: Operation,
    paths: &[&[&str]],
    user: &UserId,
    response: Result<GraphResponse, GraphError>,
) -> Result<Vec<Token>, GraphError> {
    match response {
        Err(error) if error.status() == Some(404) => Ok(Vec::new()),
        response => {
            let found = client.collect_pages(operation, response?, paths).await?;
            Ok(found.iter().filter_map(|body| assigned_token(body, user)).collect())
        }
    }
}

/// Assigns the token with this serial number to the user, and activates it. With a wrong code it is still assigned
/// (MICROSOFT_GRAPH.md 2.10). The person waits for it.
pub(crate) async fn claim(
    client: &Client,
    user_path: UserPath,
    user: &UserId,
    serial: &SerialNumber,
    code: &Code,
) -> Result<Vec<Outcome<()>>, GraphError> {
    let path = user_path.methods(user, &["assignAndActivateBySerialNumber"]);
    let item = BatchItem::post(client.beta.item(&path, &[]), WriteBody::claim(serial, code));
    let operation = user_path.operation(CLAIM).with_priority(Priority::High);
    let responses = client.write_many(operation, &[&item], &WriteCost::default()).await?;
    Ok(responses.into_iter().map(|response| outcome(response.map(|_| ()))).collect())
}
