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
use leptos::{
    config::LeptosOptions,
    context::{provide_context, use_context},
};
use leptos_axum::{
    LeptosRoutes, generate_route_list_with_exclusions_and_ssg_and_context, render_app_to_stream_with_context,
};
use leptos_router::location::RequestUrl;
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
    audit,
    auth::{self, AuthState, RequestContext},
    base_path, health,
    origin_check::{self, AllowedOrigins},
    practice::Practice,
    static_files::StaticFiles,
};

/// Largest request: a hundred tokens take a fiftieth of it.
const MAX_BODY: usize = 1024 * 1024;
/// Rows of the sample file unless the link asks for another number.
const SAMPLE_ROWS: usize = 25;

/// Where the app's files are and where people reach it.
#[derive(Debug, Clone)]
pub struct RouterConfig {
    /// The built app's files.
    pub files: StaticFiles,
    /// Where the server listens.
    pub addr: SocketAddr,
    /// What people type.
    pub public_url: Url,
}

/// Builds the whole router.
pub fn build(config: &RouterConfig, auth: Arc<AuthState>, practice: Option<Arc<Practice>>) -> Router {
    let options = LeptosOptions::builder()
        .output_name("token-inventory")
        .site_root(config.files.root())
        .site_addr(config.addr)
        .build();
    let base = base_path::of(&config.public_url);
    let lend = {
        let (auth, base) = (Arc::clone(&auth), base.clone());
        move || {
            let parts = use_context::<http::request::Parts>();
            let context = parts.as_ref().and_then(|parts| parts.extensions.get::<RequestContext>());
            provide_context(auth.services(context));
            if let Some(target) = parts.as_ref().and_then(|parts| parts.uri.path_and_query()) {
                // As in the address bar: the app finds its pages below the base there. With some host before it, as Leptos
                // does: a path of two slashes would name one itself.
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
    let files = config.files.service(render_app_to_stream_with_context(lend.clone(), shell.clone()));
    let (routes, _) = generate_route_list_with_exclusions_and_ssg_and_context(App, None, list_at_root(&auth));
    let mut router = Router::new()
        .leptos_routes_with_context(&options, routes, lend, shell)
        .route("/healthz", get(|| async { health::HEALTHY_BODY }))
        .fallback_service(files)
        .with_state(options);
    router = router.merge(auth::routes(Arc::clone(&auth))).merge(audit::routes(Arc::clone(&auth)));
    if let Some(practice) = practice {
        router = router.route("/practice/sample.csv", get(sample).with_state(practice));
    }
    let origins = AllowedOrigins::new(config.addr, &config.public_url);
    let is_https = config.public_url.scheme() == "https";
    let router = router
        .layer(RequestBodyLimitLayer::new(MAX_BODY))
        .layer(middleware::from_fn_with_state(auth, auth::authenticate))
        .layer(compression())
        .layer(middleware::from_fn_with_state(origins, origin_check::check_origin))
        // The outermost, so that what is refused before it is looked at carries them too.
        .layer(middleware::from_fn_with_state(is_https, origin_check::headers));
    if base.is_empty() {
        return router;
    }
    // And so that what is answered beside the base does.
    base_path::nest(base, router).layer(middleware::from_fn_with_state(is_https, origin_check::headers))
}

/// Compresses answers, but no WebAssembly: a release has it compressed beside itself, and the megabytes of a debug build are
/// fetched from this machine sooner than compressed.
fn compression() -> CompressionLayer<impl Predicate> {
    let is_worth_it = DefaultPredicate::new().and(NotForContentType::const_new("application/wasm"));
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(is_worth_it)
}

/// What the app is lent while it lists its pages: routes stand at the root, whatever the base.
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

/// A seed file that fits the practice tenant. Its seeds are as made up as the company.
async fn sample(State(practice): State<Arc<Practice>>, Query(asked): Query<Sample>) -> Response {
    let csv = practice.sample_csv(asked.rows.unwrap_or(SAMPLE_ROWS));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"sample-tokens.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::OK, headers, csv).into_response()
}
