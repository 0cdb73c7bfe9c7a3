//! An answer, and the laws that every answer obeys whoever asked for what. They are checked on each one that any story receives.

use super::{ACCESS, DEVICE, FLASH, REFRESH, form};
use axum::body::to_bytes;
use http::{HeaderMap, HeaderName, StatusCode, header};
use serde_json::Value;

/// The driver's name. By itself between what is no letter or digit: four letters alone are in one of some hundred thousand pages by
/// chance, because each has random ones.
const DRIVER: &str = "sqlx";

/// Words of the framework, the driver and the language, which nobody outside should read.
const INTERNAL: [&str; 15] = [
    "serde",
    "deserializ",
    "missing field",
    "duplicate field",
    "unknown field",
    "invalid type",
    "invalid utf",
    "ServerFn",
    "error running",
    "Could not find a server function",
    "MissingArg",
    "SQLite",
    "database is locked",
    "panicked",
    ".rs:",
];

/// Headers that no answer goes without.
const ALWAYS: [(&str, &str); 7] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-permitted-cross-domain-policies", "none"),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
];

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Method and target of the request, for messages.
    pub asked: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// Reads an answer whole and holds it against the laws.
    pub async fn read(asked: String, response: http::Response<axum::body::Body>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 16 * 1024 * 1024).await.unwrap();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        let answer = Self { asked, status: parts.status, headers: parts.headers, body };
        answer.obeys();
        answer
    }

    /// A header that is there once.
    pub fn header(&self, name: impl TryInto<HeaderName>) -> Option<&str> {
        let name = name.try_into().ok().expect("the name of a header");
        let mut values = self.headers.get_all(name).iter();
        let first = values.next().map(|value| value.to_str().expect("a plain header"));
        assert!(values.next().is_none(), "a header is there twice: {self:?}");
        first
    }

    pub fn location(&self) -> &str {
        self.header(header::LOCATION).unwrap_or_default()
    }

    pub fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().expect("a plain cookie")).collect()
    }

    /// The `Set-Cookie` of one cookie.
    pub fn set_cookie(&self, name: &str) -> Option<&str> {
        let prefix = format!("{name}=");
        self.set_cookies().into_iter().find(|cookie| cookie.starts_with(&prefix))
    }

    /// Whether both session cookies are taken away.
    pub fn clears(&self) -> bool {
        [ACCESS, REFRESH].iter().all(|name| {
            self.set_cookie(name)
                .is_some_and(|cookie| cookie.starts_with(&format!("{name}=; ")) && cookie.contains("Max-Age=0"))
        })
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The refusal's one word.
    pub fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }

    /// The faults as `field:fault`.
    pub fn faults(&self) -> Vec<String> {
        let fields = self.json()["fields"].as_array().cloned().unwrap_or_default();
        fields.iter().map(|f| format!("{}:{}", f["field"].as_str().unwrap(), f["fault"].as_str().unwrap())).collect()
    }

    /// The text of a page, with its entities read.
    pub fn text(&self) -> String {
        form::text(&self.body)
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// A 303 to this very place.
    #[track_caller]
    pub fn leads_to(self, location: &str) -> Self {
        assert_eq!((self.status.as_u16(), self.location()), (303, location), "{self:?}");
        self
    }

    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.text().contains(text), "{text:?} is not said by {self:?}");
        self
    }

    #[track_caller]
    pub fn hides(self, text: &str) -> Self {
        assert!(!self.text().contains(text), "{text:?} is said by {self:?}");
        self
    }

    /// A JSON refusal with this status and word.
    #[track_caller]
    pub fn refuses(self, status: u16, error: &str) -> Self {
        assert_eq!((self.status.as_u16(), self.error().as_str()), (status, error), "{self:?}");
        self
    }

    /// The laws.
    fn obeys(&self) {
        let status = self.status.as_u16();
        assert!(status < 500 || status == 503, "our fault: {self:?}");
        for (name, value) in ALWAYS {
            assert_eq!(self.header(name), Some(value), "{name}: {self:?}");
        }
        assert!(self.header("permissions-policy").is_some() && self.header("x-request-id").is_some(), "{self:?}");
        let policy = self.header(header::CONTENT_SECURITY_POLICY).unwrap_or_default();
        assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe-inline"), "{self:?}");
        for word in INTERNAL {
            assert!(!self.body.contains(word), "{word:?} comes from within: {self:?}");
        }
        let mut words = self.body.split(|letter: char| !letter.is_ascii_alphanumeric());
        assert!(words.all(|word| word != DRIVER), "{DRIVER:?} comes from within: {self:?}");
        if self.status.is_redirection() && status != 304 {
            assert_eq!((status, self.body.as_str()), (303, ""), "redirects are 303 and empty: {self:?}");
            let to = self.location();
            assert!(to.starts_with('/') && !to.starts_with("//") && !to.contains('\\'), "leads away: {self:?}");
        }
        self.cookies_obey();
        self.body_obeys(policy);
    }

    fn cookies_obey(&self) {
        let cookies = self.set_cookies();
        if cookies.is_empty() {
            return;
        }
        assert_eq!(self.header(header::CACHE_CONTROL), Some("no-store"), "a cache could keep cookies: {self:?}");
        let mut tokens = 0;
        for cookie in cookies {
            let (pair, attributes) = cookie.split_once("; ").unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap();
            assert!([ACCESS, REFRESH, FLASH, DEVICE].contains(&name), "{self:?}");
            let fixed = attributes.split("; ").filter(|attribute| !attribute.starts_with("Max-Age="));
            let fixed: Vec<_> = fixed.collect();
            assert_eq!(fixed, ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"], "{self:?}");
            assert_eq!(value.is_empty(), attributes.ends_with("Max-Age=0"), "cleared is cleared: {self:?}");
            assert!(value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)), "{self:?}");
            assert!(pair.len() < 4000, "more than browsers keep: {self:?}");
            tokens += if [FLASH, DEVICE].contains(&name) { 0 } else { pair.len() };
        }
        assert!(tokens < 2000, "every request carries {tokens} bytes of tokens");
    }

    fn body_obeys(&self, policy: &str) {
        if self.body.is_empty() {
            return;
        }
        let kind = self.header(header::CONTENT_TYPE).unwrap_or_default();
        match kind {
            "application/json" => drop(self.json()),
            "text/html; charset=utf-8" => {
                let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next());
                for script in self.body.split("<script").skip(1) {
                    let tag = script.split('>').next().unwrap();
                    assert!(
                        nonce.is_some() && form::attribute(tag, "nonce").as_deref() == nonce,
                        "<script{tag}: {self:?}"
                    );
                }
                // There comments would be text to a browser, and Leptos puts some between pieces of text.
                let head = self.body.split("</head>").next().unwrap();
                for (part, literal) in [(head, "<title"), (self.body.as_str(), "<textarea")] {
                    let mut inside = part.split(literal).skip(1).map(|rest| rest.split("</").next().unwrap());
                    assert!(inside.all(|text| !text.contains("<!")), "a comment in {literal}>: {self:?}");
                }
                // What the policy would block anyway should not be in the page.
                for inline in ["<style", " style=\"", " onclick=\"", " onsubmit=\"", "javascript:"] {
                    assert!(!self.body.contains(inline), "{inline}: {self:?}");
                }
            }
            _ => assert!(!kind.is_empty(), "{self:?}"),
        }
    }
}
