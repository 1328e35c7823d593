//! The choice of the import mode.

use leptos::prelude::*;
use token_core::plan::Mode;

use super::{permissions::Permissions, steps};
use crate::state::import::{ImportPhase, ImportState};

const MODES: [(Mode, &str, &str, &str); 3] = [
    (Mode::Import, "import", "Import only", "Puts the tokens into the inventory, unassigned."),
    (
        Mode::Assign,
        "assign",
        "Import and assign",
        "Also hands each token to the user of its row. The user activates it.",
    ),
    (
        Mode::Activate,
        "activate",
        "Import, assign and activate",
        "Also activates each token with a code computed from its secret key, here in your browser.",
    ),
];

/// Radio buttons for the mode. A change makes a new plan.
#[component]
pub fn ModeChoice(state: ImportState, permissions: Permissions) -> impl IntoView {
    let locked = move || match state.phase.get() {
        ImportPhase::Running | ImportPhase::Ended(_) | ImportPhase::Pairing => true,
        ImportPhase::Asking(_) => state.file.with(Option::is_some),
        _ => state.is_changing.get(),
    };
    // With a file the other modes need less room: the plan is what is looked at.
    let is_chosen = move || !matches!(state.phase.get(), ImportPhase::Choosing(_));
    let choose = move |mode| {
        state.mode.set(mode);
        if state.phase.with_untracked(|phase| *phase == ImportPhase::Planned) {
            steps::replan(state);
        }
    };
    let options = MODES
        .into_iter()
        .map(|(mode, value, label, hint)| {
            // The hint is the accessible description, not part of the accessible name.
            let (name, id) = (format!("mode-{value}-name"), format!("mode-{value}-hint"));
            view! {
                <label class="choice">
                    <input
                        type="radio"
                        name="mode"
                        value=value
                        checked=mode == Mode::default()
                        prop:checked=move || state.mode.get() == mode
                        aria-labelledby=name.clone()
                        aria-describedby=id.clone()
                        on:change=move |_| choose(mode)
                    />
                    <span class="choice__text">
                        <span class="choice__label" id=name>
                            {label}
                        </span>
                        <span class="choice__hint" id=id>
                            {hint}
                            {move || {
                                permissions.reason(mode).map(|why| view! { <strong class="choice__why">{why}</strong> })
                            }}
                        </span>
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="choices" class=("choices--small", is_chosen) disabled=locked>
            <legend class="visually-hidden">"How far the import goes"</legend>
            {options}
        </fieldset>
    }
}

/// The start of the button's label: "Import, assign and activate 912 tokens".
pub fn mode_label(mode: Mode) -> &'static str {
    match mode {
        Mode::Import => "Import",
        Mode::Assign => "Import and assign",
        Mode::Activate => "Import, assign and activate",
    }
}
