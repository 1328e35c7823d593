//! Every verdict, in every mode.

use token_core::{
    issue::Issue,
    manage::hash_question::{HashQuestion, hash_questions},
    plan::{
        ActionRequest, MakerQuestion, Mode, NextWrite, PlannedRow, Planner, TokenAction, Verdict,
        maker_questions, snapshot::TenantSnapshot,
    },
    ports::NewToken,
    seed::Seed,
    seed_file::{HashOrigin, Owner, ParsedRow, SeedFile},
    token::{
        AssignedUser, HashFunction, Interval, MAX_TOKENS_PER_USER, SerialNumber, Token, TokenId, TokenStatus,
    },
    user::{User, UserId},
};

use super::rows::{bad, changed, entries, entry, new_token, owned_by, user};

const MODES: [Mode; 3] = [Mode::Import, Mode::Assign, Mode::Activate];

fn planned(mode: Mode, snapshot: &TenantSnapshot, rows: &[ParsedRow]) -> Vec<PlannedRow> {
    let mut planner = Planner::new(mode, snapshot, rows);
    rows.iter().enumerate().map(|(index, entry)| planner.plan(index, entry)).collect()
}

/// The verdict on row 1 in each mode, in a tenant with this token and users 1 and 2.
fn in_each_mode(token: Option<Token>, row: impl Fn() -> ParsedRow) -> [String; 3] {
    let snapshot = TenantSnapshot::new(token.into_iter().collect(), vec![user(1), user(2)]);
    MODES.map(|mode| as_line(&planned(mode, &snapshot, &[row()])[0].verdict))
}

/// A verdict as one line.
fn as_line(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Work(work) => work.label().to_owned(),
        Verdict::Nothing(why) => format!("nothing: {why}"),
        Verdict::Repeats(why) => format!("repeats: {why}"),
        Verdict::Conflict(one) => format!("conflict: {}", one.message),
        Verdict::Cannot(all) => {
            let all: Vec<&str> = all.iter().map(|one| one.message.as_str()).collect();
            format!("cannot: {}", all.join(", "))
        }
    }
}

fn token(new: NewToken, status: TokenStatus, assigned_to: Option<&User>) -> Token {
    Token {
        id: TokenId::parse("00000000-0000-4000-9000-000000000001").unwrap(),
        serial: new.serial.clone(),
        manufacturer: new.manufacturer.clone(),
        model: new.model.clone(),
        hash: Some(new.hash),
        interval_seconds: new.interval.seconds(),
        status,
        assigned_to: assigned_to
            .map(|user| AssignedUser { id: user.id.clone(), name: Some(user.name.clone()) }),
        last_used: None,
        name: None,
    }
}

fn issues(row: &PlannedRow) -> Vec<&Issue> {
    match &row.verdict {
        Verdict::Cannot(all) => all.iter().collect(),
        Verdict::Conflict(one) => vec![one],
        _ => Vec::new(),
    }
}

#[test]
fn a_new_token_is_created_assigned_and_activated_according_to_the_mode() {
    let verdicts = in_each_mode(None, || entry(1));
    assert_eq!(verdicts, ["Create", "Create and assign", "Create, assign and activate"]);
}

#[test]
fn a_new_token_without_user_is_only_created() {
    assert_eq!(in_each_mode(None, || owned_by(1, None)), ["Create"; 3]);
}

#[test]
fn a_token_in_stock_is_assigned() {
    let stock = token(new_token(1), TokenStatus::Available, None);
    let verdicts = in_each_mode(Some(stock.clone()), || entry(1));
    assert_eq!(verdicts, ["nothing: Already in the inventory", "Assign", "Assign and activate"]);
    let verdicts = in_each_mode(Some(stock), || owned_by(1, None));
    assert_eq!(verdicts, ["nothing: Already in the inventory"; 3]);
}

