//! The pages of the own account, one file each, and what they share: a title and the tabs that lead from one to the other.

mod address;
mod data;
mod devices;
mod history;
mod password;
mod profile;

pub use address::Address;
pub use data::Data;
pub use devices::Devices;
pub use history::History;
pub use password::Password;
pub use profile::Profile;

use crate::{
    catalogue::{account as words, frame},
    components::Frame,
};
use leptos::prelude::*;

/// The pages, as address and name.
const TABS: &[(&str, &str)] = &[
    ("/account", words::PROFILE),
    ("/account/password", words::PASSWORD),
    ("/account/address", words::ADDRESS),
    ("/account/devices", words::DEVICES),
    ("/account/history", words::HISTORY),
    ("/account/data", words::DATA),
];

/// A page of the account: the frame, a title and the tabs.
#[component]
pub fn AccountPage(
    /// The tab it belongs to, which is also its title.
    tab: &'static str,
    /// One line below the title.
    lead: &'static str,
    /// The content.
    children: Children,
) -> impl IntoView {
    let links = TABS.iter().map(move |(href, name)| {
        view! { <a class="tabs__link" href=*href aria-current=(*name == tab).then_some("page")>{*name}</a> }
    });
    view! {
        <Frame title=tab current=frame::ACCOUNT narrow=true>
            <div class="heading">
                <div class="heading__text">
                    <h1>{tab}</h1>
                    <p class="heading__lead">{lead}</p>
                </div>
                <nav class="tabs" aria-label=words::TABS>{links.collect_view()}</nav>
            </div>
            {children()}
        </Frame>
    }
}
