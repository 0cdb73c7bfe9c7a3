//! Acting as somebody else: who may, for how long, what it rests on, what it never opens, and that its owner is told.

mod support;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use identity::{
    Refusal, accounts,
    accounts::leaving,
    admin::{self, Admin, Wish},
    history::{self, By, HistoryView},
    jobs,
    sessions::{self, Admission, Return, Rotation},
    tokens::TokenPair,
    words::{EndCause, Fault, Field, Role, Secret, Stay},
};
use support::{PASSWORD, TestHouse, device, tokens};
use uuid::Uuid;

const REASON: &str = "Ticket 12: the page looks empty";
const HOUR: u64 = 3600;

/// An installation with an administrator and Alice.
struct Scene {
    home: TestHouse,
    root: TokenPair,
    alice: Uuid,
}

impl Scene {
    async fn set() -> Self {
        let home = TestHouse::start().await;
        home.account("root", Role::Admin).await;
        let alice = home.person("alice").await;
        let root = home.sign_in("root", Stay::Month).await;
        Self { home, root, alice }
    }

    async fn wish(&self, of: Uuid, writes: bool) -> Result<TokenPair, Refusal> {
        wish(&self.home, &self.root, of, REASON, writes).await
    }

    async fn begin(&self, writes: bool) -> TokenPair {
        self.wish(self.alice, writes).await.unwrap()
    }

    fn admission(&self, pair: &TokenPair) -> Admission {
        sessions::admit(&self.home.house, &pair.access)
    }

    async fn told(&self) -> Vec<HistoryView> {
        history::history(&self.home.house, self.alice, None, 100).await.unwrap().items
    }

    /// The way back from here.
    async fn back(&self, pair: &TokenPair) -> Return {
        match self.home.renew(pair).await {
            Rotation::Back(back) => *back,
            other => panic!("no way back: {other:?}"),
        }
    }

    async fn stop(&self, pair: &TokenPair) {
        match pair.viewer.actor {
            Some(_) => sessions::stop_acting(&self.home.house, &pair.viewer).await.unwrap(),
            None => sessions::sign_out(&self.home.house, &pair.viewer, &device()).await.unwrap(),
        }
    }
}

async fn wish(home: &TestHouse, by: &TokenPair, of: Uuid, reason: &str, writes: bool) -> Result<TokenPair, Refusal> {
    let proof = sessions::prove(&home.house, &by.viewer).await.unwrap();
    let admin = Admin::of(&by.viewer, &device()).unwrap().proven(&proof).unwrap();
    admin::impersonate(&home.house, &admin, &by.viewer, &Wish { of, reason, writes, returns: true }).await
}

#[tokio::test]
async fn a_session_of_theirs_for_an_hour_and_the_token_says_who_it_really_is() {
    let scene = Scene::set().await;
    let root = scene.root.viewer.clone();
    let pair = scene.begin(false).await;
    let Admission::Admitted(viewer) = scene.admission(&pair) else { panic!("not admitted") };
    let actor = viewer.actor.unwrap();
    assert_eq!((viewer.id, viewer.role, viewer.email.as_str()), (scene.alice, Role::User, "alice@example.org"));
    assert_eq!((actor.id, actor.from, actor.writes), (root.id, root.session, false));
    assert_eq!(actor.until, support::START.seconds() + 3600);
    assert_eq!(viewer.auth_time, 0, "the password was never given in it");
    assert_eq!((viewer.doer(), pair.keep_seconds), (root.id, None));
    assert!(matches!(scene.admission(&scene.root), Admission::Admitted(_)), "their own lives on");
    let own: (Option<i64>,) =
        scene.home.row("select last_sign_in_at from users where email = 'alice@example.org'").await;
    assert_eq!(own.0, None, "nobody signed in");
    assert_eq!(scene.home.rows::<(i64,)>("select seen_at from devices").await, []);
    assert_eq!(scene.home.row::<(i64,)>("select count(*) from letters").await.0, 0, "no letter");

    scene.home.advance(600);
    let second = tokens(scene.home.renew(&pair).await);
    assert_eq!(second.viewer.actor, Some(actor), "renewed, it is still so");
    let ip: (String, String) = scene.home.row("select ip, user_agent from sessions where acting_id is not null").await;
    assert_eq!(ip, (String::new(), String::new()), "where an administrator sits is not theirs to know");
    scene.home.advance(50 * 60);
    assert_eq!(scene.admission(&second), Admission::Stale);
    let back = scene.back(&second).await;
    assert_eq!((back.pair.viewer.id, back.pair.viewer.session), (root.id, root.session));
    assert_eq!((back.place, back.cause, back.pair.viewer.actor), (scene.alice, EndCause::Expired, None));
}

