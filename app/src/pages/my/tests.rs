//! The page as HTML.

use std::sync::Arc;

use leptos::prelude::*;
use token_core::{
    error::ServiceError,
    self_service::{ActivationOutcome, Denial},
    token::{SerialNumber, Token, TokenId, TokenStatus},
};

use super::{state::MyTokensState, tokens::LoadedTokens};
use crate::{
    api::{
        boot_info::{BootInfo, SelfService},
        my_form::{FormAnswer, FormResult, OwnTokens, SentForm},
    },
    i18n::page_texts,
    language::Language,
};

const HELP: &str = "Room 12, phone 4711";

fn token() -> Token {
    Token {
        id: TokenId::parse("00000000-0000-0000-0000-000000000001").unwrap(),
        serial: SerialNumber::parse("S-1").unwrap(),
        manufacturer: String::new(),
        model: String::new(),
        hash: None,
        interval_seconds: 30,
        status: TokenStatus::Assigned,
        assigned_to: None,
        last_used: None,
        name: None,
    }
}

fn page(own: OwnTokens, answer: Option<FormAnswer>) -> String {
    Owner::new().with(|| {
        let self_service = SelfService { help_desk: Some(HELP.to_owned()), ..SelfService::off() };
        provide_context(BootInfo { self_service, ..BootInfo::unknown() });
        let texts = page_texts(Language::En);
        let state = Arc::new(MyTokensState::new(texts, own, super::PageQuery::default(), answer, true));
        view! { <LoadedTokens state /> }.to_html()
    })
}

fn after(result: FormResult) -> String {
    let form = SentForm::Activate(token().id);
    let own = OwnTokens::Read { tokens: vec![token()], activations: Vec::new(), kept: None };
    page(own, Some(FormAnswer { form, result, refusals: 0 }))
}

fn denied(denial: Denial) -> FormResult {
    FormResult::Ended(ActivationOutcome::Denied(denial))
}

#[test]
fn each_refusal_is_in_its_form_with_a_next_step_and_says_whether_the_code_may_stay() {
    let upstream =
        ServiceError::Upstream { status: 500, message: "Gx17".to_owned(), request_id: "req-9".to_owned() };
    let cases: [(FormResult, &[&str], bool); 11] = [
        (
            denied(Denial::CodeRefused),
            &["These digits were not accepted.", "Wait until the token shows new digits"],
            false,
        ),
        (denied(Denial::Full { most: 5 }), &["You have 5 tokens already", HELP], true),
        (denied(Denial::NotAllowed), &["Your account may not use hardware tokens", HELP], true),
        (
            denied(Denial::Later { after_ms: Some(20_000) }),
            &["Microsoft is busy", "Try again in 20 seconds"],
            true,
        ),
        (
            denied(Denial::Later { after_ms: None }),
            &["Microsoft is busy", "Try again in a few minutes"],
            true,
        ),
        (
            denied(Denial::Unclear),
            &["it is not known whether the token was activated", "form=\"look\""],
            true,
        ),
        (
            FormResult::Failed(ServiceError::RateLimited { after_ms: 300_000 }),
            &["too many attempts", "Try again in 5 minutes"],
            true,
        ),
        (
            FormResult::Failed(ServiceError::StepUp),
            &["Microsoft asks you to confirm who you are.", "/auth/sign-in?return=%2Fmy"],
            true,
        ),
        (
            FormResult::Failed(ServiceError::NotOffered),
            &["your organisation does not permit it here", HELP],
            true,
        ),
        (
            FormResult::Failed(ServiceError::Internal { reference: "ref-77".to_owned() }),
            &["Something does not work", "For the help desk: ref-77", HELP],
            true,
        ),
        (FormResult::Failed(upstream), &["Something does not work", "req-9"], true),
    ];
    for (result, texts, keeps) in cases {
        let html = after(result.clone());
        let (_, form) = html.split_once("method=\"post\"").unwrap();
        let (form, _) = form.split_once("</form>").unwrap();
        for text in texts {
            assert!(form.contains(text), "{result:?}: {text} in {form}");
        }
        assert_eq!(form.contains("data-keep"), keeps, "{result:?}");
        assert!(!html.contains("Gx17"));
    }
}

#[test]
fn while_microsoft_is_slow_the_page_says_so_and_has_the_form_for_claiming() {
    let html = page(OwnTokens::Slow, None);
    assert!(html.contains("Microsoft takes unusually long") && html.contains("Try again"), "{html}");
    assert!(html.contains("id=\"serial\"") && !html.contains("You have no token yet."), "{html}");
    let failed = page(OwnTokens::Failed(ServiceError::Unreachable { message: "x".to_owned() }), None);
    assert!(
        failed.contains("Your tokens could not be looked up.")
            && !failed.contains("Look now</button><button")
    );
    assert!(failed.contains("id=\"serial\""));
}
