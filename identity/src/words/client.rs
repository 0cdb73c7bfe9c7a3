//! What a browser says about itself, read as a person would: "Firefox" and "Linux". Names, which nobody translates; the sentence
//! around them belongs to whoever shows it.

/// Marks of browsers, the specific before those who imitate others.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];

/// Marks of systems, likewise.
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
];

/// A browser and the system it runs on, as far as they are known. A hint for the person, never a decision: anybody can send any
/// `User-Agent`, and nothing of it but these names is ever shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// The browser.
    pub browser: Option<&'static str>,
    /// The system.
    pub system: Option<&'static str>,
}

impl Client {
    /// Reads a `User-Agent` (RFC 9110 section 10.1.5).
    pub fn of(user_agent: &str) -> Self {
        Self { browser: first(BROWSERS, user_agent), system: first(SYSTEMS, user_agent) }
    }

    /// Whether it fits in a pocket.
    pub fn is_handheld(self) -> bool {
        matches!(self.system, Some("iPhone" | "iPad" | "Android"))
    }
}

fn first(marks: &[(&str, &'static str)], user_agent: &str) -> Option<&'static str> {
    marks.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_known_by_their_marks() {
        for (user_agent, browser, system) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", Some("Firefox"), Some("Linux")),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0",
                Some("Edge"),
                Some("Windows"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1",
                Some("Safari"),
                Some("iPhone"),
            ),
            ("curl/8.5.0", Some("curl"), None),
            ("", None, None),
            ("<script>", None, None),
        ] {
            assert_eq!(Client::of(user_agent), Client { browser, system }, "{user_agent}");
        }
        let handheld = |user_agent| Client::of(user_agent).is_handheld();
        assert!(handheld("Mozilla/5.0 (Linux; Android 16)") && !handheld("Mozilla/5.0 (X11; Linux x86_64)"));
    }
}
