//! Sends the requests of a trial, records each write in the audit trail, and notes the answers for the report.

use std::sync::{Mutex, MutexGuard};

use audit::{WriteResult, sync::lock};
use graph::{
    clock,
    trial::{KnownValues, TrialAnswer, TrialRequest},
};
use token_core::{
    audit::{AuditAction, AuditEntry, EntryStatus, PersonRef, RunId, RunRow, TokenRef},
    error::ServiceError,
    token::SerialNumber,
    trial::TrialExchange,
    user::User,
};

use super::TrialAccess;

/// The tenant of one trial.
pub(super) struct TrialTenant {
    /// The tenant, and in whose name it is changed.
    pub access: TrialAccess,
    user: User,
    run: RunId,
    notes: Mutex<Notes>,
}

/// What is noted while a step is tried.
#[derive(Default)]
struct Notes {
    known: KnownValues,
    serials: Vec<SerialNumber>,
    exchanges: Vec<TrialExchange>,
    /// The number of the step, as its audit entries name it.
    step: u32,
    /// How far Microsoft's clock is ahead of this machine's, in milliseconds.
    ahead_ms: i64,
}

impl TrialTenant {
    /// For a trial with this user and these serial numbers.
    pub fn new(access: TrialAccess, user: User, serials: Vec<SerialNumber>) -> Self {
        let mut known = KnownValues::default();
        known.add(user.id.as_str(), "‹user›");
        known.add(&user.upn, "‹user›");
        known.add(user.mail.as_deref().unwrap_or_default(), "‹address›");
        known.add(user.upn.split('@').nth(1).unwrap_or_default(), "‹domain›");
        known.add_name(&user.name);
        known.add(&access.actor.tenant, "‹tenant›");
        known.add(&access.client_id, "‹app›");
        for serial in &serials {
            known.add(serial.as_str(), "‹serial›");
        }
        let run = RunId::from_random(uuid::Uuid::new_v4().as_u128());
        Self { access, user, run, notes: Mutex::new(Notes { known, serials, ..Notes::default() }) }
    }

    /// Keeps a value out of the report.
    pub fn hide(&self, value: &str, word: &'static str) {
        self.notes().known.add(value, word);
    }

    /// Begins a step: forgets the exchanges of the one before.
    pub fn begin_step(&self, number: usize) {
        let mut notes = self.notes();
        notes.exchanges.clear();
        notes.step = u32::try_from(number).unwrap_or_default();
    }

    /// The exchanges of the current step.
    pub fn take_exchanges(&self) -> Vec<TrialExchange> {
        std::mem::take(&mut self.notes().exchanges)
    }

    /// Forgets the last exchange: a look that showed nothing new.
    pub fn drop_last_exchange(&self) {
        self.notes().exchanges.pop();
    }

    /// A text for the report.
    pub fn scrub(&self, text: &str) -> String {
        self.notes().known.scrub(text)
    }

    /// The answer in a few words for the report: "400 badRequest: The code is not valid."
    pub fn describe(&self, answer: &TrialAnswer) -> String {
        self.scrub(format!("{} {}", answer.status, answer.message).trim())
    }

    /// Microsoft's time.
    pub fn now_ms(&self) -> u64 {
        clock::now_ms().saturating_add_signed(self.notes().ahead_ms)
    }

    /// Sends a read.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn read(&self, request: TrialRequest<'_>) -> Result<TrialAnswer, ServiceError> {
        let answer = self.access.graph.try_out(request).await;
        self.note(&answer);
        answer
    }

    /// Sends a write, and records it before and after.
    ///
    /// # Errors
    /// When there is no answer, or the audit trail cannot be written, so that nothing was sent.
    pub async fn write(
        &self,
        action: AuditAction,
        token: TokenRef,
        request: TrialRequest<'_>,
    ) -> Result<TrialAnswer, ServiceError> {
        let entry = self.entry(action, token);
        let send = self.access.graph.try_out(request);
        let answer = self.access.audit_log.record_operation_as(entry, send, write_result).await;
        self.note(&answer);
        answer
    }

    /// Sends a write that creates two tokens, and records both.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub async fn create_two(
        &self,
        serials: [&SerialNumber; 2],
        request: TrialRequest<'_>,
    ) -> Result<TrialAnswer, ServiceError> {
        let [first, second] = serials.map(|serial| {
            let token = TokenRef { id: None, serial: Some(serial.as_str().to_owned()) };
            self.entry(AuditAction::Create, token)
        });
        let [of_first, of_second] = serials.map(|serial| move |answer: &_| of_item(answer, serial));
        let audit_log = &self.access.audit_log;
        let send = self.access.graph.try_out(request);
        let inner = audit_log.record_operation_as(second, send, of_second);
        let answer = audit_log.record_operation_as(first, inner, of_first).await;
        self.note(&answer);
        answer
    }

    fn entry(&self, action: AuditAction, token: TokenRef) -> AuditEntry {
        let user = &self.user;
        let is_of_user = !matches!(action, AuditAction::Create | AuditAction::Rename | AuditAction::Delete);
        let row = self.notes().step;
        AuditEntry {
            token: Some(token),
            person: is_of_user.then(|| PersonRef {
                id: Some(user.id.as_str().to_owned()),
                upn: Some(user.upn.clone()),
                name: Some(user.name.clone()),
            }),
            run: Some(RunRow { id: self.run.clone(), row }),
            after: "a made-up token of a trial".to_owned(),
            ..self.access.actor.entry(action, EntryStatus::Open, clock::now_ms())
        }
    }

    fn note(&self, answer: &Result<TrialAnswer, ServiceError>) {
        let mut notes = self.notes();
        let exchange = match answer {
            Ok(answer) => {
                if let Some(date_ms) = answer.date_ms {
                    let ms = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX);
                    notes.ahead_ms = ms(date_ms) - ms(clock::now_ms());
                }
                if let Some(id) = &answer.request_id {
                    notes.known.add(id, "‹request id›");
                }
                TrialExchange {
                    request: answer.request.clone(),
                    answer: answer.status.to_string(),
                    headers: answer.headers(&notes.known),
                    body: answer.body(&notes.known, &notes.serials),
                }
            }
            Err(error) => TrialExchange {
                request: "no answer".to_owned(),
                answer: notes.known.scrub(&error.to_string()),
                headers: Vec::new(),
                body: String::new(),
            },
        };
        notes.exchanges.push(exchange);
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        lock(&self.notes)
    }
}

/// The result of a write for the audit trail.
fn write_result(answer: &Result<TrialAnswer, ServiceError>) -> WriteResult {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return WriteResult::of_error(error),
    };
    let status = match answer.status {
        200..300 => EntryStatus::Done,
        408 | 500.. => EntryStatus::Unknown,
        429 => EntryStatus::NotDone,
        _ => EntryStatus::Refused,
    };
    WriteResult { status, reason: answer.message.clone(), request_id: answer.request_id.clone() }
}

/// The result of one item of a creation in bulk, which the answer names by its serial number or not at all.
fn of_item(answer: &Result<TrialAnswer, ServiceError>, serial: &SerialNumber) -> WriteResult {
    let mut result = write_result(answer);
    let Ok(answer) = answer else { return result };
    let is_named = answer.tokens().iter().any(|(token, _)| token.serial == *serial);
    if result.status == EntryStatus::Done && !is_named {
        result.status = if answer.has_failed_item() { EntryStatus::Refused } else { EntryStatus::Unknown };
        "Microsoft answered the whole call well and does not name this token.".clone_into(&mut result.reason);
    }
    result
}
