//! The sections of a pack's YAML, each to what the device makes of it.

mod campaigns;
mod conclusions;
mod content;
mod events;
mod examples;
mod expected;
mod funnels;
mod header;
mod holidays;
mod predictions;
mod reach;
mod scores;
mod signals;
mod steps;
mod tables;
mod terms;

pub(crate) use campaigns::campaigns;
pub(crate) use conclusions::{Conclusions, conclusions};
pub(crate) use events::events;
pub(crate) use funnels::funnels;
pub(crate) use header::{Header, header};
pub(crate) use holidays::holidays;
pub(crate) use predictions::predictions;
pub(crate) use reach::reach;
