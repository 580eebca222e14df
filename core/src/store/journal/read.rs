//! Reading a journal file back.

use std::io::ErrorKind;

use super::file::{self, HEADER_BYTES};
use super::frame::{FRAME_OVERHEAD, HEAD_BYTES, Kind, Start, split_head};
use crate::crypto::{SealKey, TAG_BYTES};
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
    /// The frame that was read last, opened.
    frame: Vec<u8>,
    torn: bool,
    damaged: bool,
}

/// A frame after the first.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::store) enum Frame<'a> {
    Entry(&'a [u8]),
    Closed,
    /// Another file follows; if it is not there, it was lost.
    Continued,
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

fn parse(base: &Base, number: u64, bytes: Vec<u8>) -> Loaded {
    if bytes.iter().all(|byte| *byte == 0) {
        return Loaded::Blank;
    }
    let Some(key) = file::open_header(base, number, &bytes) else { return Loaded::Unreadable };
    let at = usize::try_from(HEADER_BYTES).unwrap_or(usize::MAX);
    if bytes.iter().skip(at).all(|byte| *byte == 0) {
        return Loaded::Blank;
    }
    let mut frame = Vec::new();
    let start = open_frame(&key, &bytes, at, &mut frame)
        .filter(|opened| opened.kind == Kind::Start)
        .and_then(|opened| Some((Start::decode(opened.content(&frame)).ok()?, opened.end)));
    match start {
        Some((start, at)) => {
            let (torn, damaged) = (false, false);
            Loaded::Started(Box::new(Started { start, key, bytes, at, frame, torn, damaged }))
        }
        None => Loaded::Unreadable,
    }
}

struct Opened {
    kind: Kind,
    /// Bytes of the content.
    length: usize,
    /// Where the next frame begins.
    end: usize,
}

impl Opened {
    /// What it holds, out of the copy that was opened.
    fn content<'a>(&self, frame: &'a [u8]) -> &'a [u8] {
        frame.get(..self.length).unwrap_or_default()
    }
}

/// Opens a copy of the frame at `at`: one that does not open loses its bytes, and these may tell
/// why.
fn open_frame(key: &SealKey, bytes: &[u8], at: usize, copy: &mut Vec<u8>) -> Option<Opened> {
    let (head, rest) = bytes.get(at..)?.split_first_chunk::<HEAD_BYTES>()?;
    let (length, kind) = split_head(*head);
    let kind = Kind::from_number(kind)?;
    let sealed = rest.get(..length.checked_add(FRAME_OVERHEAD - HEAD_BYTES)?)?;
    copy.clear();
    copy.extend_from_slice(sealed);
    key.open(u64::try_from(at).ok()?, head, copy).ok()?;
    Some(Opened { kind, length, end: at + length + FRAME_OVERHEAD })
}

impl Started {
    /// The next frame; `None` where the written part ends or is torn.
    pub(in crate::store) fn next(&mut self) -> Option<Frame<'_>> {
        let at = self.at;
        let rest = self.bytes.get(at..).unwrap_or_default();
        if rest.iter().take(HEAD_BYTES).all(|byte| *byte == 0) {
            // Pages behind a hole: a power cut kept later ones and lost this one.
            self.torn |= rest.iter().any(|byte| *byte != 0);
            self.damaged |= self.torn || !self.has_whole_pages();
            return None;
        }
        match open_frame(&self.key, &self.bytes, at, &mut self.frame) {
            Some(opened) if opened.kind == Kind::Entry => {
                self.at = opened.end;
                Some(Frame::Entry(opened.content(&self.frame)))
            }
            Some(Opened { kind: Kind::Closed, .. }) => {
                self.at = usize::MAX;
                Some(Frame::Closed)
            }
            Some(Opened { kind: Kind::Continued, .. }) => {
                self.at = usize::MAX;
                Some(Frame::Continued)
            }
            _ => {
                self.damaged |= !self.is_cut_short(at) || !self.has_whole_pages();
                self.torn = true;
                None
            }
        }
    }

    /// Files are made of whole pages before anything is appended: one that is not was cut.
    fn has_whole_pages(&self) -> bool {
        self.bytes.len().is_multiple_of(file::PAGE)
    }

    /// Whether the frame at `at`, which does not open, is what a kill leaves: the system copies
    /// a write page by page, so such a frame has its bytes up to the end of a page, then zeros.
    fn is_cut_short(&self, at: usize) -> bool {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let written = rest.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        let cut = at.saturating_add(written).next_multiple_of(file::PAGE);
        let Some((head, _)) = rest.split_first_chunk::<HEAD_BYTES>() else { return true };
        let end = at.saturating_add(split_head(*head).0).saturating_add(FRAME_OVERHEAD);
        let ends_behind = end > cut || at + HEAD_BYTES > cut;
        // Sealed bytes are zero by chance, but not so many in a row.
        ends_behind && cut - (at + written) < TAG_BYTES
    }

    /// Whether something does not open that no kill leaves like that: entries may be missing that
    /// were confirmed.
    pub(in crate::store) fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// Whether bytes follow the last readable frame that are none: a torn write, or damage.
    pub(in crate::store) fn is_torn(&self) -> bool {
        self.torn
    }
}
