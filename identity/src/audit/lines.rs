//! How an entry is written in an export, and read again: a line of JSON, or a record of CSV (RFC 4180).
//!
//! There is exactly one way to write an entry. Whatever reads as one but is written otherwise is refused, so no byte of an export
//! can be changed unnoticed. In CSV, text that a spreadsheet would take for a formula has an apostrophe before it (ASVS 1.2.10).

use super::chain::{Digest, Entry, Personal, hex};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use uuid::Uuid;

crate::spelled! {
    /// How an export is written.
    Format {
        /// One JSON object to a line.
        Jsonl = "jsonl",
        /// A table, with the names of its columns in the first line.
        Csv = "csv",
    }
}

/// The first line of CSV.
const HEAD: &str = "seq,id,at,kind,actor,subject,session,ip,detail,note,salt,personal,prev,digest\n";

/// What stands for the kind of what was removed.
const REMOVED: &str = "(removed)";

/// A run of entries that were removed when their time was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The first place.
    pub first: i64,
    /// The last place.
    pub last: i64,
    /// The digest of the last: what the next entry is chained to.
    pub digest: Digest,
}

/// One piece of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "nearly all of them are entries")]
pub enum Piece {
    /// An entry.
    Entry(Entry),
    /// What is left of a run of entries.
    Gap(Gap),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    seq: i64,
    id: Uuid,
    at: String,
    kind: String,
    actor: Option<Uuid>,
    subject: Option<Uuid>,
    session: Option<Uuid>,
    ip: String,
    detail: String,
    note: Option<String>,
    salt: Option<String>,
    personal: String,
    prev: String,
    digest: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenGap {
    removed: [i64; 2],
    digest: String,
}

impl Format {
    /// What an export begins with.
    pub const fn head(self) -> &'static str {
        match self {
            Self::Jsonl => "",
            Self::Csv => HEAD,
        }
    }

    /// What to send it as.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jsonl => "application/jsonl; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    /// Which one an export is, by its first line.
    pub fn of(first: &str) -> Option<Self> {
        if first.starts_with('{') { Some(Self::Jsonl) } else { (first == HEAD).then_some(Self::Csv) }
    }

    /// A piece as it is written, with the end of the line.
    pub fn write(self, piece: &Piece) -> String {
        match (self, piece) {
            (Self::Jsonl, Piece::Entry(entry)) => json(&Written::of(entry)),
            (Self::Jsonl, Piece::Gap(gap)) => {
                json(&WrittenGap { removed: [gap.first, gap.last], digest: hex(&gap.digest) })
            }
            (Self::Csv, Piece::Entry(entry)) => record(&Written::of(entry)),
            (Self::Csv, Piece::Gap(gap)) => {
                format!("{}-{},,,{REMOVED},,,,,,,,,,{}\n", gap.first, gap.last, hex(&gap.digest))
            }
        }
    }

    /// Reads what [`write`](Self::write) has written, and nothing else.
    pub fn read(self, line: &str) -> Option<Piece> {
        let piece = match self {
            Self::Jsonl if line.starts_with("{\"removed\"") => {
                let WrittenGap { removed: [first, last], digest } = serde_json::from_str(line).ok()?;
                Piece::Gap(Gap { first, last, digest: unhex(&digest)? })
            }
            Self::Jsonl => Piece::Entry(serde_json::from_str::<Written>(line).ok()?.entry()?),
            Self::Csv => of_fields(fields(line.strip_suffix('\n')?)?)?,
        };
        (self.write(&piece) == line).then_some(piece)
    }
}

impl Written {
    fn of(entry: &Entry) -> Self {
        let people = entry.people.clone();
        Self {
            seq: entry.seq,
            id: entry.id,
            at: rfc3339(entry.at),
            kind: entry.kind.clone(),
            actor: people.actor,
            subject: people.subject,
            session: people.session,
            ip: people.ip,
            detail: entry.detail.clone(),
            note: people.note,
            salt: entry.salt.as_deref().map(hex),
            personal: hex(&entry.personal),
            prev: hex(&entry.prev),
            digest: hex(&entry.digest),
        }
    }

    fn entry(self) -> Option<Entry> {
        let Self { seq, id, actor, subject, session, ip, note, .. } = self;
        Some(Entry {
            seq,
            id,
            at: self.at.parse::<jiff::Timestamp>().ok()?.as_millisecond(),
            kind: self.kind,
            detail: self.detail,
            people: Personal { actor, subject, session, ip, note },
            salt: match self.salt {
                Some(salt) => Some(unhex::<16>(&salt)?.to_vec()),
                None => None,
            },
            personal: unhex(&self.personal)?,
            prev: unhex(&self.prev)?,
            digest: unhex(&self.digest)?,
        })
    }
}

/// Milliseconds since 1970 as RFC 3339 has it, with three digits of a second. What no calendar has is shown as 1970.
pub fn rfc3339(at: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    format!("{at:.3}")
}

/// Reads what [`hex`] has written.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    let mut bytes = [0; N];
    if digits.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = [pair[0], pair[1]].map(|digit| char::from(digit).to_digit(16));
        *byte = (high? * 16 + low?) as u8;
    }
    Some(bytes)
}

