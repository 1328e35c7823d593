//! The forms of the actions that need input: a user, a code source, a name, another token.

mod activate;
mod assign;
mod code_error;
mod code_source;
mod code_source_form;
mod file_seed;
mod measure;
mod refresh;
mod rename;
mod replace;
mod secret;
mod tries;

use leptos::{ev, prelude::*};
use token_core::{plan::ActionKind, token::Token};

pub use self::measure::MeasurePart;
use self::{
    activate::ActivateForm,
    assign::{AssignActivateForm, AssignForm},
    refresh::RefreshForm,
    rename::RenameForm,
    replace::ReplaceForm,
};

/// Selector of the field that gets the focus when a form opens.
pub const FIRST_FIELD: &str = "#panel-form input:not([type=radio])";

/// The form of a kind of action; empty for one without a form.
#[component]
pub fn ActionForm(
    verb: ActionKind,
    token: Memo<Option<Token>>,
    form: RwSignal<Option<ActionKind>>,
) -> impl IntoView {
    let fields = match verb {
        ActionKind::Assign => view! { <AssignForm token /> }.into_any(),
        ActionKind::AssignAndActivate => view! { <AssignActivateForm token /> }.into_any(),
        ActionKind::Activate => view! { <ActivateForm token /> }.into_any(),
        ActionKind::Rename => view! { <RenameForm token /> }.into_any(),
        ActionKind::Replace => view! { <ReplaceForm token /> }.into_any(),
        ActionKind::Refresh => view! { <RefreshForm token /> }.into_any(),
        _ => ().into_any(),
    };
    view! {
        <section id="panel-form" class="panel__part panel__form" aria-labelledby="panel-form-title">
            <div class="page__head">
                <h3 id="panel-form-title">{verb.label()}</h3>
                <button class="button" on:click=move |_| form.set(None)>
                    "Back to all actions"
                </button>
            </div>
            {fields}
        </section>
    }
}

/// The submit handler of a form: by Enter, and by its only button.
fn on_submit(send: impl Fn() + 'static) -> impl Fn(ev::SubmitEvent) + 'static {
    move |event| {
        event.prevent_default();
        send();
    }
}
