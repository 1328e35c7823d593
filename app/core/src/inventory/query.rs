//! The query of the list, and its form in the URL: `q`, `status`, `model`, `report` and `sort`; defaults are left out.

use super::{SavedView, kinds::Kind};
use crate::{query_string::encode_value, token::TokenStatus};

/// Search, filters and order of the list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InventoryQuery {
    /// Words that must all occur in the token's columns, in any case, and filter words such as `status:assigned`.
    pub text: String,
    /// Only tokens with this status; any [`TokenStatus::Other`] stands for all other statuses.
    pub status: Option<TokenStatus>,
    /// Only tokens of this manufacturer and model.
    pub model: Option<(String, String)>,
    /// Only tokens of this saved view.
    pub saved_view: Option<SavedView>,
    /// The order.
    pub sort: Sort,
}

/// An order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Sort {
    /// The column to sort by.
    pub column: Column,
    /// From high to low. Empty values come last in both directions.
    pub descending: bool,
}

/// A column of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Column {
    /// Serial number.
    #[default]
    Serial,
    /// Manufacturer and model.
    Model,
    /// Hash function, then interval.
    Settings,
    /// The user's name, then user principal name.
    User,
    /// Status, in the order of the life cycle.
    Status,
    /// Last use.
    LastUsed,
}

impl Column {
    /// All columns, in the order on screen.
    pub const ALL: [Self; 6] =
        [Self::Serial, Self::Model, Self::Settings, Self::User, Self::Status, Self::LastUsed];

    /// The value in the URL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Serial => "serial",
            Self::Model => "model",
            Self::Settings => "hash",
            Self::User => "user",
            Self::Status => "status",
            Self::LastUsed => "last-used",
        }
    }
}

impl Sort {
    /// The order after a click on a column's heading: by that column, or reversed when it is sorted by it already.
    #[must_use]
    pub fn clicked(self, column: Column) -> Self {
        Self { column, descending: self.column == column && !self.descending }
    }

    fn to_url(self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.column.as_str())
    }

    fn from_url(value: &str) -> Option<Self> {
        let name = value.strip_prefix('-').unwrap_or(value);
        // Older links name the interval, which was a column of its own.
        let name = if name == "interval" { Column::Settings.as_str() } else { name };
        let column = Column::ALL.into_iter().find(|column| column.as_str() == name)?;
        Some(Self { column, descending: value.starts_with('-') })
    }
}

impl InventoryQuery {
    /// Parses the decoded pairs of a URL's query. Unknown or invalid ones are ignored, because URLs are also typed by
    /// hand.
    pub fn from_pairs<K: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut query = Self::default();
        for (key, value) in pairs {
            let value = value.as_ref();
            match key.as_ref() {
                "q" => value.clone_into(&mut query.text),
                "status" => query.status = status_from_url(value),
                "model" => query.model = model_from_url(value),
                // Links to views that were the same as a status.
                "report" if value == "not-activated" => query.status = Some(TokenStatus::Assigned),
                "report" if value == "failed-activation" => {
                    query.status = Some(TokenStatus::FailedActivation)
                }
                "report" => query.saved_view = SavedView::from_url(value),
                "sort" => query.sort = Sort::from_url(value).unwrap_or_default(),
                _ => {}
            }
        }
        query
    }

    /// The query part of a URL, without `?`; empty for the default query.
    pub fn to_query_string(&self) -> String {
        let pairs = [
            ("q", Some(self.text.trim_end().to_owned()).filter(|text| !text.is_empty())),
            ("status", self.status.as_ref().map(|status| status_to_url(status).to_owned())),
            ("model", self.model.as_ref().map(model_to_url)),
            ("report", self.saved_view.map(|saved_view| saved_view.as_str().to_owned())),
            ("sort", (self.sort != Sort::default()).then(|| self.sort.to_url())),
        ];
        let given = pairs.into_iter().filter_map(|(key, value)| Some((key, value?)));
        let encoded = given.map(|(key, value)| format!("{key}={}", encode_value(&value)));
        encoded.collect::<Vec<_>>().join("&")
    }

    /// Whether a status matches the filter by status.
    pub(super) fn has_status(&self, actual: &TokenStatus) -> bool {
        self.status.as_ref().is_none_or(|wanted| match (wanted, actual) {
            (TokenStatus::Other(_), TokenStatus::Other(_)) => true,
            (wanted, actual) => wanted == actual,
        })
    }

    /// Whether the tokens of a kind match the filter by model.
    pub(super) fn has_model(&self, kind: &Kind) -> bool {
        self.model
            .as_ref()
            .is_none_or(|(manufacturer, model)| *manufacturer == kind.manufacturer && *model == kind.model)
    }
}

/// The word of a status in the URL, and in the search.
pub(super) fn status_to_url(status: &TokenStatus) -> &'static str {
    match status {
        TokenStatus::Available => "available",
        TokenStatus::Assigned => "assigned",
        TokenStatus::Activated => "activated",
        TokenStatus::FailedActivation => "failed",
        TokenStatus::Other(_) => "other",
    }
}

fn status_from_url(value: &str) -> Option<TokenStatus> {
    Some(match value {
        "available" => TokenStatus::Available,
        "assigned" => TokenStatus::Assigned,
        "activated" => TokenStatus::Activated,
        "failed" => TokenStatus::FailedActivation,
        "other" => TokenStatus::Other(String::new()),
        _ => return None,
    })
}

/// `manufacturer:model`; a colon in the manufacturer's name is written `%3A`, so that the first colon separates.
fn model_to_url((manufacturer, model): &(String, String)) -> String {
    format!("{}:{model}", manufacturer.replace('%', "%25").replace(':', "%3A"))
}

fn model_from_url(value: &str) -> Option<(String, String)> {
    let (manufacturer, model) = value.split_once(':')?;
    Some((manufacturer.replace("%3A", ":").replace("%25", "%"), model.to_owned()))
}
