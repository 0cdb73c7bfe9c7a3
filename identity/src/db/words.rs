//! How the words of `crate::words` are read from a text column. Writing is `as_str`, in the open at the call.

use crate::words::{EndCause, Role, Stay};
use sqlx::{Database, Decode, Type, error::BoxDynError};

macro_rules! from_text {
    ($($name:ident),+) => { $(
        impl<DB: Database> Type<DB> for $name where str: Type<DB> {
            fn type_info() -> DB::TypeInfo {
                <str as Type<DB>>::type_info()
            }
            fn compatible(ty: &DB::TypeInfo) -> bool {
                <str as Type<DB>>::compatible(ty)
            }
        }

        impl<'r, DB: Database> Decode<'r, DB> for $name where &'r str: Decode<'r, DB> {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
                let word = <&str as Decode<DB>>::decode(value)?;
                Self::from_word(word).ok_or_else(|| format!("{word:?} is no {}", stringify!($name)).into())
            }
        }
    )+ };
}

from_text!(EndCause, Role, Stay);
