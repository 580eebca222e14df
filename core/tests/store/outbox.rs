//! Batches: formed, sent again, acknowledged, split.

use std::collections::BTreeSet;
use std::fs;

use staykit_core::store::{BatchLimits, Opened, Split, Store, StoredBatch};
use staykit_proto::segment::seqs;
use staykit_proto::{Message, v1};

use crate::support::{
    CRITICAL, LOW, NORMAL, START, after_reboot, compact, create, entry, entry_with, fill, key,
    reopen,
};
use staykit_core::store::Folder;

fn source(version: &str) -> v1::Source {
    v1::Source { app_version: version.to_owned(), ..v1::Source::default() }
}

fn next(store: &mut Store) -> Option<StoredBatch> {
    store.next_batch(&BatchLimits::default(), &source("1")).unwrap()
}

fn decode(batch: &StoredBatch) -> v1::Batch {
    v1::Batch::decode(batch.bytes.as_slice()).unwrap()
}

fn numbers(batch: &StoredBatch) -> Vec<u64> {
    let segments = decode(batch).segments;
    segments.iter().flat_map(|segment| seqs(&segment.seq_delta).unwrap()).collect()
}

fn filled(path: &std::path::Path, events: u64) -> Opened {
    let mut opened = create(path);
    fill(&mut opened, 1..=events);
    compact(&mut opened, b"state");
    opened
}

#[test]
fn only_what_is_durable_is_offered_and_it_is_counted_until_it_is_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    fill(&mut opened, 1..=450);
    assert!(next(&mut opened.store).is_none());
    assert_eq!(opened.store.waiting().unwrap().events, 0);
    compact(&mut opened, b"state");
    let waiting = opened.store.waiting().unwrap();
    assert_eq!((waiting.events, waiting.segments), (450, 3));
    assert_eq!(waiting.oldest_wall_ms, Some(START / 3_600_000 * 3_600_000));
    let batch = next(&mut opened.store).unwrap();
    assert_eq!((batch.events, batch.attempts), (450, 0));
    assert_eq!(opened.store.waiting().unwrap().events, 450);
    assert_eq!(opened.store.acknowledge(&batch.id), Ok(true));
    assert_eq!(opened.store.acknowledge(&batch.id), Ok(false));
    assert_eq!(opened.store.waiting().unwrap().events, 0);
    assert!(next(&mut opened.store).is_none());
    assert!(opened.store.stats().unwrap().kept_bytes > 0);
}

#[test]
fn a_batch_keeps_its_id_and_bytes_over_a_restart_and_a_new_version_of_the_app() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = filled(folder.path(), 300);
    let first = next(&mut opened.store).unwrap();
    assert_eq!(opened.store.note_attempt(&first.id), Ok(Some(1)));
    assert_eq!(opened.store.defer(&first.id, 77), Ok(true));
    fill(&mut opened, 301..=302);
    compact(&mut opened, b"state");
    drop(opened);
    let mut opened = reopen(folder.path());
    let limits = BatchLimits { events: 10, ..BatchLimits::default() };
    let again = opened.store.next_batch(&limits, &source("2")).unwrap().unwrap();
    assert_eq!((again.id, &again.bytes), (first.id, &first.bytes));
    assert_eq!((again.attempts, again.not_before_at), (1, 77));
    let message = decode(&again);
    assert_eq!((message.format, message.epoch, message.installation), (1, 1, vec![9; 16]));
    assert_eq!(message.source.unwrap().app_version, "1");
    opened.store.acknowledge(&first.id).unwrap();
    assert_eq!(numbers(&next(&mut opened.store).unwrap()), [301, 302]);
}

#[test]
fn the_most_important_class_goes_first_and_the_limits_hold() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    for seq in 1..=2_000 {
        let priority = if seq % 100 == 0 { CRITICAL } else { [LOW, NORMAL][seq as usize % 2] };
        opened.journal.append(&entry(seq, priority)).unwrap();
    }
    compact(&mut opened, b"state");
    let (mut seen, mut batches) = (BTreeSet::new(), 0);
    while let Some(batch) = next(&mut opened.store) {
        let message = decode(&batch);
        assert!(batch.events <= 1_000 && batch.bytes.len() <= 512_000);
        assert!(message.segments.is_sorted_by(|a, b| a.priority >= b.priority));
        if batches == 0 {
            assert_eq!(message.segments[0].priority, i32::from(CRITICAL));
        }
        seen.extend(numbers(&batch));
        batches += 1;
        opened.store.acknowledge(&batch.id).unwrap();
    }
    assert_eq!((seen.len(), batches), (2_000, 3));
}

