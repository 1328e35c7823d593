//! A mapping by hand: our fields, and for each a column of the file or a value for all rows.

use leptos::prelude::*;
use token_core::seed_file::{Field, Mapping, MappingColumn, MappingSource};

use crate::seed_file::{Answer, ColumnsQuestion};

/// The fields that can be mapped here.
const FIELDS: [Field; 8] = [
    Field::Serial,
    Field::Key,
    Field::Interval,
    Field::Manufacturer,
    Field::Model,
    Field::Upn,
    Field::Hash,
    Field::KeyNotation,
];

/// The value of the option that gives all rows a value.
const CONSTANT: &str = "all";

/// The columns with what they seem to hold, to be corrected and completed.
#[component]
pub fn ColumnsForm(columns: ColumnsQuestion, answer: Callback<Answer>) -> impl IntoView {
    let mapping = RwSignal::new(columns.suggestion.clone());
    let is_asked = RwSignal::new(false);
    let fields = FIELDS
        .into_iter()
        .map(|field| view! { <FieldSource field columns=columns.columns.clone() mapping /> });
    let fields = fields.collect_view();
    let reason = columns.reason.clone();
    let columns = StoredValue::new(columns);
    let open_points = move || columns.with_value(|columns| columns.open_points(&mapping.get()));
    let read = move |_| {
        if open_points().is_empty() {
            answer.run(Answer::Columns(mapping.get_untracked()));
        } else {
            is_asked.set(true);
        }
    };
    let remarks = move || {
        let points = if is_asked.get() { open_points() } else { Vec::new() };
        let points = points.into_iter().map(|point| view! { <li>{point}</li> }).collect::<Vec<_>>();
        (!points.is_empty()).then(|| view! { <ul class="note note--danger">{points}</ul> })
    };
    view! {
        <p>{reason}" Say what its columns hold. What can be told by the values is filled in; keys are not shown in full."</p>
        <div class="form">{fields}</div>
        <div role="alert">{remarks}</div>
        <div class="actions">
            <button type="button" class="button button--primary" on:click=read>
                "Read the file"
            </button>
        </div>
    }
}

/// Where the values of a field come from.
#[component]
fn FieldSource(field: Field, columns: Vec<MappingColumn>, mapping: RwSignal<Mapping>) -> impl IntoView {
    let source = move || mapping.with(|mapping| mapping.get(field).cloned());
    let constant = move || match source() {
        Some(MappingSource::Constant(value)) => Some(value),
        _ => None,
    };
    let is_constant = Memo::new(move |_| constant().is_some());
    let set = move |source| mapping.update(|mapping| mapping.set(field, source));
    let choose = move |value: String| {
        set(match value.parse() {
            Ok(index) => Some(MappingSource::Column(index)),
            Err(_) if value == CONSTANT => Some(MappingSource::Constant(String::new())),
            Err(_) => None,
        });
    };
    let options = columns.into_iter().enumerate().map(|(index, column)| {
        let is_chosen = move || source() == Some(MappingSource::Column(index));
        view! {
            <option value=index.to_string() prop:selected=is_chosen>
                {format!("{}: {}", column.name, column.samples.join(", "))}
            </option>
        }
    });
    let is_required = Field::REQUIRED.contains(&field);
    view! {
        <label class="field">
            <span class="field__label">{label(field)}</span>
            <select class="input" autocomplete="off" on:change:target=move |event| choose(event.target().value())>
                <option value="" prop:selected=move || source().is_none()>
                    {if is_required { "Choose a column" } else { "The file does not say" }}
                </option>
                {options.collect_view()}
                {field
                    .may_be_constant()
                    .then(|| {
                        view! {
                            <option value=CONSTANT prop:selected=is_constant>
                                "The same for all rows"
                            </option>
                        }
                    })}
            </select>
        </label>
        <Show when=move || is_constant.get()>
            <label class="field">
                <span class="field__label">{format!("{} of all rows", label(field))}</span>
                <input
                    class="input input--text"
                    autocomplete="off"
                    prop:value=move || constant().unwrap_or_default()
                    on:input:target=move |event| set(Some(MappingSource::Constant(event.target().value())))
                />
            </label>
        </Show>
    }
}

/// The field's heading as a person reads it.
fn label(field: Field) -> String {
    if field == Field::Upn {
        return "User principal name".to_owned();
    }
    let mut characters = field.name().chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
