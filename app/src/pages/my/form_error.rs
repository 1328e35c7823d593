//! Error messages for end users, each with a next step.

use token_core::{error::ServiceError, self_service::Denial};

use crate::i18n::{PageTexts, duration, interpolate};

/// Refused codes from which on the help desk is named.
const CALL_AFTER: u32 = 2;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormError {
    /// Something has not been entered; the message.
    Missing(&'static str),
    /// The token was not activated.
    Denied(Denial),
    /// The token was deactivated to be activated again, and was not.
    Deactivated(Denial),
    /// The call failed.
    Failed(ServiceError),
}

/// A next step that has its own button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// Sign in; the label of the link.
    SignIn(&'static str),
    /// Reload the tokens.
    Reload,
}

/// The text of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorText {
    /// What went wrong.
    pub what: String,
    /// What to do.
    pub steps: Vec<String>,
    /// Whether to show the help desk.
    pub help: bool,
    /// The next step with a button.
    pub next: Option<NextStep>,
}

impl ErrorText {
    fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), steps: Vec::new(), help: false, next: None }
    }

    fn steps<'a>(mut self, steps: impl IntoIterator<Item = &'a str>) -> Self {
        self.steps.extend(steps.into_iter().map(str::to_owned));
        self
    }

    fn help(mut self) -> Self {
        self.help = true;
        self
    }

    fn next(mut self, next: NextStep) -> Self {
        self.next = Some(next);
        self
    }
}

/// The text of an error in the language of the texts. `refusals` is how many codes of the token were refused since the page was
/// opened.
pub fn describe(texts: &'static PageTexts, error: &FormError, refusals: u32) -> ErrorText {
    match error {
        FormError::Missing(what) => ErrorText::new(*what),
        FormError::Denied(denial) => describe_denial(texts, denial, refusals),
        FormError::Deactivated(denial) => {
            let why = describe_denial(texts, denial, refusals);
            let steps = std::iter::once(why.what.as_str()).chain(why.steps.iter().map(String::as_str));
            // After a refused code the next one is to be typed; otherwise the user cannot go on alone.
            let help = why.help || *denial != Denial::CodeRefused;
            // What to know comes first: the token cannot be used now.
            ErrorText { help, next: why.next, ..ErrorText::new(texts.refresh.deactivated).steps(steps) }
        }
        FormError::Failed(error) => describe_error(texts, error),
    }
}

fn describe_denial(texts: &'static PageTexts, denial: &Denial, refusals: u32) -> ErrorText {
    let refusal = &texts.refusal;
    match denial {
        // Mostly the code changed while it was typed: the next one is tried before anybody is called.
        Denial::CodeRefused if refusals < CALL_AFTER => {
            let [next, compare, _] = refusal.code_next;
            ErrorText::new(refusal.code).steps([next, compare])
        }
        Denial::CodeRefused => ErrorText::new(refusal.code).steps(refusal.code_next).help(),
        Denial::NotAvailable => {
            ErrorText::new(refusal.not_available).steps(refusal.not_available_next).help()
        }
        Denial::AlreadyActivated => ErrorText::new(refusal.already),
        Denial::Full { most } => ErrorText::new(interpolate(refusal.full, "most", &most.to_string()))
            .steps([refusal.full_next])
            .help(),
        Denial::NotAllowed => ErrorText::new(refusal.not_allowed).help(),
        Denial::Gone => ErrorText::new(refusal.gone).help(),
        Denial::Later { after_ms } => ErrorText::new(refusal.later).steps([wait(texts, *after_ms).as_str()]),
        Denial::Unclear => ErrorText::new(refusal.unclear).next(NextStep::Reload),
    }
}

