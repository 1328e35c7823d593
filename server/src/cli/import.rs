//! `token-inventory import FILE`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use graph::clock;
use token_core::{
    audit::RunId,
    checkup::Capability,
    manage::{
        hash_question::{HashQuestion, hash_questions},
        people::{Pairing, PeopleList, read_people},
    },
    plan::{
        MakerQuestion, Mode, PlanTotals, PlannedRow, Planner, maker_questions,
        privileged::load_roles,
        snapshot::{self, TenantSnapshot},
    },
    run::{Progress, engine::Rollout, report::row_to_correct},
    seed_file::rows_to_correct,
};

use super::{
    change_args::ChangeArgs,
    exit::{CommandError, Exit},
    files::{self, OutputFile},
    output::Output,
    plan::Plan,
    privileged::confirm_holders,
    progress::spinner,
    prove::ProveArgs,
    seed_args::{self, SeedArgs},
    seeds::Seeds,
    tenant::{TargetArgs, TenantSession},
    tenant_data::retry_throttled,
};

/// What `token-inventory import` takes.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The vendor's file: CSV, JSON, PSKC, a workbook, or a zip with one of them; - reads standard input.
    file: PathBuf,
    /// How far to go.
    #[arg(long, value_enum, default_value = "activate")]
    mode: ImportMode,
    /// Write the rows that failed or are not possible to this new file, in the form of the input and with their lines, problems
    /// and remedies, to be corrected and imported. It holds secret keys, and is readable for you alone.
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    failed: Option<PathBuf>,
    /// Carry out the first N rows with work alone, to look at them before the others.
    #[arg(long, value_name = "N", value_parser = at_least_one, conflicts_with = "dry_run")]
    first: Option<usize>,
    /// A list of users for the rows: user principal names, one a line, for the rows that have nobody in their order; or with
    /// the serial number in a second column. - reads standard input.
    #[arg(long, value_name = "FILE")]
    people: Option<PathBuf>,
    /// Where the tenant has serials of the file under another manufacturer: they are the same tokens, the manufacturer is only
    /// spelled otherwise.
    #[arg(long)]
    same_maker: bool,
    #[command(flatten)]
    prove: ProveArgs,
    #[command(flatten)]
    seeds: SeedArgs,
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    target: TargetArgs,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|rows| *rows > 0).ok_or_else(|| "a number from 1 on".to_owned())
}

/// How far an import goes, in the browser's words.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum ImportMode {
    /// Put the tokens into the inventory, unassigned.
    #[value(alias = "import-only")]
    Import,
    /// … and hand each to the user of its row.
    Assign,
    /// … and activate each with a code computed from its secret key.
    Activate,
}

impl From<ImportMode> for Mode {
    fn from(mode: ImportMode) -> Self {
        match mode {
            ImportMode::Import => Self::Import,
            ImportMode::Assign => Self::Assign,
            ImportMode::Activate => Self::Activate,
        }
    }
}

impl ImportArgs {
    /// Text or JSON.
    pub const fn output(&self) -> Output {
        self.change.output()
    }
}

/// Reads the file, plans against the tenant, and executes the plan.
///
/// # Errors
/// When the file or the configuration cannot be used, or the tenant cannot be read.
pub async fn run(args: ImportArgs) -> Result<Exit, CommandError> {
    let ImportArgs { file, mode, failed, first, people, same_maker, prove, seeds, change, target } = args;
    let begun_ms = clock::now_ms();
    if people.as_deref().is_some_and(files::is_stdin) && (files::is_stdin(&file) || seeds.reads_stdin()) {
        return Err(seed_args::only_one_stdin());
    }
    let people = people.map(|path| Ok::<_, CommandError>(read_people(files::read(&path)?)?)).transpose()?;
    let mut seeds = Seeds::read(&file, &seeds, change.output())?;
    if let Some(people) = people {
        give_people(&mut seeds, &people, change.output());
    }
    let tenant = target.open(!change.dry_run).await?;
    let choices = Choices { mode: mode.into(), first, failed, same_maker, begun_ms };
    let done = import(&mut seeds, choices, prove, &change, &tenant).await;
    tenant.close().await;
    done
}

/// Gives the rows the users of the list, and prints how they are paired.
fn give_people(seeds: &mut Seeds, list: &PeopleList, output: Output) {
    const NAMED: usize = 5;
    let pairs = list.pairs(&seeds.table, list.pairing(seeds.table.rows()));
    let how = match pairs.pairing {
        Pairing::BySerial => "paired by serial number",
        Pairing::InOrder => "paired in order with the rows that have nobody",
    };
    list.notice.iter().for_each(|notice| output.print_note(notice));
    output.print_note(&format!(
        "{} users in the list, {how}: {} of {} rows have a user.",
        list.people.len(),
        pairs.given(),
        pairs.rows.len()
    ));
    let unused: Vec<&str> = pairs.unused.iter().take(NAMED).map(|person| person.upn.as_str()).collect();
    if !unused.is_empty() {
        let more = match pairs.unused.len() - unused.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        output.print_note(&format!("No row for {}{more}.", unused.join(", ")));
    }
    pairs.edits(&seeds.table).iter().for_each(|edit| seeds.table.apply(edit));
}

