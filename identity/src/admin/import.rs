//! Making many accounts from a CSV file (RFC 4180) with the columns `email`, `name` and, if wanted, `role`, `verified` and
//! `password_hash`.
//!
//! Read a chunk at a time, so that a million lines need no more memory than a hundred, but for eight bytes of each address, by which one
//! that stands there twice is found. A chunk is made as a whole or not at all. An account without a hash is an invited one. A hash
//! counts only where the file says that the address was confirmed: a password that a stranger chose for somebody's address must not be put
//! in force. Invitations leave at a pace, one after the other: the file is as long as it is.

use super::{
    Acting, Proven,
    invite::{make, may_give, only_registered, put, read},
};
use crate::{
    Latchkey, Refusal,
    accounts::{self, PersonName},
    db::{Tx, on, statements},
    events::{self, Kind},
    mail::{self, Places},
    time::Timestamp,
    words::{EmailAddress, Field, Permission, Role},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
    io::Read,
};
use uuid::Uuid;

statements! {
    KNOWN = concat!("select id from users where email = $1 and not ", only_registered!("users"));
    /// As with an invitation, what somebody has only registered is nobody's.
    INSERT = concat!(
        "insert into users (id, email, name, name_key, role, role_name, password_hash, created_at, verified_at, tokens_void_before)
              values ($1, $2, $3, $4, $5, $6, $7, $8, $8, 0)
              on conflict (email) do update
                 set name = excluded.name, name_key = excluded.name_key, role = excluded.role, role_name = excluded.role_name,
                     password_hash = excluded.password_hash, verified_at = excluded.verified_at, password_changed_at = null
               where ",
        only_registered!("users"),
        " returning id"
    );
}

/// Accounts made in one transaction.
const CHUNK: usize = 200;

/// Problems that are kept to be shown; the others are only counted.
const SHOWN: usize = 100;

crate::spelled! {
    /// Why a line is not taken.
    Trouble {
        /// The first line does not name the columns, or names others.
        Header = "header",
        /// It is no CSV, no UTF-8, or has another number of columns than the first line.
        Malformed = "malformed",
        /// The name is none.
        Name = "name",
        /// The address is none, or none that a letter can be sent to.
        Address = "address",
        /// There is no such role.
        Role = "role",
        /// The role is not the asker's to give.
        Beyond = "beyond",
        /// `verified` is something else than yes or no.
        Verified = "verified",
        /// The hash is none of argon2id, or of a cost that is not taken.
        Hash = "hash",
        /// There is a hash, but the address was not confirmed.
        Unconfirmed = "unconfirmed",
        /// The address stands further up in the file.
        Twice = "twice",
        /// The address has an account that somebody has confirmed or was invited to.
        Known = "known",
    }
}

/// One line that is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Its number, the first line being 1.
    pub line: u64,
    /// Why.
    pub trouble: Trouble,
}

/// What was made of a file, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// Accounts whose owners choose a password by invitation.
    pub invited: u64,
    /// Accounts that come with a password.
    pub ready: u64,
    /// Lines that are not taken, the first hundred.
    pub problems: Vec<Problem>,
    /// How many there are.
    pub wrong: u64,
    /// When the last invitation leaves, or would if they were sent, in milliseconds since 1970. None where there are none.
    pub last_letter: Option<i64>,
    /// Lines that were right, but stood in a chunk with one that was not, so nothing was made of them.
    pub left: u64,
    /// Where it stopped, because very many letters wait.
    pub stopped: Option<Stopped>,
}

/// Where an import stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    /// The first line of which nothing was made, nor of any after it.
    pub line: u64,
    /// When there is room for more, in milliseconds since 1970.
    pub until: i64,
}

/// What to do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Only say what would be made of it.
    DryRun,
    /// Make the accounts.
    Make {
        /// And send the invitations. Without, their owners ask for a letter themselves, as if they had forgotten the password.
        letters: bool,
    },
}

/// A line that can be an account.
struct Entry {
    line: u64,
    name: PersonName,
    email: EmailAddress,
    role: Role,
    hash: Option<String>,
}

/// Where the columns are.
struct Columns {
    count: usize,
    email: usize,
    name: usize,
    role: Option<usize>,
    verified: Option<usize>,
    hash: Option<usize>,
}

