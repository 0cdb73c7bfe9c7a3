//! What an operator reads in a terminal: the help of the commands, what they answer, and why they refuse.

pub mod manage;

use std::fmt::Display;

/// The product in one line.
pub const ABOUT: &str = "A front door for web applications: people register, sign in and manage their account.";
/// Where settings come from.
pub const AFTER: &str = "Every setting is also an environment variable LATCHKEY_… and a key of latchkey.toml; a flag wins over a \
                         variable, a variable over the file. `latchkey --help` lists them.";

/// A command that did not succeed.
pub fn failed(why: impl Display) -> String {
    format!("latchkey: {why}")
}

/// The help of each command and flag.
pub mod help {
    pub const SERVE: &str = "Serve pages; also what happens without a command";
    pub const ADMIN: &str = "Make and manage administrators";
    pub const USER: &str = "Make, list and manage accounts";
    pub const KEYS: &str = "Keys that sign access tokens";
    pub const LETTERS: &str = "Outgoing letters that were not sent";
    pub const AUDIT: &str = "The audit log: look through it, take it away, verify it";
    pub const MIGRATE: &str = "Bring the database to this version's schema; serving does it too. With --to, move everything to \
                               another database";
    pub const BACKUP: &str = "Write everything in the database to a file, while the server runs";
    pub const RESTORE: &str = "Make the database, which must be empty, what it was when a backup was made";
    pub const DOCTOR: &str = "Check settings, files and database, and say what is wrong";

    pub const ADMIN_CREATE: &str = "Make an administrator, with a confirmed address";
    pub const ADMIN_PROMOTE: &str = "Make an existing account an administrator";
    pub const ADMIN_DEMOTE: &str = "Make an administrator an ordinary user";
    pub const ADMIN_UNLOCK: &str = "Forget failed sign-ins, so that the account can be tried again at once";
    pub const ADMIN_RESET_PASSWORD: &str = "Set a new password and end the account's sessions";
    pub const USER_CREATE: &str = "Make an account, with a confirmed address";
    pub const USER_IMPORT: &str =
        "Make accounts from a CSV file with the columns email, name and, if wanted, role, verified, password_hash";
    pub const IMPORT_FILE: &str = "The CSV file; its first line names the columns";
    pub const IMPORT_DRY_RUN: &str = "Only say what would be made of it, and what is wrong with which line";
    pub const IMPORT_INVITE: &str = "Send an invitation to every account that comes without a password";
    pub const EMAIL: &str = "Mail address of the account";
    pub const PASSWORD_STDIN: &str = "Read the password from standard input instead of asking";
    pub const NAME: &str = "Display name; without it, the part of the address before the @";

    pub const KEYS_LIST: &str = "List them, newest first";
    pub const KEYS_ROTATE: &str =
        "Make a new key, publish it now, and let it sign in ten minutes, when everybody knows it";
    pub const KEYS_NOW: &str = "Let it sign at once; other services may have to fetch the key set again";

    pub const LETTERS_LIST: &str = "List those that were not sent: failing, waiting, given up; id, status, attempts, kind, and \
                                    what the mail server said";
    pub const LETTERS_RETRY: &str = "Have a failing letter, or all of them, tried again now by the running server";
    pub const LETTERS_ID: &str = "The letter's id; all failing ones when left out";

    pub const AUDIT_LIST: &str = "List security events, the newest last";
    pub const AUDIT_LIMIT: &str = "Events at most";
    pub const AUDIT_EXPORT: &str = "Write security events to standard output, each with what verifies it";
    pub const AUDIT_FORMAT: &str = "jsonl or csv";
    pub const AUDIT_VERIFY: &str = "Verify an export, which needs neither settings nor a database; or the log in the database. \
                                    Ends with 1 and names the first broken entry when something is wrong";
    pub const AUDIT_FILE: &str = "What `latchkey audit export` or the admin panel wrote; - is standard input. Without it, the \
                                  log in the database is verified, and that its end is this installation's";
    pub const AUDIT_FILTERED: &str = "The export is a choice of events: gaps between them are no fault";
    pub const AUDIT_EXPECT: &str =
        "A digest that was noted as the end: it has to be there, so nothing was cut off since";
    pub const AUDIT_ACTOR: &str = "Only what this account did: its address or id";
    pub const AUDIT_SUBJECT: &str = "Only what happened to this account: its address or id";
    pub const AUDIT_ACTION: &str = "Only this, such as signed_in or role_changed";
    pub const AUDIT_FROM: &str =
        "From this day on, such as 2026-11-22 (UTC); or a moment, such as 2026-11-22T14:00:00Z";
    pub const AUDIT_TO: &str = "Until this day, which is included; or until before this moment";

