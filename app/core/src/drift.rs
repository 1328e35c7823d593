//! The clock and the settings of a token, measured by its seed and the codes on its display.
//!
//! [`measure()`] asks one token, [`proof`] a sample of a delivery, and [`search`] finds the token among many seeds. All of it
//! computes; nothing is sent. An [`Offset`] is what a measured token is activated at.

mod measure;
pub mod proof;
pub mod search;
mod verdict;

use serde::{Deserialize, Serialize};

pub use self::{
    measure::{Measurement, measure, row_clock},
    verdict::ClockVerdict,
};
pub use crate::offset::{MAX_STEPS, Offset, SIGN_IN_STEPS, duration};
pub use crate::otp::Reading;
use crate::token::{HashFunction, Interval};

/// The steps to either side within which one code is enough: an unrelated code fits there with a probability of 0.004 %.
pub const NEAR_STEPS: i64 = 20;

/// The settings under which codes fit a seed, and the clock that they show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fit {
    /// The hash.
    pub hash: HashFunction,
    /// The interval.
    pub interval: Interval,
    /// How far the clock is off.
    pub offset: Offset,
}

/// What is known of a token's clock when it is activated with a computed code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OwnClock {
    /// How far it is off: the code of that time is computed.
    pub offset: Offset,
    /// When its code was typed to measure it, in milliseconds since 1970. The code of that step is not sent: Entra takes
    /// each once.
    pub typed_at_ms: Option<u64>,
}

impl OwnClock {
    /// A clock that a file or a sample says to be off by so much.
    pub const fn of(offset: Offset) -> Self {
        Self { offset, typed_at_ms: None }
    }
}
