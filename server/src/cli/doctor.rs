//! `latchkey doctor`: is everything as it should be? One line a check. Changes nothing, so it may run beside a server of another
//! version.

use crate::{
    settings::{Database, Settings},
    start::{self, StartError, files},
};
use identity::{
    Latchkey,
    admin::{self, Admin},
    db::{self, Db},
    mail::Transport,
    random::SystemSource,
    time::SystemClock,
    transfer,
};
use std::{process::ExitCode, sync::Arc};

/// What a check found.
enum Finding {
    Good(String),
    /// Works, but somebody should look at it.
    Odd(String),
    Bad(String),
}

/// Runs every check; the exit code is a failure when one is bad.
pub async fn run(settings: &Settings) -> ExitCode {
    let mut findings = vec![data_dir(settings), addresses(settings), letters(settings)];
    findings.extend(database(settings).await);
    for finding in &findings {
        match finding {
            Finding::Good(text) => println!("ok    {text}"),
            Finding::Odd(text) => println!("note  {text}"),
            Finding::Bad(text) => println!("bad   {text}"),
        }
    }
    if findings.iter().any(|finding| matches!(finding, Finding::Bad(_))) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn data_dir(settings: &Settings) -> Finding {
    let shown = settings.data_dir.display();
    if !settings.data_dir.exists() {
        return Finding::Odd(format!("data directory: {shown} is not there yet; the first start makes it"));
    }
    if let Err(error) = files::is_writable(&settings.data_dir) {
        return Finding::Bad(format!("data directory: {error}"));
    }
    #[cfg(unix)]
    if let Ok(about) = settings.data_dir.metadata() {
        let mode = std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o777;
        if mode & 0o077 != 0 {
            return Finding::Odd(format!(
                "data directory: {shown} can be entered by others (mode {mode:03o}); chmod 700 closes it"
            ));
        }
    }
    Finding::Good(format!("data directory: {shown} can be written to"))
}

/// The parser has refused what cannot work; what remains is what may surprise.
fn addresses(settings: &Settings) -> Finding {
    let url = &settings.rules.public_url;
    let here = url.host_str() == Some("localhost");
    if settings.insecure_cookies {
        Finding::Odd(format!("public URL: {url} with insecure cookies, for trials only"))
    } else if here && !settings.listen.ip().is_loopback() {
        Finding::Odd(format!("public URL: {url}, while {} can be reached from outside", settings.listen))
    } else if !here && settings.trusted_proxies.is_empty() && settings.listen.ip().is_loopback() {
        Finding::Odd(format!(
            "public URL: {url}; the proxy in front is not in LATCHKEY_TRUSTED_PROXIES, so everybody counts as one address"
        ))
    } else {
        Finding::Good(format!("public URL: {url}, cookies are secure"))
    }
}

fn letters(settings: &Settings) -> Finding {
    match &settings.smtp_url {
        None => Finding::Odd("letters: no mail server is set, they are written to files".to_owned()),
        Some(url) => match Transport::smtp(url.expose()) {
            Ok(_) => Finding::Good("letters: the URL of the mail server can be used".to_owned()),
            Err(fault) => Finding::Bad(format!("letters: LATCHKEY_SMTP_URL: {fault}")),
        },
    }
}

async fn database(settings: &Settings) -> Vec<Finding> {
    if let Database::File(path) = &settings.database
        && !path.exists()
    {
        return vec![Finding::Odd(format!("database: {} is not there yet; the first start makes it", path.display()))];
    }
    if let Database::Url(url) = &settings.database
        && db::is_exposed(url.expose())
    {
        return std::iter::once(Finding::Odd(EXPOSED.to_owned())).chain(opened(settings).await).collect();
    }
    opened(settings).await
}

const EMPTY: &str = "database: opens and is empty; the first start fills it";

const EXPOSED: &str =
    "database: is on another machine, and sslmode=verify-full is not in its URL: the way to it can be read";

async fn opened(settings: &Settings) -> Vec<Finding> {
    let db = match start::open_database(settings).await {
        Ok(db) => db,
        Err(error) => return vec![Finding::Bad(format!("database: {error}"))],
    };
    let ours = db::schema_version();
    match db.version().await {
        Err(error) => vec![Finding::Bad(format!("database: {}", StartError::database(&error)))],
        Ok(None) => vec![Finding::Odd(EMPTY.to_owned())],
        Ok(Some(version)) if version > ours => {
            vec![Finding::Bad(format!(
                "database: has schema version {version}, this binary knows {ours}; use a newer one"
            ))]
        }
        Ok(Some(version)) if version < ours => {
            let text = format!("database: has schema version {version}, this binary brings {ours} with the next start");
            vec![Finding::Odd(text)]
        }
        Ok(Some(version)) => {
            if let Err(refusal) = transfer::check_open(&db).await {
                return vec![Finding::Bad(format!("database: {}", StartError::from(refusal)))];
            }
            // Opening an installation that is not there would found it.
            match transfer::is_founded(&db).await.map_err(StartError::from) {
                Ok(true) => {}
                Ok(false) => return vec![Finding::Odd(EMPTY.to_owned())],
                Err(error) => return vec![Finding::Bad(format!("database: {error}"))],
            }
            let mut findings = vec![Finding::Good(format!("database: opens, schema version {version}"))];
            findings.extend(inside(db, settings).await);
            findings
        }
    }
}

/// With a schema of this version, opening the installation changes nothing.
async fn inside(db: Db, settings: &Settings) -> Vec<Finding> {
    if let Some(path) = start::missing_key(settings) {
        return vec![Finding::Bad(format!(
            "master key: {} is missing, and LATCHKEY_MASTER_KEY is not set",
            path.display()
        ))];
    }
    let random = Arc::new(SystemSource::new());
    let master = match start::master_key(settings, &*random) {
        Ok(master) => master,
        Err(error) => return vec![Finding::Bad(format!("master key: {error}"))],
    };
    let opened = Latchkey::open(db, settings.rules.clone(), master, Arc::new(SystemClock), random).await;
    let house = match opened.map_err(StartError::from) {
        Ok(house) => house,
        Err(error) => return vec![Finding::Bad(format!("master key: {error}"))],
    };
    let admins = match admin::counts(&house, &Admin::operator()).await.map_err(StartError::from) {
        Ok(counts) if counts.admins > 0 => Finding::Good(format!("administrators: {}", counts.admins)),
        Ok(_) => {
            Finding::Odd("administrators: none yet; `latchkey admin create` or the link the start prints".to_owned())
        }
        Err(error) => Finding::Bad(format!("administrators: {error}")),
    };
    let clock = match house.clock_difference().await {
        Ok(None) => Finding::Good("clock: as far as can be told, right".to_owned()),
        Ok(Some(by)) => Finding::Bad(format!("clock: {by} ms away from the database server's; set both by NTP")),
        Err(error) => Finding::Bad(format!("clock: {error}")),
    };
    house.close().await;
    vec![Finding::Good("master key: fits the database".to_owned()), clock, admins]
}
