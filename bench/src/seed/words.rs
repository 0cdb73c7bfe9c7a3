//! What people are called, which browsers they use and what happens to them, as lists that a statement can pick from by number.
//!
//! Neither database can index a list in the same words as the other, but both can cut a text: every list becomes one text of entries of
//! equal width.

/// A list as one text.
pub struct Words {
    text: String,
    width: usize,
    count: usize,
}

impl Words {
    /// Of these entries, none of which ends with a space.
    pub fn of<S: AsRef<str>>(entries: &[S]) -> Self {
        let width = entries.iter().map(|entry| entry.as_ref().chars().count()).max().unwrap_or(0);
        let text = entries.iter().map(|entry| format!("{:<width$}", entry.as_ref())).collect();
        Self { text, width, count: entries.len() }
    }

    /// An expression for the entry that a number chooses, whatever the number.
    pub fn pick(&self, number: &str) -> String {
        let Self { text, width, count } = self;
        format!(
            "rtrim(substr('{}', cast(1 + ({number}) % {count} * {width} as integer), {width}))",
            text.replace('\'', "''")
        )
    }
}

/// Given names. Some begin alike, some with letters that ASCII does not have.
pub const FIRST: &[&str] = &[
    "Aaliyah",
    "Adam",
    "Agnieszka",
    "Ahmed",
    "Aiko",
    "Alice",
    "Amara",
    "Anders",
    "Anna",
    "Anneliese",
    "Antonio",
    "Åsa",
    "Beatriz",
    "Benjamin",
    "Bruno",
    "Carla",
    "Chidi",
    "Chloé",
    "Daniel",
    "Daria",
    "David",
    "Elena",
    "Élodie",
    "Emma",
    "Farid",
    "Fatima",
    "Felix",
    "Giulia",
    "Hannah",
    "Hiroshi",
    "Ingrid",
    "Ivan",
    "Jakub",
    "James",
    "Jana",
    "João",
    "Jonas",
    "Kateryna",
    "Kofi",
    "Lars",
    "Laura",
    "Leila",
    "Lukas",
    "Magnus",
    "Maria",
    "Mateo",
    "Mei",
    "Mohammed",
    "Nadia",
    "Noah",
    "Olga",
    "Ömer",
    "Paula",
    "Priya",
    "Quentin",
    "Rania",
    "Sofia",
    "Søren",
    "Tariq",
    "Theo",
    "Ulrike",
    "Viktor",
    "Wanjiru",
    "Xenia",
    "Yusuf",
    "Zoë",
    "Zuzana",
];

/// Family names.
pub const LAST: &[&str] = &[
    "Abebe",
    "Adeyemi",
    "Andersson",
    "Bauer",
    "Becker",
    "Bianchi",
    "Brown",
    "Castro",
    "Chen",
    "Cohen",
    "Costa",
    "Dubois",
    "Eriksen",
    "Fernández",
    "Fischer",
    "Garcia",
    "Gruber",
    "Haddad",
    "Hansen",
    "Horvat",
    "Ito",
    "Ivanova",
    "Jansen",
    "Johnson",
    "Kaya",
    "Khan",
    "Kim",
    "Kowalski",
    "Kumar",
    "Larsen",
    "Lee",
    "Lefèvre",
    "Lopez",
    "Martin",
    "Meyer",
    "Moreau",
    "Müller",
    "Nakamura",
    "Nguyen",
    "Novák",
    "O'Brien",
    "Okafor",
    "Oliveira",
    "Papadopoulos",
    "Park",
    "Patel",
    "Petrov",
    "Popescu",
    "Rossi",
    "Said",
    "Schmidt",
    "Schneider",
    "Silva",
    "Singh",
    "Smith",
    "Tanaka",
    "Taylor",
    "Torres",
    "Usman",
    "van Dijk",
    "Virtanen",
    "Wang",
    "Weber",
    "Wójcik",
    "Yılmaz",
    "Zhang",
    "Zimmermann",
];

/// Where mail goes.
pub const DOMAINS: &[&str] = &[
    "example.com",
    "example.org",
    "example.net",
    "mail.example.com",
    "post.example.org",
    "inbox.example.net",
    "uni.example.edu",
    "firma.example.de",
    "company.example.co.uk",
    "studio.example.fr",
    "shop.example.it",
    "home.example.se",
];

/// What browsers call themselves.
pub const BROWSERS: &[&str] = &[
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_7_1) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    "curl/8.11.0",
];

/// Roles of the installation's own making, with their permissions.
pub const ROLES: &[(&str, &str)] = &[
    ("auditor", "audit:read users:read"),
    ("key-keeper", "keys:read keys:rotate settings:read"),
    ("support", "letters:read letters:retry users:read users:write"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_cut_where_they_end() {
        let words = Words::of(&["Zoë", "O'Brien"]);
        assert_eq!(words.pick("k"), "rtrim(substr('Zoë    O''Brien', cast(1 + (k) % 2 * 7 as integer), 7))");
    }
}
