//! The list of accounts: every order, every filter, both ways, and how many there are.

mod support;

use identity::{
    admin::{self, Act, Admin, At, Cursor, Filter, Format, Proven, Seen, Sort, Status, Why},
    sessions,
    words::{Count, Role, RoleName, Stay, UserView},
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use std::cmp::Reverse;
use support::{START, TestHouse, device, look};
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
            0x0199_0000_0000_7000_8000_0000_0000_0000 + (((n as u128 * 7919) % 64) << 96) + ((n as u128) << 8),
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

const CROWD: i64 = 12_000;

/// So many that nobody counts or looks through them while somebody waits. The last of them by name has never signed in, every
/// thousandth is disabled.
async fn crowd(home: &TestHouse) {
    let columns = "id, email, name, name_key, role, password_hash, created_at, verified_at, disabled_at, last_sign_in_at, tokens_void_before";
    let values = format!(
        "'p' || i || '@example.org', 'Person', 'person ' || (100000 + i), 'user', '', 0, 1, case when i % 1000 = 0 then 1 end,
         case when i < {CROWD} then {} - i end, 0",
        START.0
    );
    let sql = match &home.db {
        identity::db::Db::Sqlite { .. } => format!(
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < {CROWD})
             insert into users ({columns}) select cast(printf('%016d', i) as blob), {values} from n"
        ),
        identity::db::Db::Postgres(_) => format!(
            "insert into users ({columns}) select lpad(to_hex(i), 32, '0')::uuid, {values} from generate_series(1, {CROWD}) as n (i)"
        ),
    };
    home.change(&sql).await;
}

#[tokio::test]
async fn no_list_is_sorted_or_scanned_whatever_is_asked() {
    let home = TestHouse::start().await;
    crowd(&home).await;
    let listed = identity::db::all_statements().into_iter().filter(|(name, _)| *name == "accounts listed");
    let mut count = 0;
    for (_, sql) in listed {
        count += 1;
        match &home.db {
            identity::db::Db::Sqlite { .. } => {
                let plan: Vec<(i64, i64, i64, String)> = home.rows(&format!("explain query plan {sql}")).await;
                let plan: Vec<String> = plan.into_iter().map(|(.., step)| step).collect();
                assert!(plan.iter().any(|step| step.starts_with("SEARCH users USING")), "{plan:?}: {sql}");
                assert!(
                    !plan.iter().any(|step| step.contains("TEMP B-TREE") || step.starts_with("SCAN users")),
                    "{plan:?}: {sql}"
                );
                let partial =
                    [("role =", "admins_"), ("role_name =", "named_"), ("delete_at is not null and", "leaving_")];
                for (class, index) in partial {
                    let of_class = sql.split(" order by").next().unwrap().contains(&format!("where {class}"));
                    let by_role = plan.iter().any(|step| step.contains("users_by_role"));
                    assert!(!of_class || by_role || plan.iter().any(|step| step.contains(index)), "{plan:?}: {sql}");
                }
            }
            // Its planner goes by the size of tables, and is measured on a million.
            identity::db::Db::Postgres(_) => {}
        }
    }
    assert_eq!(count, 6 * 5 * 5);
}

#[tokio::test]
async fn a_rare_filter_looks_through_so_many_and_says_so_and_goes_on_both_ways() {
    let home = TestHouse::start().await;
    crowd(&home).await;
    let filter = Filter { seen: Some(Seen::Never), sort: Some(Sort::Name), limit: 10, ..Filter::default() };
    let first = page(&home, &filter).await;
    assert_eq!((first.items.len(), first.looked_through), (0, Some(admin::FURTHEST)));
    let [there, back] = walk(&home, &filter).await;
    let sizes: Vec<usize> = there.iter().map(Vec::len).collect();
    assert_eq!(sizes, [0, 0, 1], "two pages of five thousand with nobody, then the one");
    assert_eq!(back.concat(), there.concat());
    let by_seen = Filter { sort: None, ..filter.clone() };
    let found = page(&home, &by_seen).await;
    assert_eq!((found.items.len(), found.looked_through, found.next), (1, None, None), "that order has it at once");
    let disabled =
        Filter { status: Some(Status::Disabled), sort: Some(Sort::NameDown), limit: 200, ..Filter::default() };
    assert_eq!(page(&home, &disabled).await.items.len(), 12, "what is rare has an index");
}

