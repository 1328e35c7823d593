//! Assign many tokens: the selected ones to one person, or by a list of users and serial numbers.

use leptos::{prelude::*, task::spawn_local};
use token_core::{
    error::ServiceError,
    issue::Issue,
    manage::assignment_csv,
    plan::{ActionRequest, TokenAction},
    ports::{Directory, MAX_USERS},
    seed_file::FileIssue,
    token::MAX_TOKENS_PER_USER,
    user::User,
};

use super::{DialogCloseButton, ReadErrorNote, TOOLBAR, line_list};
use crate::{
    api::directory::ApiDirectory,
    browser::sleep,
    components::{
        dialog::Dialog,
        file_drop::{FileDrop, FileRead},
        user_picker::UserPicker,
    },
    format::{grouped, tokens},
    pages::inventory::selection::SelectionState,
    state::{inventory::InventoryStore, token_actions::use_token_actions},
};

/// The choice between one person and a list.
#[component]
pub fn AssignDialog(selected: SelectionState, open: RwSignal<bool>) -> impl IntoView {
    let actions = use_token_actions();
    let count = untrack(|| selected.counts.get().chosen);
    let chosen = Callback::new(move |user: User| {
        open.set(false);
        actions.propose(ActionRequest::all(&selected.tokens(), &TokenAction::Assign(user)), Vec::new());
    });
    // Nobody may hold more than five.
    let is_for_one = count <= MAX_TOKENS_PER_USER;
    let by_list = RwSignal::new(!is_for_one);
    let choice = move |label: &'static str, hint: &'static str, is_list: bool| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="assign-to"
                    prop:checked=move || by_list.get() == is_list
                    on:change=move |_| by_list.set(is_list)
                />
                <span class="choice__text">
                    <span class="choice__label">{label}</span>
                    <span class="choice__hint">{hint}</span>
                </span>
            </label>
        }
    };
    view! {
        <Dialog open fallback=TOOLBAR title=format!("Assign {}", tokens(count))>
            <div class="form">
                {if is_for_one {
                    view! {
                        <fieldset class="choices choices--two">
                            <legend class="visually-hidden">"To whom"</legend>
                            {choice("To one user", "All selected tokens", false)}
                            {choice("By a list", "Users and serial numbers", true)}
                        </fieldset>
                    }
                        .into_any()
                } else {
                    view! {
                        <p>"A user may hold five tokens: a list says who gets which. For one user, select at most five."</p>
                    }
                        .into_any()
                }}
                {move || {
                    if by_list.get() {
                        view! { <AssignByList open /> }.into_any()
                    } else {
                        view! { <UserPicker chosen /> }.into_any()
                    }
                }}
            </div>
            <DialogCloseButton open />
        </Dialog>
    }
}

/// A list that was read, including the rows that cannot be used.
#[derive(Clone)]
struct ParsedAssignments {
    requests: Vec<ActionRequest>,
    notice: Option<String>,
}

/// Reads a list of users and serial numbers and proposes the assignments.
#[component]
pub fn AssignByList(open: RwSignal<bool>) -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    let actions = use_token_actions();
    let problem = RwSignal::new(None);
    let doing = RwSignal::new(None::<String>);
    let read = RwSignal::new(None::<ParsedAssignments>);
    let proceed = move |requests: Vec<ActionRequest>| {
        open.set(false);
        actions.propose(requests, Vec::new());
    };
    let take = Callback::new(move |taken: FileRead| {
        problem.set(None);
        read.set(None);
        let found = match taken.and_then(|(_, bytes)| assignment_csv::read(bytes)) {
            Ok(found) => found,
            Err(why) => return problem.set(Some(why)),
        };
        spawn_local(async move {
            let users = resolve_users(found.upns(), doing).await;
            // The dialog may have been closed meanwhile.
            if !open.try_get_untracked().unwrap_or(false) {
                return;
            }
            doing.set(None);
            match users {
                Err(error) => problem.set(Some(lookup_error(&error))),
                Ok(users) => {
                    let requests = store.with(|list| found.requests(list.tokens(), &users));
                    if requests.iter().all(|request| request.resolved.is_ok()) && !requests.is_empty() {
                        proceed(requests);
                    } else {
                        read.set(Some(ParsedAssignments { requests, notice: found.notice }));
                    }
                }
            }
        });
    });
    view! {
        <div class="form">
            <ReadErrorNote problem />
            {move || doing.get().map(|doing| view! { <p role="status">{doing}</p> })}
            {move || read.get().map(|read| result(read, proceed))}
            <FileDrop
                title="Drop a list here"
                hint="A CSV with the columns upn and serial number, in either order."
                paste="Rows under the line: upn,serial number"
                take
            />
        </div>
    }
}

