//! Verifying the chain, piece by piece: needs nothing but the pieces, neither a database nor a key.
//!
//! What is found: an entry that says something else than when it was sealed, one that is missing, comes twice, stands elsewhere or
//! was slipped in, and runs that are said to have been removed though no entry records it. What cannot be found in an export alone is
//! that its last entries are missing: compare the end with one that was noted.

use super::{
    chain::{BEGINNING, Digest, Entry},
    lines::{Format, Gap, Piece},
};
use crate::events::Kind;
use std::{
    collections::{HashMap, HashSet},
    io::{self, BufRead, Read as _},
};
use uuid::Uuid;

/// Bytes of one record at most: a damaged file must not fill the memory.
const LONGEST: u64 = 1 << 20;

/// Where something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The place in the chain.
    pub seq: i64,
    /// The line of the export on which it begins; 0 in a database.
    pub line: u64,
    /// What the entry tells of.
    pub kind: String,
    /// When, milliseconds since 1970.
    pub at: i64,
}

/// The first thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A line is not what an export has.
    Malformed {
        /// Which.
        line: u64,
    },
    /// An entry does not say what it said when it was sealed.
    Changed(Place),
    /// An entry does not follow the one before: something is missing, or was changed.
    Unlinked {
        /// The entry, or the first of a run that was removed.
        place: Place,
        /// The place of the one before; 0 at the beginning.
        after: i64,
    },
    /// Somebody in an entry is said to have been forgotten, but no later entry tells of it.
    NotForgotten(Place),
    /// An entry of a choice comes twice.
    Twice(Place),
    /// More entries are said to have been removed than the log records.
    Unaccounted {
        /// How many are missing.
        removed: i64,
        /// How many the log says were removed.
        recorded: i64,
    },
    /// No entry has the digest that was expected.
    EndNotFound,
    /// The end of the chain is not what this installation wrote. Found in a database only.
    ForeignEnd,
    /// The chain does not go as far as its end says. Found in a database only.
    CutOff {
        /// The last entry that was found.
        last: i64,
        /// Where the chain ends.
        end: i64,
    },
}

/// What was found where nothing is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Entries that were checked.
    pub entries: u64,
    /// The first place, if there is any.
    pub first: i64,
    /// The last place.
    pub last: i64,
    /// Entries in which somebody was forgotten, so that only the rest could be checked.
    pub forgotten: u64,
    /// Entries that were removed when their time was over.
    pub removed: i64,
    /// The digest of the last place.
    pub end: Digest,
}

/// Checks pieces in their order.
pub struct Verifier {
    filtered: bool,
    expected: Option<Digest>,
    verdict: Verdict,
    recorded: i64,
    /// Whoever was deleted, and the last entry that tells of it.
    deleted: HashMap<Uuid, i64>,
    /// Places of a choice, in which none may come twice.
    seen: HashSet<i64>,
    owed: HashMap<[Option<Uuid>; 2], Place>,
}

impl Verifier {
    /// Of the whole chain or, with `filtered`, of chosen entries, where gaps are expected. `expected` is the digest of an end that was
    /// noted: it has to be there.
    pub fn new(filtered: bool, expected: Option<Digest>) -> Self {
        let verdict = Verdict { entries: 0, first: 0, last: 0, forgotten: 0, removed: 0, end: BEGINNING };
        Self {
            filtered,
            expected,
            verdict,
            recorded: 0,
            deleted: HashMap::new(),
            seen: HashSet::new(),
            owed: HashMap::new(),
        }
    }

