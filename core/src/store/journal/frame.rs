//! One frame: head (length and kind), sealed content, tag.

use crate::codec::{Reader, Writer};
use crate::crypto::{SealKey, TAG_BYTES};
use crate::error::Malformed;
use crate::store::ends::UncleanEnds;
use crate::store::error::{StoreError, StoreFile};

/// Bytes of a head: 24 bits of length, 8 bits of kind, little-endian.
pub(super) const HEAD_BYTES: usize = 4;
/// Bytes by which a frame is longer than its content.
pub(super) const FRAME_OVERHEAD: usize = HEAD_BYTES + TAG_BYTES;
/// A [`Kind::Closed`] or [`Kind::Continued`] frame, for which room is kept in every file.
pub(super) const CLOSED_FRAME_BYTES: usize = FRAME_OVERHEAD;
/// Room that a [`Start`] takes at most.
pub(super) const START_FRAME_MAX: usize = FRAME_OVERHEAD + START_MAX;
/// Bytes of a [`Start`]: five integers of at most 10 and two flags.
const START_MAX: usize = 52;

/// What a frame is. 0 is none: there the written part of a file ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// What the caller appended.
    Entry,
    /// Which part of the journal this file is; always the first frame.
    Start,
    /// A clean end; nothing follows.
    Closed,
    /// The journal goes on in another file.
    Continued,
}

impl Kind {
    fn number(self) -> u8 {
        match self {
            Self::Entry => 1,
            Self::Start => 2,
            Self::Closed => 3,
            Self::Continued => 4,
        }
    }

    pub(super) fn from_number(number: u8) -> Option<Self> {
        let all = [Self::Entry, Self::Start, Self::Closed, Self::Continued];
        all.into_iter().find(|kind| kind.number() == number)
    }
}

/// Makes the frame for offset `at` in `buffer`, whose room is reused.
pub(super) fn seal(
    key: &SealKey,
    at: u64,
    kind: Kind,
    content: &[u8],
    buffer: &mut Vec<u8>,
) -> Result<(), StoreError> {
    let head = head(kind, content.len());
    buffer.clear();
    buffer.extend_from_slice(&head);
    buffer.extend_from_slice(content);
    let body = buffer.get_mut(HEAD_BYTES..).unwrap_or_default();
    let tag = key.seal(at, &head, body).map_err(StoreError::sealed(StoreFile::Journal))?;
    buffer.extend_from_slice(&tag);
    Ok(())
}

fn head(kind: Kind, length: usize) -> [u8; HEAD_BYTES] {
    // Contents are below 2^24 bytes: `limits::ENTRY`.
    let [low, middle, high, _] = u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes();
    [low, middle, high, kind.number()]
}

/// Length of the content and number of the kind.
pub(super) fn split_head([low, middle, high, kind]: [u8; HEAD_BYTES]) -> (usize, u8) {
    let length = u32::from_le_bytes([low, middle, high, 0]);
    (usize::try_from(length).unwrap_or(usize::MAX), kind)
}

/// Content of a start frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Start {
    /// Epoch of every event in the file.
    pub(in crate::store) epoch: u64,
    /// Number of the first entry.
    pub(in crate::store) first: u64,
    /// The epoch begins with this file: what is missing before it was seen to then.
    pub(in crate::store) first_of_epoch: bool,
    /// The boot it was written in, if known.
    pub(in crate::store) boot_id: Option<u64>,
    /// Ends up to then, of the whole installation.
    pub(in crate::store) ends: UncleanEnds,
}

impl Start {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(START_MAX);
        let mut out = Writer::new(&mut bytes);
        out.unsigned(self.epoch);
        out.unsigned(self.first);
        out.flag(self.first_of_epoch);
        out.optional(self.boot_id, Writer::unsigned);
        out.unsigned(self.ends.killed);
        out.unsigned(self.ends.power_lost);
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut input = Reader::new(bytes, "start of a journal file");
        let start = Self {
            epoch: input.unsigned()?,
            first: input.unsigned()?,
            first_of_epoch: input.flag()?,
            boot_id: input.optional(Reader::unsigned)?,
            ends: UncleanEnds { killed: input.unsigned()?, power_lost: input.unsigned()? },
        };
        input.end().map(|()| start)
    }
}