#[tokio::test]
async fn never_beyond_the_end_of_ones_own_session() {
    let scene = Scene::set().await;
    scene.home.advance(12 * HOUR - 900);
    let own = tokens(scene.home.renew(&scene.root).await);
    sessions::reauthenticate(&scene.home.house, &own.viewer, &Secret::new(PASSWORD), &device(), false).await.unwrap();
    let pair = wish(&scene.home, &own, scene.alice, REASON, false).await.unwrap();
    assert_eq!(pair.viewer.actor.unwrap().until, support::START.seconds() + 12 * 3600);
    scene.home.advance(900);
    assert!(matches!(scene.home.renew(&pair).await, Rotation::Ended(Some(EndCause::Expired))), "nowhere to go back to");
}

#[tokio::test]
async fn nobody_acts_as_who_may_open_the_panel_as_oneself_or_as_an_account_that_is_no_place() {
    let scene = Scene::set().await;
    let (home, house) = (&scene.home, &scene.home.house);
    home.change("insert into roles (name, permissions, created_at, changed_at) values ('support', 'users:impersonate', 1, 1), ('clerk', 'invoices:write', 1, 1)").await;
    let operator = admin::Proven::operator();
    let role = |name: &str| Role::from_word(name).unwrap();
    let boss = home.account("boss", Role::Admin).await;
    let support = home.person("support").await;
    let clerk = home.person("clerk").await;
    admin::set_role(house, &operator, support, role("support")).await.unwrap();
    admin::set_role(house, &operator, clerk, role("clerk")).await.unwrap();
    for of in [boss, support, scene.root.viewer.id] {
        assert!(matches!(scene.wish(of, true).await, Err(Refusal::Forbidden)), "{of}");
    }
    assert!(scene.wish(clerk, false).await.is_ok(), "a permission elsewhere is none of the panel");
    assert!(matches!(scene.wish(Uuid::from_u128(1), false).await, Err(Refusal::NotFound)));
    // Who may act as others, and has not what this one has.
    home.advance(2);
    let helper = home.sign_in("support", Stay::Day).await;
    assert!(matches!(wish(home, &helper, clerk, REASON, false).await, Err(Refusal::Forbidden)));
    assert!(wish(home, &helper, scene.alice, REASON, false).await.is_ok());

    let no_place = |refusal: Result<TokenPair, Refusal>| {
        let is = matches!(&refusal, Err(Refusal::Invalid(fields)) if (fields[0].field, fields[0].fault) == (Field::Id, Fault::NotAllowed));
        assert!(is, "{refusal:?}");
    };
    for column in ["disabled_at", "delete_at"] {
        let set = |to: &str| format!("update users set {column} = {to} where email = 'alice@example.org'");
        home.change(&set("1")).await;
        no_place(scene.wish(scene.alice, false).await);
        home.change(&set("null")).await;
    }
    home.change("update users set verified_at = null where email = 'alice@example.org'").await;
    no_place(scene.wish(scene.alice, false).await);
}

