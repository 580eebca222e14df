//! The journal: order, growth, torn ends.

use std::fs;
use std::ops::Range;

use staykit_core::store::{Ended, StoreError, limits};

use crate::support::{
    compact, copy, create, entry, entry_with, fill, frames, identities, journal_files, reopen,
};

#[test]
fn entries_of_every_size_come_back_in_order_over_many_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    let sizes = [0, 1, 15_000, 16_384, 40, 300_000, 7, limits::ENTRY.most];
    let written: Vec<Vec<u8>> = sizes
        .iter()
        .cycle()
        .take(40)
        .enumerate()
        .map(|(n, size)| vec![u8::try_from(n).unwrap(); *size])
        .collect();
    for (number, bytes) in (0..).zip(&written) {
        assert_eq!(opened.journal.append(bytes), Ok(number));
    }
    let large = vec![0; limits::ENTRY.most + 1];
    assert!(matches!(opened.journal.append(&large), Err(StoreError::TooLarge { .. })));
    drop(opened);
    assert!(reopen(folder.path()).entries == written);
}

#[test]
fn a_busy_store_gets_spares_that_are_made_of_consumed_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    assert_eq!(opened.journal.wants_spare(), None);
    for round in 0..6 {
        fill(&mut opened, round * 3_000 + 1..=round * 3_000 + 3_000);
        compact(&mut opened, b"state");
        if let Some(size) = opened.journal.wants_spare() {
            let spare = opened.store.prepare_spare(size).unwrap();
            opened.journal.supply(spare);
        }
        assert!(journal_files(folder.path()).len() <= 4);
    }
    drop(opened);
    let opened = reopen(folder.path());
    assert_eq!((opened.epoch, opened.last_seq, opened.entries.len()), (1, 18_000, 0));
    assert_eq!(identities(&opened.store).len(), 18_000);
}

#[test]
fn what_is_synced_is_known_without_holding_up_what_is_appended() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    fill(&mut opened, 1..=3);
    assert!(opened.journal.needs_sync());
    let task = opened.journal.begin_sync();
    fill(&mut opened, 4..=5);
    let done = task.run();
    assert_eq!(opened.journal.finish_sync(done), Ok(3));
    assert_eq!((opened.journal.synced(), opened.journal.appended()), (3, 5));
    let end = opened.journal.rotate().unwrap();
    opened.store.compact(end, None).unwrap();
    opened.journal.consumed(end);
    assert!(!opened.journal.needs_sync());
}

#[test]
fn a_file_cut_at_any_length_gives_the_entries_before_the_cut_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let (live, image) = (folder.path().join("live"), folder.path().join("image"));
    fill(&mut create(&live), 1..=4);
    let path = journal_files(&live).pop().unwrap();
    let (whole, name) = (fs::read(&path).unwrap(), path.file_name().unwrap().to_owned());
    let frames = frames(&whole);
    let (start, entries) = frames.split_first().unwrap();
    for length in 0..=frames.last().unwrap().end {
        copy(&live, &image);
        let mut torn = whole.clone();
        torn[length..].fill(0);
        fs::write(image.join(&name), &torn).unwrap();
        let opened = reopen(&image);
        // A frame that ends in a 0 loses nothing by another in its place.
        let is_whole = |frame: &Range<usize>| torn[..frame.end] == whole[..frame.end];
        let complete = entries.iter().filter(|frame| is_whole(frame)).count();
        assert_eq!(opened.entries.len(), complete, "cut at {length}");
        assert_eq!(opened.ended == Ended::Killed, is_whole(start), "cut at {length}");
        drop(opened);
        fs::write(image.join(&name), &whole[..length]).unwrap();
        let complete = entries.iter().filter(|frame| frame.end <= length).count();
        assert_eq!(reopen(&image).entries.len(), complete, "truncated at {length}");
        fs::remove_dir_all(&image).unwrap();
    }
}

