//! Endpoints for machines: is the process alive, can it do its work, which keys verify our tokens.
//!
//! `/healthz` fails only when restarting would help, and an outage of the database is no such case. `/readyz` fails whenever
//! another node, if there is one, would serve people better, and says why in a word.

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{
    StatusCode,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER},
};
use identity::Latchkey;
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;

/// A database that takes longer is as good as gone for whoever asks.
const PATIENCE: Duration = Duration::from_secs(2);

/// `/healthz`, `/readyz` and `/.well-known/jwks.json`. None of them needs or reads a cookie.
pub fn routes(house: Arc<Latchkey>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/.well-known/jwks.json", get(jwks))
        .with_state(house)
}

/// Every answer comes within [`PATIENCE`], also when all connections are taken.
async fn ready(State(house): State<Arc<Latchkey>>) -> Response {
    let reason = if house.is_closing() {
        Some("stopping")
    } else {
        timeout(PATIENCE, lacking(&house)).await.unwrap_or_else(|_| {
            tracing::warn!("the database takes longer than {PATIENCE:?} to answer");
            Some("the database does not answer in time")
        })
    };
    match reason {
        None => "ready\n".into_response(),
        Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")], format!("{reason}\n")).into_response(),
    }
}

/// What the database does not do. A node that can only read lets nobody in and renews nobody.
async fn lacking(house: &Latchkey) -> Option<&'static str> {
    if let Err(error) = house.ping().await {
        tracing::warn!(%error, "the database does not answer");
        return Some("the database does not answer");
    }
    match house.probe().await {
        Ok(true) => None,
        Ok(false) => Some("the database is read-only"),
        Err(error) => {
            tracing::warn!(%error, "the database takes no writes");
            Some("the database takes no writes")
        }
    }
}

/// The public keys (RFC 7517 section 5). Public in every sense, so any origin may read them; the five minutes are how long a
/// verifier may miss a new key, which is why the old one verifies longer than that.
async fn jwks(State(house): State<Arc<Latchkey>>) -> Response {
    let headers = [
        (CONTENT_TYPE, "application/jwk-set+json"),
        (CACHE_CONTROL, "public, max-age=300"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, house.keyring().jwks().to_owned()).into_response()
}
