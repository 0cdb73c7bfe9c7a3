//! `/admin/users/{id}`: one account, and what can be done about it.

mod acts;
mod facts;
mod letters;
mod sessions;

use super::{Tabs, act_as::ActAs, event::LastEvents};
use crate::{
    api::{self, UserPage},
    catalogue::{admin as words, frame, person},
    components::{Avatar, Frame, NoticeBox, RoleBadge, StatusBadge, Tone, When, loaded, woven},
    error::AppError,
    visit,
};
use acts::Acts;
use facts::Facts;
use identity::{
    admin::AccountState,
    words::{EventView, Permission},
};
use leptos::prelude::*;
use letters::Letters;
use sessions::Sessions;
use uuid::Uuid;

/// The page.
#[component]
pub fn User() -> impl IntoView {
    let id = visit::place();
    loaded(load(id), |(UserPage { user, sessions, state, letters }, events)| {
        let (id, name) = (user.id, user.name.clone());
        let own = visit::current().is_some_and(|visit| visit.viewer().is_some_and(|viewer| viewer.id == id));
        let may_change = state.within_reach && permits(Permission::UsersWrite);
        view! {
            <Frame title=name.clone() current=frame::ADMIN>
                <Tabs tab=words::PEOPLE />
                <div class="heading">
                    <Avatar name=name.clone() large=true />
                    <div class="heading__text">
                        <h1><bdi>{name}</bdi></h1>
                        <p class="heading__lead row">
                            <span>{user.email.clone()}</span>
                            <span class="badges">
                                <RoleBadge role=user.role /> <StatusBadge user=user.clone() />
                                {state.is_invited.then(|| view! { <span class="badge">{person::INVITED}</span> })}
                                {own.then(|| view! { <span class="badge">{words::YOU}</span> })}
                            </span>
                        </p>
                    </div>
                </div>
                <Leaving id state=state.clone() may_change />
                <div class="columns">
                    <div class="stack">
                        <Facts user=user.clone() state=state.clone() />
                        <Acts user=user.clone() state own />
                        <ActAs user />
                    </div>
                    <div class="stack">
                        <Sessions id sessions own may_change />
                        {events.map(|events| view! {
                            <LastEvents events few=8 all=format!("/admin/audit?of={id}") />
                        })}
                        <Letters letters />
                    </div>
                </div>
            </Frame>
        }
    })
}

/// The events only for those who may see them.
async fn load(id: String) -> Result<(UserPage, Option<Vec<EventView>>), AppError> {
    let page = api::user(id.clone()).await?;
    let events = match permits(Permission::AuditRead) {
        true => Some(api::audit(Some(id), None).await?.items),
        false => None,
    };
    Ok((page, events))
}

fn permits(permission: Permission) -> bool {
    visit::current().is_some_and(|visit| visit.permits(permission))
}

/// That the account will be deleted, who wanted it, and the way back where there is one.
#[component]
fn Leaving(id: Uuid, state: AccountState, may_change: bool) -> impl IntoView {
    let at = state.delete_at?;
    let (text, undo) = match (state.is_ordered, may_change) {
        (true, true) => (person::WILL_BE_DELETED, true),
        (true, false) => (person::WILL_BE_DELETED, false),
        (false, _) => (person::WANTS_TO_LEAVE, false),
    };
    let told = woven(text, [("when", view! { <When at /> }.into_any())]);
    Some(view! {
        <NoticeBox tone=Tone::Warning>
            <p>{told}</p>
            {undo.then(|| view! {
                <form method="post" action="/api/admin/undelete">
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class="button button--small">{person::UNDELETE}</button>
                </form>
            })}
        </NoticeBox>
    })
}
