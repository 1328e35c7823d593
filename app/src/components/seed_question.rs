//! Asks in place for what a seed file needs: a password, a choice, what the columns hold.

mod columns;

use leptos::{ev, html, prelude::*};
use token_core::seed_file::{FileIssue, Mapping};
use zeroize::Zeroizing;

use self::columns::ColumnsForm;
use crate::seed_file::{Answer, Question, SecretKind};

/// The question, and what answers it.
#[component]
pub fn SeedQuestion(
    question: Question,
    answer: Callback<Answer>,
    /// Goes back to what was there before the columns were to be changed; with the mapping that was begun.
    #[prop(optional_no_strip)]
    back: Option<Callback<Mapping>>,
) -> impl IntoView {
    match question {
        Question::Secret(kind, wrong) => view! { <SecretField kind wrong answer /> }.into_any(),
        Question::Member(names) => {
            let answer = Callback::new(move |name| answer.run(Answer::Member(name)));
            view! {
                <p>"The archive has several files."</p>
                <Choice label="File with the secret keys" names chosen=None answer />
            }
            .into_any()
        }
        Question::Sheet(names) => view! { <SheetChoice names chosen=None answer /> }.into_any(),
        Question::MacVariant(how) => view! {
            <div class="note note--info">
                <p>{format!("The file's MACs, which prove that nobody changed it, are not computed as the standard says, but {how}. Some products do this.")}</p>
            </div>
            <div class="actions">
                <button type="button" class="button" on:click=move |_| answer.run(Answer::MacVariant)>
                    "Accept it and read the file"
                </button>
            </div>
        }
        .into_any(),
        Question::Columns(columns) => {
            let sheets = columns.sheets.clone();
            view! {
                <ColumnsForm columns=*columns answer back />
                {(sheets.len() > 1).then(|| view! { <SheetChoice names=sheets chosen=None answer /> })}
            }
            .into_any()
        }
    }
}

/// The sheets of a workbook, to read another.
#[component]
pub fn SheetChoice(
    names: Vec<String>,
    /// The one that was read.
    chosen: Option<String>,
    answer: Callback<Answer>,
) -> impl IntoView {
    let answer = Callback::new(move |name| answer.run(Answer::Sheet(name)));
    view! { <Choice label="Sheet with the secret keys" names chosen answer /> }
}

/// One of several names. It is read by a button: choosing alone changes nothing.
#[component]
pub fn Choice(
    #[prop(into)] label: String,
    names: Vec<String>,
    chosen: Option<String>,
    answer: Callback<String>,
) -> impl IntoView {
    let select = NodeRef::<html::Select>::new();
    let unread = RwSignal::new(chosen.is_none());
    let read = {
        let chosen = chosen.clone();
        move |_| {
            let name = select.get_untracked().map(|select| select.value());
            if let Some(name) = name.filter(|name| Some(name) != chosen.as_ref()) {
                answer.run(name);
            }
        }
    };
    let compared = chosen.clone();
    let options = names.into_iter().map(|name| {
        let is_chosen = chosen.as_ref() == Some(&name);
        view! {
            <option value=name.clone() selected=is_chosen>
                {name.clone()}
            </option>
        }
    });
    view! {
        <div class="actions">
            <label class="field">
                <span class="field__label">{label}</span>
                <select
                    class="input"
                    node_ref=select
                    autocomplete="off"
                    on:change:target=move |event| unread.set(Some(event.target().value()) != compared)
                >
                    {options.collect_view()}
                </select>
            </label>
            <button type="button" class="button" aria-disabled=move || (!unread.get()).to_string() on:click=read>
                "Read it"
            </button>
        </div>
    }
}

/// A field for a password or key. It is cleared as soon as it is read.
#[component]
fn SecretField(kind: SecretKind, wrong: Option<FileIssue>, answer: Callback<Answer>) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            _ = field.focus();
        }
    });
    let (label, what) = match &kind {
        SecretKind::Archive => ("Password of the archive", "The archive has a password.".to_owned()),
        SecretKind::PskcPassword(name) => ("Password of the keys", encrypted(name.as_deref())),
        SecretKind::PskcKey(name) => ("Pre-shared key, in hex or Base64", encrypted(name.as_deref())),
    };
    let is_wrong = wrong.is_some();
    let give = move || {
        let Some(field) = field.get_untracked() else { return };
        let secret = Zeroizing::new(field.value());
        field.set_value("");
        if secret.is_empty() {
            _ = field.focus();
        } else {
            answer.run(Answer::Secret(kind.clone(), secret));
        }
    };
    let on_enter = {
        let give = give.clone();
        move |event: ev::KeyboardEvent| {
            if event.key() == "Enter" {
                event.prevent_default();
                give();
            }
        }
    };
    view! {
        <p>{format!("{what} The vendor sends it apart from the file. It stays in this browser, and is not stored.")}</p>
        {wrong
            .map(|wrong| {
                view! {
                    <div class="note note--danger" role="alert" id="seed-secret-wrong">
                        <p>{wrong.to_string()}</p>
                    </div>
                }
            })}
        <label class="field">
            <span class="field__label">{label}</span>
            <input
                class="input input--text"
                node_ref=field
                type="password"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                aria-invalid=is_wrong.then_some("true")
                aria-describedby=is_wrong.then_some("seed-secret-wrong")
                on:keydown=on_enter
            />
        </label>
        <div class="actions">
            <button type="button" class="button button--primary" on:click=move |_| give()>
                "Open the file"
            </button>
        </div>
    }
}

fn encrypted(name: Option<&str>) -> String {
    match name {
        Some(name) => format!("The keys in the file are encrypted (\"{name}\")."),
        None => "The keys in the file are encrypted.".to_owned(),
    }
}
