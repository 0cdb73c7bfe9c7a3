//! What administrators may do, what nobody may undo, and what they are shown.

mod support;

use identity::{
    Refusal, accounts,
    admin::{self, Admin, At, Counts, Cursor, Filter, Proven, Status},
    events::Kind,
    sessions::{self, Admission, Rotation},
    tokens::TokenPair,
    words::{EmailAddress, EndCause, Fault, Role, Secret, Stay, UserView},
};
use std::collections::HashSet;
use support::{PASSWORD, TestHouse, device, look, tokens};
use uuid::Uuid;

/// An administrator who is signed in.
async fn administrator(home: &TestHouse, name: &str) -> (Proven, TokenPair) {
    home.account(name, Role::Admin).await;
    let pair = home.sign_in(name, Stay::Day).await;
    let proof = sessions::prove(&home.house, &pair.viewer).await.unwrap();
    (Admin::of(&pair.viewer, &device()).unwrap().proven(&proof).unwrap(), pair)
}

async fn audited(home: &TestHouse, of: Uuid) -> Vec<(String, String)> {
    let page = admin::audit(&home.house, &Admin::operator(), Some(of), None, 200).await.unwrap();
    page.items.into_iter().map(|event| (event.kind, event.detail)).collect()
}

#[tokio::test]
async fn a_user_is_no_administrator() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let alice = home.sign_in("alice", Stay::Day).await;
    assert!(matches!(Admin::of(&alice.viewer, &device()), Err(Refusal::Forbidden)));
}

#[tokio::test]
async fn somebody_elses_proof_makes_no_administrator_proven() {
    let home = TestHouse::start().await;
    let (_, root) = administrator(&home, "root").await;
    home.person("alice").await;
    let alice = home.sign_in("alice", Stay::Day).await;
    let proof = sessions::prove(&home.house, &alice.viewer).await.unwrap();
    let of = |pair: &TokenPair| Admin::of(&pair.viewer, &device()).unwrap();
    assert!(matches!(of(&root).proven(&proof), Err(Refusal::Forbidden)));
    assert!(matches!(Admin::operator().proven(&proof), Err(Refusal::Forbidden)));
}

#[tokio::test]
async fn a_new_role_counts_at_once_and_the_next_refresh_carries_it() {
    let home = TestHouse::start().await;
    let (root, _) = administrator(&home, "root").await;
    let id = home.person("alice").await;
    let first = home.sign_in("alice", Stay::Forever).await;
    home.advance(2);
    admin::set_role(&home.house, &root, id, Role::Admin).await.unwrap();
    assert_eq!(sessions::admit(&home.house, &first.access), Admission::Stale, "what it says is no longer true");
    home.advance(1);
    let second = tokens(home.renew(&first).await);
    assert_eq!((first.viewer.role, second.viewer.role), (Role::User, Role::Admin));
    assert!(matches!(sessions::admit(&home.house, &second.access), Admission::Admitted(_)));
    let session = sessions::one(&home.house, id, second.viewer.session).await.unwrap();
    assert_eq!(session.expires_at, Some(support::START.0 + 2000 + 12 * 3_600_000), "an administrator's session ends");

    admin::set_role(&home.house, &root, id, Role::User).await.unwrap();
    assert_eq!(sessions::admit(&home.house, &second.access), Admission::Stale);
    home.advance(1);
    let third = tokens(home.renew(&second).await);
    assert!(matches!(Admin::of(&third.viewer, &device()), Err(Refusal::Forbidden)));
    let changes: Vec<_> = audited(&home, id).await.into_iter().filter(|(kind, _)| kind == "role_changed").collect();
    assert_eq!(changes, [("role_changed".into(), "user".into()), ("role_changed".into(), "admin".into())]);
}

#[tokio::test]
async fn the_last_administrator_can_neither_be_demoted_nor_disabled() {
    let home = TestHouse::start().await;
    let root = Proven::operator();
    let last = home.account("root", Role::Admin).await;
    let refused = async |why: &str| {
        let demoted = admin::set_role(&home.house, &root, last, Role::User).await;
        assert!(matches!(demoted, Err(Refusal::LastAdmin)), "{why}: {demoted:?}");
        let disabled = admin::disable(&home.house, &root, last).await;
        assert!(matches!(disabled, Err(Refusal::LastAdmin)), "{why}: {disabled:?}");
    };
    refused("alone").await;
    home.person("alice").await;
    refused("a user does not count").await;
    let second = home.account("second", Role::Admin).await;
    admin::disable(&home.house, &root, second).await.unwrap();
    refused("an administrator who may not sign in does not count").await;
    admin::enable(&home.house, &root, second).await.unwrap();
    let sql = "update users set verified_at = null where email = 'second@example.org'";
    home.change(sql).await;
    refused("nor does one who cannot sign in yet").await;
    home.change("update users set verified_at = 1").await;
    admin::set_role(&home.house, &root, last, Role::User).await.unwrap();
    let demoted = admin::set_role(&home.house, &root, second, Role::User).await;
    assert!(matches!(demoted, Err(Refusal::LastAdmin)), "now it is the other one");
}

