//! Leptos: the pages and server functions of `app`, mounted.

use super::{Site, assets, audit_export, export, headers, people};
use any_spawner::Executor;
use app::{
    flash::Flash,
    pages::{self, PAGES, Page},
    shell,
    visit::Visit,
};
use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, header, request::Parts},
    response::Response,
    routing::{MethodFilter, get, on},
};
use leptos::{
    config::LeptosOptions,
    prelude::{provide_context, use_context},
};
use leptos_axum::{ResponseOptions, handle_server_fns_with_context, render_app_async_with_context};
use std::{future::Future, pin::Pin};

/// What the framework wants to know about names and folders. Set here and not by the build, so that a plain `cargo build` makes
/// the same program.
pub fn options() -> LeptosOptions {
    LeptosOptions::builder().output_name("latchkey").site_pkg_dir(assets::pkg_dir()).build()
}

/// The paths of all pages as axum writes them, `/admin/users/{id}`, and of what is asked for like a page.
pub fn paths() -> Vec<String> {
    let downloads = [export::PATH, people::CSV, people::JSON].into_iter().chain(audit_export::PATHS);
    PAGES.iter().map(|(path, _)| *path).chain(downloads).map(str::to_owned).collect()
}

/// Pages, server functions, and the 404 page for everything else.
pub fn routes(site: &Site) -> Router<Site> {
    // What the framework runs its tasks on. It fails where that was said before, as in tests.
    let _ = Executor::init_tokio();
    let mut router = Router::new();
    for (path, page) in PAGES {
        router = router.route(path, get(page_of(site, *page)));
    }
    for (path, method) in server_fn::axum::server_fn_paths() {
        let function = |request| handle_server_fns_with_context(context, request);
        let filter = MethodFilter::try_from(method).expect("a server function has a method that axum knows");
        router = router.route(path, on(filter, function));
    }
    let lost = site.leptos.clone();
    router
        .route(export::PATH, get(export::export))
        .route(audit_export::PATHS[0], get(audit_export::export))
        .route(audit_export::PATHS[1], get(audit_export::export))
        .route(people::CSV, get(people::export))
        .route(people::JSON, get(people::export))
        .fallback(render_app_async_with_context(context, move || shell::lost(&lost)))
}

/// What renders a page, as one document: its title and its status are known when the first byte leaves.
fn page_of(site: &Site, page: Page) -> impl Fn(Request) -> Rendering + Clone + Send + Sync + 'static {
    let options = site.leptos.clone();
    render_app_async_with_context(context, move || shell::shell(&options, page))
}

/// A page on its way.
type Rendering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// The page that a request made here asks for, where an answer is too long to be told by the next page.
pub async fn show(site: &Site, request: Request) -> Response {
    let page = PAGES.iter().find(|(path, _)| *path == request.uri().path());
    page_of(site, page.map_or(pages::NOT_FOUND, |(_, page)| *page))(request).await
}

/// What the views find: the visit, the message of the page before, and a policy that knows this response's nonce.
fn context() {
    let parts = use_context::<Parts>();
    if let Some(visit) = parts.as_ref().and_then(|parts| parts.extensions.get::<Visit>().cloned()) {
        provide_context(visit);
    }
    provide_context(parts.and_then(|parts| parts.extensions.get::<Flash>().cloned()).unwrap_or_default());
    if let (Some(nonce), Some(response)) = (leptos::nonce::use_nonce(), use_context::<ResponseOptions>()) {
        let policy = HeaderValue::try_from(headers::page_csp(&nonce));
        response.insert_header(
            header::CONTENT_SECURITY_POLICY,
            policy.unwrap_or(HeaderValue::from_static("default-src 'none'")),
        );
    }
}