    pub const MIGRATE_TO: &str = "Move everything to this database, which must be empty, while the server runs: postgres:…, sqlite:… or a path. People \
         stay signed in. Afterwards the old database takes no writes any more; start the server with LATCHKEY_DATABASE_URL \
         naming the new one and the same master key. If it is interrupted, run it again. Arguments can be seen by other users \
         of this machine: a password is better kept in PGPASSWORD or ~/.pgpass";
    pub const MIGRATE_REOPEN: &str = "Take a database that was left by --to into use again, as it was at that moment: what was written to the new one since \
         is not in it, and two that are in use at once grow apart. Only for a move that is given up";
    pub const BACKUP_FILE: &str = "Where to write it; nothing may be there yet";
    pub const RESTORE_FILE: &str = "What `latchkey backup` wrote";
    pub const RESTORE_END_SESSIONS: &str = "End all sessions, so that everybody signs in again. Without it, a session that was \
                                            ended after the backup lives again";
    pub const RESTORE_SEND_LETTERS: &str = "Send the letters that waited when the backup was made. Without it they are given \
                                            up, because they may have been sent since";
}

/// `latchkey admin` and `latchkey user`. `email` is the account's address.
pub mod accounts {
    use std::fmt::Display;

    pub const NO_ROLE: &str = "no role";

    pub fn made_admin(email: impl Display) -> String {
        format!("{email} is an administrator and can sign in.")
    }

    pub fn made_user(email: impl Display) -> String {
        format!("{email} has an account and can sign in.")
    }

    pub fn promoted(email: impl Display) -> String {
        format!("{email} is an administrator now.")
    }

    pub fn demoted(email: impl Display) -> String {
        format!("{email} is an ordinary user now.")
    }

    pub fn unlocked(email: impl Display) -> String {
        format!("{email} can try to sign in again.")
    }

    pub fn password_set(email: impl Display) -> String {
        format!("{email} has a new password. All sessions of the account have ended.")
    }

    pub fn no_address(typed: &str) -> String {
        format!("--email: {typed:?} is no mail address")
    }

    pub fn unknown(email: impl Display) -> String {
        format!("{email} has no account")
    }

    pub fn taken(email: impl Display) -> String {
        format!("{email} has an account already")
    }

    pub fn last_admin(email: impl Display) -> String {
        format!("{email} is the last administrator; promote somebody else first")
    }

    /// What is wrong with a field: its name, and one of those below.
    pub fn fault(field: impl Display, what: &str) -> String {
        format!("the {field} {what}")
    }

    pub const MISSING: &str = "is missing";
    pub const UNCLAIMED: &str = "cannot be given while nobody has confirmed the address: whoever registered it may be a stranger; confirm it, or invite its owner";
    pub const TOO_LONG: &str = "is too long";
    pub const UNPRINTABLE: &str = "has control characters in it";
    pub const COMMON: &str = "is one of those that are tried first";
    pub const PERSONAL: &str = "is built from the name or address";
    pub const BREACHED: &str = "is known from data leaks";

    pub fn too_short(min: usize) -> String {
        format!("is too short: it takes at least {min} characters")
    }

    pub fn refused(fault: impl Display) -> String {
        format!("is refused ({fault})")
    }
}

/// Where a password is asked for.
pub mod password {
    use std::fmt::Display;

    pub const ASK: &str = "Password: ";
    pub const AGAIN: &str = "The same again: ";
    pub const DIFFERENT: &str = "the two passwords are not the same";
    pub const NO_TERMINAL: &str =
        "there is no terminal to ask for the password at; --password-stdin reads it from standard input";
    pub const MANY_LINES: &str = "standard input holds more than one line; the password is one";

    pub fn unreadable(error: impl Display) -> String {
        format!("cannot read the password: {error}")
    }

    pub fn input_unreadable(error: impl Display) -> String {
        format!("cannot read the password from standard input: {error}")
    }
}

/// `latchkey keys`. `kid` names a key.
pub mod keys {
    use std::fmt::Display;