#[test]
fn a_token_that_is_assigned_to_its_user_is_only_activated() {
    for status in [TokenStatus::Assigned, TokenStatus::FailedActivation, TokenStatus::Available] {
        let held = token(new_token(1), status, Some(&user(1)));
        let verdicts = in_each_mode(Some(held), || entry(1));
        assert_eq!(verdicts[0], "nothing: Already in the inventory");
        assert_eq!(verdicts[1..], ["nothing: Already assigned to this user", "Activate"]);
    }
}

#[test]
fn an_activated_token_is_left_alone() {
    let activated = token(new_token(1), TokenStatus::Activated, Some(&user(1)));
    let verdicts = in_each_mode(Some(activated), || entry(1));
    assert_eq!(verdicts[0], "nothing: Already in the inventory");
    assert_eq!(verdicts[1..], ["nothing: Already assigned to this user and activated"; 2]);
}

/// Microsoft calls such a token activated, and nobody can sign in with it.
#[test]
fn a_token_under_another_hash_is_told_and_its_correction_offered() {
    let other = |n: usize| Token {
        id: TokenId::parse(&format!("00000000-0000-4000-9000-{n:012}")).unwrap(),
        hash: Some(HashFunction::Sha256),
        ..token(new_token(n), TokenStatus::Activated, Some(&user(n)))
    };
    let verdicts = in_each_mode(Some(other(1)), || entry(1));
    let but = "but as SHA-256: the file says SHA-1";
    assert_eq!(verdicts[0], format!("nothing: Already in the inventory, {but}"));
    assert_eq!(verdicts[2], format!("nothing: Already assigned to this user and activated, {but}"));

    // 3 is SHA-256 in the file, too; the interval of 4 is another, and 5 names no hash.
    let mut tokens: Vec<Token> = [1, 2, 3, 4, 5].map(other).to_vec();
    tokens[3].interval_seconds = 60;
    let snapshot = TenantSnapshot::new(tokens, vec![user(1)]);
    let mut entries = entries(7);
    if let Ok(row) = &mut entries[5].result {
        row.hash_origin = HashOrigin::KeyLength;
    }
    let questions = hash_questions(&snapshot, &entries);
    let question = HashQuestion {
        in_tenant: HashFunction::Sha256,
        in_file: HashFunction::Sha1,
        rows: vec![1, 2, 5],
        silent: 1,
    };
    assert_eq!(questions, [question]);
    let (requests, code_sources) = questions[0].repairs(&snapshot, &entries);
    assert_eq!(code_sources.len(), 3);
    let corrects = |request: &ActionRequest| {
        let action = &request.resolved.as_ref().unwrap().action;
        matches!(action, TokenAction::RepairHash { hash: HashFunction::Sha1, .. })
    };
    assert!(requests.iter().all(corrects), "{requests:?}");
    assert_eq!(requests.iter().map(|request| request.line).collect::<Vec<_>>(), [3, 4, 7]);
}

#[test]
fn a_token_of_somebody_else_is_a_conflict_except_for_an_import() {
    for status in [TokenStatus::Assigned, TokenStatus::Activated] {
        let held = token(new_token(1), status, Some(&user(2)));
        let verdicts = in_each_mode(Some(held), || entry(1));
        assert_eq!(verdicts[0], "nothing: Already in the inventory");
        assert_eq!(verdicts[1..], ["conflict: The token is already assigned to User 2"; 2]);
    }
}

#[test]
fn other_settings_in_the_tenant_are_a_conflict_when_a_code_is_to_be_made() {
    let mut other = token(new_token(1), TokenStatus::Available, None);
    other.interval_seconds = 30;
    let verdicts = in_each_mode(Some(other.clone()), || entry(1));
    assert_eq!(verdicts[1], "Assign");
    assert_eq!(verdicts[2], "conflict: The tenant has this token as SHA-1, 30 s; the file says SHA-1, 60 s");
    other.interval_seconds = 60;
    other.hash = Some(HashFunction::Sha256);
    assert!(in_each_mode(Some(other.clone()), || entry(1))[2].starts_with("conflict: "));
    other.hash = None;
    assert_eq!(in_each_mode(Some(other), || entry(1))[2], "Assign and activate");
}