/// Two administrators, and twenty who at the same moment demote or disable the one or the other; again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_attempts_at_once_leave_an_administrator_whichever_node_they_meet() {
    let home = TestHouse::start().await;
    let nodes = home.nodes(2).await;
    let pair = [home.account("one", Role::Admin).await, home.account("two", Role::Admin).await];
    for round in 0..10 {
        let attempts: Vec<_> = (0..20)
            .map(|n| {
                let (house, id) = (nodes[n % 3 % 2].clone(), pair[n % 2]);
                tokio::spawn(async move {
                    match n % 4 < 2 {
                        true => admin::set_role(&house, &Proven::operator(), id, Role::User).await,
                        false => admin::disable(&house, &Proven::operator(), id).await,
                    }
                })
            })
            .collect();
        for attempt in attempts {
            let outcome = attempt.await.unwrap();
            assert!(matches!(outcome, Ok(()) | Err(Refusal::LastAdmin)), "{outcome:?}");
        }
        let able = Filter { role: Some(Role::Admin), status: Some(Status::Active), limit: 10, ..Filter::default() };
        let left = admin::users(&home.house, &Admin::operator(), &able).await.unwrap();
        assert_eq!(left.items.len(), 1, "round {round}: one is left who can sign in");
        for id in pair {
            admin::enable(&home.house, &Proven::operator(), id).await.unwrap();
            admin::set_role(&home.house, &Proven::operator(), id, Role::Admin).await.unwrap();
        }
    }
}

#[tokio::test]
async fn disabling_ends_every_session_and_says_why_and_enabling_lets_in_again() {
    let home = TestHouse::start().await;
    let (root, _) = administrator(&home, "root").await;
    let id = home.person("alice").await;
    home.advance(1);
    let (phone, laptop) = (home.sign_in("alice", Stay::Forever).await, home.sign_in("alice", Stay::Day).await);
    home.advance(1);
    admin::disable(&home.house, &root, id).await.unwrap();
    home.advance(1);
    for pair in [&phone, &laptop] {
        assert_eq!(sessions::admit(&home.house, &pair.access), Admission::Stale, "at once");
        assert!(matches!(home.renew(pair).await, Rotation::Ended(Some(EndCause::Disabled))));
    }
    let sign_in = || async {
        accounts::sign_in(&home.house, "alice@example.org", &Secret::new(PASSWORD), Stay::Day, &device()).await
    };
    assert!(matches!(sign_in().await, Err(Refusal::Disabled)));
    admin::disable(&home.house, &root, id).await.expect("twice is as good as once");
    admin::enable(&home.house, &root, id).await.unwrap();
    admin::enable(&home.house, &root, id).await.expect("twice is as good as once");
    home.advance(1);
    assert!(sign_in().await.is_ok());
    assert!(matches!(home.renew(&phone).await, Rotation::Ended(Some(EndCause::Disabled))), "what ended stays ended");
    let told: Vec<String> = audited(&home, id).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(told, ["signed_in", "enabled", "disabled", "signed_in", "signed_in", "created"]);
}

