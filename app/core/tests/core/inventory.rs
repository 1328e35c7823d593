//! The list of tokens: merging, searching, filtering, sorting, counting, and its state in the URL.
#![expect(clippy::unwrap_used, reason = "a test fails on unexpected values")]

use proptest::{option, prelude::*};
use token_core::{
    inventory::{
        AssignedUserInfo, Column, Inventory, InventoryQuery, SavedView, ScanResult, Sort, StatusTotals,
        UserDataGaps, split_filter_words, suggestions,
    },
    token::{AssignedUser, HashFunction, SerialNumber, Token, TokenId, TokenStatus},
    user::User,
};

use crate::tokens::{guid, token, user_id};

fn held_by(mut token: Token, user: u32, name: Option<&str>) -> Token {
    token.status = TokenStatus::Assigned;
    token.assigned_to = Some(AssignedUser { id: user_id(user), name: name.map(str::to_owned) });
    token
}

fn user(number: u32, name: &str, upn: &str) -> User {
    User { id: user_id(number), name: name.into(), upn: upn.into(), mail: None, enabled: None, guest: None }
}

fn inventory(tokens: Vec<Token>) -> Inventory {
    let mut inventory = Inventory::new();
    inventory.merge_page(tokens);
    inventory
}

/// Serials in the order of a view.
fn serials<'a>(inventory: &'a Inventory, query: &InventoryQuery) -> Vec<&'a str> {
    inventory.view(query).into_iter().map(|place| inventory.get(place).unwrap().serial.as_str()).collect()
}

fn search(text: &str) -> InventoryQuery {
    InventoryQuery { text: text.into(), ..InventoryQuery::default() }
}

fn sorted(column: Column, descending: bool) -> InventoryQuery {
    InventoryQuery { sort: Sort { column, descending }, ..InventoryQuery::default() }
}

#[test]
fn a_repeated_token_is_updated_in_its_place() {
    let mut list = inventory(vec![token(1, "B"), token(2, "A")]);
    assert_eq!(serials(&list, &InventoryQuery::default()), ["A", "B"]);
    list.merge_page(vec![held_by(token(1, "B"), 7, Some("Ada")), token(3, "0")]);
    list.replace(token(2, "C"));
    let arrived: Vec<&str> = list.tokens().iter().map(|token| token.serial.as_str()).collect();
    assert_eq!(arrived, ["B", "C", "0"]);
    assert_eq!(serials(&list, &InventoryQuery::default()), ["0", "B", "C"]);
    assert_eq!(serials(&list, &search("ada")), ["B"]);
    assert_eq!(serials(&list, &search("a")).len(), 3, "every column is searched: Contoso, SHA-1, Activated");
    assert_eq!(list.find(&token(1, "x").id).unwrap().status, TokenStatus::Assigned);
}

#[test]
fn assigned_users_are_pending_then_known_or_deleted() {
    let mut list = inventory(vec![
        held_by(token(1, "A"), 7, None),
        held_by(token(2, "B"), 8, Some("Gone Person")),
        held_by(token(3, "C"), 7, None),
    ]);
    assert_eq!(list.users_to_look_up(9), [user_id(7), user_id(8)]);
    assert_eq!(list.users_to_look_up(1), [user_id(7)]);
    assert_eq!(list.user(&user_id(7)), AssignedUserInfo::Pending);
    let ada = user(7, "Ada", "ada@contoso.com");
    list.set_users(vec![ada.clone()]);
    list.mark_deleted(&[user_id(7), user_id(8)]);
    assert_eq!(list.user(&user_id(7)), AssignedUserInfo::Known(&ada));
    assert_eq!(list.user(&user_id(8)), AssignedUserInfo::Deleted);
    assert!(list.users_to_look_up(9).is_empty());
    assert_eq!(serials(&list, &search("gone")), ["B"], "the name that the inventory keeps is still found");
}