#[test]
fn a_serial_of_another_manufacturer_is_a_conflict_in_every_mode() {
    let of = |manufacturer: &str| Token {
        manufacturer: manufacturer.to_owned(),
        ..token(new_token(1), TokenStatus::Available, None)
    };
    let verdicts = in_each_mode(Some(of("Fabrikam")), || entry(1));
    let why = "conflict: The tenant has a token of Fabrikam under this serial number; the file says Contoso";
    assert_eq!(verdicts, [why; 3]);
    for same in [" CONTOSO ", ""] {
        assert_eq!(in_each_mode(Some(of(same)), || entry(1))[1], "Assign", "{same:?}");
    }
}

#[test]
fn of_two_tokens_with_one_serial_that_of_the_rows_manufacturer_is_taken() {
    for own in [2, 9] {
        let ours = Token { manufacturer: "contoso".to_owned(), assigned_to: None, ..assigned_to_user_1(own) };
        let theirs = |n| Token { manufacturer: "Fabrikam".to_owned(), ..assigned_to_user_1(n) };
        let tokens =
            [theirs(1), ours, theirs(10)].map(|token| Token { serial: new_token(1).serial, ..token });
        let snapshot = TenantSnapshot::new(tokens.to_vec(), vec![user(1)]);
        let found = snapshot.token(&new_token(1).serial, "Contoso").unwrap();
        assert_eq!(found.id, assigned_to_user_1(own).id);
    }
}

#[test]
fn a_token_that_is_assigned_to_an_unknown_user_is_a_conflict() {
    for status in [TokenStatus::Assigned, TokenStatus::Activated, TokenStatus::FailedActivation] {
        let verdicts = in_each_mode(Some(token(new_token(1), status, None)), || entry(1));
        assert_eq!(verdicts[0], "nothing: Already in the inventory");
        let why = "conflict: Somebody holds the token already, and the inventory does not say who";
        assert_eq!(verdicts[1..], [why; 2]);
    }
}

#[test]
fn the_users_own_list_shows_the_user_of_a_token_where_the_inventory_does_not() {
    for (listed, held, verdict) in [
        (TokenStatus::Available, TokenStatus::Assigned, "Activate"),
        (TokenStatus::Assigned, TokenStatus::Assigned, "Activate"),
        (
            TokenStatus::Activated,
            TokenStatus::Activated,
            "nothing: Already assigned to this user and activated",
        ),
    ] {
        let silent = token(new_token(1), listed, None);
        let own = token(new_token(1), held, Some(&user(1)));
        let snapshot =
            TenantSnapshot::new(vec![silent], vec![user(1)]).with_user_tokens(vec![(user(1).id, vec![own])]);
        assert_eq!(as_line(&planned(Mode::Activate, &snapshot, &[entry(1)])[0].verdict), verdict);
    }
}

#[test]
fn an_unknown_user_is_an_issue_except_for_an_import() {
    let stranger = || owned_by(1, Some(Owner::Upn("nobody@contoso.example".to_owned())));
    let verdicts = in_each_mode(None, stranger);
    assert_eq!(verdicts[0], "Create");
    assert_eq!(verdicts[1..], ["cannot: The tenant has no user nobody@contoso.example"; 2]);
}

#[test]
fn a_guest_and_a_disabled_user_cannot_get_a_token() {
    let ineligible = [
        (User { guest: Some(true), ..user(1) }, "user1@contoso.example is a guest"),
        (
            User { guest: None, upn: "x#EXT#@contoso.example".to_owned(), ..user(1) },
            "x#EXT#@contoso.example is a guest",
        ),
        (User { enabled: Some(false), ..user(1) }, "user1@contoso.example is disabled"),
    ];
    for (user, why) in ineligible {
        let rows = [owned_by(1, Some(Owner::Id(user.id.clone())))];
        let snapshot = TenantSnapshot::new(Vec::new(), vec![user]);
        let verdicts = MODES.map(|mode| as_line(&planned(mode, &snapshot, &rows)[0].verdict));
        assert_eq!(verdicts[0], "Create");
        assert_eq!(verdicts[1..], [format!("cannot: {why}"), format!("cannot: {why}")]);
    }
}

