//! The [`Directory`] of the in-memory tenant.

use std::{collections::HashSet, sync::MutexGuard, time::Duration};

use async_trait::async_trait;
use token_core::{
    audit::RunRows,
    error::ServiceError,
    otp,
    ports::{
        Activation, Applied, Assignment, Change, Cursor, Directory, IdLookup, MAX_ITEMS, MAX_USERS,
        MethodPolicy, Outcome, Page, Refusal, RefusalKind, SerialLookup, UnseenWrite, UserTokensLookup,
    },
    token::{SerialNumber, Token, TokenId},
    user::{DirectoryRoles, User, UserId},
};

use super::{
    FakeTenant, Limit, State,
    rules::{AssignmentCall, refusal},
};
use crate::rollout::fault_plan::{Call, ItemFault};

#[async_trait]
impl Directory for FakeTenant {
    async fn tokens(&self, after: Option<Cursor>) -> Result<Page<Token>, ServiceError> {
        let skip = after.map_or(0, |cursor| cursor.0.parse::<usize>().unwrap());
        self.open().log.pages += 1;
        self.wait_for_reads(1).await;
        let mut all: Vec<Token> = {
            let (state, now_ms) = (self.open(), self.now_ms());
            let shown =
                state.tokens.values().filter_map(|t| t.shown(now_ms, state.delays.appears_ms).cloned());
            shown.filter(|token| !state.legacy.contains(&token.id)).collect()
        };
        all.sort_by_key(|token| token.serial.key());
        if self.hides_holders {
            all.iter_mut().for_each(|token| token.assigned_to = None);
        }
        let next = (all.len() > skip + self.page).then(|| Cursor((skip + self.page).to_string()));
        Ok(Page { items: all.into_iter().skip(skip).take(self.page).collect(), next })
    }

    async fn tokens_by_serial(&self, serials: Vec<SerialNumber>) -> Result<Vec<SerialLookup>, ServiceError> {
        self.wait_for_reads(serials.len()).await;
        let answer = {
            let now_ms = self.now_ms();
            let mut state = self.begin(Call::Read, serials.len());
            match (state.fault_plan.call_fault)(Call::Read) {
                Some(call_fault) => Err(call_fault.error),
                None => Ok(serials.iter().map(|serial| state.found(&serial.key(), now_ms)).collect()),
            }
        };
        self.end().await;
        answer
    }

    async fn tokens_by_id(&self, ids: Vec<TokenId>) -> Result<Vec<IdLookup>, ServiceError> {
        self.wait_for_reads(ids.len()).await;
        let answer = {
            let now_ms = self.now_ms();
            let mut state = self.begin(Call::Read, ids.len());
            match (state.fault_plan.call_fault)(Call::Read) {
                Some(call_fault) => Err(call_fault.error),
                None => Ok(ids.iter().map(|id| state.seen(id, now_ms)).collect()),
            }
        };
        self.end().await;
        answer
    }

    async fn search_users(&self, text: String, after: Option<Cursor>) -> Result<Page<User>, ServiceError> {
        let skip = after.map_or(0, |cursor| cursor.0.parse::<usize>().unwrap());
        let state = self.open();
        let begins = |part: &str| part.to_lowercase().starts_with(&text.to_lowercase());
        let mut all: Vec<User> = state.users.values().cloned().collect();
        all.retain(|user| {
            begins(&user.name) || begins(&user.upn) || user.mail.as_deref().is_some_and(begins)
        });
        all.sort_by_key(|user| user.upn.clone());
        let next = (all.len() > skip + self.page).then(|| Cursor((skip + self.page).to_string()));
        Ok(Page { items: all.into_iter().skip(skip).take(self.page).collect(), next })
    }

    async fn users_by_id(&self, ids: Vec<UserId>) -> Result<Vec<User>, ServiceError> {
        assert!(ids.len() <= MAX_USERS);
        let state = self.open();
        Ok(ids.iter().filter_map(|id| state.users.get(id).cloned()).collect())
    }

