//! One request, as pages and server functions see it: who is asking, from where, and what the answer shall do to the cookies.
//!
//! Made by the server's `visit.rs` before Leptos runs, and read from context. Nothing here decides who somebody is.

use crate::error::AppError;
use identity::{
    Latchkey,
    sessions::Device,
    tokens::TokenPair,
    words::{EndCause, Permission, Secret, Viewer},
};
use leptos::prelude::use_context;
use std::sync::{Arc, Mutex, PoisonError};

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "there is one for a request, and it is moved at once")]
pub enum Who {
    /// Nobody we know. `ended` tells why, when this browser had a session until a moment ago.
    Stranger {
        /// The cause of the end.
        ended: Option<EndCause>,
    },
    /// A signed-in person.
    SignedIn {
        /// What the access token says.
        viewer: Viewer,
        /// Whether the tokens were renewed for this very request.
        renewed: bool,
    },
}

/// What the answer shall do to the session cookies. Carried out by the server's visit layer and by nobody else.
#[derive(Clone, Debug)]
pub enum CookieOrder {
    /// Somebody has signed in, or holds the tokens of this session already.
    Give(Box<TokenPair>),
    /// Whoever came with an access token alone gets another one, and nothing to renew it with.
    Lend(Box<TokenPair>),
    /// Somebody has signed out.
    Clear,
}

/// One request.
#[derive(Clone)]
pub struct Visit {
    /// The installation.
    pub house: Arc<Latchkey>,
    /// Who is asking.
    pub who: Who,
    /// From where.
    pub device: Device,
    /// The request's id: what a person may tell the operator when something breaks.
    pub reference: String,
    /// Whether the guard has refused the page: then the error page is rendered and nothing else.
    pub denied: bool,
    /// The refresh token that the browser sent, or that is on its way to it. A program that sends an access token has none here.
    pub refresh: Option<Secret>,
    order: Arc<Mutex<Option<CookieOrder>>>,
}

impl Visit {
    /// For the server's visit layer, and for tests.
    pub fn new(house: Arc<Latchkey>, who: Who, device: Device, reference: String) -> Self {
        Self { house, who, device, reference, denied: false, refresh: None, order: Arc::default() }
    }

    /// The signed-in person.
    ///
    /// # Errors
    /// `SignedOut`, with the cause if there is one.
    pub fn signed_in(&self) -> Result<&Viewer, AppError> {
        match &self.who {
            Who::SignedIn { viewer, .. } => Ok(viewer),
            Who::Stranger { ended } => Err(AppError::SignedOut { ended: *ended }),
        }
    }

    /// The signed-in person, if anybody is.
    pub fn viewer(&self) -> Option<&Viewer> {
        self.signed_in().ok()
    }

    /// The signed-in person, if their role gives them anything to do in the admin panel.
    ///
    /// # Errors
    /// `SignedOut` for a stranger, `Forbidden` for anybody else.
    pub fn admin(&self) -> Result<identity::admin::Admin, AppError> {
        let viewer = self.signed_in()?;
        identity::admin::Admin::of(viewer, &self.device).map_err(crate::answer::worded)
    }

    /// The signed-in person, if they have given the password within the last ten minutes.
    ///
    /// # Errors
    /// `SignedOut` for a stranger, `ProofNeeded` when it was longer ago, or when the database does not answer.
    pub async fn proven(&self) -> Result<identity::sessions::Proven, AppError> {
        identity::sessions::prove(&self.house, self.signed_in()?).await.map_err(crate::answer::worded)
    }

    /// Whether the asker holds the refresh token of this session too. Access tokens are shown to services, and lie in their logs: nobody becomes
    /// by one what lasts longer than it does.
    ///
    /// # Errors
    /// `SignedOut` for a stranger, or when the database does not answer.
    pub async fn holds_refresh(&self) -> Result<bool, AppError> {
        let viewer = self.signed_in()?;
        let Some(refresh) = &self.refresh else { return Ok(false) };
        identity::sessions::holds(&self.house, viewer, refresh).await.map_err(crate::answer::worded)
    }

    /// The same, if they may do this. The rule asks once more.
    ///
    /// # Errors
    /// `SignedOut` for a stranger, `Forbidden` for anybody else.
    pub fn may(&self, permission: Permission) -> Result<identity::admin::Admin, AppError> {
        let admin = self.admin()?;
        admin.may(permission).map_err(crate::answer::worded)?;
        Ok(admin)
    }

    /// The same, if they have given the password within the last ten minutes: what every change of the admin panel asks for.
    ///
    /// # Errors
    /// Those of [`Self::may`], then those of [`Self::proven`].
    pub async fn may_change(&self, permission: Permission) -> Result<identity::admin::Proven, AppError> {
        let admin = self.may(permission)?;
        admin.proven(&self.proven().await?).map_err(crate::answer::worded)
    }

    /// Whether the admin panel is open to whoever asks.
    pub fn may_administer(&self) -> bool {
        self.viewer().is_some_and(|viewer| viewer.permissions.open_panel())
    }

    /// Whether whoever asks may do this. For what a page shows; what it does asks [`Self::may`].
    pub fn permits(&self, permission: Permission) -> bool {
        self.viewer().is_some_and(|viewer| viewer.permissions.has(permission))
    }

    /// Asks the visit layer to change the cookies.
    pub fn order(&self, order: CookieOrder) {
        *self.order.lock().unwrap_or_else(PoisonError::into_inner) = Some(order);
    }

    /// What was asked for; for the visit layer.
    pub fn take_order(&self) -> Option<CookieOrder> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The visit a server function answers.
///
/// # Errors
/// `Broken` when there is none: the function was mounted outside the visit layer.
pub fn visit() -> Result<Visit, AppError> {
    current().ok_or_else(|| crate::answer::worded(identity::Refusal::Broken("no visit in context".into())))
}

/// The last piece of the page's path: which of many it is about. Empty where there is none.
pub fn place() -> String {
    let parts = use_context::<http::request::Parts>();
    let last = parts.as_ref().and_then(|parts| parts.uri.path().rsplit('/').next());
    last.unwrap_or_default().to_owned()
}

/// Whether the page was asked for at exactly this path, with no query.
pub fn is_at(path: &str) -> bool {
    use_context::<http::request::Parts>().is_some_and(|parts| parts.uri.path() == path && parts.uri.query().is_none())
}

/// What the page's query says under a name, if it says anything. Decoded once: `%2520` in a link
/// would arrive as a space, and a path that was kept in `next` would be lost.
pub fn asked(name: &str) -> Option<String> {
    let parts = use_context::<http::request::Parts>()?;
    let mut pairs = url::form_urlencoded::parse(parts.uri.query()?.as_bytes());
    pairs.find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.into_owned())
}

/// Everything that the page's query says under a name.
pub fn asked_all(name: &str) -> Vec<String> {
    let Some(parts) = use_context::<http::request::Parts>() else { return Vec::new() };
    let pairs = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
    pairs.filter(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.into_owned()).collect()
}

/// The visit a page is rendered for.
pub fn current() -> Option<Visit> {
    use_context::<Visit>()
}
