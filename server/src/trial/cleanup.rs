//! Removes the tokens that a trial made, and no others: in the end, and after a crash at the next start.

use std::time::Duration;

use graph::trial::TrialRequest;
use token_core::{
    audit::{AuditAction, TokenRef},
    ports::Assignment,
    token::{Token, TokenId},
    trial::TrialPhase,
    user::User,
};
use tokio::time::sleep;

use super::{TrialAccess, TrialPace, made::MadeTokens, store::OpenTrial, tenant::TrialTenant};
use token_core::error::ServiceError;

/// What is to be removed.
pub(super) struct Removal<'a> {
    /// The tenant.
    pub graph: &'a TrialTenant,
    /// The tokens.
    pub made: &'a MadeTokens,
    /// How long Microsoft may show an earlier state.
    pub pace: TrialPace,
}

/// Removes all tokens of a trial; returns the serial numbers of those that stay. Not interrupted by a stop.
pub(super) async fn remove(removal: Removal<'_>) -> Vec<String> {
    let mut pauses = removal.pace.pauses();
    let mut pending = removal.made.ids.clone();
    let mut is_first = true;
    loop {
        let found = removal.find().await;
        let listed = found.as_deref().unwrap_or_default();
        pending.extend(listed.iter().map(|token| token.id.clone()));
        pending.sort();
        pending.dedup();
        // Ends only when a look shows nothing: an answer to a deletion alone proves little.
        if found.is_ok() && pending.is_empty() {
            return Vec::new();
        }
        let mut left = Vec::new();
        for id in &pending {
            if !removal.remove_one(id, listed.iter().find(|token| token.id == *id)).await {
                left.push(id.clone());
            }
        }
        // A token that was just made may not be shown yet, so what "is not found" is tried again.
        let all_answered_well = left.is_empty() && found.is_ok();
        pending = left;
        if !(all_answered_well && is_first) {
            let Some(pause) = pauses.next() else { break };
            sleep(pause).await;
        }
        is_first = false;
    }
    match removal.find().await {
        Ok(listed) => listed.iter().map(|token| token.serial.as_str().to_owned()).collect(),
        Err(_) => removal.made.serials.iter().map(|serial| serial.as_str().to_owned()).collect(),
    }
}

impl Removal<'_> {
    /// The tokens of the trial that the tenant shows.
    async fn find(&self) -> Result<Vec<Token>, ServiceError> {
        let mut found = Vec::new();
        for serial in &self.made.serials {
            let answer = self.graph.read(TrialRequest::FindBySerial(serial)).await?;
            if !answer.is_success() {
                let request_id = answer.request_id.unwrap_or_default();
                return Err(ServiceError::Upstream {
                    status: answer.status,
                    message: answer.message,
                    request_id,
                });
            }
            found.extend(
                answer.tokens().into_iter().map(|(token, _)| token).filter(|token| self.made.include(token)),
            );
        }
        Ok(found)
    }

    /// Whether the token is certainly gone.
    async fn remove_one(&self, id: &TokenId, token: Option<&Token>) -> bool {
        let reference = TokenRef {
            id: Some(id.as_str().to_owned()),
            serial: token.map(|token| token.serial.as_str().to_owned()),
        };
        let assigned_to = token.and_then(|token| token.assigned_to.as_ref());
        if let Some(assigned_to) = assigned_to {
            let assignment = Assignment { token: id.clone(), user: assigned_to.id.clone() };
            // Whether it worked shows when the token is deleted.
            _ = unassign_surely(self.graph, &reference, &assignment).await;
        }
        let request = TrialRequest::Delete(id);
        let deleted = self.graph.write(AuditAction::Delete, reference.clone(), request).await;
        let Ok(answer) = deleted else { return false };
        if !answer.is_success() && answer.status != 404 && assigned_to.is_none() {
            // It may be assigned already while the list does not show it yet.
            let assignment = Assignment { token: id.clone(), user: self.made.user.clone() };
            _ = unassign_surely(self.graph, &reference, &assignment).await;
        }
        answer.is_success()
    }
}

/// Unassigns a token, which Microsoft refuses while it is its user's default method (MICROSOFT_GRAPH.md 2.10): then it is
/// deactivated first, so that it is none.
pub(super) async fn unassign_surely(
    tenant: &TrialTenant,
    token: &TokenRef,
    assignment: &Assignment,
) -> Result<(), ServiceError> {
    let unassign = || TrialRequest::Unassign(assignment);
    let answer = tenant.write(AuditAction::Unassign, token.clone(), unassign()).await?;
    if answer.status == 400 {
        let request = TrialRequest::Deactivate(assignment);
        tenant.write(AuditAction::Deactivate, token.clone(), request).await?;
        tenant.write(AuditAction::Unassign, token.clone(), unassign()).await?;
    }
    Ok(())
}

/// Removes what an earlier trial of this tenant left over, if one ended without removing it; returns whether another trial
/// may begin.
///
/// # Errors
/// When the database cannot be used.
pub async fn remove_left_over(access: &TrialAccess) -> Result<bool, ServiceError> {
    let store = access.store();
    let (id, mut stored) = match store.open().await? {
        OpenTrial::None => return Ok(true),
        OpenTrial::UnderWay => return Ok(false),
        OpenTrial::Abandoned(id, stored) => (id, stored),
    };
    let user = User {
        id: stored.made.user.clone(),
        name: String::new(),
        upn: String::new(),
        mail: None,
        enabled: None,
        guest: None,
    };
    let tenant = TrialTenant::new(access.clone(), user, stored.made.serials.clone());
    let removal = Removal { graph: &tenant, made: &stored.made, pace: access.pace };
    stored.state.left_over = remove(removal).await;
    stored.state.phase = TrialPhase::Ended;
    stored.state.problem.get_or_insert("The program ended before the trial did.".to_owned());
    let left = !stored.state.left_over.is_empty();
    store.save(&id, &stored, left).await?;
    if left {
        tracing::warn!(
            tokens = stored.state.left_over.len(),
            "an earlier trial's tokens could not be removed"
        );
    }
    Ok(!left)
}

/// How often the tenant is looked at for what a trial left over.
pub(super) const INTERVAL: Duration = Duration::from_secs(4 * 60);