    pub fn signs_now(kid: impl Display) -> String {
        format!("{kid} signs from now on.")
    }

    pub fn signs_soon(kid: impl Display, minutes: u64) -> String {
        format!("{kid} is published, and signs in {minutes} minutes.")
    }

    pub const SIGNS: &str = "signs";

    pub fn signs_from(moment: &str) -> String {
        format!("signs from {moment}")
    }

    pub fn signs_until(moment: &str) -> String {
        format!("signs until {moment}")
    }

    pub fn retired(moment: &str) -> String {
        format!("retired {moment}")
    }

    pub fn made(moment: &str) -> String {
        format!("made {moment}")
    }
}

/// `latchkey letters`.
pub mod letters {
    use std::fmt::Display;

    pub const NO_ID: &str = "that is no letter's id";
    pub const ALL_SENT: &str = "Every letter was sent.";

    pub fn due(count: impl Display) -> String {
        format!("Due now: {count}.")
    }

    pub fn more(state: impl Display) -> String {
        format!("… and more that are {state}")
    }
}

/// `latchkey audit`.
pub mod audit {
    use identity::audit::{Fault, Place, Standing, Verdict, hex, rfc3339};
    use std::fmt::Display;

    pub const NO_FORMAT: &str = "neither jsonl nor csv";
    pub const NO_DIGEST: &str = "that is no digest: it has 64 hexadecimal digits";
    pub const NOT_UNDERSTOOD: &str = "--action is a word such as signed_in; --from and --to are a day such as 2026-11-22 or a \
                                      moment such as 2026-11-22T14:00:00Z";
    pub const NOTHING: &str = "There are no such events.";
    const NO_ENTRIES: &str = "There are no entries.";

    pub fn unreadable(file: impl Display, error: impl Display) -> String {
        format!("cannot read {file}: {error}")
    }

    pub fn unwritable(error: impl Display) -> String {
        format!("the export is not whole: {error}")
    }

    /// What an export does not have, if anything.
    pub fn reaches(standing: &Standing) -> Option<String> {
        let Standing { seq, waiting, .. } = standing;
        (*waiting > 0).then(|| {
            format!(
                "The export reaches entry {}: some events still wait for their place and are not in it.",
                grouped(seq)
            )
        })
    }

    /// Of chosen entries: nothing is known of what is between them.
    pub fn whole(verdict: &Verdict) -> String {
        let Verdict { entries, last, forgotten, .. } = verdict;
        if *last == 0 {
            return NO_ENTRIES.to_owned();
        }
        format!(
            "{}, {} forgotten: every entry is whole; entries between may be missing",
            counted(*entries),
            grouped(*forgotten)
        )
    }

    fn counted(entries: u64) -> String {
        format!("{} {}", grouped(entries), if entries == 1 { "entry" } else { "entries" })
    }

    pub fn unbroken(verdict: &Verdict) -> String {
        let Verdict { entries, first, last, forgotten, removed, end } = verdict;
        if *last == 0 {
            return NO_ENTRIES.to_owned();
        }
        let mut text = format!("{}, {} to {}, unbroken", counted(*entries), grouped(*first), grouped(*last));
        if *removed > 0 {
            text += &format!("; {} removed when their time was over", grouped(*removed));
        }
        format!("{text}; {} forgotten; ends in {}", grouped(*forgotten), hex(end))
    }

    pub fn broken(fault: &Fault) -> String {
        match fault {
            Fault::Malformed { line } => format!("line {line} is not what an export has"),
            Fault::Changed(place) => format!("{}: its content does not match its hash", entry(place)),
            Fault::Unlinked { place, after: 0 } => {
                format!("entry {}{} is not the first: something before it is missing", place.seq, line(place))
            }
            Fault::Unlinked { place, after } => {
                format!(
                    "entry {}{} does not follow {after}: something is missing or was changed",
                    place.seq,
                    line(place)
                )
            }
            Fault::NotForgotten(place) => {
                let text = "somebody in it is said to have been forgotten, but no later entry tells of it";
                // Of a database we have asked who is being deleted; of a file nobody can.
                let hint = "; the end of an export that was taken while an account was being deleted looks like this: take another";
                format!("{}: {text}{}", entry(place), if place.line == 0 { "" } else { hint })
            }
            Fault::Twice(place) => format!("{}: it is there twice", entry(place)),
            Fault::Unaccounted { removed, recorded } => {
                format!("{removed} entries are said to have been removed, but the log tells of {recorded}")
            }
            Fault::EndNotFound => {
                "no entry has the digest that was expected: the end was cut off, or this is another log".to_owned()
            }
            Fault::ForeignEnd => "the end of the log is not what this installation wrote".to_owned(),
            Fault::CutOff { last, end } => {
                format!("the log ends after entry {last}, but went as far as {end}: the last entries are missing")
            }
        }
    }

