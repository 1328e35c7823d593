//! The state of the page: the user's tokens, and the open form.

use std::collections::HashMap;

use leptos::{prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    otp::Code,
    self_service::{ActivationTarget, Denial, MyTokenList, OwnActivation},
    token::{SerialNumber, Token, TokenId, TokenStatus},
};

use super::form_error::FormError;
use crate::{
    api::{boot_info::BootInfo, my::own_tokens},
    browser::focus,
    i18n::PageTexts,
};

/// The state of loading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MyTokensLoadState {
    /// Under way.
    Running,
    /// Done.
    Done,
    /// Failed.
    Failed(ServiceError),
}

/// The open form. At most one is open at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenForm {
    /// None.
    Nothing,
    /// The form of one of the user's tokens.
    Token(TokenId),
    /// The form of an activated token whose codes are refused.
    Refresh(TokenId),
    /// The form for claiming an unassigned token.
    Claim,
}

/// The state of the page.
#[derive(Debug, Clone, Copy)]
pub struct MyTokensState {
    /// The texts in the page's language.
    pub texts: &'static PageTexts,
    /// The user's tokens, those to be activated first.
    pub tokens: RwSignal<Vec<Token>>,
    /// The user's latest activations.
    pub activations: RwSignal<Vec<OwnActivation>>,
    /// The state of loading.
    pub load_state: RwSignal<MyTokensLoadState>,
    /// The open form.
    pub open: RwSignal<OpenForm>,
    /// The serial number: from the URL, typed, or scanned.
    pub serial: RwSignal<String>,
    /// The token that was just activated.
    pub done: RwSignal<Option<Token>>,
    /// An error of the whole page.
    pub error: RwSignal<Option<FormError>>,
    /// The code that was typed before a step-up sign-in, until the form takes it.
    pub restored: StoredValue<Option<Code>>,
    /// How many codes of each token were refused since the page was opened.
    pub refusals: RwSignal<HashMap<TokenId, u32>>,
    /// Whether users may claim unassigned tokens.
    pub may_claim: bool,
}

/// Refused codes of one token after which the form gives way to the help desk: whether Microsoft locks is not known.
pub const MAX_REFUSALS: u32 = 3;

impl MyTokensState {
    /// Starts loading, in the browser only: the server hands out a restored code once.
    pub fn new(texts: &'static PageTexts, serial: RwSignal<String>) -> Self {
        let state = Self {
            texts,
            tokens: RwSignal::new(Vec::new()),
            activations: RwSignal::new(Vec::new()),
            load_state: RwSignal::new(MyTokensLoadState::Running),
            open: RwSignal::new(OpenForm::Nothing),
            serial,
            done: RwSignal::new(None),
            error: RwSignal::new(None),
            restored: StoredValue::new(None),
            refusals: RwSignal::new(HashMap::new()),
            may_claim: expect_context::<BootInfo>().self_service.claim,
        };
        on_cleanup(move || _ = state.restored.try_set_value(None));
        Effect::new(move |_| state.read(true));
        state
    }

    /// Loads the tokens; the first time, also opens the requested form.
    pub fn read(self, is_first: bool) {
        self.load_state.set(MyTokensLoadState::Running);
        spawn_local(async move {
            let answer = own_tokens().await;
            // The page may have been left meanwhile.
            if self.tokens.is_disposed() {
                return;
            }
            match answer {
                Ok(own) => self.take(own, is_first),
                Err(error) => self.load_state.set(MyTokensLoadState::Failed(error.0)),
            }
        });
    }

    fn take(self, own: MyTokenList, is_first: bool) {
        let MyTokenList { tokens, pending, activations } = own;
        self.activations.set(activations);
        let named = self.serial.with_untracked(|serial| SerialNumber::parse(serial));
        let target = pending.as_ref().map(|pending| pending.target.clone());
        let requested = target.clone().or_else(|| named.map(ActivationTarget::Serial));
        let open = initial_form(&tokens, requested.as_ref(), self.may_claim);
        if let (Some(ActivationTarget::Serial(serial)), OpenForm::Claim) = (target, &open) {
            self.serial.set(serial.as_str().to_owned());
        }
        let is_restored = pending.is_some() && open != OpenForm::Nothing;
        self.restored.set_value(pending.filter(|_| is_restored).and_then(|pending| pending.code));
        let tokens = sorted(tokens);
        // Set only on a change, so that open forms keep their input.
        if self.tokens.with_untracked(|known| *known != tokens) {
            self.tokens.set(tokens);
        }
        self.load_state.set(MyTokensLoadState::Done);
        if !is_first && !is_restored {
            self.update_open_form();
            return;
        }
        self.open.set(open);
        if requested.is_some() && !is_restored {
            request_animation_frame(|| focus("#code"));
        }
    }

    /// After a reload: the token of the open form may be gone, or activated.
    fn update_open_form(self) {
        let (id, is_refresh) = match self.open.get_untracked() {
            OpenForm::Token(id) => (id, false),
            OpenForm::Refresh(id) => (id, true),
            _ => return,
        };
        match self.tokens.with_untracked(|tokens| tokens.iter().find(|token| token.id == id).cloned()) {
            Some(token) if token.status == TokenStatus::Activated && is_refresh => {}
            Some(token) if token.status == TokenStatus::Activated => self.show_activated(token),
            // It was deactivated to be refreshed: its next code activates it.
            Some(_) if is_refresh => self.open.set(OpenForm::Token(id)),
            Some(_) => {}
            None => self.open.set(OpenForm::Nothing),
        }
    }

