//! Exports all entries that match the filters, including those that the page has not loaded.

use leptos::prelude::*;

use super::view::AuditView;
use crate::{components::dialog::Dialog, datetime::days_ago, paths::audit_export};

/// Links to the export as CSV or JSON Lines, which the server streams.
#[component]
pub fn AuditExportDialog(view: RwSignal<AuditView>, open: RwSignal<bool>) -> impl IntoView {
    let is_everything = Memo::new(move |_| view.with(AuditView::is_everything));
    // Set when the dialog opens, in the browser: the server does not know the user's time zone, so not when their day
    // began.
    let query = RwSignal::new(String::new());
    Effect::new(move |_| {
        if open.get() {
            query.set(view.with(|view| view.server_filter(days_ago)).to_query());
        }
    });
    let address = move |format: &str| query.with(|query| audit_export(format, query));
    let link = move |format: &'static str, class: &'static str, text: &'static str| {
        view! {
            <a class=class rel="external" download="" href=move || address(format) on:click=move |_| open.set(false)>
                {text}
            </a>
        }
    };
    view! {
        <Dialog open title="Export the audit trail">
            <div class="form">
                <p>
                    {move || {
                        if is_everything.get() {
                            "Every entry of the trail, newest first, also those that this page has not loaded."
                        } else {
                            "Every entry that the filters show, newest first, also those that this page has not loaded."
                        }
                    }}
                </p>
                <div class="dialog__choices">
                    {link("csv", "button button--primary", "CSV, for spreadsheets")}
                    {link("jsonl", "button", "JSON Lines, for programs")}
                </div>
                <p class="hint">"That you save it becomes an entry of the trail. No file holds a secret key or a code."</p>
            </div>
            <div class="dialog__buttons">
                <button class="button" on:click=move |_| open.set(false)>
                    "Cancel"
                </button>
            </div>
        </Dialog>
    }
}
