//! Which of the ways to import the app lacks a permission for.

use leptos::prelude::*;
use token_core::{
    checkup::{Capability, MissingPermissions},
    rollout::Mode,
};

use crate::api::tenant::missing_permissions;

/// What is known to be missing; nothing until the answer has come, and when it cannot be found out.
#[derive(Clone, Copy)]
pub struct Permissions(LocalResource<MissingPermissions>);

impl Permissions {
    /// Asks once for the page.
    pub fn load() -> Self {
        Self(LocalResource::new(|| async { missing_permissions().await.unwrap_or_default() }))
    }

    /// Why this way to import would fail.
    pub fn reason(self, mode: Mode) -> Option<String> {
        let missing = self.0.get()?;
        let permission = missing.first(Capability::for_import(mode))?;
        Some(format!("Not possible yet: {permission} is missing. Settings → Check says how to get it."))
    }
}
