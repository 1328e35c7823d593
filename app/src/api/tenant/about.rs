//! Where the program runs.

use serde::{Deserialize, Serialize};

/// What the pages say about where the program runs; known when a page is rendered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Whether the tenant is the practice tenant.
    pub practice: bool,
}
