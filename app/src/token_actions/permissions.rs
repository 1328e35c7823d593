//! The permissions that a plan needs.

use token_core::{
    checkup::{Capability, MissingPermissions},
    plan::{TaskRow, Verdict},
};

/// Why the plan would fail: a permission that is missing.
pub(super) fn missing_reason(plan: &[TaskRow], missing: &MissingPermissions) -> Option<String> {
    let tasks = plan.iter().filter_map(|row| match &row.verdict {
        Verdict::Work(task) => Some(task),
        _ => None,
    });
    let permission = tasks
        .flat_map(|task| &task.steps)
        .find_map(|step| missing.first(&[Capability::for_write(&step.kind)]))?;
    Some(format!("Not possible yet: {permission} is missing. Settings → Check says how to get it."))
}
