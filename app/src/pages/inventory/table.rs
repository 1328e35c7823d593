//! The table of tokens.

use leptos::prelude::*;
use token_core::inventory::Column;

use super::{
    filters::column_label, row::TokenRows, selection::SelectAllBox, state::ViewState,
    table_choice::TableChoice,
};
use crate::components::virtual_table::VirtualTable;

/// The tokens that are shown, with one sortable column for each of their properties.
#[component]
pub fn TokenTable(state: ViewState, rows: TokenRows) -> impl IntoView {
    let choice = expect_context::<TableChoice>();
    view! {
        <VirtualTable
            label="Tokens"
            class="table--inventory"
            head=view! {
                <th scope="col">
                    <SelectAllBox selected=rows.selected />
                </th>
                {Column::ALL.map(|column| view! { <SortHeader column state /> }).collect_view()}
            }
            grid=rows.grid
            total=Signal::derive(move || rows.shown.with(Vec::len))
            row_size=Signal::derive(move || choice.is_compact())
            subject=Signal::derive(move || state.query.with(|query| query.to_query_string()))
            row=move |index| rows.row(index)
        />
    }
}

/// A column header: a button that sorts by the column, or reverses the order.
#[component]
fn SortHeader(column: Column, state: ViewState) -> impl IntoView {
    let sorted =
        move || state.query.with(|query| (query.sort.column == column).then_some(query.sort.descending));
    let aria = move || match sorted() {
        None => "none",
        Some(false) => "ascending",
        Some(true) => "descending",
    };
    let sort = move |_| state.query.update(|query| query.sort = query.sort.clicked(column));
    view! {
        <th scope="col" class=format!("column--{}", column.as_str()) aria-sort=aria>
            <button class="sort" tabindex="-1" on:click=sort>
                {column_label(column)}
                <span class="sort__arrow" aria-hidden="true">
                    {move || match sorted() {
                        None => "",
                        Some(false) => "▲",
                        Some(true) => "▼",
                    }}
                </span>
            </button>
        </th>
    }
}