#[test]
fn finds_all_words_in_any_column_and_case() {
    let mut list = inventory(vec![
        held_by(token(1, "GALT-0042"), 7, Some("O. Brien")),
        Token {
            hash: Some(HashFunction::Sha256),
            last_used: Some("2026-01-15T10:00:00Z".into()),
            ..token(2, "X1")
        },
        Token {
            manufacturer: "Łódź Keys".into(),
            interval_seconds: 60,
            name: Some("spare".into()),
            ..token(3, "X2")
        },
    ]);
    list.set_users(vec![user(7, "Siobhán O'Brien", "SOBrien@contoso.com")]);
    let cases: [(&str, &[&str]); 10] = [
        ("0042", &["GALT-0042"]),
        ("o'brien", &["GALT-0042"]),
        ("  SIOBHÁN   galt ", &["GALT-0042"]),
        ("sobrien@", &["GALT-0042"]),
        ("łÓDŹ", &["X2"]),
        ("sha-256", &["X1"]),
        ("2026-01", &["X1"]),
        ("spare stock 60", &["X2"]),
        ("galt spare", &[]),
        ("x1contoso", &[]),
    ];
    for (text, found) in cases {
        assert_eq!(serials(&list, &search(text)), found, "{text}");
    }
}

#[test]
fn filters_by_status_and_model() {
    let odd = Token { status: TokenStatus::Other("lost".into()), model: "HT-2".into(), ..token(3, "C") };
    let list = inventory(vec![token(1, "A"), held_by(token(2, "B"), 7, None), odd]);
    let by_status = |status| InventoryQuery { status: Some(status), ..InventoryQuery::default() };
    assert_eq!(serials(&list, &by_status(TokenStatus::Assigned)), ["B"]);
    assert_eq!(serials(&list, &by_status(TokenStatus::Other(String::new()))), ["C"]);
    let model = Some(("Contoso".to_owned(), "HT-1".to_owned()));
    assert_eq!(
        serials(&list, &InventoryQuery { model: model.clone(), ..InventoryQuery::default() }),
        ["A", "B"]
    );
    assert_eq!(serials(&list, &InventoryQuery { model, ..by_status(TokenStatus::Available) }), ["A"]);
}

#[test]
fn empty_values_come_last_in_both_directions_and_ties_by_serial() {
    let used = |number, serial, day: &str| Token {
        last_used: Some(format!("2026-01-{day}")),
        ..token(number, serial)
    };
    let list = inventory(vec![
        Token { last_used: Some(String::new()), ..token(1, "e") },
        used(2, "d", "02"),
        token(3, "C"),
        used(4, "b", "01"),
        used(5, "A", "02"),
    ]);
    assert_eq!(serials(&list, &sorted(Column::Serial, false)), ["A", "b", "C", "d", "e"]);
    assert_eq!(serials(&list, &sorted(Column::Serial, true)), ["e", "d", "C", "b", "A"]);
    assert_eq!(serials(&list, &sorted(Column::LastUsed, false)), ["b", "A", "d", "C", "e"]);
    assert_eq!(serials(&list, &sorted(Column::LastUsed, true)), ["A", "d", "b", "C", "e"]);
}

#[test]
fn names_that_arrive_late_change_the_order() {
    let mut list = inventory(vec![held_by(token(1, "A"), 7, None), held_by(token(2, "B"), 8, Some("mid"))]);
    let by_user = sorted(Column::User, false);
    assert_eq!(serials(&list, &by_user), ["B", "A"], "no name yet");
    list.set_users(vec![user(7, "Ada", "a@x")]);
    assert_eq!(serials(&list, &by_user), ["A", "B"]);
    list.set_users(vec![user(7, "", "zoe@x")]);
    assert_eq!(serials(&list, &by_user), ["B", "A"], "a user without a name stands by user principal name");
}

#[test]
fn sorts_every_other_column_by_value() {
    let mut list = inventory(vec![token(1, "A"), token(2, "B"), token(3, "C")]);
    list.replace(Token {
        interval_seconds: 120,
        hash: None,
        status: TokenStatus::FailedActivation,
        ..token(1, "A")
    });
    list.replace(Token {
        interval_seconds: 60,
        hash: Some(HashFunction::Sha256),
        model: "ht-0".into(),
        ..token(2, "B")
    });
    list.replace(Token { interval_seconds: 60, ..token(4, "D") });
    assert_eq!(serials(&list, &sorted(Column::Settings, false)), ["C", "D", "B", "A"]);
    assert_eq!(serials(&list, &sorted(Column::Settings, true)), ["B", "D", "C", "A"]);
    assert_eq!(serials(&list, &sorted(Column::Status, false)), ["B", "C", "D", "A"]);
    assert_eq!(serials(&list, &sorted(Column::Model, false)), ["B", "A", "C", "D"]);
}

