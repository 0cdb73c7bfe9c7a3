//! `/admin/users`: everybody with an account, by keyset both ways, with a search, filters and an order that are plain links and forms.

use super::Panel;
use crate::{
    api,
    catalogue::{self, admin as words, invite, listing, pieces},
    components::{
        Avatar, Column, Empty, Filter, FilterBar, Glyph, Icon, Pager, RoleBadge, SearchField, Sorted, StatusBadge,
        Table, Td, Tr, When, link, loaded, relative,
    },
    error::AppError,
    visit,
};
use identity::{
    admin::{Act, Seen, Sort, Status},
    words::{Permission, Role, UserView},
};
use leptos::prelude::*;

/// Where the list is.
const PATH: &str = "/admin/users";

/// What the list is narrowed by, as the address says it.
#[derive(Clone)]
struct Asked {
    q: String,
    role: String,
    status: String,
    seen: String,
    sort: String,
    further: bool,
}

impl Asked {
    fn read() -> Self {
        let [q, role, status, seen, sort] =
            ["q", "role", "status", "seen", "sort"].map(|name| visit::asked(name).unwrap_or_default());
        let further = ["after", "before"].iter().any(|name| visit::asked(name).is_some());
        Self { q, role, status, seen, sort, further }
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let values = [&self.q, &self.role, &self.status, &self.seen, &self.sort];
        ["q", "role", "status", "seen", "sort"].into_iter().zip(values.map(Clone::clone)).collect()
    }

    /// The same list with one thing other.
    fn with(&self, name: &'static str, value: &str) -> String {
        let mut query = self.query();
        query.iter_mut().filter(|(key, _)| *key == name).for_each(|(_, kept)| value.clone_into(kept));
        link(PATH, &query, None)
    }

    /// The order the list is in, where it is not a search's.
    fn order(&self) -> Option<Sort> {
        let usual = if self.seen.is_empty() { Sort::Newest } else { Sort::Seen };
        self.q.trim().is_empty().then(|| Sort::from_word(&self.sort).unwrap_or(usual))
    }

    /// The filters that are set: name, and in words.
    fn chips(&self) -> Vec<(&'static str, String)> {
        let role = Role::from_word(&self.role).map(|it| ("role", listing::set(words::ROLE, &catalogue::role(it))));
        let status =
            Status::from_word(&self.status).map(|it| ("status", listing::set(words::STATUS, catalogue::status(it))));
        let seen = Seen::from_word(&self.seen).map(|it| ("seen", listing::set(listing::SEEN, listing::seen(it))));
        let q = (!self.q.trim().is_empty()).then(|| ("q", listing::searched(self.q.trim())));
        [q, role, status, seen].into_iter().flatten().collect()
    }
}

/// The page.
#[component]
pub fn Users() -> impl IntoView {
    let asked = Asked::read();
    loaded(load(asked.clone()), move |(page, roles)| {
        let api::PeoplePage { page, count } = page;
        let now = visit::current().map_or(0, |visit| visit.house.now().0);
        let total = listing::total(count, count.counted_at.map(|at| relative(at, now)));
        let shown = page.items.len();
        let looked = page.looked_through.map(|accounts| {
            view! {
                <p class="card__foot card__foot--top">{listing::looked_through(accounts)}</p>
            }
        });
        let more = page.next.is_some();
        view! {
            <Panel tab=words::PEOPLE lead=listing::LEAD actions=view! { <Exports asked=asked.clone() /> }.into_any()>
                <section class="card" aria-label=words::ACCOUNTS>
                    <Search asked=asked.clone() roles />
                    <Chips asked=asked.clone() />
                    {looked}
                    {match page.items {
                        items if items.is_empty() => view! { <Nobody more /> }.into_any(),
                        items => view! { <People items asked=asked.clone() /> }.into_any(),
                    }}
                    <Pager
                        path=PATH query=asked.query() shown further=asked.further next=page.next prev=page.prev total=Some(total)
                    />
                </section>
            </Panel>
        }
    })
}

