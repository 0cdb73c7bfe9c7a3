//! The files that the binary carries: scripts, WebAssembly, style, and those of `public/`.
//!
//! They are compressed when they are built, so serving one copies nothing and computes nothing. The folder of scripts and style
//! is named by a hash of its content, so browsers keep it for ever. Nothing here reads the disk at run time: `latchkey` copied
//! alone to an empty directory serves everything. Built without `cargo xtask assets` it carries none, see [`available`]; built
//! by `cargo leptos watch`, and only then, it serves that tool's folder.

use axum::{Router, body::Body, extract::Request, response::Response, routing::get};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, StatusCode,
    header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY},
};
use std::path::{Component, Path};

/// One file and its compressed forms, where compression gains anything.
struct File {
    path: &'static str,
    hash: &'static str,
    plain: &'static [u8],
    gzip: Option<&'static [u8]>,
    brotli: Option<&'static [u8]>,
}

// `PKG`, `WATCHED` and `FILES`, written by build.rs.
include!(concat!(env!("OUT_DIR"), "/site.rs"));

/// A file whose name never comes to mean other bytes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// A file with a fixed name: a new release should show within the hour.
const FOR_AN_HOUR: &str = "public, max-age=3600";

/// Whether this binary has assets to serve. If not, pages come without style and scripts, and start-up should say so.
pub fn available() -> bool {
    !PKG.is_empty()
}

/// The folder of scripts and style relative to `/`, for `LeptosOptions::site_pkg_dir`. Empty when there are none: then a page
/// should name neither style nor scripts.
pub fn pkg_dir() -> &'static str {
    PKG
}

/// The path of the style sheet, if there is one.
pub fn stylesheet() -> Option<String> {
    available().then(|| format!("/{PKG}/latchkey.css"))
}

/// `/pkg/…` and the files of `public/` at the top. GET and HEAD; everything else is 405.
pub fn routes() -> Router {
    let top = FILES.iter().filter(|file| !file.path.starts_with("pkg/"));
    top.fold(Router::new().route("/pkg/{*path}", get(serve)), |router, file| {
        router.route(&format!("/{}", file.path), get(serve))
    })
}

async fn serve(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    if let Some(root) = WATCHED {
        return from_disk(Path::new(root), path);
    }
    match FILES.iter().find(|file| file.path == path) {
        Some(file) => answer(file, request.headers()),
        // While a new release is rolled out, a page may name files that this node gets a moment later.
        None => build(StatusCode::NOT_FOUND, &[(CACHE_CONTROL, "no-store")], Bytes::new()),
    }
}

/// A file of cargo-leptos, on the developer's own machine.
fn from_disk(root: &Path, path: &str) -> Response {
    let inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    match std::fs::read(root.join(path)) {
        Ok(bytes) if inside => {
            let fields = [(CONTENT_TYPE, content_type(path)), (CACHE_CONTROL, "no-store")];
            build(StatusCode::OK, &fields, bytes.into())
        }
        _ => build(StatusCode::NOT_FOUND, &[(CACHE_CONTROL, "no-store")], Bytes::new()),
    }
}

fn answer(file: &File, headers: &HeaderMap) -> Response {
    let (coding, bytes) = choose(file, headers);
    // Another form is another sequence of bytes, so it needs another strong tag (RFC 9110 section 8.8.3.3).
    let tag = format!("\"{}{}\"", file.hash, coding.map(|coding| format!("-{coding}")).unwrap_or_default());
    let keep = if file.path.starts_with("pkg/") { FOR_EVER } else { FOR_AN_HOUR };
    let mut fields = vec![(ETAG, tag.as_str()), (CACHE_CONTROL, keep)];
    if file.gzip.is_some() || file.brotli.is_some() {
        fields.push((VARY, "accept-encoding"));
    }
    if knows(headers, &tag) {
        return build(StatusCode::NOT_MODIFIED, &fields, Bytes::new());
    }
    fields.push((CONTENT_TYPE, content_type(file.path)));
    fields.extend(coding.map(|coding| (CONTENT_ENCODING, coding)));
    build(StatusCode::OK, &fields, Bytes::from_static(bytes))
}

fn build(status: StatusCode, fields: &[(HeaderName, &str)], body: Bytes) -> Response {
    let response =
        fields.iter().fold(Response::builder().status(status), |response, (name, value)| response.header(name, *value));
    response.body(Body::from(body)).expect("names are constants, values come from our own build and are plain ASCII")
}

/// The smallest form that the client takes.
fn choose(file: &File, headers: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    let forms = [("br", file.brotli), ("gzip", file.gzip)];
    let taken =
        forms.into_iter().find_map(|(coding, form)| form.filter(|_| takes(headers, coding)).map(|form| (coding, form)));
    taken.map_or((None, file.plain), |(coding, form)| (Some(coding), form))
}

