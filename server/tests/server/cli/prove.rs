//! `token-inventory import --prove`: what the practice tenant's devices say of a delivery, and who can sign in after it.

use std::collections::HashMap;

use practice::PracticeSettings;
use serde_json::{Value, json};
use token_core::{drift::Offset, token::Interval};

use crate::support::{
    recording_proxy::{Interference, RecordingProxy},
    test_cli::TestCli,
};

/// The tokens of a file with the clocks that they get.
struct Delivery {
    cli: TestCli,
    file: String,
    /// Interval and clock of each token, by serial.
    clocks: HashMap<String, (Interval, i64)>,
}

/// Clocks between the two limits would pass or fail with the moment of the sign-in, so none is between 60 and 90 seconds or
/// between 120 and 180.
const SLOW_S: [i64; 10] = [-40, -50, -60, -95, -110, -120, -180, -190, -195, -200];

impl Delivery {
    /// So many tokens with a code each 30 seconds, for whose next code a test waits at most that long; the first ones have these
    /// clocks, and all others are right.
    async fn of(rows: usize, slow: impl IntoIterator<Item = i64>) -> Self {
        let cli = Self::tenant().await;
        let csv = cli.practice.sample_csv(rows * 5);
        let (header, records) = csv.split_once("\r\n").unwrap();
        let is_quick = |row: &&str| row.split(',').nth(3) == Some("30");
        let quick: Vec<&str> = records.lines().filter(is_quick).take(rows).collect();
        assert_eq!(quick.len(), rows, "{csv}");
        let csv = format!("{header}\r\n{}\r\n", quick.join("\r\n"));
        Self::from_csv(cli, &csv, slow).await
    }

    /// So many tokens with both intervals, for tests that wait for no code.
    async fn mixed(rows: usize, slow: impl IntoIterator<Item = i64>) -> Self {
        let cli = Self::tenant().await;
        let csv = cli.practice.sample_csv(rows);
        Self::from_csv(cli, &csv, slow).await
    }

    async fn tenant() -> TestCli {
        let settings =
            PracticeSettings { tokens: 40, users: 600, drift_rate: 0.0, ..PracticeSettings::default() };
        TestCli::with(settings).await
    }

    async fn from_csv(cli: TestCli, csv: &str, slow: impl IntoIterator<Item = i64>) -> Self {
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let mut slow = slow.into_iter();
        let clocks: HashMap<String, (Interval, i64)> = reader
            .records()
            .map(|row| {
                let row = row.unwrap();
                let interval = Interval::from_seconds(row[3].parse().unwrap()).unwrap();
                (row[1].to_owned(), (interval, slow.next().unwrap_or_default()))
            })
            .collect();
        let seconds: HashMap<&String, i64> =
            clocks.iter().map(|(serial, (_, clock))| (serial, *clock)).collect();
        cli.practice_post("practice/clocks", json!(seconds)).await;
        let file = cli.file("seeds.csv", csv);
        Self { cli, file, clocks }
    }

    /// Serials of tokens with this clock, in the order of their serials.
    fn with_clock(&self, is_it: impl Fn(i64) -> bool) -> Vec<String> {
        let mut serials: Vec<String> = self
            .clocks
            .iter()
            .filter(|(_, (_, clock))| is_it(*clock))
            .map(|(serial, _)| serial.clone())
            .collect();
        serials.sort();
        serials
    }

    /// Serials of each `step`-th row of the file, from the fourth on.
    fn each(&self, step: usize) -> Vec<String> {
        let csv = self.cli.read(&self.file);
        let serial = |row: &str| row.split(',').nth(1).unwrap().to_owned();
        csv.lines().skip(1).skip(3).step_by(step).map(serial).collect()
    }

    /// `--prove` with the code that each of these devices shows now.
    fn proofs(&self, serials: &[String]) -> Vec<String> {
        let csv = self.cli.read(&self.file);
        let row = |serial: &String| {
            csv.lines().find(|line| line.contains(&format!(",{serial},"))).unwrap().to_owned()
        };
        let proof = |serial: &String| {
            let (_, clock_s) = self.clocks[serial];
            format!("--prove={serial}={}", code_of(&row(serial), clock_s))
        };
        serials.iter().map(proof).collect()
    }

