//! What an operator reads about accounts, roles, settings and keys that are managed from a terminal.

use std::fmt::Display;

/// The help of each command and flag.
pub mod help {
    pub const ROLES: &str = "Roles made of permissions";
    pub const SETTINGS: &str = "Settings and where they come from; those that may change while Latchkey runs";
    pub const COMPLETIONS: &str = "Print what makes a shell complete these commands";
    pub const SHELL: &str = "For which shell";
    pub const JSON: &str = "As JSON";

    pub const ADMIN_LIST: &str = "List the administrators";
    pub const USER_LIST: &str = "List accounts, newest first";
    pub const USER_SEARCH: &str = "Only those whose address, name or id begins with this";
    pub const USER_OF_ROLE: &str = "Only those of this role";
    pub const USER_SHOW: &str = "Show one account";
    pub const USER_DISABLE: &str = "Disable the account and end its sessions";
    pub const USER_ENABLE: &str = "Let a disabled account sign in again";
    pub const USER_END_SESSIONS: &str = "End all sessions of the account";
    pub const USER_VERIFY: &str = "Confirm the address on the owner's behalf";
    pub const USER_DELETE: &str = "Have the account deleted in seven days";
    pub const USER_UNDELETE: &str = "Take that back";
    pub const USER_SET_ROLE: &str = "Give the account another role";
    pub const USER_INVITE: &str = "Make an account and write to its owner, who chooses a password";
    pub const ROLE_GIVEN: &str = "user, admin, or a role of `latchkey roles list`";

    pub const ROLES_LIST: &str = "List roles, what they permit and how many have them";
    pub const ROLES_SET: &str = "Make a role, or change what it permits";
    pub const ROLES_REMOVE: &str = "Remove a role that nobody has";
    pub const ROLE_NAME: &str = "Name of the role";
    pub const PERMISSIONS: &str = "What it permits, such as users:read; with spaces between, or given several times";

    pub const SETTINGS_LIST: &str = "List every setting, its value and where it comes from; secrets are not shown";
    pub const SETTINGS_SET: &str = "Change a setting; the running server knows within a second";
    pub const SETTINGS_RESET: &str = "Go back to the default of a setting";
    pub const SETTING: &str = "Name of the setting, as in the settings file";
    pub const VALUE: &str = "Its value, as in the settings file";

    pub const KEYS_PLAN: &str = "Plan when the key that signs now stops to; its successor is made in time";
    pub const KEYS_AT: &str = "The moment, in UTC: 2026-12-01T09:30";
    pub const KEYS_CANCEL: &str = "Take the plan back";
    pub const KEYS_DISTRUST: &str = "Drop a key that leaked: everything it signed is refused at once";
    pub const KEYS_KID: &str = "Its id, as `latchkey keys list` shows it";
}

/// Examples at the end of the help.
pub mod examples {
    pub const ADMIN: &str = "Examples:
  latchkey admin list
  latchkey admin create --email root@example.org
  latchkey admin unlock --email root@example.org
  latchkey admin reset-password --email root@example.org";
    pub const USER: &str = "Examples:
  latchkey user list --search alice
  latchkey user show --email alice@example.org --json
  latchkey user invite --email alice@example.org --name Alice
  latchkey user disable --email alice@example.org";
    pub const ROLES: &str = "Examples:
  latchkey roles set --name support --permissions 'users:read letters:read'
  latchkey user set-role --email alice@example.org --role support
  latchkey roles list";
    pub const SETTINGS: &str = "Examples:
  latchkey settings list
  latchkey settings set sign_up invite
  latchkey settings reset sign_up";
    pub const KEYS: &str = "Examples:
  latchkey keys list
  latchkey keys rotate
  latchkey keys plan --at 2026-12-01T09:30
  latchkey keys distrust --kid 0123456789abcdef";
    pub const COMPLETIONS: &str = "Examples:
  latchkey completions bash > /etc/bash_completion.d/latchkey
  latchkey completions zsh > ~/.zfunc/_latchkey
  latchkey completions fish > ~/.config/fish/completions/latchkey.fish";
}

