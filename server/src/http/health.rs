//! Endpoints for machines: is the process alive, does the database answer, which keys verify our tokens.

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{
    StatusCode,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE},
};
use identity::Latchkey;
use std::{sync::Arc, time::Duration};

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

async fn ready(State(house): State<Arc<Latchkey>>) -> Response {
    match tokio::time::timeout(PATIENCE, house.ping()).await {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "the database does not answer");
            unready()
        }
        Err(_) => {
            tracing::warn!("the database takes longer than {PATIENCE:?} to answer");
            unready()
        }
    }
}

fn unready() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
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
