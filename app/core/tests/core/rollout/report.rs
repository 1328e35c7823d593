//! What the report contains, and what it must not contain.

use token_core::{
    issue::Issue,
    plan::{Mode, PlanTotals, PlannedRow, Planner, Verdict, snapshot::TenantSnapshot},
    run::{
        End, Failure, Progress, Stage,
        engine::RunResult,
        report::{RunTotals, creation_note, csv, row_report, row_to_correct, tried},
        row_status::RowStatus,
    },
    seed_file::{Owner, ParsedRow},
    spreadsheet::escape_formula,
    token::TokenStatus,
};

use super::{
    fake::FakeTenant,
    rows::{bad, changed, entries, entry, new_token, owned_by, user},
    time::with_virtual_time,
    watch::{Run, plan},
};

fn planned(rows: &[ParsedRow]) -> Vec<PlannedRow> {
    let snapshot = TenantSnapshot::new(Vec::new(), (0..4).map(user).collect());
    let mut planner = Planner::new(Mode::Activate, &snapshot, rows);
    rows.iter().enumerate().map(|(index, row)| planner.plan(index, row)).collect()
}

fn failed(reason: &str) -> Progress {
    let failure = Failure {
        reason: reason.to_owned(),
        remedy: "=HYPERLINK()".to_owned(),
        request_id: Some("abc".to_owned()),
        is_code_refused: false,
    };
    Progress { stage: Stage::Created, end: Some(End::Failed(failure)), ..Progress::default() }
}

