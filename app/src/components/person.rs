//! People: initials, name and address, role and state.

use crate::catalogue;
use identity::{
    admin::Status,
    words::{Role, UserView},
};
use leptos::prelude::*;

/// Initials in a circle. Decoration: the name stands beside it.
#[component]
pub fn Avatar(
    /// The name.
    name: String,
    /// At the head of a page.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let class = if large { "avatar avatar--large" } else { "avatar" };
    view! { <span class=class aria-hidden="true">{initials(&name)}</span> }
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    [first, words.next_back()].into_iter().flatten().flat_map(char::to_uppercase).collect()
}

/// What an account may open.
#[component]
pub fn RoleBadge(
    /// The role.
    role: Role,
) -> impl IntoView {
    let class = match role {
        Role::Admin | Role::Named(_) => "badge badge--accent",
        Role::User => "badge",
    };
    view! { <span class=class>{catalogue::role(role)}</span> }
}

/// Whether an account can sign in.
#[component]
pub fn StatusBadge(
    /// The account.
    user: UserView,
) -> impl IntoView {
    let (class, status) = match (user.disabled_at, user.verified_at) {
        (Some(_), _) => ("badge badge--negative", Status::Disabled),
        (None, None) => ("badge badge--warning", Status::Unverified),
        (None, Some(_)) => ("badge badge--positive", Status::Active),
    };
    // An owner who leaves can still sign in until then.
    let leaving = user.delete_at.is_some().then(|| {
        view! { " " <span class="badge badge--warning">{catalogue::status(Status::Leaving)}</span> }
    });
    view! { <span class="row"><span class=class>{catalogue::status(status)}</span> {leaving}</span> }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_of_the_first_and_the_last_word() {
        assert_eq!(initials("Alice Mary Archer"), "AA");
        assert_eq!(initials("alice"), "A");
        assert_eq!(initials("陳美玲"), "陳");
        assert_eq!(initials("(🦀) x"), "X");
        assert_eq!(initials(""), "");
    }
}
