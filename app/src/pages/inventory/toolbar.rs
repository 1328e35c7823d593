//! The toolbar above the table: actions with lists, or, with a selection, on the selected tokens. It always has the
//! same height, so that the table does not move under the pointer.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use token_core::plan::{ActionRequest, TokenAction};

use super::{
    bulk::BulkDialogs,
    open_dialog::{BulkDialog, TOOLBAR},
    selection::{SelectAllBox, SelectionState},
};
use crate::{
    browser::restore_focus,
    components::{grid_keys::GridFocus, toolbar::Toolbar},
    lazy::lazy_component,
    state::{
        slip_selection::{MAX_SLIPS, SlipSelection},
        token_actions::use_token_actions,
    },
};

lazy_component!(bulk: LazyBulkDialogs shows BulkDialogs);

/// The toolbar.
#[component]
pub fn SelectionToolbar(selected: SelectionState, bulk: RwSignal<Option<BulkDialog>>) -> impl IntoView {
    let any = Memo::new(move |_| selected.counts.with(|counts| counts.chosen > 0));
    // The buttons are removed with the selection, for example when its last token was deleted.
    Effect::watch(move || any.get(), |_, _, _| restore_focus(TOOLBAR), false);
    view! {
        <div class="tools">
            <Toolbar
                label=Signal::derive(move || if any.get() { "Selected tokens" } else { "Lists" }.to_owned())
                class="tools__line"
                chosen=any
            >
                <span class="tools__all">
                    <SelectAllBox selected with_label=true />
                </span>
                {move || {
                    if any.get() {
                        view! { <SelectionActions selected bulk /> }.into_any()
                    } else {
                        view! { <ListActions bulk /> }.into_any()
                    }
                }}
            </Toolbar>
        </div>
        <LazyBulkDialogs needed=Signal::derive(move || bulk.with(Option::is_some)) />
    }
}

/// The actions without a selection.
#[component]
fn ListActions(bulk: RwSignal<Option<BulkDialog>>) -> impl IntoView {
    view! {
        <OpenButton bulk which=BulkDialog::SelectList label="Select by list …" />
        <OpenButton bulk which=BulkDialog::AssignList label="Assign by list …" />
        <OpenButton bulk which=BulkDialog::Export label="Export …" />
        <OpenButton bulk which=BulkDialog::Find label="Find by code …" />
    }
}

/// The actions on the selected tokens.
#[component]
fn SelectionActions(selected: SelectionState, bulk: RwSignal<Option<BulkDialog>>) -> impl IntoView {
    let grid = expect_context::<GridFocus>();
    let clear = move |_| {
        selected.clear();
        // The button is removed with the selection.
        grid.take_focus();
    };
    view! {
        <strong class="tools__count">{move || selected.counts.with(|counts| counts.label())}</strong>
        <button class="button" on:click=clear>
            "Clear"
        </button>
        <OpenButton bulk which=BulkDialog::Assign label="Assign …" />
        <OpenButton bulk which=BulkDialog::Activate label="Activate …" />
        <BulkActionButton selected action=TokenAction::Unassign />
        <BulkActionButton selected action=TokenAction::Deactivate />
        <DeleteButton selected bulk />
        <OpenButton bulk which=BulkDialog::Export label="Export …" />
        <SlipsButton selected bulk />
        <OpenButton bulk which=BulkDialog::SelectList label="Select by list …" />
    }
}

/// Opens the slips of the selected tokens.
#[component]
fn SlipsButton(selected: SelectionState, bulk: RwSignal<Option<BulkDialog>>) -> impl IntoView {
    let slip_selection = expect_context::<SlipSelection>();
    let navigate = use_navigate();
    let act = move |_| {
        let tokens = selected.tokens();
        if tokens.len() > MAX_SLIPS {
            bulk.set(Some(BulkDialog::TooManySlips));
        } else {
            let ids = tokens.into_iter().map(|token| token.id).collect();
            // The URL is absolute.
            let options = leptos_router::NavigateOptions { resolve: false, ..Default::default() };
            navigate(&slip_selection.url_for(ids), options);
        }
    };
    view! {
        <button class="button" on:click=act>
            "Print slips …"
        </button>
    }
}

#[component]
fn OpenButton(bulk: RwSignal<Option<BulkDialog>>, which: BulkDialog, label: &'static str) -> impl IntoView {
    view! {
        <button class="button" aria-haspopup="dialog" on:click=move |_| bulk.set(Some(which))>
            {label}
        </button>
    }
}

/// An action that needs no input.
#[component]
fn BulkActionButton(selected: SelectionState, action: TokenAction) -> impl IntoView {
    let actions = use_token_actions();
    let label = action.kind().label();
    let act = move |_| actions.propose(ActionRequest::all(&selected.tokens(), &action), Vec::new());
    view! {
        <button class="button" aria-haspopup="dialog" on:click=act>
            {label}
        </button>
    }
}

/// Deletes unassigned tokens directly; with assigned ones in the selection, asks first what to do with them.
#[component]
fn DeleteButton(selected: SelectionState, bulk: RwSignal<Option<BulkDialog>>) -> impl IntoView {
    let actions = use_token_actions();
    let act = move |_| {
        let tokens = selected.tokens();
        if tokens.iter().any(|token| token.assigned_to.is_some()) {
            bulk.set(Some(BulkDialog::Delete));
        } else {
            actions.propose(
                ActionRequest::all(&tokens, &TokenAction::Delete { unassign_first: false }),
                Vec::new(),
            );
        }
    };
    view! {
        <button class="button" aria-haspopup="dialog" on:click=act>
            "Delete"
        </button>
    }
}
