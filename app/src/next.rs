//! Where to go next: a path of our own, whatever somebody put into a link.

use url::Url;

/// Where people go who asked for nothing in particular.
pub const HOME: &str = "/dashboard";

/// A path on this very site. Anything else that `next` may say, such as another host, a scheme or a line break, is no path
/// (CWE-601).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// Reads a path with its query.
    pub fn parse(raw: &str) -> Option<Self> {
        let plain = raw.len() <= 1000 && raw.starts_with('/') && raw.chars().all(|c| c.is_ascii_graphic() && c != '\\');
        if !plain || raw.starts_with("//") {
            return None;
        }
        // Read it as a browser would, and see that it stays where it is.
        let base = Url::parse("https://here.invalid/").ok()?;
        let url = base.join(raw).ok()?;
        let path = url.path();
        if url.host_str() != base.host_str() || url.scheme() != base.scheme() || path.starts_with("//") {
            return None;
        }
        Some(Self(match url.query() {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        }))
    }

    /// The typed path, or home. The pages on the way are no place to arrive at after signing in.
    pub fn after_sign_in(raw: Option<&str>) -> String {
        const ON_THE_WAY: [&str; 10] = [
            "/login",
            "/register",
            "/verify",
            "/forgot",
            "/reset",
            "/confirm-address",
            "/secure-account",
            "/setup",
            "/reauthenticate",
            "/api",
        ];
        let path = raw.and_then(Self::parse).map(|path| path.0);
        let leads_back = |path: &String| {
            let path = path.split('?').next().unwrap_or_default();
            ON_THE_WAY.iter().any(|no| path == *no || path.strip_prefix(no).is_some_and(|rest| rest.starts_with('/')))
        };
        path.filter(|path| !leads_back(path)).unwrap_or_else(|| HOME.to_owned())
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_our_own_pass() {
        for path in ["/", "/dashboard", "/reset?token=a-b_c", "/admin/users?q=a%20b&role=admin", "/a/../b"] {
            assert!(LocalPath::parse(path).is_some(), "{path}");
        }
    }

    #[test]
    fn everything_else_does_not() {
        for path in [
            "",
            "dashboard",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil",
            "https://evil.example",
            "javascript:alert(1)",
            "/\tx",
            "/a\r\nSet-Cookie: x",
            "/\0",
            " /x",
            "/%0d\u{e9}",
            "/..//evil.example",
            "/.//evil.example",
        ] {
            assert!(LocalPath::parse(path).is_none(), "{path:?}");
        }
    }

    #[test]
    fn signing_in_does_not_lead_back_to_signing_in() {
        assert_eq!(LocalPath::after_sign_in(Some("/login?next=/x")), HOME);
        assert_eq!(LocalPath::after_sign_in(Some("/api/logout")), HOME);
        assert_eq!(LocalPath::after_sign_in(Some("/account")), "/account");
        assert_eq!(LocalPath::after_sign_in(None), HOME);
    }
}
