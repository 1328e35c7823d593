//! `token-inventory doctor --trial --user UPN`.

use std::path::PathBuf;

use clap::Args;
use indicatif::ProgressBar;
use token_core::{
    checkup::Capability,
    trial::{TRIAL_NOTICE, TrialPhase, TrialState, TrialStep, TrialVerdict, markdown},
};
use tokio::sync::watch;

use super::{
    confirm::Confirmation,
    exit::{CommandError, Exit},
    files::OutputFile,
    output::{Output, plain},
    progress::spinner,
    tenant::{TargetArgs, TenantSession},
};
use crate::{
    config::{AuditArgs, TenantArgs},
    start::ShutdownSignals,
    terminal::print_error,
    trial::{STOPPED, Trial},
};

/// What the trial takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Trial")]
pub struct TrialArgs {
    /// Try with made-up tokens what Token Inventory assumes of Microsoft Graph, and remove them.
    #[arg(long, requires = "user")]
    trial: bool,
    /// The user for whom the trial assigns and activates a token: the user principal name of an enabled member.
    #[arg(long, value_name = "UPN", requires = "trial")]
    user: Option<String>,
    /// Also try two writes for this user at once.
    #[arg(long, requires = "trial")]
    collide: bool,
    /// Write the report to this file, as Markdown, instead of standard output. It names nothing of the tenant.
    #[arg(long, value_name = "FILE", requires = "trial")]
    report: Option<PathBuf>,
    /// Try it on a made-up company, which is forgotten when the command ends.
    #[arg(long, requires = "trial")]
    practice: bool,
    #[command(flatten)]
    confirmation: Confirmation,
    #[command(flatten)]
    audit: AuditArgs,
}

impl TrialArgs {
    /// Whether the trial is asked for.
    pub const fn is_wanted(&self) -> bool {
        self.trial
    }
}

/// Tells what the trial does, asks, runs it, and writes the report.
///
/// # Errors
/// When it cannot begin, the user does not confirm, or the report cannot be written.
pub async fn run(args: TrialArgs, tenant: TenantArgs, output: Output) -> Result<Exit, CommandError> {
    let TrialArgs { user, collide, report, practice, confirmation, audit, .. } = args;
    let user = user.unwrap_or_default();
    confirmation.check_trial()?;
    let report = report.as_deref().map(OutputFile::open).transpose()?;
    let session = TargetArgs::new(tenant, audit, practice).open(true).await?;
    let tried = try_tenant(&session, &user, collide, &confirmation).await;
    session.close().await;
    let state = match tried {
        Ok(state) => state,
        Err(error) => {
            if let Some(report) = report {
                report.discard();
            }
            return Err(error);
        }
    };
    print(&state, output);
    let text = markdown(&state, env!("CARGO_PKG_VERSION"));
    match report {
        Some(report) => report.write(&text)?,
        None => output.print_line(&text),
    }
    Ok(exit_of(&state))
}

async fn try_tenant(
    session: &TenantSession,
    user: &str,
    collide: bool,
    confirmation: &Confirmation,
) -> Result<TrialState, CommandError> {
    session.check(Capability::for_trial()).await?;
    print_error(&intention(user, collide));
    confirmation.ask_trial()?;
    let trial = Trial::begin(session.trial_access()?, user, collide).await?;
    let trial = trial.map_err(|why| CommandError::unusable(plain(&why)))?;
    let (sender, stop) = watch::channel(false);
    let bar = spinner("Trying …");
    let signal_task = tokio::spawn(stop_on_signal(sender, bar.clone()));
    let state = trial.run(stop, |state| bar.set_message(doing(state))).await;
    signal_task.abort();
    bar.finish_and_clear();
    Ok(state)
}

/// What will happen.
fn intention(user: &str, collide: bool) -> String {
    let steps: String = TrialStep::of_trial(collide).map(|step| format!("  - {}\n", step.title())).collect();
    plain(&format!("{TRIAL_NOTICE}\n\nThe user named: {user}\n\nWhat is tried:\n{steps}"))
}

fn doing(state: &TrialState) -> String {
    match (state.phase, state.current_step()) {
        (TrialPhase::Trying, Some(step)) => format!("{} …", step.title()),
        _ => "Removing what it made …".to_owned(),
    }
}

fn print(state: &TrialState, output: Output) {
    output.print_json(state);
    for result in &state.results {
        let (mark, step) = (mark(result.verdict), result.step);
        print_error(&plain(&format!("{mark} {}: {}", step.title(), result.observed)));
        if result.verdict == TrialVerdict::Differs {
            print_error(&format!("    Assumed: {}. Affects: {}.", step.assumes(), step.affects()));
        }
    }
    if let Some(problem) = &state.problem {
        print_error(&plain(problem));
    }
    if !state.left_over.is_empty() {
        print_error(&format!(
            "These tokens could not be removed: {}. Delete them: token-inventory delete --unassign SERIAL.",
            state.left_over.join(", ")
        ));
    }
    print_error(&state.summary());
}

const fn mark(verdict: TrialVerdict) -> char {
    match verdict {
        TrialVerdict::AsAssumed => '✔',
        TrialVerdict::Differs => '≠',
        TrialVerdict::NotTried => '?',
    }
}

fn exit_of(state: &TrialState) -> Exit {
    let is_whole = state.results.len() == state.steps().count();
    match state.problem.as_deref() {
        Some(STOPPED) => Exit::Stopped,
        Some(_) if !is_whole => Exit::Tenant,
        _ if state.is_as_assumed() => Exit::Done,
        _ => Exit::Rows,
    }
}

/// The first signal stops the trial, which removes what it made; the second exits at once.
async fn stop_on_signal(stop: watch::Sender<bool>, bar: ProgressBar) {
    let mut signals = ShutdownSignals::listen();
    signals.next().await;
    stop.send_replace(true);
    bar.suspend(|| {
        print_error("Stopping, and removing what the trial made. Press Ctrl-C again to end at once: then the next trial removes it.");
    });
    signals.next().await;
    bar.finish_and_clear();
    std::process::exit(i32::from(Exit::Stopped.code()));
}
