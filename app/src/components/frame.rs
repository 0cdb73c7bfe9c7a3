//! The frame of every page behind the door: a bar on top, one column of content, a foot.

use super::{Brand, FlashNotice, Leaving, LeavingBanner, Looked};
use crate::{
    catalogue::{PRODUCT, frame as words},
    islands::Manners,
    visit,
};
use identity::time::Timestamp;
use leptos::prelude::*;
use leptos_meta::Title;

/// A page for somebody who is signed in.
#[component]
pub fn Frame(
    /// The title of the document.
    #[prop(into)]
    title: String,
    /// The entry of the main navigation it belongs to.
    current: &'static str,
    /// A narrow column, for text and forms.
    #[prop(optional)]
    narrow: bool,
    /// When the account is deleted, if the page has asked for that already; others are asked for it.
    #[prop(optional)]
    delete_at: Option<Option<Timestamp>>,
    /// The content.
    children: Children,
) -> impl IntoView {
    let visit = visit::current();
    let own = visit.is_some() && matches!(current, words::DASHBOARD | words::ACCOUNT);
    let name = visit.as_ref().and_then(|visit| visit.viewer()).map(|viewer| viewer.name.clone());
    let session = visit.as_ref().and_then(|visit| visit.viewer()).map(|viewer| viewer.session.to_string());
    let admin = visit.is_some_and(|visit| visit.may_administer());
    let mut entries = vec![("/dashboard", words::DASHBOARD), ("/account", words::ACCOUNT)];
    if admin {
        entries.push(("/admin", words::ADMIN));
    }
    let links = entries.into_iter().map(|(href, text)| {
        let here = (text == current).then_some("page");
        view! { <a class="masthead__link" href=href aria-current=here>{text}</a> }
    });
    view! {
        <Title text=words::document(&title) />
        <div class="frame" data-session=session>
            <a class="skip" href="#content">{words::SKIP}</a>
            <header class="masthead">
                <Brand />
                <nav class="masthead__nav" aria-label=words::NAVIGATION>{links.collect_view()}</nav>
                <div class="masthead__end">
                    <span class="masthead__who">{name}</span>
                    <form method="post" action="/api/logout">
                        <button class="button button--small">{words::SIGN_OUT}</button>
                    </form>
                </div>
            </header>
            <main class=if narrow { "content content--narrow" } else { "content" } id="content">
                <FlashNotice />
                <Looked>
                    {own.then(|| match delete_at {
                        Some(due) => view! { <Leaving due /> }.into_any(),
                        None => view! { <LeavingBanner /> }.into_any(),
                    })}
                    {children()}
                </Looked>
            </main>
            <footer class="footer">
                <span>{PRODUCT} " " {env!("CARGO_PKG_VERSION")}</span>
            </footer>
        </div>
        <Manners />
    }
}
