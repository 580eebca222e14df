//! Staykit's core: records events into a sealed store on the device, draws signals from them,
//! decides in the same call which guidance to show or withhold and why, and hands out batches.
//!
//! No network, no clock and no randomness of its own.

pub mod codec;
pub mod crypto;
pub mod engine;
pub mod error;
pub mod event;
pub mod guidance;
pub mod pack;
pub mod privacy;
pub mod profile;
pub mod random;
pub mod rules;
pub mod store;
pub mod sync;
pub mod text;
pub mod time;
