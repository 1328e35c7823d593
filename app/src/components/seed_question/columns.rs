//! A mapping by hand: our fields, and for each a column of the file or a value for all rows.

use leptos::prelude::*;
use token_core::seed_file::{Field, Mapping, MappingColumn, MappingPreview, MappingSource};

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

/// The columns with what they seem to hold, to be corrected and completed, and what comes of the first rows.
#[component]
pub fn ColumnsForm(
    columns: ColumnsQuestion,
    answer: Callback<Answer>,
    /// Goes back without reading the file again.
    back: Option<Callback<Mapping>>,
) -> impl IntoView {
    let mapping = RwSignal::new(columns.suggestion.clone());
    let is_asked = RwSignal::new(false);
    let fields = FIELDS
        .into_iter()
        .map(|field| view! { <FieldSource field columns=columns.columns.clone() mapping /> });
    let fields = fields.collect_view();
    let reason = columns.reason.clone();
    let fingerprint = columns.first.fingerprint();
    let remembered = if fingerprint.is_some() {
        "What you say is remembered in this browser for files with the same header, without any value of the file."
    } else {
        "The file has no header to remember it by: the next one is asked again."
    };
    let columns = StoredValue::new(columns);
    let open_points = move || columns.with_value(|columns| columns.open_points(&mapping.get()));
    let preview =
        Memo::new(move |_| columns.with_value(|columns| columns.first.preview(&mapping.get()).ok()));
    let read = move |_| {
        if open_points().is_empty() {
            answer.run(Answer::Columns(mapping.get_untracked(), fingerprint.clone()));
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
        <p>{reason}" Say what its columns hold. What can be told is filled in; keys are not shown in full. "{remembered}</p>
        <div class="mapping">{fields}</div>
        <div role="alert">{remarks}</div>
        <div class="actions">
            <button type="button" class="button button--primary" on:click=read>
                "Read the file"
            </button>
            {back
                .map(|back| {
                    view! {
                        <button type="button" class="button" on:click=move |_| back.run(mapping.get_untracked())>
                            "Back to the plan"
                        </button>
                    }
                })}
        </div>
        <h3 class="mapping__title">"The first rows"</h3>
        {move || preview.get().map(preview_table)}
    }
}

/// The first rows as the mapping reads them.
fn preview_table(preview: MappingPreview) -> impl IntoView {
    let heads = preview.fields.iter().map(|field| view! { <th scope="col">{label(*field)}</th> });
    let rows = preview.rows.into_iter().map(|row| {
        let cells = row.values.into_iter().map(|value| view! { <td><bdi>{value}</bdi></td> });
        view! {
            <tr>
                <td>{row.line}</td>
                {cells.collect_view()}
                <td>{row.issue.unwrap_or_else(|| "Can be read".to_owned())}</td>
            </tr>
        }
    });
    view! {
        // Focusable, so that the arrow keys scroll it.
        <div class="preview" tabindex="0" role="region" aria-label="The first rows">
            <table class="preview__table">
                <thead>
                    <tr>
                        <th scope="col">"Line"</th>
                        {heads.collect_view()}
                        <th scope="col">"Result"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

/// Where the values of a field come from, and the reason for this guess.
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
    let options = columns.iter().enumerate().map(|(index, column)| {
        let is_chosen = move || source() == Some(MappingSource::Column(index));
        view! {
            <option value=index.to_string() prop:selected=is_chosen>
                {column.name.clone()}
            </option>
        }
    });
    let options = options.collect_view();
    let is_required = Field::REQUIRED.contains(&field);
    let hint_id = format!("mapping-{}", field.name().replace(' ', "-"));
    let described = hint_id.clone();
    let hint = move || match source() {
        Some(MappingSource::Column(index)) => columns.get(index).map(|column| said(field, column)),
        _ => None,
    };
    view! {
        <div class="mapping__field">
            <label class="field">
                <span class="field__name">{label(field)}</span>
                <select
                    class="input"
                    autocomplete="off"
                    aria-describedby=described
                    on:change:target=move |event| choose(event.target().value())
                >
                    <option value="" prop:selected=move || source().is_none()>
                        {if is_required { "Choose a column" } else { "The file does not say" }}
                    </option>
                    {options}
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
            <p class="mapping__hint" id=hint_id>
                <bdi>{hint}</bdi>
            </p>
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
        </div>
    }
}

/// The first values of a column, and the reason why it is guessed to be this field.
fn said(field: Field, column: &MappingColumn) -> String {
    let samples = match column.samples.as_slice() {
        [] => "no values".to_owned(),
        samples => samples.join(", "),
    };
    match column.reason.as_str() {
        reason if column.field == Some(field) && !reason.is_empty() => {
            format!("{samples} (guessed by {reason})")
        }
        _ => samples,
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
