//! `/admin/users`: everybody with an account, by keyset, with a search that is a plain form.

use super::Panel;
use crate::{
    api,
    catalogue::{self, admin as words},
    components::{Avatar, Empty, Filter, FilterBar, Glyph, Pager, RoleBadge, SearchField, StatusBadge, When, loaded},
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
    let load = api::users(
        Some(q.clone()),
        Some(role.clone()),
        Some(status.clone()),
        None,
        None,
        Some(after.clone()),
        None,
        None,
    );
    loaded(load, move |api::PeoplePage { page, .. }| {
        let filtered = [&q, &role, &status].into_iter().any(|value| !value.is_empty());
        let kept = vec![("q", q.clone()), ("role", role.clone()), ("status", status.clone())];
        let shown = page.items.len();
        view! {
            <Panel tab=words::PEOPLE lead=words::PEOPLE_LEAD>
                <section class="card" aria-label=words::ACCOUNTS>
                    <Search q role status filtered />
                    {match page.items {
                        items if items.is_empty() => view! { <Nobody /> }.into_any(),
                        items => view! { <Table items /> }.into_any(),
                    }}
                    <Pager
                        path="/admin/users" query=kept shown further=!after.is_empty() next=page.next
                    />
                </section>
            </Panel>
        }
    })
}

/// Search and filters.
#[component]
fn Search(q: String, role: String, status: String, filtered: bool) -> impl IntoView {
    let roles = Role::BUILT_IN.iter().map(|it| (it.to_string(), catalogue::role(*it))).collect();
    let states = Status::ALL.iter().map(|it| (it.to_string(), catalogue::status(*it).to_owned())).collect();
    let set = [&role, &status].into_iter().filter(|value| !value.is_empty()).count();
    let search = view! { <SearchField label=words::SEARCH_FOR value=q /> };
    view! {
        <FilterBar action="/admin/users" set filtered search=search.into_any()>
            <Filter name="role" label=words::ROLE options=roles chosen=role />
            <Filter name="status" label=words::STATUS options=states chosen=status />
        </FilterBar>
    }
}

#[component]
fn Table(items: Vec<UserView>) -> impl IntoView {
    view! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">{words::PERSON}</th>
                    <th scope="col">{words::ROLE}</th>
                    <th scope="col">{words::STATUS}</th>
                    <th scope="col">{words::LAST_SIGN_IN}</th>
                    <th scope="col">{words::REGISTERED}</th>
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
            <td data-label=words::ROLE><RoleBadge role=user.role /></td>
            <td data-label=words::STATUS><StatusBadge user=user.clone() /></td>
            <td data-label=words::LAST_SIGN_IN>
                {match user.last_sign_in_at {
                    Some(at) => view! { <When at /> }.into_any(),
                    None => view! { <span class="quiet">{words::NEVER}</span> }.into_any(),
                }}
            </td>
            <td data-label=words::REGISTERED><When at=user.created_at /></td>
        </tr>
    }
}

#[component]
fn Nobody() -> impl IntoView {
    view! { <Empty glyph=Glyph::Users title=words::NOBODY hint=words::NOBODY_HINT /> }
}
