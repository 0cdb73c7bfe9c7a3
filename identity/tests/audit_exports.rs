//! Exports of the audit log, checked without a database: whatever was changed in one is found, and the right entry named.

use identity::audit::{BEGINNING, Entry, Fault, Format, Gap, Personal, Piece, Verdict, Verifier, verify_export};
use proptest::prelude::*;
use uuid::Uuid;

/// The places of a chain of so many entries, each said to be of another person. The one at `forgotten` was forgotten.
fn chain(count: i64, forgotten: i64) -> Vec<Entry> {
    let mut prev = BEGINNING;
    let nobody = Uuid::from_u128(77);
    (1..=count)
        .map(|seq| {
            let deleted = seq == count && forgotten > 0;
            let mut people = Personal {
                actor: (seq % 2 == 0).then(|| Uuid::from_u128(seq as u128)),
                subject: Some(Uuid::from_u128(1000 + seq as u128)),
                session: (seq % 3 == 0).then(|| Uuid::from_u128(2000 + seq as u128)),
                ip: format!("192.0.2.{seq}"),
                note: (seq % 4 == 0).then(|| "asked by phone, said \"now\",\nand thanked".to_owned()),
            };
            let salt = vec![seq as u8; 16];
            let personal = people.hash(&salt);
            if deleted {
                people = Personal { subject: Some(nobody), ..Personal::default() };
            }
            let personal = if deleted { people.hash(&salt) } else { personal };
            let mut entry = Entry {
                seq,
                id: Uuid::from_u128(5000 + seq as u128),
                at: 1_795_000_000_000 + seq,
                kind: if deleted { "account_deleted" } else { "signed_in" }.to_owned(),
                detail: if deleted { "" } else { "day" }.to_owned(),
                personal,
                people,
                salt: Some(salt),
                prev,
                digest: BEGINNING,
            };
            entry.digest = entry.expected_digest();
            prev = entry.digest;
            if seq == forgotten {
                entry.salt = None;
                entry.people = Personal { subject: Some(nobody), ..Personal::default() };
            }
            entry
        })
        .collect()
}

fn written(format: Format, entries: &[Entry]) -> Vec<String> {
    entries.iter().map(|entry| format.write(&Piece::Entry(entry.clone()))).collect()
}

fn verified(format: Format, lines: &[String]) -> Result<Verdict, Fault> {
    verified_by(Verifier::new(false, None), format, lines)
}

fn verified_by(verifier: Verifier, format: Format, lines: &[String]) -> Result<Verdict, Fault> {
    let text = format!("{}{}", format.head(), lines.concat());
    verify_export(text.as_bytes(), verifier).unwrap()
}

/// On which line of the file each record begins.
fn beginnings(format: Format, lines: &[String]) -> Vec<u64> {
    let mut line = 1 + format.head().lines().count() as u64;
    lines
        .iter()
        .map(|record| {
            let begins = line;
            line += record.matches('\n').count() as u64;
            begins
        })
        .collect()
}

/// The line and the place a fault names.
fn named(fault: &Fault) -> (Option<u64>, Option<i64>) {
    match fault {
        Fault::Malformed { line } => (Some(*line), None),
        Fault::Changed(place) | Fault::Unlinked { place, .. } | Fault::NotForgotten(place) | Fault::Twice(place) => {
            (Some(place.line), Some(place.seq))
        }
        Fault::Unaccounted { .. } | Fault::EndNotFound | Fault::ForeignEnd | Fault::CutOff { .. } => (None, None),
    }
}

#[test]
fn a_whole_export_is_unbroken() {
    let entries = chain(12, 5);
    for format in Format::ALL.iter().copied() {
        let verdict = verified(format, &written(format, &entries)).unwrap();
        assert_eq!((verdict.entries, verdict.first, verdict.last, verdict.forgotten), (12, 1, 12, 1));
        assert_eq!(verdict.end, entries[11].digest);
    }
    assert_eq!(verified(Format::Jsonl, &[]).unwrap().entries, 0);
}

