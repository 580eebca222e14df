//! What goes when there is too much or it is too old, and how the server learns of it.

use std::fs;
use std::path::Path;

use staykit_core::event::Priority;
use staykit_core::store::{
    BatchLimits, Bounds, DropReason, Dropped, Opened, Split, Store, StoredBatch, limits,
};
use staykit_proto::{Message, v1};

use crate::support::{
    CRITICAL, LOW, NORMAL, START, compact, create, entry, entry_with, events, fill, identities,
    journal_files, reopen,
};

const HOUR: i64 = 3_600_000;
const BUDGET: u64 = 1_000_000;

fn bytes(path: &Path) -> u64 {
    fs::read_dir(path).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum()
}

/// Only bytes count: nothing is too old.
fn budget(bytes: u64) -> Bounds {
    Bounds { bytes, oldest_ms: 0 }
}

/// Text that hardly compresses.
fn noise(seq: u64, length: usize) -> String {
    let mut state = seq;
    let next = move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b' ' + (state >> 58) as u8)
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn next(store: &mut Store) -> Option<StoredBatch> {
    store.next_batch(&BatchLimits::default(), &v1::Source::default()).unwrap()
}

fn dropped(batch: &StoredBatch) -> Vec<v1::DroppedRange> {
    v1::Batch::decode(batch.bytes.as_slice()).unwrap().dropped
}

fn range(seqs: (u64, u64), events: u64, reason: v1::DropReason) -> v1::DroppedRange {
    let (first_seq, last_seq) = seqs;
    v1::DroppedRange { epoch: 1, first_seq, last_seq, events, reason: reason.into() }
}

/// 20 segments of about 8 kB, of the class that `class` tells for their number from 0.
fn loaded(path: &Path, class: impl Fn(u64) -> u8) -> Opened {
    let mut opened = create(path);
    for seq in 1..=2_000 {
        opened.journal.append(&entry_with(seq, class((seq - 1) / 100), &noise(seq, 600))).unwrap();
        if seq % 100 == 0 {
            compact(&mut opened, b"state");
        }
    }
    opened
}

#[test]
fn ten_times_the_budget_never_takes_more_than_the_budget_and_its_slack() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    let (mut most, mut recorded, mut lost) = (0, 0, 0);
    for seq in 1.. {
        let text = noise(seq, 1_000);
        recorded += text.len() as u64;
        opened.journal.append(&entry_with(seq, NORMAL, &text)).unwrap();
        if seq % 200 == 0 {
            compact(&mut opened, &vec![7; 20_000]);
            most = most.max(bytes(folder.path()));
            lost += opened.store.shrink(&budget(BUDGET)).unwrap().dropped;
            assert!(bytes(folder.path()) <= BUDGET);
            let spare = opened.store.prepare_spare(limits::JOURNAL_FILE.most).unwrap();
            opened.journal.supply(spare);
            most = most.max(bytes(folder.path()));
        }
        if recorded >= 10 * BUDGET && seq % 200 == 0 {
            assert_eq!(lost + opened.store.waiting().unwrap().events, seq);
            break;
        }
    }
    let slack = u64::try_from(limits::BUDGET_SLACK.most).unwrap();
    println!("at most {most} bytes with a budget of {BUDGET}");
    assert!(most <= BUDGET + slack, "{most}");
    let batch = next(&mut opened.store).unwrap();
    assert_eq!(dropped(&batch), [range((1, lost), lost, v1::DropReason::Budget)]);
}

#[test]
fn what_the_server_has_goes_before_what_it_never_got() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = loaded(folder.path(), |segment| if segment < 10 { CRITICAL } else { LOW });
    let first = next(&mut opened.store).unwrap();
    opened.store.acknowledge(&first.id).unwrap();
    let waiting = opened.store.waiting().unwrap();
    assert!(first.events >= 700 && waiting.events > 0, "{first:?}");
    let done = opened.store.shrink(&budget(1_300_000)).unwrap();
    assert!(done.done > 0 && done.dropped == 0, "{done:?}");
    assert_eq!(opened.store.waiting().unwrap(), waiting);
    assert_eq!(opened.store.dropped().unwrap(), []);
}

