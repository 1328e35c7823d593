//! What to try first in the practice tenant: three steps that tick themselves, at the foot of the page until they are dismissed.

use leptos::prelude::*;
use leptos_router::{components::A, hooks::use_location};
use token_core::{
    inventory::SavedView,
    plan::{ActionKind, Verdict},
    run::End,
};

use crate::{
    base::{href, strip_base},
    browser::{local_storage, restore_focus, store, stored},
    paths,
    state::{
        import::{ImportPhase, ImportState},
        token_actions::{BatchPhase, TokenActions, use_token_actions},
    },
};

/// The name of what this browser stores: the digits of the steps that are done, or [`DISMISSED`].
const KEY: &str = "token-inventory.first-steps";
/// Stored when the strip was dismissed.
const DISMISSED: &str = "dismissed";

/// Whether the strip is to be shown, as far as this browser remembers.
pub fn is_wanted() -> bool {
    local_storage().is_some() && stored(KEY).as_deref() != Some(DISMISSED)
}

/// The steps that are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Done([bool; 3]);

impl Done {
    fn read(text: &str) -> Self {
        Self(["1", "2", "3"].map(|digit| text.contains(digit)))
    }

    fn text(self) -> String {
        let digits = self.0.iter().zip(["1", "2", "3"]).filter(|(is_done, _)| **is_done);
        digits.map(|(_, digit)| digit).collect()
    }

    fn count(self) -> usize {
        self.0.iter().filter(|is_done| **is_done).count()
    }
}

/// The strip.
#[component]
pub fn FirstSteps() -> impl IntoView {
    let is_shown = RwSignal::new(is_wanted());
    let done = RwSignal::new(Done::read(&stored(KEY).unwrap_or_default()));
    tick(done);
    let dismiss = move |_| {
        store(KEY, DISMISSED);
        is_shown.set(false);
        restore_focus(crate::browser::CONTENT);
    };
    let stock = href(&format!("{}?{}", paths::INVENTORY, SavedView::Stock.query().to_query_string()));
    let steps = StoredValue::new([
        (href(paths::IMPORT), "Import the sample file"),
        (stock, "Give a token to somebody"),
        (href(paths::AUDIT), "See who did it, under Audit"),
    ]);
    let item = move |place: usize, (url, label): (String, &'static str)| {
        let is_done = move || done.with(|done| done.0.get(place).copied().unwrap_or_default());
        view! {
            <li class="first-steps__step" class=("first-steps__step--done", is_done)>
                <span class="first-steps__tick" aria-hidden="true">
                    {move || if is_done() { "✓".to_owned() } else { (place + 1).to_string() }}
                </span>
                <A href=url>{label}</A>
                <span class="visually-hidden">{move || if is_done() { " (done)" } else { "" }}</span>
            </li>
        }
    };
    let items = move || {
        let steps = steps.get_value();
        steps.into_iter().enumerate().map(|(place, step)| item(place, step)).collect_view()
    };
    let has_all = move || done.with(|done| done.count() == done.0.len());
    view! {
        <Show when=move || is_shown.get()>
            <aside class="first-steps" aria-label="First steps">
                <p>
                    <strong>{move || if has_all() { "All three done." } else { "Try this first:" }}</strong>
                    {move || {
                        has_all().then(|| view! { " " <A href=href(paths::SETTINGS)>"Connect a tenant of your own"</A> })
                    }}
                </p>
                <ol class="first-steps__list">{items}</ol>
                <button class="button" on:click=dismiss>
                    "Dismiss"
                </button>
            </aside>
        </Show>
    }
}

/// Ticks a step when it is done, and remembers it.
fn tick(done: RwSignal<Done>) {
    let (import, actions) = (expect_context::<ImportState>(), use_token_actions());
    let path = use_location().pathname;
    let now = Memo::new(move |_| {
        let has_imported =
            import.phase.with(|phase| matches!(phase, ImportPhase::Ended(_))) && import.run.totals().done > 0;
        [has_imported, has_given(actions), path.with(|path| strip_base(path) == paths::AUDIT)]
    });
    Effect::new(move |_| {
        let now = now.get();
        let before = done.get_untracked();
        let after = Done(std::array::from_fn(|step| {
            let is = |steps: &[bool; 3]| steps.get(step).copied().unwrap_or_default();
            is(&before.0) || is(&now)
        }));
        if after != before {
            done.set(after);
            if is_wanted() {
                store(KEY, &after.text());
            }
        }
    });
}

/// Whether the last actions gave a token to somebody.
fn has_given(actions: TokenActions) -> bool {
    if !actions.phase.with(|phase| matches!(phase, BatchPhase::Ended(_))) {
        return false;
    }
    actions.run.progress_version.track();
    let plan = actions.run.plan.get();
    actions.run.progress.with_value(|progress| {
        plan.iter().zip(progress).any(|(row, progress)| {
            let is_done = progress.end == Some(End::Done);
            matches!(&row.verdict, Verdict::Work(task) if is_done && matches!(task.kind, ActionKind::Assign | ActionKind::AssignAndActivate))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::Done;

    #[test]
    fn what_is_stored_is_read_again() {
        for (text, count) in [("", 0), ("2", 1), ("13", 2), ("123", 3)] {
            let done = Done::read(text);
            assert_eq!((done.text().as_str(), done.count()), (text, count));
        }
    }
}