    async fn users_by_upn(&self, upns: Vec<String>) -> Result<Vec<User>, ServiceError> {
        assert!(upns.len() <= MAX_USERS);
        let upns: HashSet<String> = upns.iter().map(|upn| upn.to_lowercase()).collect();
        let state = self.open();
        Ok(state.users.values().filter(|user| upns.contains(&user.upn.to_lowercase())).cloned().collect())
    }

    async fn tokens_of_users(&self, users: Vec<UserId>) -> Result<Vec<UserTokensLookup>, ServiceError> {
        assert!(users.len() <= MAX_ITEMS);
        let mut state = self.open();
        let held = |id: &UserId| {
            let all = state.tokens.values().map(|stored| &stored.truth);
            all.filter(|token| token.assigned_to.as_ref().is_some_and(|assigned_to| assigned_to.id == *id))
                .cloned()
                .collect()
        };
        let lists: Vec<UserTokensLookup> = users.iter().map(|user| Ok(held(user))).collect();
        let legacy: Vec<String> = state.legacy.iter().filter_map(|id| state.serial(id)).collect();
        legacy.iter().for_each(|key| _ = state.unread.remove(key));
        Ok(lists)
    }

    async fn directory_roles(&self, users: Vec<UserId>) -> Result<Vec<DirectoryRoles>, ServiceError> {
        assert!(users.len() <= MAX_ITEMS);
        let state = self.open();
        let roles = |user| state.roles.get(user).cloned().unwrap_or(DirectoryRoles::Known(Vec::new()));
        Ok(users.iter().map(roles).collect())
    }

    async fn method_policy(&self) -> Result<MethodPolicy, ServiceError> {
        Ok(MethodPolicy::Enabled)
    }

    async fn apply(&self, changes: Vec<Change>, run: Option<RunRows>) -> Result<Applied, ServiceError> {
        let call = Call::of(changes[0].kind());
        assert!(
            changes.iter().all(|change| Call::of(change.kind()) == call),
            "changes of one kind in a call"
        );
        self.open().log.runs.push(run);
        self.write(call, &changes).await
    }

    async fn report_unseen(&self, writes: Vec<UnseenWrite>, _: Option<RunRows>) -> Result<(), ServiceError> {
        self.open().log.unseen.extend(writes);
        Ok(())
    }
}

impl FakeTenant {
    /// A write of many items: the call fault for all, the item fault for each, then the write itself.
    async fn write(&self, call: Call, changes: &[Change]) -> Result<Applied, ServiceError> {
        let answer = {
            let now_ms = self.now_ms();
            let mut state = self.begin(call, changes.len());
            state.log.writes += changes.len();
            let call_fault = (state.fault_plan.call_fault)(call);
            let mut outcomes = Vec::new();
            for (item, change) in changes.iter().enumerate() {
                let key = state.key(change).unwrap_or_default();
                if state.unread.remove(&key) {
                    state.log.blind_writes += 1;
                }
                // A creation of many tokens is one write.
                if (item == 0 || call != Call::Create)
                    && let Some(after_ms) = state.throttles(now_ms)
                {
                    let refusal = refusal(RefusalKind::Throttled, "too many writes");
                    outcomes.push(Outcome::Later { after_ms: Some(after_ms), refusal });
                    continue;
                }
                outcomes.push(match &call_fault {
                    None => state.answer(call, &key, |state| state.apply(change, now_ms)),
                    Some(call_fault) => {
                        state.unread.insert(key.clone());
                        if call_fault.carried_out {
                            _ = state.apply(change, now_ms);
                            state.clear_checked_codes(
                                &key,
                                matches!(call_fault.error, ServiceError::Throttled { .. }),
                            );
                        }
                        Outcome::Unknown(refusal(RefusalKind::Unanswered, "never seen"))
                    }
                });
            }
            let limit_percentage = state.limit.as_ref().and_then(Limit::percentage);
            let size = self.creation_size.filter(|_| call == Call::Create);
            let applied = || Ok(Applied { limit_percentage, ..applied(call, size, outcomes) });
            call_fault.map_or_else(applied, |call_fault| Err(call_fault.error))
        };
        self.end().await;
        answer
    }