#[tokio::test]
async fn what_is_too_many_to_count_is_counted_by_a_job_and_says_when() {
    let home = TestHouse::start().await;
    crowd(&home).await;
    let root = Admin::operator();
    let count = async |filter: Filter| admin::count(&home.house, &root, &filter).await.unwrap();
    let unknown = Count { number: 1_000, exact: false, counted_at: None };
    assert_eq!(count(Filter::default()).await, unknown);
    let disabled = Filter { status: Some(Status::Disabled), ..Filter::default() };
    assert_eq!(count(disabled).await, Count::exact(12), "what is few is counted at once");
    identity::jobs::run_due(&home.house).await.unwrap();
    home.advance(60);
    let then = |number| Count { number, exact: false, counted_at: Some(START.0) };
    assert_eq!(count(Filter::default()).await, then(CROWD));
    let active = Filter { status: Some(Status::Active), ..Filter::default() };
    assert_eq!(count(active.clone()).await, then(CROWD - 12));
    assert_eq!(count(Filter { role: Some(Role::User), seen: Some(Seen::Never), ..active.clone() }).await, then(0));
    assert_eq!(count(Filter { seen: Some(Seen::Week), ..active }).await, then(CROWD - 12));
    assert_eq!(count(Filter { begins: "p".into(), ..Filter::default() }).await, unknown, "a search is not among them");
    assert_eq!(count(Filter { begins: "p11999@".into(), ..Filter::default() }).await, Count::exact(1));
    let tallies = admin::tallies(&home.house, &root).await.unwrap();
    assert_eq!((tallies.users, tallies.admins), (then(CROWD), Count::exact(0)));
    assert_eq!((tallies.disabled, tallies.sessions), (Count::exact(12), Count::exact(0)));

    home.change("delete from users where disabled_at is not null").await;
    home.advance(300);
    identity::jobs::run_due(&home.house).await.unwrap();
    assert_eq!(count(Filter::default()).await.number, CROWD - 12, "and again");
}

