//! The dialogs that collect the input of an action on many tokens: a list, a file, a person.

mod activate;
mod assign;
mod columns;
mod delete;
mod export;
mod find;
mod seed_drop;
mod select_list;
mod slips;

use leptos::prelude::*;
use token_core::seed_file::FileIssue;

use self::{
    activate::ActivateDialog,
    assign::{AssignByList, AssignDialog},
    columns::ColumnsDialog,
    delete::DeleteDialog,
    export::TokenExportDialog,
    find::FindDialog,
    select_list::SelectListDialog,
    slips::TooManySlips,
};
use super::selection::SelectionState;
use crate::{
    browser::restore_focus,
    components::dialog::Dialog,
    state::bulk_dialog::{BulkDialog, OpenBulkDialog, TOOLBAR},
};

/// How many lines of a list are shown; the rest is only counted.
const MAX_LINES: usize = 100;

/// The dialog that is open.
#[component]
pub fn BulkDialogs() -> impl IntoView {
    let (selected, OpenBulkDialog(bulk)) =
        (expect_context::<SelectionState>(), expect_context::<OpenBulkDialog>());
    move || {
        let which = bulk.get()?;
        let open = RwSignal::new(true);
        // The dialog is removed only after it is closed, so that the browser restores the focus to the button that
        // opened it. That button is gone as well when the dialog made the first selection.
        Effect::new(move |_| {
            if !open.get() {
                request_animation_frame(move || {
                    _ = bulk.try_update(|shown| *shown = shown.filter(|shown| *shown != which));
                    restore_focus(TOOLBAR);
                });
            }
        });
        Some(match which {
            BulkDialog::SelectList => view! { <SelectListDialog selected open /> }.into_any(),
            BulkDialog::Assign => view! { <AssignDialog selected open /> }.into_any(),
            BulkDialog::AssignList => view! {
                <Dialog open fallback=TOOLBAR title="Assign by a list">
                    <AssignByList open />
                    <DialogCloseButton open />
                </Dialog>
            }
            .into_any(),
            BulkDialog::Activate => view! { <ActivateDialog selected open /> }.into_any(),
            BulkDialog::Delete => view! { <DeleteDialog selected open /> }.into_any(),
            BulkDialog::Export => view! { <TokenExportDialog selected open /> }.into_any(),
            BulkDialog::Columns => view! { <ColumnsDialog open /> }.into_any(),
            BulkDialog::Find => view! { <FindDialog open /> }.into_any(),
            BulkDialog::TooManySlips => view! { <TooManySlips selected open /> }.into_any(),
        })
    }
}

/// A button that only closes the dialog.
#[component]
fn DialogCloseButton(open: RwSignal<bool>, #[prop(default = "Cancel")] label: &'static str) -> impl IntoView {
    view! {
        <div class="dialog__buttons">
            <button class="button" on:click=move |_| open.set(false)>
                {label}
            </button>
        </div>
    }
}

/// Why a list or a file could not be read.
#[component]
fn ReadErrorNote(problem: RwSignal<Option<FileIssue>>) -> impl IntoView {
    move || {
        problem.get().map(|problem| {
            view! {
                <div class="note note--danger" role="alert">
                    <p>{problem.to_string()}</p>
                </div>
            }
        })
    }
}

/// The first lines of a list, and the number of the others.
fn line_list(heading: String, lines: &[String]) -> impl IntoView + use<> {
    let more = lines.len().saturating_sub(MAX_LINES);
    let items =
        lines.iter().take(MAX_LINES).map(|line| view! { <li><bdi>{line.clone()}</bdi></li> }).collect_view();
    view! {
        <section class="lines">
            <h3>{heading}</h3>
            // Focusable, so that the arrow keys scroll it.
            <ul tabindex="0">
                {items}
                {(more > 0).then(|| view! { <li>{format!("and {} more", crate::format::grouped(more))}</li> })}
            </ul>
        </section>
    }
}
