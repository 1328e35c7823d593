//! People in a plan who hold a directory role: named, and confirmed by name.

use token_core::plan::{
    PlannedRow,
    privileged::{PlanTargets, RoleHolder, Targets, describe_roles, unknown_note},
    snapshot::TenantSnapshot,
};

use super::{
    change_args::ChangeArgs,
    confirm,
    exit::{CommandError, Exit},
    output::plain,
};

/// Names the users in the plan who hold a directory role, and asks once, unless each of them is confirmed by a flag. A dry
/// run names them only.
///
/// # Errors
/// When they are not confirmed.
pub fn confirm_holders<W: Targets>(
    plan: &[PlannedRow<W>],
    read: &TenantSnapshot,
    change: &ChangeArgs,
) -> Result<(), CommandError> {
    let PlanTargets { holders, unknown } = PlanTargets::of(read.roles(), plan);
    for RoleHolder { name, roles, .. } in &holders {
        change.output().print_note(&format!("{name} holds {}.", describe_roles(roles)));
    }
    if let Some(note) = unknown_note(unknown) {
        change.output().print_note(&note);
    }
    let left: Vec<&RoleHolder> =
        holders.iter().filter(|holder| !change.confirms(&holder.owner, &holder.user)).collect();
    let Some(first) = left.first().filter(|_| !change.dry_run) else { return Ok(()) };
    if !confirm::is_at_terminal() {
        return Err(CommandError::unusable(format!(
            "Whoever has a working token of somebody with a directory role can sign in as them. Look at the plan with \
             --dry-run, then name each of them: --confirm-privileged {}. Nothing was changed.",
            first.owner
        )));
    }
    let names: Vec<&str> = left.iter().map(|holder| holder.name.as_str()).collect();
    let question = format!("Change tokens of {}? Type yes to go on: ", names.join(", "));
    let answer = confirm::answer(&plain(&question)).unwrap_or_default();
    if answer.trim().eq_ignore_ascii_case("yes") {
        return Ok(());
    }
    Err(CommandError { exit: Exit::Stopped, message: "Nothing was changed.".to_owned() })
}
