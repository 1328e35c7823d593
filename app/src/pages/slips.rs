//! Printed slips that the help desk hands out with tokens: three steps, a URL and its QR code.

mod loader;
mod qr;
mod slip;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::A, hooks::use_query_map};
use token_core::token::TokenId;

use self::{
    loader::{SlipLoadState, SlipLoader},
    slip::Slip,
};
use crate::{
    api::boot_info::{BootInfo, DeploymentMode},
    base::href,
    components::error_note::ErrorNote,
    format::{self, grouped},
    language::Language,
    paths::{self, SLIP_TOKENS_PARAM},
    state::slip_selection::{MAX_SLIPS, SlipSelection, SlipTokens},
};

/// Parses a list of token ids; returns them without repetitions, and the number of invalid ones.
fn parse_ids(text: &str) -> (Vec<TokenId>, usize) {
    let mut ids = Vec::new();
    let mut wrong = 0;
    for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        match TokenId::parse(word) {
            Some(id) if !ids.contains(&id) => ids.push(id),
            Some(_) => {}
            None => wrong += 1,
        }
    }
    (ids, wrong)
}

/// The slips page.
#[component]
pub fn SlipsPage() -> impl IntoView {
    let text = use_query_map().with_untracked(|query| query.get(SLIP_TOKENS_PARAM));
    let (tokens, wrong) = match text {
        Some(text) => {
            let (ids, wrong) = parse_ids(&text);
            (SlipTokens::Ids(ids), wrong)
        }
        None => (expect_context::<SlipSelection>().tokens(), 0),
    };
    let count = tokens.len();
    let language = RwSignal::new(Language::En);
    let has_slips = (1..=MAX_SLIPS).contains(&count);
    let content = match count {
        0 => view! { <NoTokens /> }.into_any(),
        1..=MAX_SLIPS => view! { <SlipList slips=SlipLoader::new(tokens) language /> }.into_any(),
        count => view! {
            <p class="note note--warning" role="status">
                {format!(
                    "The address names {}. At most {MAX_SLIPS} slips are made at once: choose fewer in the inventory.",
                    format::tokens(count),
                )}
            </p>
        }
        .into_any(),
    };
    view! {
        <Title text="Slips" />
        <div class="page page--slips">
            <div class="page__head slips__tools">
                <h1>"Slips"</h1>
                {has_slips.then(|| view! { <SlipToolbar language /> })}
            </div>
            {has_slips.then(|| view! { <AddressNote /> })}
            {(wrong > 0)
                .then(|| {
                    view! {
                        <p class="note note--warning slips__tools" role="status">
                            {format!("{} of the ids in the address are no ids of tokens.", grouped(wrong))}
                        </p>
                    }
                })}
            {content}
        </div>
    }
}

/// The language of the slips, and the button that prints them.
#[component]
fn SlipToolbar(language: RwSignal<Language>) -> impl IntoView {
    let options = Language::ALL.map(|language| {
        view! {
            <option value=language.tag() lang=language.tag()>
                {language.native_name()}
            </option>
        }
    });
    let choose = move |event: web_sys::Event| {
        language.set(Language::from_tag(&event_target_value(&event)).unwrap_or_default());
    };
    // A browser without a printer says so itself.
    let print = move |_| _ = window().print();
    view! {
        <label class="slips__language">
            <span class="field__name">"Language of the slips"</span>
            " "
            <select class="input" autocomplete="off" on:change=choose>
                {options.into_iter().collect_view()}
            </select>
        </label>
        <button class="button button--primary" on:click=print>
            "Print"
        </button>
    }
}

/// Says that the address on the slips can be opened on this machine only.
#[component]
fn AddressNote() -> impl IntoView {
    let BootInfo { origin, mode, .. } = expect_context();
    is_this_machine(&origin).then(|| {
        let remedy = match mode {
            DeploymentMode::Practice => "That is enough to try them in the practice tenant.",
            _ => "Set PUBLIC_URL to the address under which users reach this server, and print them then.",
        };
        view! {
            <div class="note note--warning slips__tools" role="status">
                <p>
                    "The address on these slips begins with "
                    <strong>{origin}</strong>
                    ": it can be opened on this machine only, not on a phone and not by others. "
                    {remedy}
                </p>
            </div>
        }
    })
}

