//! Injected faults: which calls and items fail, and whether the write is carried out nevertheless.

use token_core::{
    error::ServiceError,
    ports::{ChangeKind, RefusalKind},
    user::UserId,
};

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
    SetHash,
}

impl Call {
    pub fn of(kind: ChangeKind) -> Self {
        match kind {
            ChangeKind::Create => Self::Create,
            ChangeKind::Assign => Self::Assign,
            ChangeKind::AssignAndActivate => Self::AssignAndActivate,
            ChangeKind::Activate => Self::Activate,
            ChangeKind::Unassign => Self::Unassign,
            ChangeKind::Deactivate => Self::Deactivate,
            ChangeKind::Delete => Self::Delete,
            ChangeKind::Rename => Self::Rename,
            ChangeKind::SetHash => Self::SetHash,
        }
    }
}

/// The fault of one item of a write.
#[derive(Debug, Clone)]
pub enum ItemFault {
    /// No fault.
    None,
    /// 429.
    Throttled { after_ms: Option<u64>, carried_out: bool },
    /// 503, or nothing at all.
    Unanswered { carried_out: bool },
    /// Refused without further check.
    Refused(RefusalKind),
    /// Carried out in part: the token is assigned, the activation refused.
    Partial,
    /// Answered well, without effect.
    WithoutEffect,
    /// Another administrator assigns the token just before, if it is unassigned.
    TakenBy(UserId),
    /// Another administrator assigns the token to this user just before, whoever's it is.
    MovedTo(UserId),
    /// Another administrator deletes the token just before.
    Deleted,
}

/// The error of a call that fails as a whole.
pub struct CallFault {
    pub error: ServiceError,
    pub carried_out: bool,
}

type CallFaults = Box<dyn FnMut(Call) -> Option<CallFault> + Send>;
type ItemFaults = Box<dyn FnMut(Call, &str) -> ItemFault + Send>;

/// Decides on the fault of every call, then of every item by serial.
pub struct FaultPlan {
    pub call_fault: CallFaults,
    pub item_fault: ItemFaults,
}

impl FaultPlan {
    pub fn none() -> Self {
        Self { call_fault: Box::new(|_| None), item_fault: Box::new(|_, _| ItemFault::None) }
    }

    pub fn items(item_fault: impl FnMut(Call, &str) -> ItemFault + Send + 'static) -> Self {
        Self { item_fault: Box::new(item_fault), ..Self::none() }
    }

    pub fn calls(call_fault: impl FnMut(Call) -> Option<CallFault> + Send + 'static) -> Self {
        Self { call_fault: Box::new(call_fault), ..Self::none() }
    }

    /// The first `times` items of this call have `item_fault`, all later ones no fault.
    pub fn first_items(times: usize, of: Call, item_fault: ItemFault) -> Self {
        let mut left = times;
        Self::items(move |call, _| {
            if call == of && left > 0 {
                left -= 1;
                item_fault.clone()
            } else {
                ItemFault::None
            }
        })
    }
}

/// A random number generator with a seed (splitmix64), so that a failing case can be reproduced.
pub struct SeededRng(pub u64);

impl SeededRng {
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