    /// Repeats reads until none is refused, as the Graph client does.
    async fn wait_for_reads(&self, mut reads: usize) {
        while reads > 0 {
            let after_ms = {
                let (mut state, now_ms) = (self.open(), self.now_ms());
                state.log.reads += reads;
                let Some(limit) = state.limit.as_mut().filter(|limit| limit.rules.reads) else { return };
                let waits_ms: Vec<u64> = (0..reads).filter_map(|_| limit.spend(now_ms)).collect();
                reads = waits_ms.len();
                state.log.throttled_reads += reads;
                waits_ms.into_iter().max().unwrap_or_default()
            };
            tokio::time::sleep(Duration::from_millis(after_ms)).await;
        }
    }

    fn open(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn begin(&self, call: Call, items: usize) -> MutexGuard<'_, State> {
        assert!(items <= MAX_ITEMS);
        let mut state = self.open();
        state.log.calls.push((call, items));
        state.log.in_flight += 1;
        state.log.most_in_flight = state.log.most_in_flight.max(state.log.in_flight);
        state
    }

    async fn end(&self) {
        let latency_ms = self.open().delays.latency_ms;
        tokio::time::sleep(Duration::from_millis(latency_ms)).await;
        self.open().log.in_flight -= 1;
    }
}

impl State {
    fn key(&self, change: &Change) -> Option<String> {
        match change {
            Change::Create(new) => Some(new.serial.key()),
            Change::Assign(item) | Change::Unassign(item) | Change::Deactivate(item) => {
                self.serial(&item.token)
            }
            Change::AssignAndActivate(item) | Change::Activate(item) => self.serial(&item.token),
            Change::Delete(token) => self.serial(token),
            Change::Rename(item) => self.serial(&item.token),
            Change::SetHash(item) => self.serial(&item.token),
        }
    }

    fn apply(&mut self, change: &Change, now_ms: u64) -> Result<Option<Token>, Refusal> {
        let none = |()| None;
        if std::mem::take(&mut self.without_effect) || self.collides(change, now_ms) {
            return Ok(None);
        }
        match change {
            Change::Create(new) => self.create(new, now_ms).map(Some),
            Change::Assign(Assignment { token, user }) => {
                let call = AssignmentCall { token, user, assigns: true, code: None };
                self.assign_or_activate(&call, now_ms).map(none)
            }
            Change::AssignAndActivate(item) => self.activate(item, true, now_ms).map(none),
            Change::Activate(item) => self.activate(item, false, now_ms).map(none),
            Change::Unassign(item) => self.unassign(item, now_ms).map(none),
            Change::Deactivate(item) => self.deactivate(item, now_ms).map(none),
            Change::Delete(token) => self.delete(token, now_ms).map(none),
            Change::Rename(item) => self.rename(item, now_ms).map(none),
            Change::SetHash(item) => self.set_hash(item, now_ms).map(none),
        }
    }

    /// The time to wait when too many requests have arrived.
    fn throttles(&mut self, now_ms: u64) -> Option<u64> {
        let after_ms = self.limit.as_mut()?.spend(now_ms);
        self.log.throttled += usize::from(after_ms.is_some());
        after_ms
    }

    /// Whether another write for the same user has just arrived.
    fn collides(&mut self, change: &Change, now_ms: u64) -> bool {
        let user = match change {
            Change::Assign(item) | Change::Unassign(item) | Change::Deactivate(item) => &item.user,
            Change::AssignAndActivate(item) | Change::Activate(item) => &item.user,
            Change::Create(_) | Change::Delete(_) | Change::Rename(_) | Change::SetHash(_) => return false,
        };
        let before = self.written_ms.insert(user.clone(), now_ms);
        let collides = before.is_some_and(|ms| now_ms < ms + self.delays.collides_ms);
        self.log.collisions += usize::from(collides);
        collides
    }

    fn activate(&mut self, item: &Activation, assigns: bool, now_ms: u64) -> Result<(), Refusal> {
        self.record_code(item, now_ms);
        let (token, user, code) = (&item.token, &item.user, Some(item.code.expose()));
        if std::mem::take(&mut self.half) {
            self.assign_or_activate(&AssignmentCall { token, user, assigns, code: None }, now_ms)?;
            return Err(refusal(RefusalKind::BadRequest, "not activated"));
        }
        self.assign_or_activate(&AssignmentCall { token, user, assigns, code }, now_ms)
    }