#[test]
fn every_bit_of_every_byte_counts() {
    let entries = chain(5, 2);
    for format in Format::ALL.iter().copied() {
        let lines = written(format, &entries);
        let begins = beginnings(format, &lines);
        for at in 0..lines.len() {
            for byte in 0..lines[at].len() {
                for bit in 0..8 {
                    let mut changed = lines.iter().map(|line| line.clone().into_bytes()).collect::<Vec<_>>();
                    changed[at][byte] ^= 1 << bit;
                    let mut text = format.head().as_bytes().to_vec();
                    text.extend(changed.concat());
                    let fault = verify_export(&text[..], Verifier::new(false, None)).unwrap();
                    let fault = fault.expect_err("it is found");
                    let (line, _) = named(&fault);
                    assert_eq!(line, Some(begins[at]), "{fault:?}: bit {bit} of byte {byte} of {}", lines[at]);
                }
            }
        }
    }
}

#[test]
fn an_entry_that_says_something_else_is_named() {
    type Change = fn(&mut Entry);
    let changes: [Change; 13] = [
        |entry| entry.id = Uuid::nil(),
        |entry| entry.at += 1,
        |entry| entry.kind = "signed_out".into(),
        |entry| entry.detail = "month".into(),
        |entry| entry.people.actor = Some(Uuid::nil()),
        |entry| entry.people.subject = None,
        |entry| entry.people.session = None,
        |entry| entry.people.ip = "192.0.2.99".into(),
        |entry| entry.people.note = Some(String::new()),
        |entry| entry.salt = Some(vec![0; 16]),
        |entry| entry.salt = None,
        |entry| entry.personal = BEGINNING,
        |entry| entry.prev = [1; 32],
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut entries = chain(12, 0);
        change(&mut entries[5]);
        let fault = verified(Format::Jsonl, &written(Format::Jsonl, &entries)).expect_err("it is found");
        assert!(matches!(&fault, Fault::Changed(place) if place.seq == 6 && place.line == 6), "{index}: {fault:?}");
    }
    // Somebody who can calculate makes the entry fit itself; then it does not fit its neighbour.
    let mut entries = chain(12, 0);
    entries[5].kind = "signed_out".into();
    entries[5].digest = entries[5].expected_digest();
    let fault = verified(Format::Jsonl, &written(Format::Jsonl, &entries)).expect_err("it is found");
    assert!(matches!(&fault, Fault::Unlinked { place, after: 6 } if place.seq == 7), "{fault:?}");
}

#[test]
fn who_was_not_deleted_was_not_forgotten() {
    let mut entries = chain(12, 0);
    entries[5].salt = None;
    entries[5].people = Personal { subject: Some(Uuid::from_u128(1)), ..Personal::default() };
    let fault = verified(Format::Csv, &written(Format::Csv, &entries)).expect_err("it is found");
    assert!(matches!(&fault, Fault::NotForgotten(place) if place.seq == 6), "{fault:?}");
}

/// A forgotten entry says of nobody what it said, so everything that it may say has to be proven by something else.
#[test]
fn what_is_said_of_the_forgotten_cannot_be_made_up() {
    let entries = chain(12, 5);
    assert!(verified(Format::Jsonl, &written(Format::Jsonl, &entries)).is_ok());
    let found = |entries: &[Entry]| verified(Format::Jsonl, &written(Format::Jsonl, entries)).expect_err("it is found");
    // A reason.
    let mut noted = entries.clone();
    noted[4].people.note = Some("was asked to".into());
    let fault = found(&noted);
    assert!(matches!(&fault, Fault::Changed(place) if place.seq == 5), "{fault:?}");
    // What happened after the account was gone was not theirs.
    let later = [entries.clone(), after(&entries)].concat();
    assert!(verified(Format::Jsonl, &written(Format::Jsonl, &later)).is_ok());
    let mut late = later.clone();
    late[12].salt = None;
    late[12].people = Personal { subject: Some(Uuid::from_u128(77)), ..Personal::default() };
    let fault = found(&late);
    assert!(matches!(&fault, Fault::NotForgotten(place) if place.seq == 13), "{fault:?}");
    // What tells of it does not say of whom by itself.
    let mut told = chain(12, 0);
    told[11] = Entry { kind: "account_deleted".into(), ..told[11].clone() };
    told[11].digest = told[11].expected_digest();
    for entry in [4, 11] {
        told[entry].salt = None;
        told[entry].people = Personal { subject: Some(Uuid::from_u128(78)), ..Personal::default() };
    }
    let fault = found(&told);
    assert!(matches!(&fault, Fault::NotForgotten(place) if place.seq == 5), "{fault:?}");
}