#[test]
fn the_least_important_and_oldest_go_first_and_payments_last() {
    let folder = tempfile::tempdir().unwrap();
    let class = |segment| [CRITICAL, LOW, NORMAL, LOW][(segment % 4) as usize];
    let mut opened = loaded(folder.path(), class);
    let kept = |opened: &Opened, class: Priority| -> Vec<u64> {
        let of_class = events(&opened.store).into_iter().filter(|event| event.priority == class);
        of_class.map(|event| event.seq).collect()
    };
    let (low, normal) = (kept(&opened, Priority::Low), kept(&opened, Priority::Normal));
    opened.store.shrink(&budget(1_160_000)).unwrap();
    let left = kept(&opened, Priority::Low);
    assert!(!left.is_empty() && left.len() < low.len() && low.ends_with(&left));
    assert_eq!(kept(&opened, Priority::Normal), normal);
    opened.store.shrink(&budget(600_000)).unwrap();
    assert!(kept(&opened, Priority::Low).is_empty());
    assert!(kept(&opened, Priority::Normal).len() < normal.len());
    let counted = opened.store.dropped().unwrap();
    let low = Dropped { reason: DropReason::Budget, priority: Some(Priority::Low), events: 1_000 };
    assert!(counted.contains(&low), "{counted:?}");
    if kept(&opened, Priority::Critical).len() < 500 {
        assert!(kept(&opened, Priority::Normal).is_empty());
    }
}

#[test]
fn the_batch_in_flight_stays_until_only_payments_are_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = loaded(folder.path(), |segment| if segment < 3 { NORMAL } else { LOW });
    let first = next(&mut opened.store).unwrap();
    let sent = first.events;
    opened.store.shrink(&budget(1_260_000)).unwrap();
    assert!(opened.store.waiting().unwrap().events < 2_000);
    assert!(next(&mut opened.store).unwrap() == first);
    for seq in 2_001..=2_600 {
        opened.journal.append(&entry_with(seq, CRITICAL, &noise(seq, 600))).unwrap();
    }
    compact(&mut opened, b"state");
    opened.store.shrink(&budget(500_000)).unwrap();
    let left = events(&opened.store);
    assert!(left.iter().any(|event| event.priority == Priority::Critical));
    assert!(
        left.iter().filter(|event| event.priority != Priority::Critical).count() < sent as usize
    );
    let second = next(&mut opened.store).unwrap();
    assert_ne!(second.id, first.id);
    assert!(dropped(&second).iter().map(|range| range.events).sum::<u64>() >= 1_000);
}

#[test]
fn what_was_dropped_travels_alone_until_it_is_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    fill(&mut opened, 1..=300);
    compact(&mut opened, b"state");
    let old = Bounds { bytes: BUDGET, oldest_ms: START + 10 * HOUR };
    assert_eq!(opened.store.expire(&old).unwrap().dropped, 300);
    assert_eq!(identities(&opened.store), []);
    let batch = next(&mut opened.store).unwrap();
    assert_eq!((batch.events, batch.epoch), (0, 1));
    assert_eq!(dropped(&batch), [range((1, 300), 300, v1::DropReason::Age)]);
    drop(opened);
    let mut opened = reopen(folder.path());
    assert_eq!(next(&mut opened.store).unwrap(), batch);
    assert_eq!(opened.store.split(&batch.id), Ok(Split::Empty));
    let again = next(&mut opened.store).unwrap();
    assert_eq!(dropped(&again), dropped(&batch));
    opened.store.acknowledge(&again.id).unwrap();
    assert!(next(&mut opened.store).is_none());
    assert_eq!(opened.store.stats().unwrap().dropped_events, 300);
}

#[test]
fn age_is_of_the_event_not_of_its_segment() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    // A second apart: those from 2,801 on are of the third hour (START is 800 s into its hour).
    for seq in [1, 2, 3_000, 3_001] {
        opened.journal.append(&entry(seq, NORMAL)).unwrap();
    }
    compact(&mut opened, b"state");
    let missing = next(&mut opened.store).unwrap();
    opened.store.acknowledge(&missing.id).unwrap();
    let hour = (START + 3_000_000).div_euclid(HOUR) * HOUR;
    let done = opened.store.expire(&Bounds { bytes: BUDGET, oldest_ms: hour }).unwrap();
    assert_eq!((done.done, done.dropped), (2, 0));
    let left = events(&opened.store);
    assert_eq!(left.iter().map(|event| event.seq).collect::<Vec<_>>(), [3_000, 3_001]);
    assert!(left.iter().all(|event| event.acknowledged));
}