    /// Shows that a token was activated.
    pub fn show_activated(self, token: Token) {
        self.tokens.update(|tokens| {
            tokens.retain(|known| known.id != token.id);
            tokens.push(token.clone());
            *tokens = sorted(std::mem::take(tokens));
        });
        self.error.set(None);
        self.open.set(OpenForm::Nothing);
        self.serial.set(String::new());
        self.done.set(Some(token));
        request_animation_frame(|| focus("#done"));
    }

    /// Shows that a refresh deactivated the token and did not activate it again, and asks for its next code.
    pub fn show_deactivated(self, denial: Denial) {
        self.error.set(Some(FormError::Deactivated(denial)));
        self.read(false);
        request_animation_frame(|| focus("#trouble"));
    }

    /// Whether too many codes of this token were refused. Reactive.
    pub fn has_failed(self, token: &TokenId) -> bool {
        self.refusals.with(|refusals| refusals.get(token).is_some_and(|count| *count >= MAX_REFUSALS))
    }

    /// Closes the form and reloads the tokens, because its token has changed.
    pub fn close(self) {
        self.open.set(OpenForm::Nothing);
        self.serial.set(String::new());
        self.read(false);
        request_animation_frame(|| focus("#trouble"));
    }

    /// If the serial number is of one of the user's own tokens, opens the form of that token, which needs only the code.
    pub fn open_own_token(self) {
        let serial = self.serial.with_untracked(|serial| SerialNumber::parse(serial));
        let own = serial.and_then(|serial| self.find_by_serial(&serial)).filter(can_activate);
        if let Some(token) = own {
            self.open.set(OpenForm::Token(token.id));
            request_animation_frame(|| focus("#code"));
        }
    }

    /// The user's token with this serial number.
    pub fn find_by_serial(self, serial: &SerialNumber) -> Option<Token> {
        self.tokens.with_untracked(|tokens| tokens.iter().find(|token| token.serial == *serial).cloned())
    }
}

/// Whether a code can activate the token.
pub fn can_activate(token: &Token) -> bool {
    matches!(token.status, TokenStatus::Available | TokenStatus::Assigned | TokenStatus::FailedActivation)
}

/// Sorts the tokens: those to be activated first, then by serial number.
fn sorted(mut tokens: Vec<Token>) -> Vec<Token> {
    tokens.sort_by_key(|token| (!can_activate(token), token.serial.key()));
    tokens
}

/// The form to open first: the requested one, else of a token to be activated, else for claiming a first token.
fn initial_form(tokens: &[Token], requested: Option<&ActivationTarget>, may_claim: bool) -> OpenForm {
    let claim = if may_claim { OpenForm::Claim } else { OpenForm::Nothing };
    let of = |token: &Token| {
        if can_activate(token) { OpenForm::Token(token.id.clone()) } else { OpenForm::Nothing }
    };
    match requested {
        Some(ActivationTarget::Token(id)) => {
            tokens.iter().find(|token| token.id == *id).map_or(OpenForm::Nothing, of)
        }
        Some(ActivationTarget::Refresh(id)) => match tokens.iter().find(|token| token.id == *id) {
            Some(token) if can_activate(token) => of(token),
            Some(_) => OpenForm::Refresh(id.clone()),
            None => OpenForm::Nothing,
        },
        Some(ActivationTarget::Serial(serial)) => {
            tokens.iter().find(|token| token.serial == *serial).map_or(claim, of)
        }
        None => match tokens.iter().find(|token| can_activate(token)) {
            Some(token) => of(token),
            None if tokens.is_empty() => claim,
            None => OpenForm::Nothing,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(number: u8, status: TokenStatus) -> Token {
        Token {
            id: TokenId::parse(&format!("00000000-0000-0000-0000-0000000000{number:02}")).unwrap(),
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

    fn serial(text: &str) -> ActivationTarget {
        ActivationTarget::Serial(SerialNumber::parse(text).unwrap())
    }

    #[test]
    fn the_form_of_a_token_to_be_activated_opens_first() {
        let tokens = [token(1, TokenStatus::Activated), token(2, TokenStatus::Assigned)];
        assert_eq!(initial_form(&tokens, None, true), OpenForm::Token(tokens[1].id.clone()));
        assert_eq!(sorted(tokens.to_vec()).first().map(|token| &token.id), Some(&tokens[1].id));
    }

    #[test]
    fn a_link_opens_the_form_of_its_token() {
        let tokens = [token(1, TokenStatus::Assigned), token(2, TokenStatus::FailedActivation)];
        assert_eq!(initial_form(&tokens, Some(&serial("s2")), true), OpenForm::Token(tokens[1].id.clone()));
        assert_eq!(initial_form(&tokens, Some(&serial("S9")), true), OpenForm::Claim);
        assert_eq!(initial_form(&tokens, Some(&serial("S9")), false), OpenForm::Nothing);
    }

    #[test]
    fn no_form_opens_when_nothing_is_to_be_done() {
        let tokens = [token(1, TokenStatus::Activated)];
        assert_eq!(initial_form(&tokens, None, true), OpenForm::Nothing);
        assert_eq!(initial_form(&tokens, Some(&serial("S1")), true), OpenForm::Nothing);
        assert_eq!(initial_form(&[], None, true), OpenForm::Claim);
        assert_eq!(initial_form(&[], None, false), OpenForm::Nothing);
    }

    #[test]
    fn a_restored_code_opens_the_form_of_its_token() {
        let tokens = [token(1, TokenStatus::Assigned), token(2, TokenStatus::Assigned)];
        let target = ActivationTarget::Token(tokens[1].id.clone());
        assert_eq!(initial_form(&tokens, Some(&target), true), OpenForm::Token(tokens[1].id.clone()));
    }
}
