//! The list of accounts: every order, every filter, both ways, and how many there are.

mod support;

use identity::{
    admin::{self, Admin, At, Cursor, Filter, Seen, Sort, Status},
    words::{Count, Role, RoleName, UserView},
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use std::cmp::Reverse;
use support::{START, TestHouse, look};
use uuid::Uuid;

const DAY: i64 = 86_400_000;

/// Somebody who may be listed.
#[derive(Clone, Debug)]
struct Somebody {
    name: &'static str,
    address: &'static str,
    role: &'static str,
    verified: bool,
    disabled: bool,
    leaving: bool,
    seen: Option<i64>,
}

fn somebody() -> impl Strategy<Value = Somebody> {
    let names = ["anna", "anna", "Zoë", "émile", "a-b", "a b", "ab", "陳美玲", "beef", "0000", "zz"];
    let addresses = ["anna", "zoë", "a.b", "a-b", "a_b", "ab", "beef", "0000", "z"];
    let seen = [0, 1, 6, 7, 8, 29, 31, 89, 91, 364, 366, 3000].map(|days| START.0 - days * DAY - 1);
    (
        select(names.to_vec()),
        select(addresses.to_vec()),
        select(vec!["user", "user", "user", "admin", "support"]),
        prop::bool::weighted(0.7),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.2),
        option::of(select(seen.to_vec())),
    )
        .prop_map(|(name, address, role, verified, disabled, leaving, seen)| Somebody {
            name,
            address,
            role,
            verified,
            disabled,
            leaving,
            seen,
        })
}

fn filter() -> impl Strategy<Value = Filter> {
    let typed = ["", "", "", "a", "A", "an", "anna", "0000", "beef", "é", "z", "a b", "0199", "01990000-00", "nobody"];
    let support = Role::Named(RoleName::parse("support").unwrap());
    (
        select(typed.to_vec()),
        option::of(select(vec![Role::User, Role::Admin, support])),
        option::of(select(Status::ALL.to_vec())),
        option::of(select(Seen::ALL.to_vec())),
        option::of(select(Sort::ALL.to_vec())),
        1_usize..6,
    )
        .prop_map(|(begins, role, status, seen, sort, limit)| Filter {
            begins: begins.into(),
            role,
            status,
            seen,
            sort,
            limit,
            at: At::First,
        })
}

/// Puts them into the table, past the rules; answers them as they are listed.
async fn settle(home: &TestHouse, people: &[Somebody]) -> Vec<UserView> {
    let mut settled = Vec::new();
    for (n, it) in people.iter().enumerate() {
        // In no order, and some of them close together.
        let id = Uuid::from_u128(
            0x0199_0000_0000_7000_8000_0000_0000_0000 + ((n as u128 * 7919) % 64 << 96) + ((n as u128) << 8),
        );
        let email = format!("{}{n}@example.org", it.address);
        let role = if it.role == "admin" { "admin" } else { "user" };
        let then = |is: bool| is.then_some(START.0);
        look!(home, |p| {
            sqlx::query(
                "insert into users (id, email, name, name_key, role, role_name, password_hash, created_at, verified_at, disabled_at,
                                    delete_at, last_sign_in_at, tokens_void_before)
                 values ($1, $2, $3, $4, $5, $6, '', 0, $7, $8, $9, $10, 0)",
            )
            .bind(id)
            .bind(&email)
            .bind(it.name)
            .bind(it.name.to_lowercase())
            .bind(role)
            .bind((it.role == "support").then_some("support"))
            .bind(then(it.verified))
            .bind(then(it.disabled))
            .bind(then(it.leaving))
            .bind(it.seen)
            .execute(p)
            .await
            .map(drop)
        })
        .unwrap();
        settled.push(UserView {
            id,
            name: it.name.into(),
            email,
            role: Role::from_word(it.role).unwrap(),
            created_at: 0,
            verified_at: then(it.verified),
            disabled_at: then(it.disabled),
            last_sign_in_at: it.seen,
            delete_at: then(it.leaving),
        });
    }
    settled
}

