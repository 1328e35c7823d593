//! The sample seed file for the company.

use std::collections::HashSet;

use practice::PracticeSettings;
use serde_json::json;
use token_core::{
    otp::totp,
    seed::Seed,
    token::{HashFunction, Interval},
};

use crate::test_client::{DEVICES, TestClient, methods, now_ms, small};

fn rows(file: &str) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(file.as_bytes()).into_records().map(|record| record.unwrap()).collect()
}

#[tokio::test]
async fn has_the_format_of_a_vendors_file() {
    let client = TestClient::start(PracticeSettings::default()).await;
    let file = client.practice.sample_csv(25);
    let header = "upn,serial number,secret key,time interval,manufacturer,model,hash function\r\n";
    assert!(file.starts_with(header));
    assert_eq!(file.matches('\n').count(), file.matches("\r\n").count());
    let rows = rows(&file);
    let column = |at: usize| rows.iter().map(|row| row[at].to_owned()).collect::<HashSet<_>>();
    assert_eq!((rows.len(), column(0).len(), column(1).len(), column(2).len()), (25, 25, 25, 25));
    assert_eq!(
        (column(3), column(6)),
        (["30", "60"].map(String::from).into(), ["SHA-1", "SHA-256"].map(String::from).into())
    );
    assert_eq!(
        file,
        TestClient::start(PracticeSettings::default()).await.practice.sample_csv(25),
        "reproducible"
    );
}

#[tokio::test]
async fn every_row_can_be_imported_assigned_and_activated() {
    let client = TestClient::small().await;
    let rows = rows(&client.practice.sample_csv(usize::MAX));
    assert!(rows.len() > 30);
    for row in &rows {
        let (hash, word) = if &row[6] == "SHA-1" {
            (HashFunction::Sha1, "hmacsha1")
        } else {
            (HashFunction::Sha256, "hmacsha256")
        };
        let seconds: u32 = row[3].parse().unwrap();
        let body = json!({ "serialNumber": &row[1], "secretKey": &row[2], "timeIntervalInSeconds": seconds,
            "manufacturer": &row[4], "model": &row[5], "hashFunction": word });
        let id = client.created(body).await;
        let code =
            totp(&Seed::parse(&row[2]).unwrap(), hash, Interval::from_seconds(seconds).unwrap(), now_ms());
        let body = json!({ "device": { "id": id }, "verificationCode": code.expose() });
        let (status, answer) = client.post(&format!("{}/assignAndActivate", methods(&row[0])), body).await;
        assert_eq!(status, 204, "{answer}");
    }
    assert_eq!(client.stats().await["tokens"], 60 + rows.len());
    let next = client.practice.sample_csv(1);
    assert!(!next.contains(&rows[0][1]), "the next file names new serials");
    assert_eq!(
        client.get(&format!("{DEVICES}?$filter=serialNumber eq '{}'", &rows[0][1])).await.1["value"][0]["status"],
        "activated"
    );
}

#[tokio::test]
async fn is_limited_by_the_number_of_users() {
    let client = TestClient::start(PracticeSettings { users: 6, ..small() }).await;
    // Of the six, one is a guest, one is disabled, and one has five tokens.
    assert_eq!(rows(&client.practice.sample_csv(100)).len(), 3);
}
