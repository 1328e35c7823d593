//! A mock directory whose answers to writes the test decides.

use std::sync::Arc;

use async_trait::async_trait;
use audit::{ActorContext, AuditLog};
use token_core::{
    audit::{Actor, ActorKind, RunRows},
    error::ServiceError,
    otp::Code,
    ports::{
        Activation, Applied, Assignment, Change, ChangeKind, Cursor, Directory, IdLookup, MethodPolicy,
        Outcome, Page, SerialLookup, UnseenWrite, UserTokensLookup,
    },
    token::{SerialNumber, Token, TokenId},
    user::{DirectoryRoles, User, UserId},
};

/// The answer to a write of so many items: an outcome each, or an error.
pub type Answer = dyn Fn(usize) -> Result<Vec<Outcome<Option<Token>>>, ServiceError> + Send + Sync;

/// The mock directory.
pub struct MockDirectory {
    pub answer: Box<Answer>,
    /// The audit log, whose open operations are noted when a write arrives.
    pub audit_log: Arc<AuditLog>,
    /// Numbers of the open operations at the time of each write.
    pub open_at_write: std::sync::Mutex<Vec<Vec<u64>>>,
    /// Whether tokens cannot be read.
    unreadable: bool,
}

impl MockDirectory {
    pub fn new(
        audit_log: &Arc<AuditLog>,
        answer: impl Fn(usize) -> Result<Vec<Outcome<Option<Token>>>, ServiceError> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self::of(audit_log, answer))
    }

    fn of(
        audit_log: &Arc<AuditLog>,
        answer: impl Fn(usize) -> Result<Vec<Outcome<Option<Token>>>, ServiceError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            answer: Box::new(answer),
            audit_log: Arc::clone(audit_log),
            open_at_write: std::sync::Mutex::default(),
            unreadable: false,
        }
    }

    /// Its tokens cannot be read.
    pub fn unreadable(audit_log: &Arc<AuditLog>) -> Arc<Self> {
        Arc::new(Self { unreadable: true, ..Self::of(audit_log, |_| Ok(Vec::new())) })
    }

    /// Answers every write with done.
    pub fn accepting(audit_log: &Arc<AuditLog>) -> Arc<Self> {
        Self::new(audit_log, |count| Ok((0..count).map(|_| Outcome::Done(None)).collect()))
    }

    async fn answer_write(&self, count: usize) -> Result<Vec<Outcome<Option<Token>>>, ServiceError> {
        let entries = crate::support::audit_stores::all(&self.audit_log).await;
        let open = entries.iter().filter(|entry| entry.result == token_core::audit::EntryStatus::Open);
        self.open_at_write.lock().unwrap().push(open.map(|entry| entry.number).collect());
        (self.answer)(count)
    }
}

#[async_trait]
impl Directory for MockDirectory {
    async fn tokens(&self, _: Option<Cursor>) -> Result<Page<Token>, ServiceError> {
        Ok(Page { items: Vec::new(), next: None })
    }
    async fn tokens_by_serial(&self, serials: Vec<SerialNumber>) -> Result<Vec<SerialLookup>, ServiceError> {
        Ok(serials.iter().map(|_| Ok(Vec::new())).collect())
    }
    async fn tokens_by_id(&self, ids: Vec<TokenId>) -> Result<Vec<IdLookup>, ServiceError> {
        if self.unreadable {
            return Err(ServiceError::Disconnected);
        }
        Ok(ids.iter().map(|_| Ok(None)).collect())
    }
    async fn search_users(&self, _: String, _: Option<Cursor>) -> Result<Page<User>, ServiceError> {
        Ok(Page { items: Vec::new(), next: None })
    }
    async fn users_by_id(&self, _: Vec<UserId>) -> Result<Vec<User>, ServiceError> {
        Ok(Vec::new())
    }
    async fn users_by_upn(&self, _: Vec<String>) -> Result<Vec<User>, ServiceError> {
        Ok(Vec::new())
    }
    async fn tokens_of_users(&self, users: Vec<UserId>) -> Result<Vec<UserTokensLookup>, ServiceError> {
        Ok(users.iter().map(|_| Ok(Vec::new())).collect())
    }
    async fn directory_roles(&self, users: Vec<UserId>) -> Result<Vec<DirectoryRoles>, ServiceError> {
        Ok(users.iter().map(|_| DirectoryRoles::Known(Vec::new())).collect())
    }
    async fn method_policy(&self) -> Result<MethodPolicy, ServiceError> {
        Ok(MethodPolicy::Enabled)
    }
    async fn apply(&self, changes: Vec<Change>, _: Option<RunRows>) -> Result<Applied, ServiceError> {
        let outcomes = self.answer_write(changes.len()).await?;
        if changes.iter().any(|change| change.kind() == ChangeKind::Create) {
            return Err(ServiceError::Invalid { message: "no tokens are created here".to_owned() });
        }
        Ok(Applied::of(outcomes))
    }
    async fn report_unseen(&self, _: Vec<UnseenWrite>, _: Option<RunRows>) -> Result<(), ServiceError> {
        Ok(())
    }
}

/// Changes of one kind.
pub fn changes<T>(kind: impl Fn(T) -> Change, items: Vec<T>) -> Vec<Change> {
    items.into_iter().map(kind).collect()
}

/// The actor of the tests.
pub fn actor() -> ActorContext {
    ActorContext {
        actor: Actor::named(ActorKind::Person, "Ann"),
        role: "administrator".to_owned(),
        address: "192.0.2.7".to_owned(),
        tenant: "contoso.example".to_owned(),
    }
}

pub fn token(number: u32) -> TokenId {
    TokenId::parse(&format!("aaaaaaaa-0000-4000-8000-{number:012}")).unwrap()
}

pub fn user(number: u32) -> UserId {
    UserId::parse(&format!("bbbbbbbb-0000-4000-8000-{number:012}")).unwrap()
}

pub fn assignment(number: u32) -> Assignment {
    Assignment { token: token(number), user: user(number) }
}

pub fn activation(number: u32) -> Activation {
    let code: Code = serde_json::from_value(serde_json::json!("246810")).unwrap();
    Activation { token: token(number), user: user(number), code }
}
