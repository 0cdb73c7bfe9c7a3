//! A browser as far as the server can tell: a cookie jar with a browser's rules, the headers a browser sends, pages whose forms
//! are filled. No script runs in it.

use super::{Answer, ORIGIN, Seen, form};
use axum::{Router, body::Body, extract::ConnectInfo};
use http::{HeaderName, HeaderValue, Method, Request, header, request::Builder};
use identity::{
    time::{Clock, MovedClock, Timestamp},
    tokens::TokenPair,
};
use std::{collections::BTreeMap, net::IpAddr, sync::Arc, time::Duration};
use tower::ServiceExt;
use tower_cookies::Cookie;
use url::{Url, form_urlencoded};

/// What it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// HTML, by navigation and by forms.
    Pages,
    /// JSON, as a script on one of our pages does.
    Json,
}

#[derive(Clone)]
struct Kept {
    value: String,
    /// `None`: until the browser is closed.
    until: Option<Timestamp>,
}

/// The browser. A clone is the same browser at the same moment: another tab, or a copy of its cookies.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    clock: Arc<MovedClock>,
    address: IpAddr,
    kind: Kind,
    jar: BTreeMap<String, Kept>,
    /// The page it shows: path, query and HTML.
    here: Option<(String, String)>,
    seen: Seen,
}

impl Browser {
    /// Asking for pages, on a network address of its own.
    pub fn new(router: Router, clock: Arc<MovedClock>, address: IpAddr, seen: Seen) -> Self {
        Self { router, clock, address, kind: Kind::Pages, jar: BTreeMap::new(), here: None, seen }
    }

    /// The same browser, asking for something else.
    pub fn asking(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// Where the page it shows was.
    pub fn here(&self) -> &str {
        self.here.as_ref().map_or("", |(path, _)| path)
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        let kept = self.jar.get(name).filter(|kept| kept.until.is_none_or(|until| until > self.clock.now()));
        kept.map(|kept| kept.value.clone())
    }

    /// Puts a cookie in by hand, until it is closed.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.jar.insert(name.to_owned(), Kept { value: value.to_owned(), until: None });
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.jar.remove(name);
        self
    }

    /// Puts the cookies of a new session in.
    pub fn take(&mut self, pair: &TokenPair) {
        let until = pair.keep_seconds.map(|keep| self.clock.now().plus(Duration::from_secs(keep as u64)));
        for (name, value) in [(super::ACCESS, &pair.access), (super::REFRESH, &pair.refresh)] {
            self.jar.insert(name.to_owned(), Kept { value: value.clone(), until });
        }
    }

    /// Drops what lasts for a visit.
    pub fn close(&mut self) {
        self.jar.retain(|_, kept| kept.until.is_some());
        self.here = None;
    }

    /// Sends a request with the cookies and nothing else that was not asked for.
    pub async fn send(&mut self, request: Builder, body: impl Into<Body>) -> Answer {
        let (asked, response) = self.begin(request, body).await;
        let answer = Answer::read(asked, response).await;
        self.seen.lock().unwrap().push(answer.clone());
        for cookie in answer.set_cookies() {
            self.keep(cookie);
        }
        answer
    }

    /// The same up to the first byte of an answer that comes in pieces, with what was asked.
    pub async fn begin(&mut self, request: Builder, body: impl Into<Body>) -> (String, http::Response<Body>) {
        let mut request = request.body(body.into()).expect("a request can be made of this");
        let asked = format!("{} {}", request.method(), request.uri());
        request.extensions_mut().insert(ConnectInfo(std::net::SocketAddr::new(self.address, 40_000)));
        let names: Vec<_> = self.jar.keys().cloned().collect();
        let cookies: Vec<_> = names.iter().filter_map(|name| Some(format!("{name}={}", self.cookie(name)?))).collect();
        let headers = request.headers_mut();
        if !cookies.is_empty() && !headers.contains_key(header::COOKIE) {
            headers.insert(header::COOKIE, HeaderValue::try_from(cookies.join("; ")).expect("cookies are plain"));
        }
        headers.entry(header::HOST).or_insert(HeaderValue::from_static("id.example.org"));
        (asked, self.router.clone().oneshot(request).await.expect("a router always answers"))
    }

