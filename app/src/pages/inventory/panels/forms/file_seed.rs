//! Takes the secret key of one token from a seed file. The other rows are dropped at once.

use leptos::{ev, html, prelude::*, task::spawn_local};
use send_wrapper::SendWrapper;
use token_core::{
    manage::seeds::activations,
    plan::CodeSource,
    ports::NewToken,
    seed_file::{FileIssue, MAX_FILE_BYTES, ParsedRow, SeedFile},
    token::Token,
};
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::super::actions::issue_text;
use crate::browser::Yielder;

/// Rows that are read between two checks whether to yield to the browser.
const ROWS_PER_YIELD: usize = 50;

/// Chooses a seed file and takes this token's row from it.
#[component]
pub fn FileSeed(
    token: Token,
    /// Receives the secret key and a text that names its source, or why there is none.
    from_file: Callback<Result<(NewToken, String), String>>,
) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let is_reading = RwSignal::new(false);
    let choose = move |_: ev::Event| {
        let Some(input) = field.get_untracked() else { return };
        let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
        // So that the same file can be chosen again after a correction.
        let buffer = SendWrapper::new((JsFuture::from(file.array_buffer()), file));
        input.set_value("");
        let token = token.clone();
        is_reading.set(true);
        spawn_local(async move {
            let (buffer, file) = buffer.take();
            let read = read(&token, &file, buffer).await;
            is_reading.set(false);
            _ = from_file.try_run(read);
        });
    };
    view! {
        <label class="button">
            {move || if is_reading.get() { "Reading the file …" } else { "Take it from a seed file" }}
            <input
                class="visually-hidden"
                node_ref=field
                type="file"
                accept=".csv,.txt,.json,text/csv,application/json"
                on:change=choose
            />
        </label>
    }
}

async fn read(token: &Token, file: &File, buffer: JsFuture) -> Result<(NewToken, String), String> {
    let name = file.name();
    // Rejected before it is loaded into memory.
    #[expect(clippy::cast_precision_loss, reason = "50 MB")]
    if file.size() > MAX_FILE_BYTES as f64 {
        return Err(FileIssue::too_large().to_string());
    }
    let unreadable = |_| {
        format!("{name} could not be read by the browser. Check that it still exists, then choose it again.")
    };
    let buffer = SendWrapper::new(buffer).await.map_err(unreadable)?;
    let bytes = js_sys::Uint8Array::new(&buffer).to_vec();
    let mut source = SeedFile::open(bytes).map_err(|problem| problem.to_string())?;
    let mut yielder = Yielder::begin();
    let mut rows = Vec::new();
    loop {
        let read = source.read(ROWS_PER_YIELD);
        if read.is_empty() {
            break;
        }
        rows.extend(read.into_iter().filter(|entry| is_of(entry, token)));
        yielder.yield_if_due(|| ()).await;
    }
    find_secret(token, &rows)
        .map(|secret| (secret, format!("The secret key of this token was found in {name}.")))
}

fn is_of(entry: &ParsedRow, token: &Token) -> bool {
    entry.serial.trim().to_lowercase() == token.serial.key()
}

/// The token's secret key in these rows, if it is unique.
fn find_secret(token: &Token, rows: &[ParsedRow]) -> Result<NewToken, String> {
    let (requests, code_sources) = activations(&[token], rows, None);
    if let Some(CodeSource::Seed(secret)) = code_sources.into_iter().next() {
        return Ok(*secret);
    }
    let issues = requests.into_iter().next().and_then(|request| request.resolved.err()).unwrap_or_default();
    Err(issues.iter().map(issue_text).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
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
        assert_eq!(find_secret(&token, &rows(&token)).unwrap().seed.len(), 10);
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
