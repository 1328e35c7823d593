//! Drop, choose or paste a seed file.

use leptos::{ev, html, prelude::*};
use token_core::{
    manage::{
        file_role::{FileRole, SortedFiles},
        people::read_people,
    },
    seed_file::{FileIssue, decode_text},
};
use web_sys::{File, FileList};
use zeroize::Zeroizing;

use super::steps;
use crate::{
    api::boot_info::{BootInfo, DeploymentMode},
    base::href,
    components::file_drop::{self, SEED_FILES},
    paths,
    state::import::{DroppedFiles, ImportPhase, ImportState},
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
        let files = event.data_transfer().and_then(|data| data.files());
        if let Some(files) = files.filter(|files| files.length() > 0) {
            accept_files(state, list(&files));
        }
    };
    let choose = move |event: ev::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        if let Some(files) = input.files().filter(|files| files.length() > 0) {
            accept_files(state, list(&files));
        }
        // So that the same file can be chosen again after a correction.
        input.set_value("");
    };
    let field = NodeRef::<html::Input>::new();
    // A file that was chosen before hydration.
    Effect::new(move |_| {
        if let Some(files) = field.get().and_then(|input| input.files()).filter(|files| files.length() > 0) {
            accept_files(state, list(&files));
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
            <p class="drop__hint">"CSV, JSON, PSKC, a workbook or a zip, as the vendor sent it. It is read in this browser. Its key file and a list of users can be dropped with it."</p>
            <label class="button button--primary">
                "Choose a file"
                <input class="visually-hidden" node_ref=field type="file" multiple accept=SEED_FILES on:change=choose />
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
            <p>"A header and one row a token. The columns may be in any order and in capitals or small letters, and a comma, semicolon or tab may separate them."</p>
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

fn list(files: &FileList) -> Vec<File> {
    (0..files.length()).filter_map(|place| files.get(place)).collect()
}

/// Reads a file, or several of which one holds the seeds.
pub fn accept_files(state: ImportState, files: Vec<File>) {
    match <[File; 1]>::try_from(files) {
        Ok([file]) => file_drop::read_file(file, move |taken| match taken {
            Ok((name, bytes)) => steps::read(state, name, bytes),
            Err(problem) => state.phase.set(ImportPhase::Choosing(Some(problem))),
        }),
        Err(files) => read_together(state, files, Vec::new()),
    }
}

/// Reads one file after the other, then sorts them.
fn read_together(state: ImportState, mut files: Vec<File>, mut read: Vec<(String, Zeroizing<Vec<u8>>)>) {
    if files.is_empty() {
        if let Err(problem) = take_together(state, read) {
            state.phase.set(ImportPhase::Choosing(Some(problem)));
        }
        return;
    }
    let file = files.remove(0);
    file_drop::read_file(file, move |taken| match taken {
        Ok((name, bytes)) => {
            read.push((name, Zeroizing::new(bytes)));
            read_together(state, files, read);
        }
        Err(problem) => state.phase.set(ImportPhase::Choosing(Some(problem))),
    });
}

/// Takes the seed file, and keeps its password or key and the list of people until they are needed.
fn take_together(state: ImportState, read: Vec<(String, Zeroizing<Vec<u8>>)>) -> Result<(), FileIssue> {
    let said: Vec<(String, FileRole)> =
        read.iter().map(|(name, bytes)| (name.clone(), FileRole::of(bytes))).collect();
    let roles: Vec<(&str, FileRole)> = said.iter().map(|(name, role)| (name.as_str(), *role)).collect();
    let sorted = SortedFiles::of(&roles)?;
    let bytes_of = |place: Option<usize>| Some(read.get(place?)?.1.to_vec());
    let secret = bytes_of(sorted.secret).map(|bytes| secret_line(Zeroizing::new(bytes))).transpose()?;
    let people = bytes_of(sorted.people).map(read_people).transpose()?;
    let name = said.get(sorted.seeds).map(|(name, _)| name.clone()).unwrap_or_default();
    state.dropped.set_value(DroppedFiles { said, secret, people });
    steps::read(state, name, bytes_of(Some(sorted.seeds)).unwrap_or_default());
    Ok(())
}

/// The first line of a file with a password or key.
fn secret_line(bytes: Zeroizing<Vec<u8>>) -> Result<Zeroizing<String>, FileIssue> {
    let (text, _) = decode_text(bytes)?;
    Ok(Zeroizing::new(text.trim().lines().next().unwrap_or_default().to_owned()))
}
