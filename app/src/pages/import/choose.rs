//! Drop, choose or paste a seed file.

use leptos::{ev, html, prelude::*};
use token_core::seed_file::FileIssue;
use web_sys::{File, FileList};

use super::steps;
use crate::{
    api::boot_info::{BootInfo, DeploymentMode},
    base::href,
    components::file_drop::{self, SEED_FILES},
    paths,
    state::import::{ImportPhase, ImportState},
};

/// The drop zone, the file chooser and the paste field.
#[component]
pub fn ChooseFile(
    state: ImportState,
    /// Why the last file could not be read at all.
    problem: Option<FileIssue>,
) -> impl IntoView {
    let practice = expect_context::<BootInfo>().mode == DeploymentMode::Practice;
    let over = RwSignal::new(false);
    let drop = move |event: ev::DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(files) = event.data_transfer().and_then(|data| data.files()) {
            accept_files(state, &files);
        }
    };
    let choose = move |event: ev::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        if let Some(files) = input.files() {
            accept_files(state, &files);
        }
        // So that the same file can be chosen again after a correction.
        input.set_value("");
    };
    let field = NodeRef::<html::Input>::new();
    // A file that was chosen before hydration.
    Effect::new(move |_| {
        if let Some(file) = field.get().and_then(|input| input.files()).and_then(|files| files.get(0)) {
            read_file(state, file);
        }
    });
    view! {
        {problem
            .map(|problem| {
                view! {
                    <div class="note note--danger" role="alert">
                        <p>{problem.to_string()}</p>
                    </div>
                }
            })}
        <div
            class="drop"
            class:drop--over=over
            on:dragover=move |event| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=drop
        >
            <p class="drop__title">"Drop the seed file here"</p>
            <p class="drop__hint">"CSV, JSON, PSKC, a workbook or a zip, as the vendor sent it. It is read in this browser."</p>
            <label class="button button--primary">
                "Choose a file"
                <input class="visually-hidden" node_ref=field type="file" accept=SEED_FILES on:change=choose />
            </label>
        </div>
        <PasteRows state />
        {practice
            .then(|| {
                view! {
                    <p class="hint">
                        "No file at hand? "
                        <a href=href(paths::SAMPLE_FILE) download="sample-tokens.csv" rel="external">
                            "Download a sample file"
                        </a>
                        " that fits this practice tenant, and drop it here."
                    </p>
                }
            })}
        <FileFormatHelp />
    }
}

/// A field for pasted rows. It is cleared once they are read, because they contain seeds.
#[component]
fn PasteRows(state: ImportState) -> impl IntoView {
    let area = NodeRef::<html::Textarea>::new();
    let read = move |_| {
        let Some(area) = area.get_untracked() else { return };
        let text = area.value();
        area.set_value("");
        steps::read(state, "the pasted text".to_owned(), text.into_bytes());
    };
    view! {
        <details class="fold">
            <summary>"Paste rows instead"</summary>
            <label class="field">
                <span class="field__label">"Rows of a CSV, with the header, or JSON"</span>
                <textarea class="input input--text" node_ref=area rows="6" spellcheck="false" autocomplete="off"></textarea>
            </label>
            <button class="button" on:click=read>
                "Read the pasted rows"
            </button>
        </details>
    }
}

/// The format of a seed file.
#[component]
fn FileFormatHelp() -> impl IntoView {
    view! {
        <details class="fold">
            <summary>"What the file must look like"</summary>
            <p>"A header and one row a token. Order and case of the columns do not matter; comma, semicolon and tab do."</p>
            <pre class="code">
                "upn,serial number,secret key,time interval,manufacturer,model,hash function\n"
                "ann@contoso.com,00123456,JBSWY3DPEHPK3PXP…,30,Token2,C202,SHA-1"
            </pre>
            <ul>
                <li>"Secret key: Base32 or hex, in any case, with or without blanks and dashes."</li>
                <li>"Time interval: 30 or 60 seconds; empty means 30."</li>
                <li>"Hash function: SHA-1 or SHA-256. Without it, longer secret keys are taken for SHA-256."</li>
                <li>"UPN: the user who gets the token; empty to import it unassigned."</li>
            </ul>
            <p>"JSON: Microsoft Graph's bulk body, an array of tokens, or one token."</p>
            <p>"PSKC, workbooks (xlsx, ods) and zip archives: passwords and keys are asked for when the file is open."</p>
        </details>
    }
}

fn accept_files(state: ImportState, files: &FileList) {
    if files.length() > 1 {
        let message = format!("{} files were dropped at once.", files.length());
        let problem = FileIssue::new(message, "Drop one: each file has its own plan.");
        state.phase.set(ImportPhase::Choosing(Some(problem)));
    } else if let Some(file) = files.get(0) {
        read_file(state, file);
    }
}

fn read_file(state: ImportState, file: File) {
    file_drop::read_file(file, move |taken| match taken {
        Ok((name, bytes)) => steps::read(state, name, bytes),
        Err(problem) => state.phase.set(ImportPhase::Choosing(Some(problem))),
    });
}
