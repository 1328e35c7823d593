//! `/metrics` in the text format of Prometheus (exposition format 0.0.4), for whoever has the token, or from this machine.

use std::{fmt::Write as _, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use graph::{CallCounts, Secret, call_counts};
use subtle::ConstantTimeEq as _;

use crate::{auth::AuthState, request_log::RequestCounts};

/// Headers by which a reverse proxy on this machine is noticed: what it passes on does not come from this machine.
const OF_PROXIES: [&str; 5] = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

/// What the metrics are made of.
pub struct Metrics {
    /// The requests.
    pub requests: Arc<RequestCounts>,
    /// The sessions and the audit logs.
    pub auth: Arc<AuthState>,
    /// The token that a request from another machine must carry; without one there are none from there.
    pub token: Option<Secret>,
}

/// The route.
pub fn routes(metrics: Metrics) -> Router {
    Router::new().route("/metrics", get(show)).with_state(Arc::new(metrics))
}

async fn show(State(metrics): State<Arc<Metrics>>, request: Request) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    if !metrics.allows(peer, request.headers()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let text = metrics.text().await;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, text).into_response()
}

impl Metrics {
    fn allows(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> bool {
        let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let sent = text(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        if let (Some(token), Some(sent)) = (&self.token, sent) {
            return token.expose().as_bytes().ct_eq(sent.as_bytes()).into();
        }
        let host = text(header::HOST).unwrap_or_default();
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        // Without the check of the host a page on another site could read them by a name that leads to this machine.
        let is_local = peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback())
            && ["localhost", "127.0.0.1", "[::1]"].contains(&host);
        is_local && !OF_PROXIES.iter().any(|name| headers.contains_key(*name))
    }

    async fn text(&self) -> String {
        let mut text = String::new();
        let mut family = |name: &str, kind: &str, help: &str, lines: &[(String, f64)]| {
            // Writing to a string does not fail.
            _ = writeln!(text, "# HELP token_inventory_{name} {help}\n# TYPE token_inventory_{name} {kind}");
            for (labels, value) in lines {
                _ = writeln!(text, "token_inventory_{name}{labels} {value}");
            }
        };
        let requests = self.requests.snapshot();
        let labels = |route: &str, class: u16| format!("{{route=\"{route}\",status=\"{class}xx\"}}");
        let counts: Vec<_> =
            requests.iter().map(|((route, class), one)| (labels(route, *class), number(one.count))).collect();
        family("requests_total", "counter", "Requests by route and status.", &counts);
        let seconds: Vec<_> = requests
            .iter()
            .map(|((route, class), one)| (labels(route, *class), one.duration.as_secs_f64()))
            .collect();
        family("request_seconds_total", "counter", "Time until answers began.", &seconds);
        let CallCounts { answered, throttled, unanswered, writes } = call_counts();
        let calls: Vec<_> = answered
            .iter()
            .zip(1..)
            .map(|(count, class)| (format!("{{status=\"{class}xx\"}}"), number(*count)))
            .chain([("{status=\"none\"}".to_owned(), number(unanswered))])
            .collect();
        family("microsoft_requests_total", "counter", "Requests to Microsoft by status.", &calls);
        let bare = |value: u64| [(String::new(), number(value))];
        family("microsoft_throttled_total", "counter", "Answers of Microsoft with 429.", &bare(throttled));
        let help = "Writes that Microsoft counts against the app's limit; their rate is the pace.";
        family("microsoft_writes_total", "counter", help, &bare(writes));
        family("sessions", "gauge", "Sessions in this instance.", &bare(self.auth.session_count()));
        let status = self.auth.audit_status().await;
        if let Ok(status) = &status {
            let help = "Recorded operations without an outcome yet.";
            family("audit_open_operations", "gauge", help, &bare(status.open));
            let since: Vec<_> =
                status.open_since_ms.iter().map(|ms| (String::new(), number(*ms) / 1_000.0)).collect();
            let help = "When the oldest of them began, in seconds since 1970; absent while there is none.";
            family("audit_oldest_open_timestamp_seconds", "gauge", help, &since);
        }
        let is_writable = status.is_ok_and(|status| status.problem.is_none());
        let help = "1 while the audit log can be written.";
        family("audit_writable", "gauge", help, &bare(u64::from(is_writable)));
        text
    }
}

/// Metrics are floating-point numbers; above 2^53 they are rounded.
#[expect(clippy::cast_precision_loss, reason = "no count comes near 2^53")]
fn number(count: u64) -> f64 {
    count as f64
}
