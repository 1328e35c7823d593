//! A virtualized table: only the rows in view are in the document.

use std::ops::Range;

use leptos::{ev, html, prelude::*};
use token_core::inventory::{ListPart, list_parts, window};
use wasm_bindgen::{JsCast, closure::Closure};

use super::grid_keys::{GridActions, on_key, on_key_up};

/// Row height in pixels until a row has been measured.
const ROW_GUESS: f64 = 44.0;
/// Rows rendered above and below the viewport.
const OVERSCAN: usize = 8;
/// How many rows before the end `near_end` is called.
const AHEAD: usize = 40;
/// Rows rendered before the viewport has been measured.
const FIRST_ROWS: f64 = 16.0;

/// A scrolling table whose rows all have the same height, which the style sheet sets.
///
/// `row` renders the row at an index; it runs again whenever a signal that it reads changes.
#[component]
pub fn VirtualTable<H, R, V>(
    /// The table's name for screen readers.
    #[prop(into)]
    label: String,
    /// The CSS class of the table, which sets the column widths.
    class: &'static str,
    /// The header row's cells.
    head: H,
    /// How many rows there are.
    #[prop(into)]
    total: Signal<usize>,
    /// What the rows depend on, such as a query: when it changes, the table scrolls to the top.
    #[prop(into)]
    subject: Signal<String>,
    /// When it changes, the rows get another height.
    #[prop(optional, into)]
    row_size: Signal<bool>,
    /// Set to whether the table is scrolled down.
    #[prop(optional)]
    scrolled: Option<RwSignal<bool>>,
    /// Called when the last rows are near.
    #[prop(optional)]
    near_end: Option<Callback<()>>,
    /// Makes it a grid with one Tab stop, and says what its keys do with a row. Otherwise Tab goes through what the
    /// cells hold, and the arrows scroll.
    #[prop(optional)]
    grid: Option<GridActions>,
    /// Called with a row that was clicked beside what it has to press; the first of these has the focus then.
    #[prop(optional)]
    pressed: Option<Callback<usize>>,
    /// Renders the cells of one row.
    row: R,
) -> impl IntoView
where
    H: IntoView + 'static,
    R: Fn(usize) -> V + Send + Sync + Clone + 'static,
    V: IntoView + 'static,
{
    let scroller = NodeRef::<html::Div>::new();
    let scroll_top = RwSignal::new(0.0);
    let (viewport, row_height) = measured(scroller, total, row_size, grid);
    begin_at_top(scroller, subject, grid);
    let range =
        Memo::new(move |_| window(scroll_top.get(), viewport.get(), row_height.get(), total.get(), OVERSCAN));
    report_scroll(scroll_top, scrolled, range, total, near_end);
    let kept = Memo::new(move |_| grid.map(|grid| grid.focus.kept_rows()).unwrap_or_default());
    let parts = Memo::new(move |_| kept.with(|kept| list_parts(range.get(), kept, total.get())));
    // Keyed by index, so that the focus stays in a row while the table scrolls.
    let part = move |part: ListPart| list_part(part, grid, pressed, row_height, row.clone());
    let each = move || {
        grid.inspect(|grid| grid.focus.before_rendering());
        parts.get()
    };
    let scroll = move |event: ev::Event| _ = scrolled_to(&event).inspect(|top| scroll_top.set(*top));
    let key = move |event: ev::KeyboardEvent| {
        if let Some(grid) = grid {
            let page = whole(viewport.get_untracked() / row_height.get_untracked()).saturating_sub(2);
            on_key(grid, &event, total.get_untracked(), usize::try_from(page).unwrap_or(1));
        }
    };
    let focus_in = move |event: ev::FocusEvent| {
        grid.inspect(|grid| grid.focus.on_focus_in(&event));
    };
    // A grid can be focused inside.
    let is_region = grid.is_none();
    view! {
        <div
            class="table-scroll"
            node_ref=scroller
            tabindex=is_region.then_some("0")
            role=is_region.then_some("region")
            aria-label=is_region.then(|| label.clone())
            on:scroll=scroll
        >
            <table
                class=format!("table {class}")
                node_ref=grid.map(|grid| grid.focus.table()).unwrap_or_default()
                role=grid.map(|_| "grid")
                aria-multiselectable=grid.map(|_| "true")
                aria-label=label.clone()
                aria-rowcount=move || total.get() + 1
                on:keydown=key
                on:keyup=move |event| _ = grid.inspect(|grid| on_key_up(grid.focus, &event))
                on:focusin=focus_in
            >
                <thead>
                    <tr aria-rowindex="1">{head}</tr>
                </thead>
                <tbody>
                    <For each key=|part| *part children=part />
                </tbody>
            </table>
        </div>
    }
}

/// The heights of what is in view and of a row, in pixels: measured when the first rows appear and when the size changes.
fn measured(
    scroller: NodeRef<html::Div>,
    total: Signal<usize>,
    row_size: Signal<bool>,
    grid: Option<GridActions>,
) -> (RwSignal<f64>, RwSignal<f64>) {
    let viewport = RwSignal::new(ROW_GUESS * FIRST_ROWS);
    let row_height = RwSignal::new(ROW_GUESS);
    let measure = move || {
        // The frame may come after the table was removed.
        let Some(element) = scroller.try_get_untracked().flatten() else { return };
        set_if_changed(viewport, f64::from(element.client_height()));
        if let Ok(Some(row)) = element.query_selector("tbody tr.row") {
            set_if_changed(row_height, row.get_bounding_client_rect().height().max(1.0));
        }
    };
    Effect::new(move |_| {
        if let Some(element) = scroller.get() {
            on_resize(&element, measure);
        }
    });
    Effect::new(move |_| {
        let total = total.get();
        row_size.track();
        if total > 0 {
            request_animation_frame(measure);
            grid.inspect(|grid| grid.focus.fit(total));
        }
    });
    (viewport, row_height)
}