/// One more entry.
fn after(entries: &[Entry]) -> Vec<Entry> {
    let last = &entries[entries.len() - 1];
    let people = Personal { subject: Some(Uuid::from_u128(3)), ..Personal::default() };
    let mut entry = Entry {
        seq: last.seq + 1,
        id: Uuid::from_u128(6000),
        kind: "signed_in".into(),
        personal: people.hash(&[1; 16]),
        people,
        salt: Some(vec![1; 16]),
        prev: last.digest,
        ..last.clone()
    };
    entry.digest = entry.expected_digest();
    vec![entry]
}

/// Runs that go round the numbers lead back to where they began, with nothing removed as far as anybody can add up.
#[test]
fn no_run_goes_round_the_numbers() {
    let entries = chain(6, 0);
    let line = |first: i64, last: i64, digest| Format::Jsonl.write(&Piece::Gap(Gap { first, last, digest }));
    let mut lines = written(Format::Jsonl, &entries);
    let again = lines[5].clone();
    lines.splice(1..3, [line(2, 3, entries[2].digest)]);
    lines.extend([line(7, i64::MAX, BEGINNING), line(i64::MIN, 5, entries[4].digest), again]);
    let fault = verified_by(Verifier::new(false, Some(entries[5].digest)), Format::Jsonl, &lines).unwrap_err();
    assert_eq!(fault, Fault::Malformed { line: 7 });
    for (first, last) in [(0, 1), (-3, -2), (2, 1), (i64::MIN, i64::MAX), (0, i64::MAX)] {
        let fault = verified(Format::Jsonl, &[line(first, last, BEGINNING)]).unwrap_err();
        assert_eq!(fault, Fault::Malformed { line: 1 }, "{first} to {last}");
    }
    let all = [line(1, i64::MAX, BEGINNING), line(i64::MIN, 0, BEGINNING)];
    assert_eq!(verified(Format::Jsonl, &all).unwrap_err(), Fault::Malformed { line: 2 });
    let mut nothing = entries[0].clone();
    nothing.seq = 0;
    nothing.digest = nothing.expected_digest();
    let lines = written(Format::Jsonl, &[nothing]);
    for filtered in [false, true] {
        let fault = verified_by(Verifier::new(filtered, None), Format::Jsonl, &lines).unwrap_err();
        assert_eq!(fault, Fault::Malformed { line: 1 });
    }
}

/// A record of very many lines takes as long as its bytes; counted anew for every line it would be minutes.
#[test]
fn a_record_of_very_many_lines_is_read_once() {
    let text = format!("{}\"{}", Format::Csv.head(), "\n".repeat(1 << 19));
    let fault = verify_export(text.as_bytes(), Verifier::new(false, None)).unwrap();
    assert_eq!(fault, Err(Fault::Malformed { line: 2 }));
}