    /// The serials of tokens with which nobody can sign in.
    async fn refused(&self) -> Vec<String> {
        let mut refused = Vec::new();
        for serial in self.clocks.keys() {
            let answer = self.cli.practice_post("practice/sign-in", json!({ "serial": serial })).await;
            if answer["accepted"] != true {
                refused.push(serial.clone());
            }
        }
        refused.sort();
        refused
    }

    /// Those that the arithmetic says would be refused.
    fn predicted(&self) -> Vec<String> {
        let is_off = |(interval, clock): (Interval, i64)| {
            !Offset::from_seconds(clock).signs_in(Offset::default(), interval)
        };
        let off = self.clocks.iter().filter(|(_, token)| is_off(**token));
        let mut serials: Vec<String> = off.map(|(serial, _)| serial.clone()).collect();
        serials.sort();
        serials
    }

    async fn import(&self, flags: &[&str]) -> crate::support::test_cli::CommandResult {
        self.cli.run(&[&["import", &self.file], flags].concat()).await
    }
}

/// The clocks of 200 tokens, of which 30 are slow: three of each twenty.
fn thirty_slow() -> impl Iterator<Item = i64> {
    let mut slow = SLOW_S.into_iter().rev().cycle();
    (0..200).map(move |row| match row % 20 {
        3 | 10 | 17 => slow.next().unwrap_or_default(),
        _ => 0,
    })
}

#[tokio::test]
async fn without_a_proof_exactly_the_predicted_people_cannot_sign_in() {
    let delivery = Delivery::mixed(200, thirty_slow()).await;
    let result = delivery.import(&["--report", "report.csv"]).await;
    assert_eq!(result.code, 0, "{result:?}");
    assert!(result.err.contains("Not proved."), "{}", result.err);
    assert!(delivery.cli.read("report.csv").contains(",Proof,Not proved,"));
    let predicted = delivery.predicted();
    assert!(predicted.len() >= 12, "{}", predicted.len());
    assert_eq!(delivery.refused().await, predicted);
    let trail = delivery.cli.trail().await;
    let entry = trail.iter().find(|entry| entry["action"] == "prove").unwrap();
    assert!(entry.to_string().contains("Not proved"), "{entry}");
}

