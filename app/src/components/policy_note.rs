//! Warns when the tenant's policy disables hardware OATH tokens.

use leptos::prelude::*;
use token_core::ports::MethodPolicy;

use crate::api::tenant::read_method_policy;

/// A warning while the hardware OATH method is off; nothing otherwise.
#[component]
pub fn PolicyNote() -> impl IntoView {
    let policy = LocalResource::new(read_method_policy);
    let is_off = move || policy.get().is_some_and(|read| read == Ok(MethodPolicy::Disabled));
    view! {
        <Show when=is_off>
            <div class="note note--warning" role="alert">
                <p>
                    <strong>"Hardware tokens are switched off in this tenant. "</strong>
                    "Tokens can be imported, assigned and activated, but nobody can sign in with one. Switch the method on in Entra admin center → Authentication methods → Policies → Hardware OATH tokens; it takes up to an hour to spread."
                </p>
            </div>
        </Show>
    }
}