#[tokio::test]
async fn an_administrator_ends_sessions_and_sets_a_password() {
    let home = TestHouse::start().await;
    let (root, own) = administrator(&home, "root").await;
    let id = home.person("alice").await;
    let (phone, laptop) = (home.sign_in("alice", Stay::Forever).await, home.sign_in("alice", Stay::Day).await);
    assert_eq!(admin::end_sessions(&home.house, &root, id).await.unwrap(), 2);
    assert_eq!(admin::end_sessions(&home.house, &root, id).await.unwrap(), 0);
    for pair in [&phone, &laptop] {
        assert_eq!(sessions::admit(&home.house, &pair.access), Admission::Stale);
        assert!(matches!(home.renew(pair).await, Rotation::Ended(Some(EndCause::EndedByAdmin))));
    }
    let third = home.sign_in("alice", Stay::Day).await;
    let short = admin::reset_password(&home.house, &root, id, &Secret::new("short")).await;
    assert!(matches!(short, Err(Refusal::Invalid(faults)) if faults[0].fault == Fault::TooShort));
    assert!(
        matches!(sessions::admit(&home.house, &third.access), Admission::Admitted(_)),
        "a refused one changes nothing"
    );
    admin::reset_password(&home.house, &root, id, &Secret::new("seventeen purple doors")).await.unwrap();
    assert!(matches!(home.renew(&third).await, Rotation::Ended(Some(EndCause::PasswordReset))));
    let old = accounts::sign_in(&home.house, "alice@example.org", &Secret::new(PASSWORD), Stay::Day, &device()).await;
    assert!(matches!(old, Err(Refusal::Credentials)));
    let new = Secret::new("seventeen purple doors");
    assert!(accounts::sign_in(&home.house, "alice@example.org", &new, Stay::Day, &device()).await.is_ok());
    assert!(matches!(sessions::admit(&home.house, &own.access), Admission::Admitted(_)), "others are left alone");
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let home = TestHouse::start().await;
    let (house, root, nobody) = (&home.house, Proven::operator(), Uuid::from_u128(7));
    let email = EmailAddress::parse("nobody@example.org").unwrap();
    for outcome in [
        admin::set_role(house, &root, nobody, Role::Admin).await.err(),
        admin::set_role(house, &root, nobody, Role::User).await.err(),
        admin::disable(house, &root, nobody).await.err(),
        admin::enable(house, &root, nobody).await.err(),
        admin::end_sessions(house, &root, nobody).await.err(),
        admin::reset_password(house, &root, nobody, &Secret::new(PASSWORD)).await.err(),
        admin::one(house, &root, nobody).await.err(),
        admin::find_by_email(house, &root, &email).await.err(),
    ] {
        assert!(matches!(outcome, Some(Refusal::NotFound)), "{outcome:?}");
    }
}

/// A crowd without passwords, because nobody of it signs in: every third is unverified, every fifth disabled, every seventh an
/// administrator. Names and addresses carry the number.
async fn crowd(home: &TestHouse, size: u32) {
    for n in 0..size {
        // All made in the same millisecond, in no order.
        let id = Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0000 + u128::from(n.wrapping_mul(2_654_435_761)));
        let made = look!(home, |p| {
            sqlx::query(
            "insert into users (id, email, name, name_key, role, password_hash, created_at, verified_at, disabled_at, tokens_void_before)
             values ($1, $2, $3, $4, $5, '', 0, $6, $7, 0)",
        )
        .bind(id)
        .bind(format!("p{n:03}@example.org"))
        .bind(format!("Person {n:03}"))
        .bind(format!("person {n:03}"))
        .bind(if n % 7 == 0 { "admin" } else { "user" })
        .bind((n % 3 != 0).then_some(1_i64))
        .bind((n % 5 == 0).then_some(1_i64))
        .execute(p)
        .await
        .map(drop)
        });
        made.unwrap();
    }
}

