//! One pass over the journal at opening: what can be read, what is missing, how it ended.

use super::base::Base;
use super::ends::{Ended, UncleanEnds};
use super::error::StoreError;
use super::found::{Buffer, Damage, last_seq_in};
use super::journal::{self, Frame, Loaded, Started};
use super::names;

/// What the journal holds.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Entries after the checkpoint, with their epochs.
    pub(super) entries: Vec<(u64, Vec<u8>)>,
    /// Number of the next entry.
    pub(super) next: u64,
    /// Highest epoch in journal and database; 0 if none.
    pub(super) epoch: u64,
    /// Entries known to be missing.
    pub(super) lost: u64,
    /// Files of which nothing can be read.
    pub(super) unreadable: u32,
    /// Files with a torn end.
    pub(super) torn: u32,
    /// Damaged places within files; what is behind them was read.
    pub(super) skipped: u32,
    /// Ends that the last file knows of.
    pub(super) ends: UncleanEnds,
    /// Files with entries that are in no checkpoint or no segment yet.
    pub(super) live: Vec<u64>,
    /// Files among these in which nothing was recorded.
    pub(super) idle: Vec<u64>,
    /// Files of no use.
    pub(super) useless: Vec<u64>,
    /// Highest number of a file.
    pub(super) highest: u64,
    /// Entries are missing in the epoch that is the highest.
    broken: bool,
    /// The journal begins behind entries that a database must have had.
    pub(super) headless: bool,
    /// So many of the entries come before the last damage that others follow.
    doubt: Option<usize>,
    /// The file before had damaged places.
    guessed: bool,
    last: Option<Last>,
}

/// The file that was written to last.
#[derive(Debug)]
struct Last {
    number: u64,
    /// Number behind its last entry.
    end: u64,
    closed: bool,
    /// It says that another file follows.
    continued: bool,
    /// What it held at its end cannot be told.
    open: bool,
    boot_id: Option<u64>,
}

impl Scan {
    pub(super) fn run(base: &Base, buffer: &Buffer) -> Result<Self, StoreError> {
        let mut scan =
            Self { next: buffer.covered, epoch: buffer.position.epoch, ..Self::default() };
        let mut pending: Option<(u64, Box<Started>)> = None;
        for number in numbers(base)? {
            scan.highest = number;
            match journal::load(base, number)? {
                Loaded::Started(file) => {
                    let until = file.start.first;
                    if let Some((number, file)) = pending.replace((number, file)) {
                        let needed = until > buffer.covered.min(buffer.position.consumed);
                        if until == file.start.first && !file.start.first_of_epoch {
                            scan.idle.push(number);
                        }
                        if needed { &mut scan.live } else { &mut scan.useless }.push(number);
                        scan.file(number, file, until);
                    }
                }
                Loaded::Unreadable => {
                    scan.unreadable = scan.unreadable.saturating_add(1);
                    scan.useless.push(number);
                }
                Loaded::Blank => scan.useless.push(number),
                Loaded::Missing => {}
            }
        }
        if let Some((number, file)) = pending {
            scan.live.push(number);
            let (first, first_of_epoch) = (file.start.first, file.start.first_of_epoch);
            scan.file(number, file, u64::MAX);
            let last = scan.last.as_ref().filter(|last| last.end == first && !first_of_epoch);
            scan.idle.extend(last.map(|last| last.number));
        }
        scan.finish(buffer);
        Ok(scan)
    }

    /// Takes the entries below `until`, where the next file begins.
    fn file(&mut self, number: u64, mut file: Box<Started>, until: u64) {
        let start = file.start;
        if start.first_of_epoch || start.epoch > self.epoch {
            self.broken = false;
        }
        self.epoch = self.epoch.max(start.epoch);
        if start.first > self.next {
            self.miss(start.first - self.next, start.first_of_epoch);
            self.next = start.first;
        }
        self.ends = start.ends;
        // Behind damage the count of a file's entries is a guess: one that reported a failed write
        // but holds it may then end with the entry with which the next one begins.
        let repeated = self.entries.last().filter(|_| self.guessed).cloned();
        let (mut end, mut closed, mut continued) = (start.first, false, false);
        while end < until && !closed {
            let (before, skipped) = (self.entries.len(), file.skipped());
            match file.next() {
                Some(Frame::Entry(entry)) if end >= self.next => {
                    let first = end == start.first;
                    let repeats = first && repeated.as_ref().is_some_and(|(_, last)| last == entry);
                    if !repeats {
                        self.entries.push((start.epoch, entry.to_vec()));
                    }
                    end += 1;
                }
                Some(Frame::Entry(_)) => end += 1,
                Some(Frame::Closed) => closed = true,
                Some(Frame::Continued) => {
                    continued = true;
                    break;
                }
                None => break,
            }
            if file.skipped() > skipped {
                self.doubt = Some(before);
            }
        }
        closed |= end == until && matches!(file.next(), Some(Frame::Closed));
        self.lose_skipped(&file, until, &mut end);
        self.torn = self.torn.saturating_add(u32::from(file.is_torn()));
        // Numbers may have been given that nobody can read any more.
        self.broken |= file.is_damaged();
        let open = file.is_damaged() && !closed && !continued;
        self.next = self.next.max(end);
        self.last = Some(Last { number, end, closed, continued, open, boot_id: start.boot_id });
    }

