//! The boot information: the deployment and the current user.

use crate::api::boot_info::BootInfo;

/// The boot information of this request.
#[cfg(feature = "ssr")]
pub fn boot_info() -> BootInfo {
    leptos::prelude::expect_context::<crate::api::services::Services>().boot_info
}

/// The boot information that the server wrote into the document.
#[cfg(not(feature = "ssr"))]
pub fn boot_info() -> BootInfo {
    let document = leptos::prelude::document().document_element();
    let written = document.and_then(|html| html.get_attribute("data-about"));
    // Every document of this app has it.
    written.and_then(|boot_info| serde_json::from_str(&boot_info).ok()).unwrap_or_else(BootInfo::unknown)
}
