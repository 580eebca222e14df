//! Damage in the middle: what it costs, what is found behind it, who is told.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use staykit_core::store::{BatchLimits, Folder, Opened, Store, StoreError, UncleanEnds, limits};
use staykit_core::time::{Clock, VirtualClock};
use staykit_proto::{Message, v1};

use crate::support::{
    START, compact, copy, create, create_as, entry, fill, frames, identities, journal_files, key,
    reopen,
};

/// A store whose last journal file holds events 1 to `events`, as a kill leaves it; the file, its
/// bytes, and where each frame begins.
fn killed(path: &Path, events: u64) -> (PathBuf, Vec<u8>, Vec<usize>) {
    fill(&mut create(path), 1..=events);
    let file = journal_files(path).pop().unwrap();
    let bytes = fs::read(&file).unwrap();
    // The first frame says which part of the journal the file is.
    let begins: Vec<_> = frames(&bytes).iter().skip(1).map(|frame| frame.start).collect();
    assert_eq!(begins.len() as u64, events);
    (file, bytes, begins)
}

fn dropped(opened: &mut Opened) -> Vec<v1::DroppedRange> {
    let limits = BatchLimits::default();
    let batch = opened.store.next_batch(&limits, &v1::Source::default()).unwrap().unwrap();
    v1::Batch::decode(batch.bytes.as_slice()).unwrap().dropped
}

fn damaged(epoch: u64, first_seq: u64, last_seq: u64) -> v1::DroppedRange {
    let reason = v1::DropReason::Damage.into();
    v1::DroppedRange { epoch, first_seq, last_seq, events: last_seq - first_seq + 1, reason }
}

#[test]
fn a_flipped_byte_costs_the_frame_it_lies_in_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let (live, image) = (folder.path().join("live"), folder.path().join("image"));
    let (file, whole, begins) = killed(&live, 6);
    let name = file.file_name().unwrap();
    let end = frames(&whole).last().unwrap().end;
    for at in begins[0]..end {
        copy(&live, &image);
        let mut bytes = whole.clone();
        bytes[at] ^= 0x41;
        fs::write(image.join(name), bytes).unwrap();
        let opened = reopen(&image);
        let hit = begins.iter().filter(|begin| **begin <= at).count();
        let left: Vec<_> = (1..=6).filter(|seq| *seq != hit as u64).map(|s| entry(s, 2)).collect();
        assert!(opened.entries == left, "byte {at}");
        assert!(opened.first_of_epoch, "byte {at}: numbers go on");
        assert_eq!(opened.damage.skipped_places, u32::from(hit < 6), "byte {at}");
        assert_eq!(opened.damage.lost_entries, u64::from(hit < 6), "byte {at}");
        fs::remove_dir_all(&image).unwrap();
    }
}

#[test]
fn the_server_hears_which_numbers_damage_has_taken_and_gets_all_others() {
    let folder = tempfile::tempdir().unwrap();
    let (file, mut bytes, begins) = killed(folder.path(), 40);
    for seq in [7, 8, 9, 20] {
        bytes[begins[seq - 1] + 9] ^= 1;
    }
    // The head of one, too: its length leads nowhere.
    bytes[begins[29]] ^= 0x70;
    fs::write(&file, bytes).unwrap();
    let mut opened = reopen(folder.path());
    assert_eq!((opened.epoch, opened.damage.skipped_places), (2, 3));
    fill(&mut opened, 1..=1);
    let end = opened.journal.rotate().unwrap();
    opened.store.compact(end, Some(b"state")).unwrap();
    let left: Vec<_> = (1..=40).filter(|seq| ![7, 8, 9, 20, 30].contains(seq)).collect();
    let all = left.iter().map(|seq| (1, *seq)).chain([(2, 1)]);
    assert_eq!(identities(&opened.store), all.collect::<Vec<_>>());
    assert_eq!(dropped(&mut opened), [damaged(1, 7, 9), damaged(1, 20, 20), damaged(1, 30, 30)]);
    drop(opened);
    // The next opening finds nothing new.
    let again = reopen(folder.path());
    assert_eq!((again.epoch, again.last_seq, again.damage.lost_entries), (2, 1, 0));
}

