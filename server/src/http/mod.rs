//! Routes and the layers around them.
//!
//! From the outside in: reference and log, security headers, time and size limits, client address, rate limits; then, around
//! pages and server functions only, origin check, cookies, [`visit`], [`flash`], [`guard`], [`answers`], and Leptos.

pub mod address;
pub mod answers;
pub mod assets;
pub mod audit_export;
pub mod cookies;
mod csrf;
pub mod export;
pub mod flash;
pub mod guard;
pub mod headers;
pub mod health;
pub mod limits;
pub mod mailbox;
pub mod metrics;
pub mod pages;
pub mod pending;
pub mod people;
pub mod plain;
pub mod trace;
pub mod visit;

use app::error::AppError;
use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
    response::Response,
};
use cookies::Jar;
use identity::{
    Latchkey,
    keys::{Purpose, Sealer},
};
use leptos::config::LeptosOptions;
use std::{ops::Deref, sync::Arc, time::Duration};
use tower::ServiceBuilder;
use tower_cookies::CookieManagerLayer;

/// Longest time from the first byte of a request to the first of its answer. Hashing has a queue, so this is generous.
const PATIENCE: Duration = Duration::from_secs(30);

/// What handlers and layers work with. Every layer of every request is handed one, so it is one pointer.
#[derive(Clone)]
pub struct Site(Arc<Shared>);

/// See [`Site`].
pub struct Shared {
    /// The installation.
    pub house: Arc<Latchkey>,
    /// How its cookies are called.
    pub jar: Jar,
    /// Where people reach it.
    pub origin: url::Origin,
    /// Seals messages from one page to the next.
    pub flash_sealer: Sealer,
    /// Counters.
    pub metrics: Arc<metrics::Metrics>,
    /// Limits per client address.
    pub limits: Arc<limits::Limits>,
    /// Whose word about client addresses counts.
    pub proxies: Arc<address::Proxies>,
    leptos: LeptosOptions,
}

impl Deref for Site {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Site {
    /// A site for an installation.
    pub fn new(
        house: Arc<Latchkey>,
        jar: Jar,
        metrics: Arc<metrics::Metrics>,
        limits: Arc<limits::Limits>,
        proxies: Arc<address::Proxies>,
    ) -> Self {
        Self(Arc::new(Shared {
            jar,
            origin: house.settings.public_url.origin(),
            flash_sealer: house.sealer(Purpose::Flash),
            leptos: pages::options(),
            house,
            metrics,
            limits,
            proxies,
        }))
    }
}

/// Everything Latchkey answers. `mailbox` adds the page with outgoing letters, for installations that cannot send any.
pub fn router(site: Site, mailbox: Option<Router>) -> Router {
    let https = site.house.settings.public_url.scheme() == "https";
    // The outermost layer first. Layers that are put together before they are put around the routes know each other's types; each
    // that is put around them by itself would copy, for every request, everything within it into boxes of its own.
    let around_visits = ServiceBuilder::new()
        .layer(csrf::layer(&site.origin.ascii_serialization()))
        .layer(CookieManagerLayer::new())
        .layer(middleware::from_fn_with_state(site.clone(), visit::visit))
        .layer(middleware::from_fn_with_state(site.clone(), csrf::anonymous))
        .layer(middleware::from_fn_with_state(site.clone(), flash::flash))
        .layer(middleware::from_fn(guard::guard))
        .layer(middleware::from_fn_with_state(site.clone(), answers::answers));
    let around_all = ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(site.metrics.clone(), trace::trace))
        .layer(middleware::from_fn_with_state(headers::Headers { https }, headers::secure))
        .layer(middleware::from_fn(trace::survive))
        .layer(middleware::from_fn(patience))
        .layer(middleware::from_fn_with_state(site.proxies.clone(), address::resolve))
        .layer(middleware::from_fn_with_state(site.clone(), limits::heed))
        .layer(middleware::from_fn_with_state(site.limits.clone(), limits::limit))
        .layer(middleware::from_fn_with_state(site.house.clone(), limits::share));
    pages::routes(&site)
        .layer(around_visits)
        .with_state(site.clone())
        .merge(health::routes(site.house.clone()))
        .merge(assets::routes())
        .merge(mailbox.unwrap_or_default())
        .layer(around_all)
}

/// Gives up on an answer that takes too long. Whatever the request had committed stays so; its tokens are as safe as with an
/// answer that was lost on the way.
async fn patience(request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    match tokio::time::timeout(PATIENCE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => answers::refuse(&headers, &AppError::Busy { seconds: 5 }),
    }
}
