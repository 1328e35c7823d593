//! *My tokens* without scripts: every story by forms, and forms that a user forges.

use http::Method;
use serde_json::json;
use server::config::{Access, SelfService};
use token_core::token::{TokenId, TokenStatus};

use crate::support::{
    browser::Browser,
    device::{right_code, wrong_code},
    my_page::{FORM, OWN_SITE, filled, open, post, post_with, submit},
    self_service::SelfServiceFixture,
    test_app::{TestApp, TestAppBuilder},
};

const NOBODY: &str = "00000000-0000-4000-8000-000000000001";
const REFUSED: &str = "These digits were not accepted.";

/// The address of the page with the form of a token.
fn form_of(token: &TokenId) -> String {
    format!("/my?open={}", token.as_str())
}

async fn activations(app: &TestApp) -> u64 {
    app.stats().await["writesByKind"]["activate"].as_u64().unwrap()
}

/// A form for a token, as the page does not render it.
fn forged<'a>(token: &'a str, code: &'a str) -> [(&'a str, &'a str); 3] {
    [("form", "activate"), ("token", token), ("code", code)]
}

#[tokio::test]
async fn an_assigned_token_is_activated_and_a_reload_does_nothing() {
    let fixture = SelfServiceFixture::open().await;
    let token = fixture.create_assigned_token("FORM-1", &fixture.me().await).await;
    let page = open(&fixture.person, &form_of(&token)).await;
    let (wrong, right) = (wrong_code(), right_code());
    let refused = submit(&fixture.person, &page, &[("code", &wrong)]).await;
    assert!(refused.contains(REFUSED) && refused.contains("aria-invalid=\"true\""), "{refused}");
    assert!(!refused.contains(&wrong), "the code is kept nowhere");

    let done = submit(&fixture.person, &refused, &[("code", &right)]).await;
    assert!(done.contains("Token FORM-1 is ready to use") && !done.contains(&right), "{done}");
    assert_eq!(fixture.read_token(&token).await.status, TokenStatus::Activated);
    let writes = activations(&fixture.app).await;
    let reloaded = open(&fixture.person, "/my").await;
    assert!(!reloaded.contains("is ready to use") && reloaded.contains("Ready to use"), "{reloaded}");
    assert_eq!(activations(&fixture.app).await, writes);
    for answer in fixture.person.answers() {
        assert!(!answer.contains(&wrong) && !answer.contains(&right), "{answer}");
    }
}

#[tokio::test]
async fn an_unassigned_token_is_claimed_and_a_refused_serial_number_stays() {
    let fixture = SelfServiceFixture::open().await;
    let token = fixture.create_token("FORM-2").await;
    let page = open(&fixture.person, "/my?open=claim").await;
    for (typed, told, field) in [
        ([("serial", ""), ("code", "123456")], "Please type the serial number", "value=\"\""),
        ([("serial", "FORM-2"), ("code", "12345")], "Please type all six digits", "value=\"FORM-2\""),
        (
            [("serial", "<b>'\""), ("code", "123456")],
            "No token with this serial number",
            "value=\"&lt;b&gt;'&quot;\"",
        ),
    ] {
        let refused = submit(&fixture.person, &page, &typed).await;
        assert!(refused.contains(told) && refused.contains(field), "{refused}");
        assert!(!refused.contains(typed[1].1), "no code stands on a page");
    }
    let done = submit(&fixture.person, &page, &[("serial", " form-2 "), ("code", &right_code())]).await;
    assert!(done.contains("Token FORM-2 is ready to use"), "{done}");
    assert_eq!(fixture.read_token(&token).await.assigned_to.unwrap().id, fixture.me().await);
}

#[tokio::test]
async fn the_clock_of_a_token_is_set_right() {
    let fixture = SelfServiceFixture::open().await;
    let token = fixture.create_assigned_token("FORM-3", &fixture.me().await).await;
    let page = open(&fixture.person, &form_of(&token)).await;
    submit(&fixture.person, &page, &[("code", &right_code())]).await;
    let page = open(&fixture.person, &format!("/my?refresh={}", token.as_str())).await;
    let refused = submit(&fixture.person, &page, &[("code", &wrong_code())]).await;
    assert!(
        refused.contains("Your token is switched off now") && refused.contains("Activation failed"),
        "{refused}"
    );
    let done = submit(&fixture.person, &refused, &[("code", &right_code())]).await;
    assert!(done.contains("Token FORM-3 is ready to use"), "{done}");
}