/// Whether an origin, such as `http://localhost:8080`, leads to the machine on which it is opened.
fn is_this_machine(origin: &str) -> bool {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => host.split([':', '/']).next(),
    };
    let host = host.unwrap_or_default();
    host == "localhost"
        || host.ends_with(".localhost")
        || host.starts_with("127.")
        || matches!(host, "::1" | "0.0.0.0")
}

/// No tokens were selected, or the selection was lost by a reload of the page.
#[component]
fn NoTokens() -> impl IntoView {
    view! {
        <p>
            "No tokens are chosen. Choose them in the inventory, then press “Print slips”; if you have just loaded this page again, choose them once more."
        </p>
        <p>
            <A href=href(paths::INVENTORY)>"Go to the inventory"</A>
        </p>
    }
}

/// The slips of the tokens that were found, and the reasons for the others.
#[component]
fn SlipList(slips: SlipLoader, language: RwSignal<Language>) -> impl IntoView {
    let state = move || match slips.load_state.get() {
        SlipLoadState::Running => {
            view! { <p class="slips__tools" role="status">"Reading the tokens …"</p> }.into_any()
        }
        SlipLoadState::Failed(error) => {
            let retry = Callback::new(move |()| slips.read());
            view! { <ErrorNote what="The tokens could not be read" error retry /> }.into_any()
        }
        SlipLoadState::Done => {
            let count = slips.tokens.with(Vec::len);
            let text = format!(
                "{} to print.",
                if count == 1 { "1 slip".to_owned() } else { format!("{count} slips") }
            );
            view! {
                <p class="hint slips__tools" role="status">
                    {text}
                </p>
            }
            .into_any()
        }
    };
    let missing = move || {
        let missing = slips.missing.get();
        (!missing.is_empty()).then(|| {
            let items = missing.into_iter().map(|(name, why)| view! { <li>{format!("{name}: {why}")}</li> });
            view! {
                <div class="note note--warning note--told slips__tools" role="status">
                    <p>"For these tokens there is no slip:"</p>
                    <ul>{items.collect_view()}</ul>
                </div>
            }
        })
    };
    view! {
        {state}
        {missing}
        <div class="slips">
            {move || {
                let language = language.get();
                let slip = |token| view! { <Slip token language /> };
                slips.tokens.get().into_iter().map(slip).collect_view()
            }}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u32) -> TokenId {
        TokenId::parse(&format!("00000000-0000-0000-0000-{number:012}")).unwrap()
    }

    #[test]
    fn the_ids_in_a_url_are_parsed_back() {
        let ids: Vec<TokenId> = (0..3).map(id).collect();
        let address = paths::slips(&ids);
        let (_, text) = address.split_once('=').unwrap();
        assert_eq!(parse_ids(text), (ids, 0));
    }

    #[test]
    fn an_address_of_this_machine_is_known() {
        for origin in
            ["http://localhost:8080", "https://app.localhost", "http://127.0.0.1:8080", "http://[::1]:8080"]
        {
            assert!(is_this_machine(origin), "{origin}");
        }
        for origin in
            ["https://tokens.contoso.com", "http://10.0.0.7:8080", "https://localhost.contoso.com", ""]
        {
            assert!(!is_this_machine(origin), "{origin}");
        }
    }

    #[test]
    fn invalid_ids_are_counted_and_repeated_ones_are_dropped() {
        let text = format!("{0}, ../me ,{0},", id(1).as_str());
        assert_eq!(parse_ids(&text), (vec![id(1)], 1));
        assert_eq!(parse_ids(""), (vec![], 0));
    }
}
