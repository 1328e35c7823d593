//! Tokens that the tenant has under another hash than the file says: the offer to correct it there.

use leptos::prelude::*;
use token_core::manage::hash_question::{HashQuestion, hash_questions};

use super::steps;
use crate::{
    format::grouped,
    state::{
        import::{ImportPhase, ImportState},
        token_actions::use_token_actions,
    },
};

/// A question for each hash of the tenant; nothing where no token is under another one than the file says.
#[component]
pub fn HashRepairs(state: ImportState) -> impl IntoView {
    let questions = Memo::new(move |_| {
        state.run.plan.track();
        let file = state.file.get();
        state.tenant.with_value(|tenant| match (tenant, &file) {
            (Some(tenant), Some(file)) => hash_questions(tenant, file.table.rows()),
            _ => Vec::new(),
        })
    });
    plan_again_after_repairs(state);
    move || questions.get().into_iter().map(|question| view! { <RepairNote state question /> }).collect_view()
}

/// Reads the tenant again once the dialog is closed in which hashes were corrected.
fn plan_again_after_repairs(state: ImportState) {
    let actions = use_token_actions();
    let before = actions.revision.get_untracked();
    Effect::new(move |_| {
        let is_over = actions.revision() != before && !actions.open.get();
        if is_over && state.phase.with_untracked(|phase| *phase == ImportPhase::Planned) {
            steps::load_tenant(state);
        }
    });
}

#[component]
fn RepairNote(state: ImportState, question: HashQuestion) -> impl IntoView {
    let actions = use_token_actions();
    let text = text(&question);
    let repair = move |_| {
        let (Some(file), Some(tenant)) = (state.file.get_untracked(), state.tenant.get_value()) else {
            return;
        };
        let (requests, code_sources) = question.repairs(&tenant, file.table.rows());
        actions.propose(requests, code_sources);
    };
    view! {
        <div class="note note--warning" role="group" aria-label="Hash in the tenant">
            <p>{text}</p>
            <div class="actions">
                <button class="button" on:click=repair>
                    "Correct the hash in the tenant …"
                </button>
            </div>
        </div>
    }
}

/// What is wrong, and how to be sure.
fn text(question: &HashQuestion) -> String {
    let HashQuestion { in_tenant, in_file, rows, silent } = question;
    let tokens = match rows.len() {
        1 => "1 token of the file is".to_owned(),
        tokens => format!("{} tokens of the file are", grouped(tokens)),
    };
    let says = match silent {
        0 => format!("the file says {in_file}"),
        silent if *silent == rows.len() => format!("the file names no hash, and is read as {in_file}"),
        silent => {
            format!("the file says {in_file}, or is read so in {} rows that name no hash", grouped(*silent))
        }
    };
    format!(
        "{tokens} in the tenant as {in_tenant}; {says}. Under a wrong hash a token is shown as activated, and nobody can sign in with it. To be sure, compare the code of one token before you correct the others."
    )
}

#[cfg(test)]
mod tests {
    use token_core::token::HashFunction;

    use super::*;

    #[test]
    fn the_text_says_whether_the_file_names_the_hash() {
        let question = |rows: usize, silent| HashQuestion {
            in_tenant: HashFunction::Sha1,
            in_file: HashFunction::Sha256,
            rows: (0..rows).collect(),
            silent,
        };
        let begins = |question, beginning: &str| {
            let text = text(&question);
            assert!(text.starts_with(beginning), "{text}");
        };
        begins(question(1, 0), "1 token of the file is in the tenant as SHA-1; the file says SHA-256. ");
        begins(
            question(1_200, 1_200),
            "1,200 tokens of the file are in the tenant as SHA-1; the file names no hash, and is read as SHA-256. ",
        );
        begins(
            question(3, 2),
            "3 tokens of the file are in the tenant as SHA-1; the file says SHA-256, or is read so in 2 rows that name no hash. ",
        );
    }
}
