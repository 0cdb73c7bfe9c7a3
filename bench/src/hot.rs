//! The paths that most requests take, each as one call on a small installation of its own: to be timed, and to be counted.

use crate::{
    installation::Place,
    scale::browser::{Browser, device},
    seed::{self, EMAIL, PASSWORD, Sizes},
};
use anyhow::{Result, ensure};
use clap::ValueEnum;
use identity::{
    Latchkey, accounts,
    sessions::{self, Admission, Rotation},
    tokens::TokenPair,
    words::{Secret, Stay},
};
use std::{path::PathBuf, sync::Arc};
use tokio::runtime::{Builder, Runtime};

/// Accounts of the installation.
const USERS: u32 = 100;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Path {
    /// Who somebody is, by an access token that was seen before: no database.
    SessionCheck,
    /// The login page.
    LoginPage,
    /// The dashboard, with what the database says of the session.
    DashboardPage,
    /// An access token that was seen before is verified.
    KnownToken,
    /// An access token that was never seen before is verified.
    NewToken,
    /// A session is renewed.
    Renewal,
}

/// Somebody signed in, and the router in front of them.
pub struct Hot {
    runtime: Runtime,
    house: Arc<Latchkey>,
    browser: Browser,
    stranger: Browser,
    pair: TokenPair,
}

/// Makes the installation.
///
/// # Errors
/// When there is one already, or the disk is full.
pub fn prepare(data_dir: PathBuf) -> Result<()> {
    runtime()?.block_on(seed::fill(&Place { data_dir, database_url: None }, Sizes::of(USERS, None, None)))
}

fn runtime() -> Result<Runtime> {
    // One thread, so that what is counted does not depend on who was awake.
    Ok(Builder::new_current_thread().enable_all().build()?)
}

impl Hot {
    /// Opens the installation and signs in.
    ///
    /// # Errors
    /// When that does not work.
    pub fn open(data_dir: PathBuf) -> Result<Self> {
        let place = Place { data_dir, database_url: None };
        let runtime = runtime()?;
        let settings = place.settings()?;
        let (house, browser, pair) = runtime.block_on(async {
            let house = place.open().await?;
            let browser = Browser::sign_in(&house, &settings).await?;
            let pair = accounts::sign_in(&house, EMAIL, &Secret::new(PASSWORD), Stay::Day, &device()).await?;
            anyhow::Ok((house, browser, pair))
        })?;
        let stranger = Browser::stranger(&house, &settings);
        Ok(Self { runtime, house, browser, stranger, pair })
    }

    /// What has to be there before: for some an access token that nobody has shown yet.
    ///
    /// # Errors
    /// When the session cannot be renewed.
    pub fn ready(&mut self, path: Path) -> Result<()> {
        if path == Path::NewToken { self.renew() } else { Ok(()) }
    }

    /// Does it once.
    ///
    /// # Errors
    /// When it is not answered as it should be.
    pub fn once(&mut self, path: Path) -> Result<()> {
        match path {
            Path::SessionCheck => self.get(&self.browser, "/api/me"),
            Path::LoginPage => self.get(&self.stranger, "/login"),
            Path::DashboardPage => self.get(&self.browser, "/dashboard"),
            Path::KnownToken | Path::NewToken => {
                ensure!(matches!(sessions::admit(&self.house, &self.pair.access), Admission::Admitted(_)));
                Ok(())
            }
            Path::Renewal => self.renew(),
        }
    }

    fn get(&self, browser: &Browser, path: &str) -> Result<()> {
        self.runtime.block_on(browser.get(path)).map(drop)
    }

    fn renew(&mut self) -> Result<()> {
        let renewed = self.runtime.block_on(sessions::renew(&self.house, &self.pair.refresh, &device()))?;
        let Rotation::Renewed(pair) = renewed else { anyhow::bail!("the session was not renewed: {renewed:?}") };
        self.pair = pair;
        Ok(())
    }
}
