//! The tokens of one user: by user id with application permissions, or as `/me` with delegated ones. The person waits, so all
//! requests have high priority.

use token_core::{
    error::ServiceError,
    otp::Code,
    ports::{Activation, Assignment, Change, Outcome},
    token::{SerialNumber, Token, TokenId},
    user::UserId,
};

use crate::{
    changes,
    client::Client,
    directory::GraphDirectory,
    error::GraphError,
    methods::{self, UserPath},
    priority::Priority,
};

/// Reads, activates, deactivates, claims and releases the tokens of one user.
pub struct UserTokens<'a> {
    client: &'a Client,
    user: &'a UserId,
    user_path: UserPath,
}

impl GraphDirectory {
    /// The tokens of the user with this id.
    pub fn user_tokens<'a>(&'a self, user: &'a UserId) -> UserTokens<'a> {
        UserTokens { client: &self.client, user, user_path: UserPath::ById }
    }

    /// The tokens of the person whose permissions this directory uses ([`Self::for_person`]); `user` is their id.
    pub fn me<'a>(&'a self, user: &'a UserId) -> UserTokens<'a> {
        UserTokens { client: &self.client, user, user_path: UserPath::Me }
    }
}

impl UserTokens<'_> {
    /// All tokens that are assigned to the user, including those uploaded as CSV.
    pub async fn tokens(&self) -> Result<Vec<Token>, ServiceError> {
        let users = [self.user.clone()];
        let tokens = methods::tokens_of_users(self.client, self.user_path, Priority::High, &users).await?;
        // A refusal of the only user is the error of the call.
        Ok(tokens.into_iter().flatten().flatten().collect())
    }

    /// Activates a token that is assigned to the user.
    pub async fn activate(&self, token: &TokenId, code: &Code) -> Result<Outcome<()>, ServiceError> {
        let (token, user) = (token.clone(), self.user.clone());
        self.apply(Change::Activate(Activation { token, user, code: code.clone() })).await
    }

    /// Makes an activated token of the user unusable; it stays assigned to them.
    pub async fn deactivate(&self, token: &TokenId) -> Result<Outcome<()>, ServiceError> {
        self.apply(Change::Deactivate(Assignment { token: token.clone(), user: self.user.clone() })).await
    }

    /// Assigns the token with this serial number to the user and activates it. With a wrong code it may stay assigned.
    pub async fn claim(&self, serial: &SerialNumber, code: &Code) -> Result<Outcome<()>, ServiceError> {
        only(methods::claim(self.client, self.user_path, self.user, serial, code).await)
    }

    /// Unassigns a token from the user.
    pub async fn release(&self, token: &TokenId) -> Result<Outcome<()>, ServiceError> {
        self.apply(Change::Unassign(Assignment { token: token.clone(), user: self.user.clone() })).await
    }

    async fn apply(&self, change: Change) -> Result<Outcome<()>, ServiceError> {
        let applied = changes::apply(self.client, self.user_path, Priority::High, vec![change]).await;
        Ok(only(applied.map(|applied| applied.outcomes))?.map(|_| ()))
    }
}

/// The outcome of the only item.
fn only<T>(outcomes: Result<Vec<Outcome<T>>, GraphError>) -> Result<Outcome<T>, ServiceError> {
    let missing = || ServiceError::Internal { reference: "no outcome".to_owned() };
    outcomes?.pop().ok_or_else(missing)
}
