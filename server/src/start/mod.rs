//! Starting and stopping: from settings to a running server and back.
//!
//! The order matters. The port is taken first, so that a second start by mistake fails before it touches anything; then the data
//! directory, the key, the database. Two servers on one data directory (with two ports) do no harm: SQLite lets one write at a
//! time, each looks once a second for what the other has ended, and both sign with the same keys. It only makes no sense,
//! because both count network addresses by themselves.

mod banner;
mod error;
pub mod files;
mod tasks;

pub use error::StartError;

use crate::{
    http::{self, Site, address::Proxies, cookies::Jar, limits::Limits, mailbox, metrics},
    listen::{self, Bounds},
    settings::{Database, Settings},
};
use identity::{
    Latchkey,
    db::Db,
    keys::MasterKey,
    mail::Transport,
    random::{Random, SystemSource},
    time::SystemClock,
};
use std::{fs::OpenOptions, future::Future, net::SocketAddr, path::Path, sync::Arc};
use tokio::net::TcpListener;

/// Serves until `stop` is ready and running requests are answered.
///
/// # Errors
/// When something it cannot do without is missing; nothing has been served then.
pub async fn serve(settings: Settings, stop: impl Future<Output = ()>) -> Result<(), StartError> {
    banner::warn(&settings);
    let listener = listen_on(settings.listen).await?;
    let metrics_listener = match settings.metrics_listen {
        Some(address) => Some(listen_on(address).await?),
        None => None,
    };
    let transport = transport(&settings)?;
    let house = open(&settings).await?;
    let setup = identity::accounts::setup_link(&house).await?;
    let site = site(&settings, house.clone());
    let mut tasks = tasks::start(&site, transport);
    if let Some(listener) = metrics_listener {
        let router = metrics::routes(site.metrics.clone(), house.clone());
        let forever = std::future::pending();
        tasks.spawn(async move {
            listen::serve(listener, router, Bounds::default(), forever).await;
        });
    }
    banner::greet(&settings, listener.local_addr().unwrap_or(settings.listen), setup.as_deref());

    let router = http::router(site, mailbox::routes(&settings));
    let mut died = false;
    let stop = async {
        tokio::select! {
            () = stop => {}
            // They never end by themselves. Better no server than one that does not learn of revoked sessions.
            _ = tasks.join_next() => died = true,
        }
    };
    if !listen::serve(listener, router, Bounds::default(), stop).await {
        tracing::warn!("some requests did not end in time and were cut off");
    }
    tasks.shutdown().await;
    house.close().await;
    if died {
        return Err(StartError::plain("a background task has died, see the log; start Latchkey again"));
    }
    tracing::info!("stopped");
    Ok(())
}

/// What layers and handlers share, as these settings want it. Limits count by the installation's clock.
pub fn site(settings: &Settings, house: Arc<Latchkey>) -> Site {
    let limits = Limits::new(house.clock(), settings.rules.limits);
    let proxies = Proxies::new(settings.trusted_proxies.clone());
    Site::new(house, Jar { secure: !settings.insecure_cookies }, Arc::default(), limits, proxies)
}

/// The way out for letters.
fn transport(settings: &Settings) -> Result<Transport, StartError> {
    match &settings.smtp_url {
        Some(url) => {
            Transport::smtp(url.expose()).map_err(|fault| StartError::plain(format!("LATCHKEY_SMTP_URL: {fault}")))
        }
        None => Ok(Transport::files(mailbox::directory(settings))),
    }
}

/// Opens the installation the settings describe, making what is missing: directory, key, database.
///
/// # Errors
/// One line that says what is wrong.
pub async fn open(settings: &Settings) -> Result<Arc<Latchkey>, StartError> {
    let random: Arc<dyn Random> = Arc::new(SystemSource::new());
    files::prepare(&settings.data_dir)?;
    let master = master_key(settings, &*random)?;
    let db = open_database(settings).await?;
    Ok(Latchkey::open(db, settings.rules.clone(), master, Arc::new(SystemClock), random).await?)
}

/// The key from the settings, or the one in the data directory.
///
/// # Errors
/// When neither can be used.
pub fn master_key(settings: &Settings, random: &dyn Random) -> Result<MasterKey, StartError> {
    let beside = match &settings.database {
        Database::File(path) => Some(path.as_path()),
        Database::Url(_) => None,
    };
    match &settings.master_key {
        Some(given) => {
            MasterKey::parse(given.expose()).map_err(|fault| StartError::plain(format!("LATCHKEY_MASTER_KEY: {fault}")))
        }
        None => files::master_key(&settings.data_dir, beside, random),
    }
}

/// Opens the database without looking into it.
///
/// # Errors
/// The driver's reason.
pub async fn open_database(settings: &Settings) -> Result<Db, StartError> {
    match &settings.database {
        Database::File(path) => {
            make_private(path).map_err(|error| StartError::io("cannot open the database", path, &error))?;
            Ok(Db::open_file(path).await?)
        }
        Database::Url(url) => Ok(Db::open_with(url.expose(), settings.database_connections).await?),
    }
}

/// Makes the database's file for the owner alone; SQLite gives its log the same mode. In a directory that was there before us,
/// the umask would decide otherwise.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

async fn listen_on(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|error| StartError::listen(address, &error))
}
