//! Refusals: a kind with a number, and words.

use std::fmt;

use staykit_core::crypto::VaultError;
use staykit_core::engine;

use crate::encoding::DecodeError;

/// Why a call was refused. Nothing in it is personal: names and limits, never a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    /// The bytes of a draft or of facts do not have their form.
    Encoding(DecodeError),
    /// What the engine says.
    Engine(engine::Error),
    /// No engine was ever opened under this handle.
    NoSuchHandle,
    /// A panic was caught in an earlier call, or in this one: the engine does nothing more. Close
    /// it and open it again; what is on flash is whole.
    Broken,
    /// An argument that no engine is needed to refuse.
    Argument(&'static str),
}

/// Kinds of refusals: what an app may want to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Malformed bytes, or an argument out of its bounds.
    Encoding,
    /// The draft is no event, or an event cannot be added to the catalog.
    Draft,
    /// The person has not consented to that.
    NoConsent,
    /// The store waits for its key.
    Locked,
    /// The engine was closed.
    Closed,
    /// Flash takes no more and the memory is full.
    MemoryFull,
    /// The outcome does not fit the decision.
    Outcome,
    /// No campaign, signal or decision of that name or number.
    Unknown,
    /// More facts than there is room for.
    Facts,
    /// The store failed.
    Store,
    /// The clock or the source of random numbers failed.
    Clock,
    /// No such handle.
    NoSuchHandle,
    /// A panic was caught: the engine does nothing more.
    Broken,
    /// Anything else: a pack that is not accepted, a vault, an export.
    Other,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Encoding,
        Self::Draft,
        Self::NoConsent,
        Self::Locked,
        Self::Closed,
        Self::MemoryFull,
        Self::Outcome,
        Self::Unknown,
        Self::Facts,
        Self::Store,
        Self::Clock,
        Self::NoSuchHandle,
        Self::Broken,
        Self::Other,
    ];

    /// Its number on the hot path, below 0.
    #[must_use]
    pub fn code(self) -> i64 {
        match self {
            Self::Encoding => -1,
            Self::Draft => -2,
            Self::NoConsent => -3,
            Self::Locked => -4,
            Self::Closed => -5,
            Self::MemoryFull => -6,
            Self::Outcome => -7,
            Self::Unknown => -8,
            Self::Facts => -9,
            Self::Store => -10,
            Self::Clock => -11,
            Self::NoSuchHandle => -12,
            Self::Broken => -13,
            Self::Other => -14,
        }
    }

    /// The refusal with this number.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.code() == code)
    }

    /// What it means, for logs and developers; the same each time.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Encoding => "the bytes do not have the form of a draft or of facts",
            Self::Draft => "the draft is no event: why_refused says why",
            Self::NoConsent => "no consent: see set_consent",
            Self::Locked => "the store is locked: it waits for its key",
            Self::Closed => "the engine was closed",
            Self::MemoryFull => "flash takes no more and the memory is full",
            Self::Outcome => "the outcome does not fit the decision",
            Self::Unknown => "there is none of that name or number",
            Self::Facts => "more facts than there is room for",
            Self::Store => "the store failed: see status",
            Self::Clock => "the clock or the source of random numbers failed",
            Self::NoSuchHandle => "no engine was opened under this handle",
            Self::Broken => "a fault was caught: close the engine and open it again",
            Self::Other => "refused",
        }
    }
}

impl Error {
    /// Its kind.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Encoding(DecodeError::Draft(_)) => Refusal::Draft,
            Self::Encoding(DecodeError::Malformed { .. }) | Self::Argument(_) => Refusal::Encoding,
            Self::Engine(error) => of_engine(error),
            Self::NoSuchHandle => Refusal::NoSuchHandle,
            Self::Broken => Refusal::Broken,
        }
    }

    /// The data key handed over has not its length.
    pub(crate) fn key() -> Self {
        Self::Argument("a data key has 32 bytes")
    }
}

fn of_engine(error: &engine::Error) -> Refusal {
    use engine::Error as Of;
    match error {
        Of::Draft(_) | Of::Catalog(_) => Refusal::Draft,
        Of::NoConsent => Refusal::NoConsent,
        Of::Locked | Of::Vault(VaultError::Unavailable) => Refusal::Locked,
        Of::Closed => Refusal::Closed,
        Of::MemoryFull { .. } => Refusal::MemoryFull,
        Of::Outcome(_) => Refusal::Outcome,
        Of::Unknown(_) => Refusal::Unknown,
        Of::Facts(_) => Refusal::Facts,
        Of::Store(_) => Refusal::Store,
        Of::Clock(_) | Of::Random(_) => Refusal::Clock,
        Of::Pack(_) | Of::Vault(_) | Of::State(_) | Of::Output(_) | Of::Thread(_) => Refusal::Other,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding(error) => error.fmt(out),
            Self::Engine(error) => error.fmt(out),
            Self::Argument(what) => out.write_str(what),
            Self::NoSuchHandle | Self::Broken => out.write_str(self.refusal().text()),
        }
    }
}

impl std::error::Error for Error {}

impl<E: Into<engine::Error>> From<E> for Error {
    fn from(error: E) -> Self {
        Self::Engine(error.into())
    }
}

impl Error {
    /// Of bytes that could not be read.
    pub(crate) fn decode(error: DecodeError) -> Self {
        Self::Encoding(error)
    }
}
