//! An administrator's browser on the real router: every layer, every rule, no socket.

use anyhow::{Result, ensure};
use axum::{Router, body::Body, extract::ConnectInfo};
use http::{Request, header};
use http_body_util::BodyExt;
use identity::{
    Latchkey, accounts,
    sessions::Device,
    words::{Secret, Stay},
};
use server::{http as layers, settings::Settings, start};
use std::{net::SocketAddr, sync::Arc};
use tower::ServiceExt;

/// The browser.
pub struct Browser {
    router: Router,
    cookie: String,
}

impl Browser {
    /// Signs in as the account that the seed has made.
    ///
    /// # Errors
    /// When that does not work.
    pub async fn sign_in(house: &Arc<Latchkey>, settings: &Settings) -> Result<Self> {
        let mut browser = Self::stranger(house, settings);
        browser.renew(house).await?;
        Ok(browser)
    }

    /// Somebody else's, who is not signed in.
    pub fn stranger(house: &Arc<Latchkey>, settings: &Settings) -> Self {
        Self { router: layers::router(start::site(settings, house.clone()), None), cookie: String::new() }
    }

    /// Signs in anew, because an access token lives for minutes only.
    ///
    /// # Errors
    /// As [`Self::sign_in`].
    pub async fn renew(&mut self, house: &Latchkey) -> Result<()> {
        let password = Secret::new(crate::seed::PASSWORD);
        let pair = accounts::sign_in(house, crate::seed::EMAIL, &password, Stay::Day, &device()).await?;
        self.cookie = format!("__Host-Http-access={}", pair.access);
        Ok(())
    }

    /// Fetches a page, or data below `/api/`, and answers what it says.
    ///
    /// # Errors
    /// When the answer is anything but 200.
    pub async fn get(&self, path: &str) -> Result<String> {
        let accept = if path.starts_with("/api/") { "application/json" } else { "text/html" };
        let mut request = Request::get(path)
            .header(header::HOST, "id.example.org")
            .header(header::ACCEPT, accept)
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, &self.cookie)
            .body(Body::empty())?;
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([198, 18, 0, 1], 40_000))));
        let response = self.router.clone().oneshot(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        ensure!(status.is_success(), "GET {path} answered {status}: {}", text.chars().take(300).collect::<String>());
        Ok(text)
    }
}

/// What it is told by.
pub fn device() -> Device {
    Device::new("198.18.0.1", "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")
}