/// What an import is to do, beside its file.
struct Choices {
    mode: Mode,
    first: Option<usize>,
    failed: Option<PathBuf>,
    same_maker: bool,
    /// When the command was entered, by the system clock: reading a large tenant takes longer than a code lasts.
    begun_ms: u64,
}

async fn import(
    seeds: &mut Seeds,
    choices: Choices,
    prove: ProveArgs,
    change: &ChangeArgs,
    tenant: &TenantSession,
) -> Result<Exit, CommandError> {
    let Choices { mode, first, failed, same_maker, begun_ms } = choices;
    let (rows, read) = planned(seeds, mode, same_maker, tenant, change.output()).await?;
    // The plan was read from Microsoft just now, so that its time is known.
    let delivery = prove.ask(seeds.table.rows(), mode, tenant.clock().at(begun_ms))?;
    let activations = PlanTotals::of(&rows).activate;
    delivery.print(activations, change.output());
    let plan = Plan::new(rows, change)?.with_proof(delivery.text(activations));
    confirm_holders(&plan.rows, &read, change)?;
    if change.dry_run {
        return plan.finish_dry_run();
    }
    if plan.to_do() > 0 {
        tenant.check(Capability::for_import(mode)).await?;
    }
    let failed = failed.as_deref().map(OutputFile::secret).transpose()?;
    let run = RunId::from_random(uuid::Uuid::new_v4().as_u128());
    if plan.to_do() > 0 {
        delivery.record(activations, &run, tenant).await?;
    }
    let rollout = Rollout::new(run.clone(), &plan.rows, seeds.table.rows())
        .with_inventory(read.inventory_size())
        .with_clocks(|serial| delivery.clock_of(serial));
    let (ended, progress) = plan.execute(rollout, first, tenant).await?;
    if let Some(output_file) = failed {
        write_failed_rows(seeds, &plan.rows, &progress, output_file, change.output())?;
    }
    plan.finish(&ended, &progress, Some(&run))
}

/// The plan of the rows, and what was read of the tenant.
async fn planned(
    seeds: &mut Seeds,
    mode: Mode,
    same_maker: bool,
    tenant: &TenantSession,
    output: Output,
) -> Result<(Vec<PlannedRow>, TenantSnapshot), CommandError> {
    let directory = tenant.directory();
    let spinner = spinner("Reading the tenant …");
    let tokens = |count: usize| spinner.set_message(format!("Reading the tenant: {count} tokens …"));
    let with_users = mode != Mode::Import;
    let mut read = retry_throttled(output, || {
        snapshot::load_snapshot(&*directory, seeds.table.rows(), with_users, tokens)
    })
    .await?;
    let load = || load_roles(&*directory, tenant.privileged_targets(), read.user_ids());
    let roles = retry_throttled(output, load).await?;
    read.add_roles(roles);
    spinner.finish_and_clear();
    seeds.date_codes(tenant.clock());
    for question in maker_questions(&read, seeds.table.rows()) {
        let MakerQuestion { in_file, in_tenant, rows } = &question;
        let rows = format!("{rows} rows of the file");
        if same_maker {
            let edits = question.edits(seeds.table.rows());
            edits.iter().for_each(|edit| seeds.table.apply(edit));
            output.print_note(&format!(
                "{rows} say \"{in_file}\", the tenant \"{in_tenant}\": taken for the same manufacturer."
            ));
        } else {
            output.print_note(&format!(
                "{rows} say \"{in_file}\" where the tenant has their serials as \"{in_tenant}\". If they are the same tokens: --same-maker."
            ));
        }
    }
    let entries = seeds.table.rows();
    for HashQuestion { in_tenant, in_file, rows, .. } in hash_questions(&read, entries) {
        output.print_note(&format!(
            "{} tokens of the file are in the tenant as {in_tenant}, in the file as {in_file}. If nobody can sign in with them: activate FILE --repair-hash.",
            rows.len()
        ));
    }
    let mut planner = Planner::new(mode, &read, entries);
    let rows = entries.iter().enumerate().map(|(index, entry)| planner.plan(index, entry)).collect();
    Ok((rows, read))
}

/// Writes the rows that need correction as they were in the input file, each with its line, problem and remedy.
fn write_failed_rows(
    seeds: &Seeds,
    rows: &[PlannedRow],
    progress: &[Progress],
    output_file: OutputFile,
    output: Output,
) -> Result<(), CommandError> {
    let rows = seeds.table.rows().iter().zip(rows).zip(progress);
    let open: Vec<_> =
        rows.filter_map(|((entry, row), progress)| row_to_correct(entry, row, progress)).collect();
    if open.is_empty() {
        output_file.discard();
        return Ok(());
    }
    output
        .print_note("The file of rows to correct holds secret keys: delete it when the rows are corrected.");
    output_file.write(&rows_to_correct(&seeds.table.format(), open.into_iter()))
}
