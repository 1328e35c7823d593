//! The keyboard of a table that is a grid: one Tab stop, which the arrows, Home, End, Page Up and Page Down move from
//! cell to cell (WAI-ARIA Authoring Practices, grid pattern). Home and End go to the first and the last row, as in a
//! list.
//!
//! What a cell holds, a link or a checkbox, has the focus in its place, so that Enter and Space do what they do
//! elsewhere. The row with the Tab stop stays rendered while the table scrolls, and gets the focus back when it is
//! rendered anew, so that the focus is never lost.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlTableCellElement, NodeList};

/// What can have the focus in a cell.
const WIDGET: &str = "a, button, input";

/// What happens to the focus when the rows have been rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FocusWish {
    /// Nothing.
    Leave,
    /// It was in the table, and returns to the cell if the element that had it was removed.
    Keep,
    /// The cell gets it.
    Take,
}

/// The Tab stop of a grid, shared with what moves it from outside, such as a panel that goes to the next row.
#[derive(Debug, Clone, Copy)]
pub struct GridFocus {
    /// The row with the Tab stop; `None` for the header.
    row: RwSignal<Option<usize>>,
    /// The row that had it before, rendered until the focus has moved.
    previous: RwSignal<Option<usize>>,
    /// The column with the Tab stop.
    column: StoredValue<u32>,
    wish: StoredValue<FocusWish>,
    is_scheduled: StoredValue<bool>,
    table: NodeRef<html::Table>,
}

/// A grid, and what its keys do with a row beside moving.
#[derive(Debug, Clone, Copy)]
pub struct GridActions {
    /// The Tab stop.
    pub focus: GridFocus,
    /// Enter opens the row.
    pub open: Callback<usize>,
    /// Space selects the row; with Shift, all from the last one that was selected.
    pub choose: Callback<(usize, bool)>,
    /// Whether the row is selected.
    pub is_chosen: Callback<usize, bool>,
}

impl GridFocus {
    /// The Tab stop is in the first row, in this column.
    pub fn new(column: u32) -> Self {
        Self {
            row: RwSignal::new(Some(0)),
            previous: RwSignal::new(None),
            column: StoredValue::new(column),
            wish: StoredValue::new(FocusWish::Leave),
            is_scheduled: StoredValue::new(false),
            table: NodeRef::new(),
        }
    }

    /// The reference of the table's element.
    pub(super) fn table(self) -> NodeRef<html::Table> {
        self.table
    }

    /// The rows that stay rendered. Reactive.
    pub(super) fn kept_rows(self) -> Vec<usize> {
        self.row.get().into_iter().chain(self.previous.get()).collect()
    }

    /// Whether a row has the Tab stop.
    pub(super) fn is_at(self, row: usize) -> bool {
        self.row.get_untracked() == Some(row)
    }

    /// The row with the Tab stop; `None` for the header.
    pub fn current_row(self) -> Option<usize> {
        self.row.get_untracked()
    }

    /// Moves the Tab stop to a row, without the focus.
    pub fn set_row(self, row: usize) {
        self.move_to(Some(row));
    }

    /// Moves the focus to the cell with the Tab stop.
    pub fn take_focus(self) {
        self.wish.set_value(FocusWish::Take);
        self.settle_later();
    }

    /// Keeps the Tab stop in a list that has now so many rows.
    pub(super) fn fit(self, total: usize) {
        let row = self.row.get_untracked();
        self.move_to(row.map(|row| row.min(total.saturating_sub(1))));
    }

    /// Before rows are rendered anew: notices whether the focus is in them.
    pub(super) fn before_rendering(self) {
        let Some(table) = self.table.try_get_untracked().flatten() else { return };
        let is_inside = document().active_element().is_some_and(|active| table.contains(Some(&active)));
        if is_inside && self.wish.get_value() == FocusWish::Leave {
            self.wish.set_value(FocusWish::Keep);
        }
        self.settle_later();
    }

    fn move_to(self, row: Option<usize>) {
        let before = self.row.get_untracked();
        if before != row {
            self.previous.set(before);
            self.row.set(row);
        }
        self.settle_later();
    }

