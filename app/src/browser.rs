//! Browser APIs for the pages: clock, timers, downloads, focus. Compiled for the server too, but called only in the
//! browser.

use std::time::Duration;

use async_trait::async_trait;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use token_core::ports::Sleeper;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Blob, BlobPropertyBag, Element, HtmlAnchorElement, HtmlElement, Storage, Url};

/// How long a computation may block the event loop, in milliseconds. A frame of 60 Hz lasts 16.
const SLICE_MS: f64 = 12.0;
/// The selector of the page's content.
pub const CONTENT: &str = "#main";

/// Random bits for an id that is unlikely to repeat. Not for secrets.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "32 bits of a number below one")]
pub fn random_u128() -> u128 {
    (0..4).fold(0, |bits, _| bits << 32 | (js_sys::Math::random() * 4_294_967_296.0) as u128)
}

/// Sleeps by the browser's timers.
#[derive(Debug, Clone, Copy)]
pub struct Timer;

#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
impl Sleeper for Timer {
    async fn sleep(&self, duration: Duration) {
        sleep(u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)).await;
    }
}

/// Waits this many milliseconds; at most 24 days, which is as far as a browser's timers count.
pub async fn sleep(ms: u32) {
    SendWrapper::new(TimeoutFuture::new(ms.min(i32::MAX.cast_unsigned()))).await;
}

/// Milliseconds since 1970 by the clock of this machine; 0 outside of a browser.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a time is positive and below 2^53"
)]
pub fn now_ms() -> u64 {
    if cfg!(target_arch = "wasm32") { js_sys::Date::now().max(0.0) as u64 } else { 0 }
}

/// Milliseconds since the page was opened; zero outside of a browser.
pub fn performance_now() -> f64 {
    if !cfg!(target_arch = "wasm32") {
        return 0.0;
    }
    window().performance().map_or(0.0, |performance| performance.now())
}

/// What this browser stores for the app, if it does; `None` outside of a browser.
pub fn local_storage() -> Option<Storage> {
    if cfg!(target_arch = "wasm32") { window().local_storage().ok().flatten() } else { None }
}

/// What this browser has stored under a name for the app.
pub fn stored(key: &str) -> Option<String> {
    local_storage()?.get_item(key).ok()?
}

/// Stores a text under a name. A browser that stores nothing forgets it with the page.
pub fn store(key: &str, text: &str) {
    if let Some(storage) = local_storage() {
        _ = storage.set_item(key, text);
    }
}

/// Whether a media query holds, now and later; false outside of a browser.
pub fn use_media(query: &str) -> RwSignal<bool> {
    let holds = RwSignal::new(false);
    if cfg!(target_arch = "wasm32")
        && let Ok(Some(media)) = window().match_media(query)
    {
        holds.set(media.matches());
        let watched = media.clone();
        let changed = Closure::<dyn Fn()>::new(move || holds.set(watched.matches()));
        // Without the listener the answer stays that of now.
        _ = media.add_event_listener_with_callback("change", changed.as_ref().unchecked_ref());
        let kept = SendWrapper::new((media, changed));
        on_cleanup(move || {
            let (media, changed) = &*kept;
            _ = media.remove_event_listener_with_callback("change", changed.as_ref().unchecked_ref());
        });
    }
    holds
}

/// Loads another URL, which leaves the app or loads it anew.
pub fn navigate_to(address: &str) {
    // A URL that the browser refuses changes nothing.
    _ = window().location().set_href(address);
}

/// Path and query of the address bar.
pub fn current_path() -> String {
    let location = window().location();
    // A page that is shown has both.
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

/// Sets a mark in the browser's performance timeline.
pub fn mark(name: &str) {
    if let Some(performance) = window().performance() {
        // A missing mark affects measurements alone.
        _ = performance.mark(name);
    }
}

/// Yields to the event loop during long computations, so that the page stays responsive.
#[derive(Debug)]
pub struct Yielder {
    began: f64,
}

impl Yielder {
    /// Starts the first slice of time.
    pub fn begin() -> Self {
        Self { began: performance_now() }
    }

    /// Yields to the event loop when the slice is used up. `before_yield` can update progress first.
    pub async fn yield_if_due(&mut self, before_yield: impl FnOnce()) {
        if performance_now() - self.began > SLICE_MS {
            before_yield();
            sleep(0).await;
            self.began = performance_now();
        }
    }
}

/// Moves the focus to the page's content, where keyboard and screen reader continue.
pub fn focus_content() {
    focus(CONTENT);
}

/// Marks what has the focus only because what had it was removed.
pub const KEPT_FOCUS: &str = "data-kept-focus";

/// Moves the focus to the first element that a selector finds when the focused element was removed, or when the focus is on the
/// content as a whole or on what is marked [`KEPT_FOCUS`], where it was moved before. The browser notices the removal when it renders, so this waits for a frame.
pub fn restore_focus(selector: &'static str) {
    request_animation_frame(move || {
        request_animation_frame(move || {
            let is_nowhere = |element: Element| {
                element.tag_name() == "BODY"
                    || element.has_attribute(KEPT_FOCUS)
                    || element.matches(CONTENT) == Ok(true)
            };
            if document().active_element().is_none_or(is_nowhere) {
                focus(selector);
            }
        });
    });
}

/// Downloads a text as a file, without the server.
pub fn download(name: &str, mime: &str, text: &str) {
    // A failure is the browser's to report.
    _ = try_download(name, mime, text);
}

fn try_download(name: &str, mime: &str, text: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    let blob = Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&text.into()), &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // Some browsers fetch the blob only after the click has been handled.
    set_timeout(move || _ = Url::revoke_object_url(&url), Duration::from_secs(10));
    Ok(())
}

/// Local date and time of an ISO 8601 instant, to the minute; the text itself when it is not one. Empty outside of a browser,
/// whose time zone nobody else knows.
pub fn local_time(iso: &str) -> String {
    if !cfg!(target_arch = "wasm32") {
        return String::new();
    }
    let date = js_sys::Date::new(&iso.into());
    if date.get_time().is_nan() {
        return iso.to_owned();
    }
    let two_digits = |n: u32| format!("{n:02}");
    let (month, day) = (two_digits(date.get_month() + 1), two_digits(date.get_date()));
    format!(
        "{}-{month}-{day} {}:{}",
        date.get_full_year(),
        two_digits(date.get_hours()),
        two_digits(date.get_minutes())
    )
}

/// Today's local date, as in `2026-01-31`.
pub fn today() -> String {
    local_time(&String::from(js_sys::Date::new_0().to_iso_string())).chars().take(10).collect()
}

/// Moves the focus to the first element that the selector finds, if any.
pub fn focus(selector: &str) {
    let element = document().query_selector(selector).ok().flatten();
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // Focusing fails only where nothing can have the focus.
        _ = element.focus();
    }
}
