//! Actions on tokens of the inventory: planned, confirmed, executed.

use token_core::{
    audit::RunId,
    checkup::Capability,
    plan::{ActionKind, ActionRequest, CodeSource, TaskRow, Verdict, privileged::load_roles, token_actions},
    run::engine::Rollout,
    token::Token,
    user::User,
};

use super::{
    change_args::ChangeArgs,
    confirm::Confirmation,
    exit::{CommandError, Exit},
    plan::Plan,
    privileged::confirm_holders,
    tenant::TenantSession,
    tenant_data::{self, retry_throttled},
};

/// The requested actions, with the data for the plan.
pub struct TaskRequest {
    /// The actions and their tokens.
    pub requests: Vec<ActionRequest>,
    /// The code sources that the actions refer to.
    pub code_sources: Vec<CodeSource>,
    /// The whole inventory.
    pub tokens: Vec<Token>,
    /// Users that are known already.
    pub users: Vec<User>,
}

/// Plans and executes the actions; asks first when there is a `confirmation`.
///
/// # Errors
/// When the tenant cannot be read, a permission is missing, or the user does not confirm.
pub async fn run(
    request: TaskRequest,
    confirmation: Option<(&Confirmation, ActionKind)>,
    change: &ChangeArgs,
    tenant: &TenantSession,
) -> Result<Exit, CommandError> {
    let TaskRequest { requests, code_sources, tokens, mut users } = request;
    let directory = tenant.directory();
    let named = requests.iter().filter_map(|request| Some(&*request.resolved.as_ref().ok()?.token));
    users.extend(tenant_data::assigned_users(&*directory, named, change.output()).await?);
    let load = || token_actions::load_snapshot(&*directory, &requests, tokens.clone(), users.clone());
    let mut read = retry_throttled(change.output(), load).await?;
    let targets = || token_actions::target_users(&requests);
    let load = || load_roles(&*directory, tenant.privileged_targets(), targets());
    read.add_roles(retry_throttled(change.output(), load).await?);
    let plan = Plan::new(token_actions::plan(&requests, &read, &code_sources), change)?;
    confirm_holders(&plan.rows, &read, change)?;
    if change.dry_run {
        return plan.finish_dry_run();
    }
    tenant.check(&needs(&plan.rows)).await?;
    if let Some((confirmation, kind)) = confirmation {
        confirmation.ask(kind, plan.to_do(), &what(&plan.rows))?;
    }
    let run = RunId::from_random(uuid::Uuid::new_v4().as_u128());
    let rollout = Rollout::of_tasks(run, &plan.rows, &code_sources).with_inventory(tokens.len());
    let run = rollout.run_id().cloned();
    let (ended, progress) = plan.execute(rollout, None, tenant).await?;
    plan.finish(&ended, &progress, run.as_ref())
}

/// The kinds of work in the plan.
fn needs(rows: &[TaskRow]) -> Vec<Capability> {
    let tasks = rows.iter().filter_map(|row| match &row.verdict {
        Verdict::Work(task) => Some(task),
        _ => None,
    });
    let mut works: Vec<Capability> =
        tasks.flat_map(|task| &task.steps).map(|step| Capability::for_write(&step.kind)).collect();
    works.sort();
    works.dedup();
    works
}

/// Names the tokens in the question; a single one by its serial.
fn what(rows: &[TaskRow]) -> String {
    let mut rows = rows.iter().filter(|row| matches!(row.verdict, Verdict::Work(_)));
    match (rows.next(), rows.count()) {
        (Some(row), 0) if row.owner.is_empty() => format!("token {}", row.serial),
        (Some(row), 0) => format!("token {} of {}", row.serial, row.owner),
        (_, more) => format!("{} tokens", more + 1),
    }
}
