//! Settings that are changed at run time: by whom, what they do, and that every node learns of it.

mod support;

use identity::{
    Latchkey, Refusal, Settings, accounts,
    admin::{self, Admin, ChangeView, Proven},
    audit,
    policy::{Knob, Origin, Shown, SignUp},
    sessions,
    words::{Fault, Field, FieldError, Role, Secret, Stay},
};
use std::sync::Arc;
use support::{PASSWORD, TestHouse, device, master_key, settings};

/// Settings as the server hands them over; what is named here was given in the environment.
fn given(names: &[&'static str]) -> Settings {
    let shown = |knob: &Knob| {
        let fixed = names.contains(&knob.as_str());
        Shown {
            name: knob.as_str(),
            value: fixed.then(|| settings().policy.text(*knob)),
            origin: if fixed { Origin::Environment } else { Origin::Default },
            secret: false,
            help: "",
            default: "",
        }
    };
    Settings { shown: Knob::ALL.iter().map(shown).collect(), ..settings() }
}

async fn set(house: &Latchkey, knob: Knob, text: &str) -> Result<(), Refusal> {
    admin::set_setting(house, &Proven::operator(), knob, text).await
}

fn fault(refused: Result<(), Refusal>) -> FieldError {
    match refused {
        Err(Refusal::Invalid(faults)) => faults[0],
        other => panic!("{other:?}"),
    }
}

async fn register(house: &Latchkey, email: &str) -> Result<(), Refusal> {
    accounts::register(house, "Somebody", email, &Secret::new(PASSWORD), &device()).await
}

#[tokio::test]
async fn a_change_is_seen_by_another_node_when_it_looks_and_by_one_that_starts() {
    let home = TestHouse::start().await;
    let other = home.reopen(settings(), master_key()).await.unwrap();
    let before: Arc<_> = other.policy();
    set(&home.house, Knob::MinPassword, " 20 ").await.unwrap();
    assert_eq!(home.house.policy().min_password, 20);
    assert_eq!(other.policy(), before);
    other.follow().await.unwrap();
    assert_eq!(other.policy().min_password, 20);
    assert_eq!(home.reopen(settings(), master_key()).await.unwrap().policy().min_password, 20);

    admin::reset_setting(&other, &Proven::operator(), Knob::MinPassword).await.unwrap();
    home.house.follow().await.unwrap();
    assert_eq!(home.house.policy(), before);
}

#[tokio::test]
async fn every_change_is_an_event_and_no_change_is_none() {
    let home = TestHouse::with(given(&[])).await;
    let operator = Proven::operator();
    for value in ["closed", "closed", "invite"] {
        set(&home.house, Knob::SignUp, value).await.unwrap();
        home.advance(60);
    }
    for _ in 0..2 {
        admin::reset_setting(&home.house, &operator, Knob::SignUp).await.unwrap();
    }
    let rows: Vec<(String, String)> =
        home.rows("select detail, note from events where kind = 'setting_changed' order by id").await;
    let notes: Vec<&str> = rows.iter().map(|(_, note)| note.as_str()).collect();
    assert_eq!(notes, ["open -> closed", "closed -> invite", "invite -> open"]);
    assert!(rows.iter().all(|(detail, _)| detail == "sign_up"));

    set(&home.house, Knob::MinPassword, "15").await.unwrap();
    let views = admin::settings(&home.house, &Admin::operator()).await.unwrap();
    let view = |name: &str| views.iter().find(|view| view.name == name).unwrap();
    assert_eq!((view("min_password").origin, view("min_password").value.as_deref()), (Origin::RunTime, Some("15")));
    assert_eq!((view("sign_up").origin, view("sign_up").value.as_deref()), (Origin::Default, Some("open")));
    let changed = view("sign_up").changed.clone();
    assert_eq!(changed, Some(ChangeView { at: home.house.now().0, by: None, address: None }));
    assert_eq!(view("stays").changed, None);
}

#[tokio::test]
async fn what_the_operator_has_given_cannot_be_changed_whatever_the_table_says() {
    let home = TestHouse::with(given(&["sign_up"])).await;
    assert_eq!(fault(set(&home.house, Knob::SignUp, "closed").await), FieldError::new(Field::Value, Fault::Fixed));
    let refused = admin::reset_setting(&home.house, &Proven::operator(), Knob::SignUp).await;
    assert_eq!(fault(refused), FieldError::new(Field::Value, Fault::Fixed));
    home.change("insert into settings (name, value, changed_at) values ('sign_up', 'closed', 1)").await;
    home.house.follow().await.unwrap();
    assert_eq!(home.house.policy().sign_up, SignUp::Open);
    let views = admin::settings(&home.house, &Admin::operator()).await.unwrap();
    assert!(views.iter().all(|view| view.open == (view.name != "sign_up")));
    assert_eq!(views[0].origin, Origin::Environment);
}

#[tokio::test]
async fn bad_values_are_refused_and_one_that_got_in_counts_as_none() {
    let home = TestHouse::start().await;
    for (knob, text, wrong) in [
        (Knob::MinPassword, "7", Fault::NotAllowed),
        (Knob::Stays, "", Fault::Missing),
        (Knob::SignUp, "domains", Fault::Missing),
        (Knob::SignUpDomains, "not a domain", Fault::Malformed),
    ] {
        assert_eq!(fault(set(&home.house, knob, text).await), FieldError::new(Field::Value, wrong), "{knob} {text:?}");
    }
    set(&home.house, Knob::SignUpDomains, "example.org").await.unwrap();
    set(&home.house, Knob::SignUp, "domains").await.unwrap();
    let refused = admin::reset_setting(&home.house, &Proven::operator(), Knob::SignUpDomains).await;
    assert_eq!(fault(refused), FieldError::new(Field::Value, Fault::Missing), "it would admit nobody");
    let rows: Vec<(i64,)> = home.rows("select count(*) from events where kind = 'setting_changed'").await;
    assert_eq!(rows, [(2,)]);

    home.change("update settings set value = 'tomorrow' where name = 'sign_up'").await;
    home.change("insert into settings (name, value, changed_at) values ('of_the_future', '1', 1)").await;
    home.house.follow().await.unwrap();
    assert_eq!(home.house.policy().sign_up, SignUp::Open);
}

#[tokio::test]
async fn only_who_may_sees_and_changes_them() {
    let home = TestHouse::start().await;
    home.person("paul").await;
    home.change("insert into roles (name, permissions, created_at, changed_at) values ('reader', 'settings:read', 1, 1), ('other', 'users:read users:write', 1, 1)").await;
    for (role, may) in [("reader", true), ("other", false)] {
        home.change(&format!("update users set role_name = '{role}'")).await;
        let pair = home.sign_in("paul", Stay::Day).await;
        let admin = || Admin::of(&pair.viewer, &device()).unwrap();
        assert_eq!(admin::settings(&home.house, &admin()).await.is_ok(), may, "{role}");
        let proven = admin().proven(&sessions::prove(&home.house, &pair.viewer).await.unwrap()).unwrap();
        let refused = admin::set_setting(&home.house, &proven, Knob::MinPassword, "20").await;
        assert!(matches!(refused, Err(Refusal::Forbidden)), "{role}");
        let refused = admin::reset_setting(&home.house, &proven, Knob::MinPassword).await;
        assert!(matches!(refused, Err(Refusal::Forbidden)), "{role}");
    }
}

#[tokio::test]
async fn rules_ask_what_holds_now() {
    let home = TestHouse::start().await;
    home.person("paul").await;
    set(&home.house, Knob::Stays, "visit").await.unwrap();
    let email = "paul@example.org";
    let sign_in = |password: &str, stay| {
        let (house, password) = (home.house.clone(), Secret::new(password));
        async move { accounts::sign_in(&house, email, &password, stay, &device()).await }
    };
    assert!(matches!(sign_in(PASSWORD, Stay::Month).await, Err(Refusal::Invalid(_))));
    assert!(sign_in(PASSWORD, Stay::Visit).await.is_ok());

    let mut free = Vec::new();
    for attempts in ["3", "7"] {
        set(&home.house, Knob::SignInAttempts, attempts).await.unwrap();
        home.advance(7200);
        let mut tried = 0;
        while !matches!(sign_in("wrong", Stay::Visit).await, Err(Refusal::TooMany { .. })) {
            tried += 1;
        }
        free.push(tried);
    }
    assert_eq!(free, [3, 7]);

    set(&home.house, Knob::MinPassword, "40").await.unwrap();
    let refused =
        accounts::create_verified(&home.house, "Q", "q@example.org", &Secret::new(PASSWORD), Role::User).await;
    assert_eq!(fault(refused.map(drop)).fault, Fault::TooShort);
}

#[tokio::test]
async fn closed_and_by_invitation_nobody_registers_and_administrators_still_make_accounts() {
    let home = TestHouse::start().await;
    home.person("known").await;
    register(&home.house, "waiting@example.org").await.unwrap();
    let letters = || home.row::<(i64,)>("select count(*) from letters");
    for mode in ["closed", "invite"] {
        set(&home.house, Knob::SignUp, mode).await.unwrap();
        let before = letters().await;
        for address in ["known@example.org", "waiting@example.org", "new@example.org", "no address"] {
            let refused = register(&home.house, address).await;
            assert!(matches!(refused, Err(Refusal::SignUpClosed)), "{mode} {address}: {refused:?}");
        }
        assert_eq!(letters().await, before, "{mode}");
        // Who registered before may still ask for the letter, and nobody learns who that is.
        for address in ["known@example.org", "waiting@example.org", "new@example.org"] {
            accounts::resend_verification(&home.house, address, &device()).await.unwrap();
        }
        assert_eq!(letters().await.0, before.0 + 3, "{mode}");
        home.account(&format!("made-{mode}"), Role::Admin).await;
        home.advance(3600);
    }
}

#[tokio::test]
async fn with_a_list_of_domains_the_domain_alone_decides() {
    let home = TestHouse::start().await;
    home.person_at("known", "known@else.example").await;
    home.person("known").await;
    set(&home.house, Knob::SignUpDomains, "example.org").await.unwrap();
    set(&home.house, Knob::SignUp, "domains").await.unwrap();
    for address in ["known@example.org", "new@example.org"] {
        register(&home.house, address).await.unwrap();
    }
    for address in ["known@else.example", "new@else.example"] {
        let refused = fault(register(&home.house, address).await);
        assert_eq!(refused, FieldError::new(Field::Email, Fault::Domain), "{address}");
    }
    home.person_at("made", "made@else.example").await;
}

#[tokio::test]
async fn the_first_administrator_is_made_whatever_registration_says() {
    let home = TestHouse::start().await;
    set(&home.house, Knob::SignUp, "closed").await.unwrap();
    let link = accounts::setup_link(&home.house).await.unwrap().unwrap();
    let token = Secret::new(link.split("token=").nth(1).unwrap());
    accounts::setup(&home.house, &token, "First", "first@example.org", &Secret::new(PASSWORD)).await.unwrap();
}

/// What a registration could become an account by.
#[derive(Clone, Copy, Debug)]
enum Door {
    Verify,
    Reset,
}

async fn opens(home: &TestHouse, door: Door, token: &Secret) -> Result<(), Refusal> {
    match door {
        Door::Verify => accounts::verify_email(&home.house, token, &device()).await,
        Door::Reset => {
            let password = Secret::new("a quite different long password");
            accounts::reset_password(&home.house, token, &password, &device()).await.map(drop)
        }
    }
}

#[tokio::test]
async fn who_registered_before_is_confirmed_only_while_somebody_could_register_so() {
    for door in [Door::Verify, Door::Reset] {
        let home = TestHouse::start().await;
        register(&home.house, "waiting@example.org").await.unwrap();
        let mut letter = home.letter().await;
        if matches!(door, Door::Reset) {
            accounts::request_reset(&home.house, "waiting@example.org", &device()).await.unwrap();
            letter = home.letter().await;
        }
        let token = letter.token();
        for mode in ["closed", "invite"] {
            set(&home.house, Knob::SignUp, mode).await.unwrap();
            let refused = opens(&home, door, &token).await;
            assert!(matches!(refused, Err(Refusal::SignUpClosed)), "{door:?} {mode}: {refused:?}");
            let bad = fault(opens(&home, door, &Secret::new("nothing")).await);
            assert_eq!(bad, FieldError::new(Field::Token, Fault::Spent), "who brings nothing learns nothing");
        }
        set(&home.house, Knob::SignUpDomains, "else.example").await.unwrap();
        set(&home.house, Knob::SignUp, "domains").await.unwrap();
        assert_eq!(fault(opens(&home, door, &token).await), FieldError::new(Field::Token, Fault::Domain), "{door:?}");
        let confirmed = || home.row::<(i64,)>("select count(*) from users where verified_at is not null");
        assert_eq!(confirmed().await, (0,), "{door:?}");
        set(&home.house, Knob::SignUpDomains, "example.org").await.unwrap();
        opens(&home, door, &token).await.unwrap_or_else(|refusal| panic!("the letter stayed good: {refusal:?}"));
        assert_eq!(confirmed().await, (1,), "{door:?}");
    }
}

#[tokio::test]
async fn who_is_invited_or_was_vouched_for_comes_in_although_registration_is_closed() {
    let home = TestHouse::start().await;
    let operator = Proven::operator();
    admin::invite(&home.house, &operator, "Alice", "alice@example.org", Role::User).await.unwrap();
    let invitation = home.letter().await.token();
    admin::invite(&home.house, &operator, "Bob", "bob@example.org", Role::User).await.unwrap();
    home.letters().await;
    register(&home.house, "carol@example.org").await.unwrap();
    home.letters().await;
    set(&home.house, Knob::SignUp, "closed").await.unwrap();
    let password = Secret::new("a quite different long password");
    accounts::accept_invitation(&home.house, &invitation, &password, &device()).await.unwrap();
    accounts::request_reset(&home.house, "bob@example.org", &device()).await.unwrap();
    let reset = home.letter().await.token();
    opens(&home, Door::Reset, &reset).await.expect("an invited person who lost the letter");
    let (carol,): (uuid::Uuid,) = home.row("select id from users where email = 'carol@example.org'").await;
    admin::verify(&home.house, &operator, carol).await.unwrap();
    assert_eq!(home.row::<(i64,)>("select count(*) from users where verified_at is not null").await, (3,));
    // And who has an account long since.
    accounts::request_reset(&home.house, "carol@example.org", &device()).await.unwrap();
    let letters = home.letters().await;
    let reset = letters.iter().find(|letter| letter.subject.contains("password")).unwrap().token();
    opens(&home, Door::Reset, &reset).await.unwrap();
}

#[tokio::test]
async fn how_long_events_are_kept_is_decided_at_run_time_and_never_too_short() {
    let home = TestHouse::start().await;
    home.person("paul").await;
    home.sign_in("paul", Stay::Day).await;
    let house = &home.house;
    while audit::seal(house).await.unwrap() > 0 {}
    home.advance(40 * 86_400);
    assert_eq!(audit::remove_old(house).await.unwrap().events, 0, "400 days");
    for (knob, less) in [(Knob::RetentionSignIns, "29d"), (Knob::RetentionAdministration, "364d")] {
        let refused = fault(set(house, knob, less).await);
        assert_eq!(refused, FieldError::new(Field::Value, Fault::NotAllowed), "{knob}");
    }
    // Nor by whoever writes into the table.
    home.change("insert into settings (name, value, changed_at) values ('retention_sign_ins', '1d', 1)").await;
    house.follow().await.unwrap();
    assert_eq!(audit::remove_old(house).await.unwrap().events, 0);
    set(house, Knob::RetentionSignIns, "30d").await.unwrap();
    assert!(audit::remove_old(house).await.unwrap().events > 0);
}
