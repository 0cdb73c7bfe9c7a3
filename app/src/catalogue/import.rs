//! `/admin/users/import`: many accounts at once.

use super::number;
use identity::admin::Trouble;

/// Below the title of the page.
pub const LEAD: &str = "Many accounts at once, from a CSV file.";
/// For who may look at accounts, but make none.
pub const NOT_YOURS: &str = "Your role lets you see accounts, but not make any.";
/// The file.
pub const FILE: &str = "The file";
/// What happens with it.
pub const FILE_TEXT: &str = "It is looked through first. Nothing is made before you have seen what would be.";
/// The field.
pub const LINES: &str = "Paste its lines";
/// What they look like.
pub const EXAMPLE: &str = "email,name,role\nada@example.org,Ada Lovelace,user";
/// How much fits.
pub const LIMIT: &str = "1 MiB at most, about 10,000 lines. For more, use “latchkey user import FILE” on the server.";
/// Looks the file through.
pub const CHECK: &str = "Check it";
/// The columns.
pub const COLUMNS: &str = "Columns";
/// Each with what belongs in it.
pub const COLUMN: &[(&str, &str)] = &[
    ("email", "The address. It must not have an account yet."),
    ("name", "What the person is called."),
    ("role", "Optional: user, admin or a role of your own. Empty is user."),
    ("verified", "Optional: yes where you know that the address is theirs. Counts only together with a hash."),
    (
        "password_hash",
        "Optional: a PHC string of argon2id ($argon2id$v=19$…), which is renewed at the first sign-in. Without one the person is invited and \
         chooses a password.",
    ),
];

/// What is wrong.
pub const WRONG: &str = "What is wrong";
/// Nothing was done.
pub const NOTHING: &str = "Nothing was made. Mend these lines in your file, and paste it again.";
/// What would be made.
pub const PLAN: &str = "Everything is right";
/// What is to be done.
pub const PLAN_TEXT: &str = "This is what would be made. Nothing has been made yet.";
/// Figure: accounts without a password.
pub const INVITED: &str = "To be invited";
/// Figure: accounts with one.
pub const READY: &str = "With a password";
/// Sends invitations.
pub const LETTERS: &str = "Send the invitations now. Without them, people can ask for a letter themselves, as if they had forgotten a password.";
/// Figure: when the last of them leaves.
pub const LAST_LETTER: &str = "Last invitation";
/// How fast they leave.
pub const PACE: &str = "Invitations leave one after the other, a thousand in an hour. Whoever is invited has seven days from then. When more than a day \
     of them waits, the import stops and says in which line.";
/// Makes them.
pub const MAKE: &str = "Make these accounts";
/// Back to the beginning.
pub const AGAIN: &str = "Another file";

/// A line by its number.
pub fn line(line: u64) -> String {
    format!("Line {}", count(line))
}

/// So many lines are wrong, as a title.
pub fn wrong(lines: u64) -> String {
    if lines == 1 { "1 line is wrong".into() } else { format!("{} lines are wrong", count(lines)) }
}

/// So many are not shown.
pub fn more(lines: u64) -> String {
    format!("And {} more.", count(lines))
}

/// Some accounts were made before somebody else took an address.
pub fn made_some(made: u64, left: u64) -> String {
    format!(
        "{} accounts were made; {} right lines beside these were left out. Paste those again.",
        count(made),
        count(left)
    )
}

/// Very many letters wait.
pub const STOPPED: &str = "More than a day of letters waits";

/// How far it came; followed by the time at which there is room for more.
pub fn stopped(made: u64, line: u64) -> String {
    format!(
        "{} accounts were made, and nothing of line {} or any after it. Take away the lines before it, and paste the rest again after",
        count(made),
        count(line)
    )
}

/// Why a line is not taken.
pub const fn trouble(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::Header => {
            "The first line has to name the columns, with commas between: email, name and, if wanted, the others below."
        }
        Trouble::Malformed => "This is no CSV, or has another number of columns than the first line.",
        Trouble::Name => "There is no name, or one that cannot be shown.",
        Trouble::Address => "This is no email address.",
        Trouble::Role => "There is no such role.",
        Trouble::Beyond => "This role is not yours to give.",
        Trouble::Verified => "“verified” is neither yes nor no.",
        Trouble::Hash => "The hash is none of argon2id, or of a strength that is not taken here.",
        Trouble::Unconfirmed => "A hash counts only where “verified” is yes.",
        Trouble::Twice => "This address stands further up already.",
        Trouble::Known => "This address has an account.",
    }
}

fn count(count: u64) -> String {
    number(i64::try_from(count).unwrap_or(i64::MAX))
}
