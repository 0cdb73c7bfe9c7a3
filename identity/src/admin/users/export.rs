//! A list of accounts to take away, as CSV or JSON: what the list shows and nothing that opens an account.
//!
//! Read page after page while it is sent, so that a million needs no more memory than ten; who stops reading stops it. A list that was cut
//! off has no end: JSON lacks its bracket, and the connection is cut.

use super::{
    Row,
    filter::{At, Filter},
    list::page,
};
use crate::{
    Latchkey, Refusal,
    admin::Proven,
    events::{self, Kind},
    time::Timestamp,
    words::Permission,
};
use serde::Serialize;
use std::{fmt::Write, sync::Arc};
use uuid::Uuid;

crate::spelled! {
    /// How a list is written.
    Format {
        /// RFC 4180, with a line of names first.
        Csv = "csv",
        /// RFC 8259, one array of objects.
        Json = "json",
    }
}

/// Rows in memory at a time.
const CHUNK: usize = 200;

/// An account as it is taken away. Moments are as RFC 3339 writes them.
#[derive(Serialize)]
struct Taken {
    id: Uuid,
    email: String,
    name: String,
    role: String,
    registered: Option<String>,
    confirmed: Option<String>,
    disabled: Option<String>,
    last_sign_in: Option<String>,
    deleted_from: Option<String>,
}

/// The names of the columns, as [`Taken`] has them.
const NAMES: &str = "id,email,name,role,registered,confirmed,disabled,last_sign_in,deleted_from\r\n";

impl From<Row> for Taken {
    fn from(row: Row) -> Self {
        let moment = |at: Timestamp| jiff::Timestamp::from_millisecond(at.0).ok().map(|at| at.to_string());
        Self {
            id: row.id,
            email: row.email,
            name: row.name,
            role: row.role.as_str().to_owned(),
            registered: moment(row.created_at),
            confirmed: row.verified_at.and_then(moment),
            disabled: row.disabled_at.and_then(moment),
            last_sign_in: row.last_sign_in_at.and_then(moment),
            deleted_from: row.delete_at.and_then(moment),
        }
    }
}

impl Taken {
    fn csv(&self) -> String {
        let moments = [&self.registered, &self.confirmed, &self.disabled, &self.last_sign_in, &self.deleted_from];
        let words = [self.id.to_string(), self.email.clone(), self.name.clone(), self.role.clone()];
        let cells: Vec<String> = words
            .iter()
            .map(String::as_str)
            .chain(moments.map(|at| at.as_deref().unwrap_or_default()))
            .map(cell)
            .collect();
        cells.join(",") + "\r\n"
    }
}

/// A cell that no reader takes for anything else: neither for two (RFC 4180 section 2), nor for a formula (OWASP, CSV injection).
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let quoted = text.contains([',', '"', '\r', '\n']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if quoted { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// A list that is being written.
pub struct PeopleExport {
    house: Arc<Latchkey>,
    filter: Filter,
    format: Format,
    begun: bool,
    any: bool,
    done: bool,
}

/// Begins a list of those whom a filter is met by, in its order, and records that it was taken.
///
/// # Errors
/// `Forbidden`, or when the database does not answer.
pub async fn export_users(
    house: &Arc<Latchkey>,
    admin: &Proven,
    filter: &Filter,
    format: Format,
) -> Result<PeopleExport, Refusal> {
    let (mut tx, admin) = admin.begin(house, Permission::UsersRead).await?;
    let event = admin.event(Kind::AccountsExported).detail(format.as_str()).note(filter.told());
    events::record(house, &mut tx, event).await?;
    tx.commit().await?;
    let filter = Filter { at: At::First, limit: CHUNK, ..filter.clone() };
    Ok(PeopleExport { house: house.clone(), filter, format, begun: false, any: false, done: false })
}

impl PeopleExport {
    /// The next piece of the text; `None` at its end.
    ///
    /// # Errors
    /// When the database does not answer. What was sent so far must then be cut off, not ended.
    pub async fn next(&mut self) -> Result<Option<String>, Refusal> {
        if self.done {
            return Ok(None);
        }
        let mut piece = String::new();
        if !self.begun {
            self.begun = true;
            piece.push_str(match self.format {
                Format::Csv => NAMES,
                Format::Json => "[",
            });
        }
        let found = page(&self.house, &self.filter).await?;
        let next = found.next();
        for (_, row) in found.rows {
            let taken = Taken::from(row);
            match self.format {
                Format::Csv => piece.push_str(&taken.csv()),
                Format::Json => {
                    let json = serde_json::to_string(&taken).map_err(|error| Refusal::Broken(error.to_string()))?;
                    let _ = write!(piece, "{}\n{json}", if self.any { "," } else { "" });
                }
            }
            self.any = true;
        }
        match next {
            Some(next) => self.filter.at = At::After(next),
            None => {
                self.done = true;
                if self.format == Format::Json {
                    piece.push_str("\n]\n");
                }
            }
        }
        Ok(Some(piece))
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn a_cell_is_one_cell_and_no_formula() {
        for (text, written) in [
            ("Alice", "Alice"),
            ("", ""),
            ("O'Brien, Ann", "\"O'Brien, Ann\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=1+1", "'=1+1"),
            ("+49", "'+49"),
            ("-1", "'-1"),
            ("@cmd", "'@cmd"),
            ("\tx", "'\tx"),
            ("=a,\"b\"", "\"'=a,\"\"b\"\"\""),
            ("a\r\nb", "\"a\r\nb\""),
            ("a=b", "a=b"),
        ] {
            assert_eq!(cell(text), written, "{text:?}");
        }
    }
}
