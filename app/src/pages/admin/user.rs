//! `/admin/users/{id}`: one account, and what can be done about it.

use super::{Tabs, event::LastEvents};
use crate::{
    api::{self, UserPage},
    catalogue::{admin as words, frame},
    components::{Avatar, Frame, RoleBadge, SessionItem, StatusBadge, When, loaded},
    error::AppError,
    visit,
};
use identity::words::{EventView, Page, Role, SessionView, UserView};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use uuid::Uuid;

/// The page.
#[component]
pub fn User() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").unwrap_or_default();
    loaded(load(id), |(UserPage { user, sessions }, events)| {
        let (id, name) = (user.id, user.name.clone());
        let own = visit::current().is_some_and(|visit| visit.viewer().is_some_and(|viewer| viewer.id == id));
        view! {
            <Frame title=name.clone() current=frame::ADMIN>
                <Tabs tab=words::PEOPLE />
                <div class="heading">
                    <Avatar name=name.clone() large=true />
                    <div class="heading__text">
                        <h1><bdi>{name}</bdi></h1>
                        <p class="heading__lead row">
                            <span>{user.email.clone()}</span> <RoleBadge role=user.role /> <StatusBadge user=user.clone() />
                            {own.then(|| view! { <span class="badge">{words::YOU}</span> })}
                        </p>
                    </div>
                </div>
                <div class="columns">
                    <div class="stack">
                        <Facts user=user.clone() />
                        <Acts user own />
                    </div>
                    <div class="stack">
                        <Sessions id sessions own />
                        <LastEvents events=events.items few=8 all=format!("/admin/audit?of={id}") />
                    </div>
                </div>
            </Frame>
        }
    })
}

async fn load(id: String) -> Result<(UserPage, Page<EventView>), AppError> {
    Ok((api::user(id.clone()).await?, api::audit(Some(id), None).await?))
}

#[component]
fn Facts(user: UserView) -> impl IntoView {
    let moment = |at: Option<i64>, never: &'static str| match at {
        Some(at) => view! { <When at /> }.into_any(),
        None => never.into_any(),
    };
    view! {
        <section class="card" aria-labelledby="account">
            <div class="card__head"><h2 id="account">{words::ACCOUNT}</h2></div>
            <div class="card__body">
                <dl class="facts">
                    <div class="facts__row"><dt>{words::REGISTERED}</dt><dd><When at=user.created_at /></dd></div>
                    <div class="facts__row"><dt>{words::VERIFIED}</dt><dd>{moment(user.verified_at, words::NOT_YET)}</dd></div>
                    <div class="facts__row"><dt>{words::LAST_SIGN_IN}</dt><dd>{moment(user.last_sign_in_at, words::NEVER)}</dd></div>
                    {user.disabled_at.map(|at| view! {
                        <div class="facts__row"><dt>{words::DISABLED}</dt><dd><When at /></dd></div>
                    })}
                    <div class="facts__row"><dt>{words::ID}</dt><dd><code class="small">{user.id.to_string()}</code></dd></div>
                </dl>
            </div>
        </section>
    }
}

/// Changing the role, disabling and enabling. What hurts asks once more, by unfolding.
#[component]
fn Acts(user: UserView, own: bool) -> impl IntoView {
    let (other, change) = match user.role {
        Role::User | Role::Named(_) => (Role::Admin, words::PROMOTE),
        Role::Admin => (Role::User, words::DEMOTE),
    };
    let consequence = match other {
        Role::Admin => words::PROMOTE_TEXT,
        Role::User if own => words::DEMOTE_SELF_TEXT,
        Role::User | Role::Named(_) => words::DEMOTE_TEXT,
    };
    view! {
        <section class="card" aria-labelledby="access">
            <div class="card__head"><h2 id="access">{words::ACCESS}</h2></div>
            <ul class="list" role="list">
                <li class="list__item">
                    <details class="unfold">
                        <summary class="button button--small">{change}</summary>
                        <form class="unfold__body" method="post" action="/api/admin/set_role">
                            <p>{consequence}</p>
                            <input type="hidden" name="id" value=user.id.to_string() />
                            <input type="hidden" name="role" value=other.to_string() />
                            <button class="button button--small button--primary">{words::CHANGE_ROLE}</button>
                        </form>
                    </details>
                </li>
                <li class="list__item">
                    {match user.disabled_at {
                        Some(_) => view! { <Enable id=user.id /> }.into_any(),
                        None => view! { <Disable id=user.id own /> }.into_any(),
                    }}
                </li>
            </ul>
        </section>
    }
}

#[component]
fn Enable(id: Uuid) -> impl IntoView {
    view! {
        <form method="post" action="/api/admin/enable">
            <input type="hidden" name="id" value=id.to_string() />
            <button class="button button--small">{words::ENABLE}</button>
        </form>
    }
}

#[component]
fn Disable(id: Uuid, own: bool) -> impl IntoView {
    let consequence = if own { words::DISABLE_SELF_TEXT } else { words::DISABLE_TEXT };
    view! {
        <details class="unfold">
            <summary class="button button--small button--danger">{words::DISABLE}</summary>
            <form class="unfold__body" method="post" action="/api/admin/disable">
                <p>{consequence}</p>
                <input type="hidden" name="id" value=id.to_string() />
                <button class="button button--small button--danger">{words::REALLY_DISABLE}</button>
            </form>
        </details>
    }
}

#[component]
fn Sessions(id: Uuid, sessions: Vec<SessionView>, own: bool) -> impl IntoView {
    let here = visit::current().and_then(|visit| visit.viewer().map(|viewer| viewer.session));
    let any = !sessions.is_empty();
    let rows = sessions.into_iter().map(|session| {
        let current = Some(session.id) == here;
        view! { <SessionItem session current /> }
    });
    view! {
        <section class="card" aria-labelledby="sessions">
            <div class="card__head">
                <h2 id="sessions">{words::SESSIONS}</h2>
                {any.then(|| view! {
                    <form method="post" action="/api/admin/end_sessions">
                        <input type="hidden" name="id" value=id.to_string() />
                        <button class="button button--small button--danger">
                            {if own { words::END_ALL_OWN } else { words::END_ALL }}
                        </button>
                    </form>
                })}
            </div>
            {if any {
                view! { <ul class="list" role="list">{rows.collect_view()}</ul> }.into_any()
            } else {
                view! { <div class="card__body"><p class="quiet">{words::NO_SESSIONS}</p></div> }.into_any()
            }}
        </section>
    }
}
