//! The dialogs that ask what an action on many tokens still needs: a list, a file, a person.

mod activate;
mod assign;
mod delete;
mod export;
mod select_list;
mod slips;

use leptos::prelude::*;
use token_core::seed_file::FileIssue;

use self::{
    activate::ActivateDialog,
    assign::{AssignByList, AssignDialog},
    delete::DeleteDialog,
    export::TokenExportDialog,
    select_list::SelectListDialog,
    slips::TooManySlips,
};
use super::{selection::SelectionState, toolbar::TOOLBAR};
use crate::{browser::restore_focus, components::dialog::Dialog};

/// Lines of a list that are shown; of the rest only the number is.
const MAX_LINES: usize = 100;

/// A dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkDialog {
    /// Choose tokens by a list of serial numbers.
    SelectList,
    /// Assign the chosen tokens.
    Assign,
    /// Assign by a list of users and serial numbers.
    AssignList,
    /// Activate the chosen tokens from a seed file.
    Activate,
    /// Delete the chosen tokens, some of which have holders.
    Delete,
    /// Save what is chosen or shown.
    Export,
    /// More tokens are chosen than slips can be made of.
    TooManySlips,
}

/// Which dialog is open, if one is; lent to the page as context.
#[derive(Debug, Clone, Copy)]
pub struct OpenBulkDialog(pub RwSignal<Option<BulkDialog>>);

/// The dialog that is open.
#[component]
pub fn BulkDialogs() -> impl IntoView {
    let (selected, OpenBulkDialog(bulk)) =
        (expect_context::<SelectionState>(), expect_context::<OpenBulkDialog>());
    move || {
        let which = bulk.get()?;
        let open = RwSignal::new(true);
        // It goes away after it was closed, so that the browser gives the focus back to the button that opened it. That
        // one has gone, too, where the dialog chose the first tokens.
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
            BulkDialog::TooManySlips => view! { <TooManySlips selected open /> }.into_any(),
        })
    }
}

/// Closes the dialog without anything being done.
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

/// Why a list or a file could not be read at all.
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

/// Lines about single rows: the first ones, and how many more there are.
fn line_list(heading: String, lines: &[String]) -> impl IntoView + use<> {
    let more = lines.len().saturating_sub(MAX_LINES);
    let items =
        lines.iter().take(MAX_LINES).map(|line| view! { <li><bdi>{line.clone()}</bdi></li> }).collect_view();
    view! {
        <section class="lines">
            <h3>{heading}</h3>
            // Scrolls by the arrow keys when it is long.
            <ul tabindex="0">
                {items}
                {(more > 0).then(|| view! { <li>{format!("and {} more", crate::format::grouped(more))}</li> })}
            </ul>
        </section>
    }
}
