//! A browser with two cookies that does not care which node answers, and many of whose tabs may ask at once.

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use identity::tokens::TokenPair;
use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::time::timeout;

/// Where the installation is reached, through a proxy that is not part of the test.
pub const ORIGIN: &str = "https://id.example.org";

/// Longer than any node lets a request wait.
const PATIENCE: Duration = Duration::from_secs(40);

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: String,
    pub retry_after: bool,
}

/// Nothing came back, for this reason: nobody knows whether it was done.
#[derive(Debug)]
pub struct Lost(#[allow(dead_code)] String); // read by `Debug`

/// A browser. Clones are its tabs.
#[derive(Clone)]
pub struct Browser {
    http: Client<HttpConnector, Full<Bytes>>,
    address: String,
    jar: Arc<Mutex<[Option<String>; 2]>>,
}

const COOKIES: [&str; 2] = ["__Host-Http-access", "__Host-Http-refresh"];

impl Browser {
    /// A new one, on a network address of its own.
    pub fn new() -> Self {
        static ADDRESSES: AtomicU32 = AtomicU32::new(0);
        let n = ADDRESSES.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        // Trying again is the test's business, and counts.
        let http = Client::builder(TokioExecutor::new()).retry_canceled_requests(false).build_http();
        Self { http, address: format!("10.{}.{}.{}", n[1], n[2], n[3]), jar: Arc::default() }
    }

    /// A new one with the cookies of a session.
    pub fn with(pair: &TokenPair) -> Self {
        let jar = [Some(pair.access.clone()), Some(pair.refresh.clone())];
        Self { jar: Arc::new(Mutex::new(jar)), ..Self::new() }
    }

    /// Another one that holds a copy of the same cookies: a thief, or a backup of a profile.
    pub fn copy(&self) -> Self {
        let jar = self.jar.lock().unwrap().clone();
        Self { jar: Arc::new(Mutex::new(jar)), ..Self::new() }
    }

    /// Another one on the same network address.
    pub fn neighbour(&self) -> Self {
        Self { address: self.address.clone(), ..Self::new() }
    }

    /// As if the access token had run out.
    pub fn forget_access(&self) {
        self.jar.lock().unwrap()[0] = None;
    }

    pub async fn get(&self, node: SocketAddr, path: &str) -> Result<Answer, Lost> {
        self.send(node, Method::GET, path, &[]).await
    }

    pub async fn post(&self, node: SocketAddr, path: &str, form: &[(&str, &str)]) -> Result<Answer, Lost> {
        self.send(node, Method::POST, path, form).await
    }

    async fn send(&self, node: SocketAddr, method: Method, path: &str, form: &[(&str, &str)]) -> Result<Answer, Lost> {
        let cookies: Vec<String> = {
            let jar = self.jar.lock().unwrap();
            COOKIES
                .iter()
                .zip(jar.iter())
                .filter_map(|(name, value)| Some(format!("{name}={}", value.as_ref()?)))
                .collect()
        };
        let mut request = Request::builder().method(&method).uri(format!("http://{node}{path}"));
        request = request.header(header::HOST, "id.example.org").header(header::ACCEPT, "application/json");
        request = request.header("x-forwarded-for", &self.address).header("sec-fetch-site", "same-origin");
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if method == Method::POST {
            request = request
                .header(header::ORIGIN, ORIGIN)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = request.body(Full::from(body)).unwrap();
        let answer = timeout(PATIENCE, self.http.request(request)).await;
        let answer =
            answer.map_err(|_| Lost("no answer in time".into()))?.map_err(|error| Lost(format!("{error:?}")))?;
        let (parts, body) = answer.into_parts();
        self.keep(&parts.headers);
        let body = body.collect().await.map_err(|error| Lost(format!("{error:?}")))?.to_bytes();
        let retry_after = parts.headers.contains_key(header::RETRY_AFTER);
        Ok(Answer { status: parts.status, body: String::from_utf8_lossy(&body).into_owned(), retry_after })
    }

    fn keep(&self, headers: &http::HeaderMap) {
        let mut jar = self.jar.lock().unwrap();
        for cookie in headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if let Some(place) = COOKIES.iter().position(|known| *known == name) {
                jar[place] = (!value.is_empty() && !rest.contains("Max-Age=0")).then(|| value.to_owned());
            }
        }
    }
}
