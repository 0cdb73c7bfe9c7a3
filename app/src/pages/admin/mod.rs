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
