//! What happened before the library was there keeps its time.

use std::fs;

use rustix::time::{ClockId, clock_gettime};
use staykit_bindings::answer::seq;
use staykit_bindings::encoding::Encoded;
use staykit_bindings::{HostZone, Settings, close, hot, open, session};

use crate::support::{record, settings, unlock};

fn now() -> (i64, i64) {
    let ms = |clock| {
        let time = clock_gettime(clock);
        time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
    };
    (ms(ClockId::Realtime), ms(ClockId::Boottime))
}

fn earlier(handle: i64, name: &str, ms: i64) -> i64 {
    let (wall_ms, boot_ms) = now();
    hot::record_earlier(handle, Encoded::draft(name).bytes(), wall_ms - ms, boot_ms - ms)
}

/// Instants of the events of these names, ms before now, out of an export.
fn ages(handle: i64, folder: &tempfile::TempDir, names: &[&str]) -> Vec<i64> {
    let path = folder.path().join("export.jsonl");
    session(handle).unwrap().export(&path).unwrap();
    let text = fs::read_to_string(path).unwrap();
    let (wall_ms, _) = now();
    let age = |name: &&str| {
        let line = text.lines().find(|line| line.contains(&format!("\"{name}\""))).unwrap();
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        wall_ms - event["wall_ms"].as_i64().unwrap_or_else(|| panic!("{line}"))
    };
    names.iter().map(age).collect()
}

#[test]
fn what_waited_keeps_its_time_and_its_order() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(settings(&folder)).unwrap();
    let handle = opened.handle;
    for (name, ms) in [("first", 60_000), ("second", 30_000), ("third", 5_000)] {
        assert!(earlier(handle, name, ms) >= 0);
    }
    unlock(&opened);
    assert_eq!(seq(record(handle, &Encoded::draft("live"))), Some(4));
    let ages = ages(handle, &folder, &["first", "second", "third", "live"]);
    for (age, expected) in ages.iter().zip([60_000, 30_000, 5_000, 0]) {
        assert!((expected - 5..expected + 3_000).contains(age), "{ages:?}");
    }
    close(handle).unwrap();
}

#[test]
fn a_moment_that_cannot_be_is_now_and_none_is_before_what_the_engine_has_seen() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(settings(&folder)).unwrap();
    let handle = opened.handle;
    unlock(&opened);
    for (name, ms) in [("ahead", -3_600_000), ("before_boot", i64::MAX / 2), ("after", 60_000)] {
        assert!(earlier(handle, name, ms) > 0, "{name}");
    }
    assert!(seq(record(handle, &Encoded::draft("live"))).is_some());
    let ages = ages(handle, &folder, &["ahead", "before_boot", "after", "live"]);
    assert!(ages.iter().all(|age| (0..3_000).contains(age)), "{ages:?}");
    close(handle).unwrap();
}

#[test]
fn the_zone_is_the_one_that_was_pushed_last() {
    let folder = tempfile::tempdir().unwrap();
    let zone = HostZone { offset_min: 480, ..HostZone::default() };
    let opened = open(Settings { zone, ..settings(&folder) }).unwrap();
    unlock(&opened);
    let handle = opened.handle;
    let next =
        HostZone { offset_min: -300, next_at_ms: Some(now().0 + 1_000), next_offset_min: -240 };
    let _ = record(handle, &Encoded::draft("at_home"));
    assert_eq!(hot::set_zone(handle, next), 0);
    let _ = record(handle, &Encoded::draft("abroad"));
    let path = folder.path().join("export.jsonl");
    session(handle).unwrap().export(&path).unwrap();
    let text = fs::read_to_string(path).unwrap();
    let offset = |name: &str| {
        let line = text.lines().find(|line| line.contains(name)).unwrap();
        serde_json::from_str::<serde_json::Value>(line).unwrap()["offset_min"].as_i64()
    };
    assert_eq!((offset("at_home"), offset("abroad")), (Some(480), Some(-300)), "{text}");
    close(handle).unwrap();
}