#[tokio::test]
async fn a_reason_is_needed() {
    let scene = Scene::set().await;
    for (reason, fault) in [("", Fault::Missing), ("why not", Fault::TooShort), (&"x".repeat(501), Fault::TooLong)] {
        let refusal = wish(&scene.home, &scene.root, scene.alice, reason, false).await;
        let is = matches!(&refusal, Err(Refusal::Invalid(fields)) if (fields[0].field, fields[0].fault) == (Field::Reason, fault));
        assert!(is, "{refusal:?}");
    }
    assert_eq!(scene.home.row::<(i64,)>("select count(*) from sessions where acting_id is not null").await.0, 0);
}

#[tokio::test]
async fn nobody_is_proven_or_an_administrator_in_it_and_what_is_the_owners_alone_stays_so() {
    let scene = Scene::set().await;
    let (house, from) = (&scene.home.house, device());
    for writes in [false, true] {
        let viewer = scene.begin(writes).await.viewer;
        let mut hidden = viewer.clone();
        hidden.actor = None;
        assert!(matches!(sessions::prove(house, &viewer).await, Err(Refusal::Acting)));
        assert!(sessions::prove(house, &hidden).await.is_err(), "the row says it as well");
        let again = |viewer| async move {
            sessions::reauthenticate(house, viewer, &Secret::new(PASSWORD), &device(), true).await
        };
        assert!(matches!(again(&viewer).await, Err(Refusal::Acting)));
        assert!(again(&hidden).await.is_err());
        let (old, new) = (Secret::new(PASSWORD), Secret::new("another horse battery staple"));
        assert!(matches!(
            accounts::change_password(house, &viewer, &from, &old, &new, true).await,
            Err(Refusal::Acting)
        ));
        assert!(accounts::change_password(house, &hidden, &from, &old, &new, true).await.is_err());
        assert!(matches!(accounts::cancel_address_change(house, &viewer).await, Err(Refusal::Acting)));
        assert!(matches!(accounts::resend_address_change(house, &viewer).await, Err(Refusal::Acting)));
        assert!(matches!(leaving::keep(house, &viewer, &from).await, Err(Refusal::Acting)));
        assert!(matches!(sessions::end_others(house, &viewer, &from).await, Err(Refusal::Acting)));
        assert!(matches!(sessions::end_own(house, &viewer, viewer.session, &from).await, Err(Refusal::Acting)));
        let named = accounts::change_name(house, &viewer, "Alice Archer", &from, true).await;
        assert_eq!(named.is_ok(), writes, "{named:?}");
    }
    // Somebody who became an administrator is none in the hands of another.
    let mut promoted = scene.begin(true).await.viewer;
    promoted.permissions = scene.root.viewer.permissions.clone();
    assert!(matches!(Admin::of(&promoted, &from), Err(Refusal::Forbidden)));
    accounts::sign_in(house, "alice@example.org", &Secret::new(PASSWORD), Stay::Day, &from).await.expect("as before");
}

#[tokio::test]
async fn what_was_done_in_their_place_names_the_administrator() {
    let scene = Scene::set().await;
    let pair = scene.begin(true).await;
    let renamed =
        accounts::change_name(&scene.home.house, &pair.viewer, "Alice Archer", &device(), true).await.unwrap();
    assert_eq!(renamed.unwrap().viewer.actor, pair.viewer.actor);
    scene.home.advance(720);
    scene.stop(&pair).await;
    let who: Vec<(Uuid,)> =
        scene.home.rows("select actor_id from events where kind like 'impersonation%' or kind = 'name_changed'").await;
    assert_eq!(who, vec![(scene.root.viewer.id,); 3]);
    let told: Vec<_> = scene.told().await.into_iter().filter(|line| line.kind != "created").collect();
    let line =
        |at: usize| (told[at].kind.as_str(), told[at].detail.as_str(), told[at].reason.as_str(), told[at].acting);
    assert_eq!(line(0), ("impersonation_ended", "720", "", true));
    assert_eq!(line(1), ("name_changed", "", "", true));
    assert_eq!(line(2), ("impersonation_began", "write", REASON, true));
    assert!(told.iter().all(|line| line.by == By::Administrator && line.ip.is_empty()), "{told:#?}");
    assert_eq!(told.len(), 3, "nobody signed in or out");
}

