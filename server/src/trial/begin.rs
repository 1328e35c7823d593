//! Checks before anything is written, and records what the trial will make.

use std::sync::Arc;

use graph::clock;
use token_core::{
    error::ServiceError,
    plan::privileged::{PrivilegedTargets, describe_roles},
    ports::SharedDirectory,
    token::MAX_TOKENS_PER_USER,
    trial::TrialState,
    user::{DirectoryRoles, User},
};
use tokio::sync::watch;

use super::{
    TrialAccess,
    cleanup::remove_left_over,
    context::Context,
    made::{Codes, MadeTokens, made_up_sha256_token, made_up_token},
    pace::StopSignal,
    runner::Trial,
    store::StoredTrial,
    tenant::TrialTenant,
};

const UNDER_WAY: &str = "Another trial is under way in this tenant, or has left tokens over that could not be removed. Wait \
     four minutes, then try again. Tokens that are left over have a manufacturer that begins with \u{201c}Token Inventory trial\u{201d} and can be \
     deleted in the inventory.";

impl Trial {
    /// Begins a trial with the user of this name: checks the user, removes what an earlier trial left over, and records the
    /// serial numbers of the tokens to be made. Creates nothing yet. The inner error is why it cannot begin, for the person.
    ///
    /// # Errors
    /// When the tenant or the database cannot be used.
    pub async fn begin(
        access: TrialAccess,
        upn: &str,
        collide: bool,
    ) -> Result<Result<Self, String>, ServiceError> {
        let user = match find_user(&access, upn.trim(), collide).await? {
            Ok(user) => user,
            Err(why) => return Ok(Err(why)),
        };
        if !remove_left_over(&access).await? {
            return Ok(Err(UNDER_WAY.to_owned()));
        }
        let (main, sha256) = (made_up_token()?, made_up_sha256_token()?);
        let bulk = [made_up_token()?, made_up_token()?, made_up_token()?];
        let tokens = [&main, &sha256, &bulk[0], &bulk[1], &bulk[2]];
        let serials: Vec<_> = tokens.map(|token| token.serial.clone()).into();
        let made = MadeTokens { user: user.id.clone(), serials: serials.clone(), ids: Vec::new() };
        let state = TrialState::new(clock::now_ms(), collide);
        let (id, store) = (uuid::Uuid::new_v4().to_string(), access.store());
        if !store.begin(&id, &StoredTrial { made: made.clone(), state: state.clone() }).await? {
            return Ok(Err(UNDER_WAY.to_owned()));
        }
        let tenant = TrialTenant::new(access, user.clone(), serials);
        for token in tokens {
            tenant.hide(&token.seed.expose_base32(), "‹key›");
        }
        let context = Context {
            tenant,
            user,
            main,
            sha256,
            bulk,
            made,
            token: None,
            sha256_id: None,
            second: None,
            assigned: false,
            activated: false,
            codes: Codes::default(),
            stop: StopSignal(watch::channel(false).1),
        };
        Ok(Ok(Self { id, store, state, context }))
    }
}

/// The user, if they can get the tokens of the trial; otherwise why not.
async fn find_user(
    access: &TrialAccess,
    upn: &str,
    collide: bool,
) -> Result<Result<User, String>, ServiceError> {
    let graph: SharedDirectory = Arc::clone(&access.graph) as SharedDirectory;
    // The audit trail learns the name.
    let directory = access.audit_log.audited(graph, access.actor.clone());
    let users = directory.users_by_upn(vec![upn.to_owned()]).await?;
    let Some(user) = users.into_iter().find(|user| user.upn.eq_ignore_ascii_case(upn)) else {
        return Ok(Err(format!("The tenant has no user {upn}. Name a user principal name.")));
    };
    if user.is_disabled() {
        return Ok(Err(format!("The account {upn} is disabled. Name an enabled one.")));
    }
    if user.is_guest() {
        return Ok(Err(format!("{upn} is a guest, and guests cannot get a token. Name a member.")));
    }
    let roles = directory.directory_roles(vec![user.id.clone()]).await?;
    if let Some(roles) = roles.first().map(DirectoryRoles::names).filter(|names| !names.is_empty()) {
        return Ok(Err(format!("{upn} holds {}. Name a user who holds none.", describe_roles(roles))));
    }
    if roles.contains(&DirectoryRoles::Unknown) && access.privileged_targets == PrivilegedTargets::Refuse {
        return Ok(Err(format!(
            "Whether {upn} holds a directory role cannot be told without the permission User.Read.All, and this server \
             changes only tokens of users who hold none (PRIVILEGED_TARGETS). Grant the permission."
        )));
    }
    let needed = if collide { 2 } else { 1 };
    // A refusal of the only user is the error of the call.
    let held = directory.tokens_of_users(vec![user.id.clone()]).await?.iter().flatten().flatten().count();
    if held + needed > MAX_TOKENS_PER_USER {
        let tokens = if needed == 1 { "one more token" } else { "two more tokens" };
        return Ok(Err(format!(
            "{upn} has {held} hardware tokens, and Microsoft allows {MAX_TOKENS_PER_USER}, authenticator apps included. The \
             trial needs room for {tokens}: name another user."
        )));
    }
    Ok(Ok(user))
}
