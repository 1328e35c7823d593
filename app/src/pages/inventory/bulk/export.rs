//! Save what is chosen, or else what is shown, as a file.

use leptos::{prelude::*, task::spawn_local};
use token_core::{
    audit::ExportKind,
    fault::Fault,
    inventory::{Gaps, Inventory},
    manage::export,
    token::Token,
};

use super::CloseButton;
use crate::{
    api::audit::record_export,
    browser::{download, today},
    components::dialog::Dialog,
    pages::inventory::{Loading, selection::Selected, store::InventoryStore},
    words::{grouped, tokens},
};

/// CSV or JSON.
#[component]
pub fn ExportDialog(selected: Selected, open: RwSignal<bool>) -> impl IntoView {
    let store = expect_context::<InventoryStore>();
    let counts = untrack(|| selected.counts.get());
    let is_selection = counts.chosen > 0;
    let count = if is_selection { counts.chosen } else { counts.shown };
    let what = if is_selection {
        "The selected tokens, with their holders."
    } else {
        "The tokens that the search and the filters show, with their holders."
    };
    let missing = move || {
        store.track();
        missing(store.with(Inventory::gaps), store.loading() == Loading::Complete)
    };
    let problem = RwSignal::new(None::<Fault>);
    let save = move |is_csv: bool| {
        let chosen = if is_selection { selected.tokens() } else { selected.shown_tokens() };
        // The trail first: nobody gets a file that it does not tell of.
        spawn_local(async move {
            match recorded(chosen.len(), is_csv).await {
                Ok(()) => {
                    save(store, &chosen, is_csv);
                    open.set(false);
                }
                Err(fault) => problem.set(Some(fault)),
            }
        });
    };
    view! {
        <Dialog open title=format!("Export {}", tokens(count))>
            <div class="form">
                <p>{what}</p>
                {move || missing().map(|text| view! { <p class="note note--warning">{text}</p> })}
                {move || {
                    problem
                        .get()
                        .map(|fault| {
                            view! {
                                <p class="note note--danger" role="alert">
                                    {format!("No file was made. {fault}")}
                                </p>
                            }
                        })
                }}
                <div class="dialog__choices">
                    <button class="button button--primary" on:click=move |_| save(true)>
                        "CSV, for spreadsheets"
                    </button>
                    <button class="button" on:click=move |_| save(false)>
                        "JSON, for programs"
                    </button>
                </div>
                <p class="hint">"Serial numbers keep their zeros in Excel. No file holds a seed."</p>
            </div>
            <CloseButton open />
        </Dialog>
    }
}

async fn recorded(count: usize, is_csv: bool) -> Result<(), Fault> {
    let kind = if is_csv { ExportKind::Csv } else { ExportKind::Json };
    Ok(record_export(kind, u32::try_from(count).unwrap_or(u32::MAX)).await?)
}

fn save(store: InventoryStore, chosen: &[Token], is_csv: bool) {
    let text = store.with(|list| if is_csv { export::csv(list, chosen) } else { export::json(list, chosen) });
    let (ending, mime) =
        if is_csv { ("csv", "text/csv;charset=utf-8") } else { ("json", "application/json") };
    download(&format!("tokens-{}.{ending}", today()), mime, &text);
}

/// What the file will lack.
fn missing(gaps: Gaps, is_complete: bool) -> Option<String> {
    let list = (!is_complete)
        .then(|| "The inventory is not read to its end: the file holds what is here.".to_owned());
    let names = (gaps.pending > 0).then(|| {
        format!(
            "User principal names of {} are not known yet and will be missing.",
            if gaps.pending == 1 {
                "1 holder".to_owned()
            } else {
                format!("{} holders", grouped(gaps.pending))
            }
        )
    });
    let told: Vec<String> = list.into_iter().chain(names).collect();
    (!told.is_empty()).then(|| told.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_lacks_something_says_so() {
        assert_eq!(missing(Gaps { pending: 0, unreadable: 3 }, true), None);
        assert!(missing(Gaps { pending: 1, unreadable: 0 }, true).unwrap_or_default().contains("1 holder "));
        assert!(missing(Gaps::default(), false).unwrap_or_default().contains("not read to its end"));
    }
}
