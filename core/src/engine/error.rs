//! What the engine may answer instead of doing what it was asked.

use std::fmt;

use crate::crypto::VaultError;
use crate::error::Malformed;
use crate::event::{CatalogError, DraftError};
use crate::guidance::OutcomeRefused;
use crate::pack::PackError;
use crate::profile::TooManyFacts;
use crate::random::RandomFailed;
use crate::store::StoreError;
use crate::time::ClockFailed;

/// Why the engine did not do it. Nothing recorded before is lost.
#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    /// The draft is no event.
    Draft(DraftError),
    /// The person has not consented to that.
    NoConsent,
    /// The store waits for [`super::Engine::unlock`], and this needs it.
    Locked,
    /// The engine was closed.
    Closed,
    /// Flash takes no more and the queue in memory is full.
    MemoryFull {
        /// Entries that wait in memory.
        waiting: usize,
    },
    /// The outcome does not fit the decision.
    Outcome(OutcomeRefused),
    /// No campaign, signal or decision of that name or number.
    Unknown(String),
    /// More facts than there is room for.
    Facts(TooManyFacts),
    /// An event cannot be added to the catalog.
    Catalog(CatalogError),
    /// The pack is not accepted; the one before stays active.
    Pack(PackError),
    /// The store failed.
    Store(StoreError),
    /// The key vault gave no key.
    Vault(VaultError),
    /// The clock could not be read.
    Clock(ClockFailed),
    /// No random bytes could be had.
    Random(RandomFailed),
    /// The state could not be carried over to another pack.
    State(Malformed),
    /// What was exported could not be written.
    Output(std::io::ErrorKind),
    /// The maintenance thread could not be started.
    Thread(std::io::ErrorKind),
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draft(error) => error.fmt(out),
            Self::NoConsent => out.write_str("no consent: see set_consent"),
            Self::Locked => out.write_str("the store is locked: call unlock with the data key"),
            Self::Closed => out.write_str("the engine was closed"),
            Self::MemoryFull { waiting } => {
                write!(out, "flash takes no more and {waiting} entries wait in memory already")
            }
            Self::Outcome(error) => error.fmt(out),
            Self::Unknown(name) => write!(out, "there is no {name}"),
            Self::Facts(error) => error.fmt(out),
            Self::Catalog(error) => error.fmt(out),
            Self::Pack(error) => error.fmt(out),
            Self::Store(error) => error.fmt(out),
            Self::Vault(error) => error.fmt(out),
            Self::Clock(error) => error.fmt(out),
            Self::Random(error) => error.fmt(out),
            Self::State(error) => error.fmt(out),
            Self::Output(kind) => write!(out, "the export could not be written: {kind}"),
            Self::Thread(kind) => write!(out, "the maintenance thread did not start: {kind}"),
        }
    }
}

impl std::error::Error for Error {}

macro_rules! from {
    ($($source:ty => $variant:ident),* $(,)?) => {
        $(impl From<$source> for Error {
            fn from(error: $source) -> Self {
                Self::$variant(error)
            }
        })*
    };
}

from! {
    DraftError => Draft,
    OutcomeRefused => Outcome,
    CatalogError => Catalog,
    PackError => Pack,
    TooManyFacts => Facts,
    StoreError => Store,
    VaultError => Vault,
    ClockFailed => Clock,
    RandomFailed => Random,
    Malformed => State,
}
