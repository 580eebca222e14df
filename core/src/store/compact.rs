//! Moving closed journal files into the buffer.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use rusqlite::Connection;
use staykit_proto::segment::Row;

use super::Store;
use super::base::Base;
use super::database::{Checkpoints, Position};
use super::dropped::{DropReason, Range};
use super::ends::note_ends;
use super::error::{StoreError, StoreFile};
use super::journal::{self, Frame, Loaded, Spare, Start, Started};
use super::limits;
use super::names;
use super::record::{Body, decode_entry};
use super::segment::{self, Group, State};
use crate::event::Priority;

/// What a compaction did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compacted {
    /// Events that are in segments now.
    pub events: u64,
    /// Entries that should have been there and could not be read.
    pub lost_entries: u64,
    /// Bytes of the journal's files that are still needed, the one being written to included.
    pub journal_bytes: u64,
}

impl Store {
    /// Turns every entry below `end` into segments and stores `checkpoint`, the state of the fold
    /// after exactly those entries: one durable transaction. Then the files that nobody needs any
    /// more are removed.
    ///
    /// `end` comes from [`super::Journal::rotate`]. Tell the journal by
    /// [`super::Journal::consumed`]. Without a checkpoint the files stay, so that the state can
    /// still be rebuilt from the last one. If the process dies anywhere in here, nothing is
    /// there twice and nothing is missing.
    pub fn compact(
        &mut self,
        end: u64,
        checkpoint: Option<&[u8]>,
    ) -> Result<Compacted, StoreError> {
        let files = self.journal_files()?;
        let (base, ends) = (self.base.clone(), self.ends);
        let is_new = self.database.is_none();
        let mut done = self.database()?.transaction(|transaction| {
            note_ends(transaction, ends, is_new)?;
            let position = Position::load(&base, transaction)?;
            let mut run = Run::new(&base, transaction, position, end);
            run.consume(&files)?;
            let done = run.finish()?;
            if let Some(state) = checkpoint {
                Checkpoints::store(&base, transaction, end, state)?;
            }
            Ok(done)
        })?;
        self.remove_consumed(&files)?;
        done.journal_bytes = self.journal_bytes()?;
        Ok(done)
    }

    /// Makes a journal file of `size` bytes, out of a consumed one if there is any.
    pub fn prepare_spare(&mut self, size: usize) -> Result<Spare, StoreError> {
        let consumed = self.recyclable.take();
        Spare::prepare(&self.base, size, consumed)
    }

    /// Removes files of the journal in which earlier openings recorded nothing. Only while nothing
    /// is being recorded: they may be all that says that the last use did not end cleanly.
    pub fn remove_idle(&mut self) -> Result<(), StoreError> {
        let idle = std::mem::take(&mut self.idle);
        idle.iter().try_for_each(|number| {
            self.base.folder.remove(&names::name(*number), StoreFile::Journal)
        })
    }

    fn journal_files(&self) -> Result<Vec<u64>, StoreError> {
        let names = self.base.folder.names()?;
        let mut numbers: Vec<u64> = names.iter().filter_map(|name| names::number(name)).collect();
        numbers.retain(|number| Some(*number) != self.recyclable);
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Bytes of the journal's files that are still needed.
    pub fn journal_bytes(&self) -> Result<u64, StoreError> {
        let files = self.files()?;
        let needed = files.iter().filter(|(name, _)| {
            names::number(name).is_some_and(|number| Some(number) != self.recyclable)
        });
        Ok(needed.map(|(_, bytes)| bytes).sum())
    }

    /// A file is needed until a later one begins at or below both the position and the newest
    /// checkpoint.
    fn remove_consumed(&mut self, files: &[u64]) -> Result<(), StoreError> {
        let base = self.base.clone();
        let connection = self.database()?.read();
        let consumed = Position::load(&base, connection)?.consumed;
        let needed = consumed.min(Checkpoints::covered(connection)?);
        let mut later = false;
        for number in files.iter().rev() {
            if later {
                self.retire(*number)?;
            } else if let Loaded::Started(file) = journal::load(&base, *number)? {
                later = file.start.first <= needed;
            }
        }
        Ok(())
    }

    /// Keeps one full-sized file to be used again and removes the others.
    fn retire(&mut self, number: u64) -> Result<(), StoreError> {
        let name = names::name(number);
        let size = self.base.folder.size(&name);
        if self.recyclable.is_none() && usize::try_from(size) == Ok(limits::JOURNAL_FILE.most) {
            self.recyclable = Some(number);
            return Ok(());
        }
        self.base.folder.remove(&name, StoreFile::Journal)
    }
}

/// One pass over closed files.
struct Run<'a> {
    base: &'a Base,
    connection: &'a Connection,
    position: Position,
    end: u64,
    groups: BTreeMap<(u64, Priority), Group>,
    done: Compacted,
}

