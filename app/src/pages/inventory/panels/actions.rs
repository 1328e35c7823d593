//! The buttons for the actions of a token. Disabled ones give the reason.

use leptos::prelude::*;
use leptos_router::components::A;
use token_core::{
    issue::Issue,
    plan::{ActionKind, ActionRequest, TokenAction, allowed},
    token::{Token, TokenStatus},
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

/// The next step in a token's life, which a form prepares; an assigned one is activated, a lost one replaced.
fn primary_kind(token: &Token) -> ActionKind {
    let step = match token.status {
        TokenStatus::Available => ActionKind::AssignAndActivate,
        TokenStatus::Activated => ActionKind::Replace,
        _ => ActionKind::Activate,
    };
    match allowed(token, step) {
        Ok(()) => step,
        Err(_) => ActionKind::Refresh,
    }
}

/// The other actions; deleting is the last one.
fn other_kinds(token: &Token) -> Vec<ActionKind> {
    let primary = primary_kind(token);
    action_kinds(token).into_iter().filter(|kind| *kind != primary).collect()
}

/// The button of the next step, and behind *More* those of the others. They are kept while the token changes, so that
/// the focus stays.
#[component]
pub fn Actions(token: Memo<Option<Token>>, form: RwSignal<Option<ActionKind>>) -> impl IntoView {
    let why = RwSignal::new(None::<String>);
    let is_more = RwSignal::new(false);
    // The reason belongs to the previous state of the token.
    Effect::watch(move || token.track(), move |(), _, _| why.set(None), false);
    let kind = move |choose: fn(&Token) -> Option<ActionKind>| {
        Memo::new(move |_| token.with(|token| token.as_ref().and_then(choose)))
    };
    let primary = kind(|token| Some(primary_kind(token)));
    let others = Memo::new(move |_| token.with(|token| token.as_ref().map(other_kinds).unwrap_or_default()));
    let places = others.with_untracked(Vec::len);
    let buttons = (0..places).map(|place| {
        let verb = Memo::new(move |_| others.with(|others| others.get(place).copied()));
        view! { <ActionButton verb token form why /> }
    });
    view! {
        <section class="panel__part" aria-labelledby="panel-actions">
            <h3 id="panel-actions" tabindex="-1">
                "What you can do"
            </h3>
            <div class="actions">
                <ActionButton verb=primary token form why is_primary=true />
                <button
                    class="button"
                    aria-expanded=move || is_more.get().to_string()
                    aria-controls="panel-more"
                    on:click=move |_| is_more.update(|is_more| *is_more = !*is_more)
                >
                    "More"
                </button>
                {move || token.with(|token| token.as_ref().map(slip_link))}
            </div>
            <div id="panel-more" class="actions actions--more" hidden=move || !is_more.get()>
                {buttons.collect_view()}
            </div>
            <p class="hint panel__why" hidden=move || !is_more.get() && why.with(Option::is_none)>
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
    verb: Memo<Option<ActionKind>>,
    token: Memo<Option<Token>>,
    form: RwSignal<Option<ActionKind>>,
    why: RwSignal<Option<String>>,
    /// Whether it is the next step.
    #[prop(optional)]
    is_primary: bool,
) -> impl IntoView {
    let announcer = use_announcer();
    let actions = use_token_actions();
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
            (None, Some(action)) => {
                let requests = vec![ActionRequest::one(1, &token, action)];
                if verb == ActionKind::Unassign {
                    actions.act(requests, Vec::new());
                } else {
                    actions.propose(requests, Vec::new());
                }
            }
            (None, None) => form.set(Some(verb)),
        }
    };
    let label = move || match verb.get() {
        Some(verb) if formless_action(verb).is_none() => format!("{} …", verb.label()),
        Some(verb) => verb.label().to_owned(),
        None => String::new(),
    };
    view! {
        <button
            id=is_primary.then_some("panel-primary")
            class=if is_primary { "button button--primary" } else { "button" }
            aria-disabled=move || reason().is_some().to_string()
            title=reason
            on:click=press
        >
            {label}
        </button>
    }
}

#[cfg(test)]
mod tests {
    use token_core::token::{SerialNumber, TokenId};

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
    fn the_next_step_follows_the_status_and_deleting_is_last() {
        for (status, step) in [
            (TokenStatus::Available, ActionKind::AssignAndActivate),
            (TokenStatus::Other("x".to_owned()), ActionKind::Refresh),
        ] {
            let token = token(status);
            assert_eq!(primary_kind(&token), step);
            let others = other_kinds(&token);
            assert!(!others.contains(&step) && others.len() == 8);
            assert!(matches!(others.last(), Some(ActionKind::Delete | ActionKind::UnassignAndDelete)));
        }
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
