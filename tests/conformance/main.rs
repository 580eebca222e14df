//! The requirement book, row by row: a test's name begins with the id of its row.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::inconsistent_digit_grouping,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first failure; 19_90 is 19 yuan and 90 fen"
)]

mod aggregates;
mod backfill;
mod capture;
mod concluded;
mod data;
mod facts;
mod guidance;
mod habits;
mod hostile;
mod integrity;
mod life;
mod reach;
mod recomputed;
mod signals;
mod sync;
mod time;
mod understand;
