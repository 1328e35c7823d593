//! The last audit log entries about one token or one person.

use std::cmp::Reverse;

use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::A;
use token_core::{
    audit::{AuditEntry, AuditFilter, AuditLogLine, AuditQuery},
    error::ServiceError,
    token::TokenId,
    user::UserId,
};

use super::{
    audit_labels::{actor_name, tone},
    error_note::ErrorNote,
    panel_link::panel_link,
    status_badge::StatusBadge,
};
use crate::{
    api::audit::list_entries,
    datetime::{local_datetime, utc},
    paths,
    state::{
        panels::{OpenPanel, Panels},
        token_actions::use_token_actions,
    },
};

/// How many entries are shown.
const SHOWN: usize = 5;

/// What the entries are about. Each of them names the other side: a token's its people, a person's their tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A token.
    Token,
    /// A person.
    Person,
}

/// The last entries about something, read when it is shown and after each run.
#[component]
pub fn History(
    /// What they are about.
    subject: Subject,
    /// One filter for each name of the subject.
    #[prop(into)]
    filters: Signal<Vec<AuditFilter>>,
    /// The filter of the link to all entries.
    #[prop(into)]
    all: Signal<AuditFilter>,
) -> impl IntoView {
    let answer = RwSignal::new(None::<Result<Vec<AuditEntry>, ServiceError>>);
    let generation = StoredValue::new(0_u64);
    let read = move |filters: Vec<AuditFilter>| {
        generation.update_value(|generation| *generation += 1);
        let now = generation.get_value();
        spawn_local(async move {
            let read = newest(filters).await;
            if generation.try_get_value() == Some(now) {
                answer.set(Some(read));
            }
        });
    };
    let panels = expect_context::<Panels>();
    let actions = use_token_actions();
    let query = Memo::new(move |_| (filters.get(), actions.revision()));
    Effect::new(move |_| read(query.get().0));
    let retry = Callback::new(move |()| read(filters.get_untracked()));
    view! {
        <section class="panel__part history" aria-labelledby="panel-history">
            <h3 id="panel-history">"History"</h3>
            {move || match answer.get() {
                None => view! { <p class="panel__state">"Reading the audit trail …"</p> }.into_any(),
                Some(Err(error)) => view! { <ErrorNote what="The history could not be read" error retry /> }.into_any(),
                Some(Ok(entries)) if entries.is_empty() => {
                    view! { <p>"Nothing has been recorded here yet."</p> }.into_any()
                }
                Some(Ok(entries)) => list(entries, subject, panels).into_any(),
            }}
            <p>
                <A href=move || paths::audit(&all.get())>"All of it in the audit trail"</A>
            </p>
        </section>
    }
}

fn list(entries: Vec<AuditEntry>, subject: Subject, panels: Panels) -> impl IntoView {
    let items = entries.into_iter().map(|entry| {
        let other = other_side(&entry, subject).map(|(name, panel)| match panel {
            Some(panel) => panel_link(panels, panel, name),
            None => view! { <bdi>{name}</bdi> }.into_any(),
        });
        view! {
            <li class="panel__item">
                <span>
                    <strong>{entry.action.label()}</strong>
                    {other.map(|other| view! { ": " {other} })}
                </span>
                <StatusBadge tone=tone(entry.result) text=entry.result.label() />
                <span class="panel__more panel__wide">
                    <time title=utc(entry.at_ms)>{local_datetime(entry.at_ms)}</time>
                    " · "
                    <bdi>{actor_name(&entry.actor)}</bdi>
                    {(!entry.reason.is_empty()).then(|| view! { " · " <bdi>{entry.reason.clone()}</bdi> })}
                </span>
            </li>
        }
    });
    view! { <ul class="panel__list">{items.collect_view()}</ul> }
}

/// Whom a token was given to or taken from, or which token a person got or gave back: the name, and its panel.
fn other_side(entry: &AuditEntry, subject: Subject) -> Option<(String, Option<OpenPanel>)> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    match subject {
        Subject::Token => {
            let person = entry.person.as_ref()?;
            let name = given(&person.name).or_else(|| given(&person.upn)).or_else(|| given(&person.id))?;
            Some((name, person.id.as_deref().and_then(UserId::parse).map(OpenPanel::Person)))
        }
        Subject::Person => {
            let token = entry.token.as_ref()?;
            let name = given(&token.serial).or_else(|| given(&token.id))?;
            Some((
                format!("token {name}"),
                token.id.as_deref().and_then(TokenId::parse).map(OpenPanel::Token),
            ))
        }
    }
}

/// The newest entries that match any of the filters.
async fn newest(filters: Vec<AuditFilter>) -> Result<Vec<AuditEntry>, ServiceError> {
    let mut found: Vec<AuditEntry> = Vec::new();
    for filter in filters {
        let limit = u32::try_from(SHOWN).ok();
        let page = list_entries(AuditQuery { filter, limit, ..AuditQuery::default() }).await?;
        found.extend(page.lines.into_iter().filter_map(|line| match line {
            AuditLogLine::Entry(entry) => Some(*entry),
            AuditLogLine::Run(_) => None,
        }));
    }
    found.sort_by_key(|entry| Reverse(entry.number));
    found.dedup_by_key(|entry| entry.number);
    found.truncate(SHOWN);
    Ok(found)
}
