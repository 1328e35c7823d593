//! Exports the selected tokens, or else the shown ones, as a file.

use leptos::{prelude::*, task::spawn_local};
use token_core::{
    audit::ExportKind,
    error::ServiceError,
    inventory::{Inventory, UserDataGaps},
    manage::export,
    token::Token,
};

use super::{DialogCloseButton, TOOLBAR};
use crate::{
    api::audit::record_export,
    browser::{download, today},
    components::{
        dialog::Dialog,
        sign_in_link::{SignInLink, needs_sign_in},
    },
    format::{grouped, tokens},
    pages::inventory::selection::SelectionState,
    state::inventory::{InventoryStore, Loading},
};

/// The choice of the format.
#[component]
pub fn TokenExportDialog(selected: SelectionState, open: RwSignal<bool>) -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    let counts = untrack(|| selected.counts.get());
    let is_selection = counts.chosen > 0;
    let count = if is_selection { counts.chosen } else { counts.shown };
    let what = if is_selection {
        "The selected tokens, with their users."
    } else {
        "The tokens that the search and the filters show, with their users."
    };
    let missing = move || {
        store.track();
        missing(store.with(Inventory::user_data_gaps), store.loading() == Loading::Complete)
    };
    let error = RwSignal::new(None::<ServiceError>);
    let is_busy = RwSignal::new(false);
    let save = move |kind: ExportKind| {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        error.set(None);
        let chosen = if is_selection { selected.tokens() } else { selected.shown_tokens() };
        spawn_local(async move {
            let recorded = record_export(kind, u32::try_from(chosen.len()).unwrap_or(u32::MAX)).await;
            // No file when the dialog was closed meanwhile.
            if !open.try_get_untracked().unwrap_or_default() {
                return;
            }
            is_busy.set(false);
            match recorded {
                Ok(()) => {
                    save(store, &chosen, kind);
                    open.set(false);
                }
                Err(failed) => error.set(Some(failed.0)),
            }
        });
    };
    view! {
        <Dialog open fallback=TOOLBAR title=format!("Export {}", tokens(count))>
            <div class="form">
                <p>{what}</p>
                {move || missing().map(|text| view! { <p class="note note--warning">{text}</p> })}
                <div class="dialog__choices">
                    <button class="button button--primary" on:click=move |_| save(ExportKind::Csv)>
                        "CSV, for spreadsheets"
                    </button>
                    <button class="button" on:click=move |_| save(ExportKind::Json)>
                        "JSON, for programs"
                    </button>
                </div>
                {move || error.get().map(|error| view! { <NotRecorded error /> })}
                <p class="hint">"Serial numbers keep their zeros in Excel. No file holds a secret key."</p>
            </div>
            <DialogCloseButton open />
        </Dialog>
    }
}

/// Why there is no file: the export could not be recorded in the audit log.
#[component]
fn NotRecorded(error: ServiceError) -> impl IntoView {
    let signs_in = needs_sign_in(&error);
    view! {
        <div class="note note--danger" role="alert">
            <p>
                <strong>"No file was made. "</strong>
                "An export becomes an entry of the audit trail first, and that failed. "
                {error.to_string()}
            </p>
            {signs_in.then(|| view! { <SignInLink /> })}
        </div>
    }
}

fn save(store: InventoryStore, chosen: &[Token], kind: ExportKind) {
    let text = store.with(|list| match kind {
        ExportKind::Csv => export::csv(list, chosen),
        ExportKind::Json => export::json(list, chosen),
    });
    let (ending, mime) = match kind {
        ExportKind::Csv => ("csv", "text/csv;charset=utf-8"),
        ExportKind::Json => ("json", "application/json"),
    };
    download(&format!("tokens-{}.{ending}", today()), mime, &text);
}

/// What will be missing in the file.
fn missing(gaps: UserDataGaps, is_complete: bool) -> Option<String> {
    let list = (!is_complete)
        .then(|| "The inventory is not read to its end: the file holds what is here.".to_owned());
    let names = (gaps.pending > 0).then(|| {
        format!(
            "User principal names of {} are not known yet and will be missing.",
            if gaps.pending == 1 { "1 user".to_owned() } else { format!("{} users", grouped(gaps.pending)) }
        )
    });
    let sentences: Vec<String> = list.into_iter().chain(names).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incomplete_export_is_announced() {
        assert_eq!(missing(UserDataGaps { pending: 0, unreadable: 3 }, true), None);
        assert!(
            missing(UserDataGaps { pending: 1, unreadable: 0 }, true).unwrap_or_default().contains("1 user ")
        );
        assert!(missing(UserDataGaps::default(), false).unwrap_or_default().contains("not read to its end"));
    }
}
