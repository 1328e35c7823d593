//! The filters of the audit page.

use leptos::{ev, prelude::*};
use token_core::audit::{AuditAction, AuditFilter, EntryStatus};

use super::view::{AuditView, Period};
use crate::datetime::{from_input_value, to_input_value};

/// Full text, time, action and result; actor, token and person.
#[component]
pub fn AuditFilters(view: RwSignal<AuditView>) -> impl IntoView {
    let is_between = Memo::new(move |_| view.with(|view| view.period == Period::Between));
    let has_filters = Memo::new(move |_| view.with(|view| *view != AuditView::default()));
    view! {
        <div class="filters filters--audit" role="search">
            <FullTextFilter view />
            <PeriodSelect view />
            <Show when=move || is_between.get()>
                <TimeField view label="From" read=|filter| filter.from_ms write=|filter, ms| filter.from_ms = ms />
                <TimeField view label="To (before)" read=|filter| filter.to_ms write=|filter, ms| filter.to_ms = ms />
            </Show>
            <SelectFilter
                view
                label="Action"
                any="All actions"
                choices=AuditAction::ALL.map(|one| (one, one.as_str(), one.label())).to_vec()
                read=|filter| filter.action
                write=|filter, action| filter.action = action
            />
            <SelectFilter
                view
                label="Result"
                any="All results"
                choices=EntryStatus::ALL.map(|one| (one, one.as_str(), one.label())).to_vec()
                read=|filter| filter.result
                write=|filter, result| filter.result = result
            />
            <ExactFilter
                view
                label="Who"
                hint="UPN, name or id"
                read=|filter| filter.actor.clone()
                write=|filter, text| filter.actor = text
            />
            <ExactFilter
                view
                label="Token"
                hint="Serial or id"
                read=|filter| filter.token.clone()
                write=|filter, text| filter.token = text
            />
            <ExactFilter
                view
                label="User"
                hint="UPN, name or id"
                read=|filter| filter.person.clone()
                write=|filter, text| filter.person = text
            />
            <button
                class="button"
                aria-disabled=move || (!has_filters.get()).to_string()
                on:click=move |_| {
                    if has_filters.get_untracked() {
                        view.set(AuditView::default());
                    }
                }
            >
                "Clear filters"
            </button>
        </div>
    }
}

#[component]
fn FullTextFilter(view: RwSignal<AuditView>) -> impl IntoView {
    view! {
        <label class="field field--grow">
            <span class="field__label">"Full text"</span>
            <input
                class="input"
                type="search"
                placeholder="Beginnings of words: name, serial, reason, address, request id …"
                autocomplete="off"
                spellcheck="false"
                prop:value=move || view.with(|view| view.filter.text.clone().unwrap_or_default())
                value=view.with_untracked(|view| view.filter.text.clone())
                on:input=move |event| {
                    let text = Some(event_target_value(&event)).filter(|text| !text.is_empty());
                    view.update(|view| view.filter.text = text);
                }
            />
        </label>
    }
}

/// A filter that matches exactly. It is applied on Enter or blur, because a partial value matches nothing.
#[component]
fn ExactFilter(
    view: RwSignal<AuditView>,
    label: &'static str,
    hint: &'static str,
    read: fn(&AuditFilter) -> Option<String>,
    write: fn(&mut AuditFilter, Option<String>),
) -> impl IntoView {
    let value = Memo::new(move |_| view.with(|view| read(&view.filter).unwrap_or_default()));
    let take = move |text: String| {
        let text = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let is_new = view.with_untracked(|view| read(&view.filter) != text);
        if is_new {
            view.update(|view| write(&mut view.filter, text));
        }
    };
    view! {
        <label class="field">
            <span class="field__label">{label}</span>
            <input
                class="input"
                type="search"
                placeholder=hint
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                prop:value=move || value.get()
                value=value.get_untracked()
                on:change=move |event| take(event_target_value(&event))
                on:keydown=move |event: ev::KeyboardEvent| {
                    if event.key() == "Enter" && !event.is_composing() {
                        take(event_target_value(&event));
                    }
                }
            />
        </label>
    }
}

#[component]
fn PeriodSelect(view: RwSignal<AuditView>) -> impl IntoView {
    let period = Memo::new(move |_| view.with(|view| view.period));
    let options = Period::EACH.into_iter().enumerate().map(|(index, one)| {
        view! {
            <option value=index.to_string() prop:selected=move || period.get() == one>
                {one.label()}
            </option>
        }
    });
    let choose = move |event| {
        let index: Option<usize> = event_target_value(&event).parse().ok();
        if let Some(period) = index.and_then(|index| Period::EACH.into_iter().nth(index)) {
            view.update(|view| view.set_period(period));
        }
    };
    view! {
        <label class="field">
            <span class="field__label">"Time"</span>
            <select class="input" autocomplete="off" on:change=choose>
                {options.collect_view()}
            </select>
        </label>
    }
}

/// Start or end of a time range, in the user's time zone.
#[component]
fn TimeField(
    view: RwSignal<AuditView>,
    label: &'static str,
    read: fn(&AuditFilter) -> Option<u64>,
    write: fn(&mut AuditFilter, Option<u64>),
) -> impl IntoView {
    let value = RwSignal::new(String::new());
    // Set in the browser only: the server does not know the user's time zone.
    Effect::new(move |_| {
        value.set(view.with(|view| read(&view.filter)).map(to_input_value).unwrap_or_default())
    });
    view! {
        <label class="field">
            <span class="field__label">{label}</span>
            <input
                class="input"
                type="datetime-local"
                autocomplete="off"
                prop:value=move || value.get()
                on:change=move |event| {
                    let ms = from_input_value(&event_target_value(&event));
                    view.update(|view| write(&mut view.filter, ms));
                }
            />
        </label>
    }
}

/// A filter that selects one of several values, or any.
#[component]
fn SelectFilter<T: Copy + PartialEq + Send + Sync + 'static>(
    view: RwSignal<AuditView>,
    label: &'static str,
    any: &'static str,
    /// The options: the value, its wire name, and its label.
    choices: Vec<(T, &'static str, &'static str)>,
    read: fn(&AuditFilter) -> Option<T>,
    write: fn(&mut AuditFilter, Option<T>),
) -> impl IntoView {
    let chosen = Memo::new(move |_| view.with(|view| read(&view.filter)));
    let options = choices.iter().map(|(one, word, label)| {
        let one = *one;
        view! {
            <option value=*word prop:selected=move || chosen.get() == Some(one)>
                {*label}
            </option>
        }
    });
    let options = options.collect_view();
    let choose = move |event| {
        let word = event_target_value(&event);
        let choice = choices.iter().find(|choice| choice.1 == word).map(|choice| choice.0);
        view.update(|view| write(&mut view.filter, choice));
    };
    view! {
        <label class="field">
            <span class="field__label">{label}</span>
            <select class="input" autocomplete="off" on:change=choose>
                <option value="" prop:selected=move || chosen.get().is_none()>
                    {any}
                </option>
                {options}
            </select>
        </label>
    }
}
