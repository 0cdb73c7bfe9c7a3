//! Signing keys from the command line.

use crate::{
    settings::Settings,
    start::{self, StartError},
};
use clap::Subcommand;
use identity::{keys, time::Timestamp};

#[derive(Subcommand)]
pub enum Command {
    /// List them, newest first
    List,
    /// Make a new key, publish it now, and let it sign in ten minutes, when everybody knows it
    Rotate {
        /// Let it sign at once; other services may have to fetch the key set again
        #[arg(long)]
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
        Command::Rotate { now: true } => {
            keys::rotate(&house, keys::AT_ONCE).await.map(|kid| format!("{kid} signs from now on."))
        }
        Command::Rotate { now: false } => keys::rotate(&house, keys::ANNOUNCED)
            .await
            .map(|kid| format!("{kid} is published, and signs in {} minutes.", keys::ANNOUNCED.as_secs() / 60)),
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
        _ if row.signs_from > now => format!("signs from {}", day(row.signs_from)),
        None => "signs".to_owned(),
        Some(at) if at > now => format!("signs until {}", day(at)),
        Some(at) => format!("retired {}", day(at)),
    };
    format!("{}  {:5}  made {}  {state}", row.kid, row.alg, day(row.created_at))
}
