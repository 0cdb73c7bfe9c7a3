//! Signing keys from the command line.

use crate::{
    settings::Settings,
    start::{self, StartError},
    words::cli::{help, keys as words},
};
use clap::Subcommand;
use identity::{keys, time::Timestamp};

#[derive(Subcommand)]
pub enum Command {
    #[command(about = help::KEYS_LIST)]
    List,
    #[command(about = help::KEYS_ROTATE)]
    Rotate {
        #[arg(long, help = help::KEYS_NOW)]
        now: bool,
    },
}

/// `latchkey keys …`
pub async fn run(command: &Command, settings: &Settings) -> Result<(), StartError> {
    let house = start::open_existing(settings).await?;
    let done = match command {
        Command::List => keys::list(&house)
            .await
            .map(|rows| rows.iter().map(|row| line(row, house.now())).collect::<Vec<_>>().join("\n")),
        Command::Rotate { now: true } => keys::rotate(&house, keys::AT_ONCE).await.map(words::signs_now),
        Command::Rotate { now: false } => keys::rotate(&house, keys::ANNOUNCED)
            .await
            .map(|kid| words::signs_soon(kid, keys::ANNOUNCED.as_secs() / 60)),
    };
    house.close().await;
    println!("{}", done?);
    Ok(())
}

fn line(row: &keys::KeyRow, now: Timestamp) -> String {
    let day = |at: Timestamp| {
        let at = time::OffsetDateTime::from_unix_timestamp(at.seconds()).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
        format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
    };
    let state = match row.retired_at {
        _ if row.signs_from > now => words::signs_from(&day(row.signs_from)),
        None => words::SIGNS.to_owned(),
        Some(at) if at > now => words::signs_until(&day(at)),
        Some(at) => words::retired(&day(at)),
    };
    format!("{}  {:5}  {}  {state}", row.kid, row.alg, words::made(&day(row.created_at)))
}