/// Every page of a list, one after the other.
async fn pages(home: &TestHouse, filter: &Filter) -> Vec<Vec<UserView>> {
    let mut filter = filter.clone();
    let mut pages = Vec::new();
    loop {
        let page = admin::users(&home.house, &Admin::operator(), &filter).await.unwrap();
        assert!(page.items.len() <= filter.limit && pages.len() < 1000, "the pages come to an end: {filter:?}");
        pages.push(page.items);
        match page.next {
            Some(next) => filter.at = At::After(Cursor::parse(&next).unwrap()),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn paging_shows_every_account_exactly_once_whatever_is_filtered() {
    const SIZE: u32 = 105;
    let home = TestHouse::start().await;
    crowd(&home, SIZE).await;
    let by_role = [(None, 1), (Some(Role::Admin), 7), (Some(Role::User), 0)];
    let standing = |n: u32| match n {
        n if n.is_multiple_of(5) => Status::Disabled,
        n if n.is_multiple_of(3) => Status::Unverified,
        _ => Status::Active,
    };
    for begins in ["", "p", "PERSON", " person 0", "p09", "p104@example.org", "nobody"] {
        let typed = begins.trim().to_lowercase();
        for (role, every) in by_role {
            for status in [None, Some(Status::Active), Some(Status::Unverified), Some(Status::Disabled)] {
                let wanted: HashSet<u32> = (0..SIZE)
                    .filter(|n| {
                        format!("p{n:03}@example.org").starts_with(&typed)
                            || format!("person {n:03}").starts_with(&typed)
                    })
                    .filter(|n| role.is_none() || n.is_multiple_of(7) == (every == 7))
                    .filter(|n| status.is_none_or(|status| standing(*n) == status))
                    .collect();
                for limit in [1, 7, 35, 200] {
                    let filter = Filter { begins: begins.into(), role, status, limit, ..Filter::default() };
                    let pages = pages(&home, &filter).await;
                    assert_eq!(pages.len(), wanted.len().div_ceil(limit).max(1), "no page is empty but the only one");
                    let seen: Vec<u32> = pages.concat().iter().map(|user| user.email[1..4].parse().unwrap()).collect();
                    assert_eq!(seen.len(), wanted.len(), "{filter:?}");
                    assert_eq!(seen.into_iter().collect::<HashSet<_>>(), wanted, "{filter:?}");
                    if limit == 1 && wanted.len() > 20 {
                        break;
                    }
                }
            }
        }
    }
    let none = admin::users(&home.house, &Admin::operator(), &Filter::default()).await.unwrap();
    assert_eq!(none.items.len(), 1, "no limit is a limit of one");
    let all = Filter { limit: usize::MAX, ..Filter::default() };
    assert_eq!(admin::users(&home.house, &Admin::operator(), &all).await.unwrap().items.len(), SIZE as usize);
}

#[tokio::test]
async fn somebody_who_registers_meanwhile_moves_nobody_to_another_page() {
    let home = TestHouse::start().await;
    crowd(&home, 20).await;
    let mut filter = Filter { limit: 10, ..Filter::default() };
    let first = admin::users(&home.house, &Admin::operator(), &filter).await.unwrap();
    home.person("new").await;
    filter.at = At::After(Cursor::parse(&first.next.unwrap()).unwrap());
    let second = admin::users(&home.house, &Admin::operator(), &filter).await.unwrap();
    let seen: HashSet<Uuid> = first.items.iter().chain(&second.items).map(|user| user.id).collect();
    assert_eq!((seen.len(), second.next), (20, None));
}

#[tokio::test]
async fn a_search_takes_what_is_typed_literally_and_finds_every_spelling_of_it() {
    let home = TestHouse::start().await;
    for (name, email) in
        [("100% Ann", "a_n@example.org"), ("Zoë Ünal", "zoe@example.org"), ("!bang", "axn@example.org")]
    {
        accounts::create_verified(&home.house, name, email, &Secret::new(PASSWORD), Role::User).await.unwrap();
    }
    for (typed, found) in [
        ("%", 0),
        ("_", 0),
        ("100%", 1),
        ("100_", 0),
        ("a_n", 1),
        ("axn", 1),
        ("a%", 0),
        ("!", 1),
        ("!bang", 1),
        ("\\", 0),
        ("' or 1=1 --", 0),
        ("zoë", 1),
        ("ZOË ÜNAL", 1),
        ("zoe\u{308} u\u{308}nal", 1),
        ("ZOE@", 1),
        ("", 3),
    ] {
        let filter = Filter { begins: typed.into(), limit: 10, ..Filter::default() };
        let page = admin::users(&home.house, &Admin::operator(), &filter).await.unwrap();
        assert_eq!(page.items.len(), found, "{typed:?}");
    }
}

#[tokio::test]
async fn the_figures_are_exact() {
    let home = TestHouse::start().await;
    crowd(&home, 105).await;
    let (root, _) = administrator(&home, "root").await;
    home.sign_in("root", Stay::Visit).await;
    let gone = home.sign_in("root", Stay::Day).await;
    sessions::sign_out(&home.house, &gone.viewer, &device()).await.unwrap();
    let counts = admin::counts(&home.house, &root).await.unwrap();
    assert_eq!(counts, Counts { users: 106, admins: 16, disabled: 21, unverified: 28, sessions: 2 });
    home.advance(12 * 3600);
    assert_eq!(admin::counts(&home.house, &root).await.unwrap().sessions, 0, "what has outlived itself is not living");
}

#[tokio::test]
async fn the_audit_trail_pages_through_every_event_and_names_who_did_it() {
    let home = TestHouse::start().await;
    let (root, _) = administrator(&home, "root").await;
    let id = home.person("alice").await;
    for n in 0..12 {
        match n % 2 {
            0 => admin::disable(&home.house, &root, id).await.unwrap(),
            _ => admin::enable(&home.house, &root, id).await.unwrap(),
        }
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = admin::audit(&home.house, &root, Some(id), after, 5).await.unwrap();
        seen.extend(page.items);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 13, "twelve acts and the making of the account");
    assert!(seen.windows(2).all(|pair| pair[0].at >= pair[1].at), "newest first");
    let newest = &seen[0];
    assert_eq!((newest.kind.as_str(), newest.actor.as_deref()), (Kind::Enabled.as_str(), Some("root@example.org")));
    assert_eq!((newest.subject.as_deref(), newest.ip.as_str()), (Some("alice@example.org"), "192.0.2.7"));
    let everybody = admin::audit(&home.house, &root, None, None, 200).await.unwrap();
    assert_eq!(everybody.items.len(), 15, "and those of root: made, signed in");
}
