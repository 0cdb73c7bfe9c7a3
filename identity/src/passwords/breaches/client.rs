//! One GET and its answer. Follows no redirect, sends no cookie, reads no more than an answer can hold, knows no password.

use crate::Refusal;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    header::{ACCEPT, HeaderName, USER_AGENT},
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use std::{sync::Arc, time::Duration};
use url::Url;

/// The largest answer, in bytes. Real ones, padded, have forty thousand.
const MOST: usize = 256 * 1024;

/// How long a connection waits for the next question. Registrations come one by one or in a crowd.
const IDLE: Duration = Duration::from_secs(30);

/// Asks for answers of about the same length, whatever the group (a word of the range protocol).
const ADD_PADDING: HeaderName = HeaderName::from_static("add-padding");

/// A client for one endpoint.
pub(super) struct Client {
    range: Url,
    http: legacy::Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
}

impl Client {
    /// Certificates are held against the bundled roots of Mozilla, as those of mail servers are.
    pub(super) fn new(range: &Url) -> Result<Self, Refusal> {
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .map_err(|error| Refusal::Broken(format!("breach check: {error}")))?
            .https_or_http()
            .enable_http1()
            .build();
        let http = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(4)
            .build(connector);
        Ok(Self { range: range.clone(), http })
    }

    /// All that is known of one group.
    ///
    /// # Errors
    /// In words that name neither the group nor the server.
    pub(super) async fn range(&self, prefix: &str) -> Result<String, &'static str> {
        let url = self.range.join(prefix).map_err(|_| "the URL takes no group")?;
        let request = Request::get(url.as_str())
            .header(ACCEPT, "text/plain")
            .header(ADD_PADDING, "true")
            .header(USER_AGENT, "Latchkey")
            .body(Empty::new())
            .map_err(|_| "the URL cannot be asked")?;
        let answer = self.http.request(request).await.map_err(|error| match error.is_connect() {
            true => "no connection",
            false => "the connection broke",
        })?;
        if answer.status() != StatusCode::OK {
            return Err("a status other than 200");
        }
        let body = Limited::new(answer.into_body(), MOST).collect().await.map_err(|_| "no whole answer")?;
        String::from_utf8(body.to_bytes().into()).map_err(|_| "the answer is no text")
    }
}
