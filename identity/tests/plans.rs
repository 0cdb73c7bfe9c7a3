//! How the databases go about our statements: none may read the whole of a table that grows with the years.
//!
//! Not timed: both databases tell their plan beforehand. SQLite chooses by what indexes there are. PostgreSQL is given some rows to count,
//! and told that reading a whole table costs more than anything, so that it does so only where there is no other way.

mod support;

use identity::db::{Db, statements_on_postgres, statements_on_sqlite};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Row, SqlSafeStr, postgres::PgRow};
use std::collections::HashSet;
use support::{postgres::Cluster, temp_dir};

/// Tables that have millions of rows in a large installation.
const LARGE: [&str; 3] = ["users", "sessions", "events"];

/// Partial indexes that are no smaller than their table: passing all of one is as good as passing the table.
const LARGE_PARTS: [&str; 4] = ["sessions_living", "sessions_by_end", "events_by_actor", "events_by_other_actor"];

/// Parts of statements that may, and why.
const MAY: &[(&str, &str)] = &[
    (
        "set ended_at = $1, end_cause = $2 where ended_at is null",
        "a backup that is restored begins with every session over",
    ),
    ("where role = 'user' and role_name is null limit 1001", "nearly everybody is a user: it ends after a thousand"),
    (
        "on p.seq = e.seq - 1",
        "the log is read from end to end, in pieces; how long a piece is, PostgreSQL does not know beforehand",
    ),
];

/// Something to choose by: as many rows as tell one index from another.
const ROWS: &str = "
    insert into users (id, email, name, name_key, role, password_hash, created_at, verified_at, last_sign_in_at, tokens_void_before)
    select gen_random_uuid(), k || '@example.org', 'n', 'n' || k, 'user', '', k, k, k, 0 from generate_series(1, 2000) k;
    insert into sessions (id, user_id, secret, generation, created_at, rotated_at, stay, expires_at, user_agent, ip, ended_at, end_cause)
    select gen_random_uuid(), u.id, '', 1, k, k, 'month', k + 9, '', '', case when k > 2 then k end, case when k > 2 then 'expired' end
      from users u, generate_series(1, 10) k;
    insert into events (id, at, kind, actor_id, subject_id, ip, detail, seq)
    select gen_random_uuid(), k, 'signed_in', u.id, u.id, '', '', row_number() over () from users u, generate_series(1, 10) k;
    analyze";

fn may(sql: &str) -> bool {
    MAY.iter().any(|(part, _)| sql.contains(part))
}

/// What the large tables are called in a statement.
fn names(sql: &str) -> HashSet<String> {
    let words: Vec<String> = sql
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let plain = [
        "where", "set", "on", "order", "join", "left", "group", "limit", "select", "and", "or", "union", "as", "using",
        "for",
    ];
    let mut names: HashSet<String> = LARGE.map(str::to_owned).into();
    for (at, word) in words.iter().enumerate() {
        let behind = at > 0 && ["from", "join", "update", "into"].contains(&words[at - 1].as_str());
        if behind && LARGE.contains(&word.as_str()) {
            let next = words.get(at + 1).filter(|next| !plain.contains(&next.as_str()));
            names.extend(next.cloned());
        }
    }
    names
}

