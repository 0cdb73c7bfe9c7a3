//! The outermost layer, which gives every request a reference and a span and logs its end; and the one that survives a panic.
//! The client's address joins the span further in, in `address.rs`, where it is known.
//!
//! A log line never carries a cookie, an `Authorization` header or a query string: links in letters carry tokens there. So the
//! span is made here, from method and path alone. The reference is ours and never taken from a header: a stranger who chooses
//! it could make two requests look like one.

use super::{limits::Class, metrics::Metrics, plain};
use crate::words::browser as words;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue, StatusCode};
use identity::random::{Random, SystemSource};
use std::{
    any::Any,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Instant,
};
use tracing::Instrument;

/// Carries the reference back to the client.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// What links a page somebody saw to the lines in the log: ten characters, without those that are easily confused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference(pub Arc<str>);

impl Reference {
    /// A fresh one.
    pub fn new(random: &dyn Random) -> Self {
        const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let text: String =
            random.bytes::<10>().iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
        Self(text.into())
    }
}

/// The reference of a request, for those inside of this layer.
pub fn reference(request: &Request) -> String {
    request.extensions().get::<Reference>().map(|reference| reference.0.to_string()).unwrap_or_default()
}

/// The layer itself.
pub async fn trace(State(metrics): State<Arc<Metrics>>, mut request: Request, next: Next) -> Response {
    let reference = Reference::new(&SystemSource::new());
    request.extensions_mut().insert(reference.clone());
    let span = tracing::info_span!(
        "request",
        id = %reference.0,
        method = %shown(request.method().as_str()),
        path = %shown(request.uri().path()),
        client = tracing::field::Empty,
    );
    async move {
        let start = Instant::now();
        let class = Class::of(request.method(), request.uri().path());
        let mut response = next.run(request).await;
        let status = response.status();
        let ms = start.elapsed().as_millis() as u64;
        // Probes and style sheets would drown what somebody looks for, and a node that is not ready says so once by itself.
        let expected = !status.is_server_error() || status == StatusCode::SERVICE_UNAVAILABLE;
        if class == Class::Machine && expected {
            tracing::debug!(status = status.as_u16(), ms, "answered");
        } else {
            tracing::info!(status = status.as_u16(), ms, "answered");
        }
        metrics.answered(class, status);
        if let Ok(value) = HeaderValue::from_str(&reference.0) {
            response.headers_mut().insert(HEADER, value);
        }
        response
    }
    .instrument(span)
    .await
}

/// A layer that turns a panic into an error page. It belongs inside the security headers, which that page needs like any other.
pub async fn survive(request: Request, next: Next) -> Response {
    let reference = reference(&request);
    or_broken(next.run(request), &reference).await
}

/// Runs to the end, or answers with an error page when it panicked.
async fn or_broken(run: impl Future<Output = Response>, reference: &str) -> Response {
    let mut run = pin!(run);
    poll_fn(move |cx| match catch_unwind(AssertUnwindSafe(|| run.as_mut().poll(cx))) {
        Ok(poll) => poll,
        Err(panic) => {
            tracing::error!(panic = told(&*panic), "a request panicked");
            Poll::Ready(broken(reference))
        }
    })
    .await
}

fn told(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

fn broken(reference: &str) -> Response {
    plain::page(StatusCode::INTERNAL_SERVER_ERROR, words::BROKEN, &words::broken(reference))
}

/// Text from a request as it may stand in a log line: a stranger chooses it, so control characters are gone and length is bounded.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_differ_and_are_easy_to_read_aloud() {
        let random = identity::random::SeededSource::new(1);
        let (a, b) = (Reference::new(&random), Reference::new(&random));
        assert_ne!(a, b);
        assert!(a.0.len() == 10 && a.0.chars().all(|c| c.is_ascii_alphanumeric() && !"ilou".contains(c)));
    }

    #[test]
    fn what_a_stranger_chose_is_tamed_before_it_is_logged() {
        assert_eq!(shown("/a\r\nfake=line\u{1b}[31m"), "/afake=line[31m");
        assert_eq!(shown(&"x".repeat(5000)).len(), 120);
    }

    #[tokio::test]
    async fn a_panic_becomes_an_error_page_with_the_reference() {
        let response = or_broken(async { panic!("secret {}", 1) }, "abc1234567").await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.contains("abc1234567") && !body.contains("secret"), "{body}");
    }
}
