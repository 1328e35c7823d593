//! The priority that a client asks for (MICROSOFT_GRAPH.md 5).

/// The header `x-ms-throttle-priority`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThrottlePriority {
    Low,
    /// The usual one, without the header too.
    Normal,
    High,
}

impl ThrottlePriority {
    /// The name of the header.
    pub const HEADER: &str = "x-ms-throttle-priority";

    /// Reads the header's value, case-insensitively.
    pub fn read(value: Option<&str>) -> Self {
        match value.map(str::to_ascii_lowercase).as_deref() {
            Some("low") => Self::Low,
            Some("high") => Self::High,
            _ => Self::Normal,
        }
    }
}
