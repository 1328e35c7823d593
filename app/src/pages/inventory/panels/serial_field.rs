//! Looks up one token by its serial number, typed or scanned. Scanners send Enter at the end.

use leptos::{ev, html, prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    plan::{ActionKind, allowed},
    ports::Directory,
    token::{SerialNumber, Token},
};

use super::actions::issue_text;
use crate::{
    api::directory::ApiDirectory, components::error_note::ErrorNote, state::inventory::InventoryStore,
};

/// The state of the lookup.
#[derive(Debug, Clone, PartialEq)]
enum SerialLookupState {
    Waiting,
    Asking,
    /// No usable token; the reason as text.
    Unusable(String),
    /// Several manufacturers use the same serial number.
    Several(Vec<Token>),
    Failed(ServiceError),
}

/// A field for the serial number of an unassigned token.
#[component]
pub fn SerialField(
    /// The label of the field.
    label: &'static str,
    /// The label of the button.
    button: &'static str,
    /// Receives the token.
    found: Callback<Token>,
) -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    let lookup = RwSignal::new(SerialLookupState::Waiting);
    let field = NodeRef::<html::Input>::new();
    let done = move |token: Token| match allowed(&token, ActionKind::Assign) {
        Ok(()) => {
            lookup.set(SerialLookupState::Waiting);
            if let Some(field) = field.get_untracked() {
                field.set_value("");
            }
            found.run(token);
        }
        Err(reason) => lookup.set(SerialLookupState::Unusable(format!(
            "Token {}: {}",
            token.serial,
            issue_text(&reason)
        ))),
    };
    let ask = move || {
        let Some(typed) = field.get_untracked().map(|field| field.value()) else { return };
        let Some(serial) = SerialNumber::parse(&typed) else {
            return lookup.set(SerialLookupState::Unusable(
                "Type or scan the serial number on the back of the token.".to_owned(),
            ));
        };
        lookup.set(SerialLookupState::Asking);
        spawn_local(async move {
            let answer = ApiDirectory::new().tokens_by_serial(vec![serial.clone()]).await;
            match answer.map(|found| found.into_iter().next()) {
                Err(error) => lookup.set(SerialLookupState::Failed(error)),
                Ok(Some(Err(refusal))) => {
                    lookup.set(SerialLookupState::Unusable(format!("Microsoft Graph says: {}", refusal.message)));
                }
                Ok(Some(Ok(tokens))) if !tokens.is_empty() => {
                    store.update(|list| list.merge_page(tokens.clone()));
                    match <[Token; 1]>::try_from(tokens) {
                        Ok([token]) => done(token),
                        Err(several) => lookup.set(SerialLookupState::Several(several)),
                    }
                }
                Ok(_) => lookup.set(SerialLookupState::Unusable(format!(
                    "The inventory has no token {serial}. Compare with the back of the token; import it first if it is new."
                ))),
            }
        });
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if lookup.get_untracked() != SerialLookupState::Asking {
            ask();
        }
    };
    let answer = move || match lookup.get() {
        SerialLookupState::Waiting => ().into_any(),
        SerialLookupState::Asking => "Looking it up …".into_any(),
        SerialLookupState::Unusable(why) => view! { <bdi>{why}</bdi> }.into_any(),
        SerialLookupState::Several(tokens) => several(tokens, Callback::new(done)),
        SerialLookupState::Failed(error) => {
            let retry = Callback::new(move |()| ask());
            view! { <ErrorNote what="The token could not be looked up" error retry /> }.into_any()
        }
    };
    view! {
        <form class="form" on:submit=submit>
            <label class="field">
                <span class="field__name">{label}</span>
                <span class="serial">
                    <input class="input input--text" node_ref=field autocomplete="off" autocapitalize="none" spellcheck="false" />
                    <button class="button">{button}</button>
                </span>
            </label>
            <div role="status">{answer}</div>
        </form>
    }
}

fn several(tokens: Vec<Token>, done: Callback<Token>) -> AnyView {
    let choices = tokens.into_iter().map(|token| {
        let text = format!("{} {}: {}", token.manufacturer, token.model, token.status);
        view! {
            <button type="button" class="button" on:click=move |_| done.run(token.clone())>
                <bdi>{text}</bdi>
            </button>
        }
    });
    view! {
        <p>"Several tokens have this serial number. Choose the right one:"</p>
        <div class="actions">{choices.collect_view()}</div>
    }
    .into_any()
}
