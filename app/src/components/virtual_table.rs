//! A virtualized table: only the rows in view are in the document.

use std::ops::Range;

use leptos::{ev, html, prelude::*};
use token_core::inventory::window;
use wasm_bindgen::{JsCast, closure::Closure};

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
    /// Set to whether the table is scrolled down.
    #[prop(optional)]
    scrolled: Option<RwSignal<bool>>,
    /// Called when the last rows are near.
    #[prop(optional)]
    near_end: Option<Callback<()>>,
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
    // The height is measured when the first rows appear.
    Effect::new(move |_| {
        if total.get() > 0 {
            request_animation_frame(measure);
        }
    });
    begin_at_top(scroller, subject);
    let range =
        Memo::new(move |_| window(scroll_top.get(), viewport.get(), row_height.get(), total.get(), OVERSCAN));
    report_scroll(scroll_top, scrolled, range, total, near_end);
    let name = label.clone();
    let height_of = move |rows: usize| format!("{}px", whole(px(rows) * row_height.get()));
    // Keyed by index, so that the focus stays in a row while the table scrolls.
    let rows = move |index: usize| {
        let row = row.clone();
        view! { <tr class="row" aria-rowindex=index + 2>{move || row(index)}</tr> }
    };
    view! {
        <div
            class="table-scroll"
            node_ref=scroller
            tabindex="0"
            role="region"
            aria-label=name
            on:scroll=move |event: ev::Event| {
                if let Some(element) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
                    scroll_top.set(f64::from(element.scroll_top()));
                }
            }
        >
            <table class=format!("table {class}") aria-label=label aria-rowcount=move || total.get() + 1>
                <thead>
                    <tr aria-rowindex="1">{head}</tr>
                </thead>
                <tbody>
                    <Show when=move || range.with(|range| range.start > 0)>
                        <tr class="spacer" aria-hidden="true">
                            <td style:height=move || height_of(range.with(|range| range.start))></td>
                        </tr>
                    </Show>
                    <For each=move || range.get() key=|index| *index children=rows />
                    <Show when=move || range.with(|range| range.end < total.get())>
                        <tr class="spacer" aria-hidden="true">
                            <td style:height=move || {
                                height_of(total.get().saturating_sub(range.with(|range| range.end)))
                            }></td>
                        </tr>
                    </Show>
                </tbody>
            </table>
        </div>
    }
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

/// Scrolls to the first row when `subject` changes.
fn begin_at_top(scroller: NodeRef<html::Div>, subject: Signal<String>) {
    let scroll = move |now: &String, before: Option<&String>, _| {
        let is_other = before.is_some_and(|before| before != now);
        if let (true, Some(element)) = (is_other, scroller.try_get_untracked().flatten()) {
            element.set_scroll_top(0);
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