#[test]
fn counts_statuses_and_models() {
    let mut list = inventory((1..=4).map(|number| token(number, &format!("S{number}"))).collect());
    list.replace(Token { status: TokenStatus::Activated, model: "ht-0".into(), ..token(1, "S1") });
    list.replace(Token {
        status: TokenStatus::FailedActivation,
        manufacturer: "acme".into(),
        ..token(2, "S2")
    });
    list.replace(Token { status: TokenStatus::Other("lost".into()), ..token(3, "S3") });
    let expected = StatusTotals { available: 1, assigned: 0, activated: 1, failed: 1, other: 1, total: 4 };
    assert_eq!(list.view_with_totals(&InventoryQuery::default()).totals, expected);
    let one =
        InventoryQuery { text: "S1".into(), status: Some(TokenStatus::Available), ..Default::default() };
    let view = list.view_with_totals(&one);
    assert!(view.rows.is_empty(), "it is not available");
    assert_eq!((view.totals.activated, view.totals.total), (1, 1), "the totals leave the chosen status out");
    let model = |manufacturer: &str, model: &str, count| (manufacturer.to_owned(), model.to_owned(), count);
    assert_eq!(
        list.models(),
        [model("acme", "HT-1", 1), model("Contoso", "ht-0", 1), model("Contoso", "HT-1", 2)]
    );
}

#[test]
fn a_saved_view_is_a_filter_of_the_list() {
    let with_status = |token, status| Token { status, ..token };
    let with_use = |token, used: &str| Token { last_used: Some(used.to_owned()), ..token };
    // The last day of January 2026.
    let mut list = Inventory::new().with_clock(|| 1_769_817_600_000);
    list.merge_page(vec![
        held_by(token(1, "A"), 7, Some("Ada")),
        with_use(held_by(token(2, "B"), 7, Some("Ada")), "2025-11-02T00:00:01Z"),
        with_status(held_by(token(3, "C"), 8, Some("Bob")), TokenStatus::FailedActivation),
        with_use(held_by(token(4, "D"), 9, Some("Gone")), "2025-11-01T23:59:59Z"),
        with_use(token(5, "E"), "2020-01-01T00:00:00Z"),
        with_status(token(6, "F"), TokenStatus::Activated),
    ]);
    assert_eq!(serials(&list, &SavedView::InactiveUsers.query()), [""; 0], "no user was looked up yet");
    let bob = User { enabled: Some(false), ..user(8, "Bob", "bob@x") };
    list.set_users(vec![user(7, "Ada", "ada@x"), bob]);
    list.mark_deleted(&[user_id(7), user_id(8), user_id(9)]);
    let cases: [(SavedView, &[&str]); 5] = [
        (SavedView::Stock, &["E"]),
        (SavedView::NeverUsed, &["A", "C"]),
        (SavedView::Unused, &["D"]),
        (SavedView::InactiveUsers, &["C", "D"]),
        (SavedView::Several, &["A", "B"]),
    ];
    for (saved_view, expected) in cases {
        assert_eq!(serials(&list, &saved_view.query()), expected, "{saved_view:?}");
        assert_eq!(list.count(saved_view), expected.len());
    }
    let failed =
        InventoryQuery { status: Some(TokenStatus::FailedActivation), ..SavedView::NeverUsed.query() };
    assert_eq!(serials(&list, &failed), ["C"], "filters and words go with a report");
    list.replace(token(2, "B"));
    assert_eq!(list.count(SavedView::Several), 0, "one of the two came back");
}

#[test]
fn stock_is_counted_by_model_and_empty_stock_is_included() {
    let of_model = |token: Token, model: &str| Token { model: model.to_owned(), ..token };
    let list = inventory(vec![
        of_model(token(1, "A"), "b"),
        of_model(token(2, "B"), "b"),
        of_model(held_by(token(3, "C"), 7, None), "A"),
    ]);
    let model = |model: &str, count| ("Contoso".to_owned(), model.to_owned(), count);
    assert_eq!(list.stock_by_model(), [model("A", 0), model("b", 2)]);
}

#[test]
fn the_url_leaves_out_defaults_and_ignores_unknown_values() {
    assert_eq!(InventoryQuery::default().to_query_string(), "");
    let query = InventoryQuery {
        text: "o'brien & söhne".into(),
        status: Some(TokenStatus::FailedActivation),
        model: Some(("A:B".into(), "C:D".into())),
        saved_view: Some(SavedView::InactiveUsers),
        sort: Sort { column: Column::LastUsed, descending: true },
    };
    let url = "q=o%27brien%20%26%20s%C3%B6hne&status=failed&model=A%253AB%3AC%3AD&report=lost-holders&sort=-last-used";
    assert_eq!(query.to_query_string(), url);
    let typed = [
        ("status", "nonsense"),
        ("model", "no colon"),
        ("sort", "-"),
        ("report", "x"),
        ("page", "7"),
        ("q", "x"),
    ];
    assert_eq!(InventoryQuery::from_pairs(typed), search("x"));
    let old = InventoryQuery::from_pairs([("report", "not-activated"), ("sort", "-interval")]);
    assert_eq!(old.to_query_string(), "status=assigned&sort=-hash", "links to what there was before");
}

