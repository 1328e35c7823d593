//! The buttons for the actions of a token. Disabled ones give the reason.

use leptos::prelude::*;
use leptos_router::components::A;
use token_core::{
    issue::Issue,
    plan::{ActionKind, ActionRequest, TokenAction, allowed},
    token::Token,
};

use crate::{
    paths,
    state::{announcer::use_announcer, token_actions::use_token_actions},
};

/// Selector of the heading, which gets the focus when a form is closed.
pub const HEADING: &str = "#panel-actions";
/// The text below the buttons until a disabled one is pressed.
const HINT: &str = "An action that is greyed says why when you press it.";

/// The actions of a token, in the order of its life cycle. An assigned token is unassigned before it is deleted.
pub fn action_kinds(token: &Token) -> [ActionKind; 9] {
    let delete = if allowed(token, ActionKind::Delete).is_ok() {
        ActionKind::Delete
    } else {
        ActionKind::UnassignAndDelete
    };
    [
        ActionKind::Assign,
        ActionKind::AssignAndActivate,
        ActionKind::Activate,
        ActionKind::Refresh,
        ActionKind::Unassign,
        ActionKind::Deactivate,
        ActionKind::Rename,
        ActionKind::Replace,
        delete,
    ]
}

/// The action of a kind that needs no input; `None` when a form must be filled in.
pub fn formless_action(verb: ActionKind) -> Option<TokenAction> {
    match verb {
        ActionKind::Unassign => Some(TokenAction::Unassign),
        ActionKind::Deactivate => Some(TokenAction::Deactivate),
        ActionKind::Delete => Some(TokenAction::Delete { unassign_first: false }),
        ActionKind::UnassignAndDelete => Some(TokenAction::Delete { unassign_first: true }),
        ActionKind::Assign
        | ActionKind::AssignAndActivate
        | ActionKind::Activate
        | ActionKind::Rename
        | ActionKind::RepairHash
        | ActionKind::Replace
        | ActionKind::Refresh => None,
    }
}

/// An issue and its remedy as text.
pub fn issue_text(reason: &Issue) -> String {
    format!("{}. {}", reason.message, reason.remedy)
}

/// The buttons. They are kept while the token changes, so that the focus stays.
#[component]
pub fn Actions(token: Memo<Option<Token>>, form: RwSignal<Option<ActionKind>>) -> impl IntoView {
    let why = RwSignal::new(None::<String>);
    // The reason belongs to the previous state of the token.
    Effect::watch(move || token.track(), move |(), _, _| why.set(None), false);
    let places = token.with_untracked(|token| token.as_ref().map_or(0, |token| action_kinds(token).len()));
    let buttons = (0..places).map(|place| view! { <ActionButton place token form why /> });
    view! {
        <section class="panel__part" aria-labelledby="panel-actions">
            <h3 id="panel-actions" tabindex="-1">
                "What you can do"
            </h3>
            <div class="actions">
                {buttons.collect_view()}
                {move || token.with(|token| token.as_ref().map(slip_link))}
            </div>
            <p class="hint panel__why">
                <bdi>{move || why.get().unwrap_or_else(|| HINT.to_owned())}</bdi>
            </p>
        </section>
    }
}

/// Link to the token's slip. It changes nothing, so it is never disabled.
fn slip_link(token: &Token) -> impl IntoView + use<> {
    view! {
        <A href=paths::slips(std::slice::from_ref(&token.id)) attr:class="button">
            "Print slip"
        </A>
    }
}

#[component]
fn ActionButton(
    place: usize,
    token: Memo<Option<Token>>,
    form: RwSignal<Option<ActionKind>>,
    why: RwSignal<Option<String>>,
) -> impl IntoView {
    let announcer = use_announcer();
    let actions = use_token_actions();
    let verb = Memo::new(move |_| {
        token.with(|token| token.as_ref().and_then(|token| action_kinds(token).get(place).copied()))
    });
    let reason = move || {
        token.with(|token| allowed(token.as_ref()?, verb.get()?).err().map(|reason| issue_text(&reason)))
    };
    let press = move |_| {
        let (Some(token), Some(verb)) = (token.get_untracked(), verb.get_untracked()) else { return };
        match (untrack(reason), formless_action(verb)) {
            (Some(reason), _) => {
                why.set(Some(format!("{}: {reason}", verb.label())));
                announcer.announce(reason);
            }
            (None, Some(action)) => actions.propose(vec![ActionRequest::one(1, &token, action)], Vec::new()),
            (None, None) => form.set(Some(verb)),
        }
    };
    let label = move || match verb.get() {
        Some(verb) if formless_action(verb).is_none() => format!("{} …", verb.label()),
        Some(verb) => verb.label().to_owned(),
        None => String::new(),
    };
    view! {
        <button class="button" aria-disabled=move || reason().is_some().to_string() title=reason on:click=press>
            {label}
        </button>
    }
}

#[cfg(test)]
mod tests {
    use token_core::token::{SerialNumber, TokenId, TokenStatus};

    use super::*;

    fn token(status: TokenStatus) -> Token {
        Token {
            id: TokenId::parse("00000000-0000-0000-0000-000000000001").unwrap(),
            serial: SerialNumber::parse("1").unwrap(),
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

    #[test]
    fn deleting_an_assigned_token_unassigns_it_first() {
        assert!(action_kinds(&token(TokenStatus::Available)).contains(&ActionKind::Delete));
        assert!(action_kinds(&token(TokenStatus::Assigned)).contains(&ActionKind::UnassignAndDelete));
    }

    #[test]
    fn a_formless_action_has_the_kind_of_its_button() {
        for status in [TokenStatus::Available, TokenStatus::Activated] {
            for verb in action_kinds(&token(status)) {
                assert!(formless_action(verb).is_none_or(|action| action.kind() == verb), "{verb:?}");
            }
        }
    }
}
