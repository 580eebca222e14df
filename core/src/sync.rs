//! Batches out, answers in: core hands over bytes and is told what came back.

mod answer;
mod retry;
mod upload;

pub use answer::{Answer, Judgement, judge};
pub use retry::back_off_ms;
pub use upload::{BatchId, Delivery, Upload};

/// Limits on batches and on the patience between attempts, with unit and origin.
pub mod limits {
    use crate::time::{DAY_MS, MINUTE_MS, SECOND_MS};

    /// Events of one batch: what a server accepts.
    pub const EVENTS: usize = 1_000;
    /// Compressed bytes of one batch, with room for the envelope: a server accepts 512 kB.
    pub const COMPRESSED_BYTES: usize = 500_000;
    /// Bytes of one batch once decompressed: a server accepts 1 MB.
    pub const RAW_BYTES: usize = 1_000_000;
    /// First pause after a failure, ms; doubles with each.
    pub const FIRST_BACK_OFF_MS: i64 = 2 * SECOND_MS;
    /// Longest pause after a failure, ms.
    pub const LONGEST_BACK_OFF_MS: i64 = 15 * MINUTE_MS;
    /// Longest pause that a server can ask for, ms.
    pub const LONGEST_RETRY_AFTER_MS: i64 = DAY_MS;
    /// Pause after an answer that says the configuration is wrong, ms.
    pub const MISCONFIGURED_MS: i64 = DAY_MS;
    /// Bytes of an answer that are read: an acknowledgement has under 100.
    pub const ANSWER_BYTES: usize = 65_536;
}
