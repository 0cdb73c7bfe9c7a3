//! `/admin`: a few figures.

use super::Panel;
use crate::{api, catalogue::number, components::loaded};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Overview() -> impl IntoView {
    loaded(api::overview(), |figures| {
        let stats = [
            ("People", figures.users, Some("/admin/users")),
            ("Signed in now", figures.sessions, None),
            ("Administrators", figures.admins, Some("/admin/users?role=admin")),
            ("Unconfirmed", figures.unverified, Some("/admin/users?status=unverified")),
            ("Disabled", figures.disabled, Some("/admin/users?status=disabled")),
        ];
        let stats = stats.into_iter().map(|(label, count, href)| {
            let words = view! {
                <span class="stat__label">{label}</span>
                <span class="stat__number">{number(count)}</span>
            };
            match href {
                Some(href) => view! { <a class="stat" href=href>{words}</a> }.into_any(),
                None => view! { <div class="stat">{words}</div> }.into_any(),
            }
        });
        view! {
            <Panel tab="Overview" lead="How many there are, at this moment.">
                <div class="stats">{stats.collect_view()}</div>
            </Panel>
        }
    })
}
