//! `/account`: the own profile, and everywhere one is signed in.

use crate::{
    answer::worded,
    catalogue,
    components::{Frame, NoticeBox, SessionItem, Tone, loaded},
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
pub fn Account() -> impl IntoView {
    loaded(load(), |(viewer, sessions)| {
        view! {
            <Frame title="Account" current="Account" narrow=true>
                <div class="heading">
                    <div class="heading__text">
                        <h1>"Account"</h1>
                        <p class="heading__lead">"Who you are here, and where you are signed in."</p>
                    </div>
                </div>
                <section class="card" aria-labelledby="profile">
                    <div class="card__head"><h2 id="profile">"Profile"</h2></div>
                    <div class="card__body">
                        <dl class="facts">
                            <div class="facts__row"><dt>"Name"</dt><dd>{viewer.name.clone()}</dd></div>
                            <div class="facts__row"><dt>"Address"</dt><dd>{viewer.email.clone()}</dd></div>
                            <div class="facts__row"><dt>"Role"</dt><dd>{catalogue::role(viewer.role)}</dd></div>
                        </dl>
                    </div>
                </section>
                {match sessions {
                    Some(sessions) => view! { <Sessions viewer sessions /> }.into_any(),
                    None => view! { <SessionsAway /> }.into_any(),
                }}
            </Frame>
        }
    })
}

/// The person, from the token, and their sessions, from the database if it answers.
async fn load() -> Result<(Viewer, Option<Vec<SessionView>>), AppError> {
    let visit = visit::visit()?;
    let viewer = visit.signed_in()?.clone();
    let sessions = visit.house.unless_away(sessions::list(&visit.house, viewer.id)).await.map_err(worded)?;
    Ok((viewer, sessions))
}

/// In place of the sessions, while the database is away.
#[component]
fn SessionsAway() -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="sessions">
            <div class="card__head"><h2 id="sessions">"Where you are signed in"</h2></div>
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
    let others = sessions.len() > 1;
    let rows = sessions.into_iter().map(|session| {
        let current = session.id == viewer.session;
        view! { <SessionItem session current own=true /> }
    });
    view! {
        <section class="card" aria-labelledby="sessions">
            <div class="card__head">
                <h2 id="sessions">"Where you are signed in"</h2>
                {others.then(|| view! {
                    <form method="post" action="/api/end_other_sessions">
                        <button class="button button--small button--danger">"End all others"</button>
                    </form>
                })}
                <p class="card__note">"A session you do not know? End it. It is signed out at once."</p>
            </div>
            <ul class="list" role="list">{rows.collect_view()}</ul>
        </section>
    }
}
