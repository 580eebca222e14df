//! Messages of Staykit: what a device sends, what a server answers, what a pack holds.
//!
//! Generated at build time from `staykit/v1/*.proto`; `proto/README.md` explains each message to
//! a backend engineer. [`segment`] turns rows into the column form of [`v1::Segment`] and back.

pub mod segment;

/// The messages of package `staykit.v1`.
#[allow(
    missing_docs,
    clippy::pedantic,
    reason = "generated; the documentation stands in the proto files and partly comes along"
)]
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/staykit.v1.rs"));
}

pub use prost::Message;
