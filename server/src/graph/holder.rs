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
    methods::{self, Named},
};

/// One person, whose tokens are read, activated, claimed and given back.
pub struct Holder<'a> {
    client: &'a Client,
    user: &'a UserId,
    named: Named,
}

impl GraphDirectory {
    /// This user, by id.
    pub fn holder<'a>(&'a self, user: &'a UserId) -> Holder<'a> {
        Holder { client: &self.client, user, named: Named::ById }
    }

    /// The very person with whose rights this directory asks ([`Self::for_person`]); `user` is their id.
    pub fn me<'a>(&'a self, user: &'a UserId) -> Holder<'a> {
        Holder { client: &self.client, user, named: Named::Me }
    }
}

impl Holder<'_> {
    /// All that the person holds, those uploaded by the older CSV way included.
    pub async fn tokens(&self) -> Result<Vec<Token>, ServiceError> {
        let users = [self.user.clone()];
        let held = methods::holdings(self.client, self.named, &users).await?;
        Ok(held.into_iter().flatten().collect())
    }

    /// Activates one that the person holds.
    pub async fn activate(&self, token: &TokenId, code: &Code) -> Result<Outcome<()>, ServiceError> {
        let (token, user) = (token.clone(), self.user.clone());
        let activation = [Activation { token, user, code: code.clone() }];
        only(methods::activate(self.client, self.named, &activation).await)
    }

    /// Gives the person the token with this serial, and activates it. With a wrong code they may hold it afterwards.
    pub async fn claim(&self, serial: &SerialNumber, code: &Code) -> Result<Outcome<()>, ServiceError> {
        only(methods::claim(self.client, self.named, self.user, serial, code).await)
    }

    /// Takes one from the person, back to the inventory.
    pub async fn give_back(&self, token: &TokenId) -> Result<Outcome<()>, ServiceError> {
        let assignment = [Assignment { token: token.clone(), user: self.user.clone() }];
        only(methods::unassign(self.client, self.named, &assignment).await)
    }
}

/// The outcome of the one item.
fn only(outcomes: Result<Vec<Outcome<()>>, GraphError>) -> Result<Outcome<()>, ServiceError> {
    let missing = || ServiceError::Internal { reference: "no outcome".to_owned() };
    outcomes?.pop().ok_or_else(missing)
}
