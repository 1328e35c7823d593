//! The form with which the local operator connects a tenant.

use leptos::{ev, prelude::*, task::spawn_local};
use token_core::error::ServiceError;

use crate::{
    api::{
        connection::{ClientSecret, Credentials},
        settings::connect,
    },
    base::href,
    browser::navigate_to,
    components::text_field::TextField,
    paths,
};

/// The state of the form.
#[derive(Debug, Clone, PartialEq)]
enum ConnectState {
    Editing,
    Asking,
    Refused(ServiceError),
}

/// The form: tenant id, client id, client secret.
#[component]
pub fn Connect() -> impl IntoView {
    let [tenant_id, client_id, secret] = [(); 3].map(|()| RwSignal::new(String::new()));
    let state = RwSignal::new(ConnectState::Editing);
    let is_asking = move || state.with(|state| *state == ConnectState::Asking);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if is_asking() {
            return;
        }
        state.set(ConnectState::Asking);
        let credentials = Credentials {
            tenant_id: tenant_id.get_untracked(),
            client_id: client_id.get_untracked(),
            client_secret: ClientSecret(secret.get_untracked()),
        };
        spawn_local(async move {
            match connect(credentials).await {
                // The page is loaded again and checks the connection.
                Ok(()) => navigate_to(&href(paths::SETTINGS_CHECK)),
                Err(error) => state.set(ConnectState::Refused(error.0)),
            }
        });
    };
    view! {
        <h2 id="tenant-title">"Connect your tenant"</h2>
        <p class="hint">
            "You find the first two on the Overview page of the app registration in the Entra admin center, the secret under Certificates & secrets. No app registration yet? docs/APP_REGISTRATION.md makes one in ten minutes."
        </p>
        <form class="form" on:submit=submit>
            <TextField
                label="Tenant id"
                hint="Directory (tenant) ID, or a domain such as contoso.onmicrosoft.com"
                value=tenant_id
            />
            <TextField label="Client id" hint="Application (client) ID" value=client_id />
            <TextField
                label="Client secret"
                hint="The secret's Value, not its Secret ID. It stays in this program's memory until you disconnect or end the program; it is never shown or stored."
                value=secret
                secret=true
            />
            <div role="alert">
                {move || match state.get() {
                    ConnectState::Refused(error) => {
                        Some(
                            view! {
                                <div class="note note--danger">
                                    <p>
                                        <strong>"Not connected. "</strong>
                                        {error.to_string()}
                                    </p>
                                </div>
                            },
                        )
                    }
                    _ => None,
                }}
            </div>
            <p class="actions">
                <button class="button button--primary" aria-disabled=move || is_asking().to_string()>
                    {move || if is_asking() { "Asking Microsoft …" } else { "Connect" }}
                </button>
            </p>
        </form>
    }
}
