//! Sends single requests without retries, and samples the remote clock.

use http::{HeaderValue, Method, header};
use reqwest::Request;
use serde_json::Value;
use url::Url;

use super::clock::ClockSample;
use crate::{
    clock::now_ms,
    graph::{
        http::{CLIENT_REQUEST_ID, HttpClient, TransportError, new_request_id},
        redact::redact,
        wire::error,
    },
};

/// The client.
pub(super) struct ProbeClient(HttpClient);

/// A response with any status. No `Debug`, so that bodies stay out of logs.
pub(super) struct ProbeResponse {
    /// HTTP status.
    pub status: u16,
    /// The body; null if it is empty or not JSON.
    pub body: Value,
    /// The clocks.
    pub clock_sample: Option<ClockSample>,
}

impl ProbeClient {
    /// With `loopback` it connects to this machine only.
    pub fn new(loopback: bool) -> Result<Self, String> {
        HttpClient::new(loopback).map(Self)
    }

    /// The HTTP client, for the sign-in.
    pub fn http(&self) -> &HttpClient {
        &self.0
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
        let response = self.0.send(request).await?;
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
        let message = error.message.or(error.code).unwrap_or_default();
        redact(message, token.as_slice())
    }
}
