//! Creates, assigns and activates a token. This file has the state and the items of the next call; [`answers`] handles
//! the answers.

mod answers;

use super::{Lookup, NextCall, step::JobStep, uncertainty::Uncertainty};
use crate::{
    drift::OwnClock,
    otp,
    plan::{CodeSource, ImportTask, NextWrite},
    ports::{Activation, Assignment, Change, ChangeKind, NewToken, Outcome, Refusal, SerialLookup},
    run::{Progress, Stage},
    token::{Interval, SerialNumber, Token, TokenId},
    user::UserId,
};

/// The token to be provisioned, and the source of its codes.
#[derive(Debug)]
pub(super) enum Subject {
    /// A row of a seed file: identified by serial and manufacturer, created if it does not exist.
    Row(Box<NewToken>, OwnClock),
    /// A token of the inventory, identified by its id; with a code source if it is to be activated.
    Existing(Option<CodeSource>),
}

impl Subject {
    /// The seed, interval and hash, and the clock, if codes are computed from a seed.
    fn seed(&self) -> Option<(&NewToken, OwnClock)> {
        match self {
            Self::Row(new, clock) => Some((new, *clock)),
            Self::Existing(Some(CodeSource::Seed(new, clock))) => Some((new, *clock)),
            Self::Existing(_) => None,
        }
    }
}

/// The state of a token's provisioning.
#[derive(Debug)]
pub(super) struct Provisioning {
    uncertainty: Uncertainty,
    subject: Subject,
    /// Its id, once known.
    token: Option<TokenId>,
    /// The user to whom it is to be assigned.
    user: Option<UserId>,
    goal: Stage,
    stage: Stage,
    furthest: Stage,
    /// The first write.
    first: ChangeKind,
    /// The next write, or the last one while its outcome is uncertain.
    write: ChangeKind,
    /// Until then Graph may not show an existing token.
    may_be_hidden_until_ms: u64,
    /// No create before a lookup that was sent at this time or later.
    no_create_until_ms: u64,
    /// When the last call for this row was sent.
    sent_ms: u64,
    /// The time step whose code was sent.
    used_step: Option<u64>,
}

impl Provisioning {
    /// The work of a seed file's row; `None` when there is nothing to write.
    pub fn of_row(new: NewToken, clock: OwnClock, work: &ImportTask) -> Option<Self> {
        let (write, stage) = match (work.create, work.then) {
            (true, _) => (ChangeKind::Create, Stage::Planned),
            (false, then) => first_write(then?),
        };
        let user = work.user.as_ref().map(|user| user.id.clone());
        let goal = work.then.map_or(Stage::Created, goal);
        Some(Self::new(Subject::Row(Box::new(new), clock), work.token.clone(), user, (write, stage, goal)))
    }

    /// The work on a token of the inventory.
    pub fn of_token(token: TokenId, user: UserId, then: NextWrite, code_source: Option<CodeSource>) -> Self {
        let (write, stage) = first_write(then);
        Self::new(Subject::Existing(code_source), Some(token), Some(user), (write, stage, goal(then)))
    }

    fn new(
        subject: Subject,
        token: Option<TokenId>,
        user: Option<UserId>,
        (write, stage, goal): (ChangeKind, Stage, Stage),
    ) -> Self {
        let used_step = subject.seed().and_then(|(new, clock)| typed_step(new.interval, clock));
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
            may_be_hidden_until_ms: 0,
            no_create_until_ms: 0,
            sent_ms: 0,
            used_step,
        }
    }

    /// The code is computed when it is sent, with the token's own interval and hash, and for the time of its clock.
    fn activation(&self, now_ms: u64) -> Option<Activation> {
        let code = match &self.subject {
            Subject::Existing(Some(CodeSource::Code(code))) => code.clone(),
            subject => {
                let (new, clock) = subject.seed()?;
                let steps = clock.offset.steps(new.interval);
                let step = otp::step(new.interval, now_ms).checked_add_signed(steps)?;
                otp::hotp(&new.seed, new.hash, step)
            }
        };
        Some(Activation { token: self.token.clone()?, user: self.user.clone()?, code })
    }

    /// The row of the seed file, if this is one.
    fn row(&self) -> Option<&NewToken> {
        match &self.subject {
            Subject::Row(new, _) => Some(new),
            Subject::Existing(_) => None,
        }
    }

    /// Whether a person typed the code, so that there is no other one.
    fn is_typed(&self) -> bool {
        matches!(self.subject, Subject::Existing(Some(CodeSource::Code(_))))
    }

    fn sends_code(&self) -> bool {
        matches!(self.next(), NextCall::Write(ChangeKind::Activate | ChangeKind::AssignAndActivate))
    }
}

/// The step in which the code that was typed to measure the token's clock would be computed again.
fn typed_step(interval: Interval, clock: OwnClock) -> Option<u64> {
    let shown_ms = clock.typed_at_ms?.saturating_add_signed(clock.offset.seconds().saturating_mul(1_000));
    otp::step(interval, shown_ms).checked_add_signed(-clock.offset.steps(interval))
}

