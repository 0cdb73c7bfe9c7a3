//! What an administrator may do is asked again at the moment they do it, and nobody gets a role by a stranger's registration.

mod support;

use identity::{
    Refusal, accounts,
    admin::{self, Act, Admin, Filter, Format, Proven, Why},
    audit, keys,
    policy::Knob,
    sessions,
    words::{Fault, Field, Permission, Role, RoleName, Secret, Stay},
};
use std::sync::Arc;
use support::{PASSWORD, TestHouse, device};
use uuid::Uuid;

const MINE: &str = "a quite different long password";

fn named(word: &str) -> Role {
    Role::Named(RoleName::parse(word).unwrap())
}

async fn deputy(home: &TestHouse, permissions: &[&str]) -> Result<(), Refusal> {
    let words: Vec<String> = permissions.iter().map(|&word| word.to_owned()).collect();
    match admin::make_role(&home.house, &Proven::operator(), "deputy", &words).await {
        Err(Refusal::Invalid(_)) => {
            admin::edit_role(&home.house, &Proven::operator(), RoleName::parse("deputy").unwrap(), &words).await
        }
        other => other,
    }
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

/// Every rule that changes something, on the word of an old proof. Answers those that did it, or refused for another reason.
async fn let_through(home: &TestHouse, old: &Proven, of: Uuid, invited: Uuid) -> Vec<String> {
    let house = &home.house;
    let other = RoleName::parse("other").unwrap();
    let filter = Filter::default();
    let secret = Secret::new(MINE);
    let whole = audit::Chosen::default();
    let later = house.now().0 + 86_400_000;
    let kid = admin::keys(house, &Admin::operator()).await.unwrap()[0].kid.clone();
    let outcomes: Vec<(&str, Result<(), Refusal>)> = vec![
        ("set_role", admin::set_role(house, old, of, Role::User).await),
        ("disable", admin::disable(house, old, of).await),
        ("enable", admin::enable(house, old, of).await),
        ("end_sessions", admin::end_sessions(house, old, of).await.map(drop)),
        ("end_session", admin::end_session(house, old, of, Uuid::nil()).await),
        ("reset_password", admin::reset_password(house, old, of, &secret).await),
        ("force_reset", admin::force_reset(house, old, of).await),
        ("verify", admin::verify(house, old, of).await),
        ("order_deletion", admin::order_deletion(house, old, of).await),
        ("revoke_deletion", admin::revoke_deletion(house, old, of).await),
        ("invite", admin::invite(house, old, "Dora", "dora@example.org", Role::User).await.map(drop)),
        ("create", admin::create(house, old, "Dora", "dora@example.org", &secret, Role::User).await.map(drop)),
        ("resend_invitation", admin::resend_invitation(house, old, invited).await),
        ("revoke_invitation", admin::revoke_invitation(house, old, invited).await),
        ("make_role", admin::make_role(house, old, "newest", &[]).await),
        ("edit_role", admin::edit_role(house, old, other, &["users:read".into()]).await),
        ("remove_role", admin::remove_role(house, old, other).await),
        ("set_setting", admin::set_setting(house, old, Knob::SignUp, "closed").await),
        ("reset_setting", admin::reset_setting(house, old, Knob::SignUp).await),
        ("retry_letters", admin::retry_letters(house, old, None).await.map(drop)),
        ("rotate_keys", admin::rotate_keys(house, old, keys::ANNOUNCED).await.map(drop)),
        ("plan_key_retirement", admin::plan_key_retirement(house, old, later).await),
        ("cancel_key_retirement", admin::cancel_key_retirement(house, old).await),
        ("distrust_key", admin::distrust_key(house, old, &kid).await.map(drop)),
        ("export_users", admin::export_users(house, old, &filter, Format::Csv).await.map(drop)),
        ("export_events", audit::Export::begin(Arc::clone(house), old, whole, audit::Format::Csv).await.map(drop)),
    ];
    let mut through: Vec<String> = outcomes
        .into_iter()
        .filter(|(_, outcome)| !matches!(outcome, Err(Refusal::Forbidden)))
        .map(|(rule, outcome)| format!("{rule}: {outcome:?}"))
        .collect();
    let bulk = admin::bulk(house, old, Act::EndSessions, &[of], None).await.unwrap();
    if bulk.skipped != [(of, Why::Beyond)] {
        through.push(format!("bulk: {bulk:?}"));
    }
    through
}

#[tokio::test]
async fn authority_that_was_lost_meanwhile_counts_no_more_in_any_rule() {
    let home = TestHouse::start().await;
    let (house, root) = (&home.house, Proven::operator());
    home.account("root", Role::Admin).await;
    let all: Vec<&str> = Permission::ALL.iter().map(|it| it.as_str()).collect();
    deputy(&home, &all).await.unwrap();
    admin::make_role(house, &root, "other", &[]).await.unwrap();
    let of = home.person("bob").await;
    let invited = admin::invite(house, &root, "Carol", "carol@example.org", Role::User).await.unwrap();
    let none: [String; 0] = [];

    let (id, old) = signed_in(&home, "demoted", Role::Admin).await;
    admin::end_sessions(house, &old, of).await.unwrap();
    admin::set_role(house, &root, id, Role::User).await.unwrap();
    assert_eq!(let_through(&home, &old, of, invited).await, none, "demoted");

    let (id, old) = signed_in(&home, "disabled", Role::Admin).await;
    admin::disable(house, &root, id).await.unwrap();
    assert_eq!(let_through(&home, &old, of, invited).await, none, "disabled");

    let (_, old) = signed_in(&home, "deputy", named("deputy")).await;
    admin::end_sessions(house, &old, of).await.unwrap();
    deputy(&home, &[]).await.unwrap();
    assert_eq!(let_through(&home, &old, of, invited).await, none, "the role lets one do nothing any more");
}

#[tokio::test]
async fn a_session_that_is_over_carries_no_authority() {
    let home = TestHouse::start().await;
    home.account("root", Role::Admin).await;
    let of = home.person("bob").await;
    let (id, old) = signed_in(&home, "alice", Role::Admin).await;
    admin::end_sessions(&home.house, &Proven::operator(), id).await.unwrap();
    let outcome = admin::disable(&home.house, &old, of).await;
    assert!(matches!(outcome, Err(Refusal::SignedOut(None))), "{outcome:?}");
}

#[tokio::test]
async fn how_far_one_reaches_is_what_the_role_says_now() {
    let home = TestHouse::start().await;
    let (house, root) = (&home.house, Proven::operator());
    deputy(&home, &["users:write", "roles:write", "invoices:write"]).await.unwrap();
    admin::make_role(house, &root, "clerk", &["invoices:write".into()]).await.unwrap();
    let clerk = home.person("clerk").await;
    admin::set_role(house, &root, clerk, named("clerk")).await.unwrap();
    let (_, old) = signed_in(&home, "deputy", named("deputy")).await;
    admin::disable(house, &old, clerk).await.unwrap();
    deputy(&home, &["users:write", "roles:write"]).await.unwrap();
    let outcomes = [
        admin::enable(house, &old, clerk).await,
        admin::make_role(house, &old, "more", &["invoices:write".into()]).await,
        admin::invite(house, &old, "Dora", "dora@example.org", named("clerk")).await.map(drop),
    ];
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(Refusal::Forbidden))), "{outcomes:?}");
}

