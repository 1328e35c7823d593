//! The first page of the inventory, asked for before the app has been loaded.
//!
//! A page of tokens takes as long as Microsoft Graph takes; loading WebAssembly takes time too. So the document asks at
//! once, and the app takes the answer over. Whatever goes wrong here, the app asks again in the ordinary way.

use js_sys::Array;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use token_core::{error::ServiceError, ports::Page, token::Token};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Where the document leaves the answer: a promise of the text.
const PLACE: &str = "firstPage";

/// The script that asks, on an administrator's inventory page alone.
#[cfg(feature = "ssr")]
pub fn ask() -> Option<impl IntoView> {
    use crate::{api::services::Services, base::at};
    let parts = use_context::<http::request::Parts>()?;
    let script = format!(
        "window.{PLACE} = fetch('{}', {{ method: 'POST', body: '{{\"after\":null}}', \
         headers: {{ 'Content-Type': 'application/json', Accept: 'application/json' }} }})\
         .then(async (answer) => [answer.ok, await answer.text()]).catch(() => null)",
        at("/api/tokens/list")
    );
    let is_asked_for = parts.uri.path() == "/" && expect_context::<Services>().about.is_administrator();
    is_asked_for.then(|| view! { <script nonce=leptos::nonce::use_nonce() inner_html=script></script> })
}

/// The answer, once; `None` when there is none or it cannot be used.
pub async fn first_page() -> Option<Result<Page<Token>, ServiceError>> {
    let name = JsValue::from_str(PLACE);
    let promise = js_sys::Reflect::get(&window(), &name).ok()?.dyn_into::<js_sys::Promise>().ok()?;
    js_sys::Reflect::delete_property(&window(), &name).ok()?;
    let answer: Array = SendWrapper::new(JsFuture::from(promise)).await.ok()?.dyn_into().ok()?;
    let text = answer.get(1).as_string()?;
    if answer.get(0).is_truthy() {
        serde_json::from_str(&text).ok().map(Ok)
    } else {
        serde_json::from_str(&text).ok().map(Err)
    }
}