    fn entry(place: &Place) -> String {
        format!("entry {}{}, {} of {}", place.seq, line(place), place.kind, rfc3339(place.at))
    }

    /// In a database there are no lines.
    fn line(place: &Place) -> String {
        if place.line == 0 { String::new() } else { format!(" (line {})", place.line) }
    }

    /// With a space before every three digits.
    fn grouped(number: impl Display) -> String {
        let digits = number.to_string();
        let mut text = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push(' ');
            }
            text.push(digit);
        }
        text
    }
}

/// `latchkey migrate`, `backup` and `restore`.
pub mod transfer {
    use std::fmt::Display;

    pub const REOPENED: &str =
        "This database is in use again, as it was when it was left. Do not use the other one any more.";

    pub fn moved(key: &str) -> String {
        format!(
            "Moved. Start Latchkey with LATCHKEY_DATABASE_URL naming the new database, and with the same master key ({key})."
        )
    }

    pub fn migrated(version: impl Display) -> String {
        format!("The database has schema version {version}.")
    }

    pub fn backed_up(file: impl Display, key: &str) -> String {
        format!(
            "Backed up to {file}. The master key is not in it, and without the key it opens nothing: keep {key} too, elsewhere."
        )
    }

    pub fn restored(file: impl Display) -> String {
        format!("Restored from {file}. Latchkey can be started.")
    }

    pub fn no_key(key: impl Display) -> String {
        format!(
            "{key} is missing, and LATCHKEY_MASTER_KEY is not set: a backup is restored with the master key it was made with"
        )
    }

    pub const COPYING: &str = "copying";
    pub const COPYING_IN_USE: &str = "copying, while the old database is in use";
    pub const LOCKING: &str = "copying what has changed meanwhile; the old database takes no writes from now on";
    pub const WAITING: &str = "not yet: a letter is on its way to the mail server, and the old database takes writes until it is \
                               known how that went";
    pub const COMPARING: &str = "comparing everything that arrived with what was sent";
    pub const LEFT: &str = "the old database is marked as left";

    pub fn copied(table: &str, rows: u64) -> String {
        format!("{table}: {rows} rows copied")
    }
}

/// `latchkey doctor`: a line for each finding, which begins with what was checked.
pub mod doctor {
    use std::fmt::Display;

    pub fn good(finding: &str) -> String {
        format!("ok    {finding}")
    }

    pub fn odd(finding: &str) -> String {
        format!("note  {finding}")
    }

    pub fn bad(finding: &str) -> String {
        format!("bad   {finding}")
    }

    /// What the operating system or the database said about the thing checked.
    pub fn data_dir(fault: impl Display) -> String {
        format!("data directory: {fault}")
    }

    pub fn data_dir_new(path: impl Display) -> String {
        format!("data directory: {path} is not there yet; the first start makes it")
    }

    pub fn data_dir_open(path: impl Display, mode: u32) -> String {
        format!("data directory: {path} can be entered by others (mode {mode:03o}); chmod 700 closes it")
    }

    pub fn data_dir_good(path: impl Display) -> String {
        format!("data directory: {path} can be written to")
    }

    pub fn url_insecure(url: impl Display) -> String {
        format!("public URL: {url} with insecure cookies, for trials only")
    }

    pub fn url_local(url: impl Display, listen: impl Display) -> String {
        format!("public URL: {url}, while {listen} can be reached from outside")
    }

    pub fn url_no_proxy(url: impl Display) -> String {
        format!(
            "public URL: {url}; the proxy in front is not in LATCHKEY_TRUSTED_PROXIES, so everybody counts as one address"
        )
    }

    pub fn url_good(url: impl Display) -> String {
        format!("public URL: {url}, cookies are secure")
    }

    pub const LETTERS_TO_FILES: &str = "letters: no mail server is set, they are written to files";
    pub const LETTERS_GOOD: &str = "letters: the URL of the mail server can be used";

