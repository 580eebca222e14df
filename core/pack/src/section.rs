//! The sections of a pack's YAML, each to what the device makes of it.

mod campaigns;
mod content;
mod events;
mod examples;
mod funnels;
mod header;
mod holidays;
mod reach;
mod signals;
mod terms;

pub(crate) use campaigns::campaigns;
pub(crate) use events::events;
pub(crate) use funnels::funnels;
pub(crate) use header::{Header, header};
pub(crate) use holidays::holidays;
pub(crate) use reach::reach;
pub(crate) use signals::{Signals, signals};