#[tokio::test]
async fn stopping_leads_back_and_their_own_session_moves_on_by_one() {
    let scene = Scene::set().await;
    let pair = scene.begin(false).await;
    scene.stop(&pair).await;
    assert_eq!(scene.admission(&pair), Admission::Stale, "at once");
    let back = scene.back(&pair).await;
    assert_eq!((back.cause, back.pair.viewer.generation), (EndCause::ActingOver, scene.root.viewer.generation + 1));
    // A request of before that arrives now, in either session, gets the very same: nobody looks like a thief.
    sessions::confirm(&scene.home.house, &back.pair.viewer).await.unwrap();
    scene.home.advance(19);
    assert_eq!(scene.back(&pair).await.pair.refresh, back.pair.refresh);
    assert_eq!(tokens(scene.home.renew(&scene.root).await).refresh, back.pair.refresh);
    scene.home.advance(600);
    let next = tokens(scene.home.renew(&back.pair).await);
    assert!(sessions::prove(&scene.home.house, &next.viewer).await.is_err(), "the proof was a while ago");
}

#[tokio::test]
async fn an_answer_on_the_way_back_that_is_lost_costs_nothing_however_late_it_is_asked_for_again() {
    let scene = Scene::set().await;
    let pair = scene.begin(false).await;
    scene.stop(&pair).await;
    let lost = scene.back(&pair).await;
    scene.home.advance(600);
    let again = scene.back(&pair).await;
    assert_eq!(again.pair.refresh, lost.pair.refresh, "the same generation");
    assert_eq!(tokens(scene.home.renew(&again.pair).await).viewer.session, scene.root.viewer.session);
}

#[tokio::test]
async fn a_copy_that_was_faster_on_the_way_back_is_found_out_when_the_other_comes() {
    // The thief shows the receipt, renews besides, or has renewed already in the owner's place.
    for thief in ["confirms", "renews", "renewed before"] {
        let scene = Scene::set().await;
        let pair = scene.begin(false).await;
        let mut copy = pair.clone();
        if thief == "renewed before" {
            scene.home.advance(600);
            copy = tokens(scene.home.renew(&pair).await);
            sessions::confirm(&scene.home.house, &copy.viewer).await.unwrap();
            scene.home.advance(30);
        }
        scene.stop(&copy).await;
        let stolen = scene.back(&copy).await.pair;
        sessions::confirm(&scene.home.house, &stolen.viewer).await.unwrap();
        if thief == "renews" {
            scene.home.renew(&stolen).await;
        }
        scene.home.advance(30);
        let late = scene.home.renew(&pair).await;
        assert!(matches!(late, Rotation::Reused), "{thief}: {late:?}");
        assert_eq!(scene.admission(&stolen), Admission::Stale, "{thief}");
        assert!(matches!(scene.home.renew(&stolen).await, Rotation::Ended(Some(EndCause::ReuseDetected))), "{thief}");
        let told: Vec<(Uuid,)> = scene.home.rows("select user_id from letters").await;
        assert_eq!(told, [(scene.root.viewer.id,)], "{thief}: a letter to the administrator");
        assert!(matches!(scene.home.renew(&pair).await, Rotation::Ended(Some(_))), "{thief}: once");
    }
}

#[tokio::test]
async fn a_copy_that_comes_back_while_the_own_session_stays_dies_with_its_tokens() {
    let mut scene = Scene::set().await;
    scene.root = tokens(scene.home.renew(&scene.root).await);
    let pair = scene.begin(false).await;
    scene.stop(&pair).await;
    let own = scene.back(&pair).await.pair;
    assert_eq!(own.viewer.generation, 2, "the first may still be on its way");
    for second in 0..4 {
        scene.home.advance(10);
        assert_eq!(
            scene.back(&pair).await.pair.refresh,
            own.refresh,
            "{second}: who can tell whether the answer was lost?"
        );
        sessions::confirm(&scene.home.house, &own.viewer).await.unwrap();
    }
    scene.home.advance(10);
    let next = tokens(scene.home.renew(&own).await);
    sessions::confirm(&scene.home.house, &next.viewer).await.unwrap();
    assert_eq!(scene.back(&pair).await.pair.refresh, next.refresh, "within the window");
    scene.home.advance(30);
    assert!(matches!(scene.home.renew(&pair).await, Rotation::Reused));
    assert!(matches!(scene.home.renew(&next).await, Rotation::Ended(Some(EndCause::ReuseDetected))));
}

