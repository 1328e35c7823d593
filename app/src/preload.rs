//! Requests the first page of the inventory before the app has loaded.
//!
//! A script in the document sends the request, so that Microsoft Graph answers while the browser loads the WebAssembly;
//! the app then takes the response. After any failure here the app requests the page itself.

use js_sys::Array;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use token_core::{error::ServiceError, ports::Page, token::Token};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// The property of `window` with the promise of the response.
const PROMISE: &str = "firstPage";

/// The script that sends the request for the first page: a POST of `body` to `url`.
#[cfg(feature = "ssr")]
pub fn script(url: &str, body: &str) -> impl IntoView + use<> {
    let script = format!(
        "window.{PROMISE} = fetch('{url}', {{ method: 'POST', body: '{body}', \
         headers: {{ 'Content-Type': 'application/json', Accept: 'application/json' }} }})\
         .then(async (answer) => [answer.ok, await answer.text()]).catch(() => null)"
    );
    view! { <script nonce=leptos::nonce::use_nonce() inner_html=script></script> }
}

/// Takes the response, once; `None` when there is none or it cannot be read.
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