/// Reads a file and makes its accounts, or says what would be made of it.
///
/// # Errors
/// `TooMany` with letters, while very many wait already, unless it is the command line; where that comes about on the way, it is no error, and the
/// answer says from which line on nothing was made. `Forbidden` and `Invalid` also when the authority or a role is lost on the way, `Broken` when the file cannot be read, or when the
/// database does not answer: the chunks before are made then.
pub async fn import(house: &Latchkey, admin: &Proven, file: impl Read + Send, how: How) -> Result<Imported, Refusal> {
    admin.may(Permission::UsersWrite)?;
    if how == (How::Make { letters: true }) && !admin.is_operator() {
        mail::has_room(house).await?;
    }
    let mut done = Imported::default();
    // A line end more is an empty line, which is no line; so every line has one, and its number can be told by what was read.
    // A carriage return before it is a blank at the end of the last field. Taken for the line end itself, as by default, it would leave
    // the line unfinished when its number is asked for: every line of what a browser sends would be told as the one before.
    let end = csv::Terminator::Any(b'\n');
    let file = file.chain(&b"\n"[..]);
    let mut lines = csv::ReaderBuilder::new().has_headers(false).flexible(true).terminator(end).from_reader(file);
    let mut record = csv::ByteRecord::new();
    let first = next(&mut lines, &mut record)?;
    let Some(columns) = text(&record).filter(|_| first).and_then(|first| Columns::of(&first)) else {
        done.not(1, Trouble::Header);
        return Ok(done);
    };
    let mut reader =
        Lines { house, admin, columns, roles: HashMap::new(), seen: HashSet::new(), key: RandomState::new() };
    let (mut chunk, mut whole) = (Vec::with_capacity(CHUNK), true);
    while next(&mut lines, &mut record)? {
        let within = record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
        let line = lines.position().line().saturating_sub(1 + within);
        match reader.entry(line, text(&record)).await? {
            Ok(entry) => chunk.push(entry),
            Err(trouble) => {
                whole = false;
                done.not(line, trouble);
            }
        }
        if chunk.len() == CHUNK {
            settle(house, admin, &mut chunk, std::mem::replace(&mut whole, true), how, &mut done).await?;
            if done.stopped.is_some() {
                return Ok(done);
            }
        }
    }
    settle(house, admin, &mut chunk, whole, how, &mut done).await?;
    if how == How::DryRun && done.invited > 0 {
        done.last_letter = Some(mail::last_of(house, done.invited).await?.0);
    }
    Ok(done)
}

impl Imported {
    fn not(&mut self, line: u64, trouble: Trouble) {
        self.wrong += 1;
        if self.problems.len() < SHOWN {
            self.problems.push(Problem { line, trouble });
        }
    }
}

impl Columns {
    /// None where one is missing, unknown or named twice.
    fn of(first: &csv::StringRecord) -> Option<Self> {
        let mut at: HashMap<String, usize> = HashMap::new();
        for (index, name) in first.iter().enumerate() {
            let name = name.to_ascii_lowercase();
            let known = ["email", "name", "role", "verified", "password_hash"].contains(&name.as_str());
            if !known || at.insert(name, index).is_some() {
                return None;
            }
        }
        let get = |name: &str| at.get(name).copied();
        Some(Self {
            count: first.len(),
            email: get("email")?,
            name: get("name")?,
            role: get("role"),
            verified: get("verified"),
            hash: get("password_hash"),
        })
    }
}

/// Reads the next line that is not empty; false at the end.
fn next(lines: &mut csv::Reader<impl Read>, record: &mut csv::ByteRecord) -> Result<bool, Refusal> {
    loop {
        let more = lines.read_byte_record(record).map_err(unreadable)?;
        if !more || record.len() > 1 || !record.as_slice().trim_ascii().is_empty() {
            return Ok(more);
        }
    }
}

/// A record without the blanks around its fields; none where it is no UTF-8.
fn text(record: &csv::ByteRecord) -> Option<csv::StringRecord> {
    let mut text = csv::StringRecord::from_byte_record(record.clone()).ok()?;
    text.trim();
    Some(text)
}

fn unreadable(error: csv::Error) -> Refusal {
    Refusal::Broken(format!("import: {error}"))
}

/// Reads line after line, and remembers what it needs for the next.
struct Lines<'a> {
    house: &'a Latchkey,
    admin: &'a Proven,
    columns: Columns,
    /// Roles that were met, and what is wrong with them.
    roles: HashMap<String, Result<Role, Trouble>>,
    /// Of addresses, under a key of this run.
    seen: HashSet<u64>,
    key: RandomState,
}

