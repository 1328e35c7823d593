//! Activate the selected tokens with the seeds of a file.

use std::sync::Arc;

use leptos::prelude::*;
use token_core::{
    manage::seeds,
    plan::{ActionRequest, CodeSource},
    seed_file::ParsedRow,
    token::Token,
};

use super::{DialogCloseButton, TOOLBAR, line_list, seed_drop::SeedDrop};
use crate::{
    components::dialog::Dialog,
    format::{grouped, tokens},
    pages::inventory::selection::SelectionState,
    state::token_actions::use_token_actions,
};

/// The action requests and their code sources, from the file. Contains seeds.
type Activations = Arc<(Vec<ActionRequest>, Vec<CodeSource>)>;

/// Reads a seed file and proposes the activations.
#[component]
pub fn ActivateDialog(selected: SelectionState, open: RwSignal<bool>) -> impl IntoView {
    let actions = use_token_actions();
    let chosen = StoredValue::new(selected.tokens());
    let activations = RwSignal::new(None::<Activations>);
    let proceed = move |activations: &Activations| {
        open.set(false);
        actions.propose(activations.0.clone(), activations.1.clone());
    };
    let begun = Callback::new(move |()| activations.set(None));
    let taken = Callback::new(move |rows: Vec<ParsedRow>| {
        // The dialog may have been closed while the file was read.
        if !open.get_untracked() {
            return;
        }
        let found = Arc::new(chosen.with_value(|chosen: &Vec<Token>| {
            seeds::activations(&chosen.iter().collect::<Vec<_>>(), &rows, None)
        }));
        if found.0.iter().all(|request| request.resolved.is_ok()) {
            proceed(&found);
        } else {
            activations.set(Some(found));
        }
    });
    view! {
        <Dialog open fallback=TOOLBAR title=format!("Activate {}", tokens(chosen.with_value(Vec::len)))>
            <div class="form">
                <p>
                    "With the secret keys of their file: the codes are made in this browser, and the secret keys are not sent. Tokens that nobody holds are to be assigned first."
                </p>
                {move || activations.get().map(|activations| result(activations, proceed))}
                <SeedDrop begun taken />
            </div>
            <DialogCloseButton open />
        </Dialog>
    }
}

fn result(activations: Activations, proceed: impl Fn(&Activations) + 'static) -> impl IntoView {
    let requests = &activations.0;
    let lines: Vec<String> = requests.iter().flat_map(problems).collect();
    let good = requests.iter().filter(|request| request.resolved.is_ok()).count();
    let heading = heading(requests.len() - good, requests.len());
    view! {
        <div role="status">{line_list(heading, &lines)}</div>
        {(good > 0)
            .then(|| {
                view! {
                    <div class="actions">
                        <button class="button button--primary" on:click=move |_| proceed(&activations)>
                            {format!("Go on with {}", tokens(good))}
                        </button>
                    </div>
                }
            })}
    }
}

fn heading(bad: usize, all: usize) -> String {
    match (bad, all) {
        (bad, all) if bad == all => "The file proves none of the selected tokens".to_owned(),
        (1, _) => "The file does not prove 1 of the selected tokens".to_owned(),
        (bad, all) => {
            format!("The file does not prove {} of the {} selected tokens", grouped(bad), grouped(all))
        }
    }
}

fn problems(request: &ActionRequest) -> Vec<String> {
    let line = |issue: &token_core::issue::Issue| {
        let end = if issue.message.ends_with('.') { "" } else { "." };
        format!("{}: {}{end} {}", request.serial, issue.message, issue.remedy)
    };
    request.resolved.as_ref().err().into_iter().flatten().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::heading;

    #[test]
    fn the_heading_counts_the_tokens_without_a_usable_row() {
        assert_eq!(heading(3, 3), "The file proves none of the selected tokens");
        assert_eq!(heading(1, 3), "The file does not prove 1 of the selected tokens");
        assert_eq!(heading(1_000, 3_000), "The file does not prove 1,000 of the 3,000 selected tokens");
    }
}