#[tokio::test]
async fn a_cursor_that_somebody_made_up_shows_nobody_who_is_not_asked_for() {
    let home = TestHouse::start().await;
    for name in ["alice", "bob", "carol"] {
        home.person(name).await;
        home.advance(1);
    }
    let by = |sort| Filter { sort: Some(sort), limit: 1, ..Filter::default() };
    let next = async |filter: &Filter| cursor(&page(&home, filter).await.next.unwrap());
    let foreign = Filter { at: At::After(next(&by(Sort::Name)).await), ..by(Sort::Newest) };
    let refused = admin::users(&home.house, &Admin::operator(), &foreign).await;
    assert!(matches!(refused, Err(identity::Refusal::Invalid(_))), "of another order");
    // The list by address begins with alice; the search finds addresses first, too.
    let far = next(&by(Sort::Address)).await;
    for at in [At::After(far.clone()), At::Before(far)] {
        let search = Filter { begins: "c".into(), at, limit: 10, ..Filter::default() };
        let found = page(&home, &search).await;
        assert!(found.items.iter().all(|user| user.name == "carol"), "{found:?}");
    }
    let whole = next(&by(Sort::Name)).await.to_string();
    for end in 0..whole.len() {
        let _ = Cursor::parse(&whole[..end]);
    }
    for bent in ["", "!", "AAAA", "aQAB", "\u{0}", "🦀", "bgAAAA", &"A".repeat(5000)] {
        assert!(Cursor::parse(bent).is_err(), "{bent:?}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_a_cursor_panic(text in "[A-Za-z0-9_-]{0,80}") {
        if let Ok(read) = Cursor::parse(&text) {
            prop_assert_eq!(cursor(&read.to_string()), read, "and what is read is written the same");
        }
    }
}

#[tokio::test]
async fn several_are_acted_on_each_by_its_own_rule_and_the_rest_is_named() {
    let home = TestHouse::start().await;
    let boss = home.account("boss", Role::Admin).await;
    let pair = home.sign_in("boss", Stay::Day).await;
    let proof = sessions::prove(&home.house, &pair.viewer).await.unwrap();
    let root = Admin::of(&pair.viewer, &device()).unwrap().proven(&proof).unwrap();
    let (alice, bob) = (home.person("alice").await, home.person("bob").await);
    let nobody = Uuid::from_u128(7);
    admin::disable(&home.house, &root, bob).await.unwrap();
    let before: (i64,) = home.row("select count(*) from events").await;
    let all = [alice, bob, boss, nobody, alice];
    let outcome = admin::bulk(&home.house, &root, Act::Disable, &all, None).await.unwrap();
    assert_eq!(outcome.done, [alice]);
    assert_eq!(outcome.skipped, [(bob, Why::Already), (boss, Why::Own), (nobody, Why::Gone)]);
    let after: (i64,) = home.row("select count(*) from events").await;
    assert_eq!(after.0 - before.0, 1, "one event for the one");
    let undo = outcome.act.undone_by().unwrap();
    let undone = admin::bulk(&home.house, &root, undo, &outcome.done, Some(outcome.at)).await.unwrap();
    assert_eq!((undone.act, undone.done, undone.skipped), (Act::Enable, vec![alice], vec![]), "and bob stays disabled");
    let deleted = admin::bulk(&home.house, &root, Act::Delete, &[alice], None).await.unwrap();
    let kept = admin::bulk(&home.house, &root, deleted.act.undone_by().unwrap(), &deleted.done, Some(deleted.at))
        .await
        .unwrap();
    assert_eq!((kept.act, kept.done), (Act::Keep, vec![alice]));
    let of_operator = admin::bulk(&home.house, &Proven::operator(), Act::Disable, &[boss, alice], None).await.unwrap();
    assert_eq!(of_operator.skipped, [(boss, Why::LastAdmin)], "and alice is done all the same");
    assert_eq!(of_operator.done, [alice]);
    let many: Vec<Uuid> = (0..31).map(Uuid::from_u128).collect();
    assert!(matches!(
        admin::bulk(&home.house, &root, Act::Enable, &many, None).await,
        Err(identity::Refusal::Invalid(_))
    ));
}

#[tokio::test]
async fn undoing_takes_back_what_was_done_then_and_not_what_others_did_since() {
    let home = TestHouse::start().await;
    home.account("boss", Role::Admin).await;
    let (alice, bob, carol) = (home.person("alice").await, home.person("bob").await, home.person("carol").await);
    let (house, root) = (&home.house, &Proven::operator());
    let disabled = admin::bulk(house, root, Act::Disable, &[alice, bob, carol], None).await.unwrap();
    assert_eq!(disabled.done, [alice, bob, carol]);
    home.advance(60);
    // Others have looked at bob and shut him for a reason of their own, and ordered carol to be deleted.
    admin::enable(house, root, bob).await.unwrap();
    admin::disable(house, root, bob).await.unwrap();
    admin::order_deletion(house, root, carol).await.unwrap();
    let undone = admin::bulk(house, root, Act::Enable, &disabled.done, Some(disabled.at)).await.unwrap();
    assert_eq!((undone.done, undone.skipped), (vec![alice], vec![(bob, Why::Changed), (carol, Why::Ordered)]));
    let still: Vec<(Uuid,)> = home.rows("select id from users where disabled_at is not null order by id").await;
    let mut expected = vec![(bob,), (carol,)];
    expected.sort();
    assert_eq!(still, expected);

    let deleted = admin::bulk(house, root, Act::Delete, &[alice, carol], None).await.unwrap();
    assert_eq!((deleted.done.clone(), deleted.skipped), (vec![alice], vec![(carol, Why::Already)]));
    home.advance(60);
    admin::revoke_deletion(house, root, alice).await.unwrap();
    admin::order_deletion(house, root, alice).await.unwrap();
    let kept = admin::bulk(house, root, Act::Keep, &deleted.done, Some(deleted.at)).await.unwrap();
    assert_eq!((kept.done, kept.skipped), (vec![], vec![(alice, Why::Changed)]));
}

#[tokio::test]
async fn a_name_is_found_by_its_beginning_in_capitals_also_where_that_ends_in_a_sigma() {
    let home = TestHouse::start().await;
    let id = home.person("odysseus").await;
    home.change("update users set name = 'Οδυσσευς', name_key = 'οδυσσευς'").await;
    for typed in ["ΟΔΥΣ", "ΟΔΥΣΣ", "οδυσ", "ΟΔΥΣΣΕΥΣ", "οδυσσευσ", "οδυ"] {
        let found = page(&home, &Filter { begins: typed.into(), ..Filter::default() }).await;
        assert_eq!(found.items.iter().map(|user| user.id).collect::<Vec<_>>(), [id], "{typed}");
    }
    // Somebody whose address and name both begin so is found once.
    home.change("update users set email = 'οδυσσευς@example.org'").await;
    let found = page(&home, &Filter { begins: "ΟΔΥΣ".into(), ..Filter::default() }).await;
    assert_eq!(found.items.len(), 1);
}

/// The text of an export, whole.
async fn exported(home: &TestHouse, filter: &Filter, format: Format) -> String {
    let mut export = admin::export_users(&home.house, &Proven::operator(), filter, format).await.unwrap();
    let mut text = String::new();
    while let Some(piece) = export.next().await.unwrap() {
        assert!(piece.len() < 200_000, "piece by piece");
        text += &piece;
    }
    text
}

#[tokio::test]
async fn an_export_has_everybody_once_in_order_and_no_secret_and_no_formula() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    home.person_at("=HYPERLINK(\"x\"), Ann", "ann@example.org").await;
    let filter = Filter { sort: Some(Sort::Address), ..Filter::default() };
    let csv = exported(&home, &filter, Format::Csv).await;
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(lines.len(), 4, "a head, two rows, and the end of the last: {csv}");
    assert!(lines[0].starts_with("id,email,name,role,registered"), "{csv}");
    assert!(lines[1].contains(",alice@example.org,alice,user,2026-"), "{csv}");
    assert!(lines[2].contains("\"'=HYPERLINK(\"\"x\"\"), Ann\""), "{csv}");
    assert!(!csv.contains("argon2"));
    crowd(&home).await;
    let json = exported(&home, &filter, Format::Json).await;
    let rows: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    let addresses: Vec<&str> = rows.iter().map(|row| row["email"].as_str().unwrap()).collect();
    assert_eq!(addresses.len() as i64, CROWD + 2);
    assert!(addresses.is_sorted_by(|one, other| one < other), "in order, and nobody twice");
    assert!(!json.contains("argon2"));
    let rare = Filter { seen: Some(Seen::Never), sort: Some(Sort::Name), ..Filter::default() };
    let rows: Vec<serde_json::Value> = serde_json::from_str(&exported(&home, &rare, Format::Json).await).unwrap();
    assert_eq!(rows.len(), 3, "also behind pages that have nobody");
    let none = Filter { begins: "nobody".into(), ..Filter::default() };
    assert_eq!(exported(&home, &none, Format::Json).await, "[\n]\n");
    let events: (i64,) = home.row("select count(*) from events where kind = 'accounts_exported'").await;
    assert_eq!(events.0, 4);
}
