//! Requests that change something must come from our own pages (CWE-352).
//!
//! tower-http's layer refuses what a browser calls cross-site; it lets pass what says nothing about its origin, because
//! programs send such requests. A request with our cookies is a browser's, and every browser of the last years says where a
//! POST comes from: with cookies and without origin, it is refused here.

use super::{Site, answers, visit::ByBearer};
use app::error::AppError;
use axum::{
    extract::{Request, State},
    http::{Method, header},
    middleware::Next,
    response::Response,
};
use tower_http::csrf::{CsrfLayer, ProtectionError};

/// How a refusal is answered. Without knowing who asks: in JSON, which a browser shows as well.
type Refuse = fn(ProtectionError) -> Response;

/// The layer of tower-http, with our public URL as trusted origin: a proxy may have rewritten `Host`.
pub fn layer(origin: &str) -> CsrfLayer<Refuse> {
    let layer = CsrfLayer::new().add_trusted_origin(origin).unwrap_or_else(|_| CsrfLayer::new());
    layer.with_rejection_response(|_| answers::json(&AppError::Forbidden))
}

/// The layer for requests that do not say where they come from.
pub async fn anonymous(State(site): State<Site>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // An empty one says nothing: so does tower-http's layer read it.
    let says =
        ["sec-fetch-site", "origin"].iter().any(|name| headers.get(*name).is_some_and(|value| !value.is_empty()));
    let cookies = headers.get_all(header::COOKIE).iter().any(|cookie| {
        let text = String::from_utf8_lossy(cookie.as_bytes());
        text.contains(site.jar.access()) || text.contains(site.jar.refresh())
    });
    if safe || says || !cookies || request.extensions().get::<ByBearer>().is_some() {
        return next.run(request).await;
    }
    answers::refuse(headers, &AppError::Forbidden)
}
