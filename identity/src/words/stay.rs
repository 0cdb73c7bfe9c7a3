//! How long somebody asked to stay signed in.

crate::spelled! {
    /// The lifetime chosen at sign-in, within what the operator allows. Administrators are capped at 12 hours whatever they choose.
    Stay {
        /// Until the browser closes; the server forgets after 12 hours.
        Visit = "visit",
        /// One day from sign-in.
        Day = "day",
        /// Thirty days from sign-in.
        Month = "month",
        /// No end on the server's side: until signing out.
        Forever = "forever",
    }
}