/// Registers an address under somebody's password. Answers the account, and the token of the letter.
async fn registered(home: &TestHouse, email: &str) -> (Uuid, Secret) {
    accounts::register(&home.house, "Stranger", email, &Secret::new(PASSWORD), &device()).await.unwrap();
    let token = home.letter().await.token();
    let (id,): (Uuid,) = home.row(&format!("select id from users where email = '{email}'")).await;
    (id, token)
}

async fn enters(home: &TestHouse, email: &str, password: &str) -> Option<Role> {
    let pair = accounts::sign_in(&home.house, email, &Secret::new(password), Stay::Day, &device()).await;
    pair.ok().map(|pair| pair.viewer.role)
}

#[tokio::test]
async fn nobody_gets_a_role_by_what_a_stranger_has_registered() {
    let home = TestHouse::start().await;
    let (house, root) = (&home.house, Proven::operator());
    deputy(&home, &["users:read"]).await.unwrap();
    let (id, _) = registered(&home, "alice@example.org").await;
    for role in [Role::Admin, named("deputy")] {
        let given = admin::set_role(house, &root, id, role).await;
        let fits = matches!(&given, Err(Refusal::Invalid(faults))
            if (faults[0].field, faults[0].fault) == (Field::Role, Fault::NotAllowed));
        assert!(fits, "{given:?}");
    }
    admin::set_role(house, &root, id, Role::User).await.unwrap();
    let invited = admin::invite(house, &root, "Bob", "bob@example.org", Role::User).await.unwrap();
    admin::set_role(house, &root, invited, named("deputy")).await.unwrap();
}