#[test]
fn what_lies_behind_a_lost_page_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let (file, mut bytes, begins) = killed(folder.path(), 120);
    assert!(begins[119] > 2 * 4096);
    bytes[4096..2 * 4096].fill(0);
    fs::write(&file, &bytes).unwrap();
    let opened = reopen(folder.path());
    let end = |number: usize| begins.get(number + 1).copied().unwrap_or(usize::MAX);
    let is_left = |number: &usize| end(*number) <= 4096 || begins[*number] >= 2 * 4096;
    let left: Vec<_> = (0..120).filter(is_left).map(|number| entry(number as u64 + 1, 2)).collect();
    assert!(left.len() > 60 && opened.entries == left);
    assert_eq!((opened.damage.skipped_places, opened.first_of_epoch), (1, true));
}

#[test]
fn how_many_a_damaged_place_has_taken_is_known_from_the_next_file() {
    let folder = tempfile::tempdir().unwrap();
    fill(&mut create(folder.path()), 1..=50);
    fill(&mut reopen(folder.path()), 51..=60);
    let files = journal_files(folder.path());
    let mut bytes = fs::read(&files[0]).unwrap();
    bytes[1_000..3_000].fill(0x5a);
    fs::write(&files[0], bytes).unwrap();
    let mut opened = reopen(folder.path());
    let lost = 60 - opened.entries.len() as u64;
    assert!(lost > 10);
    assert_eq!((opened.damage.lost_entries, opened.damage.skipped_places), (lost, 1));
    let end = opened.journal.rotate().unwrap();
    let done = opened.store.compact(end, Some(b"state")).unwrap();
    assert_eq!((done.lost_entries, done.events), (lost, 60 - lost));
    let ranges = dropped(&mut opened);
    assert_eq!(ranges.iter().map(|range| range.events).sum::<u64>(), lost);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it is about real time")]
fn bytes_that_look_like_frames_everywhere_do_not_hold_up_an_opening() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    opened.journal.append(&vec![7; limits::JOURNAL_FILE.most]).unwrap();
    drop(opened);
    let file =
        journal_files(folder.path()).into_iter().max_by_key(|path| path.metadata().unwrap().len());
    let file = file.unwrap();
    let mut bytes = fs::read(&file).unwrap();
    // The large entry's head stays, and leads to nothing.
    bytes[100..].fill(1);
    fs::write(&file, bytes).unwrap();
    let begun = Instant::now();
    reopen(folder.path());
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}

#[test]
fn an_entry_written_twice_around_a_failed_write_counts_once_behind_damage_too() {
    let folder = tempfile::tempdir().unwrap();
    let (image, path) = (folder.path().join("image"), folder.path().join("live"));
    // The last entry of the first file is the first one of the second, as after a write that
    // failed but was done: the second file begins one entry earlier.
    let (file, bytes, begins) = killed(&path, 9);
    let mut short = bytes.clone();
    short[begins[8]..].fill(0);
    fs::write(&file, &short).unwrap();
    fill(&mut reopen(&path), 9..=12);
    let mut damaged = bytes;
    damaged[begins[2]..begins[4]].fill(0xee);
    fs::write(&file, damaged).unwrap();
    copy(&path, &image);
    let mut opened = reopen(&image);
    let left: Vec<_> = (1..=12).filter(|seq| ![3, 4].contains(seq)).map(|s| entry(s, 2)).collect();
    assert!(opened.entries == left);
    let end = opened.journal.rotate().unwrap();
    opened.store.compact(end, Some(b"state")).unwrap();
    assert_eq!(identities(&opened.store).len(), 10);
}

#[test]
fn unclean_ends_are_counted_without_any_compaction_and_with_one() {
    let folder = tempfile::tempdir().unwrap();
    let clock = VirtualClock::at(START);
    let open = |clock: &VirtualClock| {
        let reading = clock.read().unwrap();
        Store::open(Folder::open(folder.path()).unwrap(), key(), &reading).unwrap()
    };
    drop(create(folder.path()));
    for killed in 1..=3 {
        assert_eq!(open(&clock).store.unclean_ends(), UncleanEnds { killed, power_lost: 0 });
    }
    clock.reboot();
    let mut opened = open(&clock);
    assert_eq!(opened.store.unclean_ends(), UncleanEnds { killed: 3, power_lost: 1 });
    fill(&mut opened, 1..=3);
    compact(&mut opened, b"state");
    drop(opened);
    assert_eq!(open(&clock).store.unclean_ends(), UncleanEnds { killed: 4, power_lost: 1 });
    // The buffer knows it if the journal is lost, and the journal if the buffer is.
    for file in journal_files(folder.path()) {
        fs::remove_file(file).unwrap();
    }
    let ends = open(&clock).store.unclean_ends();
    assert_eq!((ends.killed, ends.power_lost), (3, 2), "the last kill was in the journal alone");
    fs::remove_file(folder.path().join("buffer.sqlite")).unwrap();
    assert_eq!(open(&clock).store.unclean_ends().power_lost, 2);
}