fn describe_error(texts: &'static PageTexts, error: &ServiceError) -> ErrorText {
    let refusal = &texts.refusal;
    let broken = || ErrorText::new(refusal.broken).help();
    let reference = |reference: &str| interpolate(refusal.reference, "reference", reference);
    match error {
        ServiceError::SignedOut => {
            ErrorText::new(refusal.signed_out).next(NextStep::SignIn(texts.entry.sign_in))
        }
        ServiceError::StepUp => ErrorText::new(refusal.step_up).next(NextStep::SignIn(refusal.confirm)),
        ServiceError::SecondFactor => {
            ErrorText::new(refusal.second_factor).help().next(NextStep::SignIn(refusal.confirm))
        }
        ServiceError::RateLimited { after_ms } => {
            ErrorText::new(refusal.too_many).steps([wait(texts, Some(*after_ms)).as_str()])
        }
        ServiceError::Throttled { after_ms } => {
            ErrorText::new(refusal.later).steps([wait(texts, Some(*after_ms)).as_str()])
        }
        ServiceError::Disconnected => ErrorText::new(refusal.offline).next(NextStep::Reload),
        ServiceError::NotAllowed { .. } | ServiceError::NotOperator | ServiceError::NotOffered => {
            ErrorText::new(refusal.not_allowed).help()
        }
        ServiceError::Internal { reference: number } => broken().steps([reference(number).as_str()]),
        ServiceError::Upstream { request_id, .. } => {
            broken().steps([reference(request_id).as_str()]).next(NextStep::Reload)
        }
        ServiceError::Unreachable { .. } | ServiceError::SessionStoreUnavailable { .. } => {
            broken().next(NextStep::Reload)
        }
        ServiceError::Invalid { .. }
        | ServiceError::Credentials { .. }
        | ServiceError::Forbidden { .. }
        | ServiceError::AuditUnavailable { .. } => broken(),
    }
}

fn wait(texts: &PageTexts, after_ms: Option<u64>) -> String {
    match after_ms {
        Some(ms) => interpolate(texts.refusal.wait, "wait", &duration(&texts.refusal, ms)),
        None => texts.refusal.wait_unknown.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{i18n::page_texts, language::Language};

    fn described(error: &FormError) -> ErrorText {
        describe(page_texts(Language::En), error, 1)
    }

    #[test]
    fn the_help_desk_is_named_after_the_second_refused_code() {
        for error in [FormError::Denied(Denial::CodeRefused), FormError::Deactivated(Denial::CodeRefused)] {
            let after = |refusals| describe(page_texts(Language::En), &error, refusals);
            let (first, second) = (after(1), after(2));
            assert!(!first.help && !first.steps.iter().any(|step| step.contains("help desk")), "{first:?}");
            assert!(second.help && second.steps.len() == first.steps.len() + 1, "{second:?}");
        }
        let later = FormError::Deactivated(Denial::Later { after_ms: None });
        assert!(described(&later).help, "the token is switched off, and the user cannot mend it alone");
    }

    #[test]
    fn every_refusal_has_a_next_step() {
        let denials = [
            Denial::CodeRefused,
            Denial::NotAvailable,
            Denial::Full { most: 5 },
            Denial::NotAllowed,
            Denial::Gone,
            Denial::Later { after_ms: None },
            Denial::Unclear,
        ];
        for denial in denials {
            let text = described(&FormError::Denied(denial.clone()));
            assert!(text.help || text.next.is_some() || !text.steps.is_empty(), "{denial:?}");
        }
    }

    #[test]
    fn a_refresh_that_failed_says_first_that_the_token_is_switched_off() {
        let text = described(&FormError::Deactivated(Denial::CodeRefused));
        assert!(text.what.starts_with("Your token is switched off now"), "{}", text.what);
        assert_eq!(text.steps.first().map(String::as_str), Some("These digits were not accepted."));
    }

    #[test]
    fn a_wait_is_given_in_minutes() {
        let text = described(&FormError::Failed(ServiceError::RateLimited { after_ms: 300_000 }));
        assert_eq!(text.steps, ["Try again in 5 minutes, with the digits that the token shows then."]);
    }

    #[test]
    fn a_step_up_leads_to_sign_in() {
        let text = described(&FormError::Failed(ServiceError::StepUp));
        assert_eq!(text.next, Some(NextStep::SignIn("Confirm who you are")));
    }

    #[test]
    fn messages_of_microsoft_are_not_shown_to_end_users() {
        let error =
            ServiceError::Upstream { status: 500, message: "Gx17".to_owned(), request_id: "r-1".to_owned() };
        let text = described(&FormError::Failed(error));
        assert!(!format!("{text:?}").contains("Gx17"));
        assert_eq!(text.steps, ["For the help desk: r-1"]);
    }
}
