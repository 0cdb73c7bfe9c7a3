//! The admin panel. HTML and forms only: none of it is compiled for the browser.

mod act_as;
mod audit;
mod bulk;
mod event;
mod health;
mod import;
mod keys;
mod letters;
mod new;
mod overview;
mod role_of;
mod roles;
mod settings;
mod user;
mod users;

pub use audit::Audit;
pub use bulk::Bulk;
pub use import::Import;
pub use keys::Keys;
pub use letters::Letters;
pub use new::New;
pub use overview::Overview;
pub use roles::Roles;
pub use settings::Settings;
pub use user::User;
pub use users::Users;

use crate::{
    catalogue::{admin as words, frame, keys as keys_words, settings as settings_words},
    components::{Frame, PageHead},
    visit,
};
use identity::words::Permission;
use leptos::prelude::*;

/// The pages of the panel: address, name, and what its reader has to be allowed.
const TABS: &[(&str, &str, Option<Permission>)] = &[
    ("/admin", words::OVERVIEW, None),
    ("/admin/users", words::PEOPLE, Some(Permission::UsersRead)),
    ("/admin/roles", words::ROLES, Some(Permission::RolesRead)),
    ("/admin/letters", words::LETTERS, Some(Permission::LettersRead)),
    ("/admin/audit", words::EVENTS, Some(Permission::AuditRead)),
    ("/admin/keys", keys_words::KEYS, Some(Permission::KeysRead)),
    ("/admin/settings", settings_words::SETTINGS, Some(Permission::SettingsRead)),
];

/// A page of the panel: the frame, the tabs, and a head with what can be done at once.
#[component]
fn Panel(
    /// The tab it belongs to, which is also its title.
    tab: &'static str,
    /// One line below the title.
    lead: &'static str,
    /// Links and buttons at the head.
    #[prop(optional)]
    actions: Option<AnyView>,
    /// The content.
    children: Children,
) -> impl IntoView {
    let head = view! { <PageHead title=tab lead=lead.into_any() actions /> };
    view! { <PanelPage tab title=tab head=head.into_any()>{children()}</PanelPage> }
}

/// A page within a tab that has a head of its own, such as that of one account.
#[component]
fn PanelPage(
    /// The tab it belongs to.
    tab: &'static str,
    /// The title of the document.
    #[prop(into)]
    title: String,
    /// Its head, mostly [`PageHead`].
    head: AnyView,
    /// The content.
    children: Children,
) -> impl IntoView {
    view! {
        <Frame title=title current=frame::ADMIN>
            <Tabs tab />
            {head}
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
    let visit = visit::current();
    let open = |permission: &Option<Permission>| match (permission, &visit) {
        (Some(permission), Some(visit)) => visit.permits(*permission),
        _ => true,
    };
    let links = TABS.iter().filter(|(_, _, permission)| open(permission)).map(|(href, name, _)| {
        view! { <a class="tabs__link" href=*href aria-current=(*name == tab).then_some("page")>{*name}</a> }
    });
    view! { <nav class="tabs" aria-label=words::TABS>{links.collect_view()}</nav> }
}
