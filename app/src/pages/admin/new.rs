//! `/admin/users/new`: an account for somebody. The main way is an invitation, where nobody but the owner ever knows the password.

use super::Panel;
use crate::{
    api,
    catalogue::{self, admin as panel, fields, invite as words},
    components::{Glyph, Icon, NewPassword, NoticeBox, TextField, Tone, loaded},
    flash::Flash,
    visit,
};
use identity::{
    admin::RoleChoice,
    words::{Field, Permission, Role},
};
use leptos::prelude::*;

/// The path of the form whose password is given here.
const CREATE: &str = "/api/admin/create";

/// The page.
#[component]
pub fn New() -> impl IntoView {
    let may = visit::current().is_some_and(|visit| visit.permits(Permission::UsersWrite));
    let with_password = visit::asked("with").as_deref() == Some("password")
        || use_context::<Flash>().is_some_and(|flash| flash.form == CREATE);
    view! {
        <Panel tab=panel::PEOPLE lead=words::LEAD>
            {match (may, with_password) {
                (false, _) => view! { <NoticeBox tone=Tone::Info><p>{words::NOT_YOURS}</p></NoticeBox> }.into_any(),
                (true, false) => view! { <Invite /> }.into_any(),
                (true, true) => view! { <Create /> }.into_any(),
            }}
        </Panel>
    }
}

#[component]
fn Invite() -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="invite">
            <div class="card__head">
                <h2 id="invite">{words::INVITE}</h2>
                <p class="card__note">{words::INVITE_TEXT}</p>
            </div>
            <form class="card__body" method="post" action="/api/admin/invite">
                <Who />
                <div><button class="button button--primary">{words::SEND}</button></div>
            </form>
            <p class="card__foot">
                <a href="/admin/users/new?with=password">{words::WITH_PASSWORD}</a> <a href="/admin/users/import">{words::IMPORT}</a>
            </p>
        </section>
    }
}

#[component]
fn Create() -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="create">
            <div class="card__head">
                <h2 id="create">{words::CREATE}</h2>
                <p class="card__note">{words::CREATE_TEXT}</p>
            </div>
            <form class="card__body" method="post" action=CREATE>
                <Who />
                <NewPassword />
                <div><button class="button button--primary">{words::MAKE}</button></div>
            </form>
            <p class="card__foot"><a href="/admin/users/new">{words::RATHER_INVITE}</a></p>
        </section>
    }
}

/// Whose account it is to be, and with which role, for those who may give one.
#[component]
fn Who() -> impl IntoView {
    let may_give = visit::current().is_some_and(|visit| visit.permits(Permission::RolesWrite));
    view! {
        <TextField field=Field::Name label=fields::NAME autocomplete="off" max=100 />
        <TextField field=Field::Email label=fields::EMAIL kind="email" autocomplete="off" />
        {may_give.then(|| loaded(api::role_choices(), roles))}
    }
}

/// The roles that do not go beyond the reader's own permissions.
fn roles(choices: Vec<RoleChoice>) -> impl IntoView {
    let options = choices.into_iter().filter(|choice| choice.within_reach).map(|choice| {
        view! {
            <option value=choice.role.to_string() selected=choice.role == Role::User>{catalogue::role(choice.role)}</option>
        }
    });
    view! {
        <div class="field">
            <label class="field__label" for="role">{panel::ROLE}</label>
            <div class="field__box">
                <select class="input" id="role" name="role" aria-describedby="role-hint">{options.collect_view()}</select>
                <span class="field__arrow"><Icon glyph=Glyph::Chevron /></span>
            </div>
            <p class="field__hint" id="role-hint">{words::ROLE_HINT}</p>
        </div>
    }
}
