//! Roles of the installation's own: who may make, give and change what, when it counts, and that an administrator is always left.

mod support;

use identity::{
    Latchkey, Refusal, accounts,
    admin::{self, Admin, Filter, Proven, RoleView, Status},
    sessions::{self, Admission, Rotation},
    tokens::TokenPair,
    words::{Fault, Field, Permission, Permissions, Role, RoleName, Secret, Stay},
};
use std::sync::Arc;
use support::{PASSWORD, TestHouse, device, tokens};
use uuid::Uuid;

fn name(name: &str) -> RoleName {
    RoleName::parse(name).unwrap()
}

fn named(word: &str) -> Role {
    Role::Named(name(word))
}

fn words(words: &str) -> Vec<String> {
    words.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

async fn make(home: &TestHouse, role: &str, permissions: &str) {
    admin::make_role(&home.house, &Proven::operator(), role, &words(permissions)).await.unwrap();
}

async fn edit(home: &TestHouse, role: &str, permissions: &str) {
    admin::edit_role(&home.house, &Proven::operator(), name(role), &words(permissions)).await.unwrap();
}

/// Somebody with this role who is signed in and gave the password a moment ago.
async fn signed_in(home: &TestHouse, who: &str, role: Role) -> (Uuid, Proven) {
    let id = home.person(who).await;
    admin::set_role(&home.house, &Proven::operator(), id, role).await.unwrap();
    home.advance(1);
    let pair = home.sign_in(who, Stay::Day).await;
    let proof = sessions::prove(&home.house, &pair.viewer).await.unwrap();
    (id, Admin::of(&pair.viewer, &device()).unwrap().proven(&proof).unwrap())
}

async fn listed(home: &TestHouse, role: Role) -> Option<RoleView> {
    let roles = admin::roles(&home.house, &Admin::operator()).await.unwrap();
    roles.into_iter().find(|view| view.role == role)
}

async fn role_of(home: &TestHouse, id: Uuid) -> Role {
    admin::one(&home.house, &Admin::operator(), id).await.unwrap().role
}

fn is_forbidden(outcome: &Result<(), Refusal>) -> bool {
    matches!(outcome, Err(Refusal::Forbidden))
}

fn fault(outcome: Result<(), Refusal>) -> (Field, Fault) {
    match outcome {
        Err(Refusal::Invalid(faults)) => (faults[0].field, faults[0].fault),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn roles_are_made_listed_with_their_holders_changed_and_removed() {
    let home = TestHouse::start().await;
    let (house, root) = (&home.house, Proven::operator());
    home.account("root", Role::Admin).await;
    make(&home, "support", "users:read invoices:write users:read").await;
    make(&home, "auditor", "audit:read").await;
    let alice = home.person("alice").await;
    admin::set_role(house, &root, alice, named("support")).await.unwrap();

    let roles = admin::roles(house, &root).await.unwrap();
    let told: Vec<_> = roles.iter().map(|view| (view.role.to_string(), view.holders)).collect();
    let expected = [("user", 0), ("admin", 1), ("auditor", 0), ("support", 1)];
    assert_eq!(told, expected.map(|(role, holders)| (role.to_owned(), holders)), "built in first, then by name");
    assert_eq!(roles[3].permissions.as_str(), "invoices:write users:read", "in order, and each once");
    assert!(roles.iter().all(|view| view.within_reach && !view.more_holders));

    let again = admin::make_role(house, &root, "support", &[]).await;
    assert_eq!(fault(again), (Field::Name, Fault::Same));
    edit(&home, "support", "users:read").await;
    assert_eq!(listed(&home, named("support")).await.unwrap().permissions.as_str(), "users:read");

    let held = admin::remove_role(house, &root, name("support")).await;
    assert!(matches!(held, Err(Refusal::InUse)), "{held:?}");
    admin::set_role(house, &root, alice, Role::User).await.unwrap();
    admin::remove_role(house, &root, name("support")).await.unwrap();
    assert_eq!(listed(&home, named("support")).await, None);
    for missing in [
        admin::remove_role(house, &root, name("support")).await,
        admin::edit_role(house, &root, name("support"), &[]).await,
    ] {
        assert!(matches!(missing, Err(Refusal::NotFound)), "{missing:?}");
    }
    let given = admin::set_role(house, &root, alice, named("support")).await;
    assert_eq!(fault(given), (Field::Role, Fault::Wrong), "a role that is not there is not given");

    let events: Vec<(String, String, Option<String>)> =
        home.rows("select kind, detail, note from events where kind like 'role#_%' escape '#' and subject_id is null order by detail, kind").await;
    let events: Vec<_> =
        events.iter().map(|(kind, detail, note)| (kind.as_str(), detail.as_str(), note.as_deref())).collect();
    assert_eq!(
        events,
        [
            ("role_made", "auditor", Some("audit:read")),
            ("role_edited", "support", Some("users:read")),
            ("role_made", "support", Some("invoices:write users:read")),
            ("role_removed", "support", Some("users:read")),
        ]
    );
}

#[tokio::test]
async fn what_is_no_role_and_no_permission_is_refused() {
    let home = TestHouse::start().await;
    let (house, root) = (&home.house, Proven::operator());
    make(&home, "support", "").await;
    for (typed, expected) in [
        ("", Fault::Missing),
        ("admin", Fault::Same),
        ("user", Fault::Same),
        ("Support", Fault::Malformed),
        ("x", Fault::Malformed),
    ] {
        assert_eq!(fault(admin::make_role(house, &root, typed, &[]).await), (Field::Name, expected), "{typed:?}");
    }
    let many: Vec<String> = (0..60).map(|n| format!("application:permission-{n:02}")).collect();
    for (typed, expected) in [
        ("users:raed", Fault::Wrong),
        ("roles:all", Fault::Wrong),
        ("invoices", Fault::Malformed),
        (&many.join(" "), Fault::TooLong),
    ] {
        let made = admin::make_role(house, &root, "other", &words(typed)).await;
        assert_eq!(fault(made), (Field::Others, expected), "{typed:?}");
        let edited = admin::edit_role(house, &root, name("support"), &words(typed)).await;
        assert_eq!(fault(edited), (Field::Others, expected), "{typed:?}");
    }
    for n in 1..100 {
        make(&home, &format!("role-{n}"), "").await;
    }
    let too_many = admin::make_role(house, &root, "one-more", &[]).await;
    assert_eq!(fault(too_many), (Field::Form, Fault::NotAllowed));
}

#[tokio::test]
async fn nobody_gives_takes_or_makes_more_than_they_have() {
    let home = TestHouse::start().await;
    let house = &home.house;
    let boss = home.account("root", Role::Admin).await;
    make(&home, "clerk", "users:read users:write roles:read roles:write invoices:write").await;
    make(&home, "auditor", "audit:read").await;
    make(&home, "reader", "users:read").await;
    make(&home, "keeper", "users:read ledger:write").await;
    let (clerk_id, clerk) = signed_in(&home, "clara", named("clerk")).await;
    let (auditor, _) = signed_in(&home, "otto", named("auditor")).await;
    let alice = home.person("alice").await;

    for (what, outcome) in [
        ("give admin", admin::set_role(house, &clerk, alice, Role::Admin).await),
        ("give oneself admin", admin::set_role(house, &clerk, clerk_id, Role::Admin).await),
        ("give what one does not have", admin::set_role(house, &clerk, alice, named("auditor")).await),
        (
            "give a word of the installation's that one does not have",
            admin::set_role(house, &clerk, alice, named("keeper")).await,
        ),
        ("take from an administrator", admin::set_role(house, &clerk, boss, Role::User).await),
        ("take from who may something else", admin::set_role(house, &clerk, auditor, Role::User).await),
        ("disable an administrator", admin::disable(house, &clerk, boss).await),
        ("disable who may something else", admin::disable(house, &clerk, auditor).await),
        ("enable who may something else", admin::enable(house, &clerk, auditor).await),
        ("delete an administrator", admin::order_deletion(house, &clerk, boss).await.map(drop)),
        ("delete who may something else", admin::order_deletion(house, &clerk, auditor).await.map(drop)),
        (
            "invite an administrator",
            admin::invite(house, &clerk, "Eve", "eve@example.org", Role::Admin).await.map(drop),
        ),
        (
            "invite somebody who may more",
            admin::invite(house, &clerk, "Eve", "eve@example.org", named("keeper")).await.map(drop),
        ),
        ("sign them out", admin::end_sessions(house, &clerk, auditor).await.map(drop)),
        (
            "set their password",
            admin::reset_password(house, &clerk, auditor, &Secret::new("seventeen purple doors")).await,
        ),
        ("make more", admin::make_role(house, &clerk, "mine", &words("users:read audit:read")).await),
        ("make more of the installation's", admin::make_role(house, &clerk, "mine", &words("ledger:write")).await),
        (
            "change into more",
            admin::edit_role(house, &clerk, name("reader"), &words("users:read settings:write")).await,
        ),
        ("change the own role into more", admin::edit_role(house, &clerk, name("clerk"), &words("keys:rotate")).await),
        ("change what was more", admin::edit_role(house, &clerk, name("auditor"), &[]).await),
        ("remove what is more", admin::remove_role(house, &clerk, name("keeper")).await),
    ] {
        assert!(is_forbidden(&outcome), "{what}: {outcome:?}");
    }
    assert_eq!([role_of(&home, alice).await, role_of(&home, auditor).await], [Role::User, named("auditor")]);
    assert_eq!(listed(&home, named("mine")).await, None);
    let reach: Vec<_> = admin::roles(house, &clerk)
        .await
        .unwrap()
        .into_iter()
        .map(|view| (view.role.to_string(), view.within_reach))
        .collect();
    let expected =
        [("user", true), ("admin", false), ("auditor", false), ("clerk", true), ("keeper", false), ("reader", true)];
    assert_eq!(reach, expected.map(|(role, within)| (role.to_owned(), within)));

    // And what does not go further is open.
    admin::set_role(house, &clerk, alice, named("reader")).await.unwrap();
    admin::make_role(house, &clerk, "mine", &words("invoices:write users:write")).await.unwrap();
    admin::edit_role(house, &clerk, name("mine"), &words("users:write")).await.unwrap();
    admin::remove_role(house, &clerk, name("mine")).await.unwrap();

    // Without the permission nothing of it is, whatever the role covers.
    let (_, reader) = signed_in(&home, "rita", named("reader")).await;
    for outcome in [
        admin::set_role(house, &reader, alice, Role::User).await,
        admin::make_role(house, &reader, "mine", &[]).await,
        admin::edit_role(house, &reader, name("reader"), &[]).await,
        admin::remove_role(house, &reader, name("keeper")).await,
        admin::roles(house, &reader).await.map(drop),
        admin::role_choices(house, &reader).await.map(drop),
    ] {
        assert!(is_forbidden(&outcome), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_changed_role_counts_with_the_next_request_of_everybody_who_has_it_on_every_node() {
    let home = TestHouse::start().await;
    let nodes = home.nodes(2).await;
    make(&home, "support", "invoices:write").await;
    make(&home, "other", "users:read").await;
    let mut first = Vec::new();
    for who in ["alice", "bob", "carol"] {
        let id = home.person(who).await;
        let role = if who == "carol" { named("other") } else { named("support") };
        admin::set_role(&home.house, &Proven::operator(), id, role).await.unwrap();
        home.advance(2);
        first.push(home.sign_in(who, Stay::Forever).await);
    }
    nodes[1].follow().await.unwrap();
    let worth = |node: &Arc<Latchkey>, pair: &TokenPair| sessions::admit(node, &pair.access);
    let admitted = |node: &Arc<Latchkey>, pair: &TokenPair| matches!(worth(node, pair), Admission::Admitted(_));
    assert!(first.iter().all(|pair| nodes.iter().all(|node| admitted(node, pair))));
    let unlimited: Vec<Option<i64>> = ends(&home, &first).await;
    assert_eq!(unlimited[..2], [None, None]);

    // In the very second of the change too: what the token says decides, not when it was issued.
    edit(&home, "support", "invoices:write users:read").await;
    assert_eq!(worth(&nodes[0], &first[0]), Admission::Stale, "at once");
    nodes[1].follow().await.unwrap();
    assert_eq!(worth(&nodes[1], &first[1]), Admission::Stale, "and where it was heard of");
    assert!(nodes.iter().all(|node| admitted(node, &first[2])), "who has another role is left alone");
    let second = tokens(home.renew(&first[0]).await);
    assert_eq!(second.viewer.permissions.as_str(), "invoices:write users:read");
    assert!(nodes.iter().all(|node| admitted(node, &second)), "the new token is as good as any");
    assert!(Admin::of(&second.viewer, &device()).unwrap().may(Permission::UsersRead).is_ok());
    let cap = home.house.now().0 + 12 * 3_600_000;
    assert_eq!(
        ends(&home, &first[..2]).await,
        [Some(cap), Some(cap)],
        "who may open the panel is signed in for half a day"
    );

    // Taken away again, and the session goes on.
    edit(&home, "support", "").await;
    assert_eq!(worth(&nodes[0], &second), Admission::Stale);
    let third = tokens(home.renew(&second).await);
    assert!(third.viewer.permissions.is_empty() && third.viewer.role == named("support"));
    assert!(matches!(Admin::of(&third.viewer, &device()), Err(Refusal::Forbidden)));
    // What changes nothing asks nobody for another token.
    edit(&home, "support", "").await;
    assert!(admitted(&nodes[0], &third));
}

async fn ends(home: &TestHouse, of: &[TokenPair]) -> Vec<Option<i64>> {
    let mut ends = Vec::new();
    for pair in of {
        ends.push(sessions::one(&home.house, pair.viewer.id, pair.viewer.session).await.unwrap().expires_at);
    }
    ends
}

#[tokio::test]
async fn a_role_that_is_not_there_grants_nothing() {
    let home = TestHouse::start().await;
    make(&home, "support", "users:read users:write").await;
    let (id, _) = signed_in(&home, "alice", named("support")).await;
    let before = home.sign_in("alice", Stay::Day).await;
    // Behind the back of every rule, as after a restore of another backup.
    home.change("delete from roles").await;
    home.advance(700);
    let after = match home.renew(&before).await {
        Rotation::Renewed(pair) => pair,
        other => panic!("{other:?}"),
    };
    assert!(after.viewer.permissions.is_empty() && after.viewer.role == named("support"));
    assert!(matches!(Admin::of(&after.viewer, &device()), Err(Refusal::Forbidden)));
    // An account with such a role may nothing, so everybody who gives roles may give it another.
    make(&home, "clerk", "roles:write").await;
    let (_, clerk) = signed_in(&home, "clara", named("clerk")).await;
    admin::set_role(&home.house, &clerk, id, Role::User).await.unwrap();
    // Made again under the name, it means what it is made of.
    make(&home, "support", "audit:read").await;
    assert_eq!(listed(&home, named("support")).await.unwrap().holders, 0);
}

/// Two administrators, and twenty who at the same moment take the role from the one or the other, disable them, delete them, or
/// leave; again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_changes_at_once_leave_an_administrator_whatever_they_are() {
    let home = TestHouse::start().await;
    let nodes = home.nodes(2).await;
    make(&home, "support", "users:read").await;
    let pair = [home.account("one", Role::Admin).await, home.account("two", Role::Admin).await];
    for round in 0..6 {
        let mut viewers = Vec::new();
        for who in ["one", "two"] {
            viewers.push(home.sign_in(who, Stay::Day).await.viewer);
        }
        let attempts: Vec<_> = (0..20)
            .map(|n| {
                let (house, id, viewer) = (nodes[n % 3 % 2].clone(), pair[n % 2], viewers[n % 2].clone());
                tokio::spawn(async move {
                    let root = Proven::operator();
                    match (n + round) % 12 / 2 {
                        0 => admin::set_role(&house, &root, id, Role::User).await,
                        1 => admin::set_role(&house, &root, id, named("support")).await,
                        2 => admin::disable(&house, &root, id).await,
                        3 => leave(&house, &viewer).await,
                        4 => admin::order_deletion(&house, &root, id).await.map(drop),
                        // Promoted and disabled at once, in either order.
                        _ => admin::set_role(&house, &root, id, Role::Admin).await,
                    }
                })
            })
            .collect();
        for attempt in attempts {
            let outcome = attempt.await.unwrap();
            let expected =
                matches!(outcome, Ok(()) | Err(Refusal::LastAdmin | Refusal::SignedOut(_) | Refusal::AlreadyDone));
            assert!(expected, "{outcome:?}");
        }
        let left: i64 = able(&home).await;
        assert!(left >= 1, "round {round}: nobody is left who can sign in and means to stay");
        home.change("update users set role = 'admin', role_name = null, disabled_at = null, delete_at = null, deletion_ordered_at = null").await;
        home.advance(2);
    }
}

/// Asks for the own account to be deleted.
async fn leave(house: &Latchkey, viewer: &identity::words::Viewer) -> Result<(), Refusal> {
    let proof = sessions::prove(house, viewer).await?;
    accounts::leaving::request(house, &proof, &device()).await
}

/// How many administrators can sign in and mean to stay, past the rules.
async fn able(home: &TestHouse) -> i64 {
    let able = "select count(*) from users where role = 'admin' and disabled_at is null and verified_at is not null and delete_at is null";
    let (able,): (i64,) = home.row(able).await;
    able
}

/// While a role is removed, others give it to people: it is either gone and nobody has it, or there and somebody does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_is_never_removed_under_somebody() {
    let home = TestHouse::start().await;
    let nodes = home.nodes(2).await;
    home.account("root", Role::Admin).await;
    let people = [home.person("alice").await, home.person("bob").await];
    for round in 0..10 {
        make(&home, "support", "users:read").await;
        let attempts: Vec<_> = (0..8)
            .map(|n| {
                let (house, id) = (nodes[n % 2].clone(), people[n % 2]);
                tokio::spawn(async move {
                    match n % 4 {
                        0 | 1 => admin::set_role(&house, &Proven::operator(), id, named("support")).await,
                        _ => admin::remove_role(&house, &Proven::operator(), name("support")).await,
                    }
                })
            })
            .collect();
        for attempt in attempts {
            let outcome = attempt.await.unwrap();
            assert!(
                matches!(outcome, Ok(()) | Err(Refusal::Invalid(_) | Refusal::InUse | Refusal::NotFound)),
                "{outcome:?}"
            );
        }
        let dangling: Vec<(String,)> = home
            .rows("select email from users where role_name is not null and role_name not in (select name from roles)")
            .await;
        assert!(dangling.is_empty(), "round {round}: {dangling:?}");
        home.change("update users set role_name = null").await;
        home.change("delete from roles").await;
    }
}

#[tokio::test]
async fn a_role_stays_while_an_invitation_with_it_waits_and_what_it_is_by_then_counts() {
    let home = TestHouse::start().await;
    let (house, root) = (&home.house, Proven::operator());
    make(&home, "support", "users:read").await;
    let invite =
        async |name: &str| admin::invite(house, &root, name, &format!("{name}@example.org"), named("support")).await;
    let alice = invite("alice").await.unwrap();
    let letter = home.letter().await.token();
    let held = admin::remove_role(house, &root, name("support")).await;
    assert!(matches!(held, Err(Refusal::InUse)), "{held:?}");
    edit(&home, "support", "audit:read").await;
    let mine = Secret::new("a quite different long password");
    accounts::accept_invitation(house, &letter, &mine, &device()).await.unwrap();
    let pair = accounts::sign_in(house, "alice@example.org", &mine, Stay::Day, &device()).await.unwrap();
    assert_eq!((pair.viewer.role, pair.viewer.permissions.as_str()), (named("support"), "audit:read"));
    admin::set_role(house, &root, alice, Role::User).await.unwrap();

    let bob = invite("bob").await.unwrap();
    admin::revoke_invitation(house, &root, bob).await.unwrap();
    admin::remove_role(house, &root, name("support")).await.expect("nobody waits for it any more");
    let late = invite("carol").await;
    assert_eq!(fault(late.map(drop)), (Field::Role, Fault::Wrong));
}

/// An invitation and the end of its role at the same moment: there is never somebody with a role that is not there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_invited_to_a_role_that_goes_meanwhile() {
    let home = TestHouse::start().await;
    let nodes = home.nodes(2).await;
    for round in 0..10 {
        make(&home, "support", "users:read").await;
        let attempts: Vec<_> = (0..6)
            .map(|n| {
                let house = nodes[n % 2].clone();
                tokio::spawn(async move {
                    let root = Proven::operator();
                    if n % 3 == 2 {
                        return admin::remove_role(&house, &root, name("support")).await;
                    }
                    let email = format!("r{round}n{n}@example.org");
                    admin::invite(&house, &root, "Somebody", &email, named("support")).await.map(drop)
                })
            })
            .collect();
        for attempt in attempts {
            let outcome = attempt.await.unwrap();
            let fits = matches!(outcome, Ok(()) | Err(Refusal::Invalid(_) | Refusal::InUse | Refusal::NotFound));
            assert!(fits, "{outcome:?}");
        }
        let dangling =
            "select email from users where role_name is not null and role_name not in (select name from roles)";
        assert_eq!(home.rows::<(String,)>(dangling).await, [], "round {round}");
        home.change("update users set role_name = null").await;
        home.change("delete from roles").await;
    }
}

#[tokio::test]
async fn a_filter_by_role_finds_its_holders() {
    let home = TestHouse::start().await;
    make(&home, "support", "users:read").await;
    let (id, support) = signed_in(&home, "alice", named("support")).await;
    home.person("bob").await;
    let filter = Filter { role: Some(named("support")), status: Some(Status::Active), limit: 10, ..Filter::default() };
    let found = admin::users(&home.house, &support, &filter).await.unwrap().items;
    assert_eq!(found.iter().map(|user| (user.id, user.role)).collect::<Vec<_>>(), [(id, named("support"))]);
}

#[tokio::test]
async fn an_access_token_says_the_role_and_what_it_lets_one_do() {
    let home = TestHouse::start().await;
    make(&home, "support", "users:read invoices:write").await;
    let (_, _) = signed_in(&home, "alice", named("support")).await;
    let pair = home.sign_in("alice", Stay::Day).await;
    let claims = pair.access.split('.').nth(1).unwrap();
    let claims: serde_json::Value =
        serde_json::from_slice(&base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, claims).unwrap())
            .unwrap();
    assert_eq!(claims["role"], "support");
    assert_eq!(claims["permissions"], serde_json::json!(["invoices:write", "users:read"]));
    assert!(!pair.access.contains(PASSWORD));
    assert_eq!(pair.viewer.permissions, Permissions::collect(["users:read", "invoices:write"]));
}
