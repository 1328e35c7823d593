//! Select tokens by a list of serial numbers.

use leptos::prelude::*;
use token_core::manage::selection::{ListedSerial, SerialList, read_list};

use super::{DialogCloseButton, ReadErrorNote, TOOLBAR, line_list};
use crate::{
    components::{
        dialog::Dialog,
        file_drop::{FileDrop, FileRead},
    },
    format::tokens,
    pages::inventory::selection::SelectionState,
    state::inventory::{InventoryStore, Loading},
};

/// Adds the tokens of a list to the selection, and reports the serial numbers that were not found.
#[component]
pub fn SelectListDialog(selected: SelectionState, open: RwSignal<bool>) -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    let problem = RwSignal::new(None);
    let list = RwSignal::new(None::<SerialList>);
    let take = Callback::new(move |taken: FileRead| {
        let read = taken.and_then(|(_, bytes)| store.with(|all| read_list(bytes, all.tokens())));
        match read {
            Ok(read) => {
                selected.add(read.found.clone());
                problem.set(None);
                list.set(Some(read));
            }
            Err(why) => {
                list.set(None);
                problem.set(Some(why));
            }
        }
    });
    let partly = move || {
        let is_partly = store.loading() != Loading::Complete;
        is_partly.then(|| {
            view! {
                <p class="note note--warning">
                    "The inventory is not complete yet: tokens that are not read yet count as unknown."
                </p>
            }
        })
    };
    view! {
        <Dialog open fallback=TOOLBAR title="Select by a list">
            <div class="form">
                {partly}
                <ReadErrorNote problem />
                {move || list.get().map(|list| result(&list))}
                <FileDrop
                    title="Drop a list of serial numbers here"
                    hint="One a line, or a CSV with a column \"serial number\", such as an export."
                    paste="Serial numbers, one a line or divided by commas"
                    take
                />
            </div>
            <DialogCloseButton open label="Done" />
        </Dialog>
    }
}

fn result(list: &SerialList) -> impl IntoView + use<> {
    let part = |heading: &str, rows: &[ListedSerial]| {
        let lines: Vec<String> =
            rows.iter().map(|row| format!("Line {}: {}", row.line, row.serial)).collect();
        (!lines.is_empty()).then(|| line_list(format!("{heading} ({})", lines.len()), &lines))
    };
    let class = if list.unknown.is_empty() { "note note--info" } else { "note note--warning" };
    view! {
        <p class=class role="status">
            {summary(list)}
        </p>
        {list.notice.clone().map(|notice| view! { <p class="hint">{notice}</p> })}
        {part("Not in the inventory", &list.unknown)}
        {part("More than once in the list", &list.repeated)}
        {part("Shared by several tokens, all of which are selected: look which is meant", &list.shared)}
    }
}

fn summary(list: &SerialList) -> String {
    let found = match list.found.len() {
        0 => "The list names no token of the inventory".to_owned(),
        count => format!("{} of the list selected", tokens(count)),
    };
    match list.unknown.len() {
        0 => format!("{found}."),
        1 => format!("{found}; 1 serial number is unknown."),
        count => format!("{found}; {} serial numbers are unknown.", crate::format::grouped(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_found_and_unknown_serials() {
        let unknown = |line| ListedSerial { line, serial: "x".into() };
        let mut list = SerialList { unknown: vec![unknown(1)], ..SerialList::default() };
        assert_eq!(summary(&list), "The list names no token of the inventory; 1 serial number is unknown.");
        let id = "00000000-0000-0000-0000-000000000001";
        list.found = token_core::token::TokenId::parse(id).into_iter().collect();
        list.unknown.push(unknown(2));
        assert_eq!(summary(&list), "1 token of the list selected; 2 serial numbers are unknown.");
        list.unknown.clear();
        assert_eq!(summary(&list), "1 token of the list selected.");
    }
}
