//! Tenants that do not what the program assumes: each difference is found, and says what it affects.

use http::Method;
use serde_json::{Value, json};
use token_core::trial::{TrialState, TrialStep, TrialVerdict, markdown};

use super::{Lab, result};

const DEVICES: &str = "/beta/directory/authenticationMethodDevices/hardwareOathDevices";

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
fn differ(state: &TrialState, steps: &[TrialStep]) {
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
        token["id"] = "aaaaaaaa-0000-4000-8000-00000000000a".into();
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
    differ(&state, &[TrialStep::Create, TrialStep::FindBySerial]);
    assert_eq!(state.count(TrialVerdict::NotTried), state.results.len() - 4, "{}", state.summary());
}
