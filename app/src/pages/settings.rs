//! The settings page: the connected tenant, the check of the connection, the trial of the tenant, and the sessions.

mod check;
mod connect;
mod connection;
mod sessions;
mod trial;

use leptos::prelude::*;
use leptos_meta::Title;

use self::{check::Check, connect::Connect, connection::Connected, sessions::Sessions, trial::Trial};
use crate::api::boot_info::{BootInfo, DeploymentMode};

/// The settings page.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let boot_info = expect_context::<BootInfo>();
    let mode = boot_info.mode;
    let tenant = match (boot_info.mode, boot_info.user.operator, boot_info.can_connect) {
        (DeploymentMode::Practice, true, _) => view! { <Connect /> }.into_any(),
        (DeploymentMode::Practice, false, true) => view! { <HowToConnect /> }.into_any(),
        (DeploymentMode::Practice, false, false) => view! { <HowToConfigure /> }.into_any(),
        (mode, _, _) => view! { <Connected mode /> }.into_any(),
    };
    view! {
        <Title text="Settings" />
        <div class="page page--text">
            <h1>"Settings"</h1>
            <section class="card" aria-labelledby="tenant-title">
                {tenant}
            </section>
            <section class="card" aria-labelledby="check-title">
                <Check />
            </section>
            <section class="card" aria-labelledby="trial-title">
                <Trial />
            </section>
            // With a locally connected tenant nobody signs in.
            {(mode != DeploymentMode::Local)
                .then(|| {
                    view! {
                        <section class="card" aria-labelledby="sessions-title">
                            <Sessions />
                        </section>
                    }
                })}
        </div>
    }
}

/// How to connect a tenant, for users without the one-time link.
#[component]
fn HowToConnect() -> impl IntoView {
    view! {
        <h2 id="tenant-title">"Connect your tenant"</h2>
        <p>
            "This is the practice tenant. To manage your own, open the link that Token Inventory printed in the terminal when it was started: “Connect your own tenant”. It opens once, within ten minutes, on this machine only, so that nobody else can enter credentials here or use yours."
        </p>
    }
}

/// How to configure a tenant, for a server that other machines can reach.
#[component]
fn HowToConfigure() -> impl IntoView {
    view! {
        <h2 id="tenant-title">"Connect your tenant"</h2>
        <p>
            "This is the practice tenant. This server can be reached from other machines, so a tenant is set in its configuration: ENTRA_TENANT_ID, ENTRA_CLIENT_ID and a client secret or certificate."
        </p>
    }
}
