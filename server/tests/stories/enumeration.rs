//! Nobody learns from an answer whether an address is known: not by what it says, and not by how long it takes (ASVS 6.3.8).
//!
//! Measured, and not only argued. Requests for addresses of every standing take turns, so that whatever else the machine does slows
//! down all of them, and the quarter that was quickest is compared: others add to a time and never take from it. A machine may be busy in
//! an unlucky rhythm: what counts is the median of a few such comparisons, so that neither one bad one fails the test nor one lucky one
//! passes it.

use crate::support::*;
use identity::{admin, words::Role};
use std::time::{Duration, Instant};

/// How far the times may be apart.
const RATIO: f64 = 1.1;

/// How often is compared.
const COMPARISONS: usize = 5;

/// What a stranger registers with, and signs in with afterwards: right for the address that nobody has confirmed, wrong for others.
const STRANGERS: &str = "mine, quite long";

/// Addresses as long as those of nobody, by what there is behind them: a confirmed account first.
const STANDINGS: [(&str, &str); 3] = [("alice", "confirmed"), ("newly", "unconfirmed"), ("barry", "disabled")];

/// An installation with an account of every standing, and without limits.
async fn every_standing() -> TestApp {
    let app = TestApp::with(&[("LATCHKEY_LIMITS", "off")]).await;
    app.account("alice", Role::User).await;
    let barry = app.account("barry", Role::User).await;
    admin::disable(&app.house, &admin::Proven::operator(), barry).await.unwrap();
    let typed = [("name", "Newly"), ("email", "newly@example.org"), ("password", STRANGERS)];
    app.program().post("/api/register", &typed).await.is(200);
    app
}

/// What is asked, of an address: the function, its form, and how many times of each kind.
struct Question {
    function: &'static str,
    form: fn(&str) -> Vec<(&'static str, String)>,
    samples: usize,
}

const QUESTIONS: [Question; 4] = [
    Question {
        function: "/api/login",
        form: |email| vec![("email", email.into()), ("password", STRANGERS.into())],
        samples: 20,
    },
    Question {
        function: "/api/register",
        form: |email| vec![("name", "Somebody".into()), ("email", email.into()), ("password", STRANGERS.into())],
        samples: 20,
    },
    Question { function: "/api/request_reset", form: |email| vec![("email", email.into())], samples: 100 },
    Question { function: "/api/resend_verification", form: |email| vec![("email", email.into())], samples: 100 },
];

/// What can be seen of an answer: status, place, body, headers and cookies by name, lengths of cookies.
fn shape(answer: &Answer) -> (u16, String, String, Vec<String>, Vec<(String, usize)>) {
    let mut names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
    names.sort();
    let cookie = |set: &str| (set.split('=').next().unwrap_or_default().to_owned(), set.len());
    let cookies = answer.set_cookies().into_iter().map(cookie).collect();
    (answer.status.as_u16(), answer.location().to_owned(), answer.body.clone(), names, cookies)
}

async fn ask(mut browser: Browser, question: &Question, email: &str) -> (Answer, Duration) {
    let form = (question.form)(email);
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let began = Instant::now();
    let answer = browser.post(question.function, &form).await;
    (answer, began.elapsed())
}

/// The value that this part of all is below.
fn quantile<T: PartialOrd + Copy>(mut values: Vec<T>, part: f64) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).expect("comparable"));
    values[(values.len() as f64 * part) as usize]
}

/// How many times longer each of [`STANDINGS`] takes than an address without an account.
async fn ratios(app: &TestApp, question: &Question, salt: usize) -> [f64; STANDINGS.len()] {
    const KINDS: usize = STANDINGS.len() + 1;
    let mut times: [Vec<Duration>; KINDS] = Default::default();
    for n in 0..question.samples {
        // As long as the others.
        let nobody = format!("n{salt}{n:03}");
        for turn in 0..KINDS {
            let kind = (turn + n) % KINDS;
            let name = STANDINGS.get(kind).map_or(nobody.as_str(), |(name, _)| name);
            times[kind].push(ask(app.program(), question, &email(name)).await.1);
        }
    }
    let [known @ .., unknown] = times.map(|times| quantile(times, 0.25).as_secs_f64());
    known.map(|known: f64| known / unknown)
}

#[tokio::test]
async fn known_and_unknown_addresses_cannot_be_told_apart_by_the_answer() {
    let app = every_standing().await;
    for question in &QUESTIONS {
        for kind in [Kind::Pages, Kind::Json] {
            let (unknown, _) = ask(app.browser().asking(kind), question, "nobod@example.org").await;
            for (name, standing) in STANDINGS {
                let (known, _) = ask(app.browser().asking(kind), question, &email(name)).await;
                assert_eq!(shape(&known), shape(&unknown), "{}: {standing}", question.function);
            }
        }
    }
}

/// Who registers an address and then signs in with the password just chosen must not learn whether there was an account before.
#[tokio::test]
async fn nor_by_signing_in_right_after_registering() {
    let app = TestApp::with(&[("LATCHKEY_LIMITS", "off")]).await;
    app.account("alice", Role::User).await;
    for kind in [Kind::Pages, Kind::Json] {
        let mut answers = Vec::new();
        for email in ["alice@example.org", "nobod@example.org"] {
            let mut stranger = app.browser().asking(kind);
            let keys = [("email", email), ("password", STRANGERS)];
            let registered = stranger.post("/api/register", &[("name", "Somebody"), keys[0], keys[1]]).await;
            answers.push([shape(&registered), shape(&stranger.post("/api/login", &keys).await)]);
        }
        assert_eq!(answers[0], answers[1]);
    }
}

#[tokio::test]
async fn nor_by_the_time_it_takes() {
    let app = every_standing().await;
    for question in &QUESTIONS {
        let mut compared = Vec::new();
        let told = loop {
            for _ in 0..COMPARISONS {
                compared.push(ratios(&app, question, compared.len()).await);
            }
            // On a machine that does other things too, it takes more of them until the median has settled. All of them count.
            match tells(&compared) {
                None => break None,
                told if compared.len() >= 3 * COMPARISONS => break told,
                Some(_) => {}
            }
        };
        println!("{}: {compared:.3?}", question.function);
        assert!(told.is_none(), "{} tells {} addresses by its time", question.function, told.unwrap_or_default());
    }
}

/// The standing that can be told from an unknown address, if one can.
fn tells(compared: &[[f64; STANDINGS.len()]]) -> Option<&'static str> {
    STANDINGS.into_iter().enumerate().map(|(at, (_, standing))| (at, standing)).find_map(|(at, standing)| {
        let ratio = quantile(compared.iter().map(|ratios| ratios[at]).collect(), 0.5);
        (ratio.max(1.0 / ratio) >= RATIO).then_some(standing)
    })
}
