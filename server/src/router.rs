//! The routes, and the layers around them.

use std::{net::SocketAddr, sync::Arc};

use app::shell::{App, document};
use axum::{
    Router,
    extract::{Query, State},
    http::{StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use graph::Secret;
use leptos::{
    config::LeptosOptions,
    context::{provide_context, use_context},
};
use leptos_axum::{
    LeptosRoutes, generate_route_list_with_exclusions_and_ssg_and_context, render_app_to_stream_with_context,
};
use leptos_router::location::RequestUrl;
use practice::Practice;
use serde::Deserialize;
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer, Predicate,
        predicate::{DefaultPredicate, NotForContentType},
    },
    limit::RequestBodyLimitLayer,
};
use url::Url;

use crate::{
    audit_export,
    auth::{self, AuthState, RequestContext},
    base_path, health,
    metrics::{self, Metrics},
    origin_check::{self, AllowedOrigins},
    request_body,
    request_log::{self, RequestCounts},
    security_headers,
    static_files::StaticFiles,
};

/// Rows of the sample file unless the link asks for another number.
const SAMPLE_ROWS: usize = 25;

/// What the router needs to know of the configuration.
#[derive(Debug, Clone)]
pub struct RouterConfig {
    /// The built app's files.
    pub files: StaticFiles,
    /// Where the server listens.
    pub addr: SocketAddr,
    /// The address that users type.
    pub public_url: Url,
    /// The token of the metrics.
    pub metrics_token: Option<Secret>,
}

/// Builds the whole router.
pub fn build(config: &RouterConfig, auth: Arc<AuthState>, practice: Option<Arc<Practice>>) -> Router {
    let options = LeptosOptions::builder()
        .output_name(config.files.main_module())
        .site_root(config.files.root())
        .site_addr(config.addr)
        .build();
    let base = base_path::of(&config.public_url);
    let provide_services = {
        let (auth, base) = (Arc::clone(&auth), base.clone());
        move || {
            let parts = use_context::<http::request::Parts>();
            let context = parts.as_ref().and_then(|parts| parts.extensions.get::<RequestContext>());
            provide_context(auth.services(context));
            if let Some(target) = parts.as_ref().and_then(|parts| parts.uri.path_and_query()) {
                // The URL as in the address bar, where the app's pages lie below the base path. Like Leptos, with a placeholder
                // host: a path that begins with two slashes would be read as a host.
                provide_context(RequestUrl::new(&format!("http://here.invalid{base}{target}")));
            }
        }
    };
    let shell = {
        let (options, manifest) = (options.clone(), config.files.manifest(&base));
        move || {
            if let Some(manifest) = manifest.clone() {
                provide_context(manifest);
            }
            document(&options)
        }
    };
    let files =
        config.files.service(render_app_to_stream_with_context(provide_services.clone(), shell.clone()));
    let (routes, _) = generate_route_list_with_exclusions_and_ssg_and_context(App, None, list_at_root(&auth));
    let mut router = Router::new()
        .leptos_routes_with_context(&options, routes, provide_services, shell)
        .fallback_service(files)
        .with_state(options)
        .merge(health_check());
    router = router.merge(auth::routes(Arc::clone(&auth))).merge(audit_export::routes(Arc::clone(&auth)));
    if let Some(practice) = practice {
        router = router.route("/practice/sample.csv", get(sample).with_state(practice));
    }
    let requests = Arc::new(RequestCounts::default());
    let metrics = Metrics {
        requests: Arc::clone(&requests),
        auth: Arc::clone(&auth),
        token: config.metrics_token.clone(),
    };
    let origins = AllowedOrigins::new(config.addr, &config.public_url);
    let is_https = config.public_url.scheme() == "https";
    let router = router
        .layer(middleware::from_fn_with_state(request_body::BODY_TIMEOUT, request_body::read))
        .layer(RequestBodyLimitLayer::new(request_body::MAX_BODY))
        .layer(middleware::from_fn_with_state(auth, auth::authenticate))
        .layer(compression())
        .layer(middleware::from_fn_with_state(origins, origin_check::check_origin))
        .layer(middleware::from_fn_with_state(requests, request_log::log))
        .merge(metrics::routes(metrics))
        // The outermost layer, so that rejected requests get the headers, too.
        .layer(middleware::from_fn_with_state(is_https, security_headers::set));
    if base.is_empty() {
        return router;
    }
    // Once more outside of the base path, for answers that do not come from the router.
    // Health checks on the server's own port work without the base path.
    base_path::nest(base, router, health_check())
        .layer(middleware::from_fn_with_state(is_https, security_headers::set))
}

fn health_check() -> Router {
    Router::new().route("/healthz", get(|| async { health::HEALTHY_BODY }))
}

/// Compresses responses except WebAssembly: a release has precompressed files, and compressing the megabytes of a debug build
/// takes longer than loading them from this machine.
fn compression() -> CompressionLayer<impl Predicate> {
    let is_worth_it = DefaultPredicate::new().and(NotForContentType::const_new("application/wasm"));
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(is_worth_it)
}

/// The context in which the app lists its routes: without the base path, since routes are defined at the root.
fn list_at_root(auth: &Arc<AuthState>) -> impl Fn() + Clone + Send + Sync + use<> {
    let auth = Arc::clone(auth);
    move || {
        let mut services = auth.services(None);
        services.boot_info.base.clear();
        provide_context(services);
    }
}

#[derive(Deserialize)]
struct Sample {
    rows: Option<usize>,
}

/// A seed file with made-up seeds for users of the practice tenant.
async fn sample(State(practice): State<Arc<Practice>>, Query(query): Query<Sample>) -> Response {
    let csv = practice.sample_csv(query.rows.unwrap_or(SAMPLE_ROWS));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"sample-tokens.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::OK, headers, csv).into_response()
}
