//! The dialogs that change rows of the plan.

use leptos::prelude::*;

use super::{changes::TABLE, find_replace::FindReplace, mend_row::MendRow};
use crate::{browser::restore_focus, components::dialog::Dialog, state::import::ImportState};

/// A dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanDialog {
    /// Change the row at this place.
    Row(usize),
    /// Replace a text in a column.
    Replace,
}

/// The dialog that is open, if any.
#[component]
pub fn PlanDialogs(state: ImportState, dialog: RwSignal<Option<PlanDialog>>) -> impl IntoView {
    move || {
        let which = dialog.get()?;
        let open = RwSignal::new(true);
        // The dialog is removed only after it is closed, so that the browser restores the focus to what opened it.
        Effect::new(move |_| {
            if !open.get() {
                request_animation_frame(move || {
                    _ = dialog.try_update(|shown| *shown = shown.filter(|shown| *shown != which));
                    restore_focus(TABLE);
                });
            }
        });
        Some(match which {
            PlanDialog::Row(row) => view! {
                <Dialog open title="Change a row" fallback=TABLE>
                    <MendRow state row open />
                </Dialog>
            }
            .into_any(),
            PlanDialog::Replace => view! {
                <Dialog open title="Find and replace" fallback=TABLE>
                    <FindReplace state open />
                </Dialog>
            }
            .into_any(),
        })
    }
}
