//! Outgoing letters from the command line: what waits or fails, and trying it again.

use crate::{
    settings::Settings,
    start::{self, StartError},
    words::cli::{help, letters as words},
};
use clap::Subcommand;
use identity::{
    Latchkey, Refusal,
    admin::{self, Admin, LetterState, LetterView},
};

/// Lines at most: enough to see what is wrong.
const AT_MOST: usize = 50;

#[derive(Subcommand)]
pub enum Command {
    #[command(about = help::LETTERS_LIST)]
    List,
    #[command(about = help::LETTERS_RETRY)]
    Retry {
        #[arg(long, help = help::LETTERS_ID)]
        id: Option<String>,
    },
}

/// `latchkey letters …`
pub async fn run(command: &Command, settings: &Settings) -> Result<(), StartError> {
    let id = match command {
        Command::Retry { id: Some(id) } => Some(id.parse().map_err(|_| StartError::plain(words::NO_ID))?),
        Command::List | Command::Retry { id: None } => None,
    };
    let house = start::open_existing(settings).await?;
    let done = match command {
        Command::List => list(&house).await,
        Command::Retry { .. } => admin::retry_letters(&house, &admin::Proven::operator(), id).await.map(words::due),
    };
    house.close().await;
    println!("{}", done?);
    Ok(())
}

async fn list(house: &Latchkey) -> Result<String, Refusal> {
    let mut lines = Vec::new();
    for state in [LetterState::Failing, LetterState::Waiting, LetterState::GivenUp] {
        let page = admin::letters(house, &Admin::operator(), Some(state), None, AT_MOST).await?;
        lines.extend(page.items.iter().map(line));
        if page.next.is_some() {
            lines.push(words::more(state));
        }
    }
    Ok(if lines.is_empty() { words::ALL_SENT.to_owned() } else { lines.join("\n") })
}

fn line(letter: &LetterView) -> String {
    let LetterView { id, state, attempts, kind, failure, .. } = letter;
    let line = format!("{id}  {:8}  {attempts:>2}  {kind}  {}", state.as_str(), failure.as_deref().unwrap_or_default());
    line.trim_end().to_owned()
}