    /// Sets the Tab stop, and the focus if it is to be there, when the rows have been rendered.
    fn settle_later(self) {
        if self.is_scheduled.try_get_value() != Some(false) {
            return;
        }
        self.is_scheduled.set_value(true);
        request_animation_frame(move || {
            // The frame may come after the table was removed.
            if self.is_scheduled.try_set_value(false).is_none()
                && let Some(table) = self.table.try_get_untracked().flatten()
            {
                self.settle(&table);
            }
        });
    }

    fn settle(self, table: &Element) {
        let Some(cell) = self.cell(table) else { return };
        for old in elements(table.query_selector_all("[tabindex='0']")).filter(|old| *old != cell) {
            set_tab_stop(&old, false);
        }
        set_tab_stop(&cell, true);
        let active = document().active_element();
        let is_lost = active.as_ref().is_none_or(|active| active.tag_name() == "BODY");
        let is_moving = self.wish.get_value() == FocusWish::Take;
        let takes = match self.wish.get_value() {
            FocusWish::Leave => false,
            FocusWish::Keep => is_lost,
            FocusWish::Take => active.as_ref() != Some(&cell),
        };
        self.wish.set_value(FocusWish::Leave);
        if takes {
            let scroller = table.parent_element().filter(|_| !is_moving);
            let scroll_top = scroller.as_ref().map(Element::scroll_top);
            // Scrolls to the cell as well. Fails only where nothing can have the focus.
            _ = cell.focus();
            // A cell that only keeps the focus may be out of sight.
            if let Some((scroller, scroll_top)) = scroller.zip(scroll_top) {
                scroller.set_scroll_top(scroll_top);
            }
        }
        if self.previous.get_untracked().is_some() {
            self.previous.set(None);
        }
    }

    /// What has the focus in the cell with the Tab stop, or in the nearest one that is shown.
    fn cell(self, table: &Element) -> Option<HtmlElement> {
        let cells = shown_cells(&row_element(table, self.row.get_untracked())?);
        let column = self.column.get_value();
        cells.iter().min_by_key(|cell| column_of(cell).abs_diff(column)).map(widget_of)
    }

    /// The Tab stop follows a click, and the focus that comes from elsewhere.
    pub(super) fn on_focus_in(self, event: &ev::FocusEvent) {
        if let Some((row, column)) = place_of(event) {
            self.column.set_value(column);
            self.move_to(row);
        }
    }

    /// The column beside that of the Tab stop, of those that are shown.
    fn column_beside(self, row: Option<usize>, column: u32, goes_on: bool) -> Option<u32> {
        let table = self.table.get_untracked()?;
        let columns = shown_cells(&row_element(&table, row)?).into_iter().map(|cell| column_of(&cell));
        if goes_on {
            columns.filter(|other| *other > column).min()
        } else {
            columns.filter(|other| *other < column).max()
        }
    }

    /// Whether the header is shown: not where rows are cards.
    fn has_header(self) -> bool {
        let table = self.table.get_untracked();
        table.and_then(|table| row_element(&table, None)).is_some_and(|row| !shown_cells(&row).is_empty())
    }
}

/// Handles a key in a grid of `total` rows, of which `page` fit on the screen.
pub(super) fn on_key(actions: GridActions, event: &ev::KeyboardEvent, total: usize, page: usize) {
    let grid = actions.focus;
    // Where the focus is, or is about to be: the next key of one that is held down may come before.
    let (row, column) = (grid.row.get_untracked(), grid.column.get_value());
    let is_pending = grid.wish.get_value() == FocusWish::Take;
    let key = event.key();
    let is_modified = event.ctrl_key() || event.meta_key() || event.alt_key();
    if event.default_prevented() || (is_modified && !matches!(key.as_str(), "Home" | "End")) {
        return;
    }
    let is_on_link = || {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        !is_pending && target.is_some_and(|target| target.matches("a") == Ok(true))
    };
    let next = match (key.as_str(), row) {
        ("ArrowUp", Some(0)) if grid.has_header() => None,
        ("ArrowUp" | "ArrowDown" | "PageUp" | "PageDown" | "Home" | "End", _) => {
            moved(&key, row, total, page)
        }
        ("ArrowLeft" | "ArrowRight", _) => {
            if let Some(column) = grid.column_beside(row, column, key == "ArrowRight") {
                grid.column.set_value(column);
            }
            row
        }
        ("Enter", Some(row)) if !is_on_link() => {
            event.prevent_default();
            return actions.open.run(row);
        }
        (" ", Some(row)) => {
            event.prevent_default();
            return actions.choose.run((row, event.shift_key()));
        }
        _ => return,
    };
    event.prevent_default();
    grid.wish.set_value(FocusWish::Take);
    grid.move_to(next);
    // At once if the row is rendered already.
    if let Some(table) = grid.table.get_untracked() {
        grid.settle(&table);
    }
}

