//! Security headers, on every response (ASVS 3.4, 14.3). A handler that knows better has set its own before.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
        X_FRAME_OPTIONS,
    },
};

/// For everything that is not a rendered page: no script at all.
const PLAIN_CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; \
                         base-uri 'none'; frame-ancestors 'none'";

/// Two years. Subdomains too, or a man in the middle could plant cookies from one.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// `Referrer-Policy` is `same-origin` and not `no-referrer`: the framework sends a form without JavaScript back by `Referer`.
const ALWAYS: [(HeaderName, HeaderValue); 7] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static(
            "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), \
             gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), screen-wake-lock=(), serial=(), usb=(), \
             xr-spatial-tracking=()",
        ),
    ),
    (HeaderName::from_static("x-permitted-cross-domain-policies"), HeaderValue::from_static("none")),
];

/// The policy of a rendered page: scripts are our own files or carry this response's nonce, WebAssembly may be compiled, styles
/// are our own file. No `'strict-dynamic'`: it would switch `'self'` off, which the framework's preload links rely on.
pub fn page_csp(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'; object-src 'none'"
    )
}

/// What the layer has to know.
#[derive(Clone, Copy, Debug)]
pub struct Headers {
    /// Whether browsers reach us over TLS; only then HSTS is said.
    pub https: bool,
}

/// The layer itself.
pub async fn secure(State(headers): State<Headers>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    headers.add(response.headers_mut());
    response
}

impl Headers {
    fn add(self, headers: &mut HeaderMap) {
        for (name, value) in ALWAYS {
            headers.entry(name).or_insert(value);
        }
        headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(PLAIN_CSP));
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        if self.https {
            headers.insert(STRICT_TRANSPORT_SECURITY, HSTS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_response_gets_them_all_and_hsts_only_over_tls() {
        let mut headers = HeaderMap::new();
        Headers { https: false }.add(&mut headers);
        assert_eq!(headers[CACHE_CONTROL], "no-store");
        assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
        assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY));
        Headers { https: true }.add(&mut headers);
        assert!(headers.contains_key(STRICT_TRANSPORT_SECURITY));
    }

    #[test]
    fn what_a_handler_has_set_stays() {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_str(&page_csp("abc")).unwrap());
        Headers { https: false }.add(&mut headers);
        assert_eq!(headers[CACHE_CONTROL], "public, max-age=300");
        assert!(headers[CONTENT_SECURITY_POLICY].to_str().unwrap().contains("'nonce-abc'"));
    }

    #[test]
    fn no_policy_allows_what_is_unsafe() {
        for policy in [PLAIN_CSP.to_owned(), page_csp("n")] {
            assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'") && !policy.contains('*'));
            assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"));
        }
    }
}