#[test]
fn dropped_ranges_are_joined_and_few() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    // Every second event is missing: as many gaps as events.
    for seq in (2..=200).step_by(2) {
        opened.journal.append(&entry(seq, NORMAL)).unwrap();
    }
    compact(&mut opened, b"state");
    let told = dropped(&next(&mut opened.store).unwrap());
    assert_eq!(told.len(), limits::DROPPED_RANGES.most);
    assert_eq!(told.iter().map(|range| range.events).sum::<u64>(), 100);
    assert!(told.iter().all(|range| range.reason == i32::from(v1::DropReason::Damage)));
    assert_eq!((told[0].first_seq, told.last().unwrap().last_seq), (1, 199));
}

#[test]
fn events_lost_to_damage_in_the_journal_are_told_with_their_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    for seq in 1..=9 {
        fill(&mut opened, seq..=seq);
        opened.journal.rotate().unwrap();
    }
    drop(opened);
    let middle = journal_files(folder.path()).remove(4);
    let mut damaged = fs::read(&middle).unwrap();
    damaged[20] ^= 1;
    fs::write(&middle, damaged).unwrap();
    let mut opened = reopen(folder.path());
    assert_eq!(opened.damage.lost_entries, 1);
    let end = opened.journal.rotate().unwrap();
    opened.store.compact(end, Some(b"state")).unwrap();
    let batch = next(&mut opened.store).unwrap();
    assert_eq!(batch.events, 8);
    assert_eq!(dropped(&batch), [range((5, 5), 1, v1::DropReason::Damage)]);
    let lost = Dropped { reason: DropReason::Damage, priority: None, events: 1 };
    assert_eq!(opened.store.dropped().unwrap(), [lost]);
}

#[test]
fn the_file_shrinks_after_much_was_uploaded() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = loaded(folder.path(), |_| NORMAL);
    for _ in 0..2 {
        for seq in 2_001..=4_000 {
            opened.journal.append(&entry_with(seq, NORMAL, &noise(seq, 600))).unwrap();
        }
        compact(&mut opened, b"state");
    }
    let before = bytes(folder.path());
    while let Some(batch) = next(&mut opened.store) {
        opened.store.acknowledge(&batch.id).unwrap();
    }
    opened.store.shrink(&budget(10 * before)).unwrap();
    let kept = u64::try_from(limits::KEPT_AFTER_UPLOAD.most).unwrap();
    assert!(bytes(folder.path()) <= kept + kept / 2, "{} of {before}", bytes(folder.path()));
}

#[test]
fn a_database_set_aside_goes_before_any_event() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    fill(&mut opened, 1..=300);
    compact(&mut opened, b"state");
    fs::write(folder.path().join("buffer.damaged"), vec![1; 2_000_000]).unwrap();
    let done = opened.store.shrink(&budget(BUDGET)).unwrap();
    assert_eq!((done.done, done.dropped), (0, 0));
    assert!(!folder.path().join("buffer.damaged").exists());
    assert_eq!(identities(&opened.store).len(), 300);
}

#[test]
fn a_sound_database_passes_the_check_and_a_damaged_one_is_set_aside_at_the_next_opening() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = loaded(folder.path(), |_| NORMAL);
    assert_eq!(opened.store.check(), Ok(true));
    drop(opened);
    let path = folder.path().join("buffer.sqlite");
    let mut image = fs::read(&path).unwrap();
    // The cell pointers of the last leaf of the segments: nothing that an opening reads.
    let filled = |page: &usize| image[page * 4_096] == 0x0d && image[page * 4_096 + 4] > 0;
    let leaf = (2..image.len() / 4_096).rev().find(filled).unwrap();
    image[leaf * 4_096 + 8..][..32].fill(0xff);
    fs::write(&path, image).unwrap();
    let mut opened = reopen(folder.path());
    assert!(!opened.damage.database_set_aside);
    assert_eq!(opened.store.check(), Ok(false));
    assert!(next(&mut opened.store).is_none());
    opened.journal.append(&entry(2_001, NORMAL)).unwrap();
    assert!(opened.store.compact(opened.journal.rotate().unwrap(), None).is_err());
    drop(opened);
    let opened = reopen(folder.path());
    assert!(opened.damage.database_set_aside && opened.first_of_epoch);
    assert_eq!(opened.entries.last(), Some(&entry(2_001, NORMAL)));
}