#[tokio::test]
async fn where_a_role_waits_no_registered_password_is_confirmed() {
    let home = TestHouse::start().await;
    let alice = "alice@example.org";
    let (id, token) = registered(&home, alice).await;
    home.change("update users set role = 'admin'").await;
    let confirmed = accounts::verify_email(&home.house, &token, &device()).await;
    assert!(matches!(&confirmed, Err(Refusal::Invalid(faults)) if faults[0].fault == Fault::Spent), "{confirmed:?}");
    accounts::resend_verification(&home.house, alice, &device()).await.unwrap();
    assert!(home.letter().await.text.contains("/reset?token="), "it brings what a new password is set with");

    admin::verify(&home.house, &Proven::operator(), id).await.unwrap();
    assert_eq!(enters(&home, alice, PASSWORD).await, None, "nor by hand");
    let token = home.letter().await.token();
    accounts::reset_password(&home.house, &token, &Secret::new(MINE), &device()).await.unwrap();
    assert_eq!(enters(&home, alice, MINE).await, Some(Role::Admin));
}

#[tokio::test]
async fn an_invitation_takes_over_what_a_stranger_has_registered() {
    let home = TestHouse::start().await;
    let (house, root) = (&home.house, Proven::operator());
    let alice = "alice@example.org";
    deputy(&home, &["users:read"]).await.unwrap();
    let (id, registration) = registered(&home, alice).await;
    assert_eq!(admin::invite(house, &root, "Alice", alice, named("deputy")).await.unwrap(), id);
    let invitation = home.letter().await.token();
    assert!(admin::invite(house, &root, "Alice", alice, Role::User).await.is_err(), "she has been invited already");
    assert!(accounts::verify_email(house, &registration, &device()).await.is_err());
    assert_eq!(enters(&home, alice, PASSWORD).await, None);
    accounts::accept_invitation(house, &invitation, &Secret::new(MINE), &device()).await.unwrap();
    assert_eq!((enters(&home, alice, PASSWORD).await, enters(&home, alice, MINE).await), (None, Some(named("deputy"))));
    let (name,): (String,) = home.row("select name from users").await;
    assert_eq!(name, "Alice");
    assert!(admin::invite(house, &root, "Alice", alice, Role::User).await.is_err(), "and has the account now");
}

#[tokio::test]
async fn the_last_administrator_who_can_sign_in_keeps_the_password() {
    let home = TestHouse::start().await;
    let house = &home.house;
    let (one, of_one) = signed_in(&home, "one", Role::Admin).await;
    let alone = admin::force_reset(house, &of_one, one).await;
    assert!(matches!(alone, Err(Refusal::LastAdmin)), "{alone:?}");
    let (two, of_two) = signed_in(&home, "two", Role::Admin).await;
    let (first, second) =
        tokio::join!(admin::force_reset(house, &of_one, two), admin::force_reset(house, &of_two, one));
    assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1, "{first:?} {second:?}");
    let (left, outside) = if first.is_ok() { (one, two) } else { (two, one) };
    let demoted = admin::set_role(house, &Proven::operator(), left, Role::User).await;
    assert!(matches!(demoted, Err(Refusal::LastAdmin)), "who has no password does not count: {demoted:?}");
    home.letters().await;
    admin::force_reset(house, &Proven::operator(), outside).await.unwrap();
    let letter = home.letter().await;
    accounts::reset_password(house, &letter.token(), &Secret::new(MINE), &device()).await.unwrap();
    admin::set_role(house, &Proven::operator(), left, Role::User).await.unwrap();
}

