//! The security headers of every response.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// The permissions policy of a page. The page My tokens uses the camera to read barcodes.
fn permissions_policy(path: &str) -> &'static str {
    match path {
        "/my" => "camera=(self), geolocation=(), microphone=()",
        _ => "camera=(), geolocation=(), microphone=()",
    }
}

/// Sets the security headers of every response, unless the handler has set them. Pages set their content security policy
/// themselves, since it carries a nonce.
pub async fn set(State(is_https): State<bool>, request: Request, next: Next) -> Response {
    let permissions_policy = permissions_policy(request.uri().path());
    let mut response = next.run(request).await;
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Not `no-referrer`: with it, browsers send a form with the origin `null`, which `origin_check` rejects.
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("permissions-policy"), permissions_policy),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    let headers = response.headers_mut();
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if is_https {
        // Two years. Without includeSubDomains: other hosts of the domain belong to others.
        let two_years = HeaderValue::from_static("max-age=63072000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, two_years);
    }
    // Browsers do not cache pages and answers; `static_files` sets the header of files.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    response
}
