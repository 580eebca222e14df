//! A buffer that takes nothing: what the journal may grow to, and what happens then.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use staykit_core::crypto::FileVault;
use staykit_core::engine::{Engine, Error, Placed, StorageState};
use staykit_core::event::Draft;
use staykit_core::store::{StoreError, limits};

use crate::device::{Device, FailingDisk, image, put_back, upload_all};

const BUDGET: u64 = 1_000_000;
const AMPLE: Duration = Duration::from_secs(1);

fn bytes(path: &Path) -> u64 {
    std::fs::read_dir(path).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum()
}

fn view(engine: &Engine) -> Result<Placed, Error> {
    let draft = Draft::new("product_view").text("item", "x".repeat(900));
    engine.record(draft).map(|receipt| receipt.placed)
}

struct Stuck {
    device: Device,
    disk: Arc<FailingDisk>,
    engine: Engine,
    recorded: u64,
}

impl Stuck {
    fn open(device: Device) -> Self {
        let disk = FailingDisk::after(i64::MAX);
        disk.database_away.store(true, Ordering::SeqCst);
        let vault = Arc::new(FileVault::new(device.vault()));
        let engine = device.open_with(vault, Arc::<FailingDisk>::clone(&disk)).unwrap();
        Self { device, disk, engine, recorded: 0 }
    }

    /// Until flash takes no more.
    fn fill(&mut self) {
        let slack = u64::try_from(limits::BUDGET_SLACK.most).unwrap();
        for event in 1.. {
            let placed = view(&self.engine).unwrap();
            self.recorded += 1;
            if event % 50 == 0 {
                let _ = self.engine.maintain(AMPLE);
                assert!(bytes(&self.device.store()) <= BUDGET + slack);
            }
            if placed == Placed::InMemory {
                break;
            }
        }
    }
}

#[test]
fn while_the_buffer_takes_nothing_the_journal_stops_at_the_byte_budget() {
    let mut stuck = Stuck::open(Device::new());
    stuck.fill();
    assert!(stuck.recorded > 1_000);
    let (full, engine) = (bytes(&stuck.device.store()), &stuck.engine);
    let status = engine.status().unwrap();
    assert_eq!((status.storage, status.in_memory), (StorageState::Backlog, 1));
    // Ordinary events leave the last quarter of the memory to payments.
    let mut taken = 0;
    while view(engine).is_ok() {
        taken += 1;
        let _ = engine.maintain(AMPLE);
    }
    assert!((700..=750).contains(&taken), "{taken}");
    assert!(matches!(view(engine), Err(Error::MemoryFull { .. })));
    let payment = engine.record(Draft::new("purchase").money("amount", 1_990, "CNY")).unwrap();
    assert_eq!(payment.placed, Placed::InMemory);
    stuck.recorded += taken + 1;
    let status = engine.status().unwrap();
    assert_eq!((status.refused_events, status.last_seq), (2, stuck.recorded));
    assert_eq!(bytes(&stuck.device.store()), full);
    assert!(matches!(engine.flush(), Err(Error::Store(StoreError::Backlog))));
    let json = serde_json::to_value(&status).unwrap();
    assert_eq!((&json["storage"], &json["refused_events"]), (&"backlog".into(), &2.into()));
}

#[test]
fn once_the_buffer_takes_events_again_all_that_was_accepted_is_there_in_its_order() {
    let mut stuck = Stuck::open(Device::new());
    stuck.fill();
    for _ in 0..500 {
        assert_eq!(view(&stuck.engine), Ok(Placed::InMemory));
        stuck.recorded += 1;
    }
    stuck.disk.database_away.store(false, Ordering::SeqCst);
    let engine = &stuck.engine;
    let done = engine.maintain(AMPLE).unwrap();
    assert_eq!(done.waiting, 0);
    let status = engine.status().unwrap();
    assert_eq!((status.storage, status.in_memory), (StorageState::Sound, 0));
    assert_eq!(view(engine), Ok(Placed::OnFlash));
    let (events, dropped) = upload_all(engine);
    let seqs: Vec<_> = events.iter().map(|(_, seq, _)| *seq).collect();
    let gone: u64 = dropped.iter().map(|range| range.events).sum();
    assert_eq!(seqs.len() as u64 + gone, stuck.recorded + 1, "{dropped:?}");
    assert!(seqs.is_sorted() && seqs.last() == Some(&(stuck.recorded + 1)));
    engine.maintain(AMPLE).unwrap();
    assert!(bytes(&stuck.device.store()) <= BUDGET);
}

