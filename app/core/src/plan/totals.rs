//! Totals of an import's plan.

use super::{NextWrite, PlannedRow, Verdict};

/// Totals of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlanTotals {
    /// Tokens to create.
    pub create: usize,
    /// Tokens to assign (with or without activation).
    pub assign: usize,
    /// Tokens to activate.
    pub activate: usize,
    /// Rows with work of any kind.
    pub work: usize,
    /// Rows with nothing to do: the tenant has it already.
    pub nothing: usize,
    /// Rows with nothing to do: they repeat another row.
    pub repeated: usize,
    /// Rows in conflict with the tenant.
    pub conflict: usize,
    /// Rows that cannot be done.
    pub cannot: usize,
}

impl PlanTotals {
    /// Counts a plan.
    pub fn of(rows: &[PlannedRow]) -> Self {
        let mut totals = Self::default();
        for row in rows {
            match &row.verdict {
                Verdict::Work(work) => {
                    totals.work += 1;
                    totals.create += usize::from(work.create);
                    totals.assign += usize::from(matches!(
                        work.then,
                        Some(NextWrite::Assign | NextWrite::AssignAndActivate)
                    ));
                    totals.activate += usize::from(matches!(
                        work.then,
                        Some(NextWrite::Activate | NextWrite::AssignAndActivate)
                    ));
                }
                Verdict::Nothing(_) => totals.nothing += 1,
                Verdict::Repeats(_) => totals.repeated += 1,
                Verdict::Conflict(_) => totals.conflict += 1,
                Verdict::Cannot(_) => totals.cannot += 1,
            }
        }
        totals
    }
}
