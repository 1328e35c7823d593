//! The panel with all fields of one entry.

use leptos::{ev, html, prelude::*};
use token_core::audit::AuditEntry;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    labels::{actor_role, unknown_outcome_text},
    store::AuditStore,
};
use crate::{
    browser::{CONTENT, focus},
    components::{
        audit_labels::{actor_name, tone},
        dialog::{is_closed, is_own, show},
        status_badge::StatusBadge,
    },
    datetime::{local_datetime, utc},
    paths,
};

/// The panel with the details of the entry that is open.
#[component]
pub fn Details(
    /// The loaded part of the audit log.
    store: AuditStore,
    /// Whether the user may follow links into the inventory.
    is_administrator: bool,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    let close = move || store.opened.set(None);
    Effect::new(move |_| {
        let (Some(dialog), is_open) = (element.get(), store.opened.with(Option::is_some)) else { return };
        if is_open && !dialog.open() {
            request_animation_frame(|| focus("#entry-title"));
        }
        show(&dialog, is_open, CONTENT);
    });
    let cancel = move |event: ev::Event| {
        if is_own(&event) {
            event.prevent_default();
            close();
        }
    };
    // A click beside the panel closes it. On press, not release: a text selection may end beside the panel.
    let press = move |event: ev::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        if target.is_some_and(|target| target.tag_name() == "DIALOG") {
            event.prevent_default();
            close();
        }
    };
    let closed = move |event| {
        if is_closed(&event) {
            close();
        }
    };
    let content = move || {
        store.opened.get().map(|entry| {
            view! {
                <div class="panel__head">
                    <h2 id="entry-title" tabindex="-1">
                        {format!("Entry {}: {}", entry.number, entry.action)}
                    </h2>
                    <button class="button" on:click=move |_| close()>
                        "Close"
                    </button>
                </div>
                <EntryOutcome entry=entry.clone() />
                <EntryFacts entry is_administrator />
            }
        })
    };
    view! {
        <dialog class="panel" node_ref=element aria-labelledby="entry-title" on:cancel=cancel on:close=closed on:mousedown=press>
            <div class="panel__inner">{content}</div>
        </dialog>
    }
}

/// The outcome, its reason, and what to do when the outcome is unknown.
#[component]
fn EntryOutcome(entry: AuditEntry) -> impl IntoView {
    let explained =
        unknown_outcome_text(entry.result).map(|text| view! { <p class="note note--warning">{text}</p> });
    view! {
        <p class="entry__result">
            <StatusBadge tone=tone(entry.result) text=entry.result.label() />
            " "
            <bdi>{entry.reason}</bdi>
        </p>
        {explained}
    }
}

#[component]
fn EntryFacts(entry: AuditEntry, is_administrator: bool) -> impl IntoView {
    let token = entry.token.clone().unwrap_or_default();
    let person = entry.person.clone().unwrap_or_default();
    let open = |id: &Option<String>, url: fn(&str) -> String, kind: &str| {
        let id = id.as_deref().filter(|_| is_administrator)?;
        Some((url(id), format!("Open this {kind}")))
    };
    let to_token = open(&token.id, paths::token, "token");
    let to_person = open(&person.id, paths::person, "person");
    let run = entry.run.clone();
    let place = run.as_ref().map(|place| match place.row {
        0 => place.id.as_str().to_owned(),
        row => format!("{}, row {row}", place.id.as_str()),
    });
    let actor = &entry.actor;
    view! {
        <dl class="facts facts--entry">
            {fact("When", Some(format!("{} ({})", local_datetime(entry.at_ms), utc(entry.at_ms))))}
            {fact("Who", Some(actor_name(actor)))} {fact("Their UPN", Some(actor.upn.clone()))}
            {fact("As", Some(actor_role(actor, &entry.role)))} {fact("Their object id", Some(actor.id.clone()))} {fact("Address", Some(entry.address.clone()))}
            {fact("Tenant", Some(entry.tenant.clone()))} {fact("Serial number", token.serial)}
            {fact_with("Token id", token.id, to_token)}
            {fact("User", person.name)} {fact("User's UPN", person.upn)}
            {fact_with("User's object id", person.id, to_person)}
            {fact("Before", Some(entry.before.clone()))} {fact(after_label(&entry), Some(entry.after.clone()))}
            {fact("Run", place)} {fact("Graph's request id", entry.request_id.clone())}
            {fact("Microsoft took", entry.duration_ms.map(|ms| format!("{ms} ms")))}
            {fact("Number in the chain", Some(numbers(&entry)))}
        </dl>
    }
}

/// A name and its value; nothing when the value is missing or empty.
fn fact(name: &'static str, value: Option<String>) -> Option<impl IntoView> {
    fact_with(name, value, None)
}

/// The same with a link: its address and its text.
fn fact_with(
    name: &'static str,
    value: Option<String>,
    link: Option<(String, String)>,
) -> Option<impl IntoView> {
    let link = link.map(|(href, text)| view! { <a class="facts__link" href=href>{text}</a> });
    value.filter(|value| !value.is_empty()).map(|value| {
        view! {
            <dt>{name}</dt>
            <dd>
                <bdi>{value}</bdi>
                " "
                {link}
            </dd>
        }
    })
}

/// The value is the current one only if the operation was carried out.
fn after_label(entry: &AuditEntry) -> &'static str {
    if entry.result == token_core::audit::EntryStatus::Done { "After" } else { "Was to become" }
}

fn numbers(entry: &AuditEntry) -> String {
    entry.intent.map_or_else(
        || entry.number.to_string(),
        |intent| format!("{}; written down before it was done as {intent}", entry.number),
    )
}
