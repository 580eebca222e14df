//! Reading a journal file back, over damaged places in it.

use std::io::ErrorKind;

use super::file::{self, HEADER_BYTES};
use super::frame::{FRAME_OVERHEAD, HEAD_BYTES, Kind, Start, split_head};
use crate::crypto::{SealKey, TAG_BYTES};
use crate::store::base::Base;
use crate::store::disk::Access;
use crate::store::error::{StoreError, StoreFile};
use crate::store::limits;
use crate::store::names;
use crate::store::versions::Versions;

/// Bytes that may be tried in search of the next frame behind a damaged place, for each byte of the
/// file. In sealed bytes one place in 4,096 looks like the beginning of a frame. Bytes made up to
/// look like beginnings everywhere do not hold up an opening.
const TRIED_PER_BYTE: usize = 64;

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
    /// Damaged places that were passed over.
    skipped: u32,
    /// Bytes that may still be tried.
    trials: usize,
    format: u32,
    versions: &'static Versions,
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
    parse(base, number, opened.read_up_to(most).map_err(failed)?)
}

fn parse(base: &Base, number: u64, bytes: Vec<u8>) -> Result<Loaded, StoreError> {
    if bytes.iter().all(|byte| *byte == 0) {
        return Ok(Loaded::Blank);
    }
    let Some((key, format)) = file::open_header(base, number, &bytes) else {
        return Ok(Loaded::Unreadable);
    };
    let versions = base.folder.versions();
    versions.admit(StoreFile::Journal, format)?;
    let at = usize::try_from(HEADER_BYTES).unwrap_or(usize::MAX);
    if bytes.iter().skip(at).all(|byte| *byte == 0) {
        return Ok(Loaded::Blank);
    }
    let mut frame = Vec::new();
    let start = open_frame(&key, &bytes, at, &mut frame)
        .filter(|opened| opened.kind == Kind::Start)
        .and_then(|opened| {
            let content = opened.content(&frame).to_vec();
            let content = versions.bring(format, |step| step.start, content)?;
            Some((Start::decode(&content).ok()?, opened.end))
        });
    Ok(match start {
        Some((start, at)) => {
            let trials = bytes.len().saturating_mul(TRIED_PER_BYTE);
            Loaded::Started(Box::new(Started {
                start,
                key,
                bytes,
                at,
                frame,
                torn: false,
                damaged: false,
                skipped: 0,
                trials,
                format,
                versions,
            }))
        }
        None => Loaded::Unreadable,
    })
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

/// Bytes of the frame that may begin at `at`, as far as kind and length tell.
fn looks_like_frame(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let (length, kind) = split_head(*rest.first_chunk()?);
    Kind::from_number(kind)?;
    let whole = length.checked_add(FRAME_OVERHEAD)?;
    (whole <= rest.len()).then_some(whole)
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
    /// The next frame, beyond damaged places if need be; `None` where the written part ends or
    /// where nothing behind can be read.
    pub(in crate::store) fn next(&mut self) -> Option<Frame<'_>> {
        let opened = match open_frame(&self.key, &self.bytes, self.at, &mut self.frame) {
            Some(opened) if opened.kind != Kind::Start => opened,
            _ => self.behind_damage()?,
        };
        self.at = if opened.kind == Kind::Entry { opened.end } else { usize::MAX };
        match opened.kind {
            Kind::Closed => return Some(Frame::Closed),
            Kind::Continued => return Some(Frame::Continued),
            Kind::Entry | Kind::Start => {}
        }
        self.frame.truncate(opened.length);
        if self.format < self.versions.newest() {
            let entry = std::mem::take(&mut self.frame);
            self.frame = self.versions.bring(self.format, |step| step.entry, entry)?;
        }
        Some(Frame::Entry(&self.frame))
    }

    /// The first frame behind the place that cannot be read, if one can.
    fn behind_damage(&mut self) -> Option<Opened> {
        if let Some(opened) = self.search() {
            (self.torn, self.damaged) = (true, true);
            self.skipped = self.skipped.saturating_add(1);
            return Some(opened);
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.iter().take(HEAD_BYTES).all(|byte| *byte == 0) {
            // Pages behind a hole: a power cut kept later ones and lost this one.
            self.torn |= rest.iter().any(|byte| *byte != 0);
            self.damaged |= self.torn || !self.has_whole_pages();
        } else {
            self.damaged |= !self.is_cut_short(self.at) || !self.has_whole_pages();
            self.torn = true;
        }
        None
    }

    /// A frame opens nowhere but at its offset, so each place behind the damaged one is tried that
    /// looks like a beginning; first the one to which the damaged head leads.
    fn search(&mut self) -> Option<Opened> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let written = self.at + rest.iter().rposition(|byte| *byte != 0)?;
        let (head, _) = rest.split_first_chunk::<HEAD_BYTES>()?;
        let led_to = self.at.saturating_add(split_head(*head).0).saturating_add(FRAME_OVERHEAD);
        let beginnings = std::iter::once(led_to).chain(self.at + 1..=written);
        for at in beginnings {
            let Some(length) = looks_like_frame(&self.bytes, at) else { continue };
            self.trials = self.trials.checked_sub(length)?;
            let opened = open_frame(&self.key, &self.bytes, at, &mut self.frame);
            if let Some(opened) = opened.filter(|opened| opened.kind != Kind::Start) {
                return Some(opened);
            }
        }
        None
    }

    /// Damaged places that were passed over so far.
    pub(in crate::store) fn skipped(&self) -> u32 {
        self.skipped
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
