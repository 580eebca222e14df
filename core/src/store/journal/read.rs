//! Reading a journal file back.

use std::io::ErrorKind;

use super::file::{self, HEADER_BYTES};
use super::frame::{FRAME_OVERHEAD, HEAD_BYTES, Kind, Start, split_head};
use crate::crypto::SealKey;
use crate::store::base::Base;
use crate::store::disk::Access;
use crate::store::error::{StoreError, StoreFile};
use crate::store::limits;
use crate::store::names;

/// What a file of the journal's name turns out to be.
#[derive(Debug)]
pub(in crate::store) enum Loaded {
    /// Not there.
    Missing,
    /// Prepared but never begun.
    Blank,
    /// Its header or its first frame does not open: nothing in it can be read.
    Unreadable,
    /// It has entries or could have.
    Started(Box<Started>),
}

/// A file whose entries can be read, one after the other.
#[derive(Debug)]
pub(in crate::store) struct Started {
    pub(in crate::store) start: Start,
    key: SealKey,
    bytes: Vec<u8>,
    at: usize,
    torn: bool,
}

/// A frame after the first.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::store) enum Frame<'a> {
    Entry(&'a [u8]),
    Closed,
}

/// Reads file `number` whole; it has a bounded size.
pub(in crate::store) fn load(base: &Base, number: u64) -> Result<Loaded, StoreError> {
    let failed = StoreError::io("read", StoreFile::Journal);
    let opened = match base.folder.open_file(&names::name(number), Access::Read) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Loaded::Missing),
        opened => opened.map_err(failed)?,
    };
    // The largest file is one made for a single entry.
    let most = file::size_for(2 * limits::ENTRY.most);
    Ok(parse(base, number, opened.read_up_to(most).map_err(failed)?))
}

fn parse(base: &Base, number: u64, mut bytes: Vec<u8>) -> Loaded {
    if bytes.iter().all(|byte| *byte == 0) {
        return Loaded::Blank;
    }
    let Some(key) = file::open_header(base, number, &bytes) else { return Loaded::Unreadable };
    let at = usize::try_from(HEADER_BYTES).unwrap_or(usize::MAX);
    if bytes.iter().skip(at).all(|byte| *byte == 0) {
        return Loaded::Blank;
    }
    let start = open_frame(&key, &mut bytes, at)
        .filter(|frame| frame.kind == Kind::Start)
        .and_then(|frame| Some((Start::decode(frame.content).ok()?, frame.end)));
    match start {
        Some((start, at)) => {
            Loaded::Started(Box::new(Started { start, key, bytes, at, torn: false }))
        }
        None => Loaded::Unreadable,
    }
}

struct Opened<'a> {
    kind: Kind,
    content: &'a [u8],
    end: usize,
}

fn open_frame<'a>(key: &SealKey, bytes: &'a mut [u8], at: usize) -> Option<Opened<'a>> {
    let (head, rest) = bytes.get_mut(at..)?.split_first_chunk_mut::<HEAD_BYTES>()?;
    let (length, kind) = split_head(*head);
    let kind = Kind::from_number(kind)?;
    let sealed = rest.get_mut(..length.checked_add(FRAME_OVERHEAD - HEAD_BYTES)?)?;
    let content = key.open(u64::try_from(at).ok()?, head, sealed).ok()?;
    Some(Opened { kind, content, end: at + length + FRAME_OVERHEAD })
}

impl Started {
    /// The next frame; `None` where the written part ends or is torn.
    pub(in crate::store) fn next(&mut self) -> Option<Frame<'_>> {
        let at = self.at;
        let rest = self.bytes.get(at..).unwrap_or_default();
        if rest.iter().take(HEAD_BYTES).all(|byte| *byte == 0) {
            // Pages behind a hole: a power cut kept later ones and lost this one.
            self.torn |= rest.iter().any(|byte| *byte != 0);
            return None;
        }
        match open_frame(&self.key, &mut self.bytes, at) {
            Some(Opened { kind: Kind::Entry, content, end }) => {
                self.at = end;
                Some(Frame::Entry(content))
            }
            Some(Opened { kind: Kind::Closed, .. }) => {
                self.at = usize::MAX;
                Some(Frame::Closed)
            }
            Some(Opened { kind: Kind::Start, .. }) | None => {
                self.torn = true;
                None
            }
        }
    }

    /// Whether bytes follow the last readable frame that are none: a torn write, or damage.
    pub(in crate::store) fn is_torn(&self) -> bool {
        self.torn
    }
}
