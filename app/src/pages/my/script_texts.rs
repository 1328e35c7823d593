//! The notes that the script of the page shows without asking the server. They are rendered here, so that all words and
//! all markup have one source.

use std::sync::Arc;

use leptos::prelude::*;
use token_core::error::ServiceError;

use super::{
    form_error::FormError,
    form_error_note::FormErrorNote,
    state::{MyTokensState, OpenForm},
};

/// The notes about a missing code, a missing serial number, and a server that does not answer.
#[component]
pub fn ScriptTexts(state: Arc<MyTokensState>) -> impl IntoView {
    let texts = state.texts;
    let note = |id: &'static str, error: FormError| {
        view! {
            <template id=id>
                <FormErrorNote state=Arc::clone(&state) error />
            </template>
        }
    };
    let missing_serial = (state.open == OpenForm::Claim)
        .then(|| note("missing-serial", FormError::Missing(texts.claim.missing)));
    view! {
        {note("missing-code", FormError::Missing(texts.code.missing))}
        {missing_serial}
        {note("offline", FormError::Failed(ServiceError::Disconnected))}
    }
}