#[test]
fn large_events_make_small_segments_and_batches_within_the_raw_limit() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    for seq in 1..=300 {
        let text: String =
            (0..8_000_u64).map(|n| char::from(b'a' + (n * seq % 23) as u8)).collect();
        opened.journal.append(&entry_with(seq, NORMAL, &text)).unwrap();
    }
    compact(&mut opened, b"state");
    let mut events = 0;
    while let Some(batch) = next(&mut opened.store) {
        let segments = decode(&batch).segments;
        assert!(segments.iter().map(|segment| segment.raw_bytes).sum::<u32>() <= 1_000_000);
        events += batch.events;
        opened.store.acknowledge(&batch.id).unwrap();
    }
    assert_eq!(events, 300);
}

#[test]
fn a_batch_is_of_one_epoch() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path(), 3));
    let again = Folder::open(folder.path()).unwrap();
    let mut opened = Store::open(again, key(), &after_reboot()).unwrap();
    fill(&mut opened, 1..=2);
    compact(&mut opened, b"state");
    let first = next(&mut opened.store).unwrap();
    assert_eq!((first.epoch, numbers(&first)), (1, vec![1, 2, 3]));
    opened.store.acknowledge(&first.id).unwrap();
    let second = next(&mut opened.store).unwrap();
    assert_eq!((second.epoch, numbers(&second)), (2, vec![1, 2]));
}

#[test]
fn splitting_finds_the_one_event_that_is_refused_and_reports_it_as_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = filled(folder.path(), 450);
    let (mut delivered, mut aside, mut dropped) = (BTreeSet::new(), Vec::new(), Vec::new());
    while let Some(batch) = next(&mut opened.store) {
        if numbers(&batch).contains(&333) {
            match opened.store.split(&batch.id).unwrap() {
                Split::SetAside { epoch, seq } => aside.push((epoch, seq)),
                split => assert_eq!(split, Split::Halved),
            }
            assert_eq!(opened.store.split(&batch.id), Ok(Split::Unknown));
        } else {
            delivered.extend(numbers(&batch));
            dropped.extend(decode(&batch).dropped);
            opened.store.acknowledge(&batch.id).unwrap();
        }
    }
    assert_eq!(aside, [(1, 333)]);
    assert_eq!(delivered.len(), 449);
    let refused = v1::DropReason::Refused.into();
    let range =
        v1::DroppedRange { epoch: 1, first_seq: 333, last_seq: 333, events: 1, reason: refused };
    assert_eq!(dropped, [range]);
    assert_eq!(opened.store.stats().unwrap().dropped_events, 1);
}

#[test]
fn a_damaged_segment_is_given_up_and_the_others_are_sent() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = filled(folder.path(), 450);
    drop(next(&mut opened.store).unwrap());
    drop(opened);
    let database = folder.path().join("buffer.sqlite");
    let connection = rusqlite::Connection::open(&database).unwrap();
    let sql = "UPDATE segment SET body = zeroblob(length(body)) WHERE first_seq = 201";
    assert_eq!(connection.execute(sql, []).unwrap(), 1);
    drop(connection);
    let mut opened = reopen(folder.path());
    let batch = next(&mut opened.store).unwrap();
    assert_eq!(batch.events, 250);
    let dropped = decode(&batch).dropped;
    assert_eq!((dropped[0].first_seq, dropped[0].last_seq, dropped[0].events), (201, 400, 200));
    assert_eq!(dropped[0].reason, i32::from(v1::DropReason::Damage));
}

#[test]
fn what_is_kept_after_an_upload_is_bounded_and_the_least_important_goes_first() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    let noise = |seq: u64| {
        let mut state = seq;
        let next = move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            char::from(b' ' + (state >> 58) as u8)
        };
        std::iter::repeat_with(next).take(7_000).collect::<String>()
    };
    for seq in 1..=400 {
        let priority = if seq <= 10 { CRITICAL } else { LOW };
        opened.journal.append(&entry_with(seq, priority, &noise(seq))).unwrap();
    }
    compact(&mut opened, b"state");
    while let Some(batch) = next(&mut opened.store) {
        opened.store.acknowledge(&batch.id).unwrap();
    }
    assert!(opened.store.stats().unwrap().kept_bytes <= 1 << 20);
    let kept = crate::support::events(&opened.store);
    assert_eq!(kept.iter().filter(|event| event.seq <= 10).count(), 10);
    assert!(kept.iter().all(|event| event.acknowledged));
    assert!(fs::metadata(folder.path().join("buffer.sqlite")).is_ok());
}