#[test]
fn after_a_torn_end_writing_goes_on_in_another_file_and_both_are_read() {
    let folder = tempfile::tempdir().unwrap();
    fill(&mut create(folder.path()), 1..=60);
    let path = journal_files(folder.path()).pop().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    // A kill stops a write between two pages.
    bytes[4096..].fill(0);
    fs::write(&path, bytes).unwrap();
    let mut opened = reopen(folder.path());
    let kept = opened.last_seq;
    assert!((1..60).contains(&kept));
    assert_eq!((opened.epoch, opened.damage.torn_files), (1, 1));
    fill(&mut opened, kept + 1..=kept + 3);
    drop(opened);
    let mut opened = reopen(folder.path());
    assert_eq!((opened.epoch, opened.last_seq), (1, kept + 3));
    assert_eq!(opened.entries.len() as u64, kept + 3);
    assert_eq!(opened.damage.lost_entries, 0);
    assert_eq!(compact(&mut opened, b"state"), kept + 3);
}

#[test]
fn damage_to_the_file_in_use_gives_no_number_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (live, image) = (folder.path().join("live"), folder.path().join("image"));
    fill(&mut create(&live), 1..=4);
    let path = journal_files(&live).pop().unwrap();
    let (whole, name) = (fs::read(&path).unwrap(), path.file_name().unwrap().to_owned());
    for at in 0..frames(&whole).last().unwrap().end {
        copy(&live, &image);
        let mut bytes = whole.clone();
        bytes[at] ^= 0x41;
        fs::write(image.join(&name), bytes).unwrap();
        let opened = reopen(&image);
        assert!(opened.epoch > 1, "byte {at}: numbers go on after {}", opened.last_seq);
        drop(opened);
        fs::write(image.join(&name), &whole[..at]).unwrap();
        let opened = reopen(&image);
        assert!(opened.epoch > 1, "cut at {at}: numbers go on after {}", opened.last_seq);
        drop(opened);
        fs::remove_dir_all(&image).unwrap();
    }
}

#[test]
fn no_flipped_byte_panics_invents_an_entry_or_gives_one_back_changed() {
    let folder = tempfile::tempdir().unwrap();
    let (live, image) = (folder.path().join("live"), folder.path().join("image"));
    let mut opened = create(&live);
    fill(&mut opened, 1..=2);
    drop(opened);
    let mut opened = reopen(&live);
    fill(&mut opened, 3..=4);
    drop(opened);
    let true_entries: Vec<_> = (1..=4).map(|seq| entry(seq, 2)).collect();
    for path in journal_files(&live) {
        let whole = fs::read(&path).unwrap();
        let used = whole.iter().rposition(|byte| *byte != 0).unwrap() + 3;
        for at in 0..used {
            copy(&live, &image);
            let mut bytes = whole.clone();
            bytes[at] ^= 0x41;
            fs::write(image.join(path.file_name().unwrap()), bytes).unwrap();
            let mut opened = reopen(&image);
            assert!(opened.entries.iter().all(|entry| true_entries.contains(entry)), "at {at}");
            // Whatever is missing, no number is given twice.
            let next = if opened.first_of_epoch { 1 } else { opened.last_seq + 1 };
            assert!(opened.epoch > 1 || next > 4 || opened.entries.len() as u64 == next - 1);
            // A compaction syncs: not after each.
            if at % 11 == 0 {
                opened.journal.append(&entry(next, 2)).unwrap();
                compact_whatever_is_left(&mut opened);
                let mut found = identities(&opened.store);
                let all = found.len();
                found.dedup();
                assert_eq!(found.len(), all, "doubled after a flip at {at}");
            }
            drop(opened);
            fs::remove_dir_all(&image).unwrap();
        }
    }
}

fn compact_whatever_is_left(opened: &mut staykit_core::store::Opened) {
    let end = opened.journal.rotate().unwrap();
    opened.store.compact(end, Some(b"state")).unwrap();
}

#[test]
fn no_file_shows_what_was_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    let text = "only-in-the-clear";
    for seq in 1..=100 {
        opened.journal.append(&entry_with(seq, 2, text)).unwrap();
    }
    compact(&mut opened, text.as_bytes());
    opened.journal.append(&entry_with(101, 2, text)).unwrap();
    for file in fs::read_dir(folder.path()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        for marker in [text.as_bytes(), b"product_view"] {
            assert!(!bytes.windows(marker.len()).any(|window| window == marker));
        }
    }
}
