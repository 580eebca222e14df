//! What earlier versions have written is read by this one, whole.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test stops at the first failure"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use prost::Message;
use serde_json::{Value as Json, json};
use staykit_core::crypto::DataKey;
use staykit_core::engine::{Config, Engine, Host, Why};
use staykit_core::event::{Draft, Value};
use staykit_core::guidance::Outcome;
use staykit_core::pack::{FORMAT, Pack};
use staykit_core::privacy::Consent;
use staykit_core::random::SeededRandom;
use staykit_core::sync::Answer;
use staykit_core::text::Language;
use staykit_core::time::{DAY_MS, MINUTE_MS, VirtualClock, Zone};
use staykit_proto::v1;

/// The built-in pack of today, to be frozen with the rest.
const RETENTION: &[u8] = include_bytes!("../../core/src/pack/builtin/retention.pack");
/// 2026-03-02 09:00 UTC.
const START: i64 = 1_772_442_000_000;

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("compat")
}

fn open(store: &Path, pack: &[u8], clock: &Arc<VirtualClock>) -> Engine {
    let random = Arc::new(SeededRandom::new(9));
    let config = Config::new(store)
        .with_pack(Pack::unsigned(pack).unwrap())
        .with_consent(Consent::all())
        .with_app_version("4.2.0")
        .with_manual_maintenance();
    Engine::open(config, Host::new(Arc::clone(clock) as _, random)).unwrap()
}

fn unlocked(store: &Path, pack: &[u8], clock: &Arc<VirtualClock>) -> Engine {
    let engine = open(store, pack, clock);
    match engine.wrapped_key() {
        None => engine.unlock_new(DataKey::new([7; 32]), b"wrapped").unwrap(),
        Some(wrapped) => {
            assert_eq!(wrapped, b"wrapped");
            engine.unlock(DataKey::new([7; 32])).unwrap();
        }
    }
    engine
}

fn clock(wall_ms: i64) -> Arc<VirtualClock> {
    let clock = Arc::new(VirtualClock::at(wall_ms));
    clock.set_zone(Zone::fixed(480));
    clock
}

/// A life that leaves something in every file, and in every table of the database.
fn lived(engine: &Engine, clock: &VirtualClock) -> i64 {
    let mut wall_ms = START;
    let mut passes = |ms: i64| {
        clock.advance(ms);
        wall_ms += ms;
    };
    let amount = |draft: Draft| draft.money("amount", 19_90, "CNY");
    for day in 0..9 {
        for tap in 0..40 {
            engine.record(Draft::new("tap").text("screen", "目录").integer("place", tap)).unwrap();
            passes(2_000);
        }
        engine.record(Draft::new("open")).unwrap();
        engine.record(amount(Draft::new("purchase")).flag("gift", day % 2 == 0)).unwrap();
        engine.record(Draft::new("note").number("share", 0.125)).unwrap();
        engine.tick().unwrap();
        passes(DAY_MS - 80_000);
    }
    engine.set_facts(vec![("level".into(), Value::Text("金牌".into()))]).unwrap();
    engine.set_context(vec![("charging".into(), Value::Flag(true))]).unwrap();
    // Acknowledged, then one that stays in flight, then one that waits, then the journal's tail.
    let first = engine.next_upload().unwrap().unwrap();
    let stored = v1::Acknowledgement {
        batch_id: first.id.to_vec(),
        server_ms: wall_ms,
        ..v1::Acknowledgement::default()
    };
    let body = stored.encode_to_vec();
    let answer = Answer::Response { status: 200, retry_after: None, body };
    engine.finish_upload(first.id, &answer).unwrap();
    let mut passes = |ms: i64| {
        clock.advance(ms);
        wall_ms += ms;
    };
    engine.record(amount(Draft::new("payment_failed"))).unwrap();
    passes(MINUTE_MS);
    engine.next_upload().unwrap().unwrap();
    for _ in 0..300 {
        engine.record(Draft::new("tap").text("screen", "cart")).unwrap();
        passes(1_500);
    }
    engine.maintain(std::time::Duration::from_secs(1)).unwrap();
    engine.report(engine.decisions()[0].id, Outcome::Shown).unwrap();
    engine.record(amount(Draft::new("add_to_cart"))).unwrap();
    passes(MINUTE_MS);
    engine.record(Draft::new("open")).unwrap();
    wall_ms
}