    fn serial(&self, id: &TokenId) -> Option<String> {
        self.ids.get(id).cloned()
    }

    fn found(&mut self, key: &str, now_ms: u64) -> SerialLookup {
        match (self.fault_plan.item_fault)(Call::Read, key) {
            ItemFault::Refused(kind) => Err(refusal(kind, "no such filter")),
            _ => Ok(self.look_up(key, now_ms).into_iter().collect()),
        }
    }

    fn seen(&mut self, id: &TokenId, now_ms: u64) -> IdLookup {
        let key = self.serial(id).unwrap_or_default();
        match (self.fault_plan.item_fault)(Call::Read, &key) {
            ItemFault::Refused(kind) => Err(refusal(kind, "no such filter")),
            _ => Ok(self.look_up(&key, now_ms).filter(|token| token.id == *id && !self.legacy.contains(id))),
        }
    }

    fn look_up(&mut self, key: &str, now_ms: u64) -> Option<Token> {
        self.unread.remove(key);
        self.tokens.get(key)?.shown(now_ms, self.delays.appears_ms).cloned()
    }

    fn record_code(&mut self, item: &Activation, now_ms: u64) {
        let stored = self.ids.get(&item.token).and_then(|serial| self.tokens.get(serial));
        let Some(stored) = stored else { return };
        let left = otp::remaining_ms(stored.new.interval, now_ms);
        self.log.repeated_codes += usize::from(stored.checked_codes.contains(item.code.expose()));
        self.log.least_left_ms = Some(self.log.least_left_ms.map_or(left, |least| least.min(left)));
    }

    /// A code of a throttled write may be sent again.
    fn clear_checked_codes(&mut self, key: &str, throttled: bool) {
        if let Some(stored) = self.tokens.get_mut(key).filter(|_| throttled) {
            stored.checked_codes.clear();
        }
    }

    fn answer<T>(
        &mut self,
        call: Call,
        key: &str,
        act: impl FnOnce(&mut Self) -> Result<T, Refusal>,
    ) -> Outcome<T> {
        let item_fault = (self.fault_plan.item_fault)(call, key);
        match item_fault {
            ItemFault::None => {}
            ItemFault::Partial => self.half = true,
            ItemFault::WithoutEffect => self.without_effect = true,
            ItemFault::Refused(kind) => return Outcome::Refused(refusal(kind, "for no reason")),
            ItemFault::Deleted => {
                self.concurrently_changed.insert(key.to_owned());
                self.tokens.remove(key);
            }
            ItemFault::TakenBy(ref user) | ItemFault::MovedTo(ref user) => {
                self.concurrently_changed.insert(key.to_owned());
                let user = self.users[user].clone();
                self.take(key, &user, matches!(item_fault, ItemFault::MovedTo(_)));
            }
            ItemFault::Throttled { carried_out, .. } | ItemFault::Unanswered { carried_out } => {
                self.unread.insert(key.to_owned());
                if carried_out {
                    _ = act(self);
                    self.clear_checked_codes(key, matches!(item_fault, ItemFault::Throttled { .. }));
                }
                return match item_fault {
                    ItemFault::Throttled { after_ms, .. } => {
                        Outcome::Later { after_ms, refusal: refusal(RefusalKind::Throttled, "slow down") }
                    }
                    _ => Outcome::Unknown(refusal(RefusalKind::Unanswered, "503")),
                };
            }
        }
        match act(self) {
            Ok(done) => Outcome::Done(done),
            Err(refused) => Outcome::Refused(refused),
        }
    }
}

/// As Graph counts: a creation of many tokens is one write, or several where the tenant creates at most `size` by one.
fn applied(call: Call, size: Option<usize>, outcomes: Vec<Outcome<Option<Token>>>) -> Applied {
    let writes = match call {
        Call::Create => outcomes.len().div_ceil(size.unwrap_or(MAX_ITEMS)),
        _ => outcomes.len(),
    };
    let request_ids = (0..outcomes.len()).map(|item| Some(format!("request-{item}"))).collect();
    Applied { writes, creation_size: size, request_ids, ..Applied::of(outcomes) }
}