#[test]
fn what_was_removed_is_accepted_as_far_as_the_log_records_it() {
    let mut entries = chain(12, 0);
    entries[11].kind = "events_removed".into();
    entries[11].detail = "4".into();
    entries[11].digest = entries[11].expected_digest();
    for format in Format::ALL.iter().copied() {
        for (first, last, accepted) in [(1, 4, true), (5, 8, true), (3, 7, false)] {
            let gap = Gap { first, last, digest: entries[last as usize - 1].digest };
            let mut lines = written(format, &entries);
            lines.splice(first as usize - 1..last as usize, [format.write(&Piece::Gap(gap))]);
            let verdict = verified(format, &lines);
            match accepted {
                true => assert_eq!(verdict.unwrap().removed, 4),
                false => assert_eq!(verdict.unwrap_err(), Fault::Unaccounted { removed: 5, recorded: 4 }),
            }
        }
    }
    // A run that is said to end otherwise than it did.
    let mut lines = written(Format::Jsonl, &entries);
    let gap = Gap { first: 2, last: 3, digest: entries[3].digest };
    lines.splice(1..3, [Format::Jsonl.write(&Piece::Gap(gap))]);
    let fault = verified(Format::Jsonl, &lines).unwrap_err();
    assert!(matches!(&fault, Fault::Unlinked { place, after: 3 } if place.seq == 4), "{fault:?}");
}

#[test]
fn a_choice_of_entries_is_checked_each_by_itself() {
    let entries = chain(12, 5);
    let chosen: Vec<Entry> = entries.iter().filter(|entry| [2, 3, 5, 9].contains(&entry.seq)).cloned().collect();
    let filtered =
        |entries: &[Entry]| verified_by(Verifier::new(true, None), Format::Csv, &written(Format::Csv, entries));
    let verdict = filtered(&chosen).unwrap();
    assert_eq!((verdict.entries, verdict.first, verdict.last, verdict.forgotten), (4, 2, 9, 1));
    let fault = verified(Format::Csv, &written(Format::Csv, &chosen)).unwrap_err();
    assert!(matches!(&fault, Fault::Unlinked { place, after: 0 } if place.seq == 2), "{fault:?}");
    let twice = [&chosen[..], &chosen[1..2]].concat();
    assert!(matches!(filtered(&twice).unwrap_err(), Fault::Twice(place) if place.seq == 3));
    let mut changed = chosen.clone();
    changed[3].at += 1;
    assert!(matches!(filtered(&changed).unwrap_err(), Fault::Changed(place) if place.seq == 9));
}

#[test]
fn a_file_that_is_something_else_is_malformed() {
    for text in ["\n", "seq,id\n1,2\n", "{}", "{\"seq\":1}\n", "\u{0}", "\"", "\u{feff}{}\n"] {
        let fault = verify_export(text.as_bytes(), Verifier::new(false, None)).unwrap();
        assert_eq!(fault, Err(Fault::Malformed { line: 1 }), "{text:?}");
    }
    let invalid = verify_export(&b"{\xff}\n"[..], Verifier::new(false, None)).unwrap();
    assert_eq!(invalid, Err(Fault::Malformed { line: 1 }));
}

proptest! {
    /// One end was noted. Whatever was taken away, doubled, exchanged or cut off is found; and, but for what is missing at the end,
    /// the entry named where it is.
    #[test]
    fn entries_stand_where_they_stood(count in 3_i64..30, seed in any::<(u16, u16, u8)>(), csv in any::<bool>()) {
        let entries = chain(count, 0);
        let format = if csv { Format::Csv } else { Format::Jsonl };
        let mut lines = written(format, &entries);
        let (one, other) = (usize::from(seed.0) % lines.len(), usize::from(seed.1) % lines.len());
        let broken = match seed.2 % 4 {
            0 => { lines.remove(one); one + 2 }
            1 => { lines.insert(one, lines[one].clone()); one + 1 }
            2 if one == other => return Ok(()),
            2 => { lines.swap(one, other); one.max(other) + 1 }
            _ => { lines.truncate(one); lines.len() + 1 }
        };
        let fault = verified_by(Verifier::new(false, Some(entries[entries.len() - 1].digest)), format, &lines).unwrap_err();
        match (seed.2 % 4, named(&fault).1) {
            (_, None) => prop_assert_eq!(fault, Fault::EndNotFound),
            (2, Some(seq)) => prop_assert_eq!(seq as usize, broken),
            (_, Some(seq)) => prop_assert_eq!(seq as usize, broken),
        }
    }
}
