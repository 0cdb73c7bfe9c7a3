//! The pages of the own account: what all of them say. One file below for each page.

pub mod address;
pub mod data;
pub mod devices;
pub mod history;
pub mod password;
pub mod profile;

/// Name of the tabs.
pub const TABS: &str = "Your account";
/// The tab of `/account`.
pub const PROFILE: &str = "Profile";
/// The tab of `/account/password`.
pub const PASSWORD: &str = "Password";
/// The tab of `/account/address`.
pub const ADDRESS: &str = "Address";
/// The tab of `/account/devices`.
pub const DEVICES: &str = "Devices";
/// The tab of `/account/history`.
pub const HISTORY: &str = "History";
/// The tab of `/account/data`.
pub const DATA: &str = "Data";
