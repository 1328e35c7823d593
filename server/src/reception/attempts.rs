//! The one place that every attempt on one's own tokens passes, whatever came of it: what is kept of attempts hangs here.

use std::net::IpAddr;

use token_core::{
    fault::Fault,
    own::{Attempt, Target},
};

use crate::identity::entra::Person;

/// One attempt to activate or claim a token, and what came of it. It holds no code.
pub struct Attempted<'a> {
    /// Who.
    pub person: &'a Person,
    /// From where.
    pub address: IpAddr,
    /// Which token.
    pub target: &'a Target,
    /// What came of it: success, denial, or why it was not even made (too many attempts among others).
    pub result: &'a Result<Attempt, Fault>,
}

/// Notes an attempt.
pub fn note(attempted: &Attempted<'_>) {
    let Attempted { person, address, target, result } = attempted;
    let (what, token) = match target {
        Target::Token(token) => ("activate", token.as_str()),
        Target::Serial(serial) => ("claim", serial.as_str()),
    };
    // Names and serials are written with quotes and escapes: no line of the log can be forged by them.
    tracing::info!(
        person.tid = %person.tid,
        person.oid = person.oid.as_str(),
        person.name = ?person.name,
        person.upn = ?person.upn,
        %address,
        what,
        token = ?token,
        result = ?Came::of(result),
        "somebody tried a token of their own"
    );
}

/// What came of an attempt, in short.
#[derive(Debug)]
enum Came<'a> {
    Done,
    Denied(#[expect(dead_code, reason = "read by Debug")] &'a token_core::own::Denial),
    Fault(#[expect(dead_code, reason = "read by Debug")] &'a Fault),
}

impl<'a> Came<'a> {
    fn of(result: &'a Result<Attempt, Fault>) -> Self {
        match result {
            Ok(Attempt::Done(_)) => Self::Done,
            Ok(Attempt::Denied(denial)) => Self::Denied(denial),
            Err(fault) => Self::Fault(fault),
        }
    }
}
