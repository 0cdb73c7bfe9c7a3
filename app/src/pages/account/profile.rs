//! `/account`: who one is here.

use super::AccountPage;
use crate::{
    catalogue::{
        self,
        account::{PROFILE, profile as words},
    },
    components::loaded,
    error::AppError,
    visit,
};
use identity::words::Viewer;
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
                            <div class="facts__row"><dt>{words::NAME}</dt><dd>{viewer.name}</dd></div>
                            <div class="facts__row"><dt>{words::ADDRESS}</dt><dd>{viewer.email}</dd></div>
                            <div class="facts__row"><dt>{words::ROLE}</dt><dd>{catalogue::role(viewer.role)}</dd></div>
                        </dl>
                    </div>
                </section>
            </AccountPage>
        }
    })
}

/// The person, from the token: an outage takes nobody's page away.
async fn load() -> Result<Viewer, AppError> {
    Ok(visit::visit()?.signed_in()?.clone())
}
