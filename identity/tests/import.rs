//! Accounts from a CSV file: what is taken, what is not and in which line, and what is made of it.

mod support;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use identity::{
    Refusal, accounts,
    admin::{self, Admin, How, Imported, Problem, Proven, Stopped, Trouble},
    events::Kind,
    sessions,
    words::{Role, Secret, Stay},
};
use std::fmt::Write;
use support::{PASSWORD, TestHouse, device};

const MAKE: How = How::Make { letters: true };

/// The hash of a password without a pepper, as another service keeps it.
fn elsewhere(password: &str) -> String {
    let params = Params::new(19_456, 2, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_with_salt(password.as_bytes(), b"sixteen bytes ..").unwrap().to_string()
}

async fn import(home: &TestHouse, file: &str, how: How) -> Imported {
    admin::import(&home.house, &Proven::operator(), file.as_bytes(), how).await.unwrap()
}

fn at(line: u64, trouble: Trouble) -> Problem {
    Problem { line, trouble }
}

async fn count(home: &TestHouse, sql: &str) -> i64 {
    home.row::<(i64,)>(sql).await.0
}

#[tokio::test]
async fn every_line_that_is_wrong_is_named_with_its_number_and_its_reason() {
    let home = TestHouse::start().await;
    home.person("known").await;
    let hash = elsewhere("imported password");
    let file = format!(
        "\u{feff}email,name,role,verified,password_hash\n\
         a@example.org,A,,,\n\
         nonsense,B,,,\n\
         c@example.org,,,,\n\
         d@example.org,D,no-such-role,,\n\
         e@example.org,E,,perhaps,\n\
         \n\
         f@example.org,F,,yes,$2b$12$abcdefghijklmnopqrstuv\n\
         g@example.org,G,,no,\"{hash}\"\n\
         A@example.org,A again,,,\n\
         known@example.org,Known,,,\n\
         h@example.org,\"H\nwith a line end\",,,\n\
         i@example.org,I\n\
         j@example.org,J,user,,\n"
    );
    let expected = [
        at(3, Trouble::Address),
        at(4, Trouble::Name),
        at(5, Trouble::Role),
        at(6, Trouble::Verified),
        at(8, Trouble::Hash),
        at(9, Trouble::Unconfirmed),
        at(10, Trouble::Twice),
        at(12, Trouble::Name),
        at(14, Trouble::Malformed),
        at(11, Trouble::Known),
    ];
    // As a file has its lines, and as a browser sends them.
    for file in [&file, &file.replace('\n', "\r\n")] {
        let done = import(&home, file, How::DryRun).await;
        assert_eq!(done.problems, expected);
        assert_eq!((done.wrong, done.invited, done.ready), (10, 2, 0));
    }
    let made = import(&home, &file, MAKE).await;
    assert_eq!((made.wrong, made.invited, made.left), (10, 0, 2), "all of a chunk or nothing");
    assert_eq!(count(&home, "select count(*) from users").await, 1);
    assert_eq!(count(&home, "select count(*) from events where kind = 'accounts_imported'").await, 0);
}

#[tokio::test]
async fn the_first_line_has_to_name_the_columns() {
    let home = TestHouse::start().await;
    for file in ["", "a@example.org,A\n", "email\nx@example.org\n", "email,name,shoe_size\n", "email,name,email\n"] {
        let done = import(&home, file, MAKE).await;
        assert_eq!(done.problems, [at(1, Trouble::Header)], "{file:?}");
    }
    let done = import(&home, "NAME;EMAIL\n", MAKE).await;
    assert_eq!(done.wrong, 1, "no semicolons");
    let done = import(&home, " Name , EMAIL \r\nA, a@example.org \r\n", How::DryRun).await;
    assert_eq!(
        (done.wrong, done.invited),
        (0, 1),
        "in any order and case, with spaces, and with the line ends of RFC 4180"
    );
}

#[tokio::test]
async fn who_comes_without_a_password_is_invited_and_who_has_one_signs_in_with_it() {
    let home = TestHouse::start().await;
    let hash = elsewhere("imported password");
    let file =
        format!("email,name,verified,password_hash,role\na@example.org,A,,,\nb@example.org,B,yes,\"{hash}\",admin\n");
    let planned = import(&home, &file, How::DryRun).await;
    assert_eq!((planned.invited, planned.ready, count(&home, "select count(*) from users").await), (1, 1, 0));
    let made = import(&home, &file, MAKE).await;
    assert_eq!(made, planned, "what was said is what was done");
    let letter = home.letter().await;
    assert_eq!(letter.to, "a@example.org");
    let mine = Secret::new("a quite different long password");
    accounts::accept_invitation(&home.house, &letter.token(), &mine, &device()).await.unwrap();
    for _ in 0..2 {
        let pair =
            accounts::sign_in(&home.house, "b@example.org", &Secret::new("imported password"), Stay::Day, &device())
                .await;
        assert_eq!(pair.unwrap().viewer.role, Role::Admin);
    }
    let (stored,): (String,) = home.row("select password_hash from users where email = 'b@example.org'").await;
    assert!(stored != hash && stored.contains("keyid="), "it has our pepper by now: {stored}");
    let wrong = accounts::sign_in(&home.house, "b@example.org", &Secret::new(PASSWORD), Stay::Day, &device()).await;
    assert!(matches!(wrong, Err(Refusal::Credentials)), "{wrong:?}");
    assert_eq!(count(&home, "select count(*) from events where kind = 'accounts_imported'").await, 1);
    let again = import(&home, &file, MAKE).await;
    assert_eq!((again.problems, again.ready + again.invited), (vec![at(2, Trouble::Known), at(3, Trouble::Known)], 0));
}

#[tokio::test]
async fn a_chunk_is_made_whole_or_not_at_all_and_letters_are_a_choice() {
    let home = TestHouse::start().await;
    let mut file = "email,name\n".to_owned();
    for n in 0..450 {
        let at = if n == 300 { "nonsense".to_owned() } else { format!("p{n}@example.org") };
        writeln!(file, "{at},P{n}").unwrap();
    }
    let done = import(&home, &file, How::Make { letters: false }).await;
    assert_eq!(done.problems, [at(302, Trouble::Address)]);
    let made = count(&home, "select count(*) from users").await;
    assert_eq!((made, done.invited as i64, done.left), (249, 249, 200));
    assert_eq!(count(&home, "select count(*) from letters").await, 0);
    let events: Vec<(String,)> =
        home.rows("select detail from events where kind = 'accounts_imported' order by id").await;
    assert_eq!(events, [("200".into(),), ("49".into(),)]);
    assert_eq!(count(&home, &format!("select count(*) from events where kind = '{}'", Kind::Invited)).await, 249);
}

#[tokio::test]
async fn a_hash_that_would_be_weak_or_a_burden_is_not_taken() {
    let home = TestHouse::start().await;
    let good = elsewhere("imported password");
    let tail = good.split_once(",p=1$").unwrap().1;
    for cost in ["m=8,t=1,p=1", "m=19456,t=1,p=1", "m=4194304,t=3,p=1", "m=19456,t=90,p=1"] {
        let file = format!("email,name,verified,password_hash\na@example.org,A,yes,\"$argon2id$v=19${cost}${tail}\"\n");
        assert_eq!(import(&home, &file, MAKE).await.problems, [at(2, Trouble::Hash)], "{cost}");
    }
    for hash in [good.replace("argon2id", "argon2i"), good.replace("v=19", "v=16"), "password".into()] {
        let file = format!("email,name,verified,password_hash\na@example.org,A,yes,\"{hash}\"\n");
        assert_eq!(import(&home, &file, MAKE).await.problems, [at(2, Trouble::Hash)], "{hash}");
    }
}

#[tokio::test]
async fn a_file_with_bytes_that_are_no_text_is_refused_by_the_line() {
    let home = TestHouse::start().await;
    let file = b"email,name\na@example.org,A\nb@example.org,\xff\nc@example.org,C\n".as_slice();
    let done = admin::import(&home.house, &Proven::operator(), file, How::DryRun).await.unwrap();
    assert_eq!((done.problems, done.invited), (vec![at(3, Trouble::Malformed)], 2));
}

/// Lines for so many people, from the first number on.
fn people(from: usize, count: usize) -> String {
    let mut file = "email,name\n".to_owned();
    for n in from..from + count {
        writeln!(file, "p{n}@example.org,P{n}").unwrap();
    }
    file
}

#[tokio::test]
async fn invitations_of_imports_leave_a_thousand_in_an_hour_however_many_files_they_come_from() {
    let home = TestHouse::start().await;
    let start = home.house.now().0;
    let planned = import(&home, &people(0, 250), How::DryRun).await;
    assert_eq!(planned.last_letter, Some(start + 249 * 3600), "the dry run says when the last one leaves");
    let made = import(&home, &people(0, 250), MAKE).await;
    assert_eq!((made.invited, made.last_letter), (250, planned.last_letter));
    assert_eq!(import(&home, &people(0, 0), How::DryRun).await.last_letter, None);
    let more = import(&home, &people(250, 50), How::DryRun).await;
    assert_eq!(more.last_letter, Some(start + 299 * 3600), "after those that wait");
    assert_eq!(import(&home, &people(250, 50), MAKE).await.last_letter, more.last_letter);
    let dues: Vec<(i64,)> = home.rows("select due_at from letters order by due_at").await;
    let paced: Vec<(i64,)> = (0..300).map(|n| (start + n * 3600,)).collect();
    assert_eq!(dues, paced);

    assert_eq!(home.letters().await.len(), 1, "the others wait");
    // A letter of another kind waits for none of them.
    accounts::register(&home.house, "Q", "q@example.org", &Secret::new(PASSWORD), &device()).await.unwrap();
    assert_eq!(home.letter().await.to, "q@example.org");
    home.advance(360);
    assert_eq!(home.letters().await.len(), 100);
    home.advance(720);
    let last = home.letters().await;
    assert_eq!(last.len(), 199);
    let last = last.iter().find(|letter| letter.to == "p299@example.org").unwrap();
    home.advance(7 * 86_400 - 60);
    let mine = Secret::new("a quite different long password");
    accounts::accept_invitation(&home.house, &last.token(), &mine, &device())
        .await
        .expect("seven days from its own hour");

    // The row moves on by itself: nobody waits for an hour in which nothing was sent.
    let later = import(&home, &people(300, 1), MAKE).await;
    assert_eq!(later.last_letter, Some(home.house.now().0));
}

/// An administrator in a browser.
async fn sits(home: &TestHouse) -> Proven {
    home.account("root", Role::Admin).await;
    let pair = home.sign_in("root", Stay::Day).await;
    let proof = sessions::prove(&home.house, &pair.viewer).await.unwrap();
    Admin::of(&pair.viewer, &device()).unwrap().proven(&proof).unwrap()
}

/// Has so many milliseconds of letters wait.
async fn wait(home: &TestHouse, long: i64) {
    import(home, &people(9000, 1), MAKE).await;
    let until = home.house.now().0 + long;
    let moved = home.change(&format!("update throttles set blocked_until = {until} where blocked_until > 0")).await;
    assert_eq!(moved, 1, "the row of imports");
}

#[tokio::test]
async fn a_file_for_which_there_is_no_room_stops_and_says_where_and_until_when() {
    let home = TestHouse::start().await;
    let root = sits(&home).await;
    // There is room for two chunks and a half.
    wait(&home, 86_400_000 - 300 * 3600).await;
    let file = people(0, 700);
    let made = admin::import(&home.house, &root, file.as_bytes(), MAKE).await.unwrap();
    let until = home.house.now().0 + 100 * 3600;
    assert_eq!((made.invited, made.wrong, made.left), (400, 0, 0));
    assert_eq!(made.stopped, Some(Stopped { line: 402, until }));
    assert_eq!(count(&home, "select count(*) from users where name like 'P%'").await, 401, "what came before is made");
    let rest = people(400, 300);
    let refused = admin::import(&home.house, &root, rest.as_bytes(), MAKE).await;
    let wait = std::time::Duration::from_secs(360);
    assert!(matches!(&refused, Err(Refusal::TooMany { retry_after }) if *retry_after == wait), "{refused:?}");
    let all = import(&home, &rest, MAKE).await;
    assert_eq!((all.invited, all.stopped), (300, None), "whoever has the machine has the mail server");
}

#[tokio::test]
async fn while_a_day_of_letters_waits_no_more_are_taken_and_it_is_said_when() {
    let home = TestHouse::start().await;
    let root = sits(&home).await;
    wait(&home, 86_400_000 + 90_000).await;
    let file = people(2, 1);
    let refused = admin::import(&home.house, &root, file.as_bytes(), MAKE).await;
    let wait = std::time::Duration::from_secs(90);
    assert!(matches!(&refused, Err(Refusal::TooMany { retry_after }) if *retry_after == wait), "{refused:?}");
    assert_eq!(count(&home, "select count(*) from users").await, 2, "and nothing is made");
    let quiet = admin::import(&home.house, &root, file.as_bytes(), How::Make { letters: false }).await.unwrap();
    assert_eq!((quiet.invited, quiet.last_letter), (1, None), "without letters it is");
    home.advance(90);
    assert_eq!(admin::import(&home.house, &root, people(3, 1).as_bytes(), MAKE).await.unwrap().invited, 1);
}

#[tokio::test]
async fn what_is_not_made_takes_no_place_in_the_row() {
    let home = TestHouse::start().await;
    let file = format!("{}nonsense,N\n", people(0, 10));
    import(&home, &file, MAKE).await;
    let made = import(&home, &people(0, 1), MAKE).await;
    assert_eq!(made.last_letter, Some(home.house.now().0));
}
