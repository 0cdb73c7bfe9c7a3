//! `/login`: signing in, and learning why one was signed out.

use crate::{
    catalogue::{self, entrance as words, fields, recovery},
    components::{Choice, NoticeBox, PasswordField, TextField, Threshold, Tone},
    error::AppError,
    flash::Flash,
    next::LocalPath,
    visit::{self, Who},
};
use identity::words::{EndCause, Field, Stay};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Login() -> impl IntoView {
    let flash = use_context::<Flash>().unwrap_or_default();
    let visit = visit::current();
    let asked = visit::asked("next").filter(|next| LocalPath::parse(next).is_some());
    let next =
        LocalPath::parse(&flash.typed("next")).map(|next| next.as_str().to_owned()).or(asked).unwrap_or_default();
    let policy = visit.as_ref().map(|visit| visit.house.policy());
    let open = policy.as_ref().is_none_or(|policy| policy.takes_strangers());
    let stays = policy.as_ref().map_or(Stay::ALL.to_vec(), |policy| policy.stays.clone());
    // One day, where the operator allows it: long enough for a working day, short enough for a borrowed computer.
    let default = if stays.contains(&Stay::Day) { Stay::Day } else { stays.first().copied().unwrap_or(Stay::Visit) };
    let options: Vec<_> = stays.into_iter().map(|stay| (stay.as_str(), catalogue::stay(stay))).collect();
    // Offered to everybody who is refused: only the letter, or its absence, tells whether there was something to confirm.
    let refused = Some(flash.typed("email")).filter(|_| flash.error == Some(AppError::Credentials));
    let fresh = flash.error.is_none() && flash.notice.is_none();
    let why = ended(visit.as_ref().map(|visit| &visit.who)).filter(|_| fresh).map(|cause| {
        let tone = if cause == EndCause::ReuseDetected { Tone::Warning } else { Tone::Info };
        let (title, text) = catalogue::ended_because(cause);
        view! { <NoticeBox tone title=title><p>{text}</p></NoticeBox> }
    });
    view! {
        <Threshold title=words::SIGN_IN lead=words::SIGN_IN_LEAD>
            {why}
            <form class="threshold__form" method="post" action="/api/login">
                <input type="hidden" name="next" value=next />
                <TextField field=Field::Email label=fields::EMAIL kind="email" autocomplete="username" />
                <PasswordField />
                {(options.len() > 1).then(|| view! {
                    <Choice field=Field::Stay legend=words::STAY options=options.clone() default=default.as_str() />
                })}
                {(options.len() == 1).then(|| view! { <input type="hidden" name="stay" value=default.as_str() /> })}
                <button class="button button--primary button--large button--wide">{words::SIGN_IN}</button>
            </form>
            {refused.map(|email| view! { <Resend email /> })}
            <p class="threshold__more"><a href="/forgot">{recovery::FORGOTTEN}</a></p>
            {open.then(|| view! {
                <p class="threshold__more">{words::NEW_HERE} " " <a href="/register">{words::REGISTER}</a></p>
            })}
        </Threshold>
    }
}

/// Why the session ended: told by the cookies of this very request, or by the guard that sent us here.
fn ended(who: Option<&Who>) -> Option<EndCause> {
    let told = visit::asked("ended").and_then(|word| EndCause::from_word(&word));
    match who {
        Some(Who::Stranger { ended: Some(cause) }) => Some(*cause),
        _ => told,
    }
}

/// Another letter, for somebody who may have registered and not confirmed the address.
#[component]
fn Resend(email: String) -> impl IntoView {
    view! {
        <form class="threshold__form" method="post" action="/api/resend_verification">
            <p class="threshold__more">{words::NOT_CONFIRMED}</p>
            <input type="hidden" name="email" value=email />
            <button class="button button--wide">{words::LETTER_AGAIN}</button>
        </form>
    }
}
