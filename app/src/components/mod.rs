//! The pieces pages are made of. A piece is one class of `style/` and the HTML that belongs to it.

mod brand;
mod device;
mod field;
mod frame;
mod icon;
mod leaving;
mod loaded;
mod notice;
mod pager;
mod person;
mod session;
mod threshold;
mod when;
mod woven;

pub use brand::Brand;
pub use device::{device_words, is_handheld};
pub use field::{Choice, NewPassword, PasswordField, TextField};
pub use frame::Frame;
pub use icon::{Glyph, Icon};
pub(crate) use leaving::LeavingBanner;
pub use loaded::loaded;
pub use notice::{FlashNotice, NoticeBox, Tone};
pub use pager::Pager;
pub use person::{Avatar, RoleBadge, StatusBadge};
pub use session::SessionItem;
pub use threshold::Threshold;
pub use when::{When, relative};
pub use woven::woven;