#[test]
fn a_token_that_a_disabled_user_has_already_is_no_issue() {
    let gone = User { enabled: Some(false), ..user(1) };
    let held = token(new_token(1), TokenStatus::Activated, Some(&gone));
    let snapshot = TenantSnapshot::new(vec![held], vec![gone]);
    let row = &planned(Mode::Activate, &snapshot, &[entry(1)])[0];
    assert!(matches!(row.verdict, Verdict::Nothing(_)));
}

#[test]
fn a_bad_row_has_all_its_issues_and_does_not_block_the_others() {
    for mode in MODES {
        let snapshot = TenantSnapshot::new(Vec::new(), vec![user(2)]);
        let rows = planned(mode, &snapshot, &[bad(1, &["too short", "bad interval"]), entry(2)]);
        assert_eq!(as_line(&rows[0].verdict), "cannot: too short, bad interval");
        assert!(matches!(rows[1].verdict, Verdict::Work(_)));
    }
}

#[test]
fn every_issue_says_what_to_do() {
    let other = token(new_token(1), TokenStatus::Assigned, Some(&user(2)));
    let snapshot = TenantSnapshot::new(vec![other], vec![user(1)]);
    for row in planned(Mode::Activate, &snapshot, &[entry(1), entry(2), bad(3, &["bad"])]) {
        assert!(!issues(&row).is_empty());
        assert!(issues(&row).iter().all(|one| !one.remedy.is_empty() && one.column.is_some()));
    }
}

#[test]
fn users_are_found_by_id_and_by_name_in_any_case() {
    let snapshot = TenantSnapshot::new(Vec::new(), vec![user(1)]);
    for owner in [Owner::Upn("USER1@Contoso.example".to_owned()), Owner::Id(user(1).id)] {
        let row = &planned(Mode::Assign, &snapshot, &[owned_by(1, Some(owner))])[0];
        let Verdict::Work(work) = &row.verdict else { unreachable!("{:?}", row.verdict) };
        assert_eq!(work.user, Some(user(1)));
        assert_eq!(work.then, Some(NextWrite::Assign));
        assert_eq!(row.owner_name, "User 1");
    }
}

/// `count` other tokens of user 1, which the inventory does not show.
fn holding(count: usize) -> (UserId, Vec<Token>) {
    let held = (0..count).map(|n| assigned_to_user_1(100 + n));
    (user(1).id, held.collect())
}

fn assigned_to_user_1(n: usize) -> Token {
    Token {
        id: TokenId::parse(&format!("00000000-0000-4000-9000-{n:012x}")).unwrap(),
        ..token(new_token(n), TokenStatus::Activated, Some(&user(1)))
    }
}

/// Rows 0, 1, 2, … all for user 1.
fn for_one_user(count: usize) -> Vec<ParsedRow> {
    (0..count).map(|n| owned_by(n, Some(Owner::Upn(user(1).upn)))).collect()
}

#[test]
fn a_user_gets_no_sixth_token_counting_those_of_earlier_rows() {
    for mode in [Mode::Assign, Mode::Activate] {
        for (held, work) in [(0, 5), (3, 2), (5, 0), (9, 0)] {
            let snapshot =
                TenantSnapshot::new(Vec::new(), vec![user(1)]).with_user_tokens(vec![holding(held)]);
            let rows = planned(mode, &snapshot, &for_one_user(7));
            let is_work = |row: &PlannedRow| matches!(row.verdict, Verdict::Work(_));
            assert_eq!(rows.iter().take_while(|row| is_work(row)).count(), work);
            assert_eq!(rows.iter().filter(|row| is_work(row)).count(), work);
            assert_eq!(held.min(MAX_TOKENS_PER_USER) + work, MAX_TOKENS_PER_USER);
        }
    }
    let snapshot = TenantSnapshot::new(Vec::new(), vec![user(1)]).with_user_tokens(vec![holding(5)]);
    assert_eq!(as_line(&planned(Mode::Import, &snapshot, &for_one_user(1))[0].verdict), "Create");
}

