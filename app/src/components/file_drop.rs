//! Drop, choose or paste a list or a file, which is read in the browser.

use leptos::{ev, html, prelude::*, task::spawn_local};
use send_wrapper::SendWrapper;
use token_core::seed_file::{FileIssue, MAX_FILE_BYTES};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileList};

/// What the browser offers first where a seed file is chosen; others can still be chosen, and the content decides.
pub const SEED_FILES: &str = ".csv,.txt,.json,.xml,.pskc,.zip,.xlsx,.ods,text/csv,application/json";

/// Name and bytes of what was dropped, chosen or pasted, or why it could not be read.
pub type FileRead = Result<(String, Vec<u8>), FileIssue>;

/// A drop zone for a file and a field for pasted text, small enough for a dialog.
#[component]
pub fn FileDrop(
    /// The instruction: "Drop the seed file here".
    title: &'static str,
    /// The expected format.
    hint: &'static str,
    /// The label of the field for pasted text.
    paste: &'static str,
    /// Which files the browser offers first.
    #[prop(default = ".csv,.txt,.json,text/csv,text/plain,application/json")]
    accept: &'static str,
    /// Receives the result.
    take: Callback<FileRead>,
) -> impl IntoView {
    let over = RwSignal::new(false);
    let drop = move |event: ev::DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(files) = event.data_transfer().and_then(|data| data.files()) {
            take_first(&files, take);
        }
    };
    let choose = move |event: ev::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        if let Some(files) = input.files() {
            take_first(&files, take);
        }
        // So that the same file can be chosen again after it was corrected.
        input.set_value("");
    };
    view! {
        <div
            class="drop drop--small"
            class:drop--over=over
            on:dragover=move |event| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=drop
        >
            <p class="drop__title">{title}</p>
            <p class="drop__hint">{hint}</p>
            <label class="button">
                "Choose a file"
                <input
                    class="visually-hidden"
                    type="file"
                    accept=accept
                    on:change=choose
                />
            </label>
        </div>
        <Paste label=paste take />
    }
}

/// A field for pasted text. It is cleared as soon as it is read, because it may contain seeds.
#[component]
fn Paste(label: &'static str, take: Callback<FileRead>) -> impl IntoView {
    let area = NodeRef::<html::Textarea>::new();
    let empty = RwSignal::new(true);
    let read = move |_| {
        let Some(area) = area.get_untracked() else { return };
        let text = area.value();
        if !text.trim().is_empty() {
            area.set_value("");
            empty.set(true);
            take.run(Ok(("the pasted text".to_owned(), text.into_bytes())));
        }
    };
    view! {
        <label class="field">
            <span class="field__label">{label}</span>
            <textarea
                class="input input--text"
                node_ref=area
                rows="4"
                spellcheck="false"
                autocomplete="off"
                on:input:target=move |event| empty.set(event.target().value().trim().is_empty())
            ></textarea>
        </label>
        <div class="actions">
            <button class="button" aria-disabled=move || empty.get().to_string() on:click=read>
                "Read the pasted text"
            </button>
        </div>
    }
}

fn take_first(files: &FileList, take: Callback<FileRead>) {
    if files.length() > 1 {
        let message = format!("{} files were dropped at once.", files.length());
        take.run(Err(FileIssue::new(message, "Drop one.")));
    } else if let Some(file) = files.get(0) {
        read_file(file, move |taken| take.run(taken));
    }
}

/// Reads a file as a whole.
pub fn read_file(file: File, take: impl FnOnce(FileRead) + 'static) {
    let name = file.name();
    // Rejected before it fills the memory.
    #[expect(clippy::cast_precision_loss, reason = "50 MB")]
    if file.size() > MAX_FILE_BYTES as f64 {
        return take(Err(FileIssue::too_large()));
    }
    let buffer = JsFuture::from(file.array_buffer());
    spawn_local(async move {
        take(match SendWrapper::new(buffer).await {
            Ok(buffer) => Ok((name, js_sys::Uint8Array::new(&buffer).to_vec())),
            Err(_) => Err(FileIssue::new(
                format!("{name} could not be read by the browser."),
                "Check that the file still exists and that you may open it, then choose it again.",
            )),
        });
    });
}
