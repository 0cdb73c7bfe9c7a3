//! The audit log from the command line: looking through it, taking it away, and verifying it.
//!
//! An export is verified without settings, database or key: on any machine that has this program.

use crate::{
    settings::Settings,
    start::{self, StartError},
    words::cli::{audit as words, help},
};
use clap::{Args, Subcommand};
use identity::{
    Latchkey, Refusal,
    admin::{Admin, Proven},
    audit::{self, Asked, Cursor, Digest, Export, Format, Verifier},
    words::EventView,
};
use std::{
    fmt::Display,
    fs::File,
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Lines of a list, where nothing else is asked for.
const LINES: usize = 50;

#[derive(Subcommand)]
pub enum Command {
    #[command(about = help::AUDIT_LIST)]
    List {
        #[command(flatten)]
        filter: Filter,
        #[arg(long, default_value_t = LINES, help = help::AUDIT_LIMIT)]
        limit: usize,
    },
    #[command(about = help::AUDIT_EXPORT)]
    Export {
        #[command(flatten)]
        filter: Filter,
        #[arg(long, default_value = "jsonl", value_parser = format, help = help::AUDIT_FORMAT)]
        format: Format,
    },
    #[command(about = help::AUDIT_VERIFY)]
    Verify(Verify),
}

#[derive(Args)]
pub struct Verify {
    #[arg(help = help::AUDIT_FILE)]
    file: Option<PathBuf>,
    #[arg(long, requires = "file", help = help::AUDIT_FILTERED)]
    filtered: bool,
    #[arg(long, value_name = "DIGEST", value_parser = digest, help = help::AUDIT_EXPECT)]
    expect: Option<Digest>,
}

#[derive(Args)]
pub struct Filter {
    #[arg(long, value_name = "WHO", help = help::AUDIT_ACTOR)]
    actor: Option<String>,
    #[arg(long, value_name = "WHO", help = help::AUDIT_SUBJECT)]
    subject: Option<String>,
    #[arg(long, value_name = "WORD", help = help::AUDIT_ACTION)]
    action: Option<String>,
    #[arg(long, value_name = "DAY", help = help::AUDIT_FROM)]
    from: Option<String>,
    #[arg(long, value_name = "DAY", help = help::AUDIT_TO)]
    to: Option<String>,
}

impl Filter {
    fn asked(&self) -> Asked {
        let text = |given: &Option<String>| given.clone().unwrap_or_default();
        Asked {
            actor: text(&self.actor),
            subject: text(&self.subject),
            action: text(&self.action),
            from: text(&self.from),
            to: text(&self.to),
        }
    }
}

fn format(text: &str) -> Result<Format, &'static str> {
    Format::from_word(text).ok_or(words::NO_FORMAT)
}

fn digest(text: &str) -> Result<Digest, &'static str> {
    audit::unhex(&text.to_lowercase()).ok_or(words::NO_DIGEST)
}

/// `latchkey audit …`, but for the verification of a file.
pub async fn run(command: &Command, settings: &Settings) -> Result<(), StartError> {
    let house = start::open_existing(settings).await?;
    let done = carry_out(command, &house).await;
    house.close().await;
    done
}

async fn carry_out(command: &Command, house: &Arc<Latchkey>) -> Result<(), StartError> {
    match command {
        Command::List { filter, limit } => list(house, &filter.asked(), *limit).await,
        Command::Export { filter, format } => export(house, &filter.asked(), *format).await,
        Command::Verify(how) => told(audit::verify(house, Verifier::new(false, how.expect)).await?, words::unbroken),
    }
}

/// `latchkey audit verify FILE`, if it is that; the outcome of it.
pub fn verify_file(command: &Command) -> Option<Result<(), StartError>> {
    let Command::Verify(Verify { file: Some(file), filtered, expect }) = command else { return None };
    let unreadable = |error| StartError::plain(words::unreadable(file.display(), &error));
    let found = read(file).and_then(|read| audit::verify_export(read, Verifier::new(*filtered, *expect)));
    let outcome = if *filtered { words::whole } else { words::unbroken };
    Some(found.map_err(unreadable).and_then(|found| told(found, outcome)))
}

fn read(file: &Path) -> io::Result<Box<dyn BufRead>> {
    if file.as_os_str() == "-" {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    Ok(Box::new(BufReader::with_capacity(1 << 16, File::open(file)?)))
}

fn told(
    found: Result<audit::Verdict, audit::Fault>,
    outcome: impl Fn(&audit::Verdict) -> String,
) -> Result<(), StartError> {
    println!("{}", outcome(&found.map_err(|fault| StartError::plain(words::broken(&fault)))?));
    Ok(())
}

fn refused(refusal: Refusal) -> StartError {
    match refusal {
        Refusal::Invalid(_) => StartError::plain(words::NOT_UNDERSTOOD),
        other => other.into(),
    }
}

/// The newest last, as in every log. Ends quietly when nobody reads on.
async fn list(house: &Latchkey, asked: &Asked, limit: usize) -> Result<(), StartError> {
    let admin = Admin::operator();
    let chosen = audit::choose(house, &admin, asked).await.map_err(refused)?;
    let (mut events, mut cursor) = (Vec::new(), Cursor::Newest);
    while events.len() < limit {
        let page = audit::list(house, &admin, &chosen, cursor, limit - events.len()).await?;
        events.extend(page.items);
        match page.next.and_then(|next| next.parse().ok()) {
            Some(next) => cursor = Cursor::OlderThan(next),
            None => break,
        }
    }
    if events.is_empty() {
        println!("{}", words::NOTHING);
    }
    let mut out = io::stdout().lock();
    for event in events.iter().rev() {
        if writeln!(out, "{}", line(event)).is_err() {
            break;
        }
    }
    Ok(())
}

fn line(event: &EventView) -> String {
    let seq = event.seq.map_or_else(|| "-".to_owned(), |seq| seq.to_string());
    let (actor, subject) =
        (who(event.actor.as_deref(), event.actor_id), who(event.subject.as_deref(), event.subject_id));
    let (at, EventView { kind, ip, detail, .. }) = (audit::rfc3339(event.at), event);
    let note = event.note.as_deref().unwrap_or_default().escape_debug();
    format!("{seq:>8}  {at}  {kind:24} {actor} > {subject}  {ip}  {detail}  {note}").trim_end().to_owned()
}

/// The address where there is one, or the id.
fn who(address: Option<&str>, id: Option<impl Display>) -> String {
    match (address, id) {
        (Some(address), _) => address.to_owned(),
        (None, Some(id)) => id.to_string(),
        (None, None) => "-".to_owned(),
    }
}

async fn export(house: &Arc<Latchkey>, asked: &Asked, format: Format) -> Result<(), StartError> {
    let admin = Proven::operator();
    let chosen = audit::choose(house, &admin, asked).await.map_err(refused)?;
    let mut export = Export::begin(house.clone(), &admin, chosen, format).await?;
    if let Some(told) = words::reaches(export.standing()) {
        eprintln!("{told}");
    }
    let mut out = io::stdout().lock();
    while let Some(lines) = export.next().await? {
        out.write_all(lines.as_bytes()).map_err(|error| StartError::plain(words::unwritable(&error)))?;
    }
    out.flush().map_err(|error| StartError::plain(words::unwritable(&error)))
}
