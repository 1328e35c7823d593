//! The view of the audit log, and its form in the URL: the query parameters of the filter, and `period`.

use token_core::audit::{AuditAction, AuditFilter, EntryStatus, RunId};

/// The time range of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Period {
    /// Any time.
    #[default]
    All,
    /// Since the last midnight.
    Today,
    /// Today and the six days before.
    Week,
    /// Today and the 29 days before.
    Month,
    /// Between two times: [`AuditFilter::from_ms`] and [`AuditFilter::to_ms`].
    Between,
}

impl Period {
    /// All periods, in the order of the select box.
    pub const EACH: [Self; 5] = [Self::All, Self::Today, Self::Week, Self::Month, Self::Between];

    /// The label on the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::All => "Any time",
            Self::Today => "Today",
            Self::Week => "Last 7 days",
            Self::Month => "Last 30 days",
            Self::Between => "From … to …",
        }
    }

    /// The number of days before today at which it starts.
    pub const fn days(self) -> Option<u32> {
        match self {
            Self::Today => Some(0),
            Self::Week => Some(6),
            Self::Month => Some(29),
            Self::All | Self::Between => None,
        }
    }

    const fn word(self) -> Option<&'static str> {
        match self {
            Self::Today => Some("today"),
            Self::Week => Some("7d"),
            Self::Month => Some("30d"),
            Self::All | Self::Between => None,
        }
    }

    fn of(word: &str) -> Self {
        Self::EACH.into_iter().find(|period| period.word() == Some(word)).unwrap_or_default()
    }
}

/// Period and filters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditView {
    /// The time range. A period relative to today is stored as such in the URL.
    pub period: Period,
    /// The other filters. Its times are set only with [`Period::Between`].
    pub filter: AuditFilter,
}

impl AuditView {
    /// Parses the decoded pairs of a URL query. Unknown and invalid ones are ignored, because URLs are also typed by
    /// hand.
    pub fn from_pairs<K: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut view = Self::default();
        let filter = &mut view.filter;
        for (key, value) in pairs {
            let value = value.as_ref();
            let text = || Some(value.to_owned());
            match key.as_ref() {
                "period" => view.period = Period::of(value),
                "from_ms" => filter.from_ms = value.parse().ok(),
                "to_ms" => filter.to_ms = value.parse().ok(),
                "actor" => filter.actor = text(),
                "token" => filter.token = text(),
                "person" => filter.person = text(),
                "action" => filter.action = AuditAction::parse(value),
                "result" => filter.result = EntryStatus::parse(value),
                "run" => filter.run = RunId::parse(value),
                "text" => filter.text = text(),
                _ => {}
            }
        }
        if view.filter.from_ms.is_some() || view.filter.to_ms.is_some() {
            view.period = Period::Between;
        }
        view.filter = view.filter.trimmed();
        view
    }

    /// The query of a URL, without `?`; empty without a filter.
    pub fn to_query(&self) -> String {
        let period = self.period.word().map(|word| format!("period={word}"));
        let filter = Some(self.filter.to_query()).filter(|query| !query.is_empty());
        [period, filter].into_iter().flatten().collect::<Vec<_>>().join("&")
    }

    /// Whether runs are grouped into one line each: not when a filter other than the time selects single entries.
    pub fn groups_runs(&self) -> bool {
        self.filter.clone().trimmed().is_time_range_only()
    }

    /// Whether nothing is filtered.
    pub fn is_everything(&self) -> bool {
        self.period.days().is_none() && self.filter.clone().trimmed().is_empty()
    }

    /// The filter for the server; `since` returns the start of the day so many days ago.
    pub fn server_filter(&self, since: impl FnOnce(u32) -> u64) -> AuditFilter {
        let mut filter = self.filter.clone().trimmed();
        if let Some(days) = self.period.days() {
            filter.from_ms = Some(since(days));
        }
        filter
    }

    /// Changes the time range.
    pub fn set_period(&mut self, period: Period) {
        self.period = period;
        if period != Period::Between {
            (self.filter.from_ms, self.filter.to_ms) = (None, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> AuditView {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        AuditView::from_pairs(pairs.map(|(key, value)| (key, value.replace("%40", "@").replace("%2D", "-"))))
    }

    #[test]
    fn the_url_keeps_all_filters() {
        let query = "period=7d&actor=ann@x.example&token=12345678&person=bob&action=assign&result=refused\
                     &run=0a0a0a0a-0a0a-4a0a-8a0a-0a0a0a0a0a0a&text=wrong";
        let view = read(query);
        assert_eq!((view.period, view.filter.action), (Period::Week, Some(AuditAction::Assign)));
        assert_eq!(read(&view.to_query().replace("%2E", ".")), view);
        let between = read("from_ms=5&to_ms=9");
        assert_eq!(between.period, Period::Between);
        assert_eq!(between.to_query(), "from_ms=5&to_ms=9");
    }

    #[test]
    fn invalid_parameters_are_ignored() {
        assert_eq!(
            read("period=yesterday&action=reboot&result=fine&run=1&from_ms=x&text= &q=1"),
            AuditView::default()
        );
        assert_eq!(AuditView::default().to_query(), "");
    }

    #[test]
    fn a_period_is_relative_to_today() {
        let mut view = read("period=30d");
        assert_eq!(view.server_filter(|days| u64::from(days) + 1).from_ms, Some(30));
        assert!(!view.is_everything() && view.groups_runs());
        assert!(!read("period=30d&result=refused").groups_runs());
        view.set_period(Period::Between);
        view.filter.to_ms = Some(9);
        view.set_period(Period::All);
        assert!(view.is_everything());
        assert!(view.server_filter(|_| 1).is_empty());
    }
}
