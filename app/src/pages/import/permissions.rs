//! Which import modes are impossible because the app lacks a permission.

use leptos::prelude::*;
use token_core::{
    checkup::{Capability, MissingPermissions},
    plan::Mode,
};

use crate::api::tenant::missing_permissions;

/// The missing permissions; empty while they are loading, and when they cannot be determined.
#[derive(Clone, Copy)]
pub struct Permissions(LocalResource<MissingPermissions>);

impl Permissions {
    /// Loads them once per page.
    pub fn load() -> Self {
        Self(LocalResource::new(|| async { missing_permissions().await.unwrap_or_default() }))
    }

    /// Why this mode would fail.
    pub fn reason(self, mode: Mode) -> Option<String> {
        let missing = self.0.get()?;
        let permission = missing.first(Capability::for_import(mode))?;
        Some(format!("Not possible yet: {permission} is missing. Settings → Check says how to get it."))
    }
}