fn result(read: ParsedAssignments, proceed: impl Fn(Vec<ActionRequest>) + 'static) -> impl IntoView {
    let lines: Vec<String> = read.requests.iter().flat_map(problems).collect();
    let good = read.requests.iter().filter(|request| request.resolved.is_ok()).count();
    let bad = read.requests.len() - good;
    let heading = match (read.requests.len(), bad) {
        (0, _) => "The list has no rows below its header".to_owned(),
        (_, 1) => "1 row cannot be used".to_owned(),
        (_, bad) => format!("{} rows cannot be used", grouped(bad)),
    };
    let requests = read.requests;
    view! {
        <div role="status">{line_list(heading, &lines)}</div>
        {read.notice.map(|notice| view! { <p class="hint">{notice}</p> })}
        {(good > 0)
            .then(|| {
                view! {
                    <div class="actions">
                        <button class="button button--primary" on:click=move |_| proceed(requests.clone())>
                            {format!("Go on with {}", tokens(good))}
                        </button>
                    </div>
                }
            })}
    }
}

/// The issues of a row, a line each: where, what, and the remedy.
fn problems(request: &ActionRequest) -> Vec<String> {
    let line = |issue: &Issue| {
        let place = match &issue.column {
            Some(column) => format!("Line {}, {column}", request.line),
            None => format!("Line {}", request.line),
        };
        let end = if issue.message.ends_with('.') { "" } else { "." };
        format!("{place}: {}{end} {}", issue.message, issue.remedy)
    };
    request.resolved.as_ref().err().into_iter().flatten().map(line).collect()
}

/// Looks up the users of a list by user principal name.
async fn resolve_users(
    upns: Vec<String>,
    doing: RwSignal<Option<String>>,
) -> Result<Vec<User>, ServiceError> {
    let mut users = Vec::new();
    for chunk in upns.chunks(MAX_USERS) {
        loop {
            let status = format!("Looking up users: {} of {} …", grouped(users.len()), grouped(upns.len()));
            // Stop when the dialog has been closed.
            if doing.try_set(Some(status)).is_some() {
                return Ok(users);
            }
            match ApiDirectory::new().users_by_upn(chunk.to_vec()).await {
                Err(ServiceError::Throttled { after_ms }) => {
                    sleep(u32::try_from(after_ms).unwrap_or(u32::MAX)).await;
                }
                Err(error) => return Err(error),
                Ok(found) => {
                    users.extend(found);
                    break;
                }
            }
        }
    }
    Ok(users)
}

fn lookup_error(error: &ServiceError) -> FileIssue {
    FileIssue::new(
        format!("The users of the list could not be looked up. {error}"),
        "Read the list again to try once more.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_names_place_problem_and_remedy() {
        let issue = |column: Option<&str>, message: &str| Issue {
            column: column.map(str::to_owned),
            message: message.to_owned(),
            remedy: "Do it.".to_owned(),
        };
        let resolved = Err(vec![issue(Some("upn"), "No such user"), issue(None, "Too long.")]);
        let request = ActionRequest { line: 4, serial: "1".into(), owner: String::new(), resolved };
        assert_eq!(problems(&request), ["Line 4, upn: No such user. Do it.", "Line 4: Too long. Do it."]);
    }
}
