//! Of which tenants entries are read.

use super::store::BindValue;

/// Of which tenants entries are read. A store may hold entries of several: of those that the local operator connected one after the
/// other, or of an earlier configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TenantScope {
    /// Of all: for whoever may read the database itself.
    All,
    /// Of one, by its names in entries: its id, and its domains.
    Named(Vec<String>),
}

impl TenantScope {
    /// Of the tenant with these names.
    pub fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Named(names.into_iter().map(ToOwned::to_owned).collect())
    }

    /// Whether an entry of this tenant is read.
    pub fn contains(&self, tenant: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.iter().any(|name| name.eq_ignore_ascii_case(tenant)),
        }
    }

    /// The condition on a column with the tenant, beginning with AND, or nothing; and its values, of which the first is parameter `first`.
    pub(crate) fn condition(&self, column: &str, first: usize) -> (String, Vec<BindValue>) {
        let Self::Named(names) = self else { return (String::new(), Vec::new()) };
        if names.is_empty() {
            return ("AND 1 = 0".to_owned(), Vec::new());
        }
        let places: Vec<String> =
            (first..).take(names.len()).map(|place| format!("lower(${place})")).collect();
        let binds = names.iter().cloned().map(BindValue::Text).collect();
        (format!("AND lower({column}) IN ({})", places.join(", ")), binds)
    }
}
