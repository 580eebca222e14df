//! Compiled packs: any bytes, and such that a trusted key signed. What is accepted must run.

use std::sync::LazyLock;

use staykit_core::engine::Why;
use staykit_core::event::Draft;
use staykit_core::pack::{Pack, PublicKey};
use staykit_core::store::limits;
use staykit_core::time::VirtualClock;

use super::input::Input;
use super::sample::{self, draft};
use crate::disk::{Image, RecordedDisk};
use crate::{packs, person};

/// The same in every process, so that a signed input stays one: PKCS#8 around 32 bytes.
static KEY: LazyLock<(Vec<u8>, PublicKey)> = LazyLock::new(|| {
    let head = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
    let secret = [head.as_slice(), &[5; 32]].concat();
    let public = staykit_pack::public_key(&secret).unwrap();
    (secret, public)
});

pub(super) fn run(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    match input.byte() {
        0xff => {
            let mut bytes = packs::bytes(sample::WHOLE);
            input.edits(&mut bytes);
            accepted(&bytes);
        }
        kind if kind % 3 == 0 => drop(Pack::verify(input.rest(), &[KEY.1])),
        kind if kind % 3 == 1 => accepted(input.rest()),
        _ => {
            let mut bytes = packs::bytes(sample::PACK);
            input.edits(&mut bytes);
            accepted(&bytes);
        }
    }
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let small = packs::bytes(
        "pack: p\nversion: 1\nsignals:\n  s:\n    raise: count('tap', days(2)) > 0\n    says: { en: yes }\n",
    );
    let signed = staykit_pack::sign(&small, &KEY.0).unwrap();
    vec![
        [&[0], signed.as_slice()].concat(),
        [&[1], small.as_slice()].concat(),
        [&[1], packs::bytes(sample::PACK).as_slice()].concat(),
        vec![2, 1, 0, 40, 0xff],
        vec![2, 0, 0, 90, 8, 0, 120],
        [&[1], packs::bytes(sample::WHOLE).as_slice()].concat(),
        vec![0xff, 1, 0, 60, 0xff],
        vec![0xff, 3, 0, 200, 4],
    ]
}

/// A pack that a device accepts is accepted signed, and then recording under it goes on.
fn accepted(bytes: &[u8]) {
    let Ok(pack) = Pack::unsigned(bytes) else { return };
    let signed = staykit_pack::sign(bytes, &KEY.0).unwrap();
    assert_eq!(Pack::verify(&signed, &[KEY.1]).as_ref(), Ok(&pack));
    runs(&pack);
}

/// Opens a store under this pack, uses it, opens it again and finds the state as it was.
pub(super) fn runs(pack: &Pack) {
    let disk = RecordedDisk::new(Image::default());
    let clock = std::sync::Arc::new(VirtualClock::at(person::START));
    let Ok(engine) = sample::open_under(&disk, &clock, pack.clone()) else { return };
    for name in pack.events.iter().map(|spec| spec.name.as_ref()).chain(["tap", "open"]).take(8) {
        let _ = engine.record(Draft::new(name));
        clock.advance(90_000);
    }
    let _ = engine.record(draft(3));
    sample::exercise(&engine, &clock);
    for number in (0..).take(pack.rules.signals().len().min(8)) {
        let name = pack.rules.signal(number).unwrap().name.clone();
        engine.explain(Why::Signal(name)).unwrap();
    }
    for score in pack.rules.scores().iter().take(4) {
        engine.explain(Why::Score(score.name.clone())).unwrap();
    }
    for table in pack.rules.tables().iter().take(8) {
        engine.explain(Why::Table(table.kind, table.name.clone())).unwrap();
    }
    engine.understanding().unwrap();
    for campaign in pack.campaigns.all().iter().take(8) {
        engine.explain(Why::not_shown(campaign.name.clone())).unwrap();
    }
    let before = engine.status().unwrap();
    engine.close().unwrap();
    let engine = sample::open_under(&disk, &clock, pack.clone()).unwrap();
    let after = engine.status().unwrap();
    assert!(!after.damaged, "a state under this pack cannot be read again");
    assert_eq!((after.signals, after.last_seq), (before.signals, before.last_seq));
    assert!(after.file_bytes < u64::try_from(limits::LEAST_BUDGET.most).unwrap() * 10);
}
