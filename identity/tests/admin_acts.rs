//! What an administrator does to one account, and what its owner can and cannot do about it.

mod support;

use identity::{
    Refusal, accounts,
    accounts::leaving,
    admin::{self, Proven},
    events::Kind,
    sessions::{self, Admission, Rotation},
    tokens::TokenPair,
    words::{EndCause, Fault, Role, Secret, Stay},
};
use support::{PASSWORD, TestHouse, device};

const DAY: u64 = 86_400;

/// Longer than any access token can live, on whichever node.
const TOKENS_GONE: u64 = 12 * 60;

async fn count(home: &TestHouse, sql: &str) -> i64 {
    home.row::<(i64,)>(sql).await.0
}

async fn kinds(home: &TestHouse, kind: Kind) -> i64 {
    count(home, &format!("select count(*) from events where kind = '{kind}'")).await
}

async fn enters(home: &TestHouse, name: &str, password: &str) -> Result<TokenPair, Refusal> {
    let email = format!("{name}@example.org");
    accounts::sign_in(&home.house, &email, &Secret::new(password), Stay::Day, &device()).await
}

/// When the account will be deleted, whether it is disabled, and whether an administrator ordered that.
async fn standing(home: &TestHouse, name: &str) -> (Option<i64>, bool, bool) {
    let (delete_at, disabled, ordered): (Option<i64>, Option<i64>, Option<i64>) = home
        .row(&format!(
            "select delete_at, disabled_at, deletion_ordered_at from users where email = '{name}@example.org'"
        ))
        .await;
    (delete_at, disabled.is_some(), ordered.is_some())
}

