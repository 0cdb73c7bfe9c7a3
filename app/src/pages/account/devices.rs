//! `/account/devices`: everywhere one is signed in, and putting an end to it.

use super::AccountPage;
use crate::{
    answer::worded,
    catalogue::{
        self,
        account::{DEVICES, devices as words},
    },
    components::{NoticeBox, SessionItem, Tone, loaded},
    error::AppError,
    visit,
};
use identity::{
    sessions,
    words::{SessionView, Viewer},
};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Devices() -> impl IntoView {
    loaded(load(), |(viewer, sessions)| {
        view! {
            <AccountPage tab=DEVICES lead=words::LEAD>
                {match sessions {
                    Some(sessions) => view! { <Sessions viewer sessions /> }.into_any(),
                    None => view! { <SessionsAway /> }.into_any(),
                }}
            </AccountPage>
        }
    })
}

/// The person, from the token, and their sessions, from the database if it answers.
async fn load() -> Result<(Viewer, Option<Vec<SessionView>>), AppError> {
    let visit = visit::visit()?;
    let viewer = visit.signed_in()?.clone();
    let house = &visit.house;
    let list = async {
        let mut list = sessions::list(house, viewer.id).await?;
        if !list.iter().any(|session| session.id == viewer.session) {
            // Older than all that are listed. Whoever looks must find themselves.
            list.push(sessions::one(house, viewer.id, viewer.session).await?);
        }
        Ok(list)
    };
    let sessions = house.unless_away(list).await.map_err(worded)?;
    Ok((viewer, sessions))
}

/// In place of the sessions, while the database is away.
#[component]
fn SessionsAway() -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="sessions">
            <div class="card__head"><h2 id="sessions">{words::SESSIONS}</h2></div>
            <div class="card__body">
                <NoticeBox tone=Tone::Warning title=catalogue::AWAY><p>{catalogue::SESSIONS_AWAY}</p></NoticeBox>
            </div>
        </section>
    }
}

/// Where one is signed in, this browser first.
#[component]
fn Sessions(viewer: Viewer, mut sessions: Vec<SessionView>) -> impl IntoView {
    sessions.sort_by_key(|session| session.id != viewer.session);
    let (others, cut) = (sessions.len() > 1, sessions.len() >= sessions::LISTED);
    let rows = sessions.into_iter().map(|session| {
        let current = session.id == viewer.session;
        view! { <SessionItem session current own=true /> }
    });
    view! {
        <section class="card" aria-labelledby="sessions">
            <div class="card__head">
                <h2 id="sessions">{words::SESSIONS}</h2>
                {others.then(|| view! {
                    <form method="post" action="/api/end_other_sessions">
                        <button class="button button--small button--danger">{words::END_OTHERS}</button>
                    </form>
                })}
                <p class="card__note">{words::SESSIONS_NOTE}</p>
            </div>
            <ul class="list" role="list">{rows.collect_view()}</ul>
            {cut.then(|| view! { <div class="card__foot"><p>{words::CUT}</p></div> })}
        </section>
    }
}