    /// Each damaged place had an entry at least. How many more is known from the next file.
    fn lose_skipped(&mut self, file: &Started, until: u64, end: &mut u64) {
        let skipped = file.skipped();
        self.guessed = skipped > 0;
        self.skipped = self.skipped.saturating_add(skipped);
        let lost = u64::from(skipped).min(until.saturating_sub(*end));
        if *end + lost > self.next {
            self.lost = self.lost.saturating_add(lost);
        }
        *end += lost;
    }

    fn miss(&mut self, entries: u64, seen_to: bool) {
        if !seen_to {
            // From the very beginning: the database that had them is gone, not they alone.
            let known = self.next > 0;
            self.lost = self.lost.saturating_add(if known { entries } else { 0 });
            self.headless |= !known;
            self.broken = true;
            self.doubt = Some(self.entries.len());
        }
    }

    /// The database may know of entries that the journal has lost.
    fn finish(&mut self, buffer: &Buffer) {
        let consumed = buffer.position.consumed;
        if consumed > self.next {
            let doubt = self.doubt;
            self.miss(consumed - self.next, false);
            (self.next, self.doubt) = (consumed, doubt);
            if let Some(last) = &mut self.last {
                last.open = true;
            }
        }
    }

    /// How many of the entries come before damage that may have taken what the person said last.
    /// What a device that stopped leaves unreadable at the end is none: consent is synced when it
    /// is given.
    pub(super) fn doubt(&self, ended: Ended, set_aside: bool) -> Option<usize> {
        let open_end =
            self.last.as_ref().is_some_and(|last| last.open) || self.has_unreadable_end();
        let nothing_left = self.last.is_none() && self.unreadable > 0;
        if nothing_left || (open_end && ended != Ended::PowerLost) {
            return Some(self.entries.len());
        }
        self.doubt.or(set_aside.then_some(0))
    }

    fn has_unreadable_end(&self) -> bool {
        self.unreadable > 0 && self.last.as_ref().is_none_or(|last| last.number < self.highest)
    }

    /// How the last use ended. A clean end counts only if nothing came after it.
    pub(super) fn ended(&self, buffer: &Buffer, fresh: bool, boot_id: Option<u64>) -> Ended {
        match &self.last {
            None if fresh => Ended::New,
            Some(last) if last.closed && last.end >= buffer.position.consumed => Ended::Clean,
            Some(last) if boot_id.is_some() && last.boot_id == boot_id => Ended::Killed,
            _ => Ended::PowerLost,
        }
    }

    /// Whether it is proven that no sequence number was given that is not known.
    pub(super) fn continues(
        &self,
        buffer: &Buffer,
        base: &Base,
        ended: Ended,
        damage: &Damage,
    ) -> bool {
        let floor = base.folder.identity().map_or(u64::MAX, |identity| identity.epoch);
        let last = self.last.as_ref();
        match ended {
            Ended::New => true,
            Ended::PowerLost => false,
            Ended::Clean | Ended::Killed => {
                let complete =
                    !self.broken && !self.has_unreadable_end() && !damage.database_set_aside;
                let ends_here = last
                    .is_some_and(|last| !last.continued && last.end >= buffer.position.consumed);
                complete && ends_here && floor == self.epoch
            }
        }
    }

    /// The last sequence number of the highest epoch; `None` if it cannot be told.
    pub(super) fn last_seq(&self, buffer: &Buffer) -> Option<u64> {
        for (epoch, entry) in self.entries.iter().rev() {
            if *epoch != self.epoch {
                break;
            }
            if let Some(seq) = last_seq_in(entry).ok()? {
                return Some(seq);
            }
        }
        let position = &buffer.position;
        Some(if position.epoch == self.epoch { position.last_seq } else { 0 })
    }
}

fn numbers(base: &Base) -> Result<Vec<u64>, StoreError> {
    let names = base.folder.names()?;
    let mut numbers: Vec<u64> = names.iter().filter_map(|name| names::number(name)).collect();
    numbers.sort_unstable();
    Ok(numbers)
}
