//! The document around every page, and the list of pages.
//!
//! Every page is complete as HTML. Scripts are added only where a page has islands, and carry the nonce of this response.

use crate::{
    catalogue::PRODUCT,
    components::ActingBanner,
    pages::{
        accept_invitation, account, admin, confirm_address, dashboard, forgot, keep_account, login, message,
        reauthenticate, register, reset, secure_account, setup, verify,
    },
    visit,
};
use leptos::{config::LeptosOptions, hydration::HydrationScripts, prelude::*};
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::{
    ParamSegment, SsrMode, StaticSegment,
    components::{FlatRoutes, Route, Router},
};

/// The document of a page. A binary built without assets has neither style nor scripts to name.
pub fn shell(options: &LeptosOptions) -> impl IntoView + use<> {
    // What is only read needs no script; and nothing that failed should run one.
    document(options, !visit::current().is_some_and(|visit| visit.denied), App().into_any())
}

/// The document of the 404 page. Without the list of pages: the framework reads paths more kindly than the guard does, and
/// `/%61dmin` must not become `/admin` behind its back.
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
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="robots" content="noindex" />
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

/// The pages. Also run once at start-up, without a request, for the list of routes.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    if visit::current().is_some_and(|visit| visit.denied) {
        return message::Denied().into_any();
    }
    view! {
        <Title text=PRODUCT />
        <Router>
            <FlatRoutes fallback=message::NotFound>
                <Route path=StaticSegment("") view=message::NotFound ssr=SsrMode::Async />
                <Route path=StaticSegment("login") view=login::Login ssr=SsrMode::Async />
                <Route path=StaticSegment("register") view=register::Register ssr=SsrMode::Async />
                <Route path=StaticSegment("verify") view=verify::Verify ssr=SsrMode::Async />
                <Route path=StaticSegment("forgot") view=forgot::Forgot ssr=SsrMode::Async />
                <Route path=StaticSegment("reset") view=reset::Reset ssr=SsrMode::Async />
                <Route path=StaticSegment("setup") view=setup::Setup ssr=SsrMode::Async />
                <Route path=StaticSegment("reauthenticate") view=reauthenticate::Reauthenticate ssr=SsrMode::Async />
                <Route path=StaticSegment("dashboard") view=dashboard::Dashboard ssr=SsrMode::Async />
                <Route path=StaticSegment("account") view=account::Profile ssr=SsrMode::Async />
                <Route path=(StaticSegment("account"), StaticSegment("password")) view=account::Password ssr=SsrMode::Async />
                <Route path=StaticSegment("confirm-address") view=confirm_address::ConfirmAddress ssr=SsrMode::Async />
                <Route path=StaticSegment("secure-account") view=secure_account::SecureAccount ssr=SsrMode::Async />
                <Route path=(StaticSegment("account"), StaticSegment("address")) view=account::Address ssr=SsrMode::Async />
                <Route path=(StaticSegment("account"), StaticSegment("devices")) view=account::Devices ssr=SsrMode::Async />
                <Route path=(StaticSegment("account"), StaticSegment("history")) view=account::History ssr=SsrMode::Async />
                <Route path=(StaticSegment("account"), StaticSegment("data")) view=account::Data ssr=SsrMode::Async />
                <Route path=StaticSegment("accept-invitation") view=accept_invitation::AcceptInvitation ssr=SsrMode::Async />
                <Route path=StaticSegment("keep-account") view=keep_account::KeepAccount ssr=SsrMode::Async />
                <Route path=StaticSegment("admin") view=admin::Overview ssr=SsrMode::Async />
                <Route path=(StaticSegment("admin"), StaticSegment("users")) view=admin::Users ssr=SsrMode::Async />
                <Route path=(StaticSegment("admin"), StaticSegment("users"), StaticSegment("new")) view=admin::New ssr=SsrMode::Async />
                <Route path=(StaticSegment("admin"), StaticSegment("users"), StaticSegment("bulk")) view=admin::Bulk ssr=SsrMode::Async />
                <Route path=(StaticSegment("admin"), StaticSegment("users"), StaticSegment("import")) view=admin::Import ssr=SsrMode::Async />
                <Route path=(StaticSegment("admin"), StaticSegment("users"), ParamSegment("id")) view=admin::User ssr=SsrMode::Async />
                <Route path=(StaticSegment("admin"), StaticSegment("roles")) view=admin::Roles ssr=SsrMode::Async />
                <Route path=(StaticSegment("admin"), StaticSegment("letters")) view=admin::Letters ssr=SsrMode::Async />
                <Route path=(StaticSegment("admin"), StaticSegment("keys")) view=admin::Keys ssr=SsrMode::Async />
                <Route path=(StaticSegment("admin"), StaticSegment("settings")) view=admin::Settings ssr=SsrMode::Async />
                <Route path=(StaticSegment("admin"), StaticSegment("audit")) view=admin::Audit ssr=SsrMode::Async />
            </FlatRoutes>
        </Router>
    }
    .into_any()
}
