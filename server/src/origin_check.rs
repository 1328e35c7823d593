//! Rejects requests for another host, and writes from another origin.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use token_core::error::ServiceError;
use url::Url;

/// The hosts and origins under which this server may be reached.
#[derive(Debug, Clone)]
pub struct AllowedOrigins {
    own: Arc<[(String, String)]>,
    /// The scheme of the public address.
    scheme: String,
}

/// A host without its port, if that is the usual one of the scheme: `name:443` is `name` under https. Some proxies send the port always.
pub(crate) fn without_usual_port<'a>(scheme: &str, host: &'a str) -> &'a str {
    let usual = if scheme == "https" { ":443" } else { ":80" };
    host.strip_suffix(usual).unwrap_or(host)
}

impl AllowedOrigins {
    /// The public address, and the loopback names with the port listened on.
    pub fn new(addr: SocketAddr, public_url: &Url) -> Self {
        let local = ["localhost", "127.0.0.1", "[::1]"].map(|name| {
            let host = if addr.port() == 80 { name.to_owned() } else { format!("{name}:{}", addr.port()) };
            (host.clone(), format!("http://{host}"))
        });
        let origin = public_url.origin().ascii_serialization();
        let host = origin.split_once("://").map_or(origin.clone(), |(_, host)| host.to_owned());
        let scheme = public_url.scheme().to_owned();
        Self { own: local.into_iter().chain([(host, origin)]).collect(), scheme }
    }

    fn allows_host(&self, host: &str) -> bool {
        let host = without_usual_port(&self.scheme, host);
        self.own.iter().any(|(known, _)| known.eq_ignore_ascii_case(host))
    }

    fn allows_origin(&self, origin: &str) -> bool {
        self.own.iter().any(|(_, known)| known == origin)
    }
}

/// Rejects requests for a host that is not allowed (DNS rebinding) and writes from another site's page (CSRF).
///
/// Leptos by design checks neither.
pub async fn check_origin(State(origins): State<AllowedOrigins>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    // HTTP/2 and absolute request targets carry the host and port in the URI.
    let authority = request.uri().authority().map(|authority| authority.as_str());
    let host = authority.or_else(|| text(headers, &header::HOST));
    if !host.is_some_and(|host| origins.allows_host(host)) {
        let words = "This server does not answer under this name. Set PUBLIC_URL to the address that users type; a reverse proxy must pass on the header Host.";
        return refuse(headers, StatusCode::MISDIRECTED_REQUEST, words);
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads || is_same_origin(headers, &origins) {
        next.run(request).await
    } else {
        refuse(headers, StatusCode::FORBIDDEN, "Refused: the request comes from another site.")
    }
}

/// Answers the app with the error of a server function, and browsers with text.
fn refuse(headers: &HeaderMap, status: StatusCode, words: &str) -> Response {
    if text(headers, &header::ACCEPT).is_some_and(|accept| accept.starts_with("application/json")) {
        (status, Json(ServiceError::Invalid { message: words.to_owned() })).into_response()
    } else {
        (status, format!("{words}\n")).into_response()
    }
}

fn is_same_origin(headers: &HeaderMap, origins: &AllowedOrigins) -> bool {
    let site = HeaderName::from_static("sec-fetch-site");
    match (text(headers, &site), text(headers, &header::ORIGIN)) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origins.allows_origin(origin),
        (None, None) => false,
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware::from_fn_with_state, routing::any};
    use tower::ServiceExt as _;

    use super::*;

    async fn answer(request: http::request::Builder) -> Response {
        let public = Url::parse("https://tokens.example").unwrap();
        let origins = AllowedOrigins::new(SocketAddr::from(([127, 0, 0, 1], 3000)), &public);
        let router =
            Router::new().fallback(any(|| async {})).layer(from_fn_with_state(origins, check_origin));
        router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    async fn status(request: http::request::Builder) -> StatusCode {
        answer(request).await.status()
    }

    fn get(host: &str) -> http::request::Builder {
        Request::get("/").header("host", host)
    }

    fn post() -> http::request::Builder {
        Request::post("/").header("host", "localhost:3000")
    }

    #[tokio::test]
    async fn answers_under_its_own_names_only() {
        for own in [
            "localhost:3000",
            "LOCALHOST:3000",
            "127.0.0.1:3000",
            "[::1]:3000",
            "tokens.example",
            "Tokens.Example:443",
        ] {
            assert_eq!(status(get(own)).await, StatusCode::OK, "{own}");
            let target = Request::get(format!("http://{own}/"));
            assert_eq!(status(target).await, StatusCode::OK, "{own} in the target, as HTTP/2 has it");
        }
        for foreign in [
            "evil.example:3000",
            "evil.example:443",
            "tokens.example:80",
            "tokens.example:4443",
            "localhost",
            "localhost:3001",
            "localhost:3000.evil.example",
            "",
        ] {
            assert_eq!(status(get(foreign)).await, StatusCode::MISDIRECTED_REQUEST, "{foreign}");
        }
        assert_eq!(status(Request::get("/")).await, StatusCode::MISDIRECTED_REQUEST);
    }

    #[tokio::test]
    async fn accepts_writes_from_its_own_pages_only() {
        let own = [("sec-fetch-site", "same-origin"), ("origin", "https://tokens.example")];
        for (name, value) in own {
            assert_eq!(status(post().header(name, value)).await, StatusCode::OK, "{name}");
        }
        let foreign = [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "none"),
            ("origin", "http://tokens.example"),
            ("origin", "null"),
        ];
        for (name, value) in foreign {
            assert_eq!(status(post().header(name, value)).await, StatusCode::FORBIDDEN, "{name}: {value}");
        }
        assert_eq!(status(post()).await, StatusCode::FORBIDDEN);
    }

    #[tokio::test]
    async fn answers_the_app_with_a_server_function_error() {
        for refused in [Request::post("/").header("host", "evil.example"), post()] {
            let answer = answer(refused.header("accept", "application/json")).await;
            let body = axum::body::to_bytes(answer.into_body(), 1024).await.unwrap();
            let error: ServiceError = serde_json::from_slice(&body).unwrap();
            assert!(matches!(error, ServiceError::Invalid { .. }), "{error:?}");
        }
    }
}
