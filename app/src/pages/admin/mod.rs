//! The admin panel. HTML and forms only: none of it is compiled for the browser.

mod audit;
mod event;
mod letters;
mod overview;
mod user;
mod users;

pub use audit::Audit;
pub use letters::Letters;
pub use overview::Overview;
pub use user::User;
pub use users::Users;

use crate::{
    catalogue::{admin as words, frame},
    components::Frame,
};
use leptos::prelude::*;
use url::form_urlencoded;

/// The pages of the panel, as address and name.
const TABS: &[(&str, &str)] = &[
    ("/admin", words::OVERVIEW),
    ("/admin/users", words::PEOPLE),
    ("/admin/letters", words::LETTERS),
    ("/admin/audit", words::EVENTS),
];

/// A page of the panel: the frame, a title and the tabs.
#[component]
fn Panel(
    /// The tab it belongs to, which is also its title.
    tab: &'static str,
    /// One line below the title.
    lead: &'static str,
    /// The content.
    children: Children,
) -> impl IntoView {
    view! {
        <Frame title=tab current=frame::ADMIN>
            <div class="heading">
                <div class="heading__text">
                    <h1>{tab}</h1>
                    <p class="heading__lead">{lead}</p>
                </div>
                <Tabs tab />
            </div>
            {children()}
        </Frame>
    }
}

/// The tabs.
#[component]
fn Tabs(
    /// The tab of this page.
    tab: &'static str,
) -> impl IntoView {
    let links = TABS.iter().map(|(href, name)| {
        view! { <a class="tabs__link" href=*href aria-current=(*name == tab).then_some("page")>{*name}</a> }
    });
    view! { <nav class="tabs" aria-label=words::TABS>{links.collect_view()}</nav> }
}

/// The foot of a list: how many are shown, back to the beginning, and on.
#[component]
fn Pager(
    /// Where the list is.
    path: &'static str,
    /// What it is filtered by.
    query: Vec<(&'static str, String)>,
    /// Rows on this page.
    shown: usize,
    /// Whether this is not the first page.
    further: bool,
    /// The cursor of the next page.
    next: Option<String>,
) -> impl IntoView {
    let first = further
        .then(|| view! { <a class="button button--small" href=link(path, &query, None)>{words::FIRST_PAGE}</a> });
    let next = next.map(|next| {
        view! { <a class="button button--small" href=link(path, &query, Some(&next)) rel="next">{words::NEXT_PAGE}</a> }
    });
    let both = first.is_some() || next.is_some();
    view! {
        <div class="pager">
            <span>{words::shown(shown)}</span>
            {both.then(|| view! { <nav class="row" aria-label=words::PAGES>{first}{next}</nav> })}
        </div>
    }
}

fn link(path: &str, query: &[(&'static str, String)], after: Option<&str>) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(query.iter().filter(|(_, value)| !value.is_empty()));
    pairs.extend_pairs(after.map(|after| ("after", after)));
    match pairs.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::link;

    #[test]
    fn links_carry_the_filter_and_nothing_empty() {
        let query = [("q", "a&b=ü".to_owned()), ("role", String::new())];
        assert_eq!(link("/admin/users", &query, Some("x")), "/admin/users?q=a%26b%3D%C3%BC&after=x");
        assert_eq!(link("/admin/users", &[], None), "/admin/users");
    }
}