#[test]
fn a_second_click_on_a_column_reverses_its_order() {
    let user = Sort::default().clicked(Column::User);
    assert_eq!(user, Sort { column: Column::User, descending: false });
    assert_eq!(user.clicked(Column::User), Sort { column: Column::User, descending: true });
    assert_eq!(user.clicked(Column::User).clicked(Column::User), user);
}

/// Splits and decodes a URL's query as a browser does.
fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |part: &str| percent_encoding::percent_decode_str(part).decode_utf8().unwrap().into_owned();
    let halves = query.split('&').filter_map(|pair| pair.split_once('='));
    halves.map(|(key, value)| (decode(key), decode(value))).collect()
}

fn queries() -> impl Strategy<Value = InventoryQuery> {
    let status = prop::sample::select(vec![
        TokenStatus::Available,
        TokenStatus::Assigned,
        TokenStatus::Activated,
        TokenStatus::FailedActivation,
        TokenStatus::Other(String::new()),
    ]);
    let name = || prop_oneof!["\\PC{0,12}", "[%:2353A&=+ ]{0,12}"];
    let sort = (prop::sample::select(Column::ALL.to_vec()), any::<bool>());
    let saved_view = option::of(prop::sample::select(SavedView::ALL.to_vec()));
    (name(), option::of(status), option::of((name(), name())), saved_view, sort).prop_map(
        |(text, status, model, saved_view, sort)| InventoryQuery {
            text,
            status,
            model,
            saved_view,
            sort: Sort { column: sort.0, descending: sort.1 },
        },
    )
}

/// One of few tokens, whose columns share letters with [`typed_text`].
fn some_token() -> impl Strategy<Value = Token> {
    let model = prop::sample::select(vec!["a1", "b"]);
    (0..12_u32, "[ab1]{1,3}", model, option::of(0..6_u32), any::<bool>()).prop_map(
        |(number, serial, model, user, is_used)| {
            let token = Token { model: model.into(), ..token(number, &serial) };
            match user {
                Some(user) => held_by(token, user, (user > 2).then_some("b1")),
                None => Token { last_used: is_used.then(|| "2026-01-15".into()), ..token },
            }
        },
    )
}

/// Words of a search, complete ones and others.
fn typed_text() -> impl Strategy<Value = String> {
    let word = prop_oneof!["-?[ab1\"]{1,3}", "-?(user|model|status|used|hash|list):[abin1\"]{0,2}"];
    prop::collection::vec(word, 0..4).prop_map(|words| words.join(" "))
}

fn known(list: &Inventory, number: u32) -> Option<User> {
    match list.user(&user_id(number)) {
        AssignedUserInfo::Known(user) => Some(user.clone()),
        AssignedUserInfo::Deleted | AssignedUserInfo::Pending => None,
    }
}

