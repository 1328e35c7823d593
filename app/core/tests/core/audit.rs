//! The audit log's model: which entries a filter finds, what a browser may send, and the numbers of a run.

use token_core::audit::{
    Actor, ActorKind, AuditAction, AuditEntry, AuditFilter, AuditLogLine, EntryStatus, PersonRef, RunCount,
    RunId, RunRow, RunRows, RunSummary, TokenRef,
};

const TOKEN_ID: &str = "00000000-0000-4000-9000-000000000001";
const PERSON_ID: &str = "00000000-0000-4000-8000-000000000002";

/// Ada assigns token GALT-7 to Bob O'Brien, in row 3 of a run.
fn entry() -> AuditEntry {
    AuditEntry {
        number: 7,
        intent: Some(6),
        at_ms: 1_000,
        actor: Actor {
            kind: ActorKind::Person,
            name: "Ada Lovelace".into(),
            upn: "ada@contoso.com".into(),
            id: "00000000-0000-4000-8000-000000000001".into(),
        },
        role: "administrator".into(),
        address: "192.0.2.7".into(),
        tenant: "contoso.com".into(),
        action: AuditAction::Assign,
        token: Some(TokenRef { id: Some(TOKEN_ID.into()), serial: Some("GALT-7".into()) }),
        person: Some(PersonRef {
            id: Some(PERSON_ID.into()),
            upn: Some("bob@contoso.com".into()),
            name: Some("Bob O'Brien".into()),
        }),
        run: Some(RunRow { id: RunId::from_random(1), row: 3 }),
        before: "in stock".into(),
        after: "assigned to bob@contoso.com".into(),
        result: EntryStatus::Refused,
        reason: "The user has five tokens".into(),
        request_id: Some("req-0815".into()),
        duration_ms: Some(120),
    }
}

/// Nobody signed in; neither token, person nor run is concerned.
fn anonymous_entry() -> AuditEntry {
    AuditEntry {
        actor: Actor::named(ActorKind::Anonymous, ""),
        token: None,
        person: None,
        run: None,
        ..entry()
    }
}

