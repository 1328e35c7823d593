//! Why something did not work, in the person's words, with the next step.

use leptos::prelude::*;
use token_core::{error::ServiceError, self_service::Denial};

use super::{
    entry::way_back,
    help_desk::HelpDesk,
    store::Mine,
    words::{Words, duration, fill},
};
use crate::components::sign_in_link::sign_in_url;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Something is not typed yet; in words.
    Missing(&'static str),
    /// The token was not activated.
    Denied(Denial),
    /// The call as a whole failed.
    Failed(ServiceError),
}

/// How to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// By signing in, under these words.
    SignIn(&'static str),
    /// By reading the tokens anew.
    Look,
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    what: String,
    steps: Vec<String>,
    /// Whether the help desk is the next step, or may be.
    help: bool,
    next: Option<Next>,
}

impl Told {
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

    fn next(mut self, next: Next) -> Self {
        self.next = Some(next);
        self
    }
}

fn tell(words: &'static Words, trouble: &Trouble) -> Told {
    match trouble {
        Trouble::Missing(what) => Told::new(*what),
        Trouble::Denied(denial) => tell_denial(words, denial),
        Trouble::Failed(error) => tell_fault(words, error),
    }
}

fn tell_denial(words: &'static Words, denial: &Denial) -> Told {
    let refusal = &words.refusal;
    match denial {
        Denial::CodeRefused => Told::new(refusal.code).steps(refusal.code_next).help(),
        Denial::NotAvailable => Told::new(refusal.not_available).steps(refusal.not_available_next).help(),
        Denial::AlreadyActivated => Told::new(refusal.already),
        Denial::Full { most } => {
            Told::new(fill(refusal.full, "most", &most.to_string())).steps([refusal.full_next]).help()
        }
        Denial::NotAllowed => Told::new(refusal.not_allowed).help(),
        Denial::Gone => Told::new(refusal.gone).help(),
        Denial::Later { after_ms } => Told::new(refusal.later).steps([wait(words, *after_ms).as_str()]),
        Denial::Unclear => Told::new(refusal.unclear).next(Next::Look),
    }
}

fn tell_fault(words: &'static Words, error: &ServiceError) -> Told {
    let refusal = &words.refusal;
    let broken = || Told::new(refusal.broken).help();
    let reference = |reference: &str| fill(refusal.reference, "reference", reference);
    match error {
        ServiceError::SignedOut => Told::new(refusal.signed_out).next(Next::SignIn(words.entry.sign_in)),
        ServiceError::StepUp => Told::new(refusal.step_up).next(Next::SignIn(refusal.confirm)),
        ServiceError::RateLimited { after_ms } => {
            Told::new(refusal.too_many).steps([wait(words, Some(*after_ms)).as_str()])
        }
        ServiceError::Throttled { after_ms } => {
            Told::new(refusal.later).steps([wait(words, Some(*after_ms)).as_str()])
        }
        ServiceError::Disconnected => Told::new(refusal.offline).next(Next::Look),
        ServiceError::NotAllowed { .. } | ServiceError::NotOperator | ServiceError::NotOffered => {
            Told::new(refusal.not_allowed).help()
        }
        ServiceError::Internal { reference: number } => broken().steps([reference(number).as_str()]),
        ServiceError::Upstream { request_id, .. } => {
            broken().steps([reference(request_id).as_str()]).next(Next::Look)
        }
        ServiceError::Unreachable { .. } | ServiceError::SessionStoreUnavailable { .. } => {
            broken().next(Next::Look)
        }
        ServiceError::Invalid { .. }
        | ServiceError::Credentials { .. }
        | ServiceError::Forbidden { .. }
        | ServiceError::AuditUnavailable { .. } => broken(),
    }
}

fn wait(words: &Words, after_ms: Option<u64>) -> String {
    match after_ms {
        Some(ms) => fill(words.refusal.wait, "wait", &duration(&words.refusal, ms)),
        None => words.refusal.wait_unknown.to_owned(),
    }
}

/// Says it, with the way on.
#[component]
pub fn Refusal(
    mine: Mine,
    trouble: Trouble,
    /// Whether a button of its own reads the tokens anew.
    #[prop(optional)]
    has_retry: bool,
) -> impl IntoView {
    let words = mine.words;
    let Told { what, steps, help, next } = tell(words, &trouble);
    let steps = (!steps.is_empty()).then(|| {
        let items = steps.into_iter().map(|step| view! { <li>{step}</li> });
        view! { <ul>{items.collect_view()}</ul> }
    });
    let way = match next {
        Some(Next::SignIn(label)) => {
            let href = move || mine.serial.with(|serial| sign_in_url(&way_back(serial), false));
            view! {
                <a class="button button--primary" rel="external" href=href>
                    {label}
                </a>
            }
            .into_any()
        }
        Some(Next::Look) if !has_retry => view! {
            <button type="button" class="button" on:click=move |_| mine.read(false)>
                {words.refusal.look}
            </button>
        }
        .into_any(),
        _ => ().into_any(),
    };
    view! {
        <div class="note note--danger note--told">
            <p>
                <strong>{what}</strong>
            </p>
            {steps}
            {help.then(|| view! { <HelpDesk words /> })}
            {way}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{language::Language, pages::my::words::words};

    fn told(trouble: &Trouble) -> Told {
        tell(words(Language::En), trouble)
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
            let told = told(&Trouble::Denied(denial.clone()));
            assert!(told.help || told.next.is_some() || !told.steps.is_empty(), "{denial:?}");
        }
    }

    #[test]
    fn a_wait_is_told_in_the_persons_measure() {
        let told = told(&Trouble::Failed(ServiceError::RateLimited { after_ms: 300_000 }));
        assert_eq!(told.steps, ["Try again in 5 minutes, with the digits that the token shows then."]);
    }

    #[test]
    fn whoever_must_prove_who_they_are_is_led_there() {
        let told = told(&Trouble::Failed(ServiceError::StepUp));
        assert_eq!(told.next, Some(Next::SignIn("Confirm who you are")));
    }

    #[test]
    fn microsofts_own_words_are_kept_from_people_whom_they_do_not_help() {
        let error =
            ServiceError::Upstream { status: 500, message: "Gx17".to_owned(), request_id: "r-1".to_owned() };
        let told = told(&Trouble::Failed(error));
        assert!(!format!("{told:?}").contains("Gx17"));
        assert_eq!(told.steps, ["For the help desk: r-1"]);
    }
}
