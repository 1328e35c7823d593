//! The first page of the inventory, which the server reads while it renders the document and writes into it, so that the
//! app does not have to ask for it.

#[cfg(feature = "ssr")]
use std::time::Duration;

use leptos::prelude::*;
use token_core::{error::ServiceError, ports::Page, token::Token};

/// The element with the page as JSON.
const ELEMENT_ID: &str = "first-page";

/// How long the document waits for Microsoft. The app runs once the document has ended; it then reads the page itself.
#[cfg(feature = "ssr")]
const PATIENCE: Duration = Duration::from_secs(2);

/// What became of reading it.
pub type FirstPage = Result<Page<Token>, ServiceError>;

/// Reads the page for the user of this request; `None` when they may not read it, or it takes too long.
#[cfg(feature = "ssr")]
pub async fn read() -> Option<FirstPage> {
    use crate::api::services::{admin_services, with_reference};
    let directory = admin_services().ok()?.directory;
    let page = tokio::time::timeout(PATIENCE, directory.tokens(None)).await.ok()?;
    Some(page.map_err(with_reference))
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
        let html = element(&Err(error.clone())).to_html();
        let json = html.strip_prefix("<script type=\"application/json\" id=\"first-page\">").unwrap();
        let json = json.strip_suffix("</script>").unwrap();
        assert!(!json.contains('<'), "{json}");
        assert_eq!(serde_json::from_str::<FirstPage>(json).unwrap(), Err(error));
    }
}
