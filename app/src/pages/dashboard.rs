//! `/dashboard`: who am I, and how do I come to be in here?

use crate::{
    api, catalogue,
    components::{Avatar, Frame, Glyph, Icon, RoleBadge, When, device_words, loaded},
    error::AppError,
    islands::minutes,
    visit::{self, Who},
};
use identity::words::{Role, SessionView, Viewer};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Dashboard() -> impl IntoView {
    loaded(load(), |(viewer, session)| {
        let first = viewer.name.split_whitespace().next().unwrap_or_default().to_owned();
        let admin = viewer.role == Role::Admin;
        view! {
            <Frame title="Dashboard" current="Dashboard">
                <div class="heading">
                    <Avatar name=viewer.name.clone() large=true />
                    <div class="heading__text">
                        <h1>"Good to see you, " {first}</h1>
                        <p class="heading__lead row"><span>{viewer.email.clone()}</span> <RoleBadge role=viewer.role /></p>
                    </div>
                    {admin.then(|| view! { <a class="button" href="/admin"><Icon glyph=Glyph::Users />"Admin panel"</a> })}
                </div>
                <div class="columns columns--even">
                    <TokenCard viewer=viewer.clone() refreshed=session.rotated_at times=session.generation - 1 />
                    <SessionCard session role=viewer.role />
                </div>
            </Frame>
        }
    })
}

/// The person, from the token, and the session, from the database.
async fn load() -> Result<(Viewer, SessionView), AppError> {
    let viewer = visit::visit()?.signed_in()?.clone();
    let session = api::sessions().await?.into_iter().find(|session| session.id == viewer.session);
    Ok((viewer, session.ok_or(AppError::SignedOut { ended: None })?))
}

/// What the access token says, in plain words. The token itself is never shown.
#[component]
fn TokenCard(viewer: Viewer, refreshed: i64, times: i64) -> impl IntoView {
    let visit = visit::current();
    let now = visit.as_ref().map_or(viewer.issued_at, |visit| visit.house.now().seconds());
    let renewed = visit.is_some_and(|visit| matches!(visit.who, Who::SignedIn { renewed: true, .. }));
    let left = (viewer.expires_at - now).max(0);
    view! {
        <section class="card" aria-labelledby="token">
            <div class="card__head">
                <h2 id="token">"Your access token"</h2>
                <span class="badge badge--positive">{if renewed { "Renewed just now" } else { "Valid" }}</span>
            </div>
            <div class="card__body">
                <Countdown left total=viewer.expires_at - viewer.issued_at />
                <dl class="facts">
                    <div class="facts__row">
                        <dt>"Last refresh"</dt>
                        <dd data-renewed="just now">
                            {match times {
                                0 => "None since you signed in".into_any(),
                                _ => view! { <When at=refreshed /> <span class="facts__note">{catalogue::refreshes(times)}</span> }
                                    .into_any(),
                            }}
                        </dd>
                    </div>
                    <div class="facts__row">
                        <dt>"Says you are"</dt>
                        <dd>{viewer.name} ", " {catalogue::role(viewer.role).to_lowercase()}</dd>
                    </div>
                    <div class="facts__row"><dt>"Issued"</dt><dd><When at=viewer.issued_at * 1000 /></dd></div>
                    <div class="facts__row"><dt>"Does not say"</dt><dd>"Your password, or anything else secret"</dd></div>
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
            <progress class="countdown__bar" max=total value=left aria-label="Life of the access token"></progress>
            <p class="quiet" aria-live="polite" data-renewed="Refreshed just now, while you were looking.">
                "Then your next click brings a fresh one. You will not notice."
            </p>
        </div>
    }
}

/// The session the request came in.
#[component]
fn SessionCard(session: SessionView, role: Role) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="session">
            <div class="card__head"><h2 id="session">"This session"</h2></div>
            <div class="card__body">
                <dl class="facts">
                    <div class="facts__row"><dt>"Device"</dt><dd>{device_words(&session.user_agent)}</dd></div>
                    <div class="facts__row"><dt>"Signed in"</dt><dd><When at=session.created_at /></dd></div>
                    <div class="facts__row">
                        <dt>"Ends"</dt>
                        <dd>
                            {match session.expires_at {
                                Some(at) => view! { <When at /> }.into_any(),
                                None => "When you sign out".into_any(),
                            }}
                            <span class="facts__note">{catalogue::stay_reason(session.stay, role)}</span>
                        </dd>
                    </div>
                    <div class="facts__row"><dt>"Network address"</dt><dd>{session.ip}</dd></div>
                </dl>
            </div>
            <div class="card__foot"><a href="/account">"All your sessions"</a></div>
        </section>
    }
}