#[tokio::test]
async fn what_is_disabled_while_it_is_to_be_deleted_stays_so() {
    let home = TestHouse::start().await;
    let (house, root) = (&home.house, Proven::operator());
    let id = home.person("alice").await;
    admin::order_deletion(house, &root, id).await.unwrap();
    let outcome = admin::bulk(house, &root, Act::Disable, &[id], None).await.unwrap();
    assert_eq!(outcome.done, [id], "{outcome:?}");
    admin::disable(house, &root, id).await.unwrap();
    let (events,): (i64,) = home.row("select count(*) from events where kind = 'disabled'").await;
    assert_eq!(events, 1);
    admin::revoke_deletion(house, &root, id).await.unwrap();
    assert!(admin::one(house, &root, id).await.unwrap().disabled_at.is_some());

    admin::order_deletion(house, &root, id).await.unwrap();
    admin::enable(house, &root, id).await.unwrap();
    assert!(admin::one(house, &root, id).await.unwrap().disabled_at.is_some(), "shut by the order");
    admin::revoke_deletion(house, &root, id).await.unwrap();
    assert!(admin::one(house, &root, id).await.unwrap().disabled_at.is_none());
}

#[tokio::test]
async fn a_role_that_is_gone_is_given_to_nobody_who_is_made() {
    let home = TestHouse::start().await;
    let (house, root) = (&home.house, Proven::operator());
    deputy(&home, &["users:read"]).await.unwrap();
    admin::remove_role(house, &root, RoleName::parse("deputy").unwrap()).await.unwrap();
    let secret = Secret::new(MINE);
    let made = [
        admin::invite(house, &root, "Dora", "dora@example.org", named("deputy")).await,
        admin::create(house, &root, "Dora", "dora@example.org", &secret, named("deputy")).await,
    ];
    for made in made {
        assert!(matches!(&made, Err(Refusal::Invalid(faults)) if faults[0].fault == Fault::Wrong), "{made:?}");
    }
}

#[tokio::test]
async fn no_second_key_is_made_while_one_is_coming_unless_at_once() {
    let home = TestHouse::start().await;
    let (house, root) = (&home.house, Proven::operator());
    admin::rotate_keys(house, &root, keys::ANNOUNCED).await.unwrap();
    let again = admin::rotate_keys(house, &root, keys::ANNOUNCED).await;
    assert!(matches!(again, Err(Refusal::AlreadyDone)), "{again:?}");
    admin::rotate_keys(house, &root, keys::AT_ONCE).await.unwrap();
    home.advance(keys::ANNOUNCED.as_secs());
    admin::rotate_keys(house, &root, keys::ANNOUNCED).await.unwrap();
}

#[tokio::test]
async fn a_change_of_role_tells_the_former_one() {
    let home = TestHouse::start().await;
    let root = Proven::operator();
    let id = home.person("alice").await;
    admin::set_role(&home.house, &root, id, Role::Admin).await.unwrap();
    let told: (String, String) = home.row("select detail, note from events where kind = 'role_changed'").await;
    assert_eq!(told, ("admin".into(), "user".into()));
}