#[test]
fn a_token_that_the_user_has_already_needs_no_quota() {
    let held = token(new_token(1), TokenStatus::Assigned, Some(&user(1)));
    let snapshot = TenantSnapshot::new(vec![held], vec![user(1)]).with_user_tokens(vec![holding(5)]);
    assert_eq!(as_line(&planned(Mode::Activate, &snapshot, &[entry(1)])[0].verdict), "Activate");
}

#[test]
fn tokens_that_the_inventory_shows_count_once_though_a_page_repeats_them() {
    let snapshot = TenantSnapshot::new([11, 12, 11].map(assigned_to_user_1).to_vec(), vec![user(1)]);
    assert_eq!(snapshot.token_count(&user(1).id), 2);
    assert_eq!(snapshot.token_count(&UserId::parse("00000000-0000-4000-8000-0000000000ff").unwrap()), 0);
}

#[test]
fn the_same_row_again_is_a_repetition_even_in_other_case() {
    for mode in MODES {
        let shouted = changed(1, |row| {
            row.token.serial = SerialNumber::parse("s00001").unwrap();
            row.owner = Some(Owner::Upn("USER1@CONTOSO.EXAMPLE".to_owned()));
        });
        let snapshot = TenantSnapshot::new(Vec::new(), vec![user(1)]);
        let rows = planned(mode, &snapshot, &[entry(1), entry(1), shouted]);
        assert!(matches!(rows[0].verdict, Verdict::Work(_)));
        assert_eq!(as_line(&rows[1].verdict), "repeats: Repeats line 3: the same token for the same user");
        assert_eq!(as_line(&rows[2].verdict), as_line(&rows[1].verdict));
    }
}

#[test]
fn rows_that_contradict_each_other_are_all_refused() {
    let others: [ParsedRow; 4] = [
        changed(1, |row| row.token.seed = Seed::from_bytes(vec![1; 20]).unwrap()),
        changed(1, |row| row.token.interval = Interval::S30),
        changed(1, |row| row.token.hash = HashFunction::Sha256),
        changed(1, |row| row.owner = Some(Owner::Upn(user(2).upn))),
    ];
    let snapshot = TenantSnapshot::new(Vec::new(), vec![user(1), user(2)]);
    for other in others {
        // The third agrees with the first, but that does not show which one is right.
        let rows = planned(Mode::Activate, &snapshot, &[entry(1), other, entry(1)]);
        for row in rows {
            assert!(as_line(&row.verdict).contains("gives the same serial number another"), "{row:?}");
        }
    }
}

#[test]
fn rows_keep_their_line_serial_and_user() {
    let snapshot = TenantSnapshot::new(Vec::new(), Vec::new());
    for (n, row) in planned(Mode::Import, &snapshot, &entries(3)).iter().enumerate() {
        assert_eq!(row.line, u64::try_from(n).unwrap() + 2);
        assert_eq!((row.serial.clone(), row.owner.clone()), (format!("S{n:05}"), user(n).upn));
    }
}

#[test]
fn users_named_by_their_ids_are_compared_as_well() {
    let for_id = |id| owned_by(1, Some(Owner::Id(id)));
    let snapshot = TenantSnapshot::new(Vec::new(), vec![user(1), user(2)]);
    let second = |other| as_line(&planned(Mode::Assign, &snapshot, &[for_id(user(1).id), other])[1].verdict);
    assert_eq!(second(for_id(user(1).id)), "repeats: Repeats line 3: the same token for the same user");
    for other in [for_id(user(2).id), owned_by(1, None)] {
        assert!(second(other).starts_with("cannot: Line 3 gives the same serial number another"));
    }
}

#[test]
fn an_import_notes_the_user_to_whom_it_does_not_assign_the_token() {
    let snapshot = TenantSnapshot::new(Vec::new(), vec![user(1)]);
    let notes = |mode, row: ParsedRow| planned(mode, &snapshot, &[row]).remove(0).notes;
    assert_eq!(notes(Mode::Import, entry(1)), ["import only: not assigned to user1@contoso.example"]);
    assert_eq!(notes(Mode::Import, owned_by(1, None)), [""; 0]);
    assert_eq!(notes(Mode::Assign, entry(1)), [""; 0]);
    assert_eq!(notes(Mode::Activate, entry(1)), [""; 0]);
}

