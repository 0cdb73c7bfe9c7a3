//! A place in the list of accounts as it travels in links: opaque to whoever keeps it, and worth nothing to whoever makes one up.
//!
//! It holds a sort key and an id, so that a page begins where the one before ended even when the account there is gone.

use super::span::{Key, Order};
use crate::{
    Refusal,
    words::{Fault, Field},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::{fmt, str};
use uuid::Uuid;

/// Longest text of a cursor: a name's key of four hundred bytes fits twice.
const LONGEST: usize = 1200;

/// A place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Of which part of a search.
    pub(super) part: usize,
    pub(super) key: Key,
    /// Whether the row at this place belongs to what is asked for.
    pub(super) with: bool,
}

impl Cursor {
    /// Reads what [`fmt::Display`] wrote.
    ///
    /// # Errors
    /// `Invalid` for anything else.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        Self::read(text).ok_or_else(malformed)
    }

    fn read(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let [order, part, with, rest @ ..] = bytes.as_slice() else { return None };
        // PostgreSQL would refuse the whole statement for a NUL.
        let words = |bytes| str::from_utf8(bytes).ok().filter(|text| !text.contains('\0')).map(str::to_owned);
        let id = |bytes: &[u8; 16]| Uuid::from_bytes(*bytes);
        let key = match order {
            b'i' => Key::Id(Uuid::from_slice(rest).ok()?),
            b'a' => Key::Address(words(rest)?),
            b'n' => {
                let (at, text) = rest.split_first_chunk()?;
                Key::Name(words(text)?, id(at))
            }
            b's' => {
                let (at, number) = rest.split_first_chunk()?;
                Key::Seen(i64::from_be_bytes(number.try_into().ok()?), id(at))
            }
            _ => return None,
        };
        (*with <= 1).then_some(Self { part: usize::from(*part), key, with: *with == 1 })
    }

    /// The place, if there is such a part and it is ordered so.
    pub(super) fn fits(&self, orders: &[Order]) -> Result<(), Refusal> {
        match (orders.get(self.part), &self.key) {
            (Some(Order::Id | Order::Never), Key::Id(_))
            | (Some(Order::Address), Key::Address(_))
            | (Some(Order::Name), Key::Name(..))
            | (Some(Order::Seen), Key::Seen(..)) => Ok(()),
            _ => Err(malformed()),
        }
    }
}

fn malformed() -> Refusal {
    Refusal::field(Field::Form, Fault::Malformed)
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![b'i', u8::try_from(self.part).unwrap_or(u8::MAX), u8::from(self.with)];
        let order = match &self.key {
            Key::Id(id) => {
                bytes.extend(id.as_bytes());
                b'i'
            }
            Key::Address(text) => {
                bytes.extend(text.as_bytes());
                b'a'
            }
            Key::Name(text, id) => {
                bytes.extend(id.as_bytes());
                bytes.extend(text.as_bytes());
                b'n'
            }
            Key::Seen(at, id) => {
                bytes.extend(id.as_bytes());
                bytes.extend(at.to_be_bytes());
                b's'
            }
        };
        bytes[0] = order;
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}