impl<'a> Run<'a> {
    fn new(base: &'a Base, connection: &'a Connection, position: Position, end: u64) -> Self {
        let done = Compacted::default();
        Self { base, connection, position, end, groups: BTreeMap::new(), done }
    }

    /// A file's entries count up to where the next one begins: one that reported a failed write
    /// may hold it nevertheless, and the entry was written again.
    fn consume(&mut self, files: &[u64]) -> Result<(), StoreError> {
        let mut last: Option<Box<Started>> = None;
        for number in files {
            let Loaded::Started(file) = journal::load(self.base, *number)? else { continue };
            let until = file.start.first;
            // A file that only a checkpoint still needs has nothing new.
            if let Some(last) = last.replace(file).filter(|_| until > self.position.consumed) {
                self.file(last, until)?;
            }
        }
        last.map_or(Ok(()), |last| self.file(last, self.end))
    }

    fn file(&mut self, mut file: Box<Started>, until: u64) -> Result<(), StoreError> {
        let until = until.min(self.end);
        let Start { epoch, first, first_of_epoch, .. } = file.start;
        if first <= self.end && !first_of_epoch && self.position.consumed > 0 {
            self.lose(first.saturating_sub(self.position.consumed));
        }
        let mut number = first;
        while number < until
            && let Some(Frame::Entry(entry)) = file.next()
        {
            if number >= self.position.consumed {
                self.entry(epoch, entry)?;
            }
            number += 1;
        }
        self.lose(until.saturating_sub(number.max(self.position.consumed)));
        self.position.consumed = self.position.consumed.max(until);
        Ok(())
    }

    fn lose(&mut self, entries: u64) {
        self.done.lost_entries = self.done.lost_entries.saturating_add(entries);
    }

    fn entry(&mut self, epoch: u64, entry: &[u8]) -> Result<(), StoreError> {
        let Ok(records) = decode_entry(entry) else {
            self.lose(1);
            return Ok(());
        };
        for record in records {
            if let Body::Event(numbered) = record.body {
                let (seq, priority) = (numbered.seq, numbered.event.priority());
                self.event((epoch, priority), seq, segment::row(&record.reading, numbered))?;
            }
        }
        Ok(())
    }

    fn event(&mut self, of: (u64, Priority), seq: u64, row: Row) -> Result<(), StoreError> {
        // In a file with damaged places, the last entry may be the next file's first.
        if of.0 == self.position.epoch && seq <= self.position.last_seq {
            return Ok(());
        }
        self.report_gap(of.0, seq)?;
        let group = self.groups.entry(of).or_insert_with(|| Group::new(of.0, of.1));
        if !group.takes(seq, &row) {
            group.store(self.base, self.connection, (State::Waiting, None))?;
        }
        group.push(seq, row);
        self.done.events = self.done.events.saturating_add(1);
        if of.0 >= self.position.epoch {
            (self.position.epoch, self.position.last_seq) = (of.0, seq);
        }
        Ok(())
    }

    /// Numbers are given without gaps within an epoch: what is missing before `seq` was damaged.
    fn report_gap(&self, epoch: u64, seq: u64) -> Result<(), StoreError> {
        let before = match epoch.cmp(&self.position.epoch) {
            Ordering::Less => return Ok(()),
            Ordering::Equal => self.position.last_seq,
            Ordering::Greater => 0,
        };
        let (first_seq, last_seq) = (before.saturating_add(1), seq.saturating_sub(1));
        if first_seq > last_seq {
            return Ok(());
        }
        let events = last_seq - before;
        let gap = Range { epoch, first_seq, last_seq, events, priority: 0 };
        gap.give_up(self.connection, DropReason::Damage)
    }

    fn finish(mut self) -> Result<Compacted, StoreError> {
        let waiting = (State::Waiting, None);
        for group in self.groups.values_mut().filter(|group| !group.is_empty()) {
            group.store(self.base, self.connection, waiting)?;
        }
        self.position.consumed = self.position.consumed.max(self.end);
        self.position.store(self.base, self.connection)?;
        Ok(self.done)
    }
}
