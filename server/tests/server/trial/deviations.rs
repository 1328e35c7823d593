//! Tenants that do not what the program assumes: each difference is found, and says what it affects.

use std::sync::atomic::{AtomicBool, Ordering};

use http::Method;
use serde_json::{Value, json};
use token_core::trial::{TrialState, TrialStep, TrialVerdict, markdown};

use super::{Lab, result};

const DEVICES: &str = "/beta/directory/authenticationMethodDevices/hardwareOathDevices";
/// The id of a token that the practice tenant does not have.
const OTHER: &str = "aaaaaaaa-0000-4000-8000-00000000000a";

fn error(message: &str) -> Value {
    json!({ "error": { "code": "badRequest", "message": message } })
}

/// Runs a trial; the tenant must be as before.
async fn tried(
    deviation: impl Fn(&Method, &str, &Value, usize) -> Option<(u16, Value)> + Send + Sync + 'static,
) -> TrialState {
    let lab = Lab::deviating(deviation).await;
    let before = lab.tokens().await;
    let state = lab.run(true).await;
    assert_eq!(state.left_over, Vec::<String>::new());
    assert_eq!(lab.tokens().await, before, "{state:#?}");
    state
}

/// Only these steps differ.
pub fn differ(state: &TrialState, steps: &[TrialStep]) {
    let differing: Vec<TrialStep> = state
        .results
        .iter()
        .filter(|result| result.verdict == TrialVerdict::Differs)
        .map(|result| result.step)
        .collect();
    assert_eq!(differing, steps, "{state:#?}");
    let report = markdown(state, "1.0.0");
    for step in steps {
        assert!(report.contains(step.affects()), "{report}");
    }
}

#[tokio::test]
async fn a_serial_number_that_may_exist_twice() {
    let state = tried(|method, path, body, before| {
        let again = method == Method::POST && path == DEVICES && before == 1;
        let mut token = body.clone();
        token["id"] = OTHER.into();
        token["secretKey"] = Value::Null;
        again.then_some((201, token))
    })
    .await;
    differ(&state, &[TrialStep::SameSerial]);
}

#[tokio::test]
async fn an_assigned_token_that_can_be_deleted() {
    let state = tried(|method, path, _, before| {
        let is_first = method == Method::DELETE && path.starts_with(DEVICES) && before == 0;
        is_first.then_some((204, Value::Null))
    })
    .await;
    differ(&state, &[TrialStep::DeleteAssigned]);
    let untried = result(&state, TrialStep::Activate);
    assert_eq!(untried.verdict, TrialVerdict::NotTried);
    assert!(untried.observed.contains("no token"), "{untried:#?}");
}

#[tokio::test]
async fn no_creation_in_bulk() {
    let state = tried(|method, path, _, _| {
        let is_bulk = method == Method::PATCH && path == DEVICES;
        is_bulk.then(|| (405, error("Specified HTTP method is not allowed for the request target.")))
    })
    .await;
    differ(&state, &[TrialStep::BulkInvalidKey, TrialStep::BulkSameSerial]);
    assert!(result(&state, TrialStep::BulkInvalidKey).observed.contains("has no such call"));
    assert_eq!(result(&state, TrialStep::TwoAtOnce).verdict, TrialVerdict::NotTried);
}

#[tokio::test]
async fn a_bulk_creation_that_is_refused_as_a_whole_is_as_assumed() {
    let state = tried(|method, path, _, _| {
        let details = json!([{ "code": "invalid", "message": "Item 2", "target": "value[1]" }]);
        let body = json!({ "error": { "code": "badRequest", "message": "Invalid.", "details": details } });
        (method == Method::PATCH && path == DEVICES).then_some((400, body))
    })
    .await;
    differ(&state, &[]);
    let observed = &result(&state, TrialStep::BulkInvalidKey).observed;
    assert!(
        observed.contains("the whole call is refused, with details; the valid one does not exist"),
        "{observed}"
    );
}

#[tokio::test]
async fn a_bulk_creation_that_is_silent_about_the_failing_item() {
    let state = tried(|method, path, _, _| {
        (method == Method::PATCH && path == DEVICES).then(|| (200, json!({ "value": [] })))
    })
    .await;
    differ(&state, &[TrialStep::BulkInvalidKey, TrialStep::BulkSameSerial]);
}

#[tokio::test]
async fn a_wrong_code_that_is_answered_well() {
    let state = tried(|method, path, _, before| {
        let is_first = method == Method::POST && path.ends_with("/activate") && before == 0;
        is_first.then_some((204, Value::Null))
    })
    .await;
    differ(&state, &[TrialStep::WrongCode]);
}