    fn keep(&mut self, set: &str) {
        let cookie = Cookie::parse(set.to_owned()).expect("a cookie");
        assert!(
            cookie.name().starts_with("__Host-") && cookie.secure() == Some(true) && cookie.path() == Some("/"),
            "{set}"
        );
        assert!(cookie.domain().is_none(), "{set}");
        let life = cookie.max_age().map(|age| age.whole_seconds());
        if life.is_some_and(|life| life <= 0) {
            self.jar.remove(cookie.name());
        } else {
            let until = life.map(|life| self.clock.now().plus(Duration::from_secs(life as u64)));
            self.jar.insert(cookie.name().to_owned(), Kept { value: cookie.value().to_owned(), until });
        }
    }

    /// The headers of a request of this kind, from the page it shows.
    pub fn request(&self, method: Method, path: &str) -> Builder {
        let mut request = Request::builder().method(method.clone()).uri(path).header(header::USER_AGENT, "Story/1.0");
        let site = if self.here.is_some() || self.kind == Kind::Json || method == Method::POST {
            "same-origin"
        } else {
            "none"
        };
        request = request.header("sec-fetch-site", site);
        request = match self.kind {
            Kind::Pages => request
                .header(header::ACCEPT, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
                .header("sec-fetch-mode", "navigate")
                .header("sec-fetch-dest", "document"),
            Kind::Json => request.header(header::ACCEPT, "application/json").header("sec-fetch-mode", "cors"),
        };
        if method == Method::POST {
            request = request
                .header(header::ORIGIN, ORIGIN)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        match &self.here {
            Some((here, _)) => request.header(header::REFERER, format!("{ORIGIN}{here}")),
            None => request,
        }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path), Body::empty()).await
    }

    /// A GET with headers of one's own besides.
    pub async fn get_with(&mut self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = headers.iter().fold(self.request(Method::GET, path), |request, (name, value)| {
            request.header(HeaderName::try_from(*name).unwrap(), *value)
        });
        self.send(request, Body::empty()).await
    }

    /// Sends a form, without following where it leads.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.request(Method::POST, path), encoded(fields)).await
    }

    /// Goes to a page, wherever redirects lead.
    pub async fn open(&mut self, path: &str) -> Answer {
        let answer = self.get(path).await;
        self.arrive(path, answer).await
    }

    /// Fills a form of the page it shows and sends it: what the page has put into hidden fields goes along, as with every browser.
    pub async fn fill(&mut self, action: &str, typed: &[(&str, &str)]) -> Answer {
        let answer = self.submit(action, typed).await;
        let path = self.here().to_owned();
        self.arrive(&path, answer).await
    }

    /// The same without following where it leads.
    pub async fn submit(&mut self, action: &str, typed: &[(&str, &str)]) -> Answer {
        let (here, page) = self.here.clone().expect("a page with a form");
        let mut fields = form::fields(&page, action).unwrap_or_else(|| panic!("no form {action} on {here}"));
        for (name, value) in typed {
            let field = fields.iter_mut().find(|(field, _)| field == name);
            let field = field.unwrap_or_else(|| panic!("no field {name} in {action} on {here}"));
            field.1 = (*value).to_owned();
        }
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(action, &fields).await
    }

    async fn arrive(&mut self, path: &str, mut answer: Answer) -> Answer {
        let mut path = path.to_owned();
        for _ in 0..5 {
            if !answer.status.is_redirection() {
                self.here = Some((path, answer.body.clone()));
                return answer;
            }
            path = answer.location().to_owned();
            answer = self.get(&path).await;
        }
        panic!("redirected too often: {answer:?}");
    }

    /// The path of the page it shows, without the query.
    pub fn path(&self) -> String {
        let url = Url::parse(ORIGIN).and_then(|origin| origin.join(self.here())).expect("a path");
        url.path().to_owned()
    }
}

/// A form's body.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
