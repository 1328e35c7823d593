//! An entry as it is stored: one column a field, without NULL, so that each entry has exactly one stored form.

use token_core::audit::{
    Actor, ActorKind, AuditAction, AuditEntry, EntryStatus, PersonRef, RunId, RunRow, TokenRef,
};

/// The columns of an entry, in the order in which they are hashed.
pub const COLUMNS: [&str; 24] = [
    "number",
    "intent",
    "at_ms",
    "actor_kind",
    "actor_name",
    "actor_upn",
    "actor_id",
    "actor_role",
    "address",
    "tenant",
    "action",
    "token_id",
    "token_serial",
    "person_id",
    "person_upn",
    "person_name",
    "run_id",
    "run_row",
    "before_state",
    "after_state",
    "result",
    "reason",
    "request_id",
    "duration_ms",
];

/// Longest text of a column, in bytes: bounds an entry's size whatever a client or Microsoft sends.
const MAX_BYTES: usize = 2_048;

/// One value of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnValue<'a> {
    /// A number.
    Number(i64),
    /// A text.
    Text(&'a str),
}

/// An entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns of the table, documented as the fields of an entry")]
pub struct Row {
    pub number: i64,
    pub intent: i64,
    pub at_ms: i64,
    pub actor_kind: String,
    pub actor_name: String,
    pub actor_upn: String,
    pub actor_id: String,
    pub actor_role: String,
    pub address: String,
    pub tenant: String,
    pub action: String,
    pub token_id: String,
    pub token_serial: String,
    pub person_id: String,
    pub person_upn: String,
    pub person_name: String,
    pub run_id: String,
    pub run_row: i64,
    pub before_state: String,
    pub after_state: String,
    pub result: String,
    pub reason: String,
    pub request_id: String,
    pub duration_ms: i64,
    pub hash: Vec<u8>,
}

/// Reads a struct from a row of either database, each field from the column of its name. sqlx's derive macro would compile
/// both drivers a second time, for the host.
macro_rules! from_row {
    ($row:ident { $($column:ident),+ $(,)? }) => {
        impl<'r, R: sqlx::Row> sqlx::FromRow<'r, R> for $row
        where
            &'static str: sqlx::ColumnIndex<R>,
            i64: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
            String: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
            Vec<u8>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
        {
            fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
                Ok(Self { $($column: row.try_get(stringify!($column))?),+ })
            }
        }
    };
}
pub(crate) use from_row;

from_row!(Row {
    number,
    intent,
    at_ms,
    actor_kind,
    actor_name,
    actor_upn,
    actor_id,
    actor_role,
    address,
    tenant,
    action,
    token_id,
    token_serial,
    person_id,
    person_upn,
    person_name,
    run_id,
    run_row,
    before_state,
    after_state,
    result,
    reason,
    request_id,
    duration_ms,
    hash,
});

impl Row {
    /// The values of `COLUMNS`, in their order.
    pub fn values(&self) -> [ColumnValue<'_>; 24] {
        use ColumnValue::{Number, Text};
        [
            Number(self.number),
            Number(self.intent),
            Number(self.at_ms),
            Text(&self.actor_kind),
            Text(&self.actor_name),
            Text(&self.actor_upn),
            Text(&self.actor_id),
            Text(&self.actor_role),
            Text(&self.address),
            Text(&self.tenant),
            Text(&self.action),
            Text(&self.token_id),
            Text(&self.token_serial),
            Text(&self.person_id),
            Text(&self.person_upn),
            Text(&self.person_name),
            Text(&self.run_id),
            Number(self.run_row),
            Text(&self.before_state),
            Text(&self.after_state),
            Text(&self.result),
            Text(&self.reason),
            Text(&self.request_id),
            Number(self.duration_ms),
        ]
    }

    /// Whether it is an intent, stored before Microsoft is asked.
    pub fn is_intent(&self) -> bool {
        self.result == EntryStatus::Open.as_str()
    }

    /// The row of an entry that is to be stored.
    pub fn of(entry: AuditEntry) -> Self {
        let AuditEntry { actor, token, person, run, .. } = entry;
        let token = token.unwrap_or_default();
        let person = person.unwrap_or_default();
        let (run_id, run_row) =
            run.map_or_else(Default::default, |run| (run.id.as_str().to_owned(), i64::from(run.row)));
        Self {
            number: signed(entry.number),
            intent: signed(entry.intent.unwrap_or_default()),
            at_ms: signed(entry.at_ms),
            actor_kind: actor.kind.as_str().to_owned(),
            actor_name: sanitize(actor.name),
            actor_upn: sanitize(actor.upn),
            actor_id: sanitize(actor.id),
            actor_role: sanitize(entry.role),
            address: sanitize(entry.address),
            tenant: sanitize(entry.tenant),
            action: entry.action.as_str().to_owned(),
            token_id: sanitize(token.id.unwrap_or_default()),
            token_serial: sanitize(token.serial.unwrap_or_default()),
            person_id: sanitize(person.id.unwrap_or_default()),
            person_upn: sanitize(person.upn.unwrap_or_default()),
            person_name: sanitize(person.name.unwrap_or_default()),
            run_id,
            run_row,
            before_state: sanitize(entry.before),
            after_state: sanitize(entry.after),
            result: entry.result.as_str().to_owned(),
            reason: sanitize(entry.reason),
            request_id: sanitize(entry.request_id.unwrap_or_default()),
            duration_ms: entry.duration_ms.map_or(-1, signed),
            hash: Vec::new(),
        }
    }

    /// The entry; `None` when this version does not know a stored word.
    pub fn entry(self) -> Option<AuditEntry> {
        let given = |text: String| (!text.is_empty()).then_some(text);
        let token = TokenRef { id: given(self.token_id), serial: given(self.token_serial) };
        let person = PersonRef {
            id: given(self.person_id),
            upn: given(self.person_upn),
            name: given(self.person_name),
        };
        let run = match self.run_id.as_str() {
            "" => None,
            id => Some(RunRow { id: RunId::parse(id)?, row: u32::try_from(self.run_row).ok()? }),
        };
        Some(AuditEntry {
            number: u64::try_from(self.number).ok()?,
            intent: u64::try_from(self.intent).ok().filter(|number| *number > 0),
            at_ms: u64::try_from(self.at_ms).ok()?,
            actor: Actor {
                kind: ActorKind::parse(&self.actor_kind)?,
                name: self.actor_name,
                upn: self.actor_upn,
                id: self.actor_id,
            },
            role: self.actor_role,
            address: self.address,
            tenant: self.tenant,
            action: AuditAction::parse(&self.action)?,
            token: (token != TokenRef::default()).then_some(token),
            person: (person != PersonRef::default()).then_some(person),
            run,
            before: self.before_state,
            after: self.after_state,
            result: EntryStatus::parse(&self.result)?,
            reason: self.reason,
            request_id: given(self.request_id),
            duration_ms: u64::try_from(self.duration_ms).ok(),
        })
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Replaces control characters (PostgreSQL takes no NUL), and truncates text that is too long.
fn sanitize(mut text: String) -> String {
    if text.chars().any(char::is_control) {
        text = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    }
    if text.len() > MAX_BYTES {
        let end = (0..=MAX_BYTES).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        text.truncate(end);
    }
    text
}