/// A row, or the room of rows that are not rendered.
fn list_part<V: IntoView + 'static>(
    part: ListPart,
    grid: Option<GridActions>,
    pressed: Option<Callback<usize>>,
    row_height: RwSignal<f64>,
    row: impl Fn(usize) -> V + Send + Sync + 'static,
) -> AnyView {
    match part {
        ListPart::Row(index) => {
            let is_chosen = grid.map(|grid| move || grid.is_chosen.run(index).to_string());
            let cells = move || {
                grid.filter(|grid| grid.focus.is_at(index)).inspect(|grid| grid.focus.before_rendering());
                row(index)
            };
            let press = move |event: ev::MouseEvent| {
                if let Some(pressed) = pressed.filter(|_| is_beside_controls(&event)) {
                    pressed.run(index);
                }
            };
            view! {
                <tr
                    class="row"
                    class=("row--pressed", pressed.is_some())
                    aria-rowindex=index + 2
                    aria-selected=is_chosen
                    on:click=press
                >
                    {cells}
                </tr>
            }
            .into_any()
        }
        ListPart::Gap(from, to) => {
            let height = move || format!("{}px", whole(px(to - from) * row_height.get()));
            view! {
                <tr class="spacer" aria-hidden="true">
                    <td style:height=height></td>
                </tr>
            }
            .into_any()
        }
    }
}

/// Whether a click in a row is none on a control in it, and no text was selected by it. Then the first control has the focus,
/// where it returns when what opens is closed.
fn is_beside_controls(event: &ev::MouseEvent) -> bool {
    const CONTROLS: &str = "a, button, input, label";
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let is_control = target.is_none_or(|target| target.closest(CONTROLS) != Ok(None));
    let has_selection = window_selection().is_some_and(|selection| !selection.is_collapsed());
    if is_control || has_selection {
        return false;
    }
    let row = event.current_target().and_then(|row| row.dyn_into::<web_sys::Element>().ok());
    let first = row.and_then(|row| row.query_selector(CONTROLS).ok().flatten());
    if let Some(first) = first.and_then(|first| first.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Focusing fails only where nothing can have the focus.
        _ = first.focus();
    }
    true
}

fn window_selection() -> Option<web_sys::Selection> {
    leptos::prelude::window().get_selection().ok().flatten()
}

/// How far the element of an event is scrolled.
fn scrolled_to(event: &ev::Event) -> Option<f64> {
    let element = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    Some(f64::from(element.scroll_top()))
}

/// A cell's text with a smaller second line. Either may run from right to left.
pub fn two_lines(main: String, more: String) -> impl IntoView {
    view! {
        <span class="cell__main">
            <bdi>{main}</bdi>
        </span>
        " "
        <span class="cell__more">
            <bdi>{more}</bdi>
        </span>
    }
}

/// Updates `scrolled` and calls `near_end`.
fn report_scroll(
    scroll_top: RwSignal<f64>,
    scrolled: Option<RwSignal<bool>>,
    range: Memo<Range<usize>>,
    total: Signal<usize>,
    near_end: Option<Callback<()>>,
) {
    if let Some(scrolled) = scrolled {
        let is_down = Memo::new(move |_| scroll_top.get() > 1.0);
        Effect::new(move |_| scrolled.set(is_down.get()));
    }
    if let Some(near_end) = near_end {
        Effect::new(move |_| {
            let total = total.get();
            if range.with(|range| range.end + AHEAD >= total) {
                near_end.run(());
            }
        });
    }
}

fn set_if_changed(signal: RwSignal<f64>, value: f64) {
    if (signal.get_untracked() - value).abs() > 0.5 {
        signal.set(value);
    }
}

#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
fn px(rows: usize) -> f64 {
    rows as f64
}

/// Whole pixels: formatting floats would enlarge the download by their tables.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a height is positive and far below 2^52"
)]
fn whole(pixels: f64) -> u64 {
    pixels.max(0.0) as u64
}

/// Scrolls to the first row when `subject` changes, and moves the Tab stop there unless it is in the header.
fn begin_at_top(scroller: NodeRef<html::Div>, subject: Signal<String>, grid: Option<GridActions>) {
    let scroll = move |now: &String, before: Option<&String>, _| {
        let is_other = before.is_some_and(|before| before != now);
        if let (true, Some(element)) = (is_other, scroller.try_get_untracked().flatten()) {
            element.set_scroll_top(0);
            grid.filter(|grid| grid.focus.current_row().is_some()).inspect(|grid| grid.focus.set_row(0));
        }
    };
    Effect::watch(move || subject.get(), scroll, false);
}

/// Calls `measure` when the element's size changes, until the component is removed.
fn on_resize(element: &web_sys::Element, measure: impl Fn() + 'static) {
    let callback = Closure::<dyn Fn()>::new(measure);
    let Ok(observer) = web_sys::ResizeObserver::new(callback.as_ref().unchecked_ref()) else { return };
    observer.observe(element);
    let kept = send_wrapper::SendWrapper::new((observer, callback));
    on_cleanup(move || kept.0.disconnect());
}
