//! `/dashboard`: who am I, and how do I come to be in here?

use crate::{
    answer::worded,
    catalogue::{self, acting, dashboard as words, frame, moments},
    components::{Avatar, Frame, Glyph, Icon, NoticeBox, RoleBadge, Tone, When, device_words, loaded},
    error::AppError,
    islands::minutes,
    visit::{self, Who},
};
use identity::{
    Refusal,
    sessions::{self, Here},
    words::{SessionView, Viewer},
};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Dashboard() -> impl IntoView {
    loaded(load(), |(viewer, here)| {
        let delete_at = here.as_ref().and_then(|here| here.delete_at);
        let session = here.map(|here| here.session);
        let first = viewer.name.split_whitespace().next().unwrap_or_default().to_owned();
        let admin = viewer.permissions.open_panel();
        // The token was made at the last refresh, so it tells nearly as much.
        let told = (viewer.issued_at * 1000, viewer.generation - 1);
        let (refreshed, times) = session.as_ref().map_or(told, |session| (session.rotated_at, session.generation - 1));
        view! {
            <Frame title=frame::DASHBOARD current=frame::DASHBOARD delete_at>
                <div class="heading">
                    <Avatar name=viewer.name.clone() large=true />
                    <div class="heading__text">
                        <h1>{words::greeting(&first)}</h1>
                        <p class="heading__lead row"><span>{viewer.email.clone()}</span> <RoleBadge role=viewer.role /></p>
                    </div>
                    {admin.then(|| view! { <a class="button" href="/admin"><Icon glyph=Glyph::Users />{words::ADMIN_PANEL}</a> })}
                </div>
                <div class="columns columns--even">
                    <TokenCard viewer=viewer.clone() refreshed times />
                    {match session {
                        Some(session) => view! { <SessionCard session capped=admin /> }.into_any(),
                        None => view! { <SessionAway /> }.into_any(),
                    }}
                </div>
            </Frame>
        }
    })
}

/// The person, from the token, and the session, from the database if it answers: an outage takes nobody's page away.
async fn load() -> Result<(Viewer, Option<Here>), AppError> {
    let visit = visit::visit()?;
    let viewer = visit.signed_in()?.clone();
    let over = |ended| AppError::SignedOut { ended };
    match visit.house.unless_away(sessions::here(&visit.house, &viewer)).await {
        Ok(Some(here)) if here.session.ended_at.is_some() => Err(over(here.session.end_cause)),
        Ok(here) => Ok((viewer, here)),
        Err(Refusal::NotFound) => Err(over(None)),
        Err(refusal) => Err(worded(refusal)),
    }
}

/// What the access token says, in plain words. The token itself is never shown.
#[component]
fn TokenCard(viewer: Viewer, refreshed: i64, times: i64) -> impl IntoView {
    let visit = visit::current();
    let now = visit.as_ref().map_or(viewer.issued_at, |visit| visit.house.now().seconds());
    let renewed = visit.is_some_and(|visit| matches!(visit.who, Who::SignedIn { renewed: true, .. }));
    let left = (viewer.expires_at - now).max(0);
    let acts = viewer.actor.is_some();
    view! {
        <section class="card" aria-labelledby="token">
            <div class="card__head">
                <h2 id="token">{words::TOKEN}</h2>
                <span class="badge badge--positive">{if renewed { words::RENEWED } else { words::VALID }}</span>
            </div>
            <div class="card__body">
                <Countdown left total=viewer.expires_at - viewer.issued_at />
                <dl class="facts">
                    <div class="facts__row">
                        <dt>{words::LAST_REFRESH}</dt>
                        <dd data-renewed=moments::JUST_NOW>
                            {match times {
                                0 if acts => acting::NO_REFRESH.into_any(),
                                0 => words::NO_REFRESH.into_any(),
                                _ => view! { <When at=refreshed /> <span class="facts__note">{catalogue::refreshes(times, acts)}</span> }
                                    .into_any(),
                            }}
                        </dd>
                    </div>
                    <div class="facts__row">
                        <dt>{words::SAYS}</dt>
                        <dd>{words::name_and_role(&viewer.name, viewer.role)}</dd>
                    </div>
                    <div class="facts__row"><dt>{words::ISSUED}</dt><dd><When at=viewer.issued_at * 1000 /></dd></div>
                    <div class="facts__row"><dt>{words::SAYS_NOT}</dt><dd>{words::SAYS_NO_SECRET}</dd></div>
                </dl>
            </div>
        </section>
    }
}

/// How long the token still lives, in seconds. The island moves the numbers; without it they say how it was.
#[component]
fn Countdown(left: i64, total: i64) -> impl IntoView {
    view! {
        <div class="countdown" data-seconds=left>
            <p class="countdown__number" role="timer" data-left="">{minutes(u32::try_from(left).unwrap_or_default())}</p>
            <progress class="countdown__bar" max=total value=left aria-label=words::LIFE></progress>
            <p class="quiet" aria-live="polite" data-renewed=words::REFRESHED>
                {words::THEN}
            </p>
        </div>
    }
}

/// In place of the session, while the database is away.
#[component]
fn SessionAway() -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="session">
            <div class="card__head"><h2 id="session">{words::SESSION}</h2></div>
            <div class="card__body">
                <NoticeBox tone=Tone::Warning title=catalogue::AWAY><p>{catalogue::SESSION_AWAY}</p></NoticeBox>
            </div>
        </section>
    }
}

/// The session the request came in.
#[component]
fn SessionCard(session: SessionView, capped: bool) -> impl IntoView {
    // Of an administrator in the owner's place neither browser nor network address is kept, and nobody has signed in or chosen anything.
    let acts = session.acting;
    let device = (!acts).then(|| {
        view! {
            <div class="facts__row"><dt>{words::DEVICE}</dt><dd>{device_words(&session.user_agent)}</dd></div>
        }
    });
    let from = (!acts).then(|| view! { <div class="facts__row"><dt>{words::FROM}</dt><dd>{session.ip}</dd></div> });
    let why = if acts { acting::ENDS_WHY } else { catalogue::stay_reason(session.stay, capped) };
    view! {
        <section class="card" aria-labelledby="session">
            <div class="card__head"><h2 id="session">{words::SESSION}</h2></div>
            <div class="card__body">
                <dl class="facts">
                    {device}
                    <div class="facts__row"><dt>{if acts { acting::BEGUN } else { words::SIGNED_IN }}</dt><dd><When at=session.created_at /></dd></div>
                    <div class="facts__row">
                        <dt>{words::ENDS}</dt>
                        <dd>
                            {match session.expires_at {
                                Some(at) => view! { <When at /> }.into_any(),
                                None => words::ENDS_NEVER.into_any(),
                            }}
                            <span class="facts__note">{why}</span>
                        </dd>
                    </div>
                    {from}
                </dl>
            </div>
            <div class="card__foot"><a href="/account/devices">{if acts { acting::ALL_SESSIONS } else { words::ALL_SESSIONS }}</a></div>
        </section>
    }
}