    /// The next piece, which stands on this line.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn next(&mut self, piece: &Piece, line: u64) -> Result<(), Fault> {
        match piece {
            Piece::Entry(entry) => self.entry(entry, line)?,
            Piece::Gap(gap) => self.gap(gap, line)?,
        }
        if self.verdict.first == 0 {
            self.verdict.first = match piece {
                Piece::Entry(entry) => entry.seq,
                Piece::Gap(gap) => gap.first,
            };
        }
        if self.expected == Some(self.verdict.end) {
            self.expected = None;
        }
        Ok(())
    }

    fn entry(&mut self, entry: &Entry, line: u64) -> Result<(), Fault> {
        if entry.seq < 1 {
            return Err(Fault::Malformed { line });
        }
        let place = || Place { seq: entry.seq, line, kind: entry.kind.clone(), at: entry.at };
        let last = self.verdict.last;
        let follows = last.checked_add(1) == Some(entry.seq);
        let unlinked = || Fault::Unlinked { place: place(), after: last };
        if !follows && !self.filtered {
            return Err(unlinked());
        }
        if !entry.is_genuine() {
            return Err(Fault::Changed(place()));
        }
        if self.filtered && !self.seen.insert(entry.seq) {
            return Err(Fault::Twice(place()));
        }
        // Of a choice of entries, what came before the first is not known.
        if follows && entry.prev != self.verdict.end && !(self.filtered && self.verdict.entries == 0) {
            return Err(unlinked());
        }
        if entry.kind == Kind::EventsRemoved.as_str() {
            self.recorded(&entry.detail);
        }
        if entry.is_forgotten() {
            self.verdict.forgotten += 1;
            let ids = [entry.people.actor, entry.people.subject];
            // What was said before is settled by what has told of it since. This needs to be told of anew: forgetting comes first.
            if self.owed.get(&ids).is_none_or(|before| self.is_told(&ids, before.seq)) {
                self.owed.insert(ids, place());
            }
        } else if entry.kind == Kind::AccountDeleted.as_str() {
            self.deleted.extend(entry.people.subject.map(|id| (id, entry.seq)));
        }
        self.verdict.entries += 1;
        self.verdict.last = entry.seq;
        self.verdict.end = entry.digest;
        Ok(())
    }

    /// Whether an entry after this place tells that one of them was deleted.
    fn is_told(&self, ids: &[Option<Uuid>; 2], seq: i64) -> bool {
        ids.iter().flatten().any(|id| self.deleted.get(id).is_some_and(|told| *told > seq))
    }

    fn gap(&mut self, gap: &Gap, line: u64) -> Result<(), Fault> {
        let count = gap.last.checked_sub(gap.first).and_then(|more| more.checked_add(1));
        let Some(count) = count.filter(|count| gap.first >= 1 && *count >= 1) else {
            return Err(Fault::Malformed { line });
        };
        if self.verdict.last.checked_add(1) != Some(gap.first) {
            let place = Place { seq: gap.first, line, kind: String::new(), at: 0 };
            return Err(Fault::Unlinked { place, after: self.verdict.last });
        }
        self.verdict.removed = self.verdict.removed.checked_add(count).ok_or(Fault::Malformed { line })?;
        self.verdict.last = gap.last;
        self.verdict.end = gap.digest;
        Ok(())
    }

    /// Takes note that the log says of so many entries that they were removed.
    fn recorded(&mut self, detail: &str) {
        self.recorded = self.recorded.saturating_add(detail.parse().unwrap_or(0));
    }

    /// The last place that was checked, and its digest.
    pub const fn reached(&self) -> (i64, Digest) {
        (self.verdict.last, self.verdict.end)
    }

    /// Takes what was said of forgotten entries so far, for whoever can ask elsewhere who was deleted.
    pub(super) fn take_owed(&mut self) -> Vec<([Option<Uuid>; 2], Place)> {
        self.deleted.clear();
        self.owed.drain().collect()
    }

    /// After the last piece.
    ///
    /// # Errors
    /// What is wrong with the whole.
    pub fn finish(self) -> Result<Verdict, Fault> {
        if self.expected.is_some() {
            return Err(Fault::EndNotFound);
        }
        if !self.filtered {
            if self.verdict.removed > self.recorded {
                return Err(Fault::Unaccounted { removed: self.verdict.removed, recorded: self.recorded });
            }
            let owed = self.owed.iter().filter(|(ids, place)| !self.is_told(ids, place.seq));
            if let Some((_, place)) = owed.min_by_key(|(_, place)| place.seq) {
                return Err(Fault::NotForgotten(place.clone()));
            }
        }
        Ok(self.verdict)
    }
}

/// Verifies an export, however long it is, in a few records' memory and some bytes for everybody who was forgotten; of a choice,
/// some bytes for every entry.
///
/// # Errors
/// When it cannot be read. What is wrong with it is the value inside.
pub fn verify_export(mut file: impl BufRead, mut verifier: Verifier) -> io::Result<Result<Verdict, Fault>> {
    let (mut line, mut format, mut bytes) = (1, None, Vec::new());
    loop {
        bytes.clear();
        let lines = next_record(&mut file, format, &mut bytes)?;
        if bytes.is_empty() {
            return Ok(verifier.finish());
        }
        let malformed = Ok(Err(Fault::Malformed { line }));
        let Ok(text) = std::str::from_utf8(&bytes) else { return malformed };
        let known = match format {
            Some(known) => known,
            None => {
                let Some(found) = Format::of(text) else { return malformed };
                format = Some(found);
                if found == Format::Csv {
                    line += lines;
                    continue;
                }
                found
            }
        };
        let Some(piece) = known.read(text) else { return malformed };
        if let Err(fault) = verifier.next(&piece, line) {
            return Ok(Err(fault));
        }
        line += lines;
    }
}

/// Reads one record: a line or, where a value of CSV has line ends in it, several. Answers how many.
fn next_record(file: &mut impl BufRead, format: Option<Format>, bytes: &mut Vec<u8>) -> io::Result<u64> {
    let (mut lines, mut quotes) = (0, 0);
    loop {
        let before = bytes.len();
        let read = file.by_ref().take(LONGEST - before as u64).read_until(b'\n', bytes)?;
        lines += 1;
        quotes += bytes.iter().skip(before).filter(|byte| **byte == b'"').count();
        if read == 0 || format != Some(Format::Csv) || quotes % 2 == 0 {
            return Ok(lines);
        }
    }
}
