//! What maintenance does over time: bounds, checkpoints, a disk without room.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a test stops at the first failure"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use staykit_core::crypto::FileVault;
use staykit_core::engine::{Config, DeviceClass, Engine, Host, Placed, SYNC_WINDOW};
use staykit_core::event::{Draft, Priority, Value};
use staykit_core::privacy::Consent;
use staykit_core::random::SeededRandom;
use staykit_core::store::{DropReason, limits};
use staykit_core::sync::Answer;
use staykit_core::time::{DAY_MS, MINUTE_MS, VirtualClock};
use staykit_proto::{Message, v1};

/// 2026-03-02 09:00 UTC, a Monday.
const START: i64 = 1_772_442_000_000;
const AMPLE: Duration = Duration::from_secs(1);

/// Numbers that do not compress well.
fn scattered(number: u64) -> u64 {
    (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

struct Device {
    clock: Arc<VirtualClock>,
    engine: Engine,
}

impl Device {
    fn open(path: &Path, shape: impl Fn(Config) -> Config) -> Self {
        Self::open_at(path, &Arc::new(VirtualClock::at(START)), shape)
    }

    fn open_at(path: &Path, clock: &Arc<VirtualClock>, shape: impl Fn(Config) -> Config) -> Self {
        let vault = Arc::new(FileVault::new(path.join("vault")));
        let random = Arc::new(SeededRandom::new(1));
        let clock = Arc::clone(clock);
        let host = Host::new(Arc::<VirtualClock>::clone(&clock), random).with_vault(vault);
        let config =
            Config::new(path.join("store")).with_consent(Consent::all()).with_manual_maintenance();
        Self { engine: Engine::open(shape(config), host).unwrap(), clock }
    }

    fn view(&self, number: u64) -> Placed {
        self.clock.advance(1_000);
        let item = format!("item-{:016x}", scattered(number));
        let draft = Draft::new("product_view").text("item", item).text("from", "search");
        self.engine
            .record(draft.integer("position", i64::try_from(number % 50).unwrap()))
            .unwrap()
            .placed
    }

    fn upload(&self) -> u64 {
        let mut events = 0;
        while let Some(upload) = self.engine.next_upload().unwrap() {
            events += upload.events;
            let body =
                v1::Acknowledgement { batch_id: upload.id.to_vec(), server_ms: 1, pause_s: 0 };
            let body = body.encode_to_vec();
            let answer = Answer::Response { status: 200, retry_after: None, body };
            self.engine.finish_upload(upload.id, &answer).unwrap();
        }
        events
    }
}

/// The files as they would be if the process were killed now, elsewhere.
fn killed(path: &Path) -> tempfile::TempDir {
    let image = tempfile::tempdir().unwrap();
    std::fs::copy(path.join("vault"), image.path().join("vault")).unwrap();
    std::fs::create_dir(image.path().join("store")).unwrap();
    for file in std::fs::read_dir(path.join("store")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), image.path().join("store").join(file.file_name())).unwrap();
    }
    image
}

#[test]
fn a_watch_keeps_within_two_megabytes_and_says_what_went() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path(), |config| config.with_device_class(DeviceClass::Watch));
    let slack = u64::try_from(limits::BUDGET_SLACK.most).unwrap();
    let mut dropped = 0;
    for number in 0..3_000_u64 {
        device.clock.advance(1_000);
        let draft = (0..2).fold(Draft::new("product_view"), |draft, part| {
            let of = (number * 2 + part) * 50;
            let words = (of..of + 50).map(|word| format!("{:016x}", scattered(word)));
            draft.text(format!("text_{part}"), words.collect::<String>())
        });
        device.engine.record(draft).unwrap();
        if number % 200 == 199 {
            dropped += device.engine.maintain(AMPLE).unwrap().dropped;
            let status = device.engine.status().unwrap();
            assert!(status.file_bytes <= status.byte_budget + slack, "{}", status.file_bytes);
        }
    }
    device.engine.record(Draft::new("purchase").money("amount", 1_990, "CNY")).unwrap();
    device.engine.next_upload().unwrap();
    let status = device.engine.status().unwrap();
    assert_eq!(status.byte_budget, 2_000_000);
    assert!(dropped > 0 && status.dropped_events == dropped);
    assert_eq!(status.dropped[0].reason, DropReason::Budget);
    assert_eq!(status.waiting_by_class[&Priority::Critical], 1);
    let waiting: u64 = status.waiting_by_class.values().sum();
    assert_eq!(waiting + dropped, status.recorded);
    let json = serde_json::to_value(&status).unwrap();
    assert_eq!(json["dropped"][0]["reason"], "budget");
    assert_eq!(json["waiting_by_class"]["critical"], 1);
}

