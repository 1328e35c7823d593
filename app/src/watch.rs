//! Live reload for `cargo xtask watch`: polls the build numbers in the site, reloads the page when the app's has
//! changed, and the style sheet alone when only that has.

use std::time::Duration;

use gloo_timers::future::sleep;
use leptos::prelude::{document, window};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlLinkElement, Response};

use crate::base::href;

/// Where `cargo xtask watch` writes the build numbers of the app and of the style sheet.
const BUILDS: &str = "/pkg/builds.txt";
const STYLE: &str = "/pkg/token-inventory.css";
const PAUSE: Duration = Duration::from_millis(250);

/// Polls the build numbers from now on.
pub fn follow() {
    spawn_local(async {
        let mut shown = builds().await;
        loop {
            sleep(PAUSE).await;
            // The server does not answer while it is rebuilt.
            let Some((app, style)) = builds().await else { continue };
            match &shown {
                Some((shown_app, _)) if *shown_app != app => _ = window().location().reload(),
                Some((_, shown_style)) if *shown_style != style => replace_style(&style),
                _ => {}
            }
            shown = Some((app, style));
        }
    });
}

async fn builds() -> Option<(String, String)> {
    let answer = JsFuture::from(window().fetch_with_str(&href(BUILDS))).await.ok()?;
    let answer: Response = answer.dyn_into().ok()?;
    if !answer.ok() {
        return None;
    }
    let text = JsFuture::from(answer.text().ok()?).await.ok()?.as_string()?;
    let (app, style) = text.trim_end().split_once(' ')?;
    Some((app.to_owned(), style.to_owned()))
}

fn replace_style(number: &str) {
    let sheet = document().query_selector("link[rel=stylesheet]").ok().flatten();
    if let Some(sheet) = sheet.and_then(|sheet| sheet.dyn_into::<HtmlLinkElement>().ok()) {
        sheet.set_href(&format!("{}?build={number}", href(STYLE)));
    }
}
