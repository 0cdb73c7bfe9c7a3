//! `/reauthenticate`: giving the password again before something dangerous.

/// The page.
pub const TITLE: &str = "Please give your password again";
/// Below the title.
pub const LEAD: &str = "It has been a while, and this is worth a second look.";
/// Whose password it is.
pub const ACCOUNT: &str = "Account";
/// What the person was about to do.
pub const PURPOSE: &str = "What it is for";
/// The account or the address that is about to be changed.
pub const CONCERNED: &str = "Whom it is about";
/// The button.
pub const GO_ON: &str = "Go on";
/// Back to the page the form was sent from.
pub const CANCEL: &str = "Cancel";

/// What is about to be done, by the path of its function.
pub fn about(act: &str) -> &'static str {
    match act {
        "/api/admin/set_role" => "The role of an account is changed.",
        "/api/admin/make_role" => "A role is made.",
        "/api/admin/edit_role" => "What a role lets people do is changed, for everybody who has it.",
        "/api/admin/remove_role" => "A role that nobody has is removed.",
        "/api/admin/disable" => "An account is disabled and signed out everywhere.",
        "/api/admin/enable" => "A disabled account can sign in again.",
        "/api/admin/end_sessions" => "All sessions of an account are ended.",
        "/api/admin/end_session" => "A session of an account is ended.",
        "/api/admin/force_reset" => "The password of an account becomes worthless, and its owner chooses another.",
        "/api/admin/verify" => "You vouch for the address of an account.",
        "/api/admin/delete" => "An account is shut, and deleted in seven days. You can undo that until then.",
        "/api/admin/undelete" => "An account that was to be deleted is kept.",
        "/api/admin/invite" => "Somebody is invited to an account.",
        "/api/admin/create" => "An account is made with a password.",
        "/api/admin/import" | "/admin/users/import" => "Many accounts are made at once.",
        "/api/admin/resend_invitation" => "An invitation is sent once more.",
        "/api/admin/revoke_invitation" => "An invitation is taken back.",
        "/api/admin/set_setting" => "A setting is changed.",
        "/api/admin/reset_setting" => "A setting goes back to its default.",
        "/api/admin/rotate_keys" => "A new signing key is made. It signs in ten minutes.",
        "/api/admin/plan_key_retirement" => "It is planned when the signing key stops.",
        "/api/admin/cancel_key_retirement" => "The planned retirement of the signing key is taken back.",
        "/api/admin/distrust_key" => "A signing key is trusted no more: everything it signed is refused.",
        "/api/admin/bulk" => "Several accounts are changed at once.",
        "/api/admin/impersonate" => "You are going to see the service as somebody else does. They are told.",
        "/admin/users/export.csv" | "/admin/users/export.json" => "You get a list of accounts to take away.",
        "/admin/audit/export.csv" | "/admin/audit/export.jsonl" => "You get a list of security events to take away.",
        "/api/admin/retry_letters" => "Letters that could not be sent are tried again.",
        "/api/change_address" => "A letter goes to your new address, so that you can confirm it.",
        "/api/delete_account" => "Your account is going to be deleted. You can undo that within seven days.",
        "/account/export" => "You get a copy of everything that is held about you.",
        _ => "What you were about to do.",
    }
}
