//! The toolbar above the table: actions with lists, or, with a selection, on the selected tokens. It always has the
//! same height, so that the table does not move under the pointer.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use token_core::plan::{ActionKind, ActionRequest, TokenAction, allowed};

use super::{
    bulk::BulkDialogs,
    selection::{SelectAllBox, SelectionState},
};
use crate::{
    browser::restore_focus,
    components::{grid_keys::GridFocus, toolbar::Toolbar},
    format::grouped,
    lazy::lazy_component,
    state::{
        bulk_dialog::{BulkDialog, TOOLBAR},
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
    // On a phone the buttons are behind another one; elsewhere the style sheet hides that one and shows them.
    let is_open = RwSignal::new(false);
    view! {
        <div class="tools" class:tools--open=is_open>
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
                        view! {
                            <button
                                class="button tools__more"
                                aria-expanded=move || is_open.get().to_string()
                                on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
                            >
                                "More"
                            </button>
                            <ListActions bulk />
                        }
                            .into_any()
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
        <OpenButton bulk which=BulkDialog::SelectList label="Select" by=" by list" />
        <OpenButton bulk which=BulkDialog::AssignList label="Assign" by=" by list" />
        <OpenButton bulk which=BulkDialog::Export label="Export" />
        <OpenButton bulk which=BulkDialog::Find label="Find" by=" by code" />
        <OpenButton bulk which=BulkDialog::Columns label="Columns" by=" and views" />
    }
}

/// For how many of the selected tokens each action is possible.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Possible([(ActionKind, usize); 4]);

impl Possible {
    /// Counts them. Reactive.
    fn of_tokens(selected: SelectionState) -> Self {
        let kinds = [ActionKind::Assign, ActionKind::Activate, ActionKind::Unassign, ActionKind::Deactivate];
        let mut counts = kinds.map(|kind| (kind, 0));
        selected.each(|token| {
            for (kind, count) in &mut counts {
                *count += usize::from(allowed(token, *kind).is_ok());
            }
        });
        Self(counts)
    }

    fn of(&self, kind: ActionKind) -> usize {
        self.0.iter().find(|(known, _)| *known == kind).map_or(0, |(_, count)| *count)
    }
}

/// The actions on the selected tokens.
#[component]
fn SelectionActions(selected: SelectionState, bulk: RwSignal<Option<BulkDialog>>) -> impl IntoView {
    let grid = expect_context::<GridFocus>();
    let possible = Memo::new(move |_| Possible::of_tokens(selected));
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
        <PossibleDialog possible kind=ActionKind::Assign bulk which=BulkDialog::Assign />
        <PossibleDialog possible kind=ActionKind::Activate bulk which=BulkDialog::Activate />
        <PossibleAction possible selected action=TokenAction::Unassign />
        <PossibleAction possible selected action=TokenAction::Deactivate />
        <OpenButton bulk which=BulkDialog::Export label="Export" at_desk=true />
        <SlipsButton selected bulk />
        <OpenButton bulk which=BulkDialog::SelectList label="Select" by=" by list" at_desk=true />
        <DeleteButton selected bulk />
    }
}

/// Opens a dialog for an action that is possible for some of the selected tokens; hidden otherwise.
#[component]
fn PossibleDialog(
    possible: Memo<Possible>,
    kind: ActionKind,
    bulk: RwSignal<Option<BulkDialog>>,
    which: BulkDialog,
) -> impl IntoView {
    let count = Memo::new(move |_| possible.with(|possible| possible.of(kind)));
    let label = move || format!("{} {} …", kind.label(), grouped(count.get()));
    view! {
        <button class="button" hidden=move || count.get() == 0 aria-haspopup="dialog" on:click=move |_| bulk.set(Some(which))>
            {label}
        </button>
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
        <button class="button tools__desk" on:click=act>
            "Print slips …"
        </button>
    }
}

/// Opens a dialog.
#[component]
fn OpenButton(
    bulk: RwSignal<Option<BulkDialog>>,
    which: BulkDialog,
    label: &'static str,
    /// The rest of the label, which only screen readers read where there is little room.
    #[prop(optional)]
    by: &'static str,
    /// Whether a phone leaves it out of the actions on a selection.
    #[prop(optional)]
    at_desk: bool,
) -> impl IntoView {
    view! {
        <button class="button" class:tools__desk=at_desk aria-haspopup="dialog" on:click=move |_| bulk.set(Some(which))>
            <span>{label}<span class="tools__by">{by}</span>" …"</span>
        </button>
    }
}

/// An action that needs no input and is possible for some of the selected tokens; hidden otherwise. The plan says of the
/// others why it is not.
#[component]
fn PossibleAction(possible: Memo<Possible>, selected: SelectionState, action: TokenAction) -> impl IntoView {
    let actions = use_token_actions();
    let kind = action.kind();
    let count = Memo::new(move |_| possible.with(|possible| possible.of(kind)));
    let label = move || format!("{} {}", kind.label(), grouped(count.get()));
    let act = move |_| actions.propose(ActionRequest::all(&selected.tokens(), &action), Vec::new());
    view! {
        <button class="button" hidden=move || count.get() == 0 aria-haspopup="dialog" on:click=act>
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
        <button class="button tools__delete" aria-haspopup="dialog" on:click=act>
            {move || format!("Delete {}", grouped(selected.counts.with(|counts| counts.chosen)))}
        </button>
    }
}
