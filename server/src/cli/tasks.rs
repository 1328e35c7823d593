//! Work on tokens of the inventory: asks are planned, confirmed, carried out.

use token_core::{
    audit::{RunId, RunRowIndex},
    checkup::Capability,
    manage::{self, ActionKind, ActionRequest, CodeSource, plan::TaskRow},
    rollout::{engine::Rollout, plan::Verdict},
    token::Token,
    user::User,
};

use super::{
    change_args::ChangeArgs,
    confirm::Confirmation,
    exit::{CommandError, Exit},
    plan::Plan,
    tenant::TenantSession,
    tenant_data::{self, retry_throttled},
};

/// What is asked for.
pub struct TaskRequest {
    /// What of which token.
    pub requests: Vec<ActionRequest>,
    /// What the actions name.
    pub code_sources: Vec<CodeSource>,
    /// The whole inventory.
    pub tokens: Vec<Token>,
    /// Users that are known already.
    pub users: Vec<User>,
}

/// Plans and carries out. People are asked first when there is a `confirmation` to give.
///
/// # Errors
/// When the tenant cannot be read, a permission is missing, or the answer is no.
pub async fn run(
    request: TaskRequest,
    confirmation: Option<(&Confirmation, ActionKind)>,
    change: &ChangeArgs,
    tenant: &TenantSession,
) -> Result<Exit, CommandError> {
    let TaskRequest { requests, code_sources, tokens, mut users } = request;
    let directory = tenant.directory(RunRowIndex::default());
    let named = requests.iter().filter_map(|request| Some(&*request.resolved.as_ref().ok()?.token));
    users.extend(tenant_data::assigned_users(&directory, named, change.output()).await?);
    let load = || manage::plan::load_snapshot(&directory, &requests, tokens.clone(), users.clone());
    let read = retry_throttled(change.output(), load).await?;
    let plan = Plan::new(manage::plan::plan(&requests, &read, &code_sources), change)?;
    if change.dry_run {
        return plan.finish_dry_run();
    }
    tenant.check(&needs(&plan.rows)).await?;
    if let Some((confirmation, kind)) = confirmation {
        confirmation.ask(kind, plan.to_do(), &what(&plan.rows))?;
    }
    let run = RunId::from_random(uuid::Uuid::new_v4().as_u128());
    let directory = tenant.directory(RunRowIndex::for_tasks(run, &plan.rows));
    let (ended, progress) = plan.execute(Rollout::of_tasks(&plan.rows, &code_sources), &directory).await;
    let run = directory.row_index().run().filter(|_| plan.to_do() > 0).map(RunId::as_str);
    plan.finish(&ended, &progress, run)
}

/// The kinds of work that the plan takes.
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

/// The tokens that are asked about: by name when it is one.
fn what(rows: &[TaskRow]) -> String {
    let mut rows = rows.iter().filter(|row| matches!(row.verdict, Verdict::Work(_)));
    match (rows.next(), rows.count()) {
        (Some(row), 0) if row.owner.is_empty() => format!("token {}", row.serial),
        (Some(row), 0) => format!("token {} of {}", row.serial, row.owner),
        (_, more) => format!("{} tokens", more + 1),
    }
}
