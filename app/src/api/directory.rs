//! The directory in the browser: every method calls a server function.

mod run_directory;

use async_trait::async_trait;
use token_core::{
    error::ServiceError,
    ports::{
        Activation, Assignment, Cursor, Directory, IdLookup, MethodPolicy, NewToken, Outcome, Page, Rename,
        SerialLookup,
    },
    token::{SerialNumber, Token, TokenId},
    user::{User, UserId},
};

pub use self::run_directory::RunDirectory;
use super::{tenant, tokens, users};

/// The server's directory, called from the browser.
#[derive(Debug, Clone, Copy)]
pub struct ApiDirectory;

#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
impl Directory for ApiDirectory {
    async fn tokens(&self, after: Option<Cursor>) -> Result<Page<Token>, ServiceError> {
        Ok(tokens::list_tokens(after).await?)
    }

    async fn tokens_by_serial(&self, serials: Vec<SerialNumber>) -> Result<Vec<SerialLookup>, ServiceError> {
        Ok(tokens::tokens_by_serial(serials).await?)
    }

    async fn tokens_by_id(&self, ids: Vec<TokenId>) -> Result<Vec<IdLookup>, ServiceError> {
        Ok(tokens::tokens_by_id(ids).await?)
    }

    async fn search_users(&self, text: String, after: Option<Cursor>) -> Result<Page<User>, ServiceError> {
        Ok(users::search_users(text, after).await?)
    }

    async fn users_by_id(&self, ids: Vec<UserId>) -> Result<Vec<User>, ServiceError> {
        Ok(users::users_by_id(ids).await?)
    }

    async fn users_by_upn(&self, upns: Vec<String>) -> Result<Vec<User>, ServiceError> {
        Ok(users::users_by_upn(upns).await?)
    }

    async fn tokens_of_users(&self, users: Vec<UserId>) -> Result<Vec<Vec<Token>>, ServiceError> {
        Ok(users::tokens_of_users(users).await?)
    }

    async fn method_policy(&self) -> Result<MethodPolicy, ServiceError> {
        Ok(tenant::read_method_policy().await?)
    }

    async fn create(&self, tokens: Vec<NewToken>) -> Result<Vec<Outcome<Token>>, ServiceError> {
        Ok(tokens::create_tokens(tokens, None).await?)
    }

    async fn assign(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError> {
        Ok(tokens::assign_tokens(assignments, None).await?)
    }

    async fn assign_and_activate(
        &self,
        activations: Vec<Activation>,
    ) -> Result<Vec<Outcome<()>>, ServiceError> {
        Ok(tokens::assign_and_activate_tokens(activations, None).await?)
    }

    async fn activate(&self, activations: Vec<Activation>) -> Result<Vec<Outcome<()>>, ServiceError> {
        Ok(tokens::activate_tokens(activations, None).await?)
    }

    async fn unassign(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError> {
        Ok(tokens::unassign_tokens(assignments, None).await?)
    }

    async fn deactivate(&self, assignments: Vec<Assignment>) -> Result<Vec<Outcome<()>>, ServiceError> {
        Ok(tokens::deactivate_tokens(assignments, None).await?)
    }

    async fn delete(&self, tokens: Vec<TokenId>) -> Result<Vec<Outcome<()>>, ServiceError> {
        Ok(tokens::delete_tokens(tokens, None).await?)
    }

    async fn rename(&self, renames: Vec<Rename>) -> Result<Vec<Outcome<()>>, ServiceError> {
        Ok(tokens::rename_tokens(renames, None).await?)
    }
}
