//! Reads a seed file that is dropped into a dialog, and asks for what it needs.

use leptos::{prelude::*, task::spawn_local};
use token_core::seed_file::ParsedRow;

use super::ReadErrorNote;
use crate::{
    components::{
        file_drop::{FileDrop, FileRead, SEED_FILES},
        seed_question::SeedQuestion,
    },
    seed_file::{ChosenFile, Question, Unopened},
};

/// The drop zone, the question that the file leads to, and why it could not be read.
#[component]
pub fn SeedDrop(
    /// Called when a file is begun to be read.
    #[prop(optional)]
    begun: Option<Callback<()>>,
    /// Receives the rows. They hold seeds.
    taken: Callback<Vec<ParsedRow>>,
) -> impl IntoView {
    let problem = RwSignal::new(None);
    let reading = RwSignal::new(false);
    let chosen = StoredValue::new(None::<ChosenFile>);
    let question = RwSignal::new(None::<Question>);
    let read = move |file: ChosenFile| {
        problem.set(None);
        question.set(None);
        reading.set(true);
        if let Some(begun) = begun {
            begun.run(());
        }
        spawn_local(async move {
            let rows = file.read_entries().await;
            // The dialog may have been closed meanwhile.
            if reading.try_set(false).is_some() {
                return;
            }
            match rows {
                Err(Unopened::Unreadable(why)) => problem.set(Some(why)),
                Err(Unopened::Asked(asked)) => {
                    chosen.set_value(Some(file));
                    question.set(Some(asked));
                }
                Ok(rows) => {
                    chosen.set_value(None);
                    taken.run(rows);
                }
            }
        });
    };
    let take = Callback::new(move |file: FileRead| match file {
        Ok((name, bytes)) => read(ChosenFile::new(name, bytes)),
        Err(why) => {
            question.set(None);
            problem.set(Some(why));
        }
    });
    let answer = Callback::new(move |answer| {
        if let Some(file) = chosen.get_value() {
            read(file.answered(answer));
        }
    });
    view! {
        <ReadErrorNote problem />
        {move || reading.get().then(|| view! { <p role="status">"Reading the file …"</p> })}
        {move || question.get().map(|question| view! { <SeedQuestion question answer /> })}
        <FileDrop
            title="Drop the seed file here"
            hint="CSV, JSON, PSKC, a workbook or a zip, as the vendor sent it. It is read in this browser."
            accept=SEED_FILES
            paste="Rows of a CSV, with the header, or JSON"
            take
        />
    }
}
