//! The connection to the tenant, and disconnecting from it.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::{
        boot_info::{BootInfo, DeploymentMode},
        connection::ConnectionView,
        settings::{disconnect, read_settings},
    },
    base::href,
    browser::navigate_to,
    components::{dialog::Dialog, error_note::ErrorNote},
    paths,
    state::announcer::use_announcer,
};

/// The tenant, the app registration and the endpoints.
#[component]
pub fn Connected(
    /// How the connection was configured.
    mode: DeploymentMode,
) -> impl IntoView {
    let read = LocalResource::new(read_settings);
    view! {
        <h2 id="tenant-title">"Tenant"</h2>
        {move || match read.get() {
            None => view! { <p class="hint">"Reading …"</p> }.into_any(),
            Some(Ok(connection)) => view! { <ConnectionFacts mode connection /> }.into_any(),
            Some(Err(error)) => {
                view! {
                    <ErrorNote
                        what="The settings could not be read"
                        error=error.0
                        retry=Callback::new(move |()| read.refetch())
                    />
                }
                    .into_any()
            }
        }}
        {(mode == DeploymentMode::Local).then(|| view! { <Disconnect /> })}
        {(mode == DeploymentMode::Organisation)
            .then(|| {
                view! { <p class="hint">"These are set in the server's configuration, and change with its restart."</p> }
            })}
    }
}

#[component]
fn ConnectionFacts(mode: DeploymentMode, connection: ConnectionView) -> impl IntoView {
    let role = expect_context::<BootInfo>().admin_role;
    let acts = if connection.delegated {
        "Delegated: each administrator acts with their own Entra roles"
    } else {
        "Application: the app acts with its own permissions"
    };
    let credential = match (mode, connection.credential) {
        (DeploymentMode::Local, credential) => format!("A {credential}, in this program's memory only"),
        (_, credential) => format!("A {credential}"),
    };
    let mut facts = vec![
        ("Tenant id", connection.tenant_id),
        ("Client id", connection.client_id),
        ("Credential", credential),
        ("Access to Graph", acts.to_owned()),
        ("Sign-in", connection.authority),
        ("Microsoft Graph", connection.endpoint),
    ];
    if mode == DeploymentMode::Organisation {
        facts.push(("Administrators have the app role", role));
        facts.push(("Redirect URI, to be registered exactly so", connection.redirect_uri));
    }
    let rows = facts.into_iter().map(|(name, value)| {
        view! {
            <dt>{name}</dt>
            <dd>
                <bdi>{value}</bdi>
            </dd>
        }
    });
    view! { <dl class="facts">{rows.collect_view()}</dl> }
}

/// Disconnects the tenant, after a confirmation.
#[component]
fn Disconnect() -> impl IntoView {
    let open = RwSignal::new(false);
    let announcer = use_announcer();
    let leave = move |_| {
        spawn_local(async move {
            match disconnect().await {
                Ok(()) => navigate_to(&href(paths::SETTINGS)),
                Err(error) => announcer.announce(error.0.to_string()),
            }
        });
    };
    view! {
        <p class="actions">
            <button class="button" on:click=move |_| open.set(true)>
                "Disconnect"
            </button>
        </p>
        <Dialog open title="Disconnect this tenant?">
            <p>
                "Token Inventory forgets the tenant, the client id and the client secret. Nothing changes in the tenant itself. To come back you enter them again."
            </p>
            <div class="dialog__buttons">
                <button class="button button--primary" autofocus on:click=move |_| open.set(false)>
                    "Stay connected"
                </button>
                <button class="button" on:click=leave>
                    "Disconnect"
                </button>
            </div>
        </Dialog>
    }
}
