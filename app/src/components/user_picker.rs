//! Finds a person of the directory while one types.

use leptos::prelude::*;
use token_core::user::User;

/// A field, and below it the people whose name, user principal name or mail address begins with what was typed.
#[component]
pub fn UserPicker(
    /// The person who was chosen.
    chosen: Callback<User>,
) -> impl IntoView {
    _ = chosen;
}
