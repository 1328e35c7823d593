//! One slip.

use leptos::prelude::*;
use token_core::token::Token;

use super::qr::QrImage;
use crate::{
    api::boot_info::BootInfo,
    base::href,
    i18n::{SlipTexts, slip_texts},
    language::Language,
    paths::my_tokens,
};

/// The slip of a token.
#[component]
pub fn Slip(
    token: Token,
    /// The language of the slip.
    language: Language,
) -> impl IntoView {
    let texts = slip_texts(language);
    let boot_info = expect_context::<BootInfo>();
    // The public URL, not the one in the address bar of the user who prints.
    let address = boot_info.origin + &href(&my_tokens(token.serial.as_str()));
    let title_id = format!("slip-{}", token.id.as_str());
    let holder = token.assigned_to.and_then(|holder| holder.name).filter(|name| !name.trim().is_empty());
    let kind = [token.manufacturer.trim(), token.model.trim()].join(" ");
    let [open, sign_in, digits] = texts.steps;
    let help_desk = boot_info.self_service.help_desk;
    view! {
        <article class="slip" lang=language.tag() aria-labelledby=title_id.clone()>
            <div class="slip__head">
                <h2 id=title_id.clone()>{texts.title}</h2>
                {holder.map(|name| view! { <p class="slip__holder">{for_whom(texts, name)}</p> })}
            </div>
            <p class="slip__number">
                <span class="slip__label">{texts.serial}</span>
                " "
                <strong class="slip__serial">
                    <bdi>{token.serial.to_string()}</bdi>
                </strong>
                " "
                <span class="slip__kind">
                    <bdi>{kind}</bdi>
                </span>
            </p>
            <div class="slip__body">
                <QrImage address=address.clone() />
                <ol>
                    <li>
                        {open}
                        <span class="slip__address">{address}</span>
                    </li>
                    <li>{sign_in}</li>
                    <li>{digits}</li>
                </ol>
            </div>
            {help_desk
                .map(|line| {
                    view! {
                        <p class="slip__help">
                            {texts.help_desk}
                            " "
                            <bdi>{line}</bdi>
                        </p>
                    }
                })}
        </article>
    }
}

/// "For …". The name is isolated, because it may be written from right to left.
fn for_whom(texts: &'static SlipTexts, name: String) -> impl IntoView {
    let (before, after) = texts.holder.split_once("{name}").unwrap_or((texts.holder, ""));
    view! {
        {before}
        <bdi>{name}</bdi>
        {after}
    }
}