#[test]
fn the_database_is_looked_through_after_a_power_cut_alone_even_if_the_next_start_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let clock = VirtualClock::at(START);
    let open = |clock: &VirtualClock| {
        let reading = clock.read().unwrap();
        Store::open(Folder::open(folder.path()).unwrap(), key(), &reading).unwrap()
    };
    create(folder.path());
    let mut opened = open(&clock);
    fill(&mut opened, 1..=3);
    compact(&mut opened, b"state");
    drop(opened);
    assert_eq!(open(&clock).store.is_suspect(), Ok(false));
    clock.reboot();
    assert_eq!(open(&clock).store.is_suspect(), Ok(true));
    let mut opened = open(&clock);
    assert_eq!(opened.store.is_suspect(), Ok(true));
    assert_eq!(opened.store.check(), Ok(true));
    drop(opened);
    assert_eq!(open(&clock).store.is_suspect(), Ok(false));
}

#[test]
fn what_a_lost_database_took_is_told_as_far_as_the_journal_knows_it() {
    for missing in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("buffer.sqlite");
        let mut opened = create(folder.path());
        fill(&mut opened, 1..=25);
        compact(&mut opened, b"state");
        fill(&mut opened, 26..=30);
        drop(opened);
        if missing {
            fs::remove_file(&database).unwrap();
        } else {
            fs::write(&database, b"no database").unwrap();
        }
        let mut opened = reopen(folder.path());
        assert_eq!(opened.damage.database_missing, missing);
        assert_eq!(opened.damage.database_set_aside, !missing);
        assert_eq!((opened.epoch, opened.entries.len()), (2, 5));
        let end = opened.journal.rotate().unwrap();
        opened.store.compact(end, Some(b"state")).unwrap();
        assert_eq!(identities(&opened.store), (26..=30).map(|seq| (1, seq)).collect::<Vec<_>>());
        assert_eq!(dropped(&mut opened), [damaged(1, 1, 25)]);
        drop(opened);
        let again = reopen(folder.path());
        assert!(!again.damage.database_missing && !again.damage.database_set_aside);
    }
}

#[test]
fn a_log_left_by_another_database_is_not_taken_for_the_new_ones() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (folder.path().join("ours"), folder.path().join("theirs"));
    let mut other = create_as(&theirs, [8; 16]);
    fill(&mut other, 1..=2);
    compact(&mut other, b"theirs");
    let log = fs::read(theirs.join("buffer.sqlite-wal")).unwrap();
    assert!(!log.is_empty());
    let mut opened = create(&ours);
    for name in ["buffer.sqlite-wal", "buffer.new", "buffer.new-wal", "buffer.new-journal"] {
        fs::write(ours.join(name), &log).unwrap();
    }
    fill(&mut opened, 1..=5);
    compact(&mut opened, b"ours");
    assert_eq!(identities(&opened.store).len(), 5);
    assert!(!ours.join("buffer.new").exists());
}

#[test]
fn a_journal_without_room_grows_no_further_but_can_still_be_compacted() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    let bytes = |path: &Path| -> u64 {
        journal_files(path).iter().map(|file| file.metadata().unwrap().len()).sum()
    };
    opened.journal.allow(300_000);
    opened.journal.hold();
    let refused = (1..9_999).find(|seq| opened.journal.append(&entry(*seq, 2)).is_err()).unwrap();
    assert_eq!(opened.journal.append(&entry(refused, 2)), Err(StoreError::Backlog));
    let full = bytes(folder.path());
    assert!((16_384 + 250_000..16_384 + 300_000 + 4_096).contains(&full), "{full}");
    let end = opened.journal.rotate().unwrap();
    assert!(end < refused);
    for _ in 0..50 {
        assert_eq!(opened.journal.append(&entry(refused, 2)), Err(StoreError::Backlog));
        assert_eq!(opened.journal.rotate(), Ok(end));
    }
    assert_eq!(bytes(folder.path()), full);
    opened.store.compact(end, None).unwrap();
    opened.journal.consumed(end);
    opened.journal.lift();
    opened.journal.allow(u64::MAX);
    fill(&mut opened, refused..=refused + 2);
    assert_eq!(compact(&mut opened, b"state"), refused + 2 - end);
    assert_eq!(identities(&opened.store).len() as u64, refused + 2);
}
