//! The status of the audit log: where it is stored, its chain head, and warnings.

use leptos::prelude::*;
use token_core::{
    audit::{AuditLogStatus, EntryStatus},
    error::ServiceError,
};

use super::{
    labels::{entries, unknown_outcome_text},
    store::AuditStore,
    view::AuditView,
};
use crate::{components::error_note::ErrorNote, datetime::local_date};

/// Warnings: the audit log cannot be written, or operations have an unknown outcome.
#[component]
pub fn Warnings(store: AuditStore) -> impl IntoView {
    let problem = Memo::new(move |_| loaded_status(store)?.problem);
    let error = Memo::new(move |_| store.status.get()?.err());
    let left = store.orphaned;
    let asked = Memo::new(move |_| store.view.with(|view| view.filter.result));
    view! {
        {move || {
            error
                .get()
                .map(|error| {
                    let retry = Callback::new(move |()| store.read_status());
                    view! { <ErrorNote what="How the trail is kept could not be read" error retry /> }
                })
        }}
        {move || {
            problem
                .get()
                .map(|problem| {
                    view! {
                        <div class="note note--danger" role="alert">
                            <p>
                                <strong>"The trail cannot be written, so nothing is changed at Microsoft either. "</strong>
                                {problem}
                            </p>
                        </div>
                    }
                })
        }}
        {move || (left.get() > 0).then(|| view! { <OrphanedNote count=left.get() store /> })}
        {move || {
            asked
                .get()
                .and_then(unknown_outcome_text)
                .map(|text| view! { <p class="note note--info">{text}</p> })
        }}
    }
}

/// Operations whose program ended before their outcome was recorded.
#[component]
fn OrphanedNote(count: u64, store: AuditStore) -> impl IntoView {
    let is_shown = move || store.view.with(|view| view.filter.result == Some(EntryStatus::Unknown));
    let show = move |_| {
        let mut view = AuditView::default();
        view.filter.result = Some(EntryStatus::Unknown);
        store.view.set(view);
    };
    let text = if count == 1 {
        "The outcome of 1 operation is unknown. ".to_owned()
    } else {
        format!("The outcome of {} is unknown. ", operations(count))
    };
    view! {
        <div class="note note--warning">
            <p role="status">
                <strong>{text}</strong>
                "The program ended while Microsoft was being asked. It looks at Microsoft for what became of them, after its start and then every 15 minutes, and records here what it finds. Finish a rollout that was interrupted by choosing the same file again: what is done already is not done twice."
            </p>
            <Show when=move || !is_shown()>
                <button class="button" on:click=show>
                    "Show what is unknown"
                </button>
            </Show>
        </div>
    }
}

fn operations(count: u64) -> String {
    entries(count).replace("entries", "operations")
}

/// How many entries there are, where they are stored, and the chain head.
#[component]
pub fn StatusDetails(store: AuditStore) -> impl IntoView {
    move || {
        let status = loaded_status(store)?;
        let since = store.oldest_entry.get().map(|(_, ms)| local_date(ms));
        Some(view! {
            <details class="standing">
                <summary>{summary(&status, since)}</summary>
                {chain(&status)}
            </details>
        })
    }
}

fn loaded_status(store: AuditStore) -> Option<AuditLogStatus> {
    store.status.get().and_then(Result::<AuditLogStatus, ServiceError>::ok)
}

fn summary(status: &AuditLogStatus, since: Option<String>) -> String {
    let count = status.head.as_ref().map_or(0, |head| (head.number + 1).saturating_sub(status.oldest.max(1)));
    let retention = status.retention_days.map(|days| format!(", each for {days} days")).unwrap_or_default();
    let head = status.head.as_ref().map(|head| {
        let hash: String = head.hash.chars().take(12).collect();
        format!(" · head {} {hash}…", head.number)
    });
    let since = since.map(|day| format!(" since {day},")).unwrap_or_default();
    format!("{}{since} kept {}{retention}{}", entries(count), status.location, head.unwrap_or_default())
}

/// The purpose of the hash chain, with the full hash of its head.
fn chain(status: &AuditLogStatus) -> impl IntoView + use<> {
    let lasts = (!status.is_persistent).then_some(
        "The entries are in memory and are gone when the program ends: give it a database to keep them.",
    );
    let head = status.head.clone().map(|head| {
        view! {
            <p>
                "Head of the chain: entry " <strong>{head.number}</strong> ", SHA-256 "
                <code class="standing__hash">{head.hash}</code>
            </p>
        }
    });
    view! {
        {lasts.map(|text| view! { <p>{text}</p> })}
        {head}
        <p>
            "Each entry is chained to the one before it, so that nothing can be changed, removed or inserted unnoticed: "
            <code>"token-inventory audit verify"</code>
            " checks that. Keep the head elsewhere from time to time: it also shows whether the newest entries are still there."
        </p>
    }
}

#[cfg(test)]
mod tests {
    use token_core::audit::ChainHead;

    use super::*;

    #[test]
    fn the_summary_counts_the_stored_entries() {
        let mut status = AuditLogStatus {
            location: "in the file audit.db".to_owned(),
            is_persistent: true,
            head: None,
            oldest: 0,
            open: 0,
            open_since_ms: None,
            retention_days: None,
            problem: None,
        };
        assert_eq!(summary(&status, None), "0 entries kept in the file audit.db");
        status.head = Some(ChainHead { number: 1_300, hash: "0123456789abcdef".to_owned() });
        (status.oldest, status.retention_days) = (101, Some(400));
        assert_eq!(
            summary(&status, Some("2026-01-31".to_owned())),
            "1,200 entries since 2026-01-31, kept in the file audit.db, each for 400 days · head 1300 0123456789ab…"
        );
    }
}
