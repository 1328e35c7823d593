//! The tokens of one person: by the person's id with the app's rights, or as `/me` with the person's own.

use token_core::{
    error::ServiceError,
    otp::Code,
    ports::{Activation, Assignment, Outcome},
    token::{SerialNumber, Token, TokenId},
    user::UserId,
};

use super::{
    GraphDirectory,
    client::Client,
    error::GraphError,
    methods::{self, UserPath},
};

/// One person, whose tokens are read, activated, claimed and given back.
pub struct UserTokens<'a> {
    client: &'a Client,
    user: &'a UserId,
    user_path: UserPath,
}

impl GraphDirectory {
    /// This user, by id.
    pub fn user_tokens<'a>(&'a self, user: &'a UserId) -> UserTokens<'a> {
        UserTokens { client: &self.client, user, user_path: UserPath::ById }
    }

    /// The very person with whose rights this directory asks ([`Self::for_person`]); `user` is their id.
    pub fn me<'a>(&'a self, user: &'a UserId) -> UserTokens<'a> {
        UserTokens { client: &self.client, user, user_path: UserPath::Me }
    }
}

impl UserTokens<'_> {
    /// All that the person holds, those uploaded by the older CSV way included.
    pub async fn tokens(&self) -> Result<Vec<Token>, ServiceError> {
        let users = [self.user.clone()];
        let held = methods::tokens_of_users(self.client, self.user_path, &users).await?;
        Ok(held.into_iter().flatten().collect())
    }

    /// Activates one that the person holds.
    pub async fn activate(&self, token: &TokenId, code: &Code) -> Result<Outcome<()>, ServiceError> {
        let (token, user) = (token.clone(), self.user.clone());
        let activation = [Activation { token, user, code: code.clone() }];
        only(methods::activate(self.client, self.user_path, &activation).await)
    }

    /// Gives the person the token with this serial, and activates it. With a wrong code they may hold it afterwards.
    pub async fn claim(&self, serial: &SerialNumber, code: &Code) -> Result<Outcome<()>, ServiceError> {
        only(methods::claim(self.client, self.user_path, self.user, serial, code).await)
    }

    /// Takes one from the person, back to the inventory.
    pub async fn release(&self, token: &TokenId) -> Result<Outcome<()>, ServiceError> {
        let assignment = [Assignment { token: token.clone(), user: self.user.clone() }];
        only(methods::unassign(self.client, self.user_path, &assignment).await)
    }
}

/// The outcome of the one item.
fn only(outcomes: Result<Vec<Outcome<()>>, GraphError>) -> Result<Outcome<()>, ServiceError> {
    let missing = || ServiceError::Internal { reference: "no outcome".to_owned() };
    outcomes?.pop().ok_or_else(missing)
}
