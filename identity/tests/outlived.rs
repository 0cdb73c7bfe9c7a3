//! Sessions that have been over for long are forgotten; what happened in them is not.

mod support;

use identity::{
    jobs,
    sessions::{self, REMEMBERED, Rotation},
    words::Stay,
};
use sqlx::AssertSqlSafe;
use support::{TestHouse, device, look, tokens};
use uuid::Uuid;

async fn sessions_left(home: &TestHouse) -> i64 {
    home.row::<(i64,)>("select count(*) from sessions").await.0
}

#[tokio::test]
async fn a_session_is_forgotten_ninety_days_after_its_end_and_one_without_end_is_not() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let ended = home.sign_in("alice", Stay::Month).await;
    // Nobody comes back to learn that it has run out.
    home.sign_in("alice", Stay::Visit).await;
    let lasting = home.sign_in("alice", Stay::Forever).await;
    sessions::end_own(&home.house, &lasting.viewer, ended.viewer.session, &device()).await.unwrap();
    let events: (i64,) = home.row("select count(*) from events").await;

    home.advance(REMEMBERED.as_secs() - 1);
    jobs::tidy(&home.house).await.unwrap();
    assert_eq!(sessions_left(&home).await, 3, "both are remembered until their time is over");
    home.advance(1);
    jobs::tidy(&home.house).await.unwrap();
    assert_eq!(sessions_left(&home).await, 2, "the one that was ended is forgotten");
    assert!(matches!(home.renew(&ended).await, Rotation::Ended(None)));
    home.advance(12 * 3600);
    jobs::tidy(&home.house).await.unwrap();
    assert_eq!(sessions_left(&home).await, 1, "the one that ran out is forgotten");
    assert_eq!(home.row::<(i64,)>("select count(*) from events").await, events);
    tokens(home.renew(&lasting).await);
}

#[tokio::test]
async fn many_are_forgotten_a_few_at_a_time() {
    let home = TestHouse::start().await;
    home.person("alice").await;
    let pair = home.sign_in("alice", Stay::Forever).await;
    let columns = "user_id, secret, generation, created_at, rotated_at, stay, user_agent, ip";
    let copy = format!(
        "insert into sessions (id, {columns}, ended_at, end_cause) select $1, {columns}, created_at, 'signed_out' from sessions where id = $2"
    );
    for number in 1..=450_u128 {
        let (id, of) = (Uuid::from_u128(number), pair.viewer.session);
        look!(home, |p| sqlx::query(AssertSqlSafe(copy.clone())).bind(id).bind(of).execute(p).await.map(drop)).unwrap();
    }
    home.advance(REMEMBERED.as_secs());
    jobs::tidy(&home.house).await.unwrap();
    assert_eq!(sessions_left(&home).await, 1);
}
