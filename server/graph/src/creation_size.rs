//! How many tokens the tenant creates by one write, as far as its answers tell.

use std::sync::atomic::{AtomicUsize, Ordering};

use token_core::ports::MAX_ITEMS;

/// The size, which all clients of a tenant share.
#[derive(Debug)]
pub(crate) struct CreationSize(AtomicUsize);

impl Default for CreationSize {
    fn default() -> Self {
        Self(AtomicUsize::new(MAX_ITEMS))
    }
}

impl CreationSize {
    /// Most tokens of one write.
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// The tenant has refused more than this.
    pub fn lower(&self, size: usize) {
        let before = self.0.fetch_min(size.max(1), Ordering::Relaxed);
        if size < before {
            tracing::info!(size, "the tenant creates fewer tokens by one write than expected");
        }
    }

    /// The size, if the tenant has refused more.
    pub fn lowered(&self) -> Option<usize> {
        Some(self.get()).filter(|size| *size < MAX_ITEMS)
    }
}
