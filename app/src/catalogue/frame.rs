//! What stands around every page: titles, navigation, foot.

use super::PRODUCT;

/// Entry of the main navigation, and title: the dashboard.
pub const DASHBOARD: &str = "Dashboard";
/// Entry of the main navigation: the own account.
pub const ACCOUNT: &str = "Account";
/// Entry of the main navigation: the admin panel.
pub const ADMIN: &str = "Admin";

/// Name of the main navigation.
pub const NAVIGATION: &str = "Main";
/// Leads past the navigation, for who uses no mouse.
pub const SKIP: &str = "Skip to content";
/// Ends the session in hand.
pub const SIGN_OUT: &str = "Sign out";

/// The title of a document, as tabs and bookmarks show it.
pub fn document(page: &str) -> String {
    format!("{page} · {PRODUCT}")
}

/// Below the pages before the door: what is behind it.
pub fn guarded(host: &str) -> String {
    format!("{host} · guarded by {PRODUCT}")
}
