//! Scanning the barcode on the back of a token instead of typing.

use leptos::{html, prelude::*, task::spawn_local};
use web_sys::HtmlVideoElement;

use super::{
    camera::{Camera, CameraError, can_scan, serial_in},
    store::MyTokensState,
};
use crate::{
    browser::{focus, sleep},
    i18n::{CameraTexts, interpolate},
};

/// Pause between two detections, in milliseconds: fast enough, without draining the battery.
const PAUSE_MS: u32 = 200;

/// The state of the scanner.
#[derive(Debug, Clone)]
enum ScanState {
    Off,
    Asking,
    On(Camera),
    Found(String),
    Failed(CameraError),
}

/// The scanner. The camera is turned off when its picture is no longer shown.
#[derive(Debug, Clone, Copy)]
struct Scanning {
    state: MyTokensState,
    scan_state: RwSignal<ScanState>,
    video: NodeRef<html::Video>,
}

impl Scanning {
    fn start(self) {
        self.scan_state.set(ScanState::Asking);
        spawn_local(async move {
            match Camera::open().await {
                Ok(camera) => {
                    // The form may have been left, or the scan cancelled, while the browser asked for permission.
                    let is_wanted = self
                        .scan_state
                        .try_with_untracked(|scan_state| matches!(scan_state, ScanState::Asking));
                    if is_wanted == Some(true) {
                        self.scan_state.set(ScanState::On(camera.clone()));
                        request_animation_frame(move || spawn_local(self.watch(camera)));
                    } else {
                        camera.stop();
                    }
                }
                Err(why) => _ = self.scan_state.try_set(ScanState::Failed(why)),
            }
        });
    }

    /// Detects barcodes until one is found or the camera is turned off.
    async fn watch(self, camera: Camera) {
        let Some(video) = self.video.try_get_untracked().flatten() else { return camera.stop() };
        camera.show_in(&video);
        while self.is_on() {
            if let Some(serial) = self.look(&camera, &video).await {
                return self.find(serial);
            }
            sleep(PAUSE_MS).await;
        }
    }

    async fn look(self, camera: &Camera, video: &HtmlVideoElement) -> Option<String> {
        let read = camera.read(video).await?;
        self.is_on().then(|| serial_in(&read)).flatten().map(|serial| serial.as_str().to_owned())
    }

    fn is_on(self) -> bool {
        self.scan_state
            .try_with_untracked(|scan_state| matches!(scan_state, ScanState::On(_)))
            .unwrap_or(false)
    }

    fn find(self, serial: String) {
        self.stop(ScanState::Found(serial.clone()));
        self.state.serial.set(serial);
        request_animation_frame(|| focus("#code"));
        self.state.open_own_token();
    }

    fn stop(self, then: ScanState) {
        _ = self.scan_state.try_update(|scan_state| {
            if let ScanState::On(camera) = scan_state {
                camera.stop();
            }
            *scan_state = then;
        });
    }
}

/// The scan button, if the browser supports it; the picture while scanning; and the result.
#[component]
pub fn Scan(state: MyTokensState) -> impl IntoView {
    let texts = &state.texts.camera;
    let scanning = Scanning { state, scan_state: RwSignal::new(ScanState::Off), video: NodeRef::new() };
    on_cleanup(move || scanning.stop(ScanState::Off));
    let cancel = move |_| {
        scanning.stop(ScanState::Off);
        request_animation_frame(|| focus("#scan"));
    };
    let is_on = Memo::new(move |_| {
        scanning.scan_state.with(|scan_state| matches!(scan_state, ScanState::Asking | ScanState::On(_)))
    });
    can_scan().then(|| {
        view! {
            <div class="scan">
                {move || {
                    if is_on.get() {
                        view! {
                            <p>{texts.lead}</p>
                            <video
                                class="scan__picture"
                                node_ref=scanning.video
                                aria-label=texts.picture
                                autoplay
                                playsinline
                                muted
                            ></video>
                            <button type="button" class="button button--large" on:click=cancel>
                                {texts.stop}
                            </button>
                        }
                            .into_any()
                    } else {
                        view! {
                            <button
                                type="button"
                                id="scan"
                                class="button button--large"
                                on:click=move |_| scanning.start()
                            >
                                {texts.scan}
                            </button>
                        }
                            .into_any()
                    }
                }}
                <div role="status">{move || scanning.scan_state.with(|scan_state| outcome(texts, scan_state))}</div>
            </div>
        }
    })
}

/// The result as text.
fn outcome(texts: &'static CameraTexts, scan_state: &ScanState) -> Option<impl IntoView + use<>> {
    let (class, text) = match scan_state {
        ScanState::Off | ScanState::Asking | ScanState::On(_) => return None,
        ScanState::Found(serial) => ("note note--good", interpolate(texts.found, "serial", serial)),
        ScanState::Failed(why) => {
            let text = match why {
                CameraError::Denied => texts.denied,
                CameraError::Missing => texts.none,
                CameraError::Broken => texts.broken,
            };
            ("note note--warning", text.to_owned())
        }
    };
    Some(view! { <p class=class>{text}</p> })
}
