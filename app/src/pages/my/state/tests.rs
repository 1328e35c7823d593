use super::*;
use crate::{i18n::page_texts, language::Language};

fn token(number: u8, status: TokenStatus) -> Token {
    Token {
        id: id(number),
        serial: SerialNumber::parse(&format!("S{number}")).unwrap(),
        manufacturer: String::new(),
        model: String::new(),
        hash: None,
        interval_seconds: 30,
        status,
        assigned_to: None,
        last_used: None,
        name: None,
    }
}

fn id(number: u8) -> TokenId {
    TokenId::parse(&format!("00000000-0000-0000-0000-0000000000{number:02}")).unwrap()
}

fn read(tokens: &[Token]) -> OwnTokens {
    OwnTokens::Read { tokens: tokens.to_vec(), activations: Vec::new(), kept: None }
}

fn state(tokens: &[Token], query: PageQuery, answer: Option<FormAnswer>) -> MyTokensState {
    MyTokensState::new(page_texts(Language::En), read(tokens), query, answer, true)
}

fn serial(text: &str) -> PageQuery {
    PageQuery { serial: text.to_owned(), ..PageQuery::default() }
}

fn answer(form: SentForm, result: FormResult) -> Option<FormAnswer> {
    Some(FormAnswer { form, result, refusals: 1 })
}

fn denied(denial: Denial) -> FormResult {
    FormResult::Ended(ActivationOutcome::Denied(denial))
}

#[test]
fn the_form_of_a_token_to_be_activated_opens_first() {
    let tokens = [token(1, TokenStatus::Activated), token(2, TokenStatus::Assigned)];
    let state = state(&tokens, PageQuery::default(), None);
    assert_eq!((&state.open, state.focus), (&OpenForm::Token(id(2)), Focus::Nowhere));
    assert_eq!(state.tokens.first().map(|token| &token.id), Some(&id(2)));
}

#[test]
fn a_link_opens_the_form_of_its_token() {
    let tokens = [token(1, TokenStatus::Assigned), token(2, TokenStatus::FailedActivation)];
    assert_eq!(state(&tokens, serial("s2"), None).open, OpenForm::Token(id(2)));
    assert_eq!(state(&tokens, serial("S9"), None).open, OpenForm::Claim);
    let texts = page_texts(Language::En);
    let without = MyTokensState::new(texts, read(&tokens), serial("S9"), None, false);
    assert_eq!(without.open, OpenForm::Nothing);
}

#[test]
fn no_form_opens_when_nothing_is_to_be_done() {
    let tokens = [token(1, TokenStatus::Activated)];
    assert_eq!(state(&tokens, PageQuery::default(), None).open, OpenForm::Nothing);
    assert_eq!(state(&tokens, serial("S1"), None).open, OpenForm::Nothing);
    assert_eq!(state(&[], PageQuery::default(), None).open, OpenForm::Claim);
}

#[test]
fn a_kept_code_opens_the_form_of_its_token() {
    let tokens = [token(1, TokenStatus::Assigned), token(2, TokenStatus::Assigned)];
    let kept = Some(KeptActivation { target: ActivationTarget::Token(id(2)), has_code: true });
    let own = OwnTokens::Read { tokens: tokens.to_vec(), activations: Vec::new(), kept };
    let state = MyTokensState::new(page_texts(Language::En), own, PageQuery::default(), None, true);
    assert_eq!((&state.open, state.focus), (&OpenForm::Token(id(2)), Focus::Button));
    assert!(state.is_restored);
}

#[test]
fn a_refused_serial_number_stays_in_its_field() {
    let state =
        state(&[], serial("S8"), answer(SentForm::Claim("S9".to_owned()), denied(Denial::NotAvailable)));
    assert_eq!((&state.open, state.serial.as_str(), state.focus), (&OpenForm::Claim, "S9", Focus::Serial));
    assert!(state.is_serial_wrong() && !state.is_code_wrong());
}

#[test]
fn an_unclear_outcome_is_done_when_the_list_shows_the_token_as_activated() {
    let form = || SentForm::Activate(id(1));
    let now = [token(1, TokenStatus::Activated)];
    let seen = state(&now, PageQuery::default(), answer(form(), denied(Denial::Unclear)));
    assert_eq!((seen.done.map(|token| token.id), seen.form_error), (Some(id(1)), None));
    let now = [token(1, TokenStatus::Assigned)];
    let unseen = state(&now, PageQuery::default(), answer(form(), denied(Denial::Unclear)));
    assert_eq!((unseen.done, unseen.form_error), (None, Some(FormError::Denied(Denial::Unclear))));
}

#[test]
fn a_token_is_done_before_the_list_shows_it() {
    let done = FormResult::Ended(ActivationOutcome::Done(token(1, TokenStatus::Activated)));
    let state =
        state(&[token(1, TokenStatus::Assigned)], serial("S1"), answer(SentForm::Activate(id(1)), done));
    assert!(state.tokens.iter().all(is_activated) && state.serial.is_empty());
    assert_eq!((state.open, state.focus), (OpenForm::Nothing, Focus::Done));
}

#[test]
fn after_three_refusals_the_form_gives_way_to_the_help_desk() {
    let refused = |refusals| {
        let answer =
            FormAnswer { form: SentForm::Activate(id(1)), result: denied(Denial::CodeRefused), refusals };
        state(&[token(1, TokenStatus::FailedActivation)], PageQuery::default(), Some(answer))
    };
    assert_eq!((refused(2).has_failed(), refused(2).focus), (false, Focus::Code));
    assert_eq!((refused(3).has_failed(), refused(3).focus), (true, Focus::FormError));
}

#[test]
fn while_microsoft_is_slow_a_token_can_be_claimed() {
    let texts = page_texts(Language::En);
    let slow = MyTokensState::new(texts, OwnTokens::Slow, PageQuery::default(), None, true);
    assert_eq!((slow.load_state, slow.open), (MyTokensLoadState::Slow, OpenForm::Claim));
}

#[test]
fn an_error_without_its_form_is_shown_by_the_page() {
    let error = FormResult::Failed(ServiceError::StepUp);
    let state = state(&[], PageQuery::default(), answer(SentForm::Activate(id(1)), error));
    assert_eq!(state.page_error, Some(FormError::Failed(ServiceError::StepUp)));
}