/// Whether `Accept-Encoding` allows a coding (RFC 9110 section 12.5.3): named or covered by `*`, and not with weight zero.
fn takes(headers: &HeaderMap, coding: &str) -> bool {
    let mut by_star = false;
    for value in headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()) {
        for item in value.split(',') {
            let (name, weight) = item.split_once(';').unwrap_or((item, ""));
            let weight =
                weight.trim().strip_prefix("q=").and_then(|weight| weight.trim().parse::<f32>().ok()).unwrap_or(1.0);
            match name.trim() {
                name if name.eq_ignore_ascii_case(coding) => return weight > 0.0,
                "*" => by_star = weight > 0.0,
                _ => {}
            }
        }
    }
    by_star
}

/// Whether the client has these bytes already.
fn knows(headers: &HeaderMap, tag: &str) -> bool {
    let values = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use tower::ServiceExt;

    const SCRIPT: File =
        File { path: "pkg/0a/latchkey.js", hash: "0b", plain: b"plain", gzip: Some(b"gzip"), brotli: Some(b"brotli") };
    const IMAGE: File = File { path: "icon.png", hash: "0c", plain: b"image", gzip: None, brotli: None };

    fn ask(file: &File, fields: &[(HeaderName, &'static str)]) -> Response {
        let fields = fields.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
        answer(file, &fields.collect())
    }

    fn field(response: &Response, name: HeaderName) -> Option<&str> {
        response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    #[test]
    fn the_client_gets_the_smallest_form_it_takes() {
        for (accepts, coding) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip;q=1.0, br;q=0", Some("gzip")),
            ("*", Some("br")),
            ("*;q=0", None),
            ("br;q=0, *", Some("gzip")),
            ("BR", Some("br")),
            ("identity", None),
            ("", None),
        ] {
            let response = ask(&SCRIPT, &[(ACCEPT_ENCODING, accepts)]);
            assert_eq!(field(&response, CONTENT_ENCODING), coding, "{accepts}");
            assert_eq!(field(&response, VARY), Some("accept-encoding"));
            assert_eq!(field(&response, CONTENT_TYPE), Some("text/javascript; charset=utf-8"));
        }
    }

    #[test]
    fn what_is_named_by_its_content_is_kept_for_ever() {
        assert_eq!(field(&ask(&SCRIPT, &[]), CACHE_CONTROL), Some(FOR_EVER));
        assert_eq!(field(&ask(&IMAGE, &[]), CACHE_CONTROL), Some(FOR_AN_HOUR));
        assert_eq!(field(&ask(&IMAGE, &[]), VARY), None);
    }

    #[test]
    fn a_known_tag_is_answered_without_a_body_and_only_for_its_own_form() {
        let known = |tag, accepts| ask(&SCRIPT, &[(IF_NONE_MATCH, tag), (ACCEPT_ENCODING, accepts)]).status();
        assert_eq!(known("\"0b-br\"", "br"), StatusCode::NOT_MODIFIED);
        assert_eq!(known("\"x\", W/\"0b-br\"", "br"), StatusCode::NOT_MODIFIED);
        assert_eq!(known("\"0b-br\"", "gzip"), StatusCode::OK);
    }

    #[tokio::test]
    async fn every_embedded_file_is_served_and_nothing_else_is() {
        for file in FILES {
            let request = Request::get(format!("/{}", file.path)).body(Body::empty()).unwrap();
            let response = routes().oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK, "{}", file.path);
            assert_ne!(field(&response, CONTENT_TYPE), Some("application/octet-stream"), "{}", file.path);
        }
        for path in ["/pkg/absent.js", "/pkg/../Cargo.toml", "/pkg/%2e%2e/Cargo.toml"] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let response = routes().oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
            assert_eq!(field(&response, CACHE_CONTROL), Some("no-store"), "{path}");
        }
    }

    #[test]
    fn the_watched_folder_is_not_left() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("site")).unwrap();
        std::fs::write(folder.path().join("site/a.css"), "a{}").unwrap();
        std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
        let root = folder.path().join("site");
        assert_eq!(field(&from_disk(&root, "a.css"), CACHE_CONTROL), Some("no-store"));
        assert_eq!(from_disk(&root, "a.css").status(), StatusCode::OK);
        for path in ["../secret.txt", "/etc/hostname", "pkg/../../secret.txt", ""] {
            assert_eq!(from_disk(&root, path).status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[tokio::test]
    async fn only_reading_is_offered() {
        let request = Request::post("/pkg/absent.js").body(Body::empty()).unwrap();
        assert_eq!(routes().oneshot(request).await.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}
