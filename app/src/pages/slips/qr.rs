//! A QR code as SVG.

use std::fmt::Write as _;

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};

/// The width of the white margin that scanners need, in modules.
const QUIET_ZONE: i32 = 4;

/// The QR code. It is hidden from screen readers, because the URL is printed beside it.
#[component]
pub fn QrImage(
    /// The encoded URL.
    address: String,
) -> impl IntoView {
    // The URL is too long only with an absurdly long serial number; then there is no QR code.
    let code = QrCode::encode_text(&address, QrCodeEcc::Medium).ok()?;
    let side = code.size() + 2 * QUIET_ZONE;
    Some(view! {
        <svg class="qr" viewBox=format!("0 0 {side} {side}") aria-hidden="true" focusable="false">
            <rect class="qr__paper" width=side height=side />
            <path class="qr__ink" d=outline(&code) />
        </svg>
    })
}

/// The SVG path: a rectangle for each run of dark modules in a row.
fn outline(code: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let length = (x..code.size()).take_while(|x| code.get_module(*x, y)).count();
            let length = i32::try_from(length).unwrap_or_default();
            if length > 0 {
                // Writing to a string cannot fail.
                _ = write!(path, "M{} {}h{length}v1h-{length}z", x + QUIET_ZONE, y + QUIET_ZONE);
            }
            x += length.max(1);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The modules that a path covers.
    fn dark(path: &str) -> Vec<(i32, i32)> {
        let number = |text: &str| text.parse::<i32>().unwrap();
        let boxes = path.split('M').skip(1).map(|piece| {
            let (x, rest) = piece.split_once(' ').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let (length, _) = rest.split_once('v').unwrap();
            (number(x), number(y), number(length))
        });
        boxes.flat_map(|(x, y, length)| (x..x + length).map(move |x| (x, y))).collect()
    }

    #[test]
    fn the_drawing_has_every_dark_module_and_no_other() {
        let code = QrCode::encode_text("https://tokens.example/my?serial=1", QrCodeEcc::Medium).unwrap();
        let modules = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let expected: Vec<_> = modules
            .filter(|(x, y)| code.get_module(*x, *y))
            .map(|(x, y)| (x + QUIET_ZONE, y + QUIET_ZONE))
            .collect();
        assert_eq!(dark(&outline(&code)), expected);
    }
}