#[tokio::test]
async fn an_order_shuts_the_account_at_once_and_taking_it_back_leaves_no_trace_of_it() {
    let home = TestHouse::start().await;
    let root = Proven::operator();
    let id = home.person("alice").await;
    let pair = home.sign_in("alice", Stay::Forever).await;
    home.letters().await;
    home.advance(1);
    for _ in 0..2 {
        admin::order_deletion(&home.house, &root, id).await.unwrap();
    }
    let at = support::START.0 + 1000 + 7 * 86_400_000;
    assert_eq!(standing(&home, "alice").await, (Some(at), true, true));
    assert!(!matches!(sessions::admit(&home.house, &pair.access), Admission::Admitted(_)), "at once");
    assert!(matches!(home.renew(&pair).await, Rotation::Ended(Some(EndCause::DeletionOrdered))));
    assert!(matches!(enters(&home, "alice", PASSWORD).await, Err(Refusal::Disabled)));
    let letter = home.letter().await;
    assert_eq!(letter.subject, "An administrator is deleting your account at id.example.org");
    assert!(!letter.text.contains("keep-account") && !letter.text.contains("token="), "{}", letter.text);
    assert_eq!(kinds(&home, Kind::DeletionOrdered).await, 1, "once");

    admin::enable(&home.house, &root, id).await.unwrap();
    assert_eq!(standing(&home, "alice").await, (Some(at), true, true), "enabling is not taking the order back");
    for _ in 0..2 {
        admin::revoke_deletion(&home.house, &root, id).await.unwrap();
    }
    assert_eq!(standing(&home, "alice").await, (None, false, false));
    assert_eq!(home.letter().await.subject, "Your account at id.example.org is not deleted");
    assert_eq!((kinds(&home, Kind::DeletionRevoked).await, kinds(&home, Kind::Enabled).await), (1, 0));
    enters(&home, "alice", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn what_was_disabled_before_is_disabled_afterwards() {
    let home = TestHouse::start().await;
    let root = Proven::operator();
    let id = home.person("alice").await;
    admin::disable(&home.house, &root, id).await.unwrap();
    admin::order_deletion(&home.house, &root, id).await.unwrap();
    admin::revoke_deletion(&home.house, &root, id).await.unwrap();
    assert_eq!(standing(&home, "alice").await, (None, true, false));
    admin::enable(&home.house, &root, id).await.unwrap();
    enters(&home, "alice", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn an_owner_can_call_off_their_own_wish_but_no_order_and_the_two_are_kept_apart() {
    let home = TestHouse::start().await;
    let root = Proven::operator();
    let id = home.person("alice").await;
    let pair = home.sign_in("alice", Stay::Forever).await;
    let proof = sessions::prove(&home.house, &pair.viewer).await.unwrap();
    leaving::request(&home.house, &proof, &device()).await.unwrap();
    let letters = home.letters().await;
    let of = |page: &str| letters.iter().find(|letter| letter.text.contains(page)).unwrap().text.clone();
    let token = |text: &str, page: &str| {
        let (_, rest) = text.split_once(&format!("{page}?token=")).unwrap();
        Secret::new(rest.split_whitespace().next().unwrap())
    };
    let keep = token(&of("/keep-account"), "/keep-account");
    let secure = token(&of("/keep-account"), "/secure-account");
    let asked = standing(&home, "alice").await.0;

    home.advance(DAY);
    admin::order_deletion(&home.house, &root, id).await.unwrap();
    assert_eq!(standing(&home, "alice").await, (asked, true, true), "nobody who wants to leave waits longer");
    let kept = leaving::keep_by_letter(&home.house, &keep, &device()).await;
    assert!(matches!(&kept, Err(Refusal::Invalid(faults)) if faults[0].fault == Fault::Spent), "{kept:?}");
    let kept = leaving::keep(&home.house, &pair.viewer, &device()).await;
    assert!(matches!(kept, Err(Refusal::NotFound)), "{kept:?}");
    assert_eq!(standing(&home, "alice").await, (asked, true, true));

    admin::revoke_deletion(&home.house, &root, id).await.unwrap();
    assert_eq!(standing(&home, "alice").await, (asked, false, false), "the owner's own wish stands");
    admin::order_deletion(&home.house, &root, id).await.unwrap();
    accounts::secure_account(&home.house, &secure, &device()).await.unwrap();
    assert_eq!(standing(&home, "alice").await, (asked, true, true), "not by taking the account back either");
    admin::revoke_deletion(&home.house, &root, id).await.unwrap();
    assert_eq!(standing(&home, "alice").await, (None, false, false), "but that called off what a thief may have asked");
}

#[tokio::test]
async fn after_seven_days_the_account_is_gone_and_the_goodbye_says_who_wanted_it() {
    let home = TestHouse::start().await;
    let root = Proven::operator();
    let id = home.person("alice").await;
    home.sign_in("alice", Stay::Forever).await;
    admin::order_deletion(&home.house, &root, id).await.unwrap();
    home.advance(7 * DAY - 1);
    leaving::erase_due(&home.house).await.unwrap();
    assert_eq!(count(&home, "select count(*) from users").await, 1);
    home.advance(1);
    let late = admin::revoke_deletion(&home.house, &root, id).await;
    assert!(matches!(late, Err(Refusal::NotFound)), "{late:?}");
    home.letters().await;
    leaving::erase_due(&home.house).await.unwrap();
    home.advance(TOKENS_GONE);
    leaving::erase_due(&home.house).await.unwrap();
    assert_eq!(count(&home, "select count(*) from users").await, 0);
    let letter = home.letter().await;
    assert!(letter.text.contains("as an administrator has ordered"), "{}", letter.text);
    let late = admin::order_deletion(&home.house, &root, id).await;
    assert!(matches!(late, Err(Refusal::NotFound)), "{late:?}");
}

#[tokio::test]
async fn the_last_administrator_cannot_be_deleted_and_one_who_is_to_be_does_not_count() {
    let home = TestHouse::start().await;
    let root = Proven::operator();
    let one = home.account("one", Role::Admin).await;
    let refused = admin::order_deletion(&home.house, &root, one).await;
    assert!(matches!(refused, Err(Refusal::LastAdmin)), "{refused:?}");
    let two = home.account("two", Role::Admin).await;
    admin::order_deletion(&home.house, &root, one).await.unwrap();
    let refused = admin::order_deletion(&home.house, &root, two).await;
    assert!(matches!(refused, Err(Refusal::LastAdmin)), "{refused:?}");
    assert_eq!(kinds(&home, Kind::DeletionOrdered).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_administrators_twenty_at_once_cannot_delete_both() {
    let home = TestHouse::start().await;
    let nodes = home.nodes(2).await;
    let pair = [home.account("one", Role::Admin).await, home.account("two", Role::Admin).await];
    let attempts: Vec<_> = (0..20)
        .map(|n| {
            let (house, id) = (nodes[n % 3 % 2].clone(), pair[n % 2]);
            tokio::spawn(async move { admin::order_deletion(&house, &Proven::operator(), id).await })
        })
        .collect();
    for attempt in attempts {
        let outcome = attempt.await.unwrap();
        assert!(matches!(outcome, Ok(()) | Err(Refusal::LastAdmin)), "{outcome:?}");
    }
    assert_eq!(count(&home, "select count(*) from users where deletion_ordered_at is null").await, 1);
    assert_eq!(kinds(&home, Kind::DeletionOrdered).await, 1);
}

#[tokio::test]
async fn one_session_ends_and_the_others_go_on() {
    let home = TestHouse::start().await;
    let root = Proven::operator();
    let (id, bob) = (home.person("alice").await, home.person("bob").await);
    let (phone, laptop) = (home.sign_in("alice", Stay::Forever).await, home.sign_in("alice", Stay::Day).await);
    home.advance(1);
    let session = phone.viewer.session;
    let foreign = admin::end_session(&home.house, &root, bob, session).await;
    assert!(matches!(foreign, Err(Refusal::NotFound)), "{foreign:?}");
    assert!(matches!(sessions::admit(&home.house, &phone.access), Admission::Admitted(_)));
    for _ in 0..2 {
        admin::end_session(&home.house, &root, id, session).await.unwrap();
    }
    assert!(!matches!(sessions::admit(&home.house, &phone.access), Admission::Admitted(_)), "at once");
    assert!(matches!(home.renew(&phone).await, Rotation::Ended(Some(EndCause::EndedByAdmin))));
    assert!(matches!(sessions::admit(&home.house, &laptop.access), Admission::Admitted(_)));
    assert_eq!(kinds(&home, Kind::SessionEndedByAdmin).await, 1, "once");
}

#[tokio::test]
async fn a_forced_reset_makes_the_password_worthless_and_the_letter_brings_another() {
    let home = TestHouse::start().await;
    let root = Proven::operator();
    let id = home.person("alice").await;
    let pair = home.sign_in("alice", Stay::Forever).await;
    accounts::request_reset(&home.house, "alice@example.org", &device()).await.unwrap();
    let earlier = home.letters().await.into_iter().find(|it| it.text.contains("/reset?token=")).unwrap().token();
    home.advance(1);
    admin::force_reset(&home.house, &root, id).await.unwrap();
    assert!(matches!(home.renew(&pair).await, Rotation::Ended(Some(EndCause::ResetForced))));
    assert!(matches!(enters(&home, "alice", PASSWORD).await, Err(Refusal::Credentials)));
    let new = Secret::new("a quite different long password");
    let stale = accounts::reset_password(&home.house, &earlier, &new, &device()).await;
    assert!(matches!(&stale, Err(Refusal::Invalid(faults)) if faults[0].fault == Fault::Spent), "{stale:?}");
    let letter = home.letter().await;
    assert_eq!(letter.subject, "Please set a new password for id.example.org");
    home.advance(DAY - 1);
    accounts::reset_password(&home.house, &letter.token(), &new, &device()).await.unwrap();
    enters(&home, "alice", "a quite different long password").await.unwrap();
    assert_eq!(kinds(&home, Kind::ResetForced).await, 1);
}

#[tokio::test]
async fn no_letter_with_a_way_in_goes_to_an_address_nobody_has_confirmed() {
    let home = TestHouse::start().await;
    let id = registered(&home, PASSWORD).await;
    home.letters().await;
    let refused = admin::force_reset(&home.house, &Proven::operator(), id).await;
    assert!(matches!(&refused, Err(Refusal::Invalid(faults)) if faults[0].fault == Fault::NotAllowed), "{refused:?}");
    assert!(home.letters().await.is_empty());
    assert_eq!(kinds(&home, Kind::ResetForced).await, 0);
}

/// Registers alice's address; answers the account's id.
async fn registered(home: &TestHouse, password: &str) -> uuid::Uuid {
    accounts::register(&home.house, "Alice", "alice@example.org", &Secret::new(password), &device()).await.unwrap();
    home.row::<(uuid::Uuid,)>("select id from users where email = 'alice@example.org'").await.0
}

#[tokio::test]
async fn vouching_for_an_address_registered_once_lets_its_owner_in_with_the_password_they_chose() {
    let home = TestHouse::start().await;
    let root = Proven::operator();
    let id = registered(&home, PASSWORD).await;
    home.letters().await;
    for _ in 0..2 {
        admin::verify(&home.house, &root, id).await.unwrap();
    }
    assert_eq!(home.letter().await.subject, "Your account at id.example.org is ready");
    enters(&home, "alice", PASSWORD).await.unwrap();
    assert_eq!(kinds(&home, Kind::VerifiedByAdmin).await, 1);
}

#[tokio::test]
async fn vouching_for_an_address_registered_twice_puts_nobodys_password_in_force() {
    let home = TestHouse::start().await;
    let root = Proven::operator();
    registered(&home, PASSWORD).await;
    let id = registered(&home, "the password of a stranger").await;
    let pending = home.letters().await;
    admin::verify(&home.house, &root, id).await.unwrap();
    for password in [PASSWORD, "the password of a stranger"] {
        assert!(matches!(enters(&home, "alice", password).await, Err(Refusal::Credentials)), "{password}");
    }
    for letter in pending {
        let late = accounts::verify_email(&home.house, &letter.token(), &device()).await;
        assert!(late.is_err(), "what waited is void");
    }
    let letter = home.letter().await;
    let mine = "a quite different long password";
    accounts::reset_password(&home.house, &letter.token(), &Secret::new(mine), &device()).await.unwrap();
    let pair = enters(&home, "alice", mine).await.unwrap();
    assert_eq!(pair.viewer.name, "alice", "nor anybody's name");
}

#[tokio::test]
async fn the_page_of_an_account_is_told_how_it_stands() {
    let home = TestHouse::start().await;
    let root = Proven::operator();
    let one = home.account("one", Role::Admin).await;
    let state = admin::account(&home.house, &root, one).await.unwrap();
    assert!(state.is_last_admin && state.within_reach && !state.is_invited && state.delete_at.is_none());
    let two = home.account("two", Role::Admin).await;
    assert!(!admin::account(&home.house, &root, one).await.unwrap().is_last_admin);
    admin::order_deletion(&home.house, &root, two).await.unwrap();
    let state = admin::account(&home.house, &root, two).await.unwrap();
    assert!(state.is_ordered && state.delete_at.is_some() && !state.is_last_admin);
    assert!(admin::account(&home.house, &root, one).await.unwrap().is_last_admin);
    registered(&home, PASSWORD).await;
    let id = registered(&home, PASSWORD).await;
    assert!(admin::account(&home.house, &root, id).await.unwrap().is_contested);
    home.letters().await;
    let letters = admin::letters_of(&home.house, &root, id).await.unwrap();
    assert_eq!(letters.iter().map(|letter| letter.kind.as_str()).collect::<Vec<_>>(), ["verification"; 2]);
    let nobody = admin::account(&home.house, &root, uuid::Uuid::max()).await;
    assert!(matches!(nobody, Err(Refusal::NotFound)), "{nobody:?}");
}

/// Who may change accounts, but is no administrator.
async fn helper(home: &TestHouse, permissions: &str) -> Proven {
    home.change(&format!(
        "insert into roles (name, permissions, created_at, changed_at) values ('helper', '{permissions}', 1, 1)"
    ))
    .await;
    home.account("helper", Role::from_word("helper").unwrap()).await;
    let pair = home.sign_in("helper", Stay::Day).await;
    let proof = sessions::prove(&home.house, &pair.viewer).await.unwrap();
    admin::Admin::of(&pair.viewer, &device()).unwrap().proven(&proof).unwrap()
}

#[tokio::test]
async fn nobody_acts_on_who_may_do_more_and_nobody_without_the_permission_acts_at_all() {
    let home = TestHouse::start().await;
    let helper = helper(&home, "users:read users:write").await;
    let (one, alice) = (home.account("one", Role::Admin).await, home.person("alice").await);
    home.account("two", Role::Admin).await;
    let session = home.sign_in("one", Stay::Day).await.viewer.session;
    let house = &home.house;
    for refused in [
        admin::order_deletion(house, &helper, one).await,
        admin::revoke_deletion(house, &helper, one).await,
        admin::force_reset(house, &helper, one).await,
        admin::verify(house, &helper, one).await,
        admin::end_session(house, &helper, one, session).await,
        admin::revoke_invitation(house, &helper, one).await,
        admin::resend_invitation(house, &helper, one).await,
        admin::invite(house, &helper, "New", "new@example.org", Role::Admin).await.map(drop),
    ] {
        assert!(matches!(refused, Err(Refusal::Forbidden)), "{refused:?}");
    }
    assert!(!admin::account(house, &helper, one).await.unwrap().within_reach);
    assert_eq!(standing(&home, "one").await, (None, false, false));
    admin::order_deletion(house, &helper, alice).await.unwrap();
    home.change("update roles set permissions = 'users:read audit:read'").await;
    home.advance(1);
    let pair = home.sign_in("helper", Stay::Day).await;
    let proof = sessions::prove(house, &pair.viewer).await.unwrap();
    let reader = admin::Admin::of(&pair.viewer, &device()).unwrap().proven(&proof).unwrap();
    for refused in [
        admin::order_deletion(house, &reader, alice).await,
        admin::revoke_deletion(house, &reader, alice).await,
        admin::force_reset(house, &reader, alice).await,
        admin::verify(house, &reader, alice).await,
        admin::end_session(house, &reader, alice, session).await,
        admin::revoke_invitation(house, &reader, alice).await,
        admin::resend_invitation(house, &reader, alice).await,
        admin::invite(house, &reader, "New", "new@example.org", Role::User).await.map(drop),
    ] {
        assert!(matches!(refused, Err(Refusal::Forbidden)), "{refused:?}");
    }
}
