//! Scanning the barcode on the back of a token instead of typing.

use leptos::{html, prelude::*, task::spawn_local};
use web_sys::HtmlVideoElement;

use super::{
    camera::{Camera, NoPicture, can_scan, serial_in},
    claim::open_own,
    store::Mine,
    words::{CameraWords, fill},
};
use crate::browser::{focus, sleep};

/// Pause between two looks at the picture, in milliseconds: quick enough for a hand, and the phone stays cool.
const PAUSE_MS: u32 = 200;

/// How it stands.
#[derive(Debug, Clone)]
enum Stage {
    Off,
    Asking,
    On(Camera),
    Found(String),
    Failed(NoPicture),
}

/// The camera is off as soon as nobody looks at its picture.
#[derive(Debug, Clone, Copy)]
struct Scanning {
    mine: Mine,
    stage: RwSignal<Stage>,
    video: NodeRef<html::Video>,
}

impl Scanning {
    fn start(self) {
        self.stage.set(Stage::Asking);
        spawn_local(async move {
            match Camera::open().await {
                Ok(camera) => {
                    // The person may have left, or changed their mind, while the browser asked.
                    let is_wanted = self.stage.try_with_untracked(|stage| matches!(stage, Stage::Asking));
                    if is_wanted == Some(true) {
                        self.stage.set(Stage::On(camera.clone()));
                        request_animation_frame(move || spawn_local(self.watch(camera)));
                    } else {
                        camera.stop();
                    }
                }
                Err(why) => _ = self.stage.try_set(Stage::Failed(why)),
            }
        });
    }

    /// Looks at the picture until there is a barcode, or the camera is off.
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
        self.stage.try_with_untracked(|stage| matches!(stage, Stage::On(_))).unwrap_or(false)
    }

    fn find(self, serial: String) {
        self.stop(Stage::Found(serial.clone()));
        self.mine.serial.set(serial);
        request_animation_frame(|| focus("#code"));
        open_own(self.mine);
    }

    fn stop(self, then: Stage) {
        _ = self.stage.try_update(|stage| {
            if let Stage::On(camera) = stage {
                camera.stop();
            }
            *stage = then;
        });
    }
}

/// A button where the browser can, the picture while it scans, and what came of it.
#[component]
pub fn Scan(mine: Mine) -> impl IntoView {
    let words = &mine.words.camera;
    let scanning = Scanning { mine, stage: RwSignal::new(Stage::Off), video: NodeRef::new() };
    on_cleanup(move || scanning.stop(Stage::Off));
    let cancel = move |_| {
        scanning.stop(Stage::Off);
        request_animation_frame(|| focus("#scan"));
    };
    let is_on =
        Memo::new(move |_| scanning.stage.with(|stage| matches!(stage, Stage::Asking | Stage::On(_))));
    can_scan().then(|| {
        view! {
            <div class="scan">
                {move || {
                    if is_on.get() {
                        view! {
                            <p>{words.lead}</p>
                            <video
                                class="scan__picture"
                                node_ref=scanning.video
                                aria-label=words.picture
                                autoplay
                                playsinline
                                muted
                            ></video>
                            <button type="button" class="button button--large" on:click=cancel>
                                {words.stop}
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
                                {words.scan}
                            </button>
                        }
                            .into_any()
                    }
                }}
                <div role="status">{move || scanning.stage.with(|stage| outcome(words, stage))}</div>
            </div>
        }
    })
}

/// What came of it, in words.
fn outcome(words: &'static CameraWords, stage: &Stage) -> Option<impl IntoView + use<>> {
    let (class, text) = match stage {
        Stage::Off | Stage::Asking | Stage::On(_) => return None,
        Stage::Found(serial) => ("note note--good", fill(words.found, "serial", serial)),
        Stage::Failed(why) => {
            let text = match why {
                NoPicture::Denied => words.denied,
                NoPicture::Missing => words.none,
                NoPicture::Broken => words.broken,
            };
            ("note note--warning", text.to_owned())
        }
    };
    Some(view! { <p class=class>{text}</p> })
}
