//! `/reauthenticate`: the password once more, before something dangerous. The form that was sent before waits in a hidden field.

use crate::{
    api,
    catalogue::reauthenticate as words,
    components::{Frame, PasswordField, loaded},
    flash::Flash,
    next::{HOME, LocalPath},
    visit,
};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Reauthenticate() -> impl IntoView {
    let flash = use_context::<Flash>().unwrap_or_default();
    let concerned = flash.pending.as_ref().and_then(|pending| pending.concerned.clone());
    loaded(async { Ok(told(concerned).await) }, |concerned| page(flash, concerned))
}

/// Whom or what the form is about, in words. It is only said: where it cannot be found, the password can be given all the same.
async fn told(concerned: Option<String>) -> Option<String> {
    let concerned = concerned?;
    if uuid::Uuid::try_parse(&concerned).is_err() {
        return Some(concerned);
    }
    let user = api::user(concerned).await.ok()?.user;
    Some(format!("{} · {}", user.name, user.email))
}

fn page(flash: Flash, concerned: Option<String>) -> impl IntoView {
    let viewer = visit::current().and_then(|visit| visit.viewer().cloned());
    let (name, email) = viewer.map(|viewer| (viewer.name, viewer.email)).unwrap_or_default();
    let asked = Some(flash.typed("next")).filter(|next| !next.is_empty()).or_else(|| visit::asked("next"));
    let next = asked.and_then(|next| LocalPath::parse(&next)).map(|next| next.as_str().to_owned()).unwrap_or_default();
    let pending = flash.pending;
    let about = match &pending {
        Some(pending) => Some(words::about(&pending.act)),
        None => next.split('?').next().filter(|next| !next.is_empty()).map(words::about),
    };
    // Who was on the way to a page has not left the one before, as far as they remember: for them the start is near enough.
    let back = pending.as_ref().map_or_else(|| HOME.to_owned(), |pending| pending.back.clone());
    view! {
        <Frame title=words::TITLE current="" narrow=true>
            <div class="heading">
                <div class="heading__text">
                    <h1>{words::TITLE}</h1>
                    <p class="heading__lead">{words::LEAD}</p>
                </div>
            </div>
            <section class="card">
                <div class="card__body">
                    <dl class="facts">
                        <div class="facts__row"><dt>{words::ACCOUNT}</dt><dd>{name}<span class="facts__note">{email.clone()}</span></dd></div>
                        {about.map(|about| view! {
                            <div class="facts__row"><dt>{words::PURPOSE}</dt><dd>{about}</dd></div>
                        })}
                        {concerned.map(|concerned| view! {
                            <div class="facts__row"><dt>{words::CONCERNED}</dt><dd><bdi>{concerned}</bdi></dd></div>
                        })}
                    </dl>
                    <form class="threshold__form" method="post" action="/api/reauthenticate">
                        // For password managers, which look for the name beside the password.
                        <input type="text" name="account" value=email autocomplete="username" readonly=true hidden=true />
                        <input type="hidden" name="next" value=next />
                        {pending.map(|pending| view! { <input type="hidden" name="pending" value=pending.sealed /> })}
                        <PasswordField />
                        <button class="button button--primary button--large button--wide">{words::GO_ON}</button>
                    </form>
                    <p><a href=back>{words::CANCEL}</a></p>
                </div>
            </section>
        </Frame>
    }
}
