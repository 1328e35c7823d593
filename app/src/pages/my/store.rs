//! The person's tokens, and what they are about to do with them.

use leptos::{prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    otp::Code,
    self_service::{ActivationTarget, MyTokenList},
    token::{SerialNumber, Token, TokenId, TokenStatus},
};

use super::{form_error::FormError, i18n::PageTexts};
use crate::{
    api::{my::own_tokens, tenant::boot_info::BootInfo},
    browser::focus,
};

/// How the reading stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MyTokensLoadState {
    /// Under way.
    Running,
    /// Done.
    Done,
    /// It failed.
    Failed(ServiceError),
}

/// Which form is open. There is never more than one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenForm {
    /// None.
    Nothing,
    /// That of a token of theirs.
    Token(TokenId),
    /// That for a token that is nobody's.
    Claim,
}

/// What the page works with.
#[derive(Debug, Clone, Copy)]
pub struct MyTokensState {
    /// What it says.
    pub texts: &'static PageTexts,
    /// The person's tokens, those to be activated first.
    pub tokens: RwSignal<Vec<Token>>,
    /// How the reading stands.
    pub load_state: RwSignal<MyTokensLoadState>,
    /// Which form is open.
    pub open: RwSignal<OpenForm>,
    /// The serial number at hand: of the address, typed, or scanned.
    pub serial: RwSignal<String>,
    /// The token that was just activated.
    pub done: RwSignal<Option<Token>>,
    /// What there is to say about the page as a whole.
    pub error: RwSignal<Option<FormError>>,
    /// What was typed before the person had to confirm who they are, until its form takes it.
    pub restored: StoredValue<Option<Code>>,
    /// Whether they may take a token that is nobody's.
    pub may_claim: bool,
}

impl MyTokensState {
    /// Begins to read; the browser does, for what was typed is handed out once.
    pub fn new(texts: &'static PageTexts, serial: RwSignal<String>) -> Self {
        let state = Self {
            texts,
            tokens: RwSignal::new(Vec::new()),
            load_state: RwSignal::new(MyTokensLoadState::Running),
            open: RwSignal::new(OpenForm::Nothing),
            serial,
            done: RwSignal::new(None),
            error: RwSignal::new(None),
            restored: StoredValue::new(None),
            may_claim: expect_context::<BootInfo>().self_service.claim,
        };
        on_cleanup(move || _ = state.restored.try_set_value(None));
        Effect::new(move |_| state.read(true));
        state
    }

    /// Reads the tokens; the first time the form opens that the person came for.
    pub fn read(self, is_first: bool) {
        self.load_state.set(MyTokensLoadState::Running);
        spawn_local(async move {
            match own_tokens().await {
                Ok(own) => self.take(own, is_first),
                Err(error) => self.load_state.set(MyTokensLoadState::Failed(error.0)),
            }
        });
    }

    fn take(self, own: MyTokenList, is_first: bool) {
        let MyTokenList { tokens, pending } = own;
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
        // What has not changed keeps its form, and what is typed there.
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

    /// After a second reading: the form that is open may have lost its token, or its token may work by now.
    fn update_open_form(self) {
        let OpenForm::Token(id) = self.open.get_untracked() else { return };
        match self.tokens.with_untracked(|tokens| tokens.iter().find(|token| token.id == id).cloned()) {
            Some(token) if token.status == TokenStatus::Activated => self.show_activated(token),
            Some(_) => {}
            None => self.open.set(OpenForm::Nothing),
        }
    }

    /// A token is activated: says so.
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

    /// Closes the form and reads the tokens anew: its token is not what it was.
    pub fn close(self) {
        self.open.set(OpenForm::Nothing);
        self.serial.set(String::new());
        self.read(false);
        request_animation_frame(|| focus("#trouble"));
    }

    /// The person's token with this serial number.
    pub fn find_by_serial(self, serial: &SerialNumber) -> Option<Token> {
        self.tokens.with_untracked(|tokens| tokens.iter().find(|token| token.serial == *serial).cloned())
    }
}

/// Whether a code from the person could activate it.
pub fn can_activate(token: &Token) -> bool {
    matches!(token.status, TokenStatus::Available | TokenStatus::Assigned | TokenStatus::FailedActivation)
}

/// Those to be activated first, otherwise by serial number.
fn sorted(mut tokens: Vec<Token>) -> Vec<Token> {
    tokens.sort_by_key(|token| (!can_activate(token), token.serial.key()));
    tokens
}

/// The form that opens by itself: what the person came for, else the token that waits, else the way to a first one.
fn initial_form(tokens: &[Token], requested: Option<&ActivationTarget>, may_claim: bool) -> OpenForm {
    let claim = if may_claim { OpenForm::Claim } else { OpenForm::Nothing };
    let of = |token: &Token| {
        if can_activate(token) { OpenForm::Token(token.id.clone()) } else { OpenForm::Nothing }
    };
    match requested {
        Some(ActivationTarget::Token(id)) => {
            tokens.iter().find(|token| token.id == *id).map_or(OpenForm::Nothing, of)
        }
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
    fn the_token_that_waits_is_asked_for_first() {
        let tokens = [token(1, TokenStatus::Activated), token(2, TokenStatus::Assigned)];
        assert_eq!(initial_form(&tokens, None, true), OpenForm::Token(tokens[1].id.clone()));
        assert_eq!(sorted(tokens.to_vec()).first().map(|token| &token.id), Some(&tokens[1].id));
    }

    #[test]
    fn a_link_leads_to_the_token_that_it_names() {
        let tokens = [token(1, TokenStatus::Assigned), token(2, TokenStatus::FailedActivation)];
        assert_eq!(initial_form(&tokens, Some(&serial("s2")), true), OpenForm::Token(tokens[1].id.clone()));
        assert_eq!(initial_form(&tokens, Some(&serial("S9")), true), OpenForm::Claim);
        assert_eq!(initial_form(&tokens, Some(&serial("S9")), false), OpenForm::Nothing);
    }

    #[test]
    fn whoever_has_all_they_need_is_asked_for_nothing() {
        let tokens = [token(1, TokenStatus::Activated)];
        assert_eq!(initial_form(&tokens, None, true), OpenForm::Nothing);
        assert_eq!(initial_form(&tokens, Some(&serial("S1")), true), OpenForm::Nothing);
        assert_eq!(initial_form(&[], None, true), OpenForm::Claim);
        assert_eq!(initial_form(&[], None, false), OpenForm::Nothing);
    }

    #[test]
    fn what_was_typed_goes_back_to_its_own_form() {
        let tokens = [token(1, TokenStatus::Assigned), token(2, TokenStatus::Assigned)];
        let target = ActivationTarget::Token(tokens[1].id.clone());
        assert_eq!(initial_form(&tokens, Some(&target), true), OpenForm::Token(tokens[1].id.clone()));
    }
}