async fn load(asked: Asked) -> Result<(api::PeoplePage, Vec<Role>), AppError> {
    let [q, role, status, seen, sort] = [asked.q, asked.role, asked.status, asked.seen, asked.sort].map(Some);
    let [after, before] = ["after", "before"].map(visit::asked);
    Ok((api::users(q, role, status, seen, sort, after, before, None).await?, api::roles_to_filter().await?))
}

/// The list as a file, narrowed and ordered as it is shown. The links do not say that they are downloads: a browser that was told so
/// would save the page that asks for the password.
#[component]
fn Exports(asked: Asked) -> impl IntoView {
    let query = asked.query();
    let href = |path| link(path, &query, None);
    let makes = visit::current().is_some_and(|visit| visit.permits(Permission::UsersWrite));
    view! {
        {makes.then(|| view! { <a class="button button--small button--primary" href="/admin/users/new">{invite::INVITE}</a> })}
        <a class="button button--small" href=href("/admin/users/export.csv")>{listing::EXPORT_CSV}</a>
        <a class="button button--small" href=href("/admin/users/export.json")>{listing::EXPORT_JSON}</a>
    }
}

/// Search, filters and order.
#[component]
fn Search(asked: Asked, roles: Vec<Role>) -> impl IntoView {
    let roles = roles.into_iter().map(|it| (it.to_string(), catalogue::role(it))).collect();
    let states = Status::ALL.iter().map(|it| (it.to_string(), catalogue::status(*it).to_owned())).collect();
    let times = Seen::ALL.iter().map(|it| (it.to_string(), listing::seen(*it).to_owned())).collect();
    let set = [&asked.role, &asked.status, &asked.seen].into_iter().filter(|value| !value.is_empty()).count();
    let filtered = !asked.chips().is_empty();
    let search = view! { <SearchField label=listing::SEARCH_FOR value=asked.q.clone() /> };
    view! {
        <FilterBar action=PATH set filtered search=search.into_any()>
            <Filter name="role" label=words::ROLE options=roles chosen=asked.role.clone() />
            <Filter name="status" label=words::STATUS options=states chosen=asked.status.clone() />
            <Filter name="seen" label=listing::SEEN options=times chosen=asked.seen.clone() />
            <Order chosen=asked.sort.clone() />
        </FilterBar>
    }
}

/// The order; also where there is no room for headings to sort by.
#[component]
fn Order(chosen: String) -> impl IntoView {
    let options = Sort::ALL.iter().map(|it| {
        let selected = it.as_str() == chosen;
        view! { <option value=it.as_str() selected=selected>{listing::sort(*it)}</option> }
    });
    view! {
        <div class="field">
            <label class="field__label small" for="sort">{listing::ORDER}</label>
            <div class="field__box">
                <select class="input" id="sort" name="sort">
                    <option value="">{listing::USUAL_ORDER}</option>
                    {options.collect_view()}
                </select>
                <span class="field__arrow"><Icon glyph=Glyph::Chevron /></span>
            </div>
        </div>
    }
}

/// What narrows the list, each to be taken away.
#[component]
fn Chips(asked: Asked) -> impl IntoView {
    let chips = asked.chips();
    (!chips.is_empty()).then(|| {
        let links = chips.into_iter().map(|(name, text)| {
            let label = listing::without(&text);
            view! {
                <li><a class="badge badge--accent chips__chip" href=asked.with(name, "") aria-label=label>{text}</a></li>
            }
        });
        view! {
            <div class="card__foot card__foot--top">
                <ul class="chips" role="list" aria-label=listing::SET>{links.collect_view()}</ul>
                <a class="small" href=PATH>{listing::CLEAR}</a>
            </div>
        }
    })
}

