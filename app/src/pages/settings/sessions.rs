//! The list of sessions: who is signed in, and ending sessions.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::{
        AppError,
        access::Role,
        session::{end_session, list_sessions},
        session_view::SessionView,
    },
    components::error_note::ErrorNote,
    datetime::local_datetime,
    state::announcer::use_announcer,
};

/// Who is signed in, with buttons that end sessions.
#[component]
pub fn Sessions() -> impl IntoView {
    let read = LocalResource::new(list_sessions);
    view! {
        <h2 id="sessions-title">"Sessions"</h2>
        <p class="hint">
            "Who is signed in to Token Inventory. An ended session loses its rights at once; the user can sign in again."
        </p>
        {move || match read.get() {
            None => view! { <p class="hint">"Reading …"</p> }.into_any(),
            Some(Ok(sessions)) if sessions.is_empty() => {
                view! { <p>"Nobody is signed in."</p> }.into_any()
            }
            Some(Ok(sessions)) => {
                view! { <SessionList sessions changed=Callback::new(move |()| read.refetch()) /> }.into_any()
            }
            Some(Err(error)) => {
                view! {
                    <ErrorNote
                        what="The sessions could not be read"
                        error=error.0
                        retry=Callback::new(move |()| read.refetch())
                    />
                }
                    .into_any()
            }
        }}
    }
}

#[component]
fn SessionList(sessions: Vec<SessionView>, changed: Callback<()>) -> impl IntoView {
    let announcer = use_announcer();
    let end = move |key: String, all_of_person: bool| {
        spawn_local(async move {
            announcer.announce(ended(end_session(key, all_of_person).await));
            _ = changed.try_run(());
        });
    };
    let rows = sessions.into_iter().map(|session| {
        let (name, label) = (session.name.clone(), describe(&session));
        let (key, key_of_all) = (session.key.clone(), session.key);
        view! {
            <li class="sessions__one">
                <p>
                    <strong><bdi>{session.name}</bdi></strong>
                    " "
                    <span class="hint"><bdi>{session.upn}</bdi></span>
                    <br />
                    {label}
                </p>
                <p class="actions">
                    <button
                        class="button"
                        aria-label=format!("End this session of {name}")
                        on:click=move |_| end(key.clone(), false)
                    >
                        "End this session"
                    </button>
                    <button
                        class="button"
                        aria-label=format!("End all sessions of {name}")
                        on:click=move |_| end(key_of_all.clone(), true)
                    >
                        "End all of this user"
                    </button>
                </p>
            </li>
        }
    });
    view! { <ul class="sessions">{rows.collect_view()}</ul> }
}

/// Role, time and address of a session, as one line.
fn describe(session: &SessionView) -> String {
    let role = match session.role {
        Role::Administrator => "Administrator",
        Role::Auditor => "Auditor",
        Role::EndUser => "End user",
        Role::SignedOut => "Signed out",
    };
    let used = match session.idle_s / 60 {
        0 => "used just now".to_owned(),
        1 => "last used a minute ago".to_owned(),
        minutes => format!("last used {minutes} minutes ago"),
    };
    let own = if session.is_current { " This is your session." } else { "" };
    format!(
        "{role}, signed in {} from {}, {used}.{own}",
        local_datetime(session.signed_in_ms),
        session.address
    )
}

fn ended(result: Result<usize, AppError>) -> String {
    match result {
        Ok(1) => "One session was ended.".to_owned(),
        Ok(0) => "The session had ended already.".to_owned(),
        Ok(number) => format!("{number} sessions were ended."),
        Err(error) => error.0.to_string(),
    }
}
