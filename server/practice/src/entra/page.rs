//! The pages of the practice Entra: without scripts, in light and dark, with escaped names.

use axum::response::{Html, IntoResponse as _, Response};
use http::{StatusCode, header};

use crate::{
    company::{DirectoryUser, NAME},
    oauth::aadsts::AadstsError,
    state::Tenant,
    test_users::TestUser,
};

const STYLE: &str = "\
:root{color-scheme:light dark;--back:#f3f5f7;--card:#fff;--text:#1b1d21;--soft:#4c5560;--line:#8a94a0;--mark:#0b5cad}\
@media(prefers-color-scheme:dark){:root{--back:#15181c;--card:#1f2429;--text:#eef1f4;--soft:#b4bec9;--line:#6d7884;--mark:#7fb8f5}}\
*{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--text);font:1rem/1.5 system-ui,sans-serif}\
header{padding:.75rem 1rem;border-bottom:1px solid var(--line);background:var(--card)}header p{margin:0 auto;max-width:34rem}\
main{max-width:36rem;margin:0 auto;padding:1.5rem 1rem}h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem}\
p{margin:0 0 1rem;overflow-wrap:anywhere}ul{list-style:none;margin:1.25rem 0;padding:0;display:grid;gap:.75rem}\
button{display:block;width:100%;padding:.75rem 1rem;border:1px solid var(--line);border-radius:.5rem;background:var(--card);color:inherit;font:inherit;text-align:start;cursor:pointer}\
button:hover{border-color:var(--mark)}button:focus-visible{outline:3px solid var(--mark);outline-offset:2px}\
button strong,button span{display:block}button span{color:var(--soft);overflow-wrap:anywhere}button.plain{width:auto;display:inline-block;margin-inline-end:.5rem;font-weight:600}";

/// Escapes a text for element content and quoted attributes.
pub fn escape(text: &str) -> String {
    html_escape::encode_safe(text).into_owned()
}

/// A whole page.
pub fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title} - practice tenant</title><style>{STYLE}</style></head><body><header><p><strong>Practice tenant</strong> of {NAME}, a company that does not exist. Nothing here is Microsoft's.</p></header><main>{body}</main></body></html>"
    )
}

/// Answers with a page that allows no scripts and no frames.
pub fn answer(status: StatusCode, title: &str, body: &str) -> Response {
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, Html(document(title, body))).into_response()
}

/// Shows an error that is not sent to the app, because the redirect URI is not validated.
pub fn error(refusal: &AadstsError, now_ms: u64) -> Response {
    let body = format!(
        "<h1>Sorry, but we are having trouble signing you in</h1><p>{}</p>",
        escape(&refusal.description(now_ms))
    );
    answer(StatusCode::BAD_REQUEST, "Sign-in is not possible", &body)
}

/// The data of the page on which users choose who they are.
pub struct Choice<'a> {
    /// The action of the form.
    pub action: &'a str,
    /// The user that the app suggests.
    pub hint: Option<TestUser>,
    /// The app requests step-up authentication.
    pub step_up: bool,
    /// Permissions that the app requests by name.
    pub requested: &'a [&'static str],
}

/// The page on which users choose who they are.
pub fn choose(tenant: &Tenant, choice: &Choice<'_>) -> Response {
    let company = tenant.company();
    let person = |test_user| Some((test_user, company.person(tenant.test_users.key(test_user)?)?));
    let mut people: Vec<_> = TestUser::ALL.into_iter().filter_map(person).collect();
    people.sort_by_key(|(test_user, _)| choice.hint != Some(*test_user));
    let buttons: String = people.into_iter().map(|(test_user, person)| button(test_user, person)).collect();
    let why = if choice.step_up {
        "<p>The app wants to change something that needs a stronger sign-in. Choosing yourself again counts as one.</p>"
    } else {
        ""
    };
    let requested = match choice.requested {
        [] => String::new(),
        names => format!("<p>The app asks for: {}.</p>", escape(&names.join(", "))),
    };
    let body = format!(
        "<h1>Choose who you are</h1><p>The app sent you here to sign in. There are no passwords: choose somebody.</p>{why}{requested}<form method=\"post\" action=\"{}\"><ul>{buttons}</ul><button class=\"plain\" name=\"as\" value=\"refuse\">Refuse</button></form>",
        escape(choice.action)
    );
    answer(StatusCode::OK, "Choose who you are", &body)
}

fn button(test_user: TestUser, person: &DirectoryUser) -> String {
    format!(
        "<li><button name=\"as\" value=\"{}\"><strong>{}: <bdi>{}</bdi></strong><span>{}</span><span>{}</span></button></li>",
        test_user.word(),
        test_user.title(),
        escape(&person.name),
        escape(&person.upn),
        test_user.explained()
    )
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escape("<b a=\"x\">'&"), "&lt;b a=&quot;x&quot;&gt;&#x27;&amp;");
    }
}
