//! From a token to its user: create, assign, activate. Here: what the row is and what its next call needs;
//! [`answers`] knows what each answer means.

mod answers;

use super::{LAG_MS, Next, Reading, SETTLE_MS, Write, doubt::Doubt};
use crate::{
    manage::Proof,
    otp,
    ports::{Activation, Assignment, NewToken},
    rollout::{
        Stage,
        plan::{Then, Work},
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
    Existing(Option<Proof>),
}

impl Subject {
    /// The seed and what goes with it, where codes are made of it.
    fn seed(&self) -> Option<&NewToken> {
        match self {
            Self::Row(new) => Some(new),
            Self::Existing(Some(Proof::Seed(new))) => Some(new),
            Self::Existing(_) => None,
        }
    }
}

/// A token on its way to its user.
#[derive(Debug)]
pub(super) struct HandOver {
    pub doubt: Doubt,
    subject: Subject,
    /// Its id, once known.
    token: Option<TokenId>,
    /// The user, when it is to have one.
    user: Option<UserId>,
    goal: Stage,
    stage: Stage,
    best: Stage,
    /// The write that it began with.
    first: Write,
    /// The write to come, or the last one while it is in doubt.
    write: Write,
    /// Until then an unassignment just made may not count yet, so that the user seems to hold too many.
    settles_by_ms: u64,
    /// Until then Graph may not show a token that it has.
    appears_by_ms: u64,
    /// No create before a reading that was made at this moment or later.
    silent_until_ms: u64,
    /// When the last call for this row went out.
    left_ms: u64,
    /// The interval whose code was sent.
    used_step: Option<u64>,
}

impl HandOver {
    /// The work of a seed file's row; `None` when there is nothing to write.
    pub fn of_row(new: NewToken, work: &Work) -> Option<Self> {
        let (write, stage) = match (work.create, work.then) {
            (true, _) => (Write::Create, Stage::Planned),
            (false, then) => first_write(then?),
        };
        let user = work.user.as_ref().map(|user| user.id.clone());
        let goal = work.then.map_or(Stage::Created, goal);
        Some(Self::new(Subject::Row(Box::new(new)), work.token.clone(), user, (write, stage, goal)))
    }

    /// Work on a token that stands in the inventory.
    pub fn of_token(token: TokenId, user: UserId, then: Then, proof: Option<Proof>) -> Self {
        let (write, stage) = first_write(then);
        Self::new(Subject::Existing(proof), Some(token), Some(user), (write, stage, goal(then)))
    }

    fn new(
        subject: Subject,
        token: Option<TokenId>,
        user: Option<UserId>,
        (write, stage, goal): (Write, Stage, Stage),
    ) -> Self {
        Self {
            doubt: Doubt::default(),
            subject,
            token,
            user,
            goal,
            stage,
            best: stage,
            first: write,
            write,
            settles_by_ms: 0,
            appears_by_ms: 0,
            silent_until_ms: 0,
            left_ms: 0,
            used_step: None,
        }
    }

    /// A token of the same user was unassigned just now.
    pub fn follow_unassignment(&mut self, now_ms: u64) {
        self.doubt.ready_at_ms = now_ms + SETTLE_MS;
        self.settles_by_ms = now_ms + LAG_MS;
    }

    /// The next call.
    pub fn next(&self) -> Next {
        match (self.doubt.is_on, &self.subject) {
            (false, _) => Next::Write(self.write),
            (true, Subject::Row(_)) => Next::Read(Reading::Serial),
            (true, Subject::Existing(_)) => Next::Read(Reading::Id),
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
    pub fn leave(&mut self, now_ms: u64) {
        self.left_ms = now_ms;
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
            Subject::Existing(Some(Proof::Code(code))) => code.clone(),
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
        matches!(self.subject, Subject::Existing(Some(Proof::Code(_))))
    }

    fn sends_code(&self) -> bool {
        matches!(self.next(), Next::Write(Write::Activate | Write::AssignAndActivate))
    }
}

/// The first write of work on an existing token, and where the token stands before it.
fn first_write(then: Then) -> (Write, Stage) {
    match then {
        Then::Assign => (Write::Assign, Stage::Created),
        Then::AssignAndActivate => (Write::AssignAndActivate, Stage::Created),
        Then::Activate => (Write::Activate, Stage::Assigned),
    }
}

fn goal(then: Then) -> Stage {
    if then == Then::Assign { Stage::Assigned } else { Stage::Activated }
}
