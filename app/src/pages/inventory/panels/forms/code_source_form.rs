//! The state of the fields of a code source.

use leptos::{html, prelude::*};
use token_core::{drift::OwnClock, plan::CodeSource, ports::NewToken};

use crate::components::code_input::take_code;

/// The kinds of code source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeSourceKind {
    /// None: the token is activated later.
    Later,
    /// The code on the display.
    Code,
    /// The secret key.
    Secret,
}

/// The state of the form. The code is kept in its field, the secret key here; both are wiped when the form closes.
#[derive(Debug, Clone, Copy)]
pub struct CodeSourceForm {
    /// The chosen kind.
    pub kind: RwSignal<CodeSourceKind>,
    /// The secret key, with the token's hash and interval.
    pub secret: StoredValue<Option<NewToken>>,
    /// What is known of the token's clock: from its file, or measured.
    pub clock: StoredValue<OwnClock>,
    /// Whether there is a secret key.
    pub has_secret: RwSignal<bool>,
    /// What is missing, shown after an attempt to submit without it.
    pub missing: RwSignal<Option<&'static str>>,
    /// The field of the code.
    pub code: NodeRef<html::Input>,
}

impl CodeSourceForm {
    /// An empty form.
    pub fn new(kind: CodeSourceKind) -> Self {
        let source_form = Self {
            kind: RwSignal::new(kind),
            secret: StoredValue::new(None),
            clock: StoredValue::new(OwnClock::default()),
            has_secret: RwSignal::new(false),
            missing: RwSignal::new(None),
            code: NodeRef::new(),
        };
        on_cleanup(move || _ = source_form.secret.try_set_value(None));
        source_form
    }

    /// Sets or clears the secret key; the clock is not known then.
    pub fn set_secret(self, secret: Option<NewToken>) {
        self.set_secret_and_clock(secret, OwnClock::default());
    }

    /// Sets or clears the secret key, with what is known of the token's clock.
    pub fn set_secret_and_clock(self, secret: Option<NewToken>, clock: OwnClock) {
        // The form may have been closed while the file was being read.
        self.has_secret.set(secret.is_some());
        _ = self.secret.try_set_value(secret);
        _ = self.clock.try_set_value(clock);
        self.missing.set(None);
    }

    /// The code source; `Some(None)` for a later activation; `None` when it is missing, which the form then shows. A
    /// code is removed from its field, because a code is never sent twice.
    pub fn take(self) -> Option<Option<CodeSource>> {
        let (code_source, missing) = match self.kind.get_untracked() {
            CodeSourceKind::Later => return Some(None),
            CodeSourceKind::Code => {
                (take_code(self.code).map(CodeSource::Code), "Type the six digits that the token shows now.")
            }
            CodeSourceKind::Secret => (
                self.secret.with_value(|secret| {
                    let secret = Box::new(secret.clone()?);
                    Some(CodeSource::Seed(secret, self.clock.get_value()))
                }),
                "Enter the secret key, or choose the file that has it.",
            ),
        };
        self.missing.set(code_source.is_none().then_some(missing));
        code_source.map(Some)
    }
}
