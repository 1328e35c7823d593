//! Submits a form, and handles the answer.

use leptos::{html, prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    self_service::{ActivationOutcome, ActivationTarget, Denial},
    token::TokenStatus,
};

use super::{
    code_field::{self, empty},
    form_error::FormError,
    store::{MyTokensState, OpenForm},
};
use crate::{
    api::my::{activate_own, claim_token, refresh_own},
    browser::focus,
    state::announcer::{Announcer, use_announcer},
};

/// The state of a form's submission.
#[derive(Debug, Clone, Copy)]
pub struct SubmitState {
    state: MyTokensState,
    /// The field with the code.
    pub field: NodeRef<html::Input>,
    /// Whether a request is under way.
    pub is_busy: RwSignal<bool>,
    /// The last error.
    pub error: RwSignal<Option<FormError>>,
    announcer: Announcer,
}

impl SubmitState {
    /// Nothing has been submitted.
    pub fn new(state: MyTokensState) -> Self {
        Self {
            state,
            field: NodeRef::new(),
            is_busy: RwSignal::new(false),
            error: RwSignal::new(None),
            announcer: use_announcer(),
        }
    }

    /// Whether the code was refused, or is not six digits.
    pub fn is_code_wrong(self) -> bool {
        let missing = self.state.texts.code.missing;
        self.error.with(|error| match error {
            Some(FormError::Missing(what)) => *what == missing,
            Some(FormError::Denied(denial)) => *denial == Denial::CodeRefused,
            _ => false,
        })
    }

    /// Sends the code for a token, unless it is missing or a request is under way.
    pub fn send(self, target: ActivationTarget) {
        if self.is_busy.get_untracked() {
            return;
        }
        let Some(code) = code_field::read(self.field) else {
            self.show_missing(self.state.texts.code.missing, "#code");
            return;
        };
        self.is_busy.set(true);
        self.error.set(None);
        self.announcer.announce(self.state.texts.code.activating);
        spawn_local(async move {
            let answer = match self.resolved(target) {
                ActivationTarget::Token(id) => activate_own(id, code).await,
                ActivationTarget::Refresh(id) => refresh_own(id, code).await,
                ActivationTarget::Serial(serial) => claim_token(serial, code).await,
            };
            self.handle_answer(answer.map_err(ServiceError::from));
        });
    }

    /// Shows that something has not been entered, and focuses its field.
    pub fn show_missing(self, what: &'static str, field: &'static str) {
        // Cleared first: screen readers announce the same message again only if it was removed.
        self.error.set(None);
        request_animation_frame(move || {
            _ = self.error.try_set(Some(FormError::Missing(what)));
            focus(field);
        });
    }

    /// Replaces the serial number of one of the user's own tokens by that token.
    fn resolved(self, target: ActivationTarget) -> ActivationTarget {
        match target {
            ActivationTarget::Serial(serial) => match self.state.find_by_serial(&serial) {
                Some(token) if token.status != TokenStatus::Activated => ActivationTarget::Token(token.id),
                _ => ActivationTarget::Serial(serial),
            },
            token @ (ActivationTarget::Token(_) | ActivationTarget::Refresh(_)) => token,
        }
    }

    fn handle_answer(self, answer: Result<ActivationOutcome, ServiceError>) {
        // The form may have been closed.
        if self.is_busy.try_set(false).is_some() {
            return;
        }
        match answer {
            Ok(ActivationOutcome::Done(token)) => {
                empty(self.field);
                self.state.show_activated(token);
            }
            Ok(ActivationOutcome::Denied(denial)) => self.show_denial(denial),
            Ok(ActivationOutcome::Deactivated(denial)) => {
                empty(self.field);
                self.count_refusal(&denial);
                self.state.show_deactivated(denial);
            }
            Err(error) => self.error.set(Some(FormError::Failed(error))),
        }
    }

    /// Counts a refused code of the token of the open form.
    fn count_refusal(self, denial: &Denial) {
        if *denial == Denial::CodeRefused
            && let OpenForm::Token(id) | OpenForm::Refresh(id) = self.state.open.get_untracked()
        {
            self.state.refusals.update(|refusals| *refusals.entry(id).or_default() += 1);
        }
    }

    fn show_denial(self, denial: Denial) {
        let field = match denial {
            Denial::CodeRefused => {
                self.count_refusal(&denial);
                empty(self.field);
                Some("#code")
            }
            Denial::NotAvailable => Some("#serial"),
            Denial::AlreadyActivated | Denial::Gone => {
                // The form is closed with its token, so the page shows the reason.
                self.state.error.set(Some(FormError::Denied(denial)));
                self.state.close();
                return;
            }
            Denial::Full { .. } | Denial::NotAllowed | Denial::Later { .. } | Denial::Unclear => None,
        };
        self.error.set(Some(FormError::Denied(denial)));
        if let Some(field) = field {
            request_animation_frame(move || focus(field));
        }
    }
}