#[tokio::test]
async fn a_code_of_some_intervals_before_that_is_refused() {
    let state = tried(|method, path, _, before| {
        let is_fifth = method == Method::POST && path.ends_with("/activate") && before == 4;
        is_fifth.then(|| (400, error("The code is too old.")))
    })
    .await;
    differ(&state, &[TrialStep::EarlierCode]);
}

#[tokio::test]
async fn of_two_writes_at_once_one_that_is_lost_is_as_assumed() {
    let is_lost = AtomicBool::new(false);
    let state = tried(move |method, path, _, before| {
        // The first assignment has been made long before.
        let is_later = method == Method::POST && path.ends_with("/hardwareOathMethods") && before > 0;
        (is_later && !is_lost.swap(true, Ordering::Relaxed)).then(|| (201, json!({})))
    })
    .await;
    differ(&state, &[]);
    let observed = &result(&state, TrialStep::TwoAtOnce).observed;
    assert!(observed.contains("1 of 2 tokens are seen at the user."), "{observed}");
}

#[tokio::test]
async fn a_right_code_after_deactivating_that_is_refused() {
    let state = tried(|method, path, _, before| {
        // Wrong, right, again while activated; then after deactivating.
        let is_fourth = method == Method::POST && path.ends_with("/activate") && before == 3;
        is_fourth.then(|| (400, error("The token cannot be activated again.")))
    })
    .await;
    differ(&state, &[TrialStep::Reactivate]);
}

#[tokio::test]
async fn no_activation_by_serial_number() {
    let state = tried(|method, path, _, _| {
        let is_by_serial = method == Method::POST && path.ends_with("/assignAndActivateBySerialNumber");
        is_by_serial.then(|| (404, error("Resource not found for the segment.")))
    })
    .await;
    differ(&state, &[TrialStep::BySerialAssigned, TrialStep::BySerialWrongCode, TrialStep::BySerial]);
}

#[tokio::test]
async fn a_token_with_sha256_that_is_refused_or_changed() {
    let is_sha256 = |method: &Method, path: &str, body: &Value| {
        method == Method::POST && path == DEVICES && body["hashFunction"] == "hmacsha256"
    };
    let state = tried(move |method, path, body, _| {
        is_sha256(method, path, body).then(|| (400, error("The hash function is not supported.")))
    })
    .await;
    differ(&state, &[TrialStep::CreateSha256]);
    assert_eq!(result(&state, TrialStep::ActivateSha256).verdict, TrialVerdict::NotTried);

    let state = tried(move |method, path, body, _| {
        let is_read = method == Method::GET && path == format!("{DEVICES}/{OTHER}");
        let mut token = if is_read {
            json!({ "serialNumber": "TRIAL-0", "manufacturer": "Token Inventory trial", "model": "Made-up" })
        } else {
            body.clone()
        };
        token["id"] = OTHER.into();
        token["status"] = "available".into();
        token["secretKey"] = Value::Null;
        token["timeIntervalInSeconds"] = 60.into();
        token["hashFunction"] = "hmacsha1".into();
        let status = if is_read { 200 } else { 201 };
        (is_read || is_sha256(method, path, body)).then_some((status, token))
    })
    .await;
    differ(&state, &[TrialStep::CreateSha256, TrialStep::ActivateSha256]);
    let observed = &result(&state, TrialStep::CreateSha256).observed;
    assert!(observed.contains("the hash is shown otherwise, the interval as created"), "{observed}");
}

#[tokio::test]
async fn an_activation_that_is_answered_well_and_has_no_effect() {
    let state = tried(|method, path, _, before| {
        let is_second = method == Method::POST && path.ends_with("/activate") && before == 1;
        is_second.then_some((204, Value::Null))
    })
    .await;
    differ(&state, &[TrialStep::Activate]);
    assert_eq!(result(&state, TrialStep::ActivateAgain).verdict, TrialVerdict::NotTried);
    assert_eq!(result(&state, TrialStep::EarlierCode).verdict, TrialVerdict::AsAssumed);
}

#[tokio::test]
async fn a_creation_that_is_refused_leaves_the_rest_untried() {
    let state = tried(|method, path, _, _| {
        (method == Method::POST && path == DEVICES).then(|| (403, error("Insufficient privileges.")))
    })
    .await;
    differ(&state, &[TrialStep::Create, TrialStep::FindBySerial, TrialStep::CreateSha256]);
    assert_eq!(state.count(TrialVerdict::NotTried), state.results.len() - 5, "{}", state.summary());
}