#[tokio::test]
async fn where_their_own_session_is_forgotten_there_is_no_way_back() {
    let scene = Scene::set().await;
    let pair = scene.begin(false).await;
    scene.stop(&pair).await;
    scene.stop(&scene.root).await;
    assert_eq!(scene.home.change("delete from sessions where acting_id is null").await, 1);
    assert!(matches!(scene.home.renew(&pair).await, Rotation::Ended(Some(EndCause::ActingOver))));
}

#[tokio::test]
async fn signing_out_ends_both_and_says_so_of_both() {
    for way in ["signs out", "later, by the refresh token"] {
        let scene = Scene::set().await;
        let pair = scene.begin(false).await;
        scene.home.advance(60);
        if way == "signs out" {
            sessions::sign_out(&scene.home.house, &pair.viewer, &device()).await.unwrap();
        } else {
            sessions::sign_out_later(&scene.home.house, &pair.refresh, &device());
            scene.home.house.follow().await.unwrap();
        }
        assert_eq!((scene.admission(&pair), scene.admission(&scene.root)), (Admission::Stale, Admission::Stale));
        assert!(matches!(scene.home.renew(&pair).await, Rotation::Ended(Some(EndCause::ActingOver))), "{way}");
        assert!(matches!(scene.home.renew(&scene.root).await, Rotation::Ended(Some(EndCause::SignedOut))), "{way}");
        let told: Vec<(String, Uuid)> = scene
            .home
            .rows(
                "select kind, subject_id from events where kind in ('signed_out', 'impersonation_ended') order by kind",
            )
            .await;
        let wanted = [("impersonation_ended".to_owned(), scene.alice), ("signed_out".to_owned(), scene.root.viewer.id)];
        assert_eq!(told, wanted, "{way}");
    }
}

#[tokio::test]
async fn a_role_that_is_edited_ends_it_at_once_also_where_the_token_is_younger_than_the_edit() {
    let scene = Scene::set().await;
    let (home, house) = (&scene.home, &scene.home.house);
    home.change(
        "insert into roles (name, permissions, created_at, changed_at) values ('support', 'users:impersonate', 1, 1)",
    )
    .await;
    let operator = admin::Proven::operator();
    let helper = home.person("support").await;
    admin::set_role(house, &operator, helper, Role::from_word("support").unwrap()).await.unwrap();
    home.advance(2);
    let own = home.sign_in("support", Stay::Day).await;
    let pair = wish(home, &own, scene.alice, REASON, false).await.unwrap();
    home.advance(1);
    let mut ahead = pair.viewer.clone();
    ahead.issued_at = home.house.now().seconds() + 1;
    let ahead = identity::tokens::access::issue(house, &ahead).unwrap();
    assert!(matches!(sessions::admit(house, &ahead), Admission::Admitted(_)));
    let elsewhere = home.reopen(house.settings.clone(), support::master_key()).await.unwrap();
    let Role::Named(name) = Role::from_word("support").unwrap() else { panic!("not a name") };
    admin::edit_role(house, &operator, name, &["users:read".to_owned()]).await.unwrap();
    assert_eq!(sessions::admit(house, &ahead), Admission::Stale);
    elsewhere.follow().await.unwrap();
    assert_eq!(sessions::admit(&elsewhere, &ahead), Admission::Stale, "on another node");
    elsewhere.close().await;
    assert_eq!(scene.back(&pair).await.cause, EndCause::ActingOver);
    assert_eq!(scene.told().await[0].kind, "impersonation_ended");
}

