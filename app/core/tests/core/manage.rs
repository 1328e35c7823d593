//! Selecting tokens, reading lists of serial numbers, one person's tokens, exporting.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use proptest::prelude::*;
use token_core::{
    inventory::{Inventory, InventoryQuery},
    manage::{
        assignment_csv, export, person,
        selection::{self, Selection, SerialList},
    },
    plan::{ActionRequest, TokenAction},
    token::{AssignedUser, SerialNumber, Token, TokenStatus},
    user::User,
};

use crate::tokens::{guid, token, user_id};

fn held_by(token: Token, user: u32) -> Token {
    let assigned_to = Some(AssignedUser { id: user_id(user), name: Some(format!("User {user}")) });
    Token { status: TokenStatus::Assigned, assigned_to, ..token }
}

fn user(number: u32, upn: &str) -> User {
    User {
        id: user_id(number),
        name: format!("User {number}"),
        upn: upn.into(),
        mail: None,
        enabled: Some(true),
        guest: Some(false),
    }
}

fn inventory(tokens: Vec<Token>) -> Inventory {
    let mut inventory = Inventory::new();
    inventory.merge_page(tokens);
    inventory
}

fn letters() -> Inventory {
    inventory(("ABCDEF".chars()).zip(1..).map(|(letter, n)| token(n, &letter.to_string())).collect())
}

fn chosen(selection: &Selection, inventory: &Inventory) -> String {
    selection.tokens(inventory).iter().map(|token| token.serial.as_str()).collect()
}

#[test]
fn a_click_toggles_and_shift_click_selects_the_range_on_screen() {
    let list = letters();
    let id = |n| token(n, "x").id;
    let mut selection = Selection::default();
    let view = list.view(&InventoryQuery::default());
    selection.click(&id(2));
    selection.shift_click(&id(5), &list, &view);
    assert_eq!(chosen(&selection, &list), "BCDE");
    selection.click(&id(3));
    selection.shift_click(&id(4), &list, &view);
    assert_eq!(chosen(&selection, &list), "BE", "the range becomes what the last click made");
    let backwards: Vec<u32> = view.iter().rev().copied().collect();
    selection.click(&id(6));
    selection.shift_click(&id(4), &list, &backwards);
    assert_eq!(chosen(&selection, &list), "BDEF");
    let filtered: Vec<u32> = view.iter().copied().filter(|place| *place != 3).collect();
    selection.clear();
    selection.shift_click(&id(1), &list, &filtered);
    assert_eq!(chosen(&selection, &list), "A", "without a click before it is a click");
    selection.shift_click(&id(6), &list, &filtered);
    assert_eq!(chosen(&selection, &list), "ABCEF", "what the filter hides is not chosen");
}

#[test]
fn all_that_match_can_be_selected_and_deselected() {
    let list = letters();
    let mut selection = Selection::default();
    assert!(selection.is_empty());
    selection.add_view(&list, &[0, 1]);
    assert_eq!((chosen(&selection, &list), selection.is_empty()), ("AB".to_owned(), false));
    assert_eq!(selection.count_in_view(&list, &[5, 1, 2]), 1, "one of them is shown");
    assert_eq!(Selection::default().count_in_view(&list, &[0, 1]), 0);
    selection.remove([&token(1, "x").id]);
    assert_eq!((chosen(&selection, &list), selection.len()), ("B".to_owned(), 1));
    selection.add([token(99, "x").id]);
    assert_eq!(chosen(&selection, &list), "B", "what the inventory does not have is not acted on");
    assert!(selection.forget_missing(&list));
    assert_eq!(selection.len(), 1, "nor counted, once the inventory is known to lack it");
    assert!(!selection.forget_missing(&list));
}

fn stock() -> Vec<Token> {
    vec![token(1, "00123"), token(2, "GALT 7"), token(3, "abc"), token(4, "same"), token(5, "Same")]
}

fn read(text: &str) -> SerialList {
    selection::read_list(text.as_bytes().to_vec(), &stock()).unwrap()
}

fn numbers(list: &SerialList) -> Vec<u32> {
    list.found.iter().map(|id| id.as_str().rsplit('-').next().unwrap().parse().unwrap()).collect()
}

