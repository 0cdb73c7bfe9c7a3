//! Letters that several nodes send at once.

mod support;

use identity::{
    Latchkey,
    mail::{self, Transport},
};
use std::{collections::HashSet, sync::Arc};
use support::TestHouse;

const LETTERS: usize = 60;

async fn post(house: &Latchkey, home: &TestHouse, to: &str) {
    let letter =
        mail::verification(&house.settings, to, "https://id.example.org/verify?token=x", "ABCDE-FGHJK-MNPQR", 24);
    let mut tx = home.db.begin().await.unwrap();
    mail::post(house, &mut tx, None, &letter).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_reach_for_the_same_letters_send_each_once_and_leave_none() {
    let home = TestHouse::start().await;
    let nodes = home.nodes(4).await;
    for round in 0..3 {
        for n in 0..LETTERS {
            post(&home.house, &home, &format!("p{n}-{round}@example.org")).await;
        }
        let folder = home.dir.path().join(format!("mail{round}"));
        let workers: Vec<_> = (0..8)
            .map(|n| {
                let (house, transport): (Arc<Latchkey>, _) =
                    (nodes[n % nodes.len()].clone(), Transport::files(&folder));
                tokio::spawn(async move { mail::deliver_due(&house, &transport).await.unwrap() })
            })
            .collect();
        let mut sent = 0;
        for worker in workers {
            let done = worker.await.unwrap();
            assert_eq!((done.postponed, done.given_up), (0, 0));
            sent += done.sent as usize;
        }
        // Nobody has looked again since: who met another one's claim has left the rest to somebody who goes on.
        assert_eq!(sent, LETTERS, "round {round}");
        let (waiting,): (i64,) = home.row("select count(*) from letters where sent_at is null").await;
        let (twice,): (i64,) = home.row("select count(*) from letters where attempts <> 1").await;
        assert_eq!((waiting, twice), (0, 0), "round {round}");
        let texts =
            std::fs::read_dir(&folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
        let to = texts.map(|text| text.lines().find(|line| line.starts_with("To: ")).unwrap().to_owned());
        assert_eq!(to.collect::<HashSet<_>>().len(), LETTERS, "each to somebody else");
    }
}