#[tokio::test]
async fn with_a_proof_of_eight_tokens_everybody_can_sign_in() {
    let delivery = Delivery::mixed(200, thirty_slow()).await;
    // Each 25th of the box, whatever its clock.
    let proofs = delivery.proofs(&delivery.each(25));
    assert_eq!(proofs.len(), 8);
    let flags: Vec<&str> = proofs.iter().map(String::as_str).collect();
    let planned = delivery.import(&[&["--dry-run"], &*flags].concat()).await;
    assert_eq!(planned.code, 0, "{planned:?}");
    assert!(planned.err.contains("let each be activated by the code on its display"), "{}", planned.err);
    // So they are assigned, and each person activates theirs by its display.
    let assigned =
        delivery.import(&[&["--mode", "assign", "--report", "report.csv"], &*flags].concat()).await;
    assert_eq!(assigned.code, 0, "{assigned:?}");
    assert!(delivery.cli.read("report.csv").contains(",Proof,\"Proved with token "), "{assigned:?}");
    let trail = delivery.cli.trail().await;
    let entry = trail.iter().find(|entry| entry["action"] == "prove").unwrap().to_string();
    assert!(entry.contains("slow"), "{entry}");
    let access = delivery.cli.access_token().await;
    let tokens = delivery.cli.tokens(&[]).await;
    let by_serial: HashMap<&str, &Value> =
        tokens.iter().map(|token| (token["serialNumber"].as_str().unwrap(), token)).collect();
    for serial in delivery.clocks.keys() {
        let shown = delivery.cli.practice_get(&format!("practice/desk/displays?serials={serial}")).await;
        let token = by_serial[serial.as_str()];
        let (user, id) = (token["userId"].as_str().unwrap(), token["id"].as_str().unwrap());
        let path = format!("beta/users/{user}/authentication/hardwareOathMethods/{id}/activate");
        let body = json!({ "verificationCode": shown[0]["code"] });
        assert_eq!(delivery.cli.graph_post(&path, &access, body).await, 204, "{serial}");
    }
    assert_eq!(delivery.refused().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_proof_adds_no_request_to_the_plan_and_no_write_to_the_rollout() {
    let mut counts = Vec::new();
    for is_proved in [false, true] {
        let delivery = Delivery::of(24, []).await;
        let proofs = if is_proved { delivery.proofs(&delivery.each(3)) } else { Vec::new() };
        let flags: Vec<&str> = proofs.iter().map(String::as_str).collect();
        let planned = delivery.import(&[&["--dry-run"], &*flags].concat()).await;
        assert_eq!(planned.code, 0, "{planned:?}");
        let of_plan = delivery.cli.stats().await["requests"].clone();
        // Its tokens wait for their next codes, so that calls may be divided in another way.
        let done = delivery.import(&flags).await;
        assert_eq!(done.code, 0, "{done:?}");
        assert_eq!(done.err.contains("Proved with token "), is_proved, "{}", done.err);
        counts.push((of_plan, delivery.cli.writes().await));
    }
    assert_eq!(counts[0], counts[1]);
}

#[tokio::test]
async fn a_delivery_whose_clocks_are_off_together_is_activated_at_its_median() {
    let delivery = Delivery::of(24, std::iter::repeat(-200)).await;
    let proofs = delivery.proofs(&delivery.with_clock(|_| true)[..3]);
    let mut flags: Vec<&str> = proofs.iter().map(String::as_str).collect();
    flags.extend(["--at-median", "--report", "report.csv"]);
    let result = delivery.import(&flags).await;
    assert_eq!(result.code, 0, "{result:?}");
    assert!(result.err.contains("Proved with token "), "{}", result.err);
    assert_eq!(delivery.refused().await, Vec::<String>::new());
    let report = delivery.cli.read("report.csv");
    let proof = report.lines().last().unwrap();
    assert!(proof.contains("Proved with token ") && proof.contains("slow"), "{proof}");
    let trail = delivery.cli.trail().await;
    let entry = trail.iter().find(|entry| entry["action"] == "prove").unwrap().to_string();
    let codes = proofs.iter().map(|proof| proof.rsplit_once('=').unwrap().1);
    assert!(entry.contains("slow") && codes.into_iter().all(|code| !entry.contains(code)), "{entry}");
}

#[tokio::test]
async fn one_code_catches_a_file_with_the_wrong_hash() {
    let delivery = Delivery::of(12, []).await;
    let csv = delivery.cli.read(&delivery.file);
    let swapped = csv.replace("SHA-256", "other").replace("SHA-1", "SHA-256").replace("other", "SHA-1");
    assert_ne!(swapped, csv);
    delivery.cli.file("seeds.csv", &swapped);
    let first = csv.lines().nth(1).unwrap();
    let serial = first.split(',').nth(1).unwrap().to_owned();
    let code = code_of(first, 0);
    let writes = delivery.cli.writes().await;
    let proof = format!("--prove={serial}={code}");
    let result = delivery.import(&[&proof]).await;
    assert_eq!(result.code, 2, "{result:?}");
    assert!(result.err.contains("Nothing was changed"), "{}", result.err);
    assert!(!result.err.contains(&code), "{}", result.err);
    assert_eq!(delivery.cli.writes().await, writes);
    // Somebody takes it on themselves, with a reason that the audit trail keeps.
    let result = delivery.import(&[&proof, "--prove-anyway", "the vendor confirmed it"]).await;
    assert!(result.err.contains("Activated nevertheless: the vendor confirmed it"), "{result:?}");
    let trail = delivery.cli.trail().await;
    let entry = trail.iter().find(|entry| entry["action"] == "prove").unwrap().to_string();
    assert!(entry.contains("the vendor confirmed it"), "{entry}");
}

/// The code that the device of a row shows now, whose clock is ahead by so many seconds.
fn code_of(row: &str, clock_s: i64) -> String {
    use token_core::{otp, seed::Seed, token::HashFunction};
    let cells: Vec<&str> = row.split(',').collect();
    let hash = if cells[6].contains("256") { HashFunction::Sha256 } else { HashFunction::Sha1 };
    let interval = Interval::from_seconds(cells[3].parse().unwrap()).unwrap();
    let now_ms = jiff::Timestamp::now().as_millisecond() + clock_s * 1_000;
    otp::totp(&Seed::parse(cells[2]).unwrap(), hash, interval, now_ms.cast_unsigned()).expose().to_owned()
}

#[tokio::test]
async fn a_token_that_is_not_in_the_file_and_a_code_that_is_none_are_refused() {
    let delivery = Delivery::of(3, []).await;
    for (proof, expected) in [
        ("--prove=NO-SUCH=123456", "no token NO-SUCH"),
        ("--prove=123456", "SERIAL=CODE"),
        ("--prove=A=12345", "six digits"),
    ] {
        let result = delivery.import(&[proof]).await;
        assert_eq!(result.code, 2, "{result:?}");
        assert!(result.err.contains(expected), "{}", result.err);
    }
}

#[tokio::test]
async fn codes_are_measured_and_computed_by_microsofts_time_and_not_by_this_machines() {
    // This machine's clock is ten minutes slow, and the devices' clocks are right.
    const SLOW_S: i64 = 600;
    let mut delivery = Delivery::of(12, std::iter::repeat(SLOW_S)).await;
    let proxy = RecordingProxy::on(&delivery.cli.practice.base_url).await;
    proxy.interfere(Interference::ShiftDates(SLOW_S));
    for name in ["ENTRA_AUTHORITY", "GRAPH_ENDPOINT"] {
        delivery.cli.set(name, proxy.address.as_str());
    }
    let proofs = delivery.proofs(&delivery.with_clock(|_| true)[..1]);
    let result = delivery.import(&[&proofs[0]]).await;
    assert_eq!(result.code, 0, "{result:?}");
    assert!(result.err.contains("Activated now, all of them can sign in."), "{}", result.err);
    assert_eq!(delivery.refused().await, Vec::<String>::new());
}

/// Adds a column of the codes that the devices show now, in the order in which `arrange` brings them.
fn with_codes(
    csv: &str,
    clocks: &HashMap<String, (Interval, i64)>,
    arrange: impl Fn(&mut Vec<String>),
) -> String {
    let (header, rows) = csv.trim_end().split_once('\n').unwrap();
    let code = |row: &str| code_of(row, clocks[row.split(',').nth(1).unwrap()].1);
    let mut codes: Vec<String> = rows.lines().map(code).collect();
    arrange(&mut codes);
    let rows: Vec<String> = rows.lines().zip(codes).map(|(row, code)| format!("{row},{code}")).collect();
    format!("{},code\n{}\n", header.trim_end(), rows.join("\n"))
}

#[tokio::test]
async fn a_column_of_codes_activates_each_token_at_its_own_clock_and_finds_swapped_rows() {
    let delivery = Delivery::of(12, [0, 0].into_iter().chain(SLOW_S)).await;
    let csv = delivery.cli.read(&delivery.file);
    delivery.cli.file("seeds.csv", &with_codes(&csv, &delivery.clocks, |codes| codes.swap(0, 1)));
    let result = delivery.import(&[]).await;
    assert_eq!(result.code, 1, "{result:?}");
    assert_eq!(result.out.matches("The code does not tell the token's clock").count(), 2, "{}", result.out);
    let mut swapped: Vec<String> =
        csv.lines().skip(1).take(2).map(|row| row.split(',').nth(1).unwrap().to_owned()).collect();
    swapped.sort();
    assert_eq!(delivery.refused().await, swapped);
    // Assigned, they are activated with their own codes.
    delivery.cli.file("seeds.csv", &csv);
    assert_eq!(delivery.import(&["--mode", "assign"]).await.code, 0);
    delivery.cli.file("seeds.csv", &with_codes(&csv, &delivery.clocks, |_| ()));
    let result = delivery.cli.run(&["activate", &delivery.file]).await;
    assert_eq!(result.code, 0, "{result:?}");
    assert_eq!(delivery.refused().await, Vec::<String>::new());
}