#[test]
fn what_is_older_than_the_age_limit_goes_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path(), |config| config.with_age_limit_days(7));
    for number in 0..3_000 {
        device.view(number);
    }
    assert_eq!(device.engine.maintain(AMPLE).unwrap().dropped, 0);
    device.clock.advance(6 * DAY_MS);
    assert_eq!(device.engine.maintain(AMPLE).unwrap().dropped, 0);
    let status = device.engine.status().unwrap();
    assert!(status.oldest_waiting_age_ms.unwrap() >= 6 * DAY_MS);
    device.clock.advance(2 * DAY_MS);
    assert_eq!(device.engine.maintain(AMPLE).unwrap().dropped, 3_000);
    let status = device.engine.status().unwrap();
    assert_eq!((status.events_waiting, status.dropped_events), (0, 3_000));
    let upload = device.engine.next_upload().unwrap().unwrap();
    let request = v1::UploadRequest::decode(upload.body.as_slice()).unwrap();
    let batch = v1::Batch::decode(request.batch.as_slice()).unwrap();
    assert_eq!((upload.events, batch.dropped.len()), (0, 1));
    assert_eq!(batch.dropped[0].reason, i32::from(v1::DropReason::Age));
}

#[test]
fn a_state_with_a_rare_checkpoint_is_rebuilt_after_a_kill_and_nothing_is_sent_twice() {
    let mut folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(VirtualClock::at(START));
    let (mut sent, mut recorded) = (0, 0);
    for round in 0..12_u64 {
        let device = Device::open_at(folder.path(), &clock, |config| config);
        assert_eq!(device.engine.status().unwrap().recorded, recorded);
        for number in 0..37 {
            device.view(round * 37 + number);
            recorded += 1;
        }
        sent += device.upload();
        assert_eq!((sent, device.engine.status().unwrap().recorded), (recorded, recorded));
        folder = killed(folder.path());
    }
    let device = Device::open_at(folder.path(), &clock, |config| config);
    let status = device.engine.status().unwrap();
    assert_eq!((status.epoch, status.last_seq, status.events_waiting), (1, recorded, 0));
    assert!(status.unclean_end && status.unclean_ends.killed == 12, "{:?}", status.unclean_ends);
}

const FOLDER: &str = "STAYKIT_TEST_FOLDER";

/// A limit on the size of files stands for a full disk: each write beyond it fails.
fn limit_files(bytes: Option<u64>) {
    let maximum = getrlimit(Resource::Fsize).maximum;
    setrlimit(Resource::Fsize, Rlimit { current: bytes, maximum }).unwrap();
}

fn record_on_a_full_disk(path: &Path) {
    let clock = Arc::new(VirtualClock::at(START));
    let device = Device::open_at(path, &clock, |config| config);
    limit_files(Some(20_000));
    let first = (0..2_000).find(|number| device.view(*number) == Placed::InMemory).unwrap();
    assert!(first > 20);
    for number in first + 1..=first + 300 {
        assert_eq!(device.view(number), Placed::InMemory);
    }
    assert!(device.engine.maintain(AMPLE).is_err());
    let status = device.engine.status().unwrap();
    assert_eq!((status.in_memory, status.last_seq), (301, first + 301));
    limit_files(None);
    let done = device.engine.maintain(AMPLE).unwrap();
    assert_eq!((done.waiting, device.engine.status().unwrap().in_memory), (0, 0));
    assert_eq!(device.view(first + 301), Placed::OnFlash);
    drop(device);
    let device = Device::open_at(path, &clock, |config| config);
    let status = device.engine.status().unwrap();
    assert_eq!((status.epoch, status.last_seq, status.recorded), (1, first + 302, first + 302));
    assert_eq!(device.upload(), first + 302);
    assert_eq!(device.engine.status().unwrap().dropped_events, 0);
    println!("all there");
}

#[test]
fn on_a_full_disk_events_wait_in_memory_and_are_written_once_there_is_room() {
    if let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) {
        return record_on_a_full_disk(&folder);
    }
    let folder = tempfile::tempdir().unwrap();
    // Only with the signal ignored does a write beyond the limit fail instead of ending us.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .arg("on_a_full_disk_events_wait_in_memory_and_are_written_once_there_is_room")
        .args(["--exact", "--nocapture"])
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("all there"), "{output:?}");
}

