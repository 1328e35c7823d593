//! *My tokens* as a browser without scripts sees it: pages of HTML, and forms that are sent.

use http::{Method, header};

use crate::support::browser::{Browser, TestResponse};

/// The page, which must be shown.
pub async fn open(browser: &Browser, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body
}

/// The fields that the form of the page which writes has from the server, without what a person types.
pub fn hidden_fields(page: &str) -> Vec<(String, String)> {
    let (_, form) = page.split_once("method=\"post\" action=\"/my\"").expect("a form that writes");
    let (form, _) = form.split_once("</form>").unwrap();
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        Some(html_escape::decode_html_entities(rest.split('"').next()?).into_owned())
    };
    let tags = form.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap());
    let hidden = tags.filter(|tag| tag.contains("type=\"hidden\""));
    hidden.map(|tag| (attribute(tag, "name").unwrap(), attribute(tag, "value").unwrap())).collect()
}

/// Sends a form with these fields, as a browser does.
pub async fn post(browser: &Browser, fields: &[(impl AsRef<str>, impl AsRef<str>)]) -> TestResponse {
    post_with(browser, &[OWN_SITE, FORM], fields).await
}

/// A browser's header of a request from a page of the same site.
pub const OWN_SITE: (&str, &str) = ("sec-fetch-site", "same-origin");
/// The type of a form.
pub const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// The same, with these headers.
pub async fn post_with(
    browser: &Browser,
    headers: &[(&str, &str)],
    fields: &[(impl AsRef<str>, impl AsRef<str>)],
) -> TestResponse {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = browser.request(Method::POST, "/my").header(header::ACCEPT, "text/html");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    browser.send(request, body).await
}

/// Fills in the form of a page, sends it, and follows the redirect to the page that answers.
pub async fn submit(browser: &Browser, page: &str, typed: &[(&str, &str)]) -> String {
    let answer = post(browser, &filled(page, typed)).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    open(browser, answer.location()).await
}

/// The fields of a page's form with what a person types.
pub fn filled(page: &str, typed: &[(&str, &str)]) -> Vec<(String, String)> {
    let typed = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    hidden_fields(page).into_iter().chain(typed).collect()
}
