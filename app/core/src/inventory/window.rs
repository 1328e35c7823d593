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

/// A part of a long list, in the order on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListPart {
    /// The row with an index, which is rendered.
    Row(usize),
    /// Rows from the first index up to, without, the second one, for which there is only room.
    Gap(usize, usize),
}

/// The list as the rows of a window, further rows that must stay rendered (one that has the focus, for example), and
/// the gaps between them. Further rows beyond the list's end are left out.
pub fn list_parts(window: Range<usize>, further: &[usize], total: usize) -> Vec<ListPart> {
    let mut rows: Vec<usize> = window.chain(further.iter().copied()).filter(|row| *row < total).collect();
    rows.sort_unstable();
    rows.dedup();
    let mut parts = Vec::with_capacity(rows.len() + 3);
    let mut next = 0;
    for row in rows {
        if row > next {
            parts.push(ListPart::Gap(next, row));
        }
        parts.push(ListPart::Row(row));
        next = row + 1;
    }
    if next < total {
        parts.push(ListPart::Gap(next, total));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{
        ListPart::{Gap, Row},
        list_parts, window,
    };
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

    #[test]
    fn a_row_outside_the_window_keeps_its_place_between_gaps() {
        assert_eq!(list_parts(2..4, &[], 6), [Gap(0, 2), Row(2), Row(3), Gap(4, 6)]);
        assert_eq!(list_parts(2..4, &[0, 3, 5], 6), [Row(0), Gap(1, 2), Row(2), Row(3), Gap(4, 5), Row(5)]);
        assert_eq!(list_parts(0..3, &[7], 3), [Row(0), Row(1), Row(2)]);
        assert_eq!(list_parts(0..0, &[0], 0), []);
    }

    proptest! {
        #[test]
        fn the_parts_cover_the_list_once(start in 0..50_usize, len in 0..20_usize, further in 0..80_usize, total in 0..60_usize) {
            let mut next = 0;
            for part in list_parts(start..start + len, &[further], total) {
                next = match part {
                    Row(row) => { prop_assert_eq!(row, next); row + 1 }
                    Gap(from, to) => { prop_assert_eq!(from, next); prop_assert!(to > from); to }
                };
            }
            prop_assert_eq!(next, total);
        }

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