#[test]
fn the_users_own_list_says_whose_a_token_is_and_the_inventory_its_status() {
    let known = |listed: Token, own: Token| {
        let snapshot = TenantSnapshot::new(vec![listed], vec![user(1), user(2)])
            .with_user_tokens(vec![(user(1).id, vec![own])]);
        let token = snapshot.token(&new_token(1).serial, "Contoso").unwrap();
        (token.assigned_to.as_ref().unwrap().id.clone(), token.status.clone())
    };
    let own = || token(new_token(1), TokenStatus::Assigned, Some(&user(1)));
    let elsewhere = token(new_token(1), TokenStatus::Activated, Some(&user(2)));
    assert_eq!(known(elsewhere, own()), (user(1).id, TokenStatus::Assigned));
    let activated = token(new_token(1), TokenStatus::Activated, Some(&user(1)));
    assert_eq!(known(activated, own()), (user(1).id, TokenStatus::Activated));
}

#[test]
fn a_user_is_found_whose_apostrophe_the_file_doubles_or_prints() {
    let pat = User { upn: "pat.o'brien@contoso.example".to_owned(), ..user(1) };
    let snapshot = TenantSnapshot::new(Vec::new(), vec![pat]);
    for upn in ["pat.o''brien@contoso.example", "Pat.O\u{2019}Brien@contoso.example"] {
        let row =
            planned(Mode::Assign, &snapshot, &[owned_by(1, Some(Owner::Upn(upn.to_owned())))]).remove(0);
        assert_eq!(as_line(&row.verdict), "Create and assign", "{upn}");
        assert_eq!(
            row.notes,
            ["found as pat.o'brien@contoso.example: the apostrophe is written differently in the file"]
        );
    }
    let as_written = Some(Owner::Upn("pat.o'brien@contoso.example".to_owned()));
    assert_eq!(planned(Mode::Assign, &snapshot, &[owned_by(1, as_written)])[0].notes, [""; 0]);
}

#[test]
fn another_spelling_of_the_maker_is_one_question_for_the_file() {
    let csv = |n: usize, maker: &str| format!("S{n:05},JBSWY3DPEHPK3PXP,30,{maker},T1\n");
    let text = format!(
        "serial number,secret key,time interval,manufacturer,model\n{}{}{}{}",
        csv(1, "GA"),
        csv(2, "GA"),
        csv(3, "GA"),
        csv(4, "Other"),
    );
    let mut file = SeedFile::open(text.into_bytes()).unwrap();
    let rows = file.read(10);
    let mut table = file.into_table(rows);
    let theirs = |n: usize| {
        let id = TokenId::parse(&format!("00000000-0000-4000-9000-{n:012}")).unwrap();
        let new = NewToken { manufacturer: "Thales".to_owned(), ..new_token(n) };
        Token { id, ..token(new, TokenStatus::Available, None) }
    };
    let snapshot = TenantSnapshot::new(vec![theirs(1), theirs(2)], Vec::new());
    let questions = maker_questions(&snapshot, table.rows());
    let expected = MakerQuestion { in_file: "GA".to_owned(), in_tenant: "Thales".to_owned(), rows: 2 };
    assert_eq!(questions, [expected]);
    let edits = questions[0].edits(table.rows());
    assert_eq!(edits.iter().map(|edit| edit.row).collect::<Vec<_>>(), [0, 1, 2], "those of new tokens too");
    edits.iter().for_each(|edit| table.apply(edit));
    assert!(maker_questions(&snapshot, table.rows()).is_empty());
    let lines: Vec<String> =
        planned(Mode::Import, &snapshot, table.rows()).iter().map(|row| as_line(&row.verdict)).collect();
    assert_eq!(
        lines,
        ["nothing: Already in the inventory", "nothing: Already in the inventory", "Create", "Create"]
    );
}