impl JobStep for Provisioning {
    fn set_clock(&mut self, known: OwnClock) {
        if let Subject::Row(new, clock) = &mut self.subject
            // What was measured of the token itself counts more than what its delivery lets expect.
            && (known.typed_at_ms.is_some() || clock.typed_at_ms.is_none())
        {
            *clock = known;
            self.used_step = typed_step(new.interval, known);
        }
    }

    fn uncertainty(&self) -> &Uncertainty {
        &self.uncertainty
    }

    fn uncertainty_mut(&mut self) -> &mut Uncertainty {
        &mut self.uncertainty
    }

    fn stage(&self) -> Stage {
        self.stage
    }

    fn done_word(&self) -> &'static str {
        "assigned"
    }

    fn written(
        &mut self,
        outcome: Outcome<Option<Token>>,
        request_id: Option<String>,
        now_ms: u64,
    ) -> Progress {
        self.handle_write(outcome, request_id, now_ms)
    }

    fn read(&mut self, found: SerialLookup, now_ms: u64) -> Progress {
        self.handle_lookup(found, now_ms)
    }

    fn raise(&mut self, refusal: Refusal, now_ms: u64) {
        self.handle_doubt(refusal, now_ms);
    }

    fn next(&self) -> NextCall {
        match (self.uncertainty.is_raised, &self.subject) {
            (false, _) => NextCall::Write(self.write),
            _ if self.uncertainty.is_unseen() => NextCall::ReadBack,
            (true, Subject::Row(..)) => NextCall::Read(Lookup::Serial),
            (true, Subject::Existing(_)) => NextCall::Read(Lookup::Id),
        }
    }

    fn code_interval(&self) -> Option<Interval> {
        let (new, _) = self.subject.seed().filter(|_| self.goal == Stage::Activated)?;
        Some(new.interval)
    }

    /// When the row's code may be sent, if not now.
    ///
    /// No code is sent in the last `margin_ms` of its interval (it would arrive late, and Entra would record a wrong
    /// drift), and none twice (MICROSOFT_GRAPH.md 2.9). A code that a person typed to be sent is sent at once; one that was typed
    /// to measure the clock counts as sent.
    fn code_due_ms(&self, now_ms: u64, margin_ms: u64) -> Option<u64> {
        let interval = self.code_interval().filter(|_| self.sends_code())?;
        let remaining = otp::remaining_ms(interval, now_ms);
        let used = self.used_step.is_some_and(|used| otp::step(interval, now_ms) <= used);
        (used || remaining < margin_ms).then_some(now_ms + remaining)
    }

    fn mark_sent(&mut self, now_ms: u64) {
        self.sent_ms = now_ms;
        if self.sends_code() {
            self.used_step = Some(self.subject.seed().map_or(0, |(new, _)| otp::step(new.interval, now_ms)));
        }
    }

    fn writes_left(&self) -> usize {
        usize::from(self.goal > Stage::Created && !self.uncertainty.is_unseen())
    }

    fn change(&self, kind: ChangeKind, now_ms: u64) -> Option<Change> {
        Some(match kind {
            ChangeKind::Create => Change::Create(self.row()?.clone()),
            ChangeKind::Assign => {
                Change::Assign(Assignment { token: self.token.clone()?, user: self.user.clone()? })
            }
            ChangeKind::AssignAndActivate => Change::AssignAndActivate(self.activation(now_ms)?),
            ChangeKind::Activate => Change::Activate(self.activation(now_ms)?),
            _ => return None,
        })
    }

    fn serial(&self) -> Option<SerialNumber> {
        self.row().map(|new| new.serial.clone())
    }

    fn token(&self) -> Option<TokenId> {
        self.token.clone()
    }

    fn user(&self) -> Option<UserId> {
        self.user.clone()
    }
}

/// The first write on an existing token, and the token's stage before it.
fn first_write(then: NextWrite) -> (ChangeKind, Stage) {
    match then {
        NextWrite::Assign => (ChangeKind::Assign, Stage::Created),
        NextWrite::AssignAndActivate => (ChangeKind::AssignAndActivate, Stage::Created),
        NextWrite::Activate => (ChangeKind::Activate, Stage::Assigned),
    }
}

fn goal(then: NextWrite) -> Stage {
    if then == NextWrite::Assign { Stage::Assigned } else { Stage::Activated }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offset::Offset;

    #[test]
    fn a_typed_code_is_not_computed_again_whatever_the_offset_is_rounded_to() {
        for interval in [Interval::S30, Interval::S60] {
            let length = u64::from(interval.seconds());
            for (seconds, at) in (-200..=200).flat_map(|seconds| (0..length).map(move |at| (seconds, at))) {
                let typed_ms = (1_000 * length + at) * 1_000;
                let offset = Offset::from_seconds(seconds);
                let typed = otp::step(interval, typed_ms.saturating_add_signed(seconds * 1_000));
                let used = typed_step(interval, OwnClock { offset, typed_at_ms: Some(typed_ms) }).unwrap();
                assert_eq!((used + 1).checked_add_signed(offset.steps(interval)), Some(typed + 1));
            }
        }
    }
}
