//! What an account may open.

crate::spelled! {
    /// Authorisation, coarse: a user opens the dashboard, an administrator the dashboard and the admin panel.
    Role {
        /// May use the own account.
        User = "user",
        /// May also administer everybody else's.
        Admin = "admin",
    }
}
