//! Sends single requests without retries, and samples the remote clock.

use std::time::Duration;

use http::{HeaderValue, Method, header};
use reqwest::Request;
use serde_json::Value;
use url::Url;

use crate::{
    clock::{ClockSample, now_ms},
    entra::{AccessTokenError, Bearer, app_token::AppToken},
    http::{CLIENT_REQUEST_ID, HttpClient, TransportError, new_request_id},
    redact::redact,
    retry::RetryPolicy,
    settings::{GraphSettings, SetupError},
    wire::error,
};

/// One retry only, because somebody waits for the findings.
const RETRY_POLICY: RetryPolicy =
    RetryPolicy { max_retries: 1, base_delay: Duration::from_secs(1), max_delay: Duration::from_secs(5) };

/// The client of one tenant.
pub struct ProbeClient {
    http: HttpClient,
    /// The tenant and the app registration.
    pub(super) settings: GraphSettings,
}

/// A response with any status. No `Debug`, so that bodies stay out of logs.
pub struct ProbeResponse {
    /// HTTP status.
    pub status: u16,
    /// The body; null if it is empty or not JSON.
    pub body: Value,
    /// The clocks.
    pub clock_sample: Option<ClockSample>,
}

impl ProbeClient {
    /// Validates the settings and builds the HTTP client. Sends no request.
    pub fn new(settings: &GraphSettings) -> Result<Self, SetupError> {
        Ok(Self { http: HttpClient::new(settings)?, settings: settings.clone() })
    }

    /// Requests the app's own access token.
    pub async fn app_token(&self) -> Result<Bearer, AccessTokenError> {
        AppToken::new(&self.settings, RETRY_POLICY).get(&self.http).await
    }

    /// Sends a GET. The response may contain the access token, which [`ProbeResponse::message`] redacts.
    pub async fn get(&self, url: Url, bearer: Option<&HeaderValue>) -> Result<ProbeResponse, TransportError> {
        let mut request = Request::new(Method::GET, url);
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CLIENT_REQUEST_ID, new_request_id());
        if let Some(bearer) = bearer {
            headers.insert(header::AUTHORIZATION, bearer.clone());
        }
        let sent_ms = now_ms();
        let response = self.http.send(request).await?;
        Ok(ProbeResponse {
            status: response.status().as_u16(),
            body: serde_json::from_slice(response.body()).unwrap_or_default(),
            clock_sample: ClockSample::of(response.headers(), sent_ms, now_ms()),
        })
    }
}

impl ProbeResponse {
    /// Graph's message or code on one line, without the access token; empty if there is none.
    pub fn message(&self, bearer: Option<&HeaderValue>) -> String {
        let token =
            bearer.and_then(|header| header.to_str().ok()).and_then(|header| header.split(' ').nth(1));
        let error = error::error(&self.body);
        let message = error.message.as_deref().or(error.code).unwrap_or_default();
        redact(message, token.as_slice())
    }
}