proptest! {
    #[test]
    fn a_query_survives_the_url(query in queries()) {
        let url = query.to_query_string();
        prop_assert!(url.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%&=".contains(&b)), "{}", url);
        // Without the blank that ends the word being typed.
        let text = query.text.trim_end().to_owned();
        prop_assert_eq!(InventoryQuery::from_pairs(pairs(&url)), InventoryQuery { text, ..query });
    }

    #[test]
    fn any_text_is_split_and_completed(text in "[a-z:\"\\-<>0-9 \u{a0}\u{3000}é]{0,16}|\\PC{0,12}") {
        let (words, rest) = split_filter_words(&text);
        prop_assert!(words.iter().all(|word| text.contains(word.as_str())) && rest.len() <= text.len());
        for completed in suggestions(&text, ["Token2 C202"].into_iter()) {
            prop_assert!(completed.len() > 1);
        }
    }

    #[test]
    fn what_is_typed_finds_what_a_new_search_finds(
        tokens in prop::collection::vec(some_token(), 0..12),
        steps in prop::collection::vec((typed_text(), queries(), some_token(), 0..6_u32), 1..5),
    ) {
        let mut list = inventory(tokens);
        for (text, query, changed, looked_up) in steps {
            // Key by key there and back, without and with the filters.
            for length in (0..=text.len()).chain((0..text.len()).rev()) {
                for query in [InventoryQuery::default(), query.clone()] {
                    let query = InventoryQuery { text: text.chars().take(length).collect(), ..query };
                    let mut anew = inventory(list.tokens().to_vec());
                    anew.set_users((0..6).filter_map(|number| known(&list, number)).collect());
                    prop_assert_eq!(list.view_with_totals(&query), anew.view_with_totals(&query), "{:?}", query);
                }
            }
            list.replace(changed);
            list.set_users(vec![user(looked_up, "ab", "a1@b")]);
        }
    }

    #[test]
    fn every_order_shows_every_token_once(serials in prop::collection::vec("[a-zA-Z0-9]{1,3}", 0..40), query in queries()) {
        let tokens = serials.iter().zip(0..).map(|(serial, number)| token(number, serial)).collect();
        let list = inventory(tokens);
        let mut places = list.view(&InventoryQuery { sort: query.sort, ..InventoryQuery::default() });
        places.sort_unstable();
        prop_assert_eq!(places, (0..serials.len() as u32).collect::<Vec<_>>());
    }
}

#[test]
fn a_time_is_found_as_it_is_shown() {
    fn shown(iso: &str) -> String {
        iso.replace("2026-01-15T23:30:00Z", "2026-01-16 00:30")
    }
    let used = Token { last_used: Some("2026-01-15T23:30:00Z".into()), ..token(1, "A") };
    let mut list = Inventory::with_time_format(shown);
    list.merge_page(vec![used.clone()]);
    assert_eq!(serials(&list, &search("2026-01-16 00:30")), ["A"]);
    assert!(serials(&list, &search("2026-01-15")).is_empty());
    assert_eq!(serials(&inventory(vec![used]), &search("2026-01-15T23")), ["A"]);
}

#[test]
fn a_scanned_serial_finds_the_one_token_that_has_it() {
    let list = inventory(vec![
        token(1, "12"),
        token(2, "123"),
        token(3, "A7"),
        Token { manufacturer: "Other".into(), ..token(4, "a7") },
        token(5, "b 9"),
    ]);
    let scan = |words: &str| list.scan(words, &list.view(&search(words)));
    let id = |number| TokenId::parse(&guid(number)).unwrap();
    assert_eq!(scan(" 12 "), ScanResult::Token(id(1)), "exactly, though another begins so");
    assert_eq!(scan("23"), ScanResult::Token(id(2)), "the only one found");
    assert_eq!(scan("B 9"), ScanResult::Token(id(5)));
    assert_eq!(scan("A7"), ScanResult::Ambiguous(2));
    assert_eq!(scan("2"), ScanResult::Found(2), "both 12 and 123");
    assert_eq!(scan("999"), ScanResult::Found(0));
    assert_eq!(scan(""), ScanResult::Found(5));
    assert_eq!(list.scan("12", &[]), ScanResult::Token(id(1)), "a filter hides it");
}

#[test]
fn user_data_gaps_count_each_user_once() {
    let mut list = inventory(vec![
        held_by(token(1, "A"), 7, None),
        held_by(token(2, "B"), 7, None),
        held_by(token(3, "C"), 8, None),
        held_by(token(4, "D"), 9, None),
        token(5, "E"),
    ]);
    assert_eq!(list.user_data_gaps(), UserDataGaps { pending: 3, unreadable: 0 });
    list.set_users(vec![user(7, "Ada", "a@x"), User { enabled: Some(true), ..user(8, "Bo", "b@x") }]);
    list.mark_deleted(&[user_id(9)]);
    assert_eq!(list.user_data_gaps(), UserDataGaps { pending: 0, unreadable: 1 });
}

#[test]
fn tokens_that_left_the_tenant_leave_the_list() {
    let mut list = inventory(vec![token(1, "A1"), token(2, "B2"), token(3, "C3")]);
    assert_eq!(serials(&list, &InventoryQuery::default()), ["A1", "B2", "C3"]);
    list.remove(&[token(2, "B2").id, token(9, "x").id].into());
    assert_eq!(serials(&list, &InventoryQuery::default()), ["A1", "C3"]);
    assert_eq!(serials(&list, &search("c3")), ["C3"]);
    assert_eq!(serials(&list, &search("b2")), [""; 0]);
    assert_eq!((list.find(&token(2, "B2").id), list.len()), (None, 2));
    assert_eq!(list.find(&token(3, "C3").id).unwrap().serial.as_str(), "C3");
}

#[test]
fn a_list_is_empty_until_a_token_is_loaded() {
    assert!(inventory(Vec::new()).is_empty());
    assert!(!inventory(vec![token(1, "A")]).is_empty());
}

#[test]
fn users_are_sorted_by_name_and_those_of_one_name_by_user_principal_name() {
    let mut list = inventory(vec![
        held_by(token(1, "A"), 7, None),
        held_by(token(2, "B"), 8, None),
        held_by(token(3, "C"), 9, None),
    ]);
    list.set_users(vec![user(7, "Zoe", "a@x"), user(8, "Ada", "z@x"), user(9, "Ada", "m@x")]);
    assert_eq!(serials(&list, &sorted(Column::User, false)), ["C", "B", "A"]);
}

#[test]
fn a_saved_view_begins_sorted_by_what_it_is_about() {
    for saved_view in SavedView::ALL {
        let column = match saved_view {
            SavedView::Stock => Column::Model,
            SavedView::Unused => Column::LastUsed,
            _ => Column::User,
        };
        assert_eq!(saved_view.query().sort, Sort { column, descending: false }, "{saved_view:?}");
    }
    let names = SavedView::ALL.map(SavedView::label);
    assert_eq!(names[0], "Unassigned stock");
    assert_eq!(names.iter().collect::<std::collections::HashSet<_>>().len(), names.len());
}

#[test]
fn tokens_are_found_by_a_part_of_their_serial_number() {
    let list = inventory(vec![token(1, "XAB7"), token(2, "ab1"), token(3, "C3"), token(4, "AB9")]);
    let found = |text: &str, limit| {
        list.by_serial(text, limit).into_iter().map(|token| token.serial.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(found(" aB ", 9), ["ab1", "AB9", "XAB7"], "those first that begin so");
    assert_eq!(found("ab", 2), ["ab1", "AB9"]);
    assert_eq!(found("Contoso", 9), [""; 0], "only the serial number");
    assert_eq!(found(" ", 9), [""; 0]);
}

#[test]
fn a_list_that_is_loaded_again_keeps_its_clock_its_times_and_what_was_listed() {
    fn shown(iso: &str) -> String {
        iso.replace("2026-01-01T00:00:00Z", "New Year")
    }
    let used =
        |number, serial: &str, iso: &str| Token { last_used: Some(iso.to_owned()), ..token(number, serial) };
    let page = || vec![used(1, "A", "2026-01-01T00:00:00Z"), used(2, "b7", "2025-01-01T00:00:00Z")];
    // The last day of January 2026.
    let mut list = Inventory::with_time_format(shown).with_clock(|| 1_769_817_600_000);
    list.merge_page(page());
    list.set_listed([SerialNumber::parse("B7").unwrap()].iter());
    let found = |list: &Inventory| {
        ["list:import", "New Year", "used:>90d"].map(|text| serials(list, &search(text)).join(" "))
    };
    let before = found(&list);
    assert_eq!(before, ["b7", "A", "b7"]);
    let mut again = list.emptied();
    assert!(again.is_empty());
    again.merge_page(page());
    assert_eq!(found(&again), before);
}

/// The days of a filter word end to the second, over leap days, years and centuries.
#[test]
fn a_day_before_is_found_in_any_year() {
    type Clock = fn() -> u64;
    let cases: [(Clock, &str); 6] = [
        (|| 951_868_800_000, "2000-02-29T00:00:00Z"),
        (|| 1_709_296_496_000, "2024-02-29T12:34:56Z"),
        (|| 1_798_847_999_000, "2026-12-31T23:59:59Z"),
        (|| 1_798_848_000_000, "2027-01-01T00:00:00Z"),
        (|| 4_107_628_800_000, "2100-03-01T00:00:00Z"),
        (|| 13_574_649_600_000, "2400-02-29T00:00:00Z"),
    ];
    for (now_ms, a_day_before) in cases {
        let mut list = Inventory::new().with_clock(now_ms);
        list.merge_page(vec![Token { last_used: Some(a_day_before.to_owned()), ..token(1, "A") }]);
        assert_eq!(serials(&list, &search("used:<1d")), ["A"], "{a_day_before}");
        assert_eq!(serials(&list, &search("used:>1d")), [""; 0], "{a_day_before}");
        list.replace(Token { last_used: Some(a_day_before.replace('Z', "")), ..token(1, "A") });
        assert_eq!(serials(&list, &search("used:>1d")), ["A"], "an earlier text than {a_day_before}");
    }
}
