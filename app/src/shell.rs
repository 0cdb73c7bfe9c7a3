//! The document around every page.
//!
//! Every page is complete as HTML. Scripts are added only where a page has islands, and carry the nonce of this response.

use crate::{
    catalogue::{DESCRIPTION, PRODUCT},
    components::ActingBanner,
    pages::{Page, message},
    visit,
};
use leptos::{config::LeptosOptions, hydration::HydrationScripts, prelude::*};
use leptos_meta::{MetaTags, Title, provide_meta_context};

/// The document of a page. A binary built without assets has neither style nor scripts to name.
pub fn shell(options: &LeptosOptions, page: Page) -> impl IntoView + use<> {
    provide_meta_context();
    // What is only read needs no script; and nothing that failed should run one.
    let denied = visit::current().is_some_and(|visit| visit.denied);
    // First, so that what the page is called takes its place.
    let title = view! { <Title text=PRODUCT /> };
    let page = if denied { message::Denied().into_any() } else { page() };
    document(options, !denied, (title, page).into_any())
}

/// The document of the 404 page.
pub fn lost(options: &LeptosOptions) -> impl IntoView + use<> {
    provide_meta_context();
    // Who may not open a branch does not learn what there is in it either.
    let denied = visit::current().is_some_and(|visit| visit.denied);
    let body = if denied { message::Denied().into_any() } else { message::NotFound().into_any() };
    document(options, false, body)
}

fn document(options: &LeptosOptions, scripts: bool, body: AnyView) -> impl IntoView + use<> {
    let options = options.clone();
    let built = !options.site_pkg_dir.is_empty();
    let style = built.then(|| format!("/{}/latchkey.css", options.site_pkg_dir));
    let scripts = built && scripts;
    // Search engines may know the way in and nothing else that strangers see: links of letters carry tokens, and who was sent to the
    // login page brings along where they wanted to go. What people see who are signed in no search engine ever does.
    let stranger = visit::current().is_none_or(|visit| visit.viewer().is_none());
    let hidden = stranger && !visit::is_at("/login");
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="description" content=DESCRIPTION />
                {hidden.then(|| view! { <meta name="robots" content="noindex" /> })}
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                {style.map(|style| view! { <link rel="stylesheet" href=style /> })}
                {scripts.then(|| view! { <HydrationScripts options islands=true defer=true /> })}
                <MetaTags />
            </head>
            <body>
                <ActingBanner />
                {body}
            </body>
        </html>
    }
}
