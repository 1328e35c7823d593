//! What the page shows: the user's tokens, which form is open, and what became of the form that was sent.

use token_core::{
    error::ServiceError,
    self_service::{ActivationOutcome, ActivationTarget, Denial, OwnActivation},
    token::{SerialNumber, Token, TokenId, TokenStatus},
};

use super::form_error::FormError;
use crate::{
    api::my_form::{
        FormAnswer, FormResult, KeptActivation, OPEN_CLAIM, OPEN_PARAM, OwnTokens, REFRESH_PARAM, SentForm,
    },
    i18n::PageTexts,
};

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

impl OpenForm {
    /// The query parameter that opens it.
    pub fn parameter(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Nothing => None,
            Self::Token(id) => Some((OPEN_PARAM, id.as_str())),
            Self::Refresh(id) => Some((REFRESH_PARAM, id.as_str())),
            Self::Claim => Some((OPEN_PARAM, OPEN_CLAIM)),
        }
    }

    /// The id of its token.
    pub fn token(&self) -> Option<&TokenId> {
        match self {
            Self::Token(id) | Self::Refresh(id) => Some(id),
            Self::Nothing | Self::Claim => None,
        }
    }
}

/// What has the focus when the page has loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// Nothing.
    Nowhere,
    /// The note that a token is activated.
    Done,
    /// The error of the whole page.
    PageError,
    /// The error of the open form.
    FormError,
    /// The field for the serial number.
    Serial,
    /// The field for the digits.
    Code,
    /// The button of the open form.
    Button,
}

/// What the URL asks for.
#[derive(Debug, Clone, Default)]
pub struct PageQuery {
    /// A serial number; empty without one.
    pub serial: String,
    /// The form to open.
    pub open: Option<OpenForm>,
    /// Whether the token of that form is shown as done if it is activated.
    pub look: bool,
}

/// The state of loading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MyTokensLoadState {
    /// Done.
    Done,
    /// Microsoft has not answered in time.
    Slow,
    /// Failed.
    Failed(ServiceError),
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct MyTokensState {
    /// The texts in the page's language.
    pub texts: &'static PageTexts,
    /// Whether the tokens were read.
    pub load_state: MyTokensLoadState,
    /// The user's tokens, those to be activated first.
    pub tokens: Vec<Token>,
    /// The user's latest activations.
    pub activations: Vec<OwnActivation>,
    /// The open form.
    pub open: OpenForm,
    /// The serial number: from the URL, or typed.
    pub serial: String,
    /// The token that was just activated.
    pub done: Option<Token>,
    /// An error of the whole page.
    pub page_error: Option<FormError>,
    /// The error of the open form.
    pub form_error: Option<FormError>,
    /// How many codes of the open form's token were refused since the page was opened.
    pub refusals: u32,
    /// Whether the server keeps the code that was typed before a step-up sign-in.
    pub is_restored: bool,
    /// What has the focus.
    pub focus: Focus,
    /// Whether users may claim unassigned tokens.
    pub may_claim: bool,
}

/// Refused codes of one token after which the form gives way to the help desk: whether Microsoft locks is not known.
pub const MAX_REFUSALS: u32 = 3;

impl MyTokensState {
    /// The state of a page that answers this query, after this form.
    pub fn new(
        texts: &'static PageTexts,
        own: OwnTokens,
        query: PageQuery,
        answer: Option<FormAnswer>,
        may_claim: bool,
    ) -> Self {
        let nothing = || (Vec::new(), Vec::new(), None);
        let (load_state, (tokens, activations, kept)) = match own {
            OwnTokens::Read { tokens, activations, kept } => {
                (MyTokensLoadState::Done, (tokens, activations, kept))
            }
            OwnTokens::Slow => (MyTokensLoadState::Slow, nothing()),
            OwnTokens::Failed(error) => (MyTokensLoadState::Failed(error), nothing()),
        };
        let mut state = Self {
            texts,
            load_state,
            tokens: sorted(tokens),
            activations,
            open: OpenForm::Nothing,
            serial: query.serial,
            done: None,
            page_error: None,
            form_error: None,
            refusals: 0,
            is_restored: false,
            focus: Focus::Nowhere,
            may_claim,
        };
        match (answer, query.open, kept) {
            (Some(answer), _, _) => state.show_answer(answer),
            (None, Some(open), _) => state.show_asked(open, query.look),
            (None, None, Some(kept)) => state.show_kept(&kept),
            (None, None, None) => state.show_first(),
        }
        state
    }

