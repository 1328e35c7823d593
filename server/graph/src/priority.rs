//! The priority of a request: which ones Graph throttles first (MICROSOFT_GRAPH.md 5).

/// The header that tells Graph the priority.
pub(crate) const THROTTLE_PRIORITY: &str = "x-ms-throttle-priority";

/// The priority of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Priority {
    /// Writes of a long run, which can wait.
    Low,
    /// Everything else.
    Normal,
    /// A person waits for it, at their own tokens.
    High,
}

impl Priority {
    /// The header's value. `Normal` is Graph's default and sends none.
    pub fn value(self) -> Option<&'static str> {
        match self {
            Self::Low => Some("low"),
            Self::Normal => None,
            Self::High => Some("high"),
        }
    }
}
