//! The dialog that chooses the columns of the table and the height of its rows, and keeps views of one's own.

use leptos::{ev, html, prelude::*};

use super::{DialogCloseButton, TOOLBAR};
use crate::{
    browser::focus,
    components::dialog::Dialog,
    pages::inventory::{
        filters::column_label,
        own_views::OwnViews,
        state::ViewState,
        table_choice::{OPTIONAL, TableChoice},
    },
    state::announcer::use_announcer,
};

/// Selector of the field for the name of a view.
const NAME: &str = "#view-name";

/// The dialog; each choice takes effect at once.
#[component]
pub fn ColumnsDialog(open: RwSignal<bool>) -> impl IntoView {
    let choice = expect_context::<TableChoice>();
    let columns = OPTIONAL.map(|column| {
        view! {
            <label class="option">
                <input
                    type="checkbox"
                    autocomplete="off"
                    prop:checked=move || choice.shows(column)
                    on:change:target=move |event| choice.show(column, event.target().checked())
                />
                {column_label(column)}
            </label>
        }
    });
    view! {
        <Dialog open fallback=TOOLBAR title="Columns and views">
            <fieldset class="options">
                <legend>"Columns beside the serial number"</legend>
                {columns}
            </fieldset>
            <fieldset class="options options--rows">
                <legend>"Rows"</legend>
                <label class="option">
                    <input
                        type="checkbox"
                        autocomplete="off"
                        prop:checked=move || choice.is_compact()
                        on:change:target=move |event| choice.set_compact(event.target().checked())
                    />
                    "Compact: one line a row"
                </label>
            </fieldset>
            <YourViews />
            <p class="hint">"This browser remembers all of it."</p>
            <DialogCloseButton open label="Close" />
        </Dialog>
    }
}

/// Saves the search, the filters and the order of now under a name, and removes such views.
#[component]
fn YourViews() -> impl IntoView {
    let (own_views, state) = (expect_context::<OwnViews>(), expect_context::<ViewState>());
    let announcer = use_announcer();
    let field = NodeRef::<html::Input>::new();
    let save = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(field) = field.get_untracked() else { return };
        let name = field.value();
        if state.query.with_untracked(|query| own_views.save(&name, query)) {
            field.set_value("");
            announcer.announce(format!("View {} saved", name.trim()));
        }
    };
    let views = move || {
        let views = own_views.all();
        let items = views.iter().map(|view| {
            let name = view.name.clone();
            let remove = move |_| {
                own_views.remove(&name);
                focus(NAME);
            };
            view! {
                <li class="own-view">
                    <bdi>{view.name.clone()}</bdi>
                    <button class="link" aria-label=format!("Remove the view {}", view.name) on:click=remove>
                        "Remove"
                    </button>
                </li>
            }
        });
        (!views.is_empty()).then(|| view! { <ul class="own-views">{items.collect_view()}</ul> })
    };
    view! {
        <fieldset class="options">
            <legend>"Your views"</legend>
            {views}
            <form class="serial" on:submit=save>
                <input
                    class="input"
                    id="view-name"
                    node_ref=field
                    maxlength="60"
                    autocomplete="off"
                    aria-label="Name of the view"
                    placeholder="Name of what is shown now"
                />
                <button class="button">"Save view"</button>
            </form>
        </fieldset>
    }
}