/// The table, within the form that does something to those who are ticked, for whoever may.
#[component]
fn People(items: Vec<UserView>, asked: Asked) -> impl IntoView {
    let ticks = visit::current().is_some_and(|visit| visit.permits(Permission::UsersWrite));
    let order = asked.order();
    let by = |column: Column, one: Sort, other: Sort, sorted: [Sorted; 2]| match order {
        // A search has its own order.
        None => column,
        Some(now) if now == one => column.sorting(asked.with("sort", other.as_str()), Some(sorted[0])),
        Some(now) if now == other => column.sorting(asked.with("sort", one.as_str()), Some(sorted[1])),
        Some(_) => column.sorting(asked.with("sort", one.as_str()), None),
    };
    let (up_first, down_first) = ([Sorted::Up, Sorted::Down], [Sorted::Down, Sorted::Up]);
    let columns = ticks.then(|| Column::unseen(listing::TICK)).into_iter().chain([
        by(Column::new(words::PERSON), Sort::Name, Sort::NameDown, up_first),
        Column::new(words::ROLE),
        Column::new(words::STATUS),
        by(Column::new(words::LAST_SIGN_IN), Sort::Seen, Sort::SeenUp, down_first),
        by(Column::new(words::REGISTERED), Sort::Newest, Sort::Oldest, down_first),
    ]);
    let columns: Vec<Column> = columns.collect();
    let rows = items.into_iter().map(move |user| view! { <Row user ticks /> }).collect_view();
    let table = view! { <Table columns shape="table--people">{rows}</Table> };
    if !ticks {
        return table.into_any();
    }
    view! {
        <form method="get" action="/admin/users/bulk">
            {table}
            <Acts />
        </form>
    }
    .into_any()
}

/// What shall be done to those who are ticked.
#[component]
fn Acts() -> impl IntoView {
    let options = Act::ALL.iter().map(|it| view! { <option value=it.as_str()>{listing::act(*it)}</option> });
    view! {
        <div class="card__foot ticking">
            <label class="ticking__all" data-tick-all="" hidden="">
                <input type="checkbox" /> {listing::TICK_ALL}
            </label>
            <label class="small" for="action">{listing::ACTION}</label>
            <div class="field__box">
                <select class="input" id="action" name="action">{options.collect_view()}</select>
                <span class="field__arrow"><Icon glyph=Glyph::Chevron /></span>
            </div>
            <button class="button button--small">{listing::GO_ON}</button>
        </div>
    }
}

#[component]
fn Row(user: UserView, ticks: bool) -> impl IntoView {
    let (id, label) = (user.id.to_string(), listing::tick(&user.name));
    let tick = ticks.then(|| {
        let tick = view! { <input class="tick" type="checkbox" name="id" value=id aria-label=label /> }.into_any();
        view! { <Td>{tick}</Td> }
    });
    let (role, registered, last) = (user.role, user.created_at, user.last_sign_in_at);
    let person = user.clone();
    view! {
        <Tr>
            {tick}
            <Td><Person user=person /></Td>
            <Td label=words::ROLE><RoleBadge role /></Td>
            <Td label=words::STATUS><StatusBadge user /></Td>
            <Td label=words::LAST_SIGN_IN>
                {match last {
                    Some(at) => view! { <When at /> }.into_any(),
                    None => view! { <span class="quiet">{words::NEVER}</span> }.into_any(),
                }}
            </Td>
            <Td label=words::REGISTERED><When at=registered /></Td>
        </Tr>
    }
}

/// Who it is, as a link to their page.
#[component]
pub(super) fn Person(user: UserView) -> impl IntoView {
    view! {
        <div class="person">
            <Avatar name=user.name.clone() />
            <span class="person__text">
                <a class="table__link person__name" href=format!("{PATH}/{}", user.id)><bdi>{user.name.clone()}</bdi></a>
                <span class="person__address">{user.email.clone()}</span>
            </span>
        </div>
    }
}

#[component]
fn Nobody(more: bool) -> impl IntoView {
    if more {
        return view! { <Empty glyph=Glyph::Users title=listing::NOBODY_YET /> }.into_any();
    }
    let clear = view! { <a class="button button--small" href=PATH>{pieces::CLEAR}</a> };
    view! { <Empty glyph=Glyph::Users title=words::NOBODY hint=words::NOBODY_HINT act=clear.into_any() /> }.into_any()
}
