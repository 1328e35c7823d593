//! Computes which rows of a long list are rendered.

use std::ops::Range;

/// The rows to be rendered: those in the viewport and `overscan` more on either side.
///
/// `scroll_top`, `viewport` and `row` are pixels: how far the list is scrolled, how much of it shows, how high a row
/// is. Without a row height (not measured yet) these are the first `overscan` rows.
pub fn window(scroll_top: f64, viewport: f64, row: f64, total: usize, overscan: usize) -> Range<usize> {
    if !(row.is_finite() && row > 0.0) {
        return 0..overscan.min(total);
    }
    // A cast from a float saturates; negative numbers and NaN become 0.
    let first = ((scroll_top / row).floor() as usize).min(total);
    // One more row than fits, because the first and the last may be visible in part.
    let shown = ((viewport / row).ceil() as usize).saturating_add(1);
    first.saturating_sub(overscan)..first.saturating_add(shown).saturating_add(overscan).min(total)
}

#[cfg(test)]
mod tests {
    use super::window;
    use proptest::prelude::*;

    #[test]
    fn renders_the_rows_scrolled_to() {
        assert_eq!(window(0.0, 100.0, 20.0, 1_000, 0), 0..6);
        assert_eq!(window(50.0, 100.0, 20.0, 1_000, 0), 2..8);
        assert_eq!(window(50.0, 100.0, 20.0, 1_000, 5), 0..13);
        assert_eq!(window(19_900.0, 100.0, 20.0, 1_000, 5), 990..1_000);
    }

    #[test]
    fn an_empty_or_shortened_list_is_in_range() {
        assert_eq!(window(0.0, 100.0, 20.0, 0, 5), 0..0);
        assert_eq!(window(19_900.0, 100.0, 20.0, 3, 5), 0..3);
        assert_eq!(window(-40.0, 100.0, 20.0, 3, 0), 0..3);
        assert_eq!(window(0.0, 100.0, 0.0, 1_000, 5), 0..5);
        assert_eq!(window(f64::NAN, f64::INFINITY, 20.0, 10, 1), 0..10);
    }

    proptest! {
        #[test]
        fn every_visible_row_is_inside(
            scroll in 0.0..500_000.0_f64, viewport in 0.0..4_000.0_f64, row in 1.0..100.0_f64, total in 0..20_000_usize,
        ) {
            let range = window(scroll, viewport, row, total, 0);
            let is_visible = |index: &usize| {
                let top = *index as f64 * row;
                top < scroll + viewport && top + row > scroll
            };
            prop_assert!(range.start <= range.end && range.end <= total);
            prop_assert!((0..total).filter(is_visible).all(|index| range.contains(&index)));
            prop_assert!(range.len() as f64 <= viewport / row + 2.0);
        }
    }
}
