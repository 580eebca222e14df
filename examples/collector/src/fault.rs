//! Why a batch is not accepted.

use std::fmt;

use prost::DecodeError;

use crate::unpack::SegmentFault;

/// Says what and where, and nothing that a person did.
#[derive(Debug)]
pub(crate) enum Fault {
    Request(DecodeError),
    Batch(DecodeError),
    Format { found: u32 },
    Id { field: &'static str, bytes: usize },
    Range { field: &'static str, value: u64 },
    Segment { segment: usize, fault: SegmentFault },
    Dropped { place: usize },
    TooLarge { what: &'static str, limit: usize },
}

impl Fault {
    /// Whether half of it might be accepted: the device is told to halve, not to look for poison.
    pub(crate) fn is_too_large(&self) -> bool {
        match self {
            Self::TooLarge { .. } => true,
            Self::Segment { fault, .. } => fault.is_too_large(),
            _ => false,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(error) => write!(f, "no UploadRequest: {error}"),
            Self::Batch(error) => write!(f, "no Batch: {error}"),
            Self::Format { found } => write!(f, "format {found} is unknown; this server reads 1"),
            Self::Id { field, bytes } => write!(f, "{field} has {bytes} bytes instead of 16"),
            Self::Range { field, value } => write!(f, "{field} {value} is beyond 63 bits"),
            Self::Segment { segment, fault } => write!(f, "segment {segment}: {fault}"),
            Self::Dropped { place } => {
                write!(f, "dropped range {place}: numbers or count do not fit together")
            }
            Self::TooLarge { what, limit } => write!(f, "{what}: more than {limit}"),
        }
    }
}
