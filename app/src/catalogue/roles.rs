//! Roles: `/admin/roles`, what each permission means, and giving a role to somebody.

use super::{number, role};
use identity::{
    admin::{MAX_ROLES, RoleView},
    words::{Fault, Permission, Permissions, Role},
};

/// Below the title of `/admin/roles`.
pub const LEAD: &str = "What people may do in this panel, and in your applications.";
/// Name of the list.
pub const LIST: &str = "All roles";
/// What is said of the administrator's role.
pub const EVERYTHING: &str = "Everything in this panel, also what later versions bring.";
/// What is said of an ordinary user's role.
pub const OWN_ACCOUNT: &str = "Their own account, and nothing in this panel.";
/// What is said of a role without permissions.
pub const NOTHING: &str = "Nothing in this panel. Your applications can still ask for the role by its name.";
/// What is said of a word of the installation's own.
pub const OWN_WORD: &str = "Known to your applications";
/// Marks a role that is always there.
pub const BUILT_IN: &str = "Built in";
/// Nobody has the role.
pub const NOBODY: &str = "Nobody has it";
/// Begins to change a role.
pub const EDIT: &str = "Change";
/// Really changes it.
pub const SAVE: &str = "Save the role";
/// What follows from that.
pub const EDIT_TEXT: &str = "It counts from the next click of everybody who has the role. Who may open this panel is signed in for \
                             twelve hours at most.";
/// Begins to remove a role.
pub const REMOVE: &str = "Remove";
/// What follows from that.
pub const REMOVE_TEXT: &str = "Nobody has it, so nobody loses anything. It cannot be brought back, only made anew.";
/// Really removes it.
pub const REALLY_REMOVE: &str = "Yes, remove it";
/// Why a role can neither be changed nor removed.
pub const BEYOND: &str = "It may do more than you, so only others can change or give it.";

/// The form that makes a role.
pub const MAKE: &str = "Make a role";
/// Makes it.
pub const MAKE_IT: &str = "Make the role";
/// The name of a role.
pub const NAME: &str = "Name";
/// What a name is.
pub const NAME_HINT: &str =
    "Small letters, digits and hyphens, such as support. It stays as it is, and travels in access tokens.";
/// The permissions of a role.
pub const MAY: &str = "Who has it may";
/// Words of the installation's own.
pub const OTHERS: &str = "Words of your applications";
/// What they are.
pub const OTHERS_HINT: &str =
    "Such as invoices:write, with spaces between. They mean nothing here and travel in access tokens.";
/// There are as many as there can be.
pub const FULL: &str = "There are as many roles as there can be. Remove one first.";

/// The link to a holder list; how many there are.
pub fn holders(view: &RoleView) -> String {
    match (view.holders, view.more_holders) {
        (_, true) => format!("{}+ people", number(view.holders)),
        (1, _) => "1 person".to_owned(),
        (n, _) => format!("{} people", number(n)),
    }
}

/// Why a role that somebody has cannot be removed.
pub fn held(view: &RoleView) -> String {
    format!(
        "To remove it, give another role to {} first.",
        if view.holders == 1 { "whoever has it" } else { "those who have it" }
    )
}

/// What is wrong with the name of a role.
pub const fn name_fault(fault: Fault) -> &'static str {
    match fault {
        Fault::Missing => "Enter a name.",
        Fault::Same => "There is a role of this name already.",
        _ => "Use 2 to 32 small letters, digits and hyphens, beginning with a letter.",
    }
}

/// What is wrong with the words of one's own.
pub const fn others_fault(fault: Fault) -> &'static str {
    match fault {
        Fault::TooLong => "These are too many. All words together have at most 1,000 characters.",
        Fault::Wrong => "One of them begins like a permission of this panel and is none. Is it misspelt?",
        _ => "Each is two names of small letters, digits, hyphens and underscores with a colon between.",
    }
}

/// That there can be no more roles.
pub fn full() -> String {
    format!("{FULL} There can be {}.", number(MAX_ROLES))
}

/// What a permission lets one do, to be read after [`MAY`].
pub const fn permission(permission: Permission) -> &'static str {
    match permission {
        Permission::UsersRead => "See everybody's account and where they are signed in",
        Permission::UsersWrite => "Make, invite, disable and delete accounts, and sign people out",
        Permission::UsersImpersonate => "See with somebody else's eyes for an hour",
        Permission::RolesRead => "See the roles and how many people have them",
        Permission::RolesWrite => "Make and change roles and give them to people, as far as their own goes",
        Permission::AuditRead => "See and export the security events",
        Permission::SettingsRead => "See the settings",
        Permission::SettingsWrite => "Change settings while Latchkey runs",
        Permission::KeysRead => "See the signing keys, never their secrets",
        Permission::KeysRotate => "Replace signing keys, and distrust them",
        Permission::LettersRead => "See how letters fare, never what they say",
        Permission::LettersRetry => "Have failing letters tried again",
    }
}

/// Begins to change somebody's role.
pub const CHANGE: &str = "Change the role";
/// The roles to choose from.
pub const CHOOSE: &str = "The new role";
/// Said before the own role is changed.
pub const OWN_ROLE: &str = "This is your own role. What you give away, only somebody else can give back to you.";
/// Really changes the role.
pub const CHANGE_IT: &str = "Yes, change the role";

/// What follows for somebody who gets this role.
pub fn consequence(to: Role, permissions: &Permissions) -> String {
    match to {
        Role::User => OWN_ACCOUNT.to_owned(),
        Role::Admin => EVERYTHING.to_owned(),
        Role::Named(_) if permissions.is_empty() => NOTHING.to_owned(),
        Role::Named(_) => {
            let told = |word: &str| match Permission::from_word(word) {
                Some(own) => permission(own).to_owned(),
                None => word.to_owned(),
            };
            format!("{}.", permissions.iter().map(told).collect::<Vec<_>>().join("; "))
        }
    }
}

/// The name of a role, quoted where it is the installation's own.
pub fn quoted(of: Role) -> String {
    match of {
        Role::Named(name) => format!("\u{201c}{}\u{201d}", name.as_str()),
        Role::User | Role::Admin => role(of),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use identity::words::RoleName;

    #[test]
    fn a_consequence_says_every_permission() {
        let support = Role::Named(RoleName::parse("support").unwrap());
        let told = consequence(support, &Permissions::collect(["audit:read", "invoices:write"]));
        assert_eq!(told, "See and export the security events; invoices:write.");
        assert_eq!(consequence(support, &Permissions::NONE), NOTHING);
    }

    #[test]
    fn holders_are_counted_in_words() {
        let view = |holders, more_holders| RoleView {
            role: Role::User,
            permissions: Permissions::NONE,
            holders,
            more_holders,
            within_reach: true,
        };
        assert_eq!(holders(&view(1, false)), "1 person");
        assert_eq!(holders(&view(12, false)), "12 people");
        assert_eq!(holders(&view(1000, true)), "1,000+ people");
    }
}
