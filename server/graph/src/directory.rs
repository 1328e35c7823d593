//! A tenant in Microsoft Graph: implements the port [`Directory`].

use std::sync::Arc;

use async_trait::async_trait;
use token_core::{
    audit::RunRows,
    error::ServiceError,
    ports::{
        Applied, Change, Cursor, Directory, IdLookup, MAX_ITEMS, MAX_USERS, MethodPolicy, Page, SerialLookup,
        UnseenWrite, UserTokensLookup,
    },
    token::{SerialNumber, Token, TokenId},
    user::{DirectoryRoles, User, UserId},
};

use crate::{
    changes,
    client::{Client, GraphRequest, Operation},
    entra::{person_token::PersonToken, sign_in::EntraClient},
    error::GraphError,
    http::{HttpClient, Pool},
    methods::{self, UserPath},
    path::POLICY,
    permission::READ_POLICY,
    priority::Priority,
    retry::RetryPolicy,
    roles::RoleLookup,
    settings::{GraphSettings, SetupError},
    tokens,
    users::UserLookup,
    wire,
};

const POLICY_OPERATION: Operation = Operation::beta(
    "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/hardwareOath",
    READ_POLICY,
);

/// Most rows of a run whose writes have Graph's usual priority; those of longer runs can wait.
const LONG_RUN: u32 = 100;

/// A tenant's tokens and users in Microsoft Graph.
///
/// Uses application permissions, or a person's delegated permissions ([`GraphDirectory::for_person`]).
pub struct GraphDirectory {
    /// Sends the requests.
    pub(crate) client: Client,
    users: UserLookup,
    roles: RoleLookup,
    entra: Arc<EntraClient>,
}

impl GraphDirectory {
    /// Validates the settings and builds the HTTP client. Sends no request and changes no global state.
    pub fn new(settings: GraphSettings) -> Result<Self, SetupError> {
        Self::with_retries(settings, RetryPolicy::default())
    }

    /// Like [`Self::new`], with other retry delays.
    pub fn with_retries(settings: GraphSettings, retries: RetryPolicy) -> Result<Self, SetupError> {
        let http = Arc::new(HttpClient::new(&settings)?);
        let sign_ins = Arc::new(http.with_pool(Pool::SIGN_INS));
        let entra = Arc::new(EntraClient::new(&settings, sign_ins, retries));
        Ok(Self {
            client: Client::new(&settings, retries, http),
            users: UserLookup::default(),
            roles: RoleLookup::default(),
            entra,
        })
    }

    /// The same tenant with a signed-in person's permissions: `token` comes from this directory's [`Self::entra`]. Shares
    /// the connections, and what is known of bulk creations.
    pub fn for_person(&self, token: Arc<PersonToken>) -> Self {
        let (client, entra) = (self.client.for_person(token), Arc::clone(&self.entra));
        Self { client, users: UserLookup::default(), roles: RoleLookup::default(), entra }
    }

    /// The same tenant for people's own tokens, whose requests do not wait for those of administrators.
    pub fn for_self_service(&self) -> Self {
        let (client, entra) = (self.client.with_pool(Pool::SELF_SERVICE), Arc::clone(&self.entra));
        Self { client, users: UserLookup::default(), roles: RoleLookup::default(), entra }
    }

    /// Requests an access token from Entra, which fails with wrong credentials.
    pub async fn check_credentials(&self) -> Result<(), ServiceError> {
        Ok(self.client.check_credentials().await?)
    }

    /// The next call requests a new access token.
    pub async fn renew(&self) {
        self.roles.forget_refusal();
        self.client.renew_token().await;
    }

    /// Microsoft's time by the system clock, which the `Date` of the latest answer corrects: what codes are computed and measured
    /// by. In milliseconds since 1970.
    pub fn now_ms(&self) -> u64 {
        self.client.now_ms()
    }

    /// The Entra client of this tenant, with the same connections.
    pub fn entra(&self) -> Arc<EntraClient> {
        Arc::clone(&self.entra)
    }

    async fn policy(&self) -> Result<MethodPolicy, GraphError> {
        let url = self.client.beta.url(&POLICY, &[]);
        match self.client.send(GraphRequest::get(POLICY_OPERATION, url)).await {
            Ok(response) => Ok(wire::policy(&response.body)),
            // No permission, or a cloud without this method: callers can continue without the policy.
            Err(error) if matches!(error.status(), Some(400 | 403 | 404)) => Ok(MethodPolicy::Unknown),
            Err(error) => Err(error),
        }
    }
}

fn check_count(max: usize, count: usize) -> Result<(), ServiceError> {
    if count <= max {
        return Ok(());
    }
    Err(ServiceError::Invalid { message: format!("{count} items at once, where {max} are allowed") })
}

#[async_trait]
impl Directory for GraphDirectory {
    async fn tokens(&self, after: Option<Cursor>) -> Result<Page<Token>, ServiceError> {
        Ok(tokens::page(&self.client, after).await?)
    }

    async fn tokens_by_serial(&self, serials: Vec<SerialNumber>) -> Result<Vec<SerialLookup>, ServiceError> {
        check_count(MAX_ITEMS, serials.len())?;
        Ok(tokens::by_serial(&self.client, &serials).await?)
    }

    async fn tokens_by_id(&self, ids: Vec<TokenId>) -> Result<Vec<IdLookup>, ServiceError> {
        check_count(MAX_ITEMS, ids.len())?;
        Ok(tokens::by_id(&self.client, &ids).await?)
    }

    async fn search_users(&self, text: String, after: Option<Cursor>) -> Result<Page<User>, ServiceError> {
        Ok(self.users.search(&self.client, &text, after).await?)
    }

    async fn users_by_id(&self, ids: Vec<UserId>) -> Result<Vec<User>, ServiceError> {
        check_count(MAX_USERS, ids.len())?;
        Ok(self.users.by_id(&self.client, &ids).await?)
    }

    async fn users_by_upn(&self, upns: Vec<String>) -> Result<Vec<User>, ServiceError> {
        check_count(MAX_USERS, upns.len())?;
        Ok(self.users.by_upn(&self.client, &upns).await?)
    }

    async fn tokens_of_users(&self, users: Vec<UserId>) -> Result<Vec<UserTokensLookup>, ServiceError> {
        check_count(MAX_ITEMS, users.len())?;
        Ok(methods::tokens_of_users(&self.client, UserPath::ById, Priority::Normal, &users).await?)
    }

    async fn directory_roles(&self, users: Vec<UserId>) -> Result<Vec<DirectoryRoles>, ServiceError> {
        check_count(MAX_ITEMS, users.len())?;
        Ok(self.roles.of_users(&self.client, &users).await?)
    }

    async fn method_policy(&self) -> Result<MethodPolicy, ServiceError> {
        Ok(self.policy().await?)
    }

    async fn apply(&self, changes: Vec<Change>, run: Option<RunRows>) -> Result<Applied, ServiceError> {
        if let Some(message) = Change::validate_call(&changes) {
            return Err(ServiceError::Invalid { message });
        }
        let is_long = run.is_some_and(|run| run.size > LONG_RUN);
        let priority = if is_long { Priority::Low } else { Priority::Normal };
        Ok(changes::apply(&self.client, UserPath::ById, priority, changes).await?)
    }

    async fn report_unseen(&self, _: Vec<UnseenWrite>, _: Option<RunRows>) -> Result<(), ServiceError> {
        Ok(())
    }
}
