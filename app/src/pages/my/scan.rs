//! Scanning the barcode on the back of a token instead of typing. The script of the page turns the camera on, where the
//! browser can read barcodes; nothing here moves when it does not.

use leptos::prelude::*;

use crate::i18n::PageTexts;

/// The button, in a place that is kept free for it. The script shows it.
#[component]
pub fn ScanButton(texts: &'static PageTexts) -> impl IntoView {
    view! {
        <button type="button" id="scan" class="button scan-button">
            {texts.camera.scan}
        </button>
    }
}

/// The picture while scanning, and the result.
#[component]
pub fn ScanPicture(texts: &'static PageTexts) -> impl IntoView {
    let camera = &texts.camera;
    view! {
        <div
            id="scanner"
            class="scan"
            data-found=camera.found
            data-denied=camera.denied
            data-none=camera.none
            data-broken=camera.broken
        >
            <div id="scanning" class="scan__on" hidden>
                <p>{camera.lead}</p>
                <video class="scan__picture" aria-label=camera.picture autoplay playsinline muted></video>
                <button type="button" id="stop" class="button button--large">
                    {camera.stop}
                </button>
            </div>
            <div id="scanned" role="status"></div>
        </div>
    }
}
