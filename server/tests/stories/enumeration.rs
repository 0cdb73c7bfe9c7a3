//! Nobody learns from an answer whether an address is known: not by what it says, and not by how long it takes (ASVS 6.3.8).
//!
//! Measured, and not only argued. Requests for a known and for unknown addresses take turns, so that whatever else the machine does
//! slows down both, and the medians are compared. A machine may be busy in an unlucky rhythm; hence a few tries.

use crate::support::*;
use identity::words::Role;
use std::time::{Duration, Instant};

/// How far the medians may be apart.
const RATIO: f64 = 1.1;

/// How often a comparison may come out badly by accident.
const TRIES: usize = 6;

/// What is asked, of an address: the function, its form, and how many times of each kind.
struct Question {
    function: &'static str,
    form: fn(&str) -> Vec<(&'static str, String)>,
    samples: usize,
}

const QUESTIONS: [Question; 4] = [
    Question {
        function: "/api/login",
        form: |email| vec![("email", email.into()), ("password", "wrong, wrong, wrong".into())],
        samples: 25,
    },
    Question {
        function: "/api/register",
        form: |email| {
            vec![("name", "Somebody".into()), ("email", email.into()), ("password", "mine, quite long".into())]
        },
        samples: 25,
    },
    Question { function: "/api/request_reset", form: |email| vec![("email", email.into())], samples: 150 },
    Question { function: "/api/resend_verification", form: |email| vec![("email", email.into())], samples: 150 },
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

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// How many times longer one kind of address takes than the other.
async fn ratio(app: &TestApp, question: &Question, salt: usize) -> f64 {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for n in 0..question.samples {
        // As long as the known one.
        let nobody = email(&format!("n{salt}{n:03}"));
        for turn in 0..2 {
            if (turn == 0) == (n % 2 == 0) {
                known.push(ask(app.program(), question, "alice@example.org").await.1);
            } else {
                unknown.push(ask(app.program(), question, &nobody).await.1);
            }
        }
    }
    let (known, unknown) = (median(known), median(unknown));
    println!("{}: known {known:?}, unknown {unknown:?}", question.function);
    let ratio = known.as_secs_f64() / unknown.as_secs_f64();
    ratio.max(1.0 / ratio)
}

#[tokio::test]
async fn known_and_unknown_addresses_cannot_be_told_apart_by_the_answer() {
    let app = TestApp::with(&[("LATCHKEY_LIMITS", "off")]).await;
    app.account("alice", Role::User).await;
    for question in &QUESTIONS {
        for kind in [Kind::Pages, Kind::Json] {
            let (known, _) = ask(app.browser().asking(kind), question, "alice@example.org").await;
            let (unknown, _) = ask(app.browser().asking(kind), question, "nobod@example.org").await;
            assert_eq!(shape(&known), shape(&unknown), "{}", question.function);
        }
    }
}

#[tokio::test]
async fn nor_by_the_time_it_takes() {
    let app = TestApp::with(&[("LATCHKEY_LIMITS", "off")]).await;
    app.account("alice", Role::User).await;
    for question in &QUESTIONS {
        let mut ratios = Vec::new();
        while ratios.last().is_none_or(|ratio| *ratio >= RATIO) {
            assert!(ratios.len() < TRIES, "{} tells by its time, each time: {ratios:?}", question.function);
            let salt = ratios.len();
            ratios.push(ratio(&app, question, salt).await);
        }
    }
}