fn all() -> AuditFilter {
    AuditFilter::default()
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// A filter with every condition, which the entry meets.
fn every_condition() -> AuditFilter {
    AuditFilter {
        from_ms: Some(1_000),
        to_ms: Some(1_001),
        actor: text("ADA@contoso.com"),
        token: text("galt-7"),
        person: text("Bob O'Brien"),
        action: Some(AuditAction::Assign),
        result: Some(EntryStatus::Refused),
        run: Some(RunId::from_random(1)),
        text: text("ada five"),
    }
}

#[test]
fn a_filter_without_conditions_finds_every_entry() {
    assert!(all().is_empty());
    assert!(all().matches(&entry()) && all().matches(&anonymous_entry()));
}

#[test]
fn an_entry_must_meet_every_condition() {
    let filter = every_condition;
    assert!(filter().matches(&entry()));
    let failing = [
        AuditFilter { from_ms: Some(1_001), ..filter() },
        AuditFilter { to_ms: Some(1_000), ..filter() },
        AuditFilter { to_ms: Some(999), ..filter() },
        AuditFilter { actor: text("bob@contoso.com"), ..filter() },
        AuditFilter { token: text("GALT-8"), ..filter() },
        AuditFilter { person: text("Ada Lovelace"), ..filter() },
        AuditFilter { action: Some(AuditAction::Unassign), ..filter() },
        AuditFilter { result: Some(EntryStatus::Done), ..filter() },
        AuditFilter { run: Some(RunId::from_random(2)), ..filter() },
        AuditFilter { text: text("ada six"), ..filter() },
    ];
    for filter in failing {
        assert!(!filter.matches(&entry()), "{filter:?}");
    }
}

#[test]
fn a_time_range_includes_its_beginning_and_excludes_its_end() {
    let found = |from_ms, to_ms| AuditFilter { from_ms, to_ms, ..all() }.matches(&entry());
    assert!(found(Some(1_000), None) && found(Some(999), None) && !found(Some(1_001), None));
    assert!(found(None, Some(1_001)) && !found(None, Some(1_000)) && !found(None, Some(1)));
}

#[test]
fn people_and_tokens_are_found_by_each_of_their_names_as_a_whole_in_any_case() {
    let by_actor = |name: &str| AuditFilter { actor: text(name), ..all() }.matches(&entry());
    let by_token = |name: &str| AuditFilter { token: text(name), ..all() }.matches(&entry());
    let by_person = |name: &str| AuditFilter { person: text(name), ..all() }.matches(&entry());
    for name in ["ada@contoso.com", "ADA LOVELACE", "00000000-0000-4000-8000-000000000001"] {
        assert!(by_actor(name) && !by_person(name) && !by_token(name), "{name}");
    }
    for name in ["Galt-7", TOKEN_ID] {
        assert!(by_token(name) && !by_actor(name) && !by_person(name), "{name}");
    }
    for name in ["BOB@contoso.com", "bob o'brien", PERSON_ID] {
        assert!(by_person(name) && !by_actor(name) && !by_token(name), "{name}");
    }
    for part in ["ada", "GALT", "bob", ""] {
        assert!(!by_actor(part) && !by_token(part) && !by_person(part), "{part:?}");
    }
}

#[test]
fn an_entry_without_names_is_found_by_no_name() {
    for filter in [
        AuditFilter { actor: text(""), ..all() },
        AuditFilter { token: text("GALT-7"), ..all() },
        AuditFilter { person: text("bob@contoso.com"), ..all() },
        AuditFilter { run: Some(RunId::from_random(1)), ..all() },
    ] {
        assert!(!filter.matches(&anonymous_entry()), "{filter:?}");
    }
}

#[test]
fn a_search_finds_the_beginnings_of_words_in_every_text_of_an_entry() {
    let found = |words: &str| AuditFilter { text: text(words), ..all() }.matches(&entry());
    for words in [
        "lovelace",
        "ADA contoso",
        "192.0.2.7",
        "stock",
        "assigned",
        "five tok",
        "req-0815",
        "galt",
        "00000000-0000-4000-9000",
        "o'brien",
        "bob@contoso.com",
        PERSON_ID,
        " , ",
    ] {
        assert!(found(words), "{words}");
    }
    for words in ["ovelace", "ada six", "unassigned", "fivetokens"] {
        assert!(!found(words), "{words}");
    }
    let words: Vec<&str> = AuditFilter::words(" Bob O'Brien, GALT-7!").collect();
    assert_eq!(words, ["Bob", "O", "Brien", "GALT", "7"]);
}

#[test]
fn only_a_time_range_keeps_the_runs_together() {
    let range = AuditFilter { from_ms: Some(1), to_ms: Some(2), ..all() };
    assert!(all().is_time_range_only() && range.is_time_range_only() && !range.is_empty());
    let others = [
        AuditFilter { actor: text("a"), ..range.clone() },
        AuditFilter { token: text("a"), ..range.clone() },
        AuditFilter { person: text("a"), ..range.clone() },
        AuditFilter { action: Some(AuditAction::Assign), ..range.clone() },
        AuditFilter { result: Some(EntryStatus::Done), ..range.clone() },
        AuditFilter { run: Some(RunId::from_random(1)), ..range.clone() },
        AuditFilter { text: text("a"), ..range },
    ];
    for filter in others {
        assert!(!filter.is_time_range_only() && !filter.is_empty(), "{filter:?}");
    }
}

#[test]
fn blank_conditions_are_no_conditions() {
    let typed = AuditFilter { actor: text(" ada "), token: text(""), person: text(" \t"), ..all() };
    assert_eq!(typed.trimmed(), AuditFilter { actor: text("ada"), ..all() });
    assert_eq!(AuditFilter { text: text("\n"), ..all() }.trimmed(), all());
    assert_eq!(every_condition().trimmed(), every_condition());
}

#[test]
fn a_condition_has_at_most_256_characters() {
    let of = |length: usize| {
        let long = Some("é".repeat(length));
        [
            AuditFilter { actor: long.clone(), ..all() },
            AuditFilter { token: long.clone(), ..all() },
            AuditFilter { person: long.clone(), ..all() },
            AuditFilter { text: long, ..all() },
        ]
    };
    assert!(of(256).iter().chain([&all()]).all(|filter| filter.validate().is_none()));
    for filter in of(257) {
        assert_eq!(filter.validate().unwrap(), "a filter is longer than 256 characters");
    }
}

#[test]
fn a_filter_in_a_url_names_its_conditions_and_encodes_their_texts() {
    assert_eq!(all().to_query(), "");
    let run = RunId::from_random(1);
    let url = format!(
        "from_ms=1000&to_ms=1001&actor=ADA%40contoso%2Ecom&token=galt%2D7&person=Bob%20O%27Brien&action=assign\
         &result=refused&run={}&text=ada%20five",
        run.as_str()
    );
    assert_eq!(every_condition().to_query(), url);
}

fn run(counts: &[(AuditAction, EntryStatus, u64)]) -> RunSummary {
    let counts = counts.iter().map(|(action, result, count)| RunCount {
        action: *action,
        result: *result,
        count: *count,
    });
    RunSummary {
        id: RunId::from_random(1),
        first: 3,
        last: 9,
        began_ms: 1_000,
        ended_ms: 2_000,
        actor: Actor::program(),
        counts: counts.collect(),
    }
}

#[test]
fn a_run_counts_its_entries_by_result_over_all_actions() {
    let run = run(&[
        (AuditAction::Create, EntryStatus::Done, 40),
        (AuditAction::AssignAndActivate, EntryStatus::Done, 38),
        (AuditAction::AssignAndActivate, EntryStatus::Refused, 2),
    ]);
    assert_eq!(run.of(EntryStatus::Done), 78);
    assert_eq!(run.of(EntryStatus::Refused), 2);
    assert_eq!(run.of(EntryStatus::Open), 0);
}

#[test]
fn a_line_is_listed_by_the_number_of_its_entry_or_of_the_last_entry_of_its_run() {
    assert_eq!(AuditLogLine::Entry(Box::new(entry())).number(), 7);
    assert_eq!(AuditLogLine::Run(run(&[])).number(), 9);
}

#[test]
fn a_row_of_a_run_is_at_most_ten_million() {
    let rows = |row| RunRows { id: RunId::from_random(7), rows: vec![0, row], size: 4 };
    assert_eq!(rows(10_000_000).validate(2), None);
    assert_eq!(rows(10_000_001).validate(2).unwrap(), "a row is higher than 10000000");
    assert_eq!(rows(1).validate(1).unwrap(), "2 rows are named for 1 items");
}

#[test]
fn the_id_of_a_run_is_a_guid_in_lower_case() {
    let guid = "0123ABCD-4567-89EF-0123-456789ABCDEF";
    assert_eq!(RunId::parse(guid).unwrap().as_str(), guid.to_lowercase());
    assert_eq!(RunId::parse("1"), None);
    assert!(serde_json::from_str::<RunId>("\"1\"").is_err());
    let id = RunId::from_random(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
    assert_eq!(id.as_str(), "01234567-89ab-4def-a123-456789abcdef");
}

#[test]
fn actions_and_results_are_shown_by_their_names() {
    assert_eq!(AuditAction::SignInRefused.to_string(), "Sign-in refused");
    assert_eq!(EntryStatus::NotDone.to_string(), "Not carried out");
}

#[test]
fn only_changes_of_tokens_are_writes_to_microsoft_graph() {
    let writes: Vec<&str> =
        AuditAction::ALL.into_iter().filter(|action| action.is_write()).map(AuditAction::as_str).collect();
    let expected = [
        "create",
        "assign",
        "activate",
        "assign_and_activate",
        "unassign",
        "deactivate",
        "delete",
        "rename",
        "set_hash",
        "claim",
        "own_activate",
        "own_refresh",
    ];
    assert_eq!(writes, expected);
}

#[test]
fn the_operations_of_a_run_are_its_writes_whatever_became_of_them() {
    let run = run(&[
        (AuditAction::Create, EntryStatus::Done, 40),
        (AuditAction::AssignAndActivate, EntryStatus::Refused, 2),
        (AuditAction::Prove, EntryStatus::Done, 1),
    ]);
    assert_eq!(run.operations(), 42);
}
