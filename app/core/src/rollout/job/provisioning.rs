//! From a token to its user: create, assign, activate. Here: what the row is and what its next call needs;
//! [`answers`] knows what each answer means.

mod answers;

use super::{LAG_MS, Lookup, NextCall, SETTLE_MS, Write, uncertainty::Uncertainty};
use crate::{
    manage::CodeSource,
    otp,
    ports::{Activation, Assignment, NewToken},
    rollout::{
        Stage,
        plan::{ImportTask, NextWrite},
    },
    token::{SerialNumber, TokenId},
    user::UserId,
};

/// Which token is handed over, and what its codes are made of.
#[derive(Debug)]
pub(super) enum Subject {
    /// A row of a seed file: known by serial and maker, to be created if need be.
    Row(Box<NewToken>),
    /// A token of the inventory, known by its id; a code is at hand when it is to be activated.
    Existing(Option<CodeSource>),
}

impl Subject {
    /// The seed and what goes with it, where codes are made of it.
    fn seed(&self) -> Option<&NewToken> {
        match self {
            Self::Row(new) => Some(new),
            Self::Existing(Some(CodeSource::Seed(new))) => Some(new),
            Self::Existing(_) => None,
        }
    }
}

/// A token on its way to its user.
#[derive(Debug)]
pub(super) struct Provisioning {
    pub uncertainty: Uncertainty,
    subject: Subject,
    /// Its id, once known.
    token: Option<TokenId>,
    /// The user, when it is to have one.
    user: Option<UserId>,
    goal: Stage,
    stage: Stage,
    furthest: Stage,
    /// The write that it began with.
    first: Write,
    /// The write to come, or the last one while it is in doubt.
    write: Write,
    /// Until then an unassignment just made may not count yet, so that the user seems to hold too many.
    unassignment_pending_until_ms: u64,
    /// Until then Graph may not show a token that it has.
    may_be_hidden_until_ms: u64,
    /// No create before a reading that was made at this moment or later.
    no_create_until_ms: u64,
    /// When the last call for this row went out.
    sent_ms: u64,
    /// The interval whose code was sent.
    used_step: Option<u64>,
}

impl Provisioning {
    /// The work of a seed file's row; `None` when there is nothing to write.
    pub fn of_row(new: NewToken, work: &ImportTask) -> Option<Self> {
        let (write, stage) = match (work.create, work.then) {
            (true, _) => (Write::Create, Stage::Planned),
            (false, then) => first_write(then?),
        };
        let user = work.user.as_ref().map(|user| user.id.clone());
        let goal = work.then.map_or(Stage::Created, goal);
        Some(Self::new(Subject::Row(Box::new(new)), work.token.clone(), user, (write, stage, goal)))
    }

    /// Work on a token that stands in the inventory.
    pub fn of_token(token: TokenId, user: UserId, then: NextWrite, code_source: Option<CodeSource>) -> Self {
        let (write, stage) = first_write(then);
        Self::new(Subject::Existing(code_source), Some(token), Some(user), (write, stage, goal(then)))
    }

    fn new(
        subject: Subject,
        token: Option<TokenId>,
        user: Option<UserId>,
        (write, stage, goal): (Write, Stage, Stage),
    ) -> Self {
        Self {
            uncertainty: Uncertainty::default(),
            subject,
            token,
            user,
            goal,
            stage,
            furthest: stage,
            first: write,
            write,
            unassignment_pending_until_ms: 0,
            may_be_hidden_until_ms: 0,
            no_create_until_ms: 0,
            sent_ms: 0,
            used_step: None,
        }
    }

    /// A token of the same user was unassigned just now.
    pub fn follow_unassignment(&mut self, now_ms: u64) {
        self.uncertainty.ready_at_ms = now_ms + SETTLE_MS;
        self.unassignment_pending_until_ms = now_ms + LAG_MS;
    }

    /// The next call.
    pub fn next(&self) -> NextCall {
        match (self.uncertainty.is_raised, &self.subject) {
            (false, _) => NextCall::Write(self.write),
            (true, Subject::Row(_)) => NextCall::Read(Lookup::Serial),
            (true, Subject::Existing(_)) => NextCall::Read(Lookup::Id),
        }
    }

    /// When the row's code may go, if not now.
    ///
    /// No code is sent in the last `margin_ms` of its interval (it would arrive late and teach Entra a wrong clock),
    /// and none twice (FACTS section 2.9). A code that a person read from the token goes at once.
    pub fn code_due_ms(&self, now_ms: u64, margin_ms: u64) -> Option<u64> {
        let new = self.subject.seed().filter(|_| self.sends_code())?;
        let remaining = otp::remaining_ms(new.interval, now_ms);
        let used = self.used_step == Some(otp::step(new.interval, now_ms));
        (used || remaining < margin_ms).then_some(now_ms + remaining)
    }

    /// The row's call goes out: remembers when, and which code it carries, if it carries one.
    pub fn mark_sent(&mut self, now_ms: u64) {
        self.sent_ms = now_ms;
        if self.sends_code() {
            self.used_step = Some(self.subject.seed().map_or(0, |new| otp::step(new.interval, now_ms)));
        }
    }

    /// The token to be created.
    pub fn new_token(&self) -> Option<NewToken> {
        self.row().cloned()
    }

    /// The serial by which the token is read.
    pub fn serial(&self) -> Option<SerialNumber> {
        self.row().map(|new| new.serial.clone())
    }

    pub fn token(&self) -> Option<TokenId> {
        self.token.clone()
    }

    pub fn assignment(&self) -> Option<Assignment> {
        Some(Assignment { token: self.token.clone()?, user: self.user.clone()? })
    }

    /// The code is computed here, at the moment of sending, with the token's own interval and hash.
    pub fn activation(&self, now_ms: u64) -> Option<Activation> {
        let code = match &self.subject {
            Subject::Existing(Some(CodeSource::Code(code))) => code.clone(),
            subject => {
                let new = subject.seed()?;
                otp::totp(&new.seed, new.hash, new.interval, now_ms)
            }
        };
        Some(Activation { token: self.token.clone()?, user: self.user.clone()?, code })
    }

    /// The row of a seed file that this is.
    fn row(&self) -> Option<&NewToken> {
        match &self.subject {
            Subject::Row(new) => Some(new),
            Subject::Existing(_) => None,
        }
    }

    /// Whether a person read the code from the token, so that there is no other.
    fn is_typed(&self) -> bool {
        matches!(self.subject, Subject::Existing(Some(CodeSource::Code(_))))
    }

    fn sends_code(&self) -> bool {
        matches!(self.next(), NextCall::Write(Write::Activate | Write::AssignAndActivate))
    }
}

/// The first write of work on an existing token, and where the token stands before it.
fn first_write(then: NextWrite) -> (Write, Stage) {
    match then {
        NextWrite::Assign => (Write::Assign, Stage::Created),
        NextWrite::AssignAndActivate => (Write::AssignAndActivate, Stage::Created),
        NextWrite::Activate => (Write::Activate, Stage::Assigned),
    }
}

fn goal(then: NextWrite) -> Stage {
    if then == NextWrite::Assign { Stage::Assigned } else { Stage::Activated }
}
