//! Responses that are no pages of the app.

use app::api::services::{status, with_reference};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use token_core::error::ServiceError;

use super::cookies::header_value;

/// A page that goes on to this URL by itself.
pub fn go_on_page(url: &str, label: &str, cookies: &[String]) -> Response {
    // A serialized URL contains no quotation marks.
    let url = url.replace('&', "&amp;");
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Token Inventory</title>\
         <meta http-equiv=\"refresh\" content=\"0;url={url}\"><p><a href=\"{url}\">{label}</a></p></html>\n"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ];
    with_cookies((headers, page).into_response(), cookies)
}

/// The response to a request that failed.
pub fn error_response(error: &ServiceError) -> Response {
    let shown = with_reference(error.clone());
    (status(error), format!("{shown}\n")).into_response()
}

/// The response to a request above a rate limit.
pub fn too_many_requests(error: &ServiceError) -> Response {
    let ServiceError::RateLimited { after_ms } = error else { return error_response(error) };
    let seconds = after_ms.div_ceil(1000);
    let headers = [(header::RETRY_AFTER, seconds.to_string())];
    (StatusCode::TOO_MANY_REQUESTS, headers, format!("{error}\n")).into_response()
}

/// A redirect that sets cookies.
pub fn redirect(to: &str, cookies: &[String]) -> Response {
    let response = (StatusCode::SEE_OTHER, [(header::LOCATION, to.to_owned())]).into_response();
    with_cookies(response, cookies)
}

fn with_cookies(mut response: Response, cookies: &[String]) -> Response {
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, header_value(cookie));
    }
    response
}
