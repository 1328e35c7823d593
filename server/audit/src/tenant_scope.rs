//! Of which tenants entries are read.

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
}