fn json(line: &impl Serialize) -> String {
    // Texts, numbers and ids: nothing in it can fail to be written.
    let mut text = serde_json::to_string(line).unwrap_or_default();
    text.push('\n');
    text
}

fn record(line: &Written) -> String {
    let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let mut text = format!("{},{},{},{},", line.seq, line.id, line.at, cell(&line.kind));
    let _ = write!(text, "{},{},{},", id(line.actor), id(line.subject), id(line.session));
    let _ = write!(text, "{},{},", cell(&line.ip), cell(&line.detail));
    let _ = match &line.note {
        // A reason that is empty is something else than none.
        Some(note) if note.is_empty() => write!(text, "\"\","),
        note => write!(text, "{},", cell(note.as_deref().unwrap_or_default())),
    };
    let salt = line.salt.as_deref().unwrap_or_default();
    let _ = writeln!(text, "{salt},{},{},{}", line.personal, line.prev, line.digest);
    text
}

/// Whether a spreadsheet might take the text for a formula, or our own mark is its beginning.
fn needs_mark(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\''])
}

/// Text as a value of CSV.
fn cell(text: &str) -> String {
    let mark = if needs_mark(text) { "'" } else { "" };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{mark}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{mark}{text}")
    }
}

/// The values of a record, and whether each stood between quotes.
fn fields(record: &str) -> Option<Vec<(String, bool)>> {
    let mut fields = Vec::new();
    let mut rest = record;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let (mut text, mut rest) = (String::new(), quoted);
                loop {
                    let (part, after) = rest.split_once('"')?;
                    text.push_str(part);
                    match after.strip_prefix('"') {
                        Some(more) => {
                            text.push('"');
                            rest = more;
                        }
                        None => break ((text, true), after),
                    }
                }
            }
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                ((rest[..end].to_owned(), false), &rest[end..])
            }
        };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(more) => rest = more,
            None => return after.is_empty().then_some(fields),
        }
    }
}

fn of_fields(fields: Vec<(String, bool)>) -> Option<Piece> {
    let fields: [(String, bool); 14] = fields.try_into().ok()?;
    let note_given = fields[9].1;
    let [seq, id, at, kind, actor, subject, session, ip, detail, note, salt, personal, prev, digest] =
        fields.map(|(text, _)| text);
    if kind == REMOVED {
        let (first, last) = seq.split_once('-')?;
        return Some(Piece::Gap(Gap { first: first.parse().ok()?, last: last.parse().ok()?, digest: unhex(&digest)? }));
    }
    let plain = |text: String| text.strip_prefix('\'').map(str::to_owned).unwrap_or(text);
    let given = |text: String| (!text.is_empty()).then_some(text);
    let id_of = |text: String| given(text).map(|text| Uuid::parse_str(&text)).transpose().ok();
    let written = Written {
        seq: seq.parse().ok()?,
        id: id.parse().ok()?,
        at,
        kind: plain(kind),
        actor: id_of(actor)?,
        subject: id_of(subject)?,
        session: id_of(session)?,
        ip: plain(ip),
        detail: plain(detail),
        note: if note_given { Some(plain(note)) } else { given(note).map(plain) },
        salt: given(salt),
        personal,
        prev,
        digest,
    };
    written.entry().map(Piece::Entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::chain::BEGINNING;
    use proptest::prelude::*;

    prop_compose! {
        fn piece()(
            seq in 1_i64.., id in any::<u128>(), at in 0_i64..4_000_000_000_000, texts in prop::array::uniform3(".*"),
            note in prop::option::of("(?s).*"), ids in prop::array::uniform3(prop::option::of(any::<u128>())),
            salt in prop::option::of(any::<[u8; 16]>()), hashes in any::<[[u8; 32]; 3]>(),
        ) -> Piece {
            let [kind, ip, detail] = texts;
            let [actor, subject, session] = ids.map(|id| id.map(Uuid::from_u128));
            let [personal, prev, digest] = hashes;
            let people = Personal { actor, subject, session, ip, note };
            let salt = salt.map(|salt| salt.to_vec());
            Piece::Entry(Entry { seq, id: Uuid::from_u128(id), at, kind, detail, people, salt, personal, prev, digest })
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(piece in piece()) {
            for format in Format::ALL.iter().copied() {
                prop_assert_eq!(format.read(&format.write(&piece)), Some(piece.clone()));
            }
        }
    }

    #[test]
    fn a_gap_is_read_as_it_was_written() {
        let gap = Piece::Gap(Gap { first: 3, last: 9, digest: BEGINNING });
        for format in Format::ALL.iter().copied() {
            assert_eq!(format.read(&format.write(&gap)), Some(gap.clone()));
        }
    }

    #[test]
    fn a_spreadsheet_finds_no_formula() {
        for (text, written) in
            [("=1+1", "'=1+1"), ("@a", "'@a"), ("'a", "''a"), ("a, \"b\"", "\"a, \"\"b\"\"\""), ("-1,2", "\"'-1,2\"")]
        {
            assert_eq!(cell(text), written);
        }
    }

    #[test]
    fn times_have_one_form() {
        assert_eq!(rfc3339(1_795_000_000_000), "2026-11-18T11:06:40.000Z");
        assert_eq!(rfc3339(1), "1970-01-01T00:00:00.001Z");
    }
}