/// One account in a list.
pub fn account(email: impl Display, role: impl Display, state: &str, id: impl Display) -> String {
    format!("{id}  {role:8}  {state:10}  {email}")
}

pub const ACTIVE: &str = "active";
pub const DISABLED: &str = "disabled";
pub const UNVERIFIED: &str = "unverified";
pub const LEAVING: &str = "leaving";

/// One fact of an account.
pub fn fact(name: &str, value: impl Display) -> String {
    format!("{name:13} {value}")
}

pub const ID: &str = "id";
pub const NAME: &str = "name";
pub const ADDRESS: &str = "address";
pub const ROLE: &str = "role";
pub const STATE: &str = "state";
pub const REGISTERED: &str = "registered";
pub const LAST_SIGN_IN: &str = "last sign-in";
pub const NEVER: &str = "never";

pub fn disabled(email: impl Display) -> String {
    format!("{email} is disabled. All sessions of the account have ended.")
}

pub fn enabled(email: impl Display) -> String {
    format!("{email} can sign in again.")
}

pub fn sessions_ended(email: impl Display, count: usize) -> String {
    format!("{email} is signed out everywhere. Sessions ended: {count}.")
}

pub fn verified(email: impl Display) -> String {
    format!("{email} is confirmed.")
}

pub fn deletion_ordered(email: impl Display) -> String {
    format!("{email} will be deleted in seven days.")
}

pub fn deletion_revoked(email: impl Display) -> String {
    format!("{email} stays.")
}

pub fn role_set(email: impl Display, role: impl Display) -> String {
    format!("{email} has the role {role} now.")
}

pub fn invited(email: impl Display) -> String {
    format!("{email} was invited. A letter is on its way.")
}

/// One role in a list.
pub fn role(name: impl Display, holders: impl Display, more: bool, permissions: impl Display) -> String {
    let more = if more { "+" } else { "" };
    format!("{name:12}  {:>6}  {permissions}", format!("{holders}{more}")).trim_end().to_owned()
}

pub fn role_kept(name: impl Display) -> String {
    format!("The role {name} permits that now.")
}

pub fn role_removed(name: impl Display) -> String {
    format!("The role {name} is gone.")
}

pub fn no_role(name: &str) -> String {
    format!("{name:?} is no role that can be made, changed or removed")
}

pub const BAD_PERMISSIONS: &str = "one of the permissions is not of the form area:act, or there are too many";
pub const ROLE_IN_USE: &str = "somebody has that role; give them another one first";

/// One setting in a list.
pub fn setting(name: &str, value: &str, origin: &str) -> String {
    format!("{name:20}  {origin:11}  {value}")
}

pub const SECRET: &str = "(set, not shown)";
pub const RUN_TIME: &str = "run time";

pub fn setting_is(name: impl Display, value: impl Display) -> String {
    format!("{name} is {value} now.")
}

pub fn no_setting(name: &str, names: &str) -> String {
    format!("{name:?} cannot be changed while Latchkey runs; these can: {names}")
}

pub fn fixed(name: impl Display) -> String {
    format!("{name} is given by flag, environment or settings file, and is changed there")
}

pub fn empty_list(name: impl Display) -> String {
    format!("{name}: that would admit nobody; set sign_up_domains first")
}

pub fn bad_value(name: impl Display, value: &str, fault: &str) -> String {
    format!("{name}: {value:?} {fault}")
}

pub const PLANNED: &str = "The key that signs now stops then. Its successor is made in time.";
pub const PLAN_CANCELLED: &str = "Nothing is planned.";
pub const PLAN_TAKEN: &str = "the next key is published already";
pub const NO_MOMENT: &str = "--at is no moment such as 2026-12-01T09:30";
pub const NOT_THEN: &str = "--at has to be at least ten minutes and at most a year from now";

pub fn distrusted(kid: &str) -> String {
    format!("{kid} is gone. Everything it signed is refused; people in a browser go on unnoticed.")
}

pub fn no_key(kid: &str) -> String {
    format!("there is no key {kid:?}")
}

pub fn planned(moment: &str) -> String {
    format!("signs until {moment} (planned)")
}

pub fn verifies(moment: &str) -> String {
    format!("verifies until {moment}")
}
