//! The made-up company.

use std::collections::HashSet;

use practice::PracticeSettings;
use serde_json::Value;

use crate::test_client::{DEVICES, TestClient, walk};

const USERS: &str =
    "v1.0/users?$top=999&$select=id,displayName,userPrincipalName,mail,accountEnabled,userType";

#[tokio::test]
async fn has_tokens_of_every_model_and_status() {
    let client = TestClient::start(PracticeSettings::default()).await;
    let tokens = walk(&client, DEVICES).await;
    let count = |field: &str, value: Value| tokens.iter().filter(|token| token[field] == value).count();
    assert_eq!(tokens.len(), 2_500);
    for status in ["available", "assigned", "activated", "failedActivation"] {
        assert!(count("status", status.into()) > 20, "{status}");
    }
    for hash in ["hmacsha1", "hmacsha256"] {
        for interval in [30, 60] {
            assert!(
                tokens.iter().any(|t| t["hashFunction"] == hash && t["timeIntervalInSeconds"] == interval)
            );
        }
    }
    for token in &tokens {
        assert_eq!(token["assignedTo"].is_null(), token["status"] == "available");
        assert_eq!(token["lastUsedDateTime"].is_string(), token["status"] == "activated");
    }
    let serials: HashSet<_> = tokens.iter().map(|token| token["serialNumber"].as_str().unwrap()).collect();
    assert_eq!(serials.len(), 2_500);
    assert!(serials.iter().any(|serial| serial.starts_with('0')));
}

#[tokio::test]
async fn has_users_of_many_scripts_guests_and_disabled_accounts() {
    let client = TestClient::start(PracticeSettings::default()).await;
    let users = walk(&client, USERS).await;
    assert_eq!(users.len(), 600);
    let upns: HashSet<_> = users.iter().map(|user| user["userPrincipalName"].as_str().unwrap()).collect();
    assert_eq!(upns.len(), 600);
    let names: String = users.iter().map(|user| user["displayName"].as_str().unwrap()).collect();
    for letter in ['ö', 'Ł', 'η', 'Ш', 'م', 'ש', '王', 'さ', '김', 'श', 'ศ'] {
        assert!(names.contains(letter), "nobody with {letter}");
    }
    for guest in users.iter().filter(|user| user["userType"] == "Guest") {
        assert!(guest["userPrincipalName"].as_str().unwrap().contains("#EXT#@"));
    }
    assert!(users.iter().filter(|user| user["userType"] == "Guest").count() > 5);
    assert!(users.iter().filter(|user| user["accountEnabled"] == false).count() > 5);
}

#[tokio::test]
async fn the_same_seed_number_gives_the_same_company() {
    let company = async |seed| {
        let client = TestClient::start(PracticeSettings {
            seed,
            users: 100,
            tokens: 100,
            ..PracticeSettings::default()
        })
        .await;
        // The times of last use are relative to today.
        let fields = format!("{DEVICES}?$select=id,serialNumber,status,assignedTo");
        (walk(&client, &fields).await, walk(&client, USERS).await, client.practice.client_secret.clone())
    };
    let first = company(1).await;
    assert_eq!(first, company(1).await);
    let other = company(2).await;
    assert!(first.0 != other.0 && first.1 != other.1 && first.2 != other.2);
}

#[tokio::test]
async fn twenty_thousand_users_and_tokens_are_generated_and_found() {
    let client =
        TestClient::start(PracticeSettings { tokens: 20_000, users: 20_000, ..PracticeSettings::default() })
            .await;
    let (_, page) = client.get(&format!("{DEVICES}?$select=serialNumber")).await;
    let serial = page["value"][999]["serialNumber"].as_str().unwrap();
    let (_, found) = client.get(&format!("{DEVICES}?$filter=serialNumber eq '{serial}'")).await;
    assert_eq!(found["value"].as_array().unwrap().len(), 1);
    assert_eq!(client.stats().await["tokens"], 20_000);
}

#[tokio::test]
async fn the_debug_output_has_no_secret() {
    let client =
        TestClient::start(PracticeSettings { tokens: 1, users: 6, ..PracticeSettings::default() }).await;
    assert!(!format!("{:?}", client.practice).contains(&client.practice.client_secret));
}
