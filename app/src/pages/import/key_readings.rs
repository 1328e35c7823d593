//! Keys that fit Base32 and hex: the codes of the first token in both readings, to compare with its display.

use std::{sync::Arc, time::Duration};

use leptos::{prelude::*, task::spawn_local};
use token_core::{
    otp::totp,
    ports::Clock as _,
    seed::KeyNotation,
    seed_file::{FileChoices, SeedRow, TwoReadings},
};

use super::{changes, file_option::FileOption};
use crate::{api::clock::ServerClock, format::grouped, state::import::ImportState};

/// The choices, and what they are called.
const CHOICES: [(Option<KeyNotation>, &str); 3] = [
    (None, "By the length of the key"),
    (Some(KeyNotation::Base32), "Base32"),
    (Some(KeyNotation::Hex), "Hex"),
];

/// The question how keys are written that fit both; nothing when there are none.
#[component]
pub fn KeyReadings(state: ImportState) -> impl IntoView {
    // The question stays as it is while rows are changed.
    let subject = Memo::new(move |_| {
        let readings = state.file.with(|file| file.as_ref()?.table.two_readings())?;
        Some((readings.rows, readings.base32.token.serial))
    });
    move || {
        subject.get()?;
        let readings = state.file.with_untracked(|file| file.as_ref()?.table.two_readings())?;
        Some(view! { <Question state readings /> })
    }
}

#[component]
fn Question(state: ImportState, readings: TwoReadings) -> impl IntoView {
    let clock = RwSignal::new(None::<ServerClock>);
    let now_ms = RwSignal::new(None::<u64>);
    let tick = move || now_ms.set(clock.get_untracked().map(|clock| clock.now_ms()));
    spawn_local(async move {
        // Without the server's time there are no codes: they would be wrong.
        let synced = ServerClock::sync().await.ok();
        if clock.try_set(synced).is_none() {
            tick();
        }
    });
    if let Ok(ticking) = set_interval_with_handle(tick, Duration::from_secs(1)) {
        on_cleanup(move || ticking.clear());
    }
    let readings = Arc::new(readings);
    let (serial, rows) = (readings.base32.token.serial.to_string(), readings.rows);
    let code = move |row: &SeedRow| {
        let now_ms = now_ms.get()?;
        let token = &row.token;
        let code = totp(&token.seed, token.hash, token.interval, now_ms).expose().to_owned();
        Some(code.split_at_checked(3).map_or(code.clone(), |(one, other)| format!("{one} {other}")))
    };
    let codes = move || {
        let (base32, hex) = (code(&readings.base32)?, code(&readings.hex)?);
        Some(view! {
            <p>
                {format!("Token {serial} now shows ")} <strong>{base32}</strong> " if its key is Base32, and "
                <strong>{hex}</strong> " if it is hex. Compare with its display."
            </p>
        })
    };
    let keys = match rows {
        1 => "1 secret key fits Base32 and hex, and nothing in the file tells which it is.".to_owned(),
        rows => format!(
            "{} secret keys fit Base32 and hex, and nothing in the file tells which they are.",
            grouped(rows)
        ),
    };
    let chosen = changes::choices(state).notation;
    let options = CHOICES.into_iter().map(|(notation, label)| {
        let choose = move |()| changes::choose(state, FileChoices { notation, ..changes::choices(state) });
        view! { <FileOption name="key-notation" label is_chosen=notation == chosen choose=Callback::new(choose) /> }
    });
    view! {
        <div class="note note--warning">
            <p>{keys}</p>
            {codes}
            <fieldset class="file-choice">
                <legend>"Read them as"</legend>
                {options.collect_view()}
            </fieldset>
        </div>
    }
}
