//! Letters that strangers may ask for: to set a new password, to confirm an address once more.
//!
//! Who asks must not learn whether the address is known, by the time the answer takes neither. So the request does the same for
//! every address: it writes down what was asked. Only whoever delivers letters looks whether somebody is there, and then writes
//! the letter or forgets the matter. Nothing that is asked here may depend on an account.

use super::{Kind, outbox};
use crate::{Latchkey, Refusal, sessions::Device, words::EmailAddress};
use serde::{Deserialize, Serialize};

/// Which letter was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// The one with which a new password can be set.
    Reset,
    /// The one that confirms the address of a registration.
    Verification,
}

impl Asked {
    const fn kind(self) -> Kind {
        match self {
            Self::Reset => Kind::PasswordReset,
            Self::Verification => Kind::Verification,
        }
    }
}

/// What waits in the place of a letter until somebody looks whether the address is known.
#[derive(Serialize, Deserialize)]
pub(crate) struct Ask {
    /// Which letter.
    pub asked: Asked,
    /// What was typed, as accounts are keyed by.
    pub address: String,
    /// From where, for the account's history.
    pub ip: String,
}

/// Writes down that somebody asks for a letter, and rings. The same work for every address.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn ask(house: &Latchkey, asked: Asked, address: &EmailAddress, from: &Device) -> Result<(), Refusal> {
    let ask = Ask { asked, address: address.as_str().to_owned(), ip: from.ip.clone() };
    let mut tx = house.db.begin().await?;
    outbox::insert(house, &mut tx, asked.kind(), None, &ask).await?;
    tx.commit().await?;
    house.outbox_bell.notify_one();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Letter, outbox::Content};
    use super::*;

    #[test]
    fn what_is_sealed_is_told_apart_also_when_an_earlier_version_posted_it() {
        let text = r#"{"kind":"verification","to":"a@b.c","subject":"s","text":"t","html":"h"}"#;
        assert!(matches!(serde_json::from_str(text), Ok(Content::Letter(Letter { kind: Kind::Verification, .. }))));
        let ask = Ask { asked: Asked::Reset, address: "a@b.c".into(), ip: "192.0.2.7".into() };
        let text = serde_json::to_string(&ask).unwrap();
        assert_eq!(text, r#"{"asked":"reset","address":"a@b.c","ip":"192.0.2.7"}"#, "rows wait across upgrades");
        assert!(matches!(serde_json::from_str(&text), Ok(Content::Ask(Ask { asked: Asked::Reset, .. }))));
    }
}