/// Space selects when it is pressed: when it is released, some browsers would press the checkbox again.
pub(super) fn on_key_up(grid: GridFocus, event: &ev::KeyboardEvent) {
    if event.key() == " " && grid.row.get_untracked().is_some() {
        event.prevent_default();
    }
}

/// The row after a key that moves up or down.
fn moved(key: &str, row: Option<usize>, total: usize, page: usize) -> Option<usize> {
    let last = total.saturating_sub(1);
    let page = page.max(1);
    let row = match (key, row) {
        ("Home", _) => 0,
        ("End", _) => last,
        ("ArrowUp" | "PageUp", None) => return None,
        ("ArrowUp", Some(row)) => row.saturating_sub(1),
        ("PageUp", Some(row)) => row.saturating_sub(page),
        ("PageDown", Some(row)) => row + page,
        (_, Some(row)) => row + 1,
        (_, None) => 0,
    };
    Some(row.min(last))
}

/// The row and the column of an event's cell; the row is `None` in the header.
fn place_of(event: &ev::Event) -> Option<(Option<usize>, u32)> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let cell = target.closest("td, th").ok()??;
    let index: usize = cell.closest("tr").ok()??.get_attribute("aria-rowindex")?.parse().ok()?;
    Some((index.checked_sub(2), column_of(&cell.dyn_into().ok()?)))
}

fn column_of(cell: &HtmlTableCellElement) -> u32 {
    cell.cell_index().unsigned_abs()
}

fn row_element(table: &Element, row: Option<usize>) -> Option<Element> {
    let index = row.map_or(1, |row| row + 2);
    table.query_selector(&format!("tr[aria-rowindex='{index}']")).ok()?
}

fn shown_cells(row: &Element) -> Vec<HtmlTableCellElement> {
    let cells = elements(row.query_selector_all("td, th"));
    cells.filter(|cell| cell.offset_width() > 0).filter_map(|cell| cell.dyn_into().ok()).collect()
}

/// What has the focus in a cell: its link, button or checkbox, or itself.
fn widget_of(cell: &HtmlTableCellElement) -> HtmlElement {
    let widget = cell.query_selector(WIDGET).ok().flatten();
    widget.and_then(|widget| widget.dyn_into().ok()).unwrap_or_else(|| cell.clone().into())
}

/// The elements that a selector found.
pub(super) fn elements<E>(found: Result<NodeList, E>) -> impl Iterator<Item = HtmlElement> {
    let found = found.ok();
    let length = found.as_ref().map_or(0, NodeList::length);
    (0..length).filter_map(move |index| found.as_ref()?.item(index)?.dyn_into().ok())
}

/// Gives an element a Tab stop, or takes it away.
pub(super) fn set_tab_stop(element: &HtmlElement, is_stop: bool) {
    // The name of the attribute is valid.
    _ = element.set_attribute("tabindex", if is_stop { "0" } else { "-1" });
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn the_keys_move_within_the_table() {
        for (key, row, expected) in [
            ("ArrowDown", Some(3), Some(4)),
            ("ArrowDown", Some(99), Some(99)),
            ("ArrowDown", None, Some(0)),
            ("ArrowUp", Some(3), Some(2)),
            ("ArrowUp", Some(0), Some(0)),
            ("ArrowUp", None, None),
            ("PageDown", Some(3), Some(13)),
            ("PageDown", Some(95), Some(99)),
            ("PageUp", Some(13), Some(3)),
            ("PageUp", Some(3), Some(0)),
            ("PageUp", None, None),
            ("Home", Some(50), Some(0)),
            ("End", None, Some(99)),
        ] {
            assert_eq!(moved(key, row, 100, 10), expected, "{key} from {row:?}");
        }
        assert_eq!(moved("End", None, 0, 0), Some(0));
    }
}
