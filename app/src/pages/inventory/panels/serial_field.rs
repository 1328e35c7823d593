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
    api::directory::ApiDirectory, browser::focus, components::error_note::ErrorNote,
    state::inventory::InventoryStore,
};

/// Selector of the first of the other fields.
const NEXT_FIELD: &str = ".serial__more input";

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
    /// Whether the other fields of the form can be sent; asked before the token is looked up.
    #[prop(optional)]
    is_ready: Option<Callback<(), bool>>,
    /// Other fields, to the first of which Enter goes from the serial number.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    let lookup = RwSignal::new(SerialLookupState::Waiting);
    let field = NodeRef::<html::Input>::new();
    let done = Callback::new(move |token: Token| match allowed(&token, ActionKind::Assign) {
        Ok(()) => {
            lookup.set(SerialLookupState::Waiting);
            // The other fields may have been changed during the lookup.
            if !is_ready.is_none_or(|is_ready| is_ready.run(())) {
                return;
            }
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
    });
    let ask = move || {
        if let Some(field) = field.get_untracked() {
            look_up(&field.value(), lookup, store, done);
        }
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let is_ready = is_ready.is_none_or(|is_ready| is_ready.run(()));
        if is_ready && lookup.get_untracked() != SerialLookupState::Asking {
            ask();
        }
    };
    let answer = move || match lookup.get() {
        SerialLookupState::Waiting => ().into_any(),
        SerialLookupState::Asking => "Looking it up …".into_any(),
        SerialLookupState::Unusable(why) => view! { <bdi>{why}</bdi> }.into_any(),
        SerialLookupState::Several(tokens) => several(tokens, done),
        SerialLookupState::Failed(error) => {
            let retry = Callback::new(move |()| ask());
            view! { <ErrorNote what="The token could not be looked up" error retry /> }.into_any()
        }
    };
    let has_more = children.is_some();
    let key = move |event: ev::KeyboardEvent| {
        if has_more && event.key() == "Enter" && !event_target_value(&event).trim().is_empty() {
            event.prevent_default();
            focus(NEXT_FIELD);
        }
    };
    let button = |class: &'static str| view! { <button class=class>{button}</button> };
    view! {
        <form class="form" on:submit=submit>
            <label class="field">
                <span class="field__name">{label}</span>
                <span class="serial">
                    <input
                        class="input input--text"
                        node_ref=field
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        on:keydown=key
                    />
                    {(!has_more).then(|| button("button"))}
                </span>
            </label>
            {children.map(|children| view! { <div class="serial__more">{children()}</div> })}
            <div role="status">{answer}</div>
            {has_more.then(|| button("button button--primary"))}
        </form>
    }
}

/// Looks a serial number up; `done` receives the token if it is the only one that has it.
fn look_up(typed: &str, lookup: RwSignal<SerialLookupState>, store: InventoryStore, done: Callback<Token>) {
    let Some(serial) = SerialNumber::parse(typed) else {
        return lookup.set(SerialLookupState::Unusable(
            "Type or scan the serial number on the back of the token.".to_owned(),
        ));
    };
    lookup.set(SerialLookupState::Asking);
    spawn_local(async move {
        let answer = ApiDirectory::new().tokens_by_serial(vec![serial.clone()]).await;
        // The panel may have been closed meanwhile.
        if lookup.is_disposed() {
            return;
        }
        match answer.map(|found| found.into_iter().next()) {
            Err(error) => lookup.set(SerialLookupState::Failed(error)),
            Ok(Some(Err(refusal))) => {
                lookup.set(SerialLookupState::Unusable(format!("Microsoft Graph says: {}", refusal.message)));
            }
            Ok(Some(Ok(tokens))) if !tokens.is_empty() => {
                store.update(|list| list.merge_page(tokens.clone()));
                match <[Token; 1]>::try_from(tokens) {
                    Ok([token]) => _ = done.try_run(token),
                    Err(several) => lookup.set(SerialLookupState::Several(several)),
                }
            }
            Ok(_) => lookup.set(SerialLookupState::Unusable(format!(
                "The inventory has no token {serial}. Compare with the back of the token; import it first if it is new."
            ))),
        }
    });
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
