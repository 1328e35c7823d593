//! The camera of the device, and the barcodes in its picture: where the browser can.

use js_sys::{Array, Function, Promise, Reflect};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlVideoElement, MediaDevices, MediaStream, MediaStreamConstraints, MediaStreamTrack};

/// What reads barcodes; browsers on iPhones and Firefox have none.
const DETECTOR: &str = "BarcodeDetector";

/// Why there is no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameraError {
    /// The person or the browser's settings do not allow it.
    Denied,
    /// There is no camera.
    Missing,
    /// The camera does not work.
    Broken,
}

impl CameraError {
    /// What a `DOMException` of `getUserMedia` means.
    fn of(error: &JsValue) -> Self {
        let name = Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string());
        match name.as_deref() {
            Some("NotAllowedError" | "SecurityError") => Self::Denied,
            Some("NotFoundError" | "OverconstrainedError") => Self::Missing,
            _ => Self::Broken,
        }
    }
}

/// Whether this browser can read barcodes by a camera, and this document may.
pub fn can_scan() -> bool {
    Reflect::has(&window(), &DETECTOR.into()).unwrap_or(false) && devices().is_some() && may_use_camera()
}

/// Whether the document was sent with leave to use the camera: the one of this page was. Whoever came from another page
/// of the app has that one's document. Browsers that do not tell ask when the camera is turned on.
fn may_use_camera() -> bool {
    let ask = || {
        let policy = Reflect::get(&document(), &"featurePolicy".into()).ok()?;
        let allows: Function = Reflect::get(&policy, &"allowsFeature".into()).ok()?.dyn_into().ok()?;
        allows.call1(&policy, &"camera".into()).ok()?.as_bool()
    };
    ask().unwrap_or(true)
}

/// Absent on pages that did not come over a safe connection.
fn devices() -> Option<MediaDevices> {
    let devices = Reflect::get(&window().navigator(), &"mediaDevices".into()).ok()?;
    devices.is_object().then(|| devices.unchecked_into())
}

/// A camera that is on.
#[derive(Debug, Clone)]
pub struct Camera {
    stream: SendWrapper<MediaStream>,
    detector: SendWrapper<JsValue>,
}

impl Camera {
    /// Asks the person for the camera at the back of the device, and turns it on.
    pub async fn open() -> Result<Self, CameraError> {
        let constraints = MediaStreamConstraints::new();
        let video_constraints = js_sys::Object::new();
        // Setting a property of a fresh object cannot fail.
        _ = Reflect::set(&video_constraints, &"facingMode".into(), &"environment".into());
        constraints.set_video(&video_constraints);
        let devices = devices().ok_or(CameraError::Missing)?;
        let asked = devices.get_user_media_with_constraints(&constraints);
        let asked = asked.map_err(|error| CameraError::of(&error))?;
        let stream =
            SendWrapper::new(JsFuture::from(asked)).await.map_err(|error| CameraError::of(&error))?;
        let stream: MediaStream = stream.unchecked_into();
        match detector() {
            Some(detector) => {
                Ok(Self { stream: SendWrapper::new(stream), detector: SendWrapper::new(detector) })
            }
            None => {
                stop(&stream);
                Err(CameraError::Broken)
            }
        }
    }

    /// Shows its picture, as soon as there is one; until then no barcode is seen in it. The element plays by itself.
    pub fn show_in(&self, video: &HtmlVideoElement) {
        video.set_src_object(Some(&self.stream));
    }

    /// The barcode in the picture of this moment, if one is seen.
    pub async fn read(&self, video: &HtmlVideoElement) -> Option<String> {
        let detect: Function = Reflect::get(&self.detector, &"detect".into()).ok()?.dyn_into().ok()?;
        let seen: Promise = detect.call1(&self.detector, video).ok()?.dyn_into().ok()?;
        let seen: Array = SendWrapper::new(JsFuture::from(seen)).await.ok()?.dyn_into().ok()?;
        Reflect::get(&seen.get(0), &"rawValue".into()).ok()?.as_string()
    }

    /// Turns it off.
    pub fn stop(&self) {
        stop(&self.stream);
    }
}

fn stop(stream: &MediaStream) {
    for track in stream.get_tracks() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}

fn detector() -> Option<JsValue> {
    let class: Function = Reflect::get(&window(), &DETECTOR.into()).ok()?.dyn_into().ok()?;
    Reflect::construct(&class, &Array::new()).ok()
}

/// The serial number in a barcode, or in the address that a slip shows as a square.
pub fn serial_in(read: &str) -> Option<token_core::token::SerialNumber> {
    let named = read.split_once("/my?serial=").map(|(_, rest)| rest.split('&').next().unwrap_or_default());
    let text = match named {
        Some(encoded) => js_sys::decode_uri_component(encoded).ok()?.into(),
        None => read.to_owned(),
    };
    token_core::token::SerialNumber::parse(&text)
}
