//! The store as the engine sees it: what comes back, what a crash, a torn write, a changed byte
//! or a foreign file leave of it.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a test may fail by panicking, in its helpers too"
)]

mod bounds;
mod continuity;
mod damage;
mod hostile;
mod journal;
mod outbox;
mod processes;
mod support;
