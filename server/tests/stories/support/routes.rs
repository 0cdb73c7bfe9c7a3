//! What is mounted, as the running router knows it, and how each is asked sensibly. A route added tomorrow appears here by itself;
//! one that needs an argument nobody has thought of stops the tests with its name.

use super::{PASSWORD, email};
use http::Method;
use server::http::pages;
use uuid::Uuid;

/// One server function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Function {
    pub path: &'static str,
    /// Whether it is asked by GET, which must not change anything.
    pub reads: bool,
}

/// Every server function, by path.
pub fn functions() -> Vec<Function> {
    let mut functions: Vec<_> = server_fn::axum::server_fn_paths()
        .map(|(path, method)| {
            assert!(method == Method::GET || method == Method::POST, "{method} {path}");
            Function { path, reads: method == Method::GET }
        })
        .collect();
    functions.sort();
    assert!(functions.len() > 15, "the functions of the application are linked in");
    functions
}

/// Every page, with placeholders filled: `{id}` by an account's id.
pub fn pages(account: Uuid) -> Vec<String> {
    let mut paths = pages::paths();
    paths.sort();
    paths.dedup();
    assert!(paths.len() > 8, "the pages of the application are known: {paths:?}");
    let filled: Vec<_> = paths.iter().map(|path| path.replace("{id}", &account.to_string())).collect();
    assert!(!filled.iter().any(|path| path.contains(['{', ':', '*'])), "an unknown placeholder: {filled:?}");
    filled
}

impl Function {
    /// Arguments that are well formed, so that the answer tells who may ask and not what was mistyped. `of` is somebody else's
    /// account, `salt` makes an address that nobody has used.
    pub fn arguments(&self, of: Uuid, salt: usize) -> Vec<(&'static str, String)> {
        let of = of.to_string();
        let fresh = email(&format!("fresh{salt}"));
        match self.path {
            "/api/me"
            | "/api/sessions"
            | "/api/history"
            | "/api/delete_account"
            | "/api/keep_account"
            | "/api/logout"
            | "/api/stop_acting"
            | "/api/end_other_sessions"
            | "/api/admin/overview" => vec![],
            "/api/admin/users" | "/api/admin/audit" | "/api/admin/letters" | "/api/admin/retry_letters" => vec![],
            "/api/password_strength" => vec![("password", PASSWORD.into())],
            "/api/register" => vec![("name", "Fresh".into()), ("email", fresh), ("password", PASSWORD.into())],
            "/api/login" => vec![("email", email("carol")), ("password", PASSWORD.into())],
            "/api/verify_email" => vec![("token", "AAAAA-AAAAA-AAAAA".into())],
            "/api/resend_verification" | "/api/request_reset" => vec![("email", fresh)],
            "/api/reset_password" => vec![("token", "AAAAA-AAAAA-AAAAA".into()), ("password", PASSWORD.into())],
            "/api/change_password" => vec![("current", PASSWORD.into()), ("password", PASSWORD.into())],
            "/api/setup" => {
                vec![("token", "x".into()), ("name", "Fresh".into()), ("email", fresh), ("password", PASSWORD.into())]
            }
            "/api/reauthenticate" => vec![("password", PASSWORD.into())],
            "/api/change_name" => vec![("name", "Fresh".into())],
            "/api/change_address" => vec![("email", fresh)],
            "/api/resend_address_change" | "/api/cancel_address_change" => vec![],
            "/api/confirm_address" | "/api/secure_account" => vec![("token", "AAAAA-AAAAA-AAAAA".into())],
            "/api/end_session" => vec![("id", of)],
            "/api/accept_invitation" => vec![("token", "AAAAA".into()), ("password", PASSWORD.into())],
            "/api/admin/end_session" => vec![("id", of.clone()), ("session", of)],
            "/api/admin/invite" => vec![("name", "Fresh".into()), ("email", fresh)],
            "/api/admin/import" => vec![("csv", "email,name\nfresh@example.org,Fresh".into())],
            "/api/admin/create" => vec![("name", "Fresh".into()), ("email", fresh), ("password", PASSWORD.into())],
            "/api/admin/force_reset"
            | "/api/admin/verify"
            | "/api/admin/delete"
            | "/api/admin/undelete"
            | "/api/admin/resend_invitation"
            | "/api/admin/revoke_invitation" => vec![("id", of)],
            "/api/admin/bulk" => vec![("action", "enable".into()), ("ids", of)],
            "/api/admin/impersonate" => vec![("id", of), ("reason", "They asked for help".into())],
            "/api/admin/set_role" => vec![("id", of), ("role", "user".into())],
            "/api/admin/settings"
            | "/api/admin/keys"
            | "/api/admin/rotate_keys"
            | "/api/admin/cancel_key_retirement" => {
                vec![]
            }
            "/api/admin/set_setting" => vec![("setting", "min_password".into()), ("value", "15".into())],
            "/api/admin/reset_setting" => vec![("setting", "min_password".into())],
            // An hour from when the clock of the tests starts.
            "/api/admin/plan_key_retirement" => vec![("value", "2026-11-19T08:00".into())],
            "/api/admin/distrust_key" => vec![("kid", "no-such-key".into())],
            "/api/admin/roles" => vec![],
            "/api/admin/make_role" => vec![("name", format!("fresh-{salt}"))],
            "/api/admin/edit_role" | "/api/admin/remove_role" => vec![("name", "no-such-role".into())],
            "/api/admin/user" | "/api/admin/disable" | "/api/admin/enable" | "/api/admin/end_sessions" => {
                vec![("id", of)]
            }
            unknown => {
                panic!("{unknown} is new: say here what a sensible request looks like, then review who may send it")
            }
        }
    }
}