#[test]
fn starts_that_find_the_journal_full_and_the_buffer_stuck_let_it_grow_no_further() {
    let mut stuck = Stuck::open(Device::new());
    stuck.fill();
    let mut device = stuck.device;
    drop(stuck.engine);
    let full = bytes(&device.store());
    for _ in 0..20 {
        let next = Stuck::open(device);
        assert_eq!(view(&next.engine), Ok(Placed::InMemory));
        let _ = next.engine.maintain(AMPLE);
        drop(next.engine);
        device = next.device;
    }
    let now = bytes(&device.store());
    assert!(now <= full + 2 * 16_384, "{full} bytes have become {now}");
    let status = device.open().status().unwrap();
    assert_eq!((status.epoch, status.last_seq), (1, stuck.recorded - 1));
}

#[test]
fn a_burst_that_outruns_every_compaction_keeps_within_the_budget_and_all_that_was_taken_is_there() {
    let device = Device::new();
    let engine = device.open();
    let slack = u64::try_from(limits::BUDGET_SLACK.most).unwrap();
    let mut taken = 0;
    for round in 1..=4 {
        // Nobody compacts meanwhile.
        while view(&engine).is_ok() {
            taken += 1;
        }
        let now = bytes(&device.store());
        assert!(now <= BUDGET + slack, "round {round}: {now}");
        let status = engine.status().unwrap();
        assert_eq!(status.storage, StorageState::Backlog);
        assert!(status.in_memory > 0);
        let helped = if round % 2 == 0 {
            engine.flush().map(|()| 0)
        } else {
            engine.maintain(AMPLE).map(|done| done.waiting)
        };
        assert_eq!(helped, Ok(0));
        let status = engine.status().unwrap();
        assert_eq!((status.storage, status.in_memory), (StorageState::Sound, 0));
        assert_eq!((status.recorded, status.unsynced_entries), (taken, 0));
        assert!(status.file_bytes <= BUDGET + slack, "round {round}: {}", status.file_bytes);
        assert_eq!(view(&engine), Ok(Placed::OnFlash));
        taken += 1;
    }
    let (events, dropped) = upload_all(&engine);
    let gone: u64 = dropped.iter().map(|range| range.events).sum();
    assert_eq!(events.len() as u64 + gone, taken);
}

#[test]
fn a_budget_that_is_lowered_below_what_is_there_holds_up_what_comes_only_until_maintenance() {
    let device = Device::new();
    let engine = device.open();
    // More than budget and slack, by what nobody of us counts.
    std::fs::write(device.store().join("journal-notes.txt"), vec![1; 1_600_000]).unwrap();
    engine.close().unwrap();
    let engine = device.open();
    assert_eq!(view(&engine), Ok(Placed::InMemory));
    std::fs::remove_file(device.store().join("journal-notes.txt")).unwrap();
    assert_eq!(engine.maintain(AMPLE).map(|done| done.waiting), Ok(0));
    assert_eq!(view(&engine), Ok(Placed::OnFlash));
}

#[test]
fn many_short_lives_do_not_leave_many_journal_files() {
    let device = Device::new();
    for _ in 0..200 {
        let engine = device.open();
        engine.record(Draft::new("open")).unwrap();
        engine.maintain(AMPLE).unwrap();
        // As a kill leaves it, but for the lock.
        drop(engine);
    }
    let bytes = bytes(&device.store());
    assert!(bytes < 2_000_000, "{bytes}");
    assert_eq!(device.open().status().unwrap().last_seq, 200);
}

#[test]
fn a_buffer_that_comes_back_and_fails_again_leaves_no_state_with_what_was_never_written() {
    let mut stuck = Stuck::open(Device::new());
    stuck.fill();
    let Stuck { device, engine, .. } = stuck;
    drop(engine);
    let full = image(&device.store());
    let mut device = Some(device);
    for changes in (0..80).step_by(3) {
        let next = Stuck::open(device.take().unwrap());
        for _ in 0..5 {
            assert_eq!(view(&next.engine), Ok(Placed::InMemory));
        }
        next.disk.database_away.store(false, Ordering::SeqCst);
        next.disk.fail_after(changes);
        let _ = next.engine.maintain(AMPLE);
        let left = image(&next.device.store());
        drop(next.engine);
        put_back(left.path(), &next.device.store());
        let engine = next.device.open();
        let mut lines = Vec::new();
        engine.export(&mut lines).unwrap();
        let lines = String::from_utf8(lines).unwrap();
        let stored = lines.matches("\"seq\":").count() as u64;
        let status = engine.status().unwrap();
        assert_eq!(status.recorded, stored + status.dropped_events, "after {changes} changes");
        drop(engine);
        put_back(full.path(), &next.device.store());
        device = Some(next.device);
    }
}