/// The fields of a CSV, heading included.
fn fields(text: &str) -> Vec<Vec<String>> {
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn plan_totals_count_rows_by_verdict() {
    with_virtual_time(async {
        let fake = FakeTenant::new((0..6).map(user))
            .with(new_token(1), TokenStatus::Available, None)
            .with(new_token(2), TokenStatus::Assigned, Some(&user(2)))
            .with(new_token(3), TokenStatus::Activated, Some(&user(3)))
            .with(new_token(4), TokenStatus::Assigned, Some(&user(5)));
        let rows: Vec<ParsedRow> =
            entries(5).into_iter().chain([owned_by(5, None), bad(6, &["bad"]), entry(1)]).collect();
        let totals = PlanTotals::of(&plan(&fake, Mode::Activate, &rows).await);
        let expected = PlanTotals {
            create: 2,
            assign: 2,
            activate: 3,
            work: 4,
            nothing: 1,
            repeated: 1,
            conflict: 1,
            cannot: 1,
        };
        assert_eq!(totals, expected);
    });
}

#[test]
fn run_totals_count_only_rows_with_work() {
    let rows = planned(&[entry(0), entry(1), bad(2, &["bad"])]);
    let progress = [failed("refused"), Progress::default(), Progress::default()];
    assert_eq!(RunTotals::of(&rows, &progress), RunTotals { done: 0, failed: 1, left: 1, written: 0 });
    let written = Progress { is_written: true, ..Progress::default() };
    let totals = RunTotals::of(
        &rows,
        &[Progress { end: Some(End::Done), ..written.clone() }, written.clone(), written],
    );
    assert_eq!(totals, RunTotals { done: 1, failed: 0, left: 1, written: 1 });
}

#[test]
fn the_outcome_of_a_row_depends_on_its_progress() {
    let rows = planned(&[entry(0)]);
    let outcome = |stage, end| {
        let progress = Progress { stage, end, ..Progress::default() };
        let report = row_report(&rows[0], &progress);
        (report.outcome, report.reason.into_owned())
    };
    assert_eq!(outcome(Stage::Planned, None), ("Not run", "Create, assign and activate".to_owned()));
    assert_eq!(outcome(Stage::Created, None), ("Stopped", "Created".to_owned()));
    assert_eq!(outcome(Stage::Activated, Some(End::Done)), ("Activated", String::new()));
    let failed = failed("It was refused");
    assert_eq!(row_report(&rows[0], &failed).reason, "It was refused");
    assert_eq!(row_report(&rows[0], &failed).request_id, "abc");
}

#[test]
fn a_row_that_is_written_and_not_seen_says_so() {
    let rows = planned(&[entry(0)]);
    let progress = Progress { stage: Stage::Created, is_written: true, ..Progress::default() };
    let report = row_report(&rows[0], &progress);
    assert_eq!((report.outcome, &*report.reason), ("Written, not read back", "Create, assign and activate"));
    assert!(report.remedy.contains("writes nothing twice"), "{}", report.remedy);
    let seen = Progress { stage: Stage::Activated, end: Some(End::Done), ..progress };
    assert_eq!(row_report(&rows[0], &seen).outcome, "Activated");
}

#[test]
fn the_first_rows_are_told_by_what_was_seen() {
    let rows = planned(&[entry(0), entry(1), entry(2), entry(3), bad(4, &["bad"])]);
    let done = |stage| Progress { stage, end: Some(End::Done), ..Progress::default() };
    let mut progress = vec![done(Stage::Activated), Progress::default(), Progress::default()];
    progress.resize(5, Progress::default());
    assert_eq!(tried(&rows, &progress), "1 token tried: 1 activated and seen");
    progress[1] = done(Stage::Activated);
    progress[2] = failed("refused");
    assert_eq!(tried(&rows, &progress), "3 tokens tried: 2 activated and seen, 1 failed");
}

#[test]
fn a_tenant_without_bulk_creations_is_told() {
    assert_eq!(creation_note(None), None);
    assert!(creation_note(Some(1)).unwrap().ends_with("each token was created alone."));
    assert!(creation_note(Some(25)).unwrap().contains("at most 25 tokens"));
}

#[test]
fn the_csv_escapes_formulas_in_every_column() {
    let evil = changed(0, |row| {
        row.owner = Some(Owner::Upn("@SUM(A1)@contoso.example".to_owned()));
        row.token.serial = token_core::token::SerialNumber::parse("=1+1").unwrap();
    });
    let rows = planned(&[evil, entry(1)]);
    let text = csv(&rows, &[Progress::default(), failed("+danger, \"quoted\"\r\nand more")], None);
    let fields = fields(&text);
    assert_eq!(fields.len(), 3);
    assert_eq!(fields[1][1], "'=1+1");
    assert_eq!(fields[1][2], "'@SUM(A1)@contoso.example");
    assert_eq!(fields[2][4], "'+danger, \"quoted\"\r\nand more");
    assert_eq!(fields[2][5], "'=HYPERLINK()");
    assert!(fields.iter().flatten().all(|field| !field.starts_with(['=', '+', '-', '@', '\t', '\r'])));
}

#[test]
fn rows_to_correct_are_the_open_ones_with_escaped_reasons() {
    let entries = [entry(0), bad(1, &["bad"]), entry(2)];
    let rows = planned(&entries);
    let progress = [failed("=refused"), Progress::default(), Progress::default()];
    let open = |index: usize| row_to_correct(&entries[index], &rows[index], &progress[index]);
    let first = open(0).unwrap();
    assert_eq!((&*first.problem, &*first.remedy), ("'=refused", "'=HYPERLINK()"));
    assert!(open(1).unwrap().problem.ends_with("bad"));
    assert!(open(2).is_none(), "it is still to be done");
}

#[test]
fn a_serial_keeps_its_zeros_in_a_spreadsheet() {
    let padded =
        changed(0, |row| row.token.serial = token_core::token::SerialNumber::parse("00123").unwrap());
    let text = csv(&planned(&[padded]), &[Progress::default()], None);
    assert!(text.starts_with('\u{feff}'), "without it Excel takes UTF-8 for another encoding");
    assert_eq!(fields(&text)[1][1], "=\"00123\"");
}

#[test]
fn an_ordinary_cell_is_left_as_it_is() {
    for cell in ["", "S00001", "0012", "O'Brien", "a=b"] {
        assert_eq!(escape_formula(cell), cell);
    }
}

#[test]
fn the_csv_of_a_real_run_has_a_line_per_row_and_no_seed() {
    with_virtual_time(async {
        let fake =
            FakeTenant::new((0..20).map(user)).with(new_token(3), TokenStatus::Assigned, Some(&user(4)));
        let rows = entries(20);
        let run = Run::planned(&fake, Mode::Activate, &rows).await;
        assert_eq!(run.go().await, RunResult::Complete);
        let text = csv(&run.rows, &run.progress.borrow(), None);
        assert_eq!(fields(&text).len(), 21);
        assert_eq!(fields(&text)[1], ["2", "S00000", "user0@contoso.example", "Activated", "", "", "", ""]);
        assert_eq!(fields(&text)[4][3], "Conflict");
        let everything = format!("{text}{:?}{:?}", run.rows, run.progress.borrow());
        for entry in &rows {
            let seed = &entry.result.as_ref().unwrap().token.seed;
            assert!(!everything.contains(seed.expose_base32().as_str()));
        }
        assert!(run.rows.iter().any(|row| matches!(row.verdict, Verdict::Conflict(_))));
    });
}

#[test]
fn a_remedy_that_several_issues_share_is_given_once() {
    let rows = planned(&[bad(0, &["too short", "too long"])]);
    let progress = Progress::default();
    let report = row_report(&rows[0], &progress);
    assert_eq!(report.reason, "secret key: too short; secret key: too long");
    assert_eq!(report.remedy, "Correct the row.");
    let other_remedy = bad(1, &["too short"]);
    let mut two = bad(0, &["too long"]);
    if let (Err(all), Err(more)) = (&mut two.result, other_remedy.result) {
        all.extend(more.into_iter().map(|issue| Issue { remedy: "Or leave it.".to_owned(), ..issue }));
    }
    assert_eq!(row_report(&planned(&[two])[0], &progress).remedy, "Correct the row.; Or leave it.");
}

#[test]
fn every_status_is_found_by_its_name() {
    let names = RowStatus::ALL.map(RowStatus::label);
    assert_eq!(names, ["To do", "Done", "Failed", "Nothing to do", "Conflict", "Not possible"]);
    assert_eq!(names.map(RowStatus::from_label), RowStatus::ALL.map(Some));
    assert_eq!(RowStatus::from_label("Planned"), None);
}

#[test]
fn rows_that_need_a_person_come_first_in_a_report() {
    let mut all = RowStatus::ALL;
    all.sort_by_key(|status| status.rank());
    let names = all.map(RowStatus::label);
    assert_eq!(names, ["Failed", "Conflict", "Not possible", "To do", "Done", "Nothing to do"]);
    let open: Vec<&str> = all.into_iter().filter(|status| status.is_open()).map(RowStatus::label).collect();
    assert_eq!(open, ["Failed", "Conflict", "Not possible"], "to be corrected and tried again");
}
