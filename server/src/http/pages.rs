//! Leptos: the pages and server functions of `app`, mounted.

use super::{Site, assets, audit_export, export, headers, people};
use app::{flash::Flash, shell, visit::Visit};
use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, header, request::Parts},
    response::Response,
    routing::get,
};
use leptos::{
    config::LeptosOptions,
    prelude::{provide_context, use_context},
};
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list, render_app_async_with_context};

/// What the framework wants to know about names and folders. Set here and not by the build, so that a plain `cargo build` makes
/// the same program.
pub fn options() -> LeptosOptions {
    LeptosOptions::builder().output_name("latchkey").site_pkg_dir(assets::pkg_dir()).build()
}

/// The paths of all pages, as the framework knows them, `/admin/users/{id}`, and of what is asked for like a page.
pub fn paths() -> Vec<String> {
    let pages = generate_route_list(shell::App);
    pages
        .iter()
        .map(|route| route.path().to_owned())
        .chain([export::PATH, people::CSV, people::JSON].map(str::to_owned))
        .chain(audit_export::PATHS.map(str::to_owned))
        .collect()
}

/// Pages, server functions, and the 404 page for everything else.
pub fn routes(site: &Site) -> Router<Site> {
    let (options, lost) = (site.leptos.clone(), site.leptos.clone());
    let shell = move || shell::shell(&options);
    let not_found = render_app_async_with_context(context, move || shell::lost(&lost));
    Router::new()
        .leptos_routes_with_context(site, generate_route_list(shell::App), context, shell)
        .route(export::PATH, get(export::export))
        .route(audit_export::PATHS[0], get(audit_export::export))
        .route(audit_export::PATHS[1], get(audit_export::export))
        .route(people::CSV, get(people::export))
        .route(people::JSON, get(people::export))
        .fallback(not_found)
}

/// The page that a request made here asks for: for answers that are too long to be told by the next page.
pub async fn show(site: &Site, request: Request) -> Response {
    let options = site.leptos.clone();
    render_app_async_with_context(context, move || shell::shell(&options))(request).await
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