    pub fn letters(fault: impl Display) -> String {
        format!("letters: LATCHKEY_SMTP_URL: {fault}")
    }

    pub const DATABASE_EMPTY: &str = "database: opens and is empty; the first start fills it";
    pub const DATABASE_EXPOSED: &str =
        "database: is on another machine, and sslmode=verify-full is not in its URL: the way to it can be read";

    pub fn database(fault: impl Display) -> String {
        format!("database: {fault}")
    }

    pub fn database_new(path: impl Display) -> String {
        format!("database: {path} is not there yet; the first start makes it")
    }

    pub fn database_newer(version: impl Display, ours: impl Display) -> String {
        format!("database: has schema version {version}, this binary knows {ours}; use a newer one")
    }

    pub fn database_older(version: impl Display, ours: impl Display) -> String {
        format!("database: has schema version {version}, this binary brings {ours} with the next start")
    }

    pub fn database_good(version: impl Display) -> String {
        format!("database: opens, schema version {version}")
    }

    pub const KEY_GOOD: &str = "master key: fits the database";

    pub fn key(fault: impl Display) -> String {
        format!("master key: {fault}")
    }

    pub fn key_missing(path: impl Display) -> String {
        format!("master key: {path} is missing, and LATCHKEY_MASTER_KEY is not set")
    }

    pub const NO_ADMINS: &str = "administrators: none yet; `latchkey admin create` or the link the start prints";

    pub fn admins(told: impl Display) -> String {
        format!("administrators: {told}")
    }

    pub const CLOCK_GOOD: &str = "clock: as far as can be told, right";

    pub fn clock(fault: impl Display) -> String {
        format!("clock: {fault}")
    }

    /// `by` in milliseconds.
    pub fn clock_off(by: i64) -> String {
        format!("clock: {by} ms away from the database server's; set both by NTP")
    }
}

/// `latchkey user import`.
pub mod import {
    use identity::admin::{Imported, Problem, Trouble};
    use std::{fmt::Display, path::Path};

    pub fn problem(problem: &Problem) -> String {
        let why = match problem.trouble {
            Trouble::Header => {
                "the first line has to name the columns: email, name and, if wanted, role, verified, password_hash"
            }
            Trouble::Malformed => "no CSV in UTF-8, or another number of columns than the first line",
            Trouble::Name => "no name, or one that cannot be shown",
            Trouble::Address => "no mail address",
            Trouble::Role => "there is no such role",
            Trouble::Beyond => "this role is not yours to give",
            Trouble::Verified => "verified is neither yes nor no",
            Trouble::Hash => "no hash of argon2id (PHC string, version 19) of a strength that is taken here",
            Trouble::Unconfirmed => "a password_hash counts only where verified is yes",
            Trouble::Twice => "this address stands further up already",
            Trouble::Known => "this address has an account",
        };
        format!("line {}: {why}", problem.line)
    }

    pub fn wrong(imported: &Imported, made: bool) -> String {
        let more = imported.wrong.saturating_sub(imported.problems.len() as u64);
        let shown = if more > 0 { format!(" ({more} not shown)") } else { String::new() };
        if made {
            let done = imported.ready + imported.invited;
            format!(
                "{} lines became wrong meanwhile{shown}; {done} accounts were made, {} lines left out",
                imported.wrong, imported.left
            )
        } else {
            format!("{} lines are wrong{shown}; nothing was made", imported.wrong)
        }
    }

    pub fn would(imported: &Imported) -> String {
        let letters = last(imported).map_or_else(String::new, |at| {
            format!(" With --invite the last letter would leave at {at}: a thousand in an hour do.")
        });
        format!(
            "{} accounts with a password and {} to be invited would be made.{letters}",
            imported.ready, imported.invited
        )
    }

    pub fn made(imported: &Imported, letters: bool) -> String {
        let letters = match last(imported) {
            Some(at) if letters => format!("their letters leave until {at}"),
            Some(_) | None => "no letters were sent".to_owned(),
        };
        format!(
            "{} accounts with a password and {} invited ones were made; {letters}.",
            imported.ready, imported.invited
        )
    }

    fn last(imported: &Imported) -> Option<String> {
        Some(format!("{} UTC", crate::cli::moment(imported.last_letter?)))
    }

    pub fn unreadable(path: &Path, error: impl Display) -> String {
        format!("{} cannot be read: {error}", path.display())
    }
}