/// What there is to be read back.
fn told(engine: &Engine) -> Json {
    let status = engine.status().unwrap();
    let mut exported = Vec::new();
    engine.export(&mut exported).unwrap();
    let exported = String::from_utf8(exported).unwrap();
    let lines: Vec<Json> =
        exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let decisions = engine.decisions().into_iter().map(|of| format!("{of:?}"));
    let why = engine.explain(Why::signal("payment_unresolved")).unwrap();
    json!({
        "recorded": status.recorded,
        "last_seq": status.last_seq,
        "decisions": decisions.collect::<Vec<_>>(),
        "why": [why.text(Language::English), why.text(Language::Chinese)],
        "exported": lines,
    })
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// The batch of a request, which stays the same however often it is sent.
fn batch(request: &[u8]) -> Vec<u8> {
    v1::UploadRequest::decode(request).unwrap().batch
}

#[test]
#[ignore = "adds the samples of a new format, by STAYKIT_COMPAT=freeze"]
fn freeze() {
    assert_eq!(std::env::var("STAYKIT_COMPAT").as_deref(), Ok("freeze"));
    let folder = samples().join(format!("format-{FORMAT}"));
    assert!(!folder.exists(), "frozen already");
    let place = tempfile::tempdir().unwrap();
    let (store, clock) = (place.path().join("store"), clock(START));
    let engine = unlocked(&store, RETENTION, &clock);
    let wall_ms = lived(&engine, &clock);
    let mut expected = told(&engine);
    expected["wall_ms"] = json!(wall_ms);
    copy(&store, &folder.join("store"));
    let request = engine.next_upload().unwrap().unwrap();
    fs::write(folder.join("batch.bin"), request.body).unwrap();
    fs::write(folder.join("retention.pack"), RETENTION).unwrap();
    fs::write(folder.join("expected.json"), serde_json::to_vec_pretty(&expected).unwrap()).unwrap();
}

#[test]
fn every_released_format_is_read_whole_and_goes_on() {
    for format in 1..=FORMAT {
        let folder = samples().join(format!("format-{format}"));
        let place = tempfile::tempdir().unwrap();
        let store = place.path().join("store");
        copy(&folder.join("store"), &store);
        let expected = fs::read(folder.join("expected.json")).unwrap();
        let mut expected: Json = serde_json::from_slice(&expected).unwrap();
        let wall_ms = expected["wall_ms"].take().as_i64().unwrap();
        expected.as_object_mut().unwrap().remove("wall_ms");
        let pack = fs::read(folder.join("retention.pack")).unwrap();
        let clock = clock(wall_ms);
        let engine = unlocked(&store, &pack, &clock);
        let came = told(&engine);
        for (key, expected) in expected.as_object().unwrap() {
            assert!(came[key] == *expected, "format {format}: {key} is not what it was");
        }
        let request = fs::read(folder.join("batch.bin")).unwrap();
        let upload = engine.next_upload().unwrap().unwrap();
        assert!(batch(&upload.body) == batch(&request), "format {format}: the batch in flight");
        let before = engine.status().unwrap().last_seq;
        let receipt = engine.record(Draft::new("open")).unwrap();
        assert_eq!(receipt.seq(), Some(before + 1));
        engine.close().unwrap();
        // Written by this version, it is read again.
        let engine = unlocked(&store, &pack, &clock);
        assert_eq!(engine.status().unwrap().last_seq, before + 1);
    }
}

#[test]
fn a_store_of_a_newer_format_is_refused_and_keeps_every_byte() {
    let place = tempfile::tempdir().unwrap();
    let store = place.path().join("store");
    copy(&samples().join("format-1/store"), &store);
    let identity = store.join("identity");
    let mut bytes = fs::read(&identity).unwrap();
    bytes[8] = 99;
    fs::write(&identity, &bytes).unwrap();
    let pack = fs::read(samples().join("format-1/retention.pack")).unwrap();
    let config = Config::new(&store).with_pack(Pack::unsigned(&pack).unwrap());
    let host = Host::new(clock(START) as _, Arc::new(SeededRandom::new(9)));
    assert!(Engine::open(config, host).is_err());
    assert!(fs::read(&identity).unwrap() == bytes);
}
