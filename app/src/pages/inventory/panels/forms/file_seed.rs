//! Takes the secret key of one token from a seed file. The other rows are dropped at once.

use leptos::{ev, prelude::*, task::spawn_local};
use token_core::{
    drift::OwnClock, manage::seeds::activations, plan::CodeSource, ports::NewToken, seed_file::ParsedRow,
    token::Token,
};

use super::super::actions::issue_text;
use crate::{
    components::{
        file_drop::{SEED_FILES, read_file},
        seed_question::SeedQuestion,
    },
    seed_file::{ChosenFile, Question, Unopened},
};

/// Chooses a seed file and takes this token's row from it.
#[component]
pub fn FileSeed(
    token: Token,
    /// Receives the secret key and a text that names its source, or why there is none.
    from_file: Callback<Result<(NewToken, OwnClock, String), String>>,
) -> impl IntoView {
    let is_reading = RwSignal::new(false);
    let chosen = StoredValue::new(None::<ChosenFile>);
    let question = RwSignal::new(None::<Question>);
    let open = move |file: ChosenFile| {
        let token = token.clone();
        question.set(None);
        is_reading.set(true);
        spawn_local(async move {
            let read = file.read_entries().await;
            if is_reading.try_set(false).is_some() {
                // The panel was closed meanwhile.
                return;
            }
            let found = match read {
                Err(Unopened::Asked(asked)) => {
                    chosen.set_value(Some(file));
                    return question.set(Some(asked));
                }
                Err(Unopened::Unreadable(problem)) => Err(problem.to_string()),
                Ok(mut rows) => {
                    rows.retain(|entry| is_of(entry, &token));
                    let text = format!("The secret key of this token was found in {}.", file.name);
                    find_secret(&token, &rows).map(|(secret, clock)| (secret, clock, text))
                }
            };
            chosen.set_value(None);
            _ = from_file.try_run(found);
        });
    };
    let open_again = open.clone();
    let answer = Callback::new(move |answer| {
        if let Some(file) = chosen.get_value() {
            open_again(file.answered(answer));
        }
    });
    let choose = move |event: ev::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        let open = open.clone();
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            read_file(file, move |taken| match taken {
                Ok((name, bytes)) => open(ChosenFile::new(name, bytes)),
                Err(problem) => {
                    _ = from_file.try_run(Err(problem.to_string()));
                }
            });
        }
        // So that the same file can be chosen again after a correction.
        input.set_value("");
    };
    view! {
        <label class="button">
            {move || if is_reading.get() { "Reading the file …" } else { "Take it from a seed file" }}
            <input class="visually-hidden" type="file" accept=SEED_FILES on:change=choose />
        </label>
        {move || question.get().map(|question| view! { <SeedQuestion question answer /> })}
    }
}

fn is_of(entry: &ParsedRow, token: &Token) -> bool {
    entry.serial.trim().to_lowercase() == token.serial.key()
}

/// The token's secret key in these rows, if it is unique, and what the file knows of its clock.
fn find_secret(token: &Token, rows: &[ParsedRow]) -> Result<(NewToken, OwnClock), String> {
    let (requests, code_sources) = activations(&[token], rows, None);
    if let Some(CodeSource::Seed(secret, clock)) = code_sources.into_iter().next() {
        return Ok((*secret, clock));
    }
    let issues = requests.into_iter().next().and_then(|request| request.resolved.err()).unwrap_or_default();
    Err(issues.iter().map(issue_text).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use token_core::seed_file::SeedFile;
    use token_core::token::{HashFunction, SerialNumber, TokenId, TokenStatus};

    use super::*;

    fn token(serial: &str) -> Token {
        Token {
            id: TokenId::parse("00000000-0000-0000-0000-000000000001").unwrap(),
            serial: SerialNumber::parse(serial).unwrap(),
            manufacturer: "Contoso".to_owned(),
            model: "T1".to_owned(),
            hash: Some(HashFunction::Sha1),
            interval_seconds: 30,
            status: TokenStatus::Assigned,
            assigned_to: None,
            last_used: None,
            name: None,
        }
    }

    fn rows(token: &Token) -> Vec<ParsedRow> {
        let file = "serial number,secret key,time interval,manufacturer,model\n\
                    A1,JBSWY3DPEHPK3PXP,30,Contoso,T1\nB2,not a key!,30,Contoso,T1\n";
        let entries = SeedFile::open(file.as_bytes().to_vec()).unwrap().read(10);
        entries.into_iter().filter(|entry| is_of(entry, token)).collect()
    }

    #[test]
    fn takes_the_row_of_this_token_and_no_other() {
        let token = token("a1");
        assert_eq!(rows(&token).len(), 1);
        assert_eq!(find_secret(&token, &rows(&token)).unwrap().0.seed.len(), 10);
    }

    #[test]
    fn says_why_a_file_has_no_secret_key_for_the_token() {
        let missing = token("C3");
        assert!(find_secret(&missing, &rows(&missing)).unwrap_err().contains("no row for token C3"));
        let bad = token("B2");
        let why = find_secret(&bad, &rows(&bad)).unwrap_err();
        assert!(why.contains("secret key") && !why.contains("not a key!"), "{why}");
    }
}
