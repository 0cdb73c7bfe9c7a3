//! `/admin`: a few figures, and what happened last.

use super::{Panel, event::LastEvents, letters::LettersNotice};
use crate::{
    api::{self, Figures},
    catalogue::{admin as words, number},
    components::loaded,
    error::AppError,
    visit,
};
use identity::words::{EventView, Page, Permission};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Overview() -> impl IntoView {
    loaded(load(), |(figures, events)| {
        view! {
            <Panel tab=words::OVERVIEW lead=words::OVERVIEW_LEAD>
                {figures.map(|figures| view! { <Stats figures /> })}
                {events.map(|events| view! {
                    <LastEvents events=events.items few=10 all="/admin/audit".to_owned() whose=true />
                })}
            </Panel>
        }
    })
}

#[component]
fn Stats(figures: Figures) -> impl IntoView {
    let stats = [
        (words::COUNT_PEOPLE, figures.users, Some("/admin/users")),
        (words::COUNT_SESSIONS, figures.sessions, None),
        (words::COUNT_ADMINS, figures.admins, Some("/admin/users?role=admin")),
        (words::COUNT_UNVERIFIED, figures.unverified, Some("/admin/users?status=unverified")),
        (words::COUNT_DISABLED, figures.disabled, Some("/admin/users?status=disabled")),
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
        {permits(Permission::LettersRead).then(|| view! { <LettersNotice figures=figures.letters /> })}
        <div class="stats">{stats.collect_view()}</div>
    }
}

fn permits(permission: Permission) -> bool {
    visit::current().is_some_and(|visit| visit.permits(permission))
}

/// What the reader may see of it.
async fn load() -> Result<(Option<Figures>, Option<Page<EventView>>), AppError> {
    let figures = if permits(Permission::UsersRead) { Some(api::overview().await?) } else { None };
    let events = if permits(Permission::AuditRead) { Some(api::audit(None, None).await?) } else { None };
    Ok((figures, events))
}
