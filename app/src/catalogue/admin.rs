//! The admin panel: its frame, and `/admin/users` with everything below. Its letters are in `letters`, its events in
//! `events`, its roles in `roles`.

/// Name of the tabs.
pub const TABS: &str = "Admin panel";
/// The tab of `/admin`.
pub const OVERVIEW: &str = "Overview";
/// The tab of `/admin/users`.
pub const PEOPLE: &str = "People";
/// The tab of `/admin/roles`.
pub const ROLES: &str = "Roles";
/// The tab of `/admin/letters`.
pub const LETTERS: &str = "Letters";
/// The tab of `/admin/audit`.
pub const EVENTS: &str = "Events";

/// Name of the list.
pub const ACCOUNTS: &str = "Accounts";
/// Searches.
pub const SEARCH: &str = "Search";
/// Ends a search.
pub const CLEAR: &str = "Clear";
/// A filter that lets everything pass.
pub const ANY: &str = "Any";
/// Column: name and address.
pub const PERSON: &str = "Person";
/// Column and filter: what an account may open.
pub const ROLE: &str = "Role";
/// Column and filter: whether an account can sign in.
pub const STATUS: &str = "Status";
/// Column and fact: when somebody signed in last.
pub const LAST_SIGN_IN: &str = "Last sign-in";
/// Column and fact: when the account was made.
pub const REGISTERED: &str = "Registered";
/// Did not sign in so far.
pub const NEVER: &str = "Never";
/// A search that found nothing.
pub const NOBODY: &str = "Nobody here fits that.";
/// Why, perhaps.
pub const NOBODY_HINT: &str = "The search looks at the beginning of addresses, names and ids.";

/// Marks the own account.
pub const YOU: &str = "This is you";
/// Facts of an account.
pub const ACCOUNT: &str = "Account";
/// When the address was confirmed.
pub const VERIFIED: &str = "Address confirmed";
/// The address was not confirmed so far.
pub const NOT_YET: &str = "Not yet";
/// When the account was disabled.
pub const DISABLED: &str = "Disabled";
/// What programs call the account.
pub const ID: &str = "Id";
/// The same, for those who hear the button that copies it.
pub const ACCOUNT_ID: &str = "account id";
/// What can be done about an account.
pub const ACCESS: &str = "Access";
/// Enables an account.
pub const ENABLE: &str = "Enable account";
/// Disables an account.
pub const DISABLE: &str = "Disable account";
/// What follows from that.
pub const DISABLE_TEXT: &str = "They are signed out everywhere at once, and cannot sign in until the account is enabled again. Nothing is deleted.";
/// What follows from that for oneself.
pub const DISABLE_SELF_TEXT: &str = "You are signed out at once, and another administrator has to let you in again.";
/// Really disables the account.
pub const REALLY_DISABLE: &str = "Yes, disable it";
/// Where somebody is signed in.
pub const SESSIONS: &str = "Sessions";
/// Ends all of them.
pub const END_ALL: &str = "End all";
/// The same where one of them is the session in hand.
pub const END_ALL_OWN: &str = "End all, mine too";
/// There are none.
pub const NO_SESSIONS: &str = "Not signed in anywhere.";
