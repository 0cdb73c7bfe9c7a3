//! `/admin/users`: everybody with an account, by keyset, with a search that is a plain form.

use super::{Pager, Panel};
use crate::{
    api, catalogue,
    components::{Avatar, Glyph, Icon, RoleBadge, StatusBadge, When, loaded},
    visit,
};
use identity::{
    admin::Status,
    words::{Role, UserView},
};
use leptos::prelude::*;

/// The page.
#[component]
pub fn Users() -> impl IntoView {
    let [q, role, status, after] = ["q", "role", "status", "after"].map(|name| visit::asked(name).unwrap_or_default());
    let load = api::users(Some(q.clone()), Some(role.clone()), Some(status.clone()), Some(after.clone()), None);
    loaded(load, move |page| {
        let filtered = [&q, &role, &status].into_iter().any(|value| !value.is_empty());
        let kept = vec![("q", q.clone()), ("role", role.clone()), ("status", status.clone())];
        let shown = page.items.len();
        view! {
            <Panel tab="People" lead="Everybody with an account here, newest first.">
                <section class="card" aria-label="Accounts">
                    <Search q role status filtered />
                    {match page.items {
                        items if items.is_empty() => view! { <Nobody /> }.into_any(),
                        items => view! { <Table items /> }.into_any(),
                    }}
                    <Pager
                        path="/admin/users" query=kept shown further=!after.is_empty() next=page.next.map(|next| next.to_string())
                    />
                </section>
            </Panel>
        }
    })
}

/// Search and filters.
#[component]
fn Search(q: String, role: String, status: String, filtered: bool) -> impl IntoView {
    let roles = Role::ALL.iter().map(|it| (it.as_str(), catalogue::role(*it))).collect();
    let states = Status::ALL.iter().map(|it| (it.as_str(), catalogue::status(*it))).collect();
    view! {
        <form class="filters" method="get" action="/admin/users" role="search">
            <div class="field filters__search">
                <label class="field__label small" for="q">"Name or address begins with"</label>
                <input class="input" id="q" name="q" type="search" value=q maxlength="254" autocomplete="off" />
            </div>
            <Select id="role" label="Role" options=roles chosen=role />
            <Select id="status" label="Status" options=states chosen=status />
            <div class="filters__actions">
                <button class="button"><Icon glyph=Glyph::Search />"Search"</button>
                {filtered.then(|| view! { <a class="button button--quiet" href="/admin/users">"Clear"</a> })}
            </div>
        </form>
    }
}

/// A filter: any, or one of a few.
#[component]
fn Select(
    id: &'static str,
    label: &'static str,
    options: Vec<(&'static str, &'static str)>,
    chosen: String,
) -> impl IntoView {
    let options = options.into_iter().map(|(value, words)| {
        view! { <option value=value selected=value == chosen>{words}</option> }
    });
    view! {
        <div class="field">
            <label class="field__label small" for=id>{label}</label>
            <div class="field__box">
                <select class="input" id=id name=id><option value="">"Any"</option>{options.collect_view()}</select>
                <span class="field__arrow"><Icon glyph=Glyph::Chevron /></span>
            </div>
        </div>
    }
}

#[component]
fn Table(items: Vec<UserView>) -> impl IntoView {
    view! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">"Person"</th>
                    <th scope="col">"Role"</th>
                    <th scope="col">"Status"</th>
                    <th scope="col">"Last sign-in"</th>
                    <th scope="col">"Registered"</th>
                </tr>
            </thead>
            <tbody>{items.into_iter().map(|user| view! { <Row user /> }).collect_view()}</tbody>
        </table>
    }
}

#[component]
fn Row(user: UserView) -> impl IntoView {
    view! {
        <tr>
            <td>
                <div class="person">
                    <Avatar name=user.name.clone() />
                    <span class="person__text">
                        <a class="table__link person__name" href=format!("/admin/users/{}", user.id)>
                            <bdi>{user.name.clone()}</bdi>
                        </a>
                        <span class="person__address">{user.email.clone()}</span>
                    </span>
                </div>
            </td>
            <td data-label="Role"><RoleBadge role=user.role /></td>
            <td data-label="Status"><StatusBadge user=user.clone() /></td>
            <td data-label="Last sign-in">
                {match user.last_sign_in_at {
                    Some(at) => view! { <When at /> }.into_any(),
                    None => view! { <span class="quiet">"Never"</span> }.into_any(),
                }}
            </td>
            <td data-label="Registered"><When at=user.created_at /></td>
        </tr>
    }
}

#[component]
fn Nobody() -> impl IntoView {
    view! {
        <div class="empty">
            <Icon glyph=Glyph::Users />
            <p>"Nobody here fits that."</p>
            <p class="small">"The search looks at the beginning of names and addresses."</p>
        </div>
    }
}
