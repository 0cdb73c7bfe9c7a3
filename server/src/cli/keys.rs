//! Signing keys from the command line.

use crate::{
    settings::Settings,
    start::{self, StartError},
};
use clap::Subcommand;
use identity::keys;

#[derive(Subcommand)]
pub enum Command {
    /// List them, newest first
    List,
    /// Make a new key that signs from now on; tokens signed before stay good until they run out
    Rotate,
}

/// `latchkey keys …`
pub async fn run(command: &Command, settings: &Settings) -> Result<(), StartError> {
    let house = start::open(settings).await?;
    let done = match command {
        Command::List => keys::list(&house).await.map(|rows| rows.iter().map(line).collect::<Vec<_>>().join("\n")),
        Command::Rotate => keys::rotate(&house).await.map(|kid| format!("{kid} signs from now on.")),
    };
    house.close().await;
    println!("{}", done?);
    Ok(())
}

fn line(row: &keys::KeyRow) -> String {
    let day = |at: identity::time::Timestamp| {
        let at = time::OffsetDateTime::from_unix_timestamp(at.seconds()).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
        format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
    };
    let state = match row.retired_at {
        None => "signs".to_owned(),
        Some(at) => format!("retired {}", day(at)),
    };
    format!("{}  {:5}  made {}  {state}", row.kid, row.alg, day(row.created_at))
}
