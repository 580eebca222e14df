//! Time as a device has it: a wall clock that can be wrong, a clock since boot that cannot, and
//! an offset from UTC that changes twice a year and with every flight.

pub mod civil;
mod clock;
mod moved;
mod retrace;
mod timeline;
mod virtual_clock;

pub use civil::{OffsetChange, Zone};
pub use clock::{Clock, ClockFailed, ClockReading, SystemClock};
pub(crate) use moved::is_moved;
pub(crate) use retrace::Retrace;
pub use timeline::{Stamp, Timeline};
pub use virtual_clock::VirtualClock;

/// Milliseconds in a second.
pub const SECOND_MS: i64 = 1_000;
/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds in a day of 24 hours.
pub const DAY_MS: i64 = 24 * HOUR_MS;
