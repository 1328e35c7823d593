//! The first rows of the table, which the server renders; shown until the app shows its own.

use leptos::prelude::*;

/// How many rows are rendered: as many as fit on a large screen.
#[cfg(feature = "ssr")]
const COUNT: usize = 24;

/// The rows follow the head of the page, which is sent before. Nothing in them can be used: the table that takes their place
/// would lose it.
#[cfg(feature = "ssr")]
#[component]
pub fn FirstRows() -> impl IntoView {
    use super::{row::TokenRows, state::ViewState, table::TokenTable};
    use crate::first_page;

    let (state, rows) = (expect_context::<ViewState>(), expect_context::<TokenRows>());
    let (directory, until) = (first_page::directory(), first_page::deadline());
    let read = async move {
        let directory = directory?;
        let mut first = first_page::read(&directory, until).await?;
        if let Ok(page) = &first.page {
            rows.store.update(|list| list.merge_page(page.items.clone()));
        }
        // Words and views are left to the browser: they also concern times, which it alone can tell.
        let is_known = state.query.with(|query| query.text.is_empty() && query.saved_view.is_none());
        let has_rows = is_known && rows.shown.with(|shown| !shown.is_empty());
        if has_rows {
            first.users = first_page::read_users(&directory, rows.users(COUNT), until).await;
            rows.store.update(|list| list.set_users(first.users.clone()));
        }
        Some(view! {
            {has_rows.then(|| view! { <TokenTable state rows=rows.first(COUNT) /> })}
            {first_page::element(&first)}
        })
    };
    view! {
        <div class="first-rows" inert=true>
            {Suspend::new(read)}
        </div>
    }
}

/// The same element in the browser, which leaves the content that the server has rendered as it is.
#[cfg(not(feature = "ssr"))]
#[component]
pub fn FirstRows() -> impl IntoView {
    view! { <div class="first-rows" inert=true></div> }
}
