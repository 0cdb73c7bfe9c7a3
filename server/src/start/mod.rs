//! Starting and stopping: from settings to a running server and back.
//!
//! The order matters. The port is taken first, so that a second start by mistake fails before it touches anything; then the data
//! directory, the key, the database. Only then is the port opened: whoever knocked earlier would wait for a node that cannot answer
//! yet, while a proxy that is turned away asks another.
//!
//! Two servers on one data directory (with two ports) do no harm: SQLite lets one write at a time, each looks twice a second for
//! what the other has ended, and both sign with the same keys. It only makes no sense, because both count network addresses by
//! themselves.

mod banner;
mod door;
mod error;
pub mod files;
mod opening;
mod tasks;

pub use error::StartError;
pub use opening::{existing_database, master_key, missing_key, open, open_database, open_existing};

use crate::{
    http::{self, Site, address::Proxies, cookies::Jar, limits::Limits, mailbox, metrics},
    listen::{self, Bounds, Stage},
    settings::Settings,
    words::start as words,
};
use door::Door;
use identity::{Latchkey, mail::Transport};
use std::{
    future::{Future, pending},
    sync::Arc,
    time::Duration,
};
use tokio::time::{Instant, timeout};

/// How long the database may take to be closed: SQLite folds its log into the file, a server that does not answer is left.
const CLOSE: Duration = Duration::from_secs(5);

/// Serves until `stop` is ready and running requests are answered. A stop during the start ends it without having served.
///
/// # Errors
/// When something it cannot do without is missing; nothing has been served then.
pub async fn serve(settings: Settings, stop: impl Future<Output = ()>) -> Result<(), StartError> {
    let mut stop = std::pin::pin!(stop);
    banner::warn(&settings);
    let door = Door::take(settings.listen)?;
    let metrics_door = settings.metrics_listen.map(Door::take).transpose()?;
    let transport = transport(&settings)?;
    let prepared = tokio::select! {
        biased;
        () = &mut stop => None,
        prepared = prepare(&settings) => Some(prepared?),
    };
    let Some((house, setup)) = prepared else {
        tracing::info!("stopped before anything was served");
        return Ok(());
    };
    let (listener, metrics_listener) = (door.open()?, metrics_door.map(Door::open).transpose()?);
    let site = site(&settings, house.clone());
    let (stage, stages) = listen::stages();
    let mut tasks = tasks::start(&site, transport, &stages);
    if let Some(listener) = metrics_listener {
        let router = metrics::routes(site.metrics.clone(), house.clone());
        let stages = stages.clone();
        tasks.also(async move {
            listen::serve(listener, router, Bounds::default(), stages).await;
            // Whoever ends early counts as dead.
            pending().await
        });
    }
    banner::greet(&settings, listener.local_addr().unwrap_or(settings.listen), setup.as_deref());

    let bounds = Bounds::default();
    let router = http::router(site, mailbox::routes(&settings));
    let leave = async {
        // Better no server than one that does not learn of revoked sessions.
        let mut died = tokio::select! {
            () = stop => false,
            () = tasks.died(&stages) => true,
        };
        house.close_down();
        stage.send_replace(Stage::Leaving);
        if !died {
            died = timeout(settings.shutdown_delay, tasks.died(&stages)).await.is_ok();
        }
        stage.send_replace(Stage::Closing);
        (died, Instant::now() + bounds.drain)
    };
    let (finished, (died, deadline)) = tokio::join!(listen::serve(listener, router, bounds, stages.clone()), leave);
    if !finished {
        tracing::warn!("some requests did not end in time and were cut off");
    }
    if !tasks.end(deadline).await {
        tracing::warn!("background work did not end in time and was cut off; a letter may be sent twice");
    }
    if timeout(CLOSE, house.close()).await.is_err() {
        tracing::warn!("the database could not be closed in time");
    }
    if died {
        return Err(StartError::plain(words::TASK_DIED));
    }
    tracing::info!("stopped");
    Ok(())
}

/// Everything that the start asks of the database.
async fn prepare(settings: &Settings) -> Result<(Arc<Latchkey>, Option<String>), StartError> {
    let house = open(settings).await?;
    if let Some(difference) = house.clock_difference().await? {
        banner::warn_of_clock(difference);
    }
    let setup = identity::accounts::setup_link(&house).await?;
    Ok((house, setup))
}

/// What layers and handlers share, as these settings want it. Limits count by the installation's clock.
pub fn site(settings: &Settings, house: Arc<Latchkey>) -> Site {
    let limits = Limits::new(house.clock(), settings.rules.limits, &house.policy());
    let proxies = Proxies::new(settings.trusted_proxies.clone());
    Site::new(house, Jar { secure: !settings.insecure_cookies }, Arc::default(), limits, proxies)
}

/// The way out for letters.
fn transport(settings: &Settings) -> Result<Transport, StartError> {
    match &settings.smtp_url {
        Some(url) => Transport::smtp(url.expose())
            .map_err(|fault| StartError::plain(words::unusable("LATCHKEY_SMTP_URL", fault))),
        None => Ok(Transport::files(mailbox::directory(settings))),
    }
}