    /// Opens the form of the serial number in the URL, else of a token to be activated, else for claiming a first token.
    fn show_first(&mut self) {
        if let Some(serial) = SerialNumber::parse(&self.serial) {
            self.open = self.form_of_serial(&serial);
            self.focus = Focus::Code;
            return;
        }
        self.open = match self.tokens.iter().find(|token| can_activate(token)) {
            Some(token) => OpenForm::Token(token.id.clone()),
            None if self.tokens.is_empty() => self.claim(),
            None => OpenForm::Nothing,
        };
    }

    /// Opens the form that was interrupted by a step-up sign-in. The server has its code, or another instance had it.
    fn show_kept(&mut self, kept: &KeptActivation) {
        self.open = match &kept.target {
            ActivationTarget::Token(id) => self.form_of_token(id, OpenForm::Nothing),
            ActivationTarget::Refresh(id) => self.form_of_token(id, OpenForm::Refresh(id.clone())),
            ActivationTarget::Serial(serial) => {
                serial.as_str().clone_into(&mut self.serial);
                self.form_of_serial(serial)
            }
        };
        self.is_restored = kept.has_code && self.open != OpenForm::Nothing;
        self.focus = if self.is_restored { Focus::Button } else { Focus::Code };
    }

    /// Opens the form that the user asked for. With `look` a token that is activated by now is shown as done.
    fn show_asked(&mut self, open: OpenForm, look: bool) {
        self.open = match &open {
            OpenForm::Nothing => OpenForm::Nothing,
            OpenForm::Token(id) => self.form_of_token(id, OpenForm::Nothing),
            OpenForm::Refresh(id) => self.form_of_token(id, open.clone()),
            OpenForm::Claim => match SerialNumber::parse(&self.serial) {
                Some(serial) => self.form_of_serial(&serial),
                None => self.claim(),
            },
        };
        self.focus = match &self.open {
            OpenForm::Nothing => Focus::Nowhere,
            OpenForm::Claim if self.serial.is_empty() => Focus::Serial,
            _ => Focus::Code,
        };
        let of_serial = SerialNumber::parse(&self.serial);
        let is_same = |token: &&Token| {
            open.token().is_some_and(|id| *id == token.id) || of_serial.as_ref() == Some(&token.serial)
        };
        if look && let Some(token) = self.tokens.iter().find(is_same).filter(|token| is_activated(token)) {
            self.show_done(token.clone());
        }
    }

    /// Shows what became of a form.
    fn show_answer(&mut self, answer: FormAnswer) {
        let FormAnswer { form, result, refusals } = answer;
        self.refusals = refusals;
        let asked = match form {
            SentForm::Activate(id) => OpenForm::Token(id),
            SentForm::Refresh(id) => OpenForm::Refresh(id),
            SentForm::Claim(serial) => {
                self.serial = serial;
                OpenForm::Claim
            }
        };
        match result {
            FormResult::Ended(ActivationOutcome::Done(token)) => self.show_done(token),
            FormResult::Ended(ActivationOutcome::Denied(
                denial @ (Denial::AlreadyActivated | Denial::Gone),
            )) => {
                // The form is closed with its token, so the page shows the reason.
                self.serial.clear();
                self.show_page_error(FormError::Denied(denial));
            }
            FormResult::Ended(ActivationOutcome::Deactivated(denial)) => {
                if let Some(id) = asked.token() {
                    self.open = self.form_of_token(id, asked.clone());
                }
                self.show_page_error(FormError::Deactivated(denial));
            }
            FormResult::Ended(ActivationOutcome::Denied(denial)) => {
                // What was not known after the write may be known now.
                self.show_asked(asked, denial == Denial::Unclear);
                if self.done.is_none() {
                    self.show_form_error(FormError::Denied(denial));
                }
            }
            FormResult::CodeMissing => self.show_in_form(asked, FormError::Missing(self.texts.code.missing)),
            FormResult::SerialMissing => {
                self.show_in_form(asked, FormError::Missing(self.texts.claim.missing))
            }
            FormResult::Failed(error) => self.show_in_form(asked, FormError::Failed(error)),
        }
    }