#[tokio::test]
async fn its_tokens_are_of_a_kind_that_the_release_before_refuses() {
    let scene = Scene::set().await;
    let client = |pair: &TokenPair| {
        let claims = BASE64.decode(pair.access.split('.').nth(1).unwrap()).unwrap();
        serde_json::from_slice::<serde_json::Value>(&claims).unwrap()["client_id"].as_str().unwrap().to_owned()
    };
    let pair = scene.begin(false).await;
    assert_eq!((&*client(&scene.root), &scene.root.refresh[..4]), ("latchkey", "lk1."));
    assert_eq!((&*client(&pair), &pair.refresh[..4]), ("latchkey-acting", "lk2."));
    assert!(matches!(scene.home.renew(&scene.root).await, Rotation::Renewed(_)));
    let renamed = pair.refresh.replace("lk2.", "lk1.");
    let outcome = sessions::renew(&scene.home.house, &renamed, &device()).await.unwrap();
    assert!(matches!(outcome, Rotation::Ended(None)), "{outcome:?}");
    scene.home.advance(600);
    let next = tokens(scene.home.renew(&pair).await);
    assert_eq!((&*client(&next), &next.refresh[..4]), ("latchkey-acting", "lk2."));
}

#[tokio::test]
async fn who_came_with_an_access_token_alone_gets_no_way_back() {
    let scene = Scene::set().await;
    let proof = sessions::prove(&scene.home.house, &scene.root.viewer).await.unwrap();
    let admin = Admin::of(&scene.root.viewer, &device()).unwrap().proven(&proof).unwrap();
    let wish = Wish { of: scene.alice, reason: REASON, writes: false, returns: false };
    let pair = admin::impersonate(&scene.home.house, &admin, &scene.root.viewer, &wish).await.unwrap();
    scene.stop(&pair).await;
    assert!(matches!(scene.home.renew(&pair).await, Rotation::Ended(Some(EndCause::ActingOver))));
}

#[tokio::test]
async fn it_ends_at_once_with_what_it_rests_on() {
    let operator = admin::Proven::operator();
    for what in [
        "sign out",
        "end others",
        "disable",
        "demote",
        "end all",
        "target disabled",
        "target promoted",
        "target signs out elsewhere",
    ] {
        let scene = Scene::set().await;
        let house = &scene.home.house;
        scene.home.account("second", Role::Admin).await;
        let other = scene.home.sign_in("root", Stay::Day).await;
        let owner = scene.home.sign_in("alice", Stay::Day).await;
        scene.home.advance(2);
        let pair = scene.begin(false).await;
        let elsewhere = scene.home.reopen(house.settings.clone(), support::master_key()).await.unwrap();
        scene.home.advance(2);
        let root = scene.root.viewer.id;
        match what {
            "sign out" => scene.stop(&scene.root).await,
            "end others" => drop(sessions::end_others(house, &other.viewer, &device()).await.unwrap()),
            "disable" => admin::disable(house, &operator, root).await.unwrap(),
            "demote" => admin::set_role(house, &operator, root, Role::User).await.unwrap(),
            "end all" => drop(admin::end_sessions(house, &operator, root).await.unwrap()),
            "target disabled" => admin::disable(house, &operator, scene.alice).await.unwrap(),
            "target promoted" => admin::set_role(house, &operator, scene.alice, Role::Admin).await.unwrap(),
            _ => sessions::end_own(house, &owner.viewer, pair.viewer.session, &device()).await.unwrap(),
        }
        assert_eq!(scene.admission(&pair), Admission::Stale, "{what}");
        elsewhere.follow().await.unwrap();
        assert_eq!(sessions::admit(&elsewhere, &pair.access), Admission::Stale, "{what}, on another node");
        let mine = matches!(what, "demote" | "target disabled" | "target promoted" | "target signs out elsewhere");
        match scene.home.renew(&pair).await {
            Rotation::Back(back) => assert!(mine && back.pair.viewer.session == scene.root.viewer.session, "{what}"),
            Rotation::Ended(Some(_)) => assert!(!mine, "{what}"),
            other => panic!("{what}: {other:?}"),
        }
        let ended = scene.told().await.iter().filter(|line| line.kind == "impersonation_ended").count();
        assert_eq!(ended, 1, "{what}");
        elsewhere.close().await;
    }
}

