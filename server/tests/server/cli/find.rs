//! `token-inventory find`: which token shows these codes?

use serde_json::json;
use token_core::{
    otp,
    seed::Seed,
    token::{HashFunction, Interval},
};

use crate::support::test_cli::TestCli;

/// The serial and two codes in a row of the device in a line of the file, whose clock is off by so many seconds.
fn device(row: &str, clock_s: i64) -> (String, String) {
    let cells: Vec<&str> = row.split(',').collect();
    let hash = if cells[6].contains("256") { HashFunction::Sha256 } else { HashFunction::Sha1 };
    let interval = Interval::from_seconds(cells[3].parse().unwrap()).unwrap();
    let seed = Seed::parse(cells[2]).unwrap();
    let now_ms = jiff::Timestamp::now().as_millisecond() + clock_s * 1_000;
    let step = otp::step(interval, now_ms.cast_unsigned());
    let codes = [step, step + 1].map(|step| otp::hotp(&seed, hash, step).expose().to_owned());
    (cells[1].to_owned(), codes.join("\n"))
}

#[tokio::test]
async fn a_token_is_found_by_two_codes_with_its_user_and_its_clock() {
    let cli = TestCli::small().await;
    let csv = cli.practice.sample_csv(20);
    let file = cli.file("seeds.csv", &csv);
    assert_eq!(cli.run(&["import", &file, "--mode", "assign"]).await.code, 0);
    let (serial, codes) = device(csv.lines().nth(7).unwrap(), -150);
    let result = cli.run_with_input(&["find", "--seeds", &file, "--json"], &codes).await;
    assert_eq!(result.code, 0, "{result:?}");
    let found = result.lines().into_iter().find(|line| line["type"] == "token").unwrap();
    assert_eq!((&found["serialNumber"], &found["status"]), (&json!(serial), &json!("Assigned")), "{found}");
    assert!(found["userPrincipalName"].as_str().unwrap().contains('@'), "{found}");
    let clock = found["clockSeconds"].as_i64().unwrap();
    assert!((-260..=-60).contains(&clock), "{clock}");
    let first = codes.lines().next().unwrap();
    assert!(!result.out.contains(first) && !result.err.contains(first));
}

#[tokio::test]
async fn codes_of_no_token_of_the_file_find_nothing() {
    let cli = TestCli::small().await;
    let csv = cli.practice.sample_csv(6);
    let (_, codes) = device(csv.lines().nth(6).unwrap(), 0);
    let rows: Vec<&str> = csv.lines().take(4).collect();
    let file = cli.file("seeds.csv", &rows.join("\n"));
    let result = cli.run_with_input(&["find", "--seeds", &file], &codes).await;
    assert!(matches!(result.code, 1 | 2), "{result:?}");
    assert!(!result.out.contains("Its clock"), "{result:?}");
}