impl Lines<'_> {
    async fn entry(&mut self, line: u64, record: Option<csv::StringRecord>) -> Result<Result<Entry, Trouble>, Refusal> {
        let Some(record) = record.filter(|record| record.len() == self.columns.count) else {
            return Ok(Err(Trouble::Malformed));
        };
        let get = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default();
        let (name, email) = match read(get(Some(self.columns.name)), get(Some(self.columns.email))) {
            Ok(read) => read,
            Err(Refusal::Invalid(faults)) if faults.iter().any(|fault| fault.field == Field::Email) => {
                return Ok(Err(Trouble::Address));
            }
            Err(_) => return Ok(Err(Trouble::Name)),
        };
        let verified = match get(self.columns.verified).to_ascii_lowercase().as_str() {
            "" | "no" | "false" | "0" => false,
            "yes" | "true" | "1" => true,
            _ => return Ok(Err(Trouble::Verified)),
        };
        let hash = match get(self.columns.hash) {
            "" => None,
            hash if !self.house.hasher.takes(hash) => return Ok(Err(Trouble::Hash)),
            _ if !verified => return Ok(Err(Trouble::Unconfirmed)),
            hash => Some(hash.to_owned()),
        };
        let role = match self.role(get(self.columns.role)).await? {
            Ok(role) => role,
            Err(trouble) => return Ok(Err(trouble)),
        };
        if !self.seen.insert(self.key.hash_one(email.as_str())) {
            return Ok(Err(Trouble::Twice));
        }
        Ok(Ok(Entry { line, name, email, role, hash }))
    }

    /// The role of a line. Asked for once, however many lines have it.
    async fn role(&mut self, word: &str) -> Result<Result<Role, Trouble>, Refusal> {
        if word.is_empty() {
            return Ok(Ok(Role::User));
        }
        if let Some(known) = self.roles.get(word) {
            return Ok(*known);
        }
        let answer = match Role::from_word(word) {
            None => Err(Trouble::Role),
            Some(role) => {
                let (mut tx, admin) = self.admin.begin(self.house, Permission::UsersWrite).await?;
                match may_give(&mut tx, &admin, role).await {
                    Ok(()) => Ok(role),
                    Err(Refusal::Forbidden) => Err(Trouble::Beyond),
                    Err(Refusal::Invalid(_)) => Err(Trouble::Role),
                    Err(other) => return Err(other),
                }
            }
        };
        // A file of a million made-up roles is no reason to remember them.
        if self.roles.len() < CHUNK {
            self.roles.insert(word.to_owned(), answer);
        }
        Ok(answer)
    }
}

/// Makes a chunk, if all of it is right, or counts what would be made.
async fn settle(
    house: &Latchkey,
    admin: &Proven,
    chunk: &mut Vec<Entry>,
    whole: bool,
    how: How,
    done: &mut Imported,
) -> Result<(), Refusal> {
    let entries = std::mem::take(chunk);
    let mut known = Vec::new();
    for entry in &entries {
        let found: Option<(Uuid,)> =
            on!(house.db, read, |p| sqlx::query_as(KNOWN).bind(entry.email.as_str()).fetch_optional(p).await)?;
        if found.is_some() {
            known.push(entry.line);
            done.not(entry.line, Trouble::Known);
        }
    }
    let ready = entries.iter().filter(|entry| !known.contains(&entry.line) && entry.hash.is_some()).count() as u64;
    let invited = (entries.len() - known.len()) as u64 - ready;
    let How::Make { letters } = how else {
        (done.ready, done.invited) = (done.ready + ready, done.invited + invited);
        return Ok(());
    };
    if !whole || !known.is_empty() {
        done.left += ready + invited;
        return Ok(());
    }
    if entries.is_empty() {
        return Ok(());
    }
    let (mut tx, admin) = admin.begin(house, Permission::UsersWrite).await?;
    let mut places = match letters {
        true => match mail::places(house, &mut tx, invited, admin.is_operator()).await {
            Ok(places) => Some(places),
            Err(Refusal::TooMany { retry_after }) if done.ready + done.invited > 0 => {
                let line = entries.first().map_or(0, |entry| entry.line);
                done.stopped = Some(Stopped { line, until: house.now().plus(retry_after).0 });
                return Ok(());
            }
            Err(refusal) => return Err(refusal),
        },
        false => None,
    };
    // The file may be long: since its lines were read, a role may be gone, or beyond the asker.
    for role in entries.iter().map(|entry| entry.role).collect::<HashSet<_>>() {
        may_give(&mut tx, &admin, role).await?;
    }
    let mut last = None;
    for entry in &entries {
        let at = places.as_mut().filter(|_| entry.hash.is_none()).map(Places::take);
        last = at.or(last);
        if !make_one(house, &mut tx, &admin, entry, at).await? {
            // Registered at this very moment. Nothing of the chunk is made.
            drop(tx);
            done.not(entry.line, Trouble::Known);
            done.left += (entries.len() - 1) as u64;
            return Ok(());
        }
    }
    let count = entries.len().to_string();
    events::record(house, &mut tx, admin.event(Kind::AccountsImported).detail(count)).await?;
    tx.commit().await?;
    (done.ready, done.invited) = (done.ready + ready, done.invited + invited);
    done.last_letter = last.map(|at| at.0).or(done.last_letter);
    if letters {
        house.outbox_bell.notify_one();
    }
    Ok(())
}

/// Makes one account, with a letter as of this moment. Answers false where the address has one.
async fn make_one(
    house: &Latchkey,
    tx: &mut Tx,
    admin: &Acting,
    entry: &Entry,
    letter: Option<Timestamp>,
) -> Result<bool, Refusal> {
    let Entry { name, email, role, hash, .. } = entry;
    let (made, kind) = match hash {
        Some(hash) => {
            let made = put(house, tx, INSERT, (name, email, *role), hash).await?;
            if *role == Role::Admin {
                accounts::close_setup(house, tx).await?;
            }
            (made, Kind::Created)
        }
        None => (make(house, tx, name, email, *role).await?, Kind::Invited),
    };
    let Some(id) = made else { return Ok(false) };
    if let Some(at) = letter {
        accounts::send_invitation(house, tx, id, name, email, at).await?;
    }
    events::record(house, tx, admin.event(kind).on(id).detail(role.as_str())).await?;
    Ok(true)
}
