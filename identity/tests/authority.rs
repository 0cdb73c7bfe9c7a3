//! What an administrator may do is asked again at the moment they do it, and nobody gets a role by a stranger's registration.

mod support;

use identity::{
    Refusal,
    admin::{self, Act, Admin, Filter, Format, Proven, Why},
    audit, keys,
    policy::Knob,
    sessions,
    words::{Permission, Role, RoleName, Secret, Stay},
};
use std::sync::Arc;
use support::{TestHouse, device};
use uuid::Uuid;

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
    let secret = Secret::new("a quite different long password");
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