/// What the list should be, found the slow way.
fn expected(people: &[UserView], filter: &Filter) -> Vec<Uuid> {
    let typed = filter.begins.to_lowercase();
    let mut found: Vec<&UserView> = people
        .iter()
        .filter(|it| filter.role.is_none_or(|role| it.role == role))
        .filter(|it| {
            filter.status.is_none_or(|status| match status {
                Status::Active => it.verified_at.is_some() && it.disabled_at.is_none() && it.delete_at.is_none(),
                Status::Unverified => it.verified_at.is_none() && it.disabled_at.is_none(),
                Status::Disabled => it.disabled_at.is_some(),
                Status::Leaving => it.delete_at.is_some(),
            })
        })
        .filter(|it| {
            let days = it.last_sign_in_at.map(|at| (START.0 - at) as f64 / DAY as f64);
            filter.seen.is_none_or(|seen| match seen {
                Seen::Week => days.is_some_and(|days| days <= 7.0),
                Seen::Month => days.is_some_and(|days| days <= 30.0),
                Seen::Quarter => days.is_some_and(|days| days <= 90.0),
                Seen::NotQuarter => days.is_some_and(|days| days > 90.0),
                Seen::NotYear => days.is_some_and(|days| days > 365.0),
                Seen::Never => days.is_none(),
            })
        })
        .collect();
    let name = |it: &UserView| it.name.to_lowercase();
    if !typed.is_empty() {
        let hex: String = typed.chars().filter(|c| *c != '-').collect();
        let by_id = |it: &UserView| {
            (4..=32).contains(&hex.len())
                && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
                && it.id.simple().to_string().starts_with(&hex)
        };
        let part = |it: &&UserView| match it {
            it if by_id(it) => Some((0, it.id.to_string(), it.id)),
            it if it.email.starts_with(&typed) => Some((1, it.email.clone(), it.id)),
            it if name(it).starts_with(&typed) => Some((2, name(it), it.id)),
            _ => None,
        };
        found.retain(|it| part(it).is_some());
        found.sort_by_key(part);
        return found.iter().map(|it| it.id).collect();
    }
    let usual = if filter.seen.is_some() { Sort::Seen } else { Sort::Newest };
    let seen = |it: &&UserView| (it.last_sign_in_at.unwrap_or(0), it.id);
    match filter.sort.unwrap_or(usual) {
        Sort::Newest => found.sort_by_key(|it| Reverse(it.id)),
        Sort::Oldest => found.sort_by_key(|it| it.id),
        Sort::Name => found.sort_by_key(|it| (name(it), it.id)),
        Sort::NameDown => found.sort_by_key(|it| Reverse((name(it), it.id))),
        Sort::Address => found.sort_by_key(|it| it.email.clone()),
        Sort::AddressDown => found.sort_by_key(|it| Reverse(it.email.clone())),
        Sort::Seen => found.sort_by_key(|it| Reverse(seen(it))),
        Sort::SeenUp => found.sort_by_key(seen),
    }
    found.iter().map(|it| it.id).collect()
}

async fn page(home: &TestHouse, filter: &Filter) -> identity::words::Listing<UserView> {
    admin::users(&home.house, &Admin::operator(), filter).await.unwrap()
}

fn cursor(text: &str) -> Cursor {
    Cursor::parse(text).unwrap()
}

/// To the end and back again; the pages on the way there, and those on the way back in the order of the list.
async fn walk(home: &TestHouse, filter: &Filter) -> [Vec<Vec<Uuid>>; 2] {
    let ids = |items: &[UserView]| items.iter().map(|it| it.id).collect::<Vec<_>>();
    let mut there = Vec::new();
    let mut at = At::First;
    let last = loop {
        let page = page(home, &Filter { at, ..filter.clone() }).await;
        there.push(ids(&page.items));
        match &page.next {
            Some(next) => at = At::After(cursor(next)),
            None => break page,
        }
    };
    let mut back = vec![ids(&last.items)];
    let mut prev = last.prev;
    while let Some(before) = prev {
        let page = page(home, &Filter { at: At::Before(cursor(&before)), ..filter.clone() }).await;
        assert!(page.next.is_some(), "there is a way forward again");
        back.push(ids(&page.items));
        prev = page.prev;
    }
    back.reverse();
    [there, back]
}

#[test]
fn walking_there_and_back_shows_exactly_what_fits_in_order() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let home = runtime.block_on(TestHouse::start());
    let config = ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(people in vec(somebody(), 0..40), filters in vec(filter(), 24))| {
        runtime.block_on(async {
            home.change("delete from users").await;
            let people = settle(&home, &people).await;
            for filter in filters {
                let wanted = expected(&people, &filter);
                let [there, back] = walk(&home, &filter).await;
                assert_eq!(there.concat(), wanted, "there: {filter:?}");
                assert_eq!(back.concat(), wanted, "and back: {filter:?}");
                assert!(there.iter().all(|page| page.len() == filter.limit || page == there.last().unwrap()), "full pages");
                let count = admin::count(&home.house, &Admin::operator(), &filter).await.unwrap();
                assert_eq!(count, Count::exact(wanted.len() as i64), "{filter:?}");
            }
        });
    });
}