#[tokio::test]
async fn the_same_form_sent_twice_is_one_write_with_one_answer() {
    let fixture = SelfServiceFixture::open().await;
    let token = fixture.create_assigned_token("FORM-4", &fixture.me().await).await;
    let page = open(&fixture.person, &form_of(&token)).await;
    let wrong = filled(&page, &[("code", &wrong_code())]);
    let (one, two) = tokio::join!(post(&fixture.person, &wrong), post(&fixture.person, &wrong));
    assert_eq!((one.status.as_u16(), one.location()), (303, two.location()));
    assert_eq!(activations(&fixture.app).await, 1, "a double click");
    let later = post(&fixture.person, &wrong).await;
    assert_eq!(activations(&fixture.app).await, 1, "Back, and the same again");
    assert!(open(&fixture.person, later.location()).await.contains(REFUSED));

    let right = filled(&page, &[("code", &right_code())]);
    post(&fixture.person, &right).await;
    let again = post(&fixture.person, &right).await;
    let shown = open(&fixture.person, again.location()).await;
    assert!(shown.contains("Token FORM-4 is ready to use"), "not that it was activated already: {shown}");
    assert_eq!(activations(&fixture.app).await, 2);
}

#[tokio::test]
async fn only_forms_of_its_own_pages_are_accepted() {
    let fixture = SelfServiceFixture::open().await;
    let token = fixture.create_assigned_token("FORM-5", &fixture.me().await).await;
    let code = right_code();
    let form = forged(token.as_str(), &code);
    for site in [("sec-fetch-site", "cross-site"), ("origin", "http://evil.example"), ("origin", "null")] {
        assert_eq!(post_with(&fixture.person, &[site, FORM], &form).await.status, 403, "{site:?}");
    }
    for kind in ["text/plain", "application/json", "multipart/form-data; boundary=a"] {
        let headers = [OWN_SITE, ("content-type", kind)];
        assert_eq!(post_with(&fixture.person, &headers, &form).await.status, 415, "{kind}");
    }
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let request = fixture.person.request(method.clone(), "/my").header(OWN_SITE.0, OWN_SITE.1);
        assert_eq!(fixture.person.send(request, "").await.status, 405, "{method}");
    }
    let query = format!("/my?form=activate&token={}&code={code}", token.as_str());
    open(&fixture.person, &query).await;
    for form in [
        &[("form", "activate"), ("code", "123456")][..],
        &[("form", "activate"), ("token", "../users"), ("code", "123456")],
        &[("form", "other"), ("token", NOBODY), ("code", "123456")],
        &[],
    ] {
        assert_eq!(post(&fixture.person, form).await.status, 422, "{form:?}");
    }
    assert_eq!(activations(&fixture.app).await, 0);
    assert_eq!(fixture.read_token(&token).await.status, TokenStatus::Assigned);
    let older = post_with(&fixture.person, &[("origin", "http://localhost:3000"), FORM], &form).await;
    assert_eq!(older.status, 303, "a browser that sends only the origin");
}

#[tokio::test]
async fn another_users_token_is_treated_as_unknown_in_a_form_too() {
    let fixture = SelfServiceFixture::open().await;
    let other = fixture.other_users_token().await;
    let code = right_code();
    let mut shown = Vec::new();
    for token in [NOBODY, other.id.as_str()] {
        let answer = post(&fixture.person, &forged(token, &code)).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (303, "/my"));
        let page = open(&fixture.person, answer.location()).await;
        assert!(page.contains("This token is no longer yours."), "{page}");
        shown.push(page.len());
    }
    assert_eq!(shown[0], shown[1]);
    assert_eq!(fixture.read_token(&other.id).await, other);
    assert_eq!(activations(&fixture.app).await, 0, "no code was sent");
}

#[tokio::test]
async fn without_a_session_a_form_is_refused_with_the_way_to_sign_in() {
    let fixture = SelfServiceFixture::open().await;
    let token = fixture.create_assigned_token("FORM-6", &fixture.me().await).await;
    let browser = Browser::of(&fixture.app);
    let code = right_code();
    let answer = post(&browser, &forged(token.as_str(), &code)).await;
    assert_eq!(answer.status, 303);
    let page = open(&browser, answer.location()).await;
    assert!(page.contains("You were signed out") && page.contains("/auth/sign-in?return=%2Fmy"), "{page}");
    assert_eq!(activations(&fixture.app).await, 0);
}

#[tokio::test]
async fn an_answer_is_shown_to_the_session_that_sent_the_form() {
    let fixture = SelfServiceFixture::open().await;
    let token = fixture.create_assigned_token("FORM-7", &fixture.me().await).await;
    let code = right_code();
    post(&fixture.person, &forged(token.as_str(), &code)).await;
    let answer = fixture.person.cookie("answer").expect("the answer, sealed");
    assert!(!answer.contains("FORM-7"));
    fixture.admin.set_cookie("answer", &answer);
    assert!(!open(&fixture.admin, "/my").await.contains("FORM-7"));
    assert!(open(&fixture.person, "/my").await.contains("Token FORM-7 is ready to use"));
    assert_eq!(fixture.person.cookie("answer"), None, "once");
}

