//! The base path: the path of PUBLIC_URL, below which the server is reached when it shares a host with others.
//!
//! Routes are defined at the root. This module strips the base path from requests, and prepends it to the `Location` of
//! redirects to this server.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, Uri, header, uri::PathAndQuery},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
};
use tower::Layer as _;
use url::Url;

/// The base path of a public URL, without a trailing slash; empty at the root of a host.
pub fn of(public_url: &Url) -> String {
    public_url.path().trim_end_matches('/').to_owned()
}

/// Whether a path can be a base path: its segments consist of unreserved characters (RFC 3986 section 2.3), so that it needs
/// no escaping in URLs, scripts and cookie names.
pub fn is_valid(path: &str) -> bool {
    let is_unreserved = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    let path = path.strip_suffix('/').unwrap_or(path);
    let are_plain =
        |parts: &str| parts.split('/').all(|part| !part.is_empty() && part.chars().all(is_unreserved));
    path.is_empty() || path.strip_prefix('/').is_some_and(are_plain)
}

/// Nests the whole router below a base path, which is not empty; `outside` has the routes that work without it, too.
pub fn nest(base: String, router: Router, outside: Router) -> Router {
    let base: Arc<str> = base.into();
    let inside = from_fn_with_state(Arc::clone(&base), forward).layer(router);
    outside.fallback_service(inside)
}

async fn forward(State(base): State<Arc<str>>, mut request: Request, next: Next) -> Response {
    if request.uri().path() == &*base {
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        return Redirect::permanent(&format!("{base}/{query}")).into_response();
    }
    let Some(uri) = strip(&base, request.uri()) else {
        let words = format!(
            "Nothing is here: this server answers below {base}/, as PUBLIC_URL says. A proxy before it must pass the path on as \
             it is.\n"
        );
        return (StatusCode::NOT_FOUND, words).into_response();
    };
    *request.uri_mut() = uri;
    let mut answer = next.run(request).await;
    if let Some(location) = answer.headers().get(header::LOCATION).and_then(|to| prepend(&base, to)) {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    answer
}

/// The URI without the base path; `None` outside of it.
fn strip(base: &str, uri: &Uri) -> Option<Uri> {
    let target = uri.path_and_query()?.as_str().strip_prefix(base)?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(target.starts_with('/').then(|| PathAndQuery::try_from(target).ok())??);
    Uri::from_parts(parts).ok()
}

/// A `Location` with the base path; `None` when it leads to another host.
fn prepend(base: &str, to: &HeaderValue) -> Option<HeaderValue> {
    let to = to.to_str().ok().filter(|to| to.starts_with('/') && !to.starts_with("//"))?;
    HeaderValue::try_from(format!("{base}{to}")).ok()
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        routing::get,
    };
    use tower::ServiceExt as _;

    use super::*;

    async fn ask(target: &str) -> (StatusCode, String, String) {
        let routes = Router::new()
            .route("/", get(|| async { "first" }))
            .route("/page", get(|uri: Uri| async move { uri.to_string() }))
            .route("/on", get(|| async { Redirect::to("/page?a=b") }))
            .route("/away", get(|| async { Redirect::to("https://login.example/") }));
        let request = Request::get(target).body(Body::empty()).unwrap();
        let outside = Router::new().route("/healthz", get(|| async { "ok" }));
        let answer = nest("/a/tokens".to_owned(), routes, outside).oneshot(request).await.unwrap();
        let location = answer.headers().get(header::LOCATION);
        let location = location.map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), 1_000).await.unwrap();
        (status, location, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn routes_are_found_below_the_base_and_nowhere_else() {
        for (target, body) in [("/a/tokens/", "first"), ("/a/tokens/page?q=1", "/page?q=1")] {
            let (status, _, answer) = ask(target).await;
            assert_eq!((status, answer.as_str()), (StatusCode::OK, body), "{target}");
        }
        for target in ["/", "/page", "/a/tokensold/page", "/a/page", "/a/tokens/a/tokens/page"] {
            let (status, _, answer) = ask(target).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{target}: {answer}");
        }
        assert!(ask("/page").await.2.contains("/a/tokens/"));
    }

    #[tokio::test]
    async fn health_checks_work_without_the_base() {
        assert_eq!(ask("/healthz").await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn redirects_get_the_base_unless_they_lead_to_other_hosts() {
        assert_eq!(ask("/a/tokens").await.1, "/a/tokens/");
        assert_eq!(ask("/a/tokens?q=a%20b").await.1, "/a/tokens/?q=a%20b");
        assert_eq!(ask("/a/tokens/on").await.1, "/a/tokens/page?a=b");
        assert_eq!(ask("/a/tokens/away").await.1, "https://login.example/");
    }

    #[test]
    fn a_base_needs_no_escaping() {
        for good in ["", "/", "/tokens", "/tokens/", "/it/token-inventory_2.0~x/"] {
            assert!(is_valid(good), "{good}");
        }
        for bad in ["//", "/a//b", "/a b", "/a%20b", "/it's", "/a;b", "/\u{fc}"] {
            assert!(!is_valid(bad), "{bad}");
        }
    }
}
