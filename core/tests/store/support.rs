//! A store in a temporary folder, and entries written byte by byte as
//! `core/docs/storage-format.md` has them.

use std::fs;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};

use staykit_core::codec::Writer;
use staykit_core::crypto::DataKey;
use staykit_core::store::{Folder, Opened, Store, StoreError, StoredEvent};
use staykit_core::time::{Clock, ClockReading, VirtualClock};

pub(crate) const START: i64 = 1_700_000_000_000;
pub(crate) const LOW: u8 = 1;
pub(crate) const NORMAL: u8 = 2;
pub(crate) const CRITICAL: u8 = 4;

pub(crate) fn key() -> DataKey {
    DataKey::new([7; 32])
}

pub(crate) fn reading() -> ClockReading {
    VirtualClock::at(START).read().unwrap()
}

/// What the clocks show after the device was started anew.
pub(crate) fn after_reboot() -> ClockReading {
    let clock = VirtualClock::at(START);
    clock.reboot();
    clock.read().unwrap()
}

pub(crate) fn create(path: &Path) -> Opened {
    create_as(path, [9; 16])
}

pub(crate) fn create_as(path: &Path, installation: [u8; 16]) -> Opened {
    let mut folder = Folder::open(path).unwrap();
    folder.create_identity(installation, b"wrapped", &key()).unwrap();
    Store::open(folder, key(), &reading()).unwrap()
}

pub(crate) fn try_reopen(path: &Path) -> Result<Opened, StoreError> {
    Store::open(Folder::open(path)?, key(), &reading())
}

pub(crate) fn reopen(path: &Path) -> Opened {
    try_reopen(path).unwrap()
}

/// An entry with one event, which tells by its text which it is.
pub(crate) fn entry(seq: u64, priority: u8) -> Vec<u8> {
    entry_with(seq, priority, &format!("marker-{seq}"))
}

pub(crate) fn entry_with(seq: u64, priority: u8, text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut out = Writer::new(&mut bytes);
    out.byte(0);
    out.signed(START + i64::try_from(seq).unwrap() * 1_000);
    out.unsigned(5_000 + seq);
    out.optional(Some(1), Writer::unsigned);
    out.signed(480);
    out.flag(false);
    out.unsigned(seq);
    out.unsigned(1);
    out.signed(19_675);
    out.byte(priority);
    out.text("product_view");
    out.length(1);
    out.text("item");
    out.byte(1);
    out.text(text);
    bytes
}

/// Appends events `seqs`, all of ordinary importance.
pub(crate) fn fill(opened: &mut Opened, seqs: std::ops::RangeInclusive<u64>) {
    for seq in seqs {
        opened.journal.append(&entry(seq, NORMAL)).unwrap();
    }
}

/// Where each frame of a journal file lies, by their heads: the last byte of a frame may be a 0.
pub(crate) fn frames(file: &[u8]) -> Vec<Range<usize>> {
    const HEADER: usize = 56;
    const OVERHEAD: usize = 20;
    let next = |begin: usize| {
        let head: [u8; 4] = file.get(begin..begin + 4)?.try_into().unwrap();
        let length = u32::from_le_bytes([head[0], head[1], head[2], 0]) as usize;
        (head[3] != 0).then_some(begin..begin + length + OVERHEAD)
    };
    std::iter::successors(next(HEADER), |frame| next(frame.end)).collect()
}

/// Moves everything into the buffer.
pub(crate) fn compact(opened: &mut Opened, state: &[u8]) -> u64 {
    let end = opened.journal.rotate().unwrap();
    let done = opened.store.compact(end, Some(state)).unwrap();
    opened.journal.consumed(end);
    assert_eq!(done.lost_entries, 0);
    done.events
}

pub(crate) fn events(store: &Store) -> Vec<StoredEvent> {
    let mut all = Vec::new();
    let unreadable = store.events(|event| {
        all.push(event);
        ControlFlow::Continue(())
    });
    assert_eq!(unreadable, Ok(0));
    all
}

pub(crate) fn identities(store: &Store) -> Vec<(u64, u64)> {
    let mut all: Vec<_> = events(store).iter().map(|event| (event.epoch, event.seq)).collect();
    all.sort_unstable();
    all
}

/// Copies the folder as a kill would leave it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

pub(crate) fn journal_files(path: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(path)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("journal-"))
        .collect();
    files.sort();
    files
}
