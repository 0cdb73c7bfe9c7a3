//! `/account`: who one is here.

use super::AccountPage;
use crate::{
    catalogue::{
        self,
        account::{PROFILE, profile as words},
    },
    components::{TextField, loaded},
    error::AppError,
    visit,
};
use identity::words::{Field, Viewer};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Profile() -> impl IntoView {
    loaded(load(), |viewer| {
        view! {
            <AccountPage tab=PROFILE lead=words::LEAD>
                <section class="card" aria-labelledby="profile">
                    <div class="card__head"><h2 id="profile">{words::ABOUT_YOU}</h2></div>
                    <div class="card__body">
                        <dl class="facts">
                            <div class="facts__row"><dt>{words::NAME}</dt><dd>{viewer.name.clone()}</dd></div>
                            <div class="facts__row"><dt>{words::ADDRESS}</dt><dd class="row">{viewer.email} <a href="/account/address">{words::CHANGE_ADDRESS}</a></dd></div>
                            <div class="facts__row"><dt>{words::ROLE}</dt><dd>{catalogue::role(viewer.role)}</dd></div>
                        </dl>
                    </div>
                </section>
                <section class="card" aria-labelledby="change-name">
                    <div class="card__head"><h2 id="change-name">{words::CHANGE_NAME}</h2></div>
                    <form class="card__body" method="post" action="/api/change_name">
                        <input type="hidden" name="account" value=viewer.id.to_string() />
                        <TextField
                            field=Field::Name label=words::NAME autocomplete="name" hint=words::NAME_HINT max=100 value=viewer.name
                        />
                        <div class="row"><button class="button button--primary">{words::SAVE_NAME}</button></div>
                    </form>
                </section>
            </AccountPage>
        }
    })
}

/// The person, from the token: an outage takes nobody's page away.
async fn load() -> Result<Viewer, AppError> {
    Ok(visit::visit()?.signed_in()?.clone())
}
