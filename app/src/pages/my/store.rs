//! The person's tokens, and what they are about to do with them.

use leptos::{prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    otp::Code,
    self_service::{ActivationTarget, MyTokenList},
    token::{SerialNumber, Token, TokenId, TokenStatus},
};

use super::{refusal::Trouble, words::Words};
use crate::{
    api::{my::own_tokens, tenant::boot_info::BootInfo},
    browser::focus,
};

/// How the reading stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Under way.
    Running,
    /// Done.
    Done,
    /// It failed.
    Failed(ServiceError),
}

/// Which form is open. There is never more than one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Open {
    /// None.
    Nothing,
    /// That of a token of theirs.
    Token(TokenId),
    /// That for a token that is nobody's.
    Claim,
}

/// What the page works with.
#[derive(Debug, Clone, Copy)]
pub struct Mine {
    /// What it says.
    pub words: &'static Words,
    /// The person's tokens, those to be activated first.
    pub tokens: RwSignal<Vec<Token>>,
    /// How the reading stands.
    pub reading: RwSignal<Reading>,
    /// Which form is open.
    pub open: RwSignal<Open>,
    /// The serial number at hand: of the address, typed, or scanned.
    pub serial: RwSignal<String>,
    /// The token that was just activated.
    pub done: RwSignal<Option<Token>>,
    /// What there is to say about the page as a whole.
    pub trouble: RwSignal<Option<Trouble>>,
    /// What was typed before the person had to confirm who they are, until its form takes it.
    pub restored: StoredValue<Option<Code>>,
    /// Whether they may take a token that is nobody's.
    pub may_claim: bool,
}

impl Mine {
    /// Begins to read; the browser does, for what was typed is handed out once.
    pub fn new(words: &'static Words, serial: RwSignal<String>) -> Self {
        let mine = Self {
            words,
            tokens: RwSignal::new(Vec::new()),
            reading: RwSignal::new(Reading::Running),
            open: RwSignal::new(Open::Nothing),
            serial,
            done: RwSignal::new(None),
            trouble: RwSignal::new(None),
            restored: StoredValue::new(None),
            may_claim: expect_context::<BootInfo>().self_service.claim,
        };
        on_cleanup(move || _ = mine.restored.try_set_value(None));
        Effect::new(move |_| mine.read(true));
        mine
    }

    /// Reads the tokens; the first time the form opens that the person came for.
    pub fn read(self, is_first: bool) {
        self.reading.set(Reading::Running);
        spawn_local(async move {
            match own_tokens().await {
                Ok(own) => self.take(own, is_first),
                Err(error) => self.reading.set(Reading::Failed(error.0)),
            }
        });
    }

    fn take(self, own: MyTokenList, is_first: bool) {
        let MyTokenList { tokens, pending } = own;
        let named = self.serial.with_untracked(|serial| SerialNumber::parse(serial));
        let target = pending.as_ref().map(|pending| pending.target.clone());
        let came_for = target.clone().or_else(|| named.map(ActivationTarget::Serial));
        let open = first_form(&tokens, came_for.as_ref(), self.may_claim);
        if let (Some(ActivationTarget::Serial(serial)), Open::Claim) = (target, &open) {
            self.serial.set(serial.as_str().to_owned());
        }
        let is_restored = pending.is_some() && open != Open::Nothing;
        self.restored.set_value(pending.filter(|_| is_restored).and_then(|pending| pending.code));
        let tokens = in_order(tokens);
        // What has not changed keeps its form, and what is typed there.
        if self.tokens.with_untracked(|known| *known != tokens) {
            self.tokens.set(tokens);
        }
        self.reading.set(Reading::Done);
        if !is_first && !is_restored {
            self.look_again();
            return;
        }
        self.open.set(open);
        if came_for.is_some() && !is_restored {
            request_animation_frame(|| focus("#code"));
        }
    }