#[tokio::test]
async fn an_import_takes_over_what_a_stranger_has_registered() {
    let home = TestHouse::start().await;
    let (house, root) = (&home.house, Proven::operator());
    let (alice, bob) = ("alice@example.org", "bob@example.org");
    let (_, registration) = registered(&home, alice).await;
    registered(&home, bob).await;
    home.account("carol", Role::User).await;
    let (hash,): (String,) = home.row("select password_hash from users where email = 'carol@example.org'").await;
    home.change("update users set email = 'moved@example.org' where email = 'carol@example.org'").await;
    let file = format!("email,name,verified,password_hash\n{alice},Alice,,\n{bob},Bob,yes,\"{hash}\"\n");
    let done = admin::import(house, &root, file.as_bytes(), admin::How::Make { letters: true }).await.unwrap();
    assert_eq!((done.invited, done.ready, done.wrong), (1, 1, 0), "{done:?}");
    assert!(accounts::verify_email(house, &registration, &device()).await.is_err());
    assert_eq!(enters(&home, alice, PASSWORD).await, None);
    let (names,): (i64,) = home.row("select count(*) from users where name in ('Alice', 'Bob')").await;
    assert_eq!(names, 2);
    let (mailed,): (i64,) = home.row("select count(*) from mailed_tokens where purpose = 'verify'").await;
    assert_eq!(mailed, 0);
}

#[tokio::test]
async fn an_imported_hash_costs_at_most_twice_as_much_as_ours() {
    let home = TestHouse::start().await;
    let taken = async |cost: &str| {
        let hash = format!("$argon2id$v=19${cost}$c2l4dGVlbiBieXRlcyAuLg$DhkuoDV0oVv9xkfK3dGpJtVvOYWhfzzsx7oXEpAxqFo");
        let file = format!("email,name,verified,password_hash\nalice@example.org,Alice,yes,\"{hash}\"\n");
        admin::import(&home.house, &Proven::operator(), file.as_bytes(), admin::How::DryRun).await.unwrap().ready == 1
    };
    let mut outcomes = Vec::new();
    for cost in [
        "m=19456,t=2,p=1",
        "m=38912,t=2,p=1",
        "m=19456,t=4,p=1",
        "m=38913,t=1,p=1",
        "m=38912,t=3,p=1",
        "m=19456,t=5,p=1",
    ] {
        outcomes.push(taken(cost).await);
    }
    assert_eq!(outcomes, [true, true, true, false, false, false]);
}

#[tokio::test]
async fn other_settings_can_be_changed_while_the_operators_list_of_domains_is_empty() {
    let home = TestHouse::start().await;
    let (house, root) = (&home.house, Proven::operator());
    // As if the operator had taken the list away since.
    home.change("insert into settings (name, value, changed_at) values ('sign_up', 'domains', 1)").await;
    let other = Knob::ALL.iter().copied().find(|knob| !matches!(knob, Knob::SignUp | Knob::SignUpDomains)).unwrap();
    admin::reset_setting(house, &root, other).await.unwrap();
    let domains = admin::set_setting(house, &root, Knob::SignUpDomains, "").await;
    assert!(matches!(&domains, Err(Refusal::Invalid(faults)) if faults[0].fault == Fault::Missing), "{domains:?}");
    admin::set_setting(house, &root, Knob::SignUp, "closed").await.unwrap();
}

#[tokio::test]
async fn what_was_exported_is_told_without_what_was_searched_for() {
    let home = TestHouse::start().await;
    let (house, root) = (&home.house, Proven::operator());
    let filter = Filter { role: Some(Role::Admin), begins: "alice@".into(), ..Filter::default() };
    admin::export_users(house, &root, &filter, Format::Csv).await.map(drop).unwrap();
    let chosen = audit::Chosen { subject: Some(Uuid::nil()), ..audit::Chosen::default() };
    audit::Export::begin(Arc::clone(house), &root, chosen, audit::Format::Csv).await.map(drop).unwrap();
    let told: Vec<String> = vec![
        home.row::<(String,)>("select note from events where kind = 'accounts_exported'").await.0,
        home.row::<(String,)>("select note from events where kind = 'audit_exported'").await.0,
    ];
    assert_eq!(told, ["role=admin search", "subject=00000000-0000-0000-0000-000000000000"]);
}
