//! Endpoints for machines: is the process alive, can it do its work, which keys verify our tokens.
//!
//! `/healthz` fails only when restarting would help, and an outage of the database is no such case. `/readyz` fails whenever
//! another node, if there is one, would serve people better, and says why in a word.

mod readiness;

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
use readiness::{Lack, Readiness};
use std::sync::Arc;

/// `/healthz`, `/readyz` and `/.well-known/jwks.json`. None of them needs or reads a cookie.
pub fn routes(house: Arc<Latchkey>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/.well-known/jwks.json", get(jwks))
        .with_state(Machines { house, readiness: Arc::default() })
}

#[derive(Clone)]
struct Machines {
    house: Arc<Latchkey>,
    readiness: Arc<Readiness>,
}

/// A stop is told at once; what the database does, as it was half a second ago at most.
async fn ready(State(Machines { house, readiness }): State<Machines>) -> Response {
    let lack = if house.is_closing() { Some("stopping") } else { readiness.lack(lacking(&house)).await };
    match lack {
        None => "ready\n".into_response(),
        Some(lack) => (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")], format!("{lack}\n")).into_response(),
    }
}

/// What the database does not do. A node that can only read lets nobody in and renews nobody.
async fn lacking(house: &Latchkey) -> Option<Lack> {
    if let Err(error) = house.ping().await {
        return Some(Lack { word: "the database does not answer", cause: error.to_string() });
    }
    match house.probe().await {
        Ok(true) => None,
        Ok(false) => Some(Lack { word: "the database is read-only", cause: String::new() }),
        Err(error) => Some(Lack { word: "the database takes no writes", cause: error.to_string() }),
    }
}

/// The public keys (RFC 7517 section 5). Public in every sense, so any origin may read them; the five minutes are how long a
/// verifier may miss a new key, which is why the old one verifies longer than that.
async fn jwks(State(Machines { house, .. }): State<Machines>) -> Response {
    let headers = [
        (CONTENT_TYPE, "application/jwk-set+json"),
        (CACHE_CONTROL, "public, max-age=300"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, house.keyring().jwks().to_owned()).into_response()
}
