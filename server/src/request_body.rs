//! Reads the body of a request before it is handled, so that a client that sends it slowly occupies nothing but its
//! connection, and that for a limited time.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::timeout;
use zeroize::{Zeroize as _, Zeroizing};

/// Largest request body in bytes; a hundred tokens take a fiftieth of it.
pub const MAX_BODY: usize = 1024 * 1024;
/// How long a client may take to send a body.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// Reads the whole body within this time.
pub async fn read(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match timeout(limit, to_bytes(body, MAX_BODY)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(parts, Body::from(wiped_on_drop(bytes)))).await,
        Ok(Err(_)) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

/// The same bytes in a buffer that is wiped when the last part of it is dropped: they may hold seeds, codes or a client
/// secret.
fn wiped_on_drop(bytes: Bytes) -> Bytes {
    let copy = Zeroizing::new(bytes.to_vec());
    // The connection's own buffer, if nothing else uses it any more.
    if let Ok(mut buffer) = bytes.try_into_mut() {
        buffer.zeroize();
    }
    Bytes::from_owner(copy)
}

#[cfg(test)]
mod tests {
    use axum::{Router, middleware::from_fn_with_state, routing::post};
    use futures_util::stream;
    use tower::ServiceExt as _;

    use super::*;

    async fn status(body: Body) -> StatusCode {
        let limit = Duration::from_millis(20);
        let router = Router::new()
            .route("/", post(|body: String| async move { body }))
            .layer(from_fn_with_state(limit, read));
        router.oneshot(Request::post("/").body(body).unwrap()).await.unwrap().status()
    }

    #[tokio::test]
    async fn a_body_that_does_not_end_is_refused() {
        assert_eq!(status(Body::from("whole")).await, StatusCode::OK);
        let endless = stream::pending::<Result<Vec<u8>, std::io::Error>>();
        assert_eq!(status(Body::from_stream(endless)).await, StatusCode::REQUEST_TIMEOUT);
    }

    #[tokio::test]
    async fn a_body_that_is_too_long_is_refused() {
        assert_eq!(status(Body::from(vec![b'x'; MAX_BODY + 1])).await, StatusCode::PAYLOAD_TOO_LARGE);
    }
}