/// Bytes handed to `write` by this process so far.
fn written() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").unwrap();
    let line = io.lines().find(|line| line.starts_with("wchar")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
#[ignore = "prints figures: run it alone, with --nocapture"]
fn bytes_written_for_each_event() {
    for (name, events, each) in [("busy", 3_000_u64, 200_u64), ("uploads of 10", 600, 10)] {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(VirtualClock::at(START));
        let device = Device::open_at(folder.path(), &clock, |config| config);
        // A state of about 30 kB.
        for call in 0..4 {
            let fact = |at| (format!("fact_{call}_{at}"), Value::Text("x".repeat(1_000)));
            device.engine.set_facts((0..7).map(fact).collect()).unwrap();
        }
        let before = written();
        for number in 1..=events {
            device.view(number);
            if number % each.min(200) == 0 {
                device.engine.maintain(AMPLE).unwrap();
                if each < 200 {
                    clock.advance(30 * MINUTE_MS);
                    device.upload();
                }
            }
        }
        let bytes = (written() - before) as f64 / events as f64;
        let held = device.engine.status().unwrap().file_bytes;
        println!("{name}: {bytes:.0} bytes an event, {held} bytes held");
    }
}

/// How long it takes until everything recorded is synced.
#[expect(clippy::disallowed_methods, reason = "it is about real time")]
fn unsynced_for(engine: &Engine) -> Duration {
    let begun = Instant::now();
    while engine.status().unwrap().unsynced_entries > 0 && begun.elapsed() < 20 * SYNC_WINDOW {
        std::thread::sleep(Duration::from_millis(5));
    }
    begun.elapsed()
}

#[test]
fn a_durable_event_is_synced_at_once_and_every_other_within_the_window() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(FileVault::new(folder.path().join("vault")));
    let config = Config::new(folder.path().join("store")).with_consent(Consent::all());
    let engine = Engine::open(config, Host::system(vault)).unwrap();
    engine.flush().unwrap();
    // Another process may take the processor for a while: one of three tries is enough.
    let soon = (0..3).any(|_| {
        engine.record(Draft::new("purchase").money("amount", 1_990, "CNY")).unwrap();
        unsynced_for(&engine) < SYNC_WINDOW / 2
    });
    assert!(soon, "a payment waits for the window");
    let within = (0..3).any(|_| {
        engine.record(Draft::new("tap")).unwrap();
        unsynced_for(&engine) < SYNC_WINDOW + SYNC_WINDOW / 2
    });
    assert!(within);
}

#[test]
fn the_state_goes_on_from_the_records_that_damage_has_left() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(VirtualClock::at(START));
    let device = Device::open_at(folder.path(), &clock, |config| config);
    for number in 0..30 {
        device.view(number);
    }
    let image = killed(folder.path());
    let journals = std::fs::read_dir(image.path().join("store")).unwrap();
    let journal = journals
        .map(|file| file.unwrap().path())
        .find(|path| path.file_name().unwrap().to_str().unwrap().starts_with("journal-"))
        .unwrap();
    let mut bytes = std::fs::read(&journal).unwrap();
    bytes[2_000] ^= 1;
    std::fs::write(&journal, bytes).unwrap();
    let device = Device::open_at(image.path(), &clock, |config| config);
    let status = device.engine.status().unwrap();
    assert!(status.damaged);
    assert_eq!((status.recorded, status.damaged_frames, status.lost_entries), (29, 1, 1));
    assert_eq!((status.epoch, status.last_seq, status.consent.record), (2, 0, true));
    device.engine.set_consent(Consent::all()).unwrap();
    assert_eq!(device.view(30), Placed::OnFlash);
    let mut told = 0;
    while let Some(upload) = device.engine.next_upload().unwrap() {
        let request = v1::UploadRequest::decode(upload.body.as_slice()).unwrap();
        let batch = v1::Batch::decode(request.batch.as_slice()).unwrap();
        let reason = i32::from(v1::DropReason::Damage);
        told += batch.dropped.iter().filter(|range| range.reason == reason).count();
        let body = v1::Acknowledgement { batch_id: upload.id.to_vec(), server_ms: 1, pause_s: 0 };
        let body = body.encode_to_vec();
        let answer = Answer::Response { status: 200, retry_after: None, body };
        device.engine.finish_upload(upload.id, &answer).unwrap();
    }
    assert_eq!(told, 1);
    let status = device.engine.status().unwrap();
    assert_eq!((status.recorded, status.dropped_events), (30, 1));
    assert_eq!(status.dropped[0].reason, DropReason::Damage);
}
