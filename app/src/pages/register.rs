//! `/register`: a new account, or why there can be none.

use crate::{
    catalogue::{entrance as words, fields},
    components::{NewPassword, NoticeBox, TextField, Threshold, Tone},
    visit,
};
use identity::{
    policy::{Domain, Policy, SignUp},
    words::Field,
};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Register() -> impl IntoView {
    let policy = visit::current().map(|visit| visit.house.policy()).unwrap_or_default();
    if !policy.takes_strangers() {
        return view! { <Closed mode=policy.sign_up /> }.into_any();
    }
    let domains = domains(&policy);
    view! {
        <Threshold title=words::REGISTER lead=words::REGISTER_LEAD>
            {domains.map(|told| view! { <NoticeBox tone=Tone::Info title=words::REGISTER><p>{told}</p></NoticeBox> })}
            <form class="threshold__form" method="post" action="/api/register">
                <TextField field=Field::Name label=fields::NAME autocomplete="name" max=100 />
                <TextField
                    field=Field::Email label=fields::EMAIL kind="email" autocomplete="username"
                    hint=words::EMAIL_HINT
                />
                <NewPassword />
                <button class="button button--primary button--large button--wide">{words::CREATE_ACCOUNT}</button>
            </form>
            <HaveAccount />
        </Threshold>
    }
    .into_any()
}

/// Which addresses may register, where not all may.
fn domains(policy: &Policy) -> Option<String> {
    let names: Vec<&str> = policy.sign_up_domains.iter().map(Domain::as_str).collect();
    (policy.sign_up == SignUp::Domains).then(|| words::only_domains(&names))
}

/// Nobody may by themselves.
#[component]
fn Closed(mode: SignUp) -> impl IntoView {
    let (title, text) = match mode {
        SignUp::Invite => (words::INVITED_ONLY, words::INVITED_ONLY_TEXT),
        SignUp::Open | SignUp::Closed | SignUp::Domains => (words::CLOSED, words::CLOSED_TEXT),
    };
    view! {
        <Threshold title=title lead=text>
            <HaveAccount />
        </Threshold>
    }
}

#[component]
fn HaveAccount() -> impl IntoView {
    view! { <p class="threshold__more">{words::HAVE_ACCOUNT} " " <a href="/login">{words::SIGN_IN}</a></p> }
}
