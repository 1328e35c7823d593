//! The first page of the inventory, which the server reads while it renders the document and writes into it, so that the
//! app does not have to ask for it.

#[cfg(feature = "ssr")]
use std::time::Duration;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use token_core::{error::ServiceError, ports::Page, token::Token, user::User};
#[cfg(feature = "ssr")]
use token_core::{ports::SharedDirectory, user::UserId};
#[cfg(feature = "ssr")]
use tokio::time::{Instant, timeout_at};

/// The element with the page as JSON.
const ELEMENT_ID: &str = "first-page";

/// How long the document waits for Microsoft in all. The app runs once the document has ended; it then reads the page itself.
#[cfg(feature = "ssr")]
const PATIENCE: Duration = Duration::from_secs(2);

/// What became of reading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstPage {
    /// The tokens.
    pub page: Result<Page<Token>, ServiceError>,
    /// Who holds the first of them, as far as it is known.
    pub users: Vec<User>,
}

/// The directory for the user of this request; `None` when they may not read the inventory.
#[cfg(feature = "ssr")]
pub fn directory() -> Option<SharedDirectory> {
    Some(crate::api::services::admin_services().ok()?.directory)
}

/// When the document goes on without Microsoft.
#[cfg(feature = "ssr")]
pub fn deadline() -> Instant {
    Instant::now() + PATIENCE
}

/// Reads the page; `None` when it takes too long.
#[cfg(feature = "ssr")]
pub async fn read(directory: &SharedDirectory, until: Instant) -> Option<FirstPage> {
    let page = timeout_at(until, directory.tokens(None)).await.ok()?;
    Some(FirstPage { page: page.map_err(crate::api::services::with_reference), users: Vec::new() })
}

/// Reads users; none when it takes too long or fails: the app tells why, which asks again.
#[cfg(feature = "ssr")]
pub async fn read_users(directory: &SharedDirectory, ids: Vec<UserId>, until: Instant) -> Vec<User> {
    if ids.is_empty() {
        return Vec::new();
    }
    timeout_at(until, directory.users_by_id(ids)).await.ok().and_then(Result::ok).unwrap_or_default()
}

/// The element with the page. What the directory holds is data there, whatever it is: no element ends or begins in it.
#[cfg(feature = "ssr")]
pub fn element(page: &FirstPage) -> impl IntoView + use<> {
    let json = serde_json::to_string(page).unwrap_or_default().replace('<', "\\u003c");
    view! { <script type="application/json" id=ELEMENT_ID inner_html=json></script> }
}

/// Takes the page out of the document, once.
pub fn take() -> Option<FirstPage> {
    let element = document().get_element_by_id(ELEMENT_ID)?;
    element.remove();
    serde_json::from_str(&element.text_content()?).ok()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_it_is_markup() {
        let error =
            ServiceError::Credentials { message: "</script><script>alert(1)</script><!--".to_owned() };
        let first = FirstPage { page: Err(error), users: Vec::new() };
        let html = element(&first).to_html();
        let json = html.strip_prefix("<script type=\"application/json\" id=\"first-page\">").unwrap();
        let json = json.strip_suffix("</script>").unwrap();
        assert!(!json.contains('<'), "{json}");
        assert_eq!(serde_json::from_str::<FirstPage>(json).unwrap(), first);
    }
}