    /// After a second reading: the form that is open may have lost its token, or its token may work by now.
    fn look_again(self) {
        let Open::Token(id) = self.open.get_untracked() else { return };
        match self.tokens.with_untracked(|tokens| tokens.iter().find(|token| token.id == id).cloned()) {
            Some(token) if token.status == TokenStatus::Activated => self.finish(token),
            Some(_) => {}
            None => self.open.set(Open::Nothing),
        }
    }

    /// A token is activated: says so.
    pub fn finish(self, token: Token) {
        self.tokens.update(|tokens| {
            tokens.retain(|known| known.id != token.id);
            tokens.push(token.clone());
            *tokens = in_order(std::mem::take(tokens));
        });
        self.trouble.set(None);
        self.open.set(Open::Nothing);
        self.serial.set(String::new());
        self.done.set(Some(token));
        request_animation_frame(|| focus("#done"));
    }

    /// Closes the form and reads the tokens anew: its token is not what it was.
    pub fn close(self) {
        self.open.set(Open::Nothing);
        self.serial.set(String::new());
        self.read(false);
        request_animation_frame(|| focus("#trouble"));
    }

    /// The person's token with this serial number.
    pub fn own(self, serial: &SerialNumber) -> Option<Token> {
        self.tokens.with_untracked(|tokens| tokens.iter().find(|token| token.serial == *serial).cloned())
    }
}

/// Whether a code from the person could activate it.
pub fn can_activate(token: &Token) -> bool {
    matches!(token.status, TokenStatus::Available | TokenStatus::Assigned | TokenStatus::FailedActivation)
}

/// Those to be activated first, otherwise by serial number.
fn in_order(mut tokens: Vec<Token>) -> Vec<Token> {
    tokens.sort_by_key(|token| (!can_activate(token), token.serial.key()));
    tokens
}

/// The form that opens by itself: what the person came for, else the token that waits, else the way to a first one.
fn first_form(tokens: &[Token], came_for: Option<&ActivationTarget>, may_claim: bool) -> Open {
    let claim = if may_claim { Open::Claim } else { Open::Nothing };
    let of = |token: &Token| if can_activate(token) { Open::Token(token.id.clone()) } else { Open::Nothing };
    match came_for {
        Some(ActivationTarget::Token(id)) => {
            tokens.iter().find(|token| token.id == *id).map_or(Open::Nothing, of)
        }
        Some(ActivationTarget::Serial(serial)) => {
            tokens.iter().find(|token| token.serial == *serial).map_or(claim, of)
        }
        None => match tokens.iter().find(|token| can_activate(token)) {
            Some(token) => of(token),
            None if tokens.is_empty() => claim,
            None => Open::Nothing,
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
        assert_eq!(first_form(&tokens, None, true), Open::Token(tokens[1].id.clone()));
        assert_eq!(in_order(tokens.to_vec()).first().map(|token| &token.id), Some(&tokens[1].id));
    }

    #[test]
    fn a_link_leads_to_the_token_that_it_names() {
        let tokens = [token(1, TokenStatus::Assigned), token(2, TokenStatus::FailedActivation)];
        assert_eq!(first_form(&tokens, Some(&serial("s2")), true), Open::Token(tokens[1].id.clone()));
        assert_eq!(first_form(&tokens, Some(&serial("S9")), true), Open::Claim);
        assert_eq!(first_form(&tokens, Some(&serial("S9")), false), Open::Nothing);
    }

    #[test]
    fn whoever_has_all_they_need_is_asked_for_nothing() {
        let tokens = [token(1, TokenStatus::Activated)];
        assert_eq!(first_form(&tokens, None, true), Open::Nothing);
        assert_eq!(first_form(&tokens, Some(&serial("S1")), true), Open::Nothing);
        assert_eq!(first_form(&[], None, true), Open::Claim);
        assert_eq!(first_form(&[], None, false), Open::Nothing);
    }

    #[test]
    fn what_was_typed_goes_back_to_its_own_form() {
        let tokens = [token(1, TokenStatus::Assigned), token(2, TokenStatus::Assigned)];
        let target = ActivationTarget::Token(tokens[1].id.clone());
        assert_eq!(first_form(&tokens, Some(&target), true), Open::Token(tokens[1].id.clone()));
    }
}