#[tokio::test]
async fn losing_the_permission_ends_it_at_the_next_renewal_also_past_the_rules() {
    let scene = Scene::set().await;
    let pair = scene.begin(false).await;
    scene.home.change("update users set role = 'user' where email = 'root@example.org'").await;
    scene.home.advance(600);
    assert_eq!(scene.back(&pair).await.cause, EndCause::ActingOver);
}

#[tokio::test]
async fn a_copy_of_its_token_costs_the_administrators_own_session_and_not_the_owners() {
    let scene = Scene::set().await;
    let owner = scene.home.sign_in("alice", Stay::Day).await;
    let stolen = scene.begin(false).await;
    let mut pair = stolen.clone();
    for _ in 0..2 {
        scene.home.advance(600);
        pair = tokens(scene.home.renew(&pair).await);
        sessions::confirm(&scene.home.house, &pair.viewer).await.unwrap();
    }
    scene.home.advance(30);
    assert!(matches!(scene.home.renew(&stolen).await, Rotation::Reused));
    assert_eq!(scene.admission(&pair), Admission::Stale);
    assert!(matches!(scene.home.renew(&pair).await, Rotation::Ended(Some(_))), "and leads nowhere");
    assert!(matches!(scene.home.renew(&scene.root).await, Rotation::Ended(Some(EndCause::ReuseDetected))));
    tokens(scene.home.renew(&owner).await);
    let alarmed: (Uuid,) = scene.home.row("select subject_id from events where kind = 'reuse_detected'").await;
    assert_eq!(alarmed.0, scene.root.viewer.id);
}

#[tokio::test]
async fn a_browser_that_is_just_closed_is_written_down_too() {
    let scene = Scene::set().await;
    let pair = scene.begin(false).await;
    let seen = sessions::list(&scene.home.house, scene.alice).await.unwrap();
    assert!(seen.len() == 1 && seen[0].acting && seen[0].id == pair.viewer.session);
    scene.home.advance(HOUR + 1800);
    jobs::tidy(&scene.home.house).await.unwrap();
    let told = scene.told().await;
    assert_eq!((told[0].kind.as_str(), told[0].detail.as_str()), ("impersonation_ended", "3600"));
    assert_eq!(
        scene.back(&pair).await.cause,
        EndCause::Expired,
        "whoever left the browser open comes back to their own"
    );
}

/// The owner goes on reading that it was done in their place, and why.
#[tokio::test]
async fn an_administrator_who_is_deleted_does_not_take_along_what_they_did_in_anothers_place() {
    let scene = Scene::set().await;
    let home = &scene.home;
    let pair = scene.begin(true).await;
    accounts::change_name(&home.house, &pair.viewer, "Alice Liddell", &device(), false).await.unwrap();
    home.account("boss", Role::Admin).await;
    let now = home.house.now().0;
    home.change(&format!("update users set delete_at = {now} where email = 'root@example.org'")).await;
    leaving::erase_due(&home.house).await.unwrap();
    home.advance(15 * 60);
    leaving::erase_due(&home.house).await.unwrap();
    assert_eq!(home.rows::<(i64,)>("select 1 from users where email = 'root@example.org'").await, []);
    let told = scene.told().await;
    let of = |kind: &str| told.iter().find(|line| line.kind == kind).unwrap();
    let (renamed, began) = (of("name_changed"), of("impersonation_began"));
    assert_eq!((renamed.by, renamed.acting), (By::Deleted, true));
    assert_eq!((began.by, began.reason.as_str(), began.detail.as_str()), (By::Deleted, REASON, "write"));
}
