//! The device's camera and barcode detection, where the browser supports them.

use js_sys::{Array, Function, Promise, Reflect};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlVideoElement, MediaDevices, MediaStream, MediaStreamConstraints, MediaStreamTrack};

use crate::paths::{MY, SERIAL_PARAM};

/// The class that detects barcodes; browsers on iPhones and Firefox do not have it.
const DETECTOR: &str = "BarcodeDetector";

/// Why the camera cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameraError {
    /// The user or the browser's settings deny it.
    Denied,
    /// There is no camera.
    Missing,
    /// The camera does not work.
    Broken,
}

impl CameraError {
    /// The error of a `DOMException` of `getUserMedia`.
    fn of(error: &JsValue) -> Self {
        let name = Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string());
        match name.as_deref() {
            Some("NotAllowedError" | "SecurityError") => Self::Denied,
            Some("NotFoundError" | "OverconstrainedError") => Self::Missing,
            _ => Self::Broken,
        }
    }
}

/// Whether the browser can scan barcodes, and the document is allowed to use the camera.
pub fn can_scan() -> bool {
    Reflect::has(&window(), &DETECTOR.into()).unwrap_or(false) && devices().is_some() && may_use_camera()
}

/// Whether the document's permissions policy allows the camera. Only the document of this page does; after client-side
/// navigation the document is that of another page. Browsers without this API ask when the camera is turned on.
fn may_use_camera() -> bool {
    let ask = || {
        let policy = Reflect::get(&document(), &"featurePolicy".into()).ok()?;
        let allows: Function = Reflect::get(&policy, &"allowsFeature".into()).ok()?.dyn_into().ok()?;
        allows.call1(&policy, &"camera".into()).ok()?.as_bool()
    };
    ask().unwrap_or(true)
}

/// Missing in an insecure context.
fn devices() -> Option<MediaDevices> {
    let devices = Reflect::get(&window().navigator(), &"mediaDevices".into()).ok()?;
    devices.is_object().then(|| devices.unchecked_into())
}

/// A camera that is turned on.
#[derive(Debug, Clone)]
pub struct Camera {
    stream: SendWrapper<MediaStream>,
    detector: SendWrapper<JsValue>,
}

impl Camera {
    /// Asks for permission and turns on the rear camera.
    pub async fn open() -> Result<Self, CameraError> {
        let constraints = MediaStreamConstraints::new();
        let video_constraints = js_sys::Object::new();
        // Setting a property of a new object cannot fail.
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

    /// Shows the picture in an element, which must have `autoplay`. Before the first frame no barcode is detected.
    pub fn show_in(&self, video: &HtmlVideoElement) {
        video.set_src_object(Some(&self.stream));
    }

    /// The barcode in the current frame, if any.
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

/// The serial number in a barcode, or in the URL of a slip's QR code.
pub fn serial_in(read: &str) -> Option<token_core::token::SerialNumber> {
    let named = read
        .split_once(&format!("{MY}?{SERIAL_PARAM}="))
        .map(|(_, rest)| rest.split('&').next().unwrap_or_default());
    let text = match named {
        Some(encoded) => js_sys::decode_uri_component(encoded).ok()?.into(),
        None => read.to_owned(),
    };
    token_core::token::SerialNumber::parse(&text)
}
