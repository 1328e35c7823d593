//! An address as a square that phones read.

use std::fmt::Write as _;

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};

/// The white rim that readers need, in modules.
const QUIET_ZONE: i32 = 4;

/// The square. The address stands beside it in letters, so it says nothing more.
#[component]
pub fn QrImage(
    /// What it leads to.
    address: String,
) -> impl IntoView {
    // An address is too long only with a serial number that nobody prints on a token; then the letters must do.
    let code = QrCode::encode_text(&address, QrCodeEcc::Medium).ok()?;
    let side = code.size() + 2 * QUIET_ZONE;
    Some(view! {
        <svg class="qr" viewBox=format!("0 0 {side} {side}") aria-hidden="true" focusable="false">
            <rect class="qr__paper" width=side height=side />
            <path class="qr__ink" d=outline(&code) />
        </svg>
    })
}

/// Each dark stretch of a row as a box.
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

    /// Where the boxes of a path lie.
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
