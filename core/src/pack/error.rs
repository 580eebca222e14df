use std::fmt;

use crate::crypto::signature::KeyId;
use crate::error::Malformed;
use crate::event::CatalogError;
use crate::event::limits::Limit;
use crate::guidance::CampaignsError;
use crate::profile::DefinitionsError;
use crate::rules::{ProgramError, RulesError};

/// Why a pack is refused.
#[derive(Debug, Clone, PartialEq)]
pub enum PackError {
    /// The library has no pack of this name.
    NoSuchBuiltin(String),
    /// Signed by a key that is not trusted.
    UnknownKey(KeyId),
    /// The signature of a trusted key does not fit the bytes.
    BadSignature(KeyId),
    /// Written for a later version of the library.
    Newer {
        /// Format of the pack.
        format: u32,
        /// Newest format that this version reads.
        known: u32,
    },
    /// Longer, or more of something, than the limit.
    OverLimit {
        /// The limit.
        limit: Limit,
        /// What was found, in the limit's unit.
        found: usize,
    },
    /// Bytes that are no protobuf message.
    Malformed(Malformed),
    /// A protobuf message, but not this one; what the decoder says.
    NotAPack(String),
    /// A reference to something that is not there.
    Reference {
        /// Where it stands.
        at: Place,
        /// To what.
        to: &'static str,
        /// The index, from 0.
        index: u32,
    },
    /// A part that is missing or has a value which means nothing.
    Invalid {
        /// Where.
        at: Place,
        /// Which part.
        part: &'static str,
    },
    /// A condition that is no program.
    Program {
        /// Where.
        at: Place,
        /// Which condition.
        part: &'static str,
        /// Why.
        error: ProgramError,
    },
    /// The profile cannot keep what it asks for.
    Definitions(DefinitionsError),
    /// Its signals cannot be evaluated.
    Rules(RulesError),
    /// Its campaigns cannot be run.
    Campaigns(CampaignsError),
    /// An event cannot be added to the catalog.
    Catalog(CatalogError),
}

/// An entry of one of a pack's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which list: `signal`, `feature` ...
    pub list: &'static str,
    /// Which entry, from 0.
    pub entry: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.list, self.entry)
    }
}

impl PackError {
    pub(super) fn not_a_pack(error: impl fmt::Display) -> Self {
        Self::NotAPack(error.to_string())
    }
}

impl fmt::Display for PackError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchBuiltin(name) => {
                write!(
                    out,
                    "no built-in pack `{name}`; there are `retention`, `phone`, `watch`, `shop`, `fitness`"
                )
            }
            Self::UnknownKey(id) => write!(out, "signed by key {id}, which is not trusted"),
            Self::BadSignature(id) => write!(out, "changed after key {id} signed it"),
            Self::Newer { format, known } => {
                write!(out, "pack of format {format}; this version reads up to {known}")
            }
            Self::OverLimit { limit, found } => {
                write!(out, "{}: {found} {}, at most {}", limit.of, limit.unit, limit.most)
            }
            Self::Malformed(error) => error.fmt(out),
            Self::NotAPack(reason) => write!(out, "not a pack: {reason}"),
            Self::Reference { at, to, index } => {
                write!(out, "{at} refers to {to} {index}, which does not exist")
            }
            Self::Invalid { at, part } => write!(out, "{at}: {part} is missing or invalid"),
            Self::Program { at, part, error } => write!(out, "{at}, `{part}`: {error}"),
            Self::Definitions(error) => error.fmt(out),
            Self::Rules(error) => error.fmt(out),
            Self::Campaigns(error) => error.fmt(out),
            Self::Catalog(error) => error.fmt(out),
        }
    }
}

impl std::error::Error for PackError {}

impl From<Malformed> for PackError {
    fn from(error: Malformed) -> Self {
        Self::Malformed(error)
    }
}

impl From<DefinitionsError> for PackError {
    fn from(error: DefinitionsError) -> Self {
        Self::Definitions(error)
    }
}

impl From<RulesError> for PackError {
    fn from(error: RulesError) -> Self {
        Self::Rules(error)
    }
}

impl From<CampaignsError> for PackError {
    fn from(error: CampaignsError) -> Self {
        Self::Campaigns(error)
    }
}

impl From<CatalogError> for PackError {
    fn from(error: CatalogError) -> Self {
        Self::Catalog(error)
    }
}