    fn show_in_form(&mut self, asked: OpenForm, error: FormError) {
        self.show_asked(asked, false);
        self.show_form_error(error);
    }

    /// Shows that a token was activated. The list may show it later than Microsoft said so.
    fn show_done(&mut self, token: Token) {
        self.tokens.retain(|known| known.id != token.id);
        self.tokens.push(token.clone());
        self.tokens = sorted(std::mem::take(&mut self.tokens));
        self.open = OpenForm::Nothing;
        self.serial.clear();
        self.done = Some(token);
        self.focus = Focus::Done;
    }

    fn show_page_error(&mut self, error: FormError) {
        self.page_error = Some(error);
        self.focus = Focus::PageError;
    }

    fn show_form_error(&mut self, error: FormError) {
        if self.open == OpenForm::Nothing {
            self.show_page_error(error);
            return;
        }
        let is_code = error == FormError::Missing(self.texts.code.missing)
            || error == FormError::Denied(Denial::CodeRefused);
        let is_serial = error == FormError::Missing(self.texts.claim.missing)
            || error == FormError::Denied(Denial::NotAvailable);
        self.focus = match self.open {
            _ if self.has_failed() => Focus::FormError,
            _ if is_code => Focus::Code,
            OpenForm::Claim if is_serial => Focus::Serial,
            _ => Focus::FormError,
        };
        self.form_error = Some(error);
    }

    fn claim(&self) -> OpenForm {
        if self.may_claim { OpenForm::Claim } else { OpenForm::Nothing }
    }

    /// The form of a token that can be activated, else `otherwise` if the token is the user's.
    fn form_of_token(&self, id: &TokenId, otherwise: OpenForm) -> OpenForm {
        match self.tokens.iter().find(|token| token.id == *id) {
            Some(token) if can_activate(token) => OpenForm::Token(id.clone()),
            Some(_) => otherwise,
            None => OpenForm::Nothing,
        }
    }

    /// The form of the user's token with this serial number, else that for claiming it.
    fn form_of_serial(&self, serial: &SerialNumber) -> OpenForm {
        match self.tokens.iter().find(|token| token.serial == *serial) {
            Some(token) => self.form_of_token(&token.id, OpenForm::Nothing),
            None => self.claim(),
        }
    }

    /// Whether too many codes of the open form's token were refused.
    pub fn has_failed(&self) -> bool {
        self.open.token().is_some() && self.refusals >= MAX_REFUSALS
    }

    /// Whether the code was refused, or is not six digits.
    pub fn is_code_wrong(&self) -> bool {
        match &self.form_error {
            Some(FormError::Missing(what)) => *what == self.texts.code.missing,
            Some(FormError::Denied(denial)) => *denial == Denial::CodeRefused,
            _ => false,
        }
    }

    /// Whether the serial number is missing, or no token with it can be activated.
    pub fn is_serial_wrong(&self) -> bool {
        match &self.form_error {
            Some(FormError::Missing(what)) => *what == self.texts.claim.missing,
            Some(FormError::Denied(denial)) => *denial == Denial::NotAvailable,
            _ => false,
        }
    }
}

/// Whether a code can activate the token.
pub fn can_activate(token: &Token) -> bool {
    matches!(token.status, TokenStatus::Available | TokenStatus::Assigned | TokenStatus::FailedActivation)
}

/// Whether the token is activated.
pub fn is_activated(token: &Token) -> bool {
    token.status == TokenStatus::Activated
}

/// Sorts the tokens: those to be activated first, then by serial number.
fn sorted(mut tokens: Vec<Token>) -> Vec<Token> {
    tokens.sort_by_key(|token| (!can_activate(token), token.serial.key()));
    tokens
}

#[cfg(test)]
mod tests;