#[tokio::test]
async fn forms_are_limited_as_the_calls_are() {
    let fixture = SelfServiceFixture::open().await;
    let form = |number: u32| {
        [("form", "claim".to_owned()), ("serial", format!("NO-{number}")), ("code", "123456".to_owned())]
    };
    for number in 0..5 {
        post(&fixture.person, &form(number)).await;
    }
    let answer = post(&fixture.person, &form(5)).await;
    let page = open(&fixture.person, answer.location()).await;
    assert!(page.contains("Those were too many attempts."), "{page}");
    let body = json!({ "serial": "NO-6", "code": "123456" });
    assert_eq!(fixture.person.call("/api/my/claim", body).await.status, 429, "one limit for both");
}

#[tokio::test]
async fn after_a_step_up_the_server_still_has_the_code() {
    let self_service = SelfService { delegated: true, ..SelfService::default() };
    let builder = TestAppBuilder { self_service, ..TestAppBuilder::default() };
    let fixture = SelfServiceFixture::of(builder.with_organisation(Access::Application).await).await;
    let token = fixture.create_token("FORM-8").await;
    fixture.app.switch("age?seconds=700").await;
    let page = open(&fixture.person, "/my?open=claim").await;
    let code = right_code();
    let refused = submit(&fixture.person, &page, &[("serial", "FORM-8"), ("code", &code)]).await;
    let way = "/auth/sign-in?return=%2Fmy%3Fserial%3DFORM-8";
    assert!(refused.contains("confirm who you are") && refused.contains(way), "{refused}");
    fixture.assert_available(&token).await;

    fixture.person.sign_in_from("?return=%2Fmy%3Fserial%3DFORM-8", "enduser").await;
    let page = open(&fixture.person, "/my?serial=FORM-8").await;
    assert!(page.contains("What you typed is still here.") && page.contains("value=\"FORM-8\""), "{page}");
    assert!(!page.contains(&code), "the code stays on the server");
    let done = submit(&fixture.person, &page, &[("serial", "FORM-8"), ("code", "")]).await;
    assert!(done.contains("Token FORM-8 is ready to use"), "{done}");
    let twice = submit(&fixture.person, &page, &[("serial", "FORM-8"), ("code", "")]).await;
    assert!(twice.contains("Token FORM-8 is ready to use"), "a double click: {twice}");
    let later = open(&fixture.person, "/my?open=claim").await;
    let missing =
        submit(&fixture.person, &later, &[("serial", "FORM-8"), ("code", ""), ("kept", "true")]).await;
    assert!(missing.contains("Please type all six digits"), "it serves once: {missing}");
    for answer in fixture.person.answers() {
        assert!(!answer.contains(&code), "{answer}");
    }
}

#[tokio::test]
async fn pages_without_the_app_load_no_webassembly() {
    let fixture = SelfServiceFixture::open().await;
    let signed_out = Browser::of(&fixture.app);
    let pages = [
        (&fixture.person, "/my"),
        (&fixture.person, "/"),
        (&fixture.person, "/nowhere"),
        (&fixture.admin, "/my"),
        (&fixture.admin, "/signed-out"),
        (&signed_out, "/my"),
        (&signed_out, "/"),
        (&signed_out, "/import"),
    ];
    for (browser, path) in pages {
        let answer = browser.get(path).await;
        assert!(!answer.body.contains("/pkg/token-inventory.js"), "{path}");
        assert!(!answer.header("content-security-policy").contains("wasm"), "{path}");
        assert!(answer.body.contains("<meta name=\"description\""), "{path}");
    }
    let app = fixture.admin.get("/").await;
    assert!(
        app.body.contains("/pkg/token-inventory.js") && app.body.contains("needs scripts and WebAssembly")
    );
}

#[tokio::test]
async fn a_form_signs_out_here_or_everywhere() {
    let app = TestApp::organisation().await;
    let (here, elsewhere) =
        (Browser::signed_in(&app, "enduser").await, Browser::signed_in(&app, "enduser").await);
    let send = async |browser: &Browser, body: &'static str| {
        let request = browser.request(Method::POST, "/auth/sign-out").header(OWN_SITE.0, OWN_SITE.1);
        browser.send(request.header(FORM.0, FORM.1), body).await
    };
    let forged = here.request(Method::POST, "/auth/sign-out").header("sec-fetch-site", "cross-site");
    assert_eq!(here.send(forged, "").await.status, 403);
    let answer = send(&here, "").await;
    assert!(answer.body.contains("url=http") && answer.body.contains("/logout?"), "{}", answer.body);
    assert_eq!(here.cookie("session"), None);
    assert!(open(&elsewhere, "/my").await.contains("Sign out"));

    let here = Browser::signed_in(&app, "enduser").await;
    assert_eq!(send(&here, "everywhere=true").await.status, 200);
    assert!(!open(&elsewhere, "/my").await.contains("Sign out"));
    assert_eq!(send(&Browser::of(&app), "everywhere=true").await.status, 200, "nobody is signed in");
}