#[tokio::test]
async fn no_statement_reads_a_whole_large_table_on_sqlite() {
    let dir = temp_dir();
    let db = Db::open_file(&dir.path().join("latchkey.db")).await.unwrap();
    db.migrate().await.unwrap();
    let Db::Sqlite { write, .. } = &db else { panic!("not SQLite") };
    let small: Vec<(String,)> =
        sqlx::query_as("select name from sqlite_master where type = 'index' and sql like '% where %'")
            .fetch_all(write)
            .await
            .unwrap();
    let small: HashSet<String> =
        small.into_iter().map(|(name,)| name).filter(|name| !LARGE_PARTS.contains(&name.as_str())).collect();
    assert!(small.len() > 5, "{small:?}");
    let mut found = Vec::new();
    for (name, sql) in statements_on_sqlite() {
        let explain = AssertSqlSafe(format!("explain query plan {sql}"));
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain).fetch_all(write).await.unwrap();
        for (.., step) in plan {
            let words: Vec<&str> = step.split_whitespace().collect();
            let whole = words[0] == "SCAN"
                && names(sql).contains(words[1])
                && !words.last().is_some_and(|index| small.contains(*index));
            if whole && !may(sql) {
                found.push(format!("{name}: {step}\n    {sql}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Steps of a plan that read all of a large table, or of an index that is as large.
fn whole(plan: &Value, large: &HashSet<String>, into: &mut Vec<String>) {
    let text = |name: &str| plan[name].as_str().unwrap_or_default();
    let bare = plan["Index Cond"].is_null() && large.contains(text("Index Name"));
    if (text("Node Type") == "Seq Scan" && LARGE.contains(&text("Relation Name"))) || bare {
        into.push(format!("{} {}{}", text("Node Type"), text("Relation Name"), text("Index Name")));
    }
    for inner in plan["Plans"].as_array().into_iter().flatten() {
        whole(inner, large, into);
    }
}

#[tokio::test]
async fn no_statement_reads_a_whole_large_table_on_postgresql() {
    let cluster = Cluster::start();
    let db = Db::open(&cluster.url()).await.unwrap();
    db.migrate().await.unwrap();
    let Db::Postgres(pool) = &db else { panic!("not PostgreSQL") };
    let mut server = pool.acquire().await.unwrap();
    let run = async |sql: String, server: &mut sqlx::PgConnection| {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(server).await.map(drop)
    };
    run(ROWS.into(), &mut server).await.unwrap();
    run("set enable_seqscan = off; set plan_cache_mode = force_generic_plan".into(), &mut server).await.unwrap();
    let large = "select indexname::text from pg_indexes where schemaname = 'public' and tablename in ('users', 'sessions', 'events')
                    and (indexdef not like '% WHERE %' or indexname = any ($1))";
    let large: Vec<(String,)> =
        sqlx::query_as(large).bind(LARGE_PARTS.map(str::to_owned).to_vec()).fetch_all(&mut *server).await.unwrap();
    let large: HashSet<String> = large.into_iter().map(|(name,)| name).collect();
    assert!(large.len() > 10, "{large:?}");
    let mut found = Vec::new();
    for (name, sql) in statements_on_postgres() {
        run(format!("prepare p as {sql}"), &mut server).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let count = "select cardinality(parameter_types) from pg_prepared_statements where name = 'p'";
        let count: i32 = sqlx::query_scalar(count).fetch_one(&mut *server).await.unwrap();
        let nulls = vec!["null"; count as usize].join(", ");
        let arguments = if count == 0 { String::new() } else { format!("({nulls})") };
        let explain = AssertSqlSafe(format!("explain (format json) execute p{arguments}"));
        let row: PgRow = sqlx::raw_sql(explain.into_sql_str()).fetch_one(&mut *server).await.unwrap();
        let plan: String = row.try_get_unchecked(0).unwrap();
        let mut steps = Vec::new();
        whole(&serde_json::from_str::<Value>(&plan).unwrap()[0]["Plan"], &large, &mut steps);
        if !may(sql) {
            found.extend(steps.into_iter().map(|step| format!("{name}: {step}\n    {sql}")));
        }
        run("deallocate p".into(), &mut server).await.unwrap();
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What SQLite has counted in a young installation it would believe for years.
#[tokio::test]
async fn nothing_is_counted_on_sqlite_when_it_is_closed() {
    let dir = temp_dir();
    let file = dir.path().join("latchkey.db");
    let db = Db::open_file(&file).await.unwrap();
    db.migrate().await.unwrap();
    let home = support::TestHouse::at(&format!("sqlite://{}", file.display())).await;
    home.person("alice").await;
    home.sign_in("alice", identity::words::Stay::Day).await;
    home.db.close().await;
    db.close().await;
    let db = Db::open_file(&file).await.unwrap();
    let Db::Sqlite { read, .. } = &db else { panic!("not SQLite") };
    let counted: Vec<(String,)> =
        sqlx::query_as("select name from sqlite_master where name like 'sqlite_stat%'").fetch_all(read).await.unwrap();
    assert!(counted.is_empty(), "{counted:?}");
}
