//! `latchkey doctor`: is everything as it should be? One line a check. Changes nothing, so it may run beside a server of another
//! version.

use crate::{
    settings::{Database, Settings},
    start::{self, StartError, files},
    words::cli::doctor as words,
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
            Finding::Good(text) => println!("{}", words::good(text)),
            Finding::Odd(text) => println!("{}", words::odd(text)),
            Finding::Bad(text) => println!("{}", words::bad(text)),
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
        return Finding::Odd(words::data_dir_new(shown));
    }
    if let Err(error) = files::is_writable(&settings.data_dir) {
        return Finding::Bad(words::data_dir(error));
    }
    #[cfg(unix)]
    if let Ok(about) = settings.data_dir.metadata() {
        let mode = std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o777;
        if mode & 0o077 != 0 {
            return Finding::Odd(words::data_dir_open(shown, mode));
        }
    }
    Finding::Good(words::data_dir_good(shown))
}

/// The parser has refused what cannot work; what remains is what may surprise.
fn addresses(settings: &Settings) -> Finding {
    let url = &settings.rules.public_url;
    let here = url.host_str() == Some("localhost");
    if settings.insecure_cookies {
        Finding::Odd(words::url_insecure(url))
    } else if here && !settings.listen.ip().is_loopback() {
        Finding::Odd(words::url_local(url, settings.listen))
    } else if !here && settings.trusted_proxies.is_empty() && settings.listen.ip().is_loopback() {
        Finding::Odd(words::url_no_proxy(url))
    } else {
        Finding::Good(words::url_good(url))
    }
}

fn letters(settings: &Settings) -> Finding {
    match &settings.smtp_url {
        None => Finding::Odd(words::LETTERS_TO_FILES.to_owned()),
        Some(url) => match Transport::smtp(url.expose()) {
            Ok(_) => Finding::Good(words::LETTERS_GOOD.to_owned()),
            Err(fault) => Finding::Bad(words::letters(fault)),
        },
    }
}

async fn database(settings: &Settings) -> Vec<Finding> {
    if let Database::File(path) = &settings.database
        && !path.exists()
    {
        return vec![Finding::Odd(words::database_new(path.display()))];
    }
    if let Database::Url(url) = &settings.database
        && db::is_exposed(url.expose())
    {
        return std::iter::once(Finding::Odd(words::DATABASE_EXPOSED.to_owned()))
            .chain(opened(settings).await)
            .collect();
    }
    opened(settings).await
}

async fn opened(settings: &Settings) -> Vec<Finding> {
    let db = match start::open_database(settings).await {
        Ok(db) => db,
        Err(error) => return vec![Finding::Bad(words::database(error))],
    };
    let ours = db::schema_version();
    match db.version().await {
        Err(error) => vec![Finding::Bad(words::database(StartError::database(&error)))],
        Ok(None) => vec![Finding::Odd(words::DATABASE_EMPTY.to_owned())],
        Ok(Some(version)) if version > ours => {
            vec![Finding::Bad(words::database_newer(version, ours))]
        }
        Ok(Some(version)) if version < ours => {
            vec![Finding::Odd(words::database_older(version, ours))]
        }
        Ok(Some(version)) => {
            if let Err(refusal) = transfer::check_open(&db).await {
                return vec![Finding::Bad(words::database(StartError::from(refusal)))];
            }
            // Opening an installation that is not there would found it.
            match transfer::is_founded(&db).await.map_err(StartError::from) {
                Ok(true) => {}
                Ok(false) => return vec![Finding::Odd(words::DATABASE_EMPTY.to_owned())],
                Err(error) => return vec![Finding::Bad(words::database(error))],
            }
            let mut findings = vec![Finding::Good(words::database_good(version))];
            findings.extend(inside(db, settings).await);
            findings
        }
    }
}

/// With a schema of this version, opening the installation changes nothing.
async fn inside(db: Db, settings: &Settings) -> Vec<Finding> {
    if let Some(path) = start::missing_key(settings) {
        return vec![Finding::Bad(words::key_missing(path.display()))];
    }
    let random = Arc::new(SystemSource::new());
    let master = match start::master_key(settings, &*random) {
        Ok(master) => master,
        Err(error) => return vec![Finding::Bad(words::key(error))],
    };
    let opened = Latchkey::open(db, settings.rules.clone(), master, Arc::new(SystemClock), random).await;
    let house = match opened.map_err(StartError::from) {
        Ok(house) => house,
        Err(error) => return vec![Finding::Bad(words::key(error))],
    };
    let admins = match admin::counts(&house, &Admin::operator()).await.map_err(StartError::from) {
        Ok(counts) if counts.admins > 0 => Finding::Good(words::admins(counts.admins)),
        Ok(_) => Finding::Odd(words::NO_ADMINS.to_owned()),
        Err(error) => Finding::Bad(words::admins(error)),
    };
    let clock = match house.clock_difference().await {
        Ok(None) => Finding::Good(words::CLOCK_GOOD.to_owned()),
        Ok(Some(by)) => Finding::Bad(words::clock_off(by)),
        Err(error) => Finding::Bad(words::clock(error)),
    };
    house.close().await;
    vec![Finding::Good(words::KEY_GOOD.to_owned()), clock, admins]
}