#[test]
fn a_pasted_list_is_read_with_any_separator() {
    for text in [
        "00123\nGALT 7\nABC",
        "00123,GALT 7,ABC",
        "serial number\r\n=\"00123\"\r\nGALT 7\r\n abc \r\n\r\n",
        "Serial;00123;GALT 7;ABC;",
        "00123\tGALT 7\tabc",
        "\u{feff}\"00123\" , \"GALT 7\"\n'abc\nabc",
        "upn,Serial Number,model\nx@y,00123,HT\n,GALT 7,HT\n,abc,HT\n",
        "model;serial number\nHT;=\"00123\"\nHT;GALT 7\nHT;abc",
    ] {
        assert_eq!(numbers(&read(text)), [1, 2, 3], "{text:?}");
    }
    assert_eq!(numbers(&read("00123 abc")), [1, 3], "blanks divide what is no serial as a whole");
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain("00123\nabc".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(numbers(&selection::read_list(utf16, &stock()).unwrap()), [1, 3]);
    assert_eq!(read("00123").notice, None);
    let western = selection::read_list(b"00123\nM\xfcller".to_vec(), &stock()).unwrap();
    assert!(western.notice.is_some_and(|notice| notice.contains("Windows-1252")));
}

#[test]
fn repeated_unknown_and_ambiguous_serials_are_listed_with_their_lines() {
    let list = read("00123\nnope\n\nABC\nabc\nsame");
    assert_eq!(numbers(&list), [1, 3, 4, 5]);
    let lines = |listed: &[selection::ListedSerial]| {
        listed.iter().map(|one| format!("{}:{}", one.line, one.serial)).collect::<Vec<_>>()
    };
    assert_eq!(lines(&list.unknown), ["2:nope"]);
    assert_eq!(lines(&list.repeated), ["5:abc"]);
    assert_eq!(lines(&list.shared), ["6:same"]);
    let empty = selection::read_list(Vec::new(), &stock()).unwrap_err();
    assert!(empty.message.contains("empty") && !empty.remedy.contains("seed"));
}

#[test]
fn a_list_becomes_requests_and_a_serial_without_exactly_one_token_has_an_issue() {
    let list = "00123\nnope\n\nABC\nsame".as_bytes().to_vec();
    let (requests, notice) = selection::requests(list, &stock(), &TokenAction::Unassign).unwrap();
    let lines: Vec<u64> = requests.iter().map(|request| request.line).collect();
    assert_eq!((lines, notice), (vec![1, 2, 4, 5], None));
    let outcomes: Vec<Result<&str, &str>> = requests
        .iter()
        .map(|request| match &request.resolved {
            Ok(resolved) => Ok(resolved.token.serial.as_str()),
            Err(why) => Err(why[0].message.as_str()),
        })
        .collect();
    assert_eq!((outcomes[0], outcomes[2]), (Ok("00123"), Ok("abc")));
    assert_eq!(outcomes[1], Err("The inventory has no token nope"));
    assert!(outcomes[3].unwrap_err().starts_with("2 tokens have the serial number same"));
    assert_eq!(requests[2].serial, "ABC", "as the list has it");
}

fn csv_requests(text: &str) -> Vec<ActionRequest> {
    let users = [user(1, "ada@contoso.com"), user(2, "O'Brien@contoso.com")];
    assignment_csv::read(text.as_bytes().to_vec()).unwrap().requests(&stock(), &users)
}

#[test]
fn assignments_are_read_in_either_column_order_with_any_delimiter() {
    for text in [
        "upn,serial number\nADA@contoso.com,00123\no'brien@contoso.com,ABC\n",
        "\u{feff}Serial Number;UPN\r\n=\"00123\";ada@contoso.com\r\nabc;O'Brien@contoso.com\r\n",
        "sep=;\nuser principal name;model;serial\nada@contoso.com;HT;00123\nO'Brien@contoso.com;HT;abc",
    ] {
        let requests = csv_requests(text);
        let resolved_actions: Vec<(&str, &str)> = requests
            .iter()
            .map(|request| {
                let resolved = request.resolved.as_ref().unwrap();
                let TokenAction::Assign(user) = &resolved.action else { unreachable!("{resolved:?}") };
                (resolved.token.serial.as_str(), user.upn.as_str())
            })
            .collect();
        assert_eq!(
            resolved_actions,
            [("00123", "ada@contoso.com"), ("abc", "O'Brien@contoso.com")],
            "{text:?}"
        );
    }
}

#[test]
fn all_issues_of_a_row_are_listed_with_line_and_column() {
    let text = "upn,serial number\nnobody@x,nope\n,00123\nada@contoso.com,\nno-upn,1.2E+9\nada@contoso.com,same\nada@contoso.com,abc,extra\n";
    let lines: Vec<String> = csv_requests(text)
        .iter()
        .map(|request| {
            let issues = request.resolved.as_ref().unwrap_err();
            assert!(issues.iter().all(|one| !one.remedy.is_empty()));
            let columns: Vec<&str> =
                issues.iter().map(|one| one.column.as_deref().unwrap_or("row")).collect();
            format!("{} {}", request.line, columns.join("+"))
        })
        .collect();
    assert_eq!(
        lines,
        [
            "2 upn+serial number",
            "3 upn",
            "4 serial number",
            "5 serial number+upn",
            "6 serial number",
            "7 row"
        ]
    );
}

#[test]
fn a_file_without_its_columns_says_what_is_missing() {
    let problem = |text: &str| assignment_csv::read(text.as_bytes().to_vec()).unwrap_err().message;
    assert_eq!(problem("upn,model\na@b,c"), "The header line lacks \"serial number\".");
    assert_eq!(problem("upn,serial number,UPN\na@b,c,d"), "The header line names \"upn\" twice.");
    assert!(problem("a@b,123\n").contains("lacks \"upn\""));
}

#[test]
fn users_are_looked_up_once_each() {
    let pairs =
        assignment_csv::read(b"upn,serial number\nA@x.y,1\na@x.y,2\nb@x.y,3\nbad,4".to_vec()).unwrap();
    assert_eq!(pairs.upns(), ["A@x.y", "b@x.y"]);
}

#[test]
fn a_persons_tokens_are_those_of_both_lists_with_their_flags() {
    let both = held_by(token(1, "A"), 7);
    let hidden = held_by(token(2, "a"), 7);
    let lagging = token(3, "C");
    let listed = [both.clone(), hidden, held_by(token(3, "C"), 7)];
    let listed_first = held_by(token(4, "D"), 7);
    let others = held_by(token(5, "E"), 8);
    let held = person::tokens_of(&user_id(7), &[both, lagging, listed_first, others], &listed);
    let flags: Vec<(&str, bool, bool, bool)> = held
        .iter()
        .map(|one| (one.token.serial.as_str(), one.legacy, one.duplicate, one.only_in_inventory))
        .collect();
    let expected = [
        ("A", false, true, false),
        ("a", true, true, false),
        ("C", false, false, false),
        ("D", false, false, true),
    ];
    assert_eq!(flags, expected);
    assert!(held.iter().all(|one| one.token.assigned_to.as_ref().unwrap().id == user_id(7)));
    assert_eq!(held.iter().map(|one| one.advice().is_some()).collect::<Vec<_>>(), [true, true, false, false]);
}

fn hostile() -> Inventory {
    let mut list = inventory(vec![
        Token { name: Some("=HYPERLINK(\"x\")".into()), ..held_by(token(1, "00123"), 7) },
        Token { model: "a,\"b\"\r\nc".into(), ..held_by(token(2, "=1+1"), 8) },
        token(3, "S3"),
    ]);
    list.set_users(vec![User { name: "@SUM(A1)".into(), ..user(7, "+o'brien@contoso.com") }]);
    list.mark_deleted(&[user_id(7), user_id(8)]);
    list
}

fn table(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn an_exported_table_is_safe_to_open_and_complete() {
    let list = hostile();
    let text = export::csv(&list, list.tokens());
    assert!(text.starts_with("\u{feff}upn,serial number,") && text.ends_with("\r\n"));
    let rows = table(&text);
    assert_eq!(rows[0], export::HEADER);
    assert_eq!(
        rows[1],
        [
            "'+o'brien@contoso.com",
            "=\"00123\"",
            "Contoso",
            "HT-1",
            "SHA-1",
            "30",
            "Assigned",
            "'@SUM(A1)",
            "",
            "enabled",
            "",
            "'=HYPERLINK(\"x\")",
            &guid(1)
        ]
    );
    assert_eq!((&*rows[2][1], &*rows[2][3], &*rows[2][9]), ("'=1+1", "a,\"b\"\r\nc", "deleted"));
    assert_eq!((&*rows[3][0], &*rows[3][9]), ("", ""));
    let again = selection::read_list(text.into_bytes(), list.tokens()).unwrap();
    assert_eq!((numbers(&again), again.unknown.len()), (vec![1, 2, 3], 0), "our own list is read back");
}

#[test]
fn json_escapes_nothing() {
    let list = hostile();
    let rows: Vec<serde_json::Value> = serde_json::from_str(&export::json(&list, list.tokens())).unwrap();
    assert_eq!(rows[0]["serialNumber"], "00123");
    assert_eq!(rows[0]["userPrincipalName"], "+o'brien@contoso.com");
    assert_eq!(rows[1]["account"], "deleted");
    let lines = export::json_lines(&list, list.tokens());
    let lines: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, rows, "an object a line");
    assert_eq!(rows[2]["userId"], serde_json::Value::Null);
}

#[test]
fn a_serial_that_equals_a_heading_does_not_hide_the_header() {
    let named = ["Id", "12 34"].iter().zip(1..);
    let tokens: Vec<Token> = named.map(|(serial, number)| token(number, serial)).collect();
    let list = inventory(tokens.clone());
    let again = selection::read_list(export::csv(&list, list.tokens()).into_bytes(), &tokens).unwrap();
    assert_eq!((again.found.len(), again.unknown.len()), (2, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_stands_in_the_cells_comes_back_through_csv(
        rows in prop::collection::vec(("[ -~]{1,20}|[0-9]{1,20}|\\PC{1,8}", "\\PC{0,12}|[=+@\\-\\t\\r\\n\",;']{0,6}"), 1..8),
    ) {
        let good = rows.iter().filter_map(|(serial, text)| Some((SerialNumber::parse(serial)?, text)));
        let tokens: Vec<Token> = good
            .zip(1..)
            .map(|((serial, text), n)| Token { serial, model: text.clone(), ..token(n, "x") })
            .collect();
        let list = inventory(tokens.clone());
        let text = export::csv(&list, list.tokens());
        let read = table(&text);
        prop_assert_eq!(read.len(), tokens.len() + 1);
        for (row, token) in read[1..].iter().zip(&tokens) {
            let cell = &row[3];
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']));
            // An apostrophe stands before each part that would begin a formula, and nothing else is changed.
            prop_assert_eq!(cell.replace('\'', ""), token.model.replace('\'', ""));
        }
        let again = selection::read_list(text.into_bytes(), &tokens).unwrap();
        let (mut found, mut all): (Vec<_>, Vec<_>) = (again.found, tokens.iter().map(|token| token.id.clone()).collect());
        found.sort();
        all.sort();
        prop_assert_eq!(found, all, "every serial is found again: {:?}", again.unknown);
    }
}

#[test]
fn an_action_on_several_tokens_has_a_request_for_each() {
    let tokens = [held_by(token(1, "A"), 7), token(2, "B")];
    let requests = ActionRequest::all(&tokens, &TokenAction::Assign(user(7, "ada@contoso.com")));
    let rows: Vec<(u64, &str, &str)> =
        requests.iter().map(|one| (one.line, one.serial.as_str(), one.owner.as_str())).collect();
    assert_eq!(rows, [(1, "A", "ada@contoso.com"), (2, "B", "ada@contoso.com")]);
    let activate = TokenAction::AssignAndActivate(user(8, "bo@contoso.com"), 0);
    assert_eq!(ActionRequest::one(1, &tokens[0], activate).owner, "bo@contoso.com");
    assert_eq!(ActionRequest::one(1, &tokens[0], TokenAction::Unassign).owner, "", "none was entered");
}

#[test]
fn of_a_table_only_the_column_of_serials_is_read() {
    for text in [
        "upn,Serial Number,model\nx@y,00123,HT\n,GALT 7,HT\n,abc,HT\n",
        "serial number\n00123\nGALT 7\nabc",
        "Serial;00123;GALT 7;ABC;",
    ] {
        let list = read(text);
        assert_eq!((numbers(&list), list.unknown), (vec![1, 2, 3], vec![]), "{text:?}");
    }
    let list = read("serial number\n00123 abc");
    assert_eq!((numbers(&list), list.unknown), (vec![1, 3], vec![]), "one column may hold several");
}

#[test]
fn a_serial_that_reads_like_a_heading_is_no_header_among_known_serials() {
    let tokens = [token(1, "SN"), token(2, "A"), token(3, "B"), token(4, "C")];
    let list = selection::read_list(b"sn,A\nB,C".to_vec(), &tokens).unwrap();
    assert_eq!(numbers(&list), [1, 2, 3, 4]);
}

#[test]
fn a_row_without_a_user_is_told_to_name_one() {
    let remedy = |row: &str| {
        let request = csv_requests(&format!("upn,serial number\n{row},00123\n")).remove(0);
        request.resolved.unwrap_err()[0].remedy.clone()
    };
    assert_eq!(
        remedy("no-upn"),
        "Write it as name@domain, without blanks.",
        "leaving it empty is no remedy here"
    );
    assert_eq!(remedy(""), "Write it as name@domain.");
}

#[test]
fn a_persons_own_list_is_newer_about_the_user_and_the_inventory_about_all_else() {
    let listed = Token { status: TokenStatus::Assigned, ..held_by(token(1, "A"), 7) };
    let of = |known: Token| {
        person::tokens_of(&user_id(7), &[known], std::slice::from_ref(&listed)).remove(0).token
    };
    let activated = Token { status: TokenStatus::Activated, ..held_by(token(1, "A"), 7) };
    assert_eq!(of(activated.clone()), activated, "the inventory knows the user too");
    let elsewhere = Token { status: TokenStatus::Activated, ..held_by(token(1, "A"), 8) };
    for known in [token(1, "A"), elsewhere] {
        let shown = of(known);
        assert_eq!((shown.assigned_to, shown.status), (listed.assigned_to.clone(), TokenStatus::Assigned));
    }
}

#[test]
fn a_selection_has_what_was_added_and_not_removed() {
    let id = |number| token(number, "x").id;
    let mut selection = Selection::default();
    selection.add([id(1), id(2)]);
    selection.remove([&id(2)]);
    assert_eq!([1, 2, 3].map(|number| selection.contains(&id(number))), [true, false, false]);
}
