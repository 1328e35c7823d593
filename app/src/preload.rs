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
const PROMISE: &str = "firstPage";

/// The script that asks, on an administrator's inventory page alone.
#[cfg(feature = "ssr")]
pub fn script() -> Option<impl IntoView> {
    use crate::{api::services::Services, base::href};
    let parts = use_context::<http::request::Parts>()?;
    let script = format!(
        "window.{PROMISE} = fetch('{}', {{ method: 'POST', body: '{{\"after\":null}}', \
         headers: {{ 'Content-Type': 'application/json', Accept: 'application/json' }} }})\
         .then(async (answer) => [answer.ok, await answer.text()]).catch(() => null)",
        href("/api/tokens/list")
    );
    let is_inventory = parts.uri.path() == "/" && expect_context::<Services>().boot_info.is_administrator();
    is_inventory.then(|| view! { <script nonce=leptos::nonce::use_nonce() inner_html=script></script> })
}

/// The answer, once; `None` when there is none or it cannot be used.
pub async fn take_first_page() -> Option<Result<Page<Token>, ServiceError>> {
    let name = JsValue::from_str(PROMISE);
    let promise = js_sys::Reflect::get(&window(), &name).ok()?.dyn_into::<js_sys::Promise>().ok()?;
    js_sys::Reflect::delete_property(&window(), &name).ok()?;
    let response: Array = SendWrapper::new(JsFuture::from(promise)).await.ok()?.dyn_into().ok()?;
    let text = response.get(1).as_string()?;
    if response.get(0).is_truthy() {
        serde_json::from_str(&text).ok().map(Ok)
    } else {
        serde_json::from_str(&text).ok().map(Err)
    }
}
