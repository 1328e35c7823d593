//! What goes wrong, when, and whether it was carried out all the same.

use token_core::{fault::Fault, ports::RefusalKind, user::UserId};

/// The calls that a run makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Call {
    Read,
    Create,
    Assign,
    AssignAndActivate,
    Activate,
    Unassign,
    Deactivate,
    Delete,
    Rename,
}

/// What happens to one item of a write.
#[derive(Debug, Clone)]
pub enum Gust {
    /// Nothing.
    Calm,
    /// 429.
    Throttled { after_ms: Option<u64>, carried_out: bool },
    /// 503, or nothing at all.
    Unanswered { carried_out: bool },
    /// Refused out of hand.
    Refused(RefusalKind),
    /// Carried out by half: the token is assigned, the rest refused.
    Half,
    /// Another administrator assigns the token just before, if it is free.
    TakenBy(UserId),
    /// Another administrator takes the token from whoever holds it and assigns it just before.
    MovedTo(UserId),
    /// Another administrator deletes the token just before.
    Deleted,
}

/// A call that fails as a whole.
pub struct Storm {
    pub fault: Fault,
    pub carried_out: bool,
}

type Storms = Box<dyn FnMut(Call) -> Option<Storm> + Send>;
type Gusts = Box<dyn FnMut(Call, &str) -> Gust + Send>;

/// Decides over every call, then over every item of a write, by serial.
pub struct Weather {
    pub storm: Storms,
    pub gust: Gusts,
}

impl Weather {
    pub fn calm() -> Self {
        Self { storm: Box::new(|_| None), gust: Box::new(|_, _| Gust::Calm) }
    }

    pub fn gusts(gust: impl FnMut(Call, &str) -> Gust + Send + 'static) -> Self {
        Self { gust: Box::new(gust), ..Self::calm() }
    }

    pub fn storms(storm: impl FnMut(Call) -> Option<Storm> + Send + 'static) -> Self {
        Self { storm: Box::new(storm), ..Self::calm() }
    }

    /// The first `times` items of this call meet `gust`, all later ones calm.
    pub fn first(times: usize, of: Call, gust: Gust) -> Self {
        let mut left = times;
        Self::gusts(move |call, _| {
            if call == of && left > 0 {
                left -= 1;
                gust.clone()
            } else {
                Gust::Calm
            }
        })
    }
}

/// Chance from a seed (splitmix64), so that a failing case can be run again.
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}
