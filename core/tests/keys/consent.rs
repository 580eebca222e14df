//! What the person said outlives damage, or is asked for again: never is a no taken for a yes.

use std::fs;
use std::path::PathBuf;

use staykit_core::crypto::{FileVault, KeyVault};
use staykit_core::engine::Engine;
use staykit_core::event::Draft;
use staykit_core::privacy::Consent;
use staykit_core::store::{Folder, Store};
use staykit_core::time::Clock;

use crate::device::{Device, image, put_back, upload_all};

const NO_UPLOAD: Consent = Consent { record: true, guide: true, upload: false };
const IN_DOUBT: Consent = Consent { record: true, guide: false, upload: false };

fn taps(engine: &Engine, events: u64) {
    (0..events).for_each(|_| drop(engine.record(Draft::new("tap")).unwrap()));
}

/// Flips a byte at `at` of the only journal file that has anything.
fn flip(device: &Device, at: usize) {
    let journal = journal(device);
    let mut bytes = fs::read(&journal).unwrap();
    bytes[at] ^= 1;
    fs::write(journal, bytes).unwrap();
}

fn journal(device: &Device) -> PathBuf {
    let files = fs::read_dir(device.store()).unwrap().map(|file| file.unwrap().path());
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    files.filter(|path| name(path).starts_with("journal-")).min().unwrap()
}

/// Bytes of the journal in which something is written.
fn written(device: &Device) -> usize {
    fs::read(journal(device)).unwrap().iter().rposition(|byte| *byte != 0).unwrap() + 1
}

/// Ends as a kill does.
fn kill(device: &Device, engine: Engine) {
    let left = image(&device.store());
    drop(engine);
    put_back(left.path(), &device.store());
}

#[test]
fn no_flipped_byte_of_the_journal_makes_a_withdrawal_a_consent() {
    let device = Device::new();
    let engine = device.open();
    taps(&engine, 2);
    engine.set_consent(NO_UPLOAD).unwrap();
    taps(&engine, 2);
    kill(&device, engine);
    let whole = image(&device.store());
    for at in (56..written(&device)).step_by(3) {
        put_back(whole.path(), &device.store());
        flip(&device, at);
        let engine = device.open();
        let status = engine.status().unwrap();
        assert!(!status.consent.upload, "byte {at}");
        assert!(status.recorded == 0 || status.consent.record, "byte {at} erases what is left");
        assert_eq!(engine.next_upload(), Ok(None));
        // Said before the damage it is not proven; said behind it, it is.
        assert!(status.consent_in_doubt || status.consent == NO_UPLOAD, "byte {at}");
    }
}

#[test]
fn consent_in_doubt_is_told_until_it_is_said_again_and_then_holds() {
    let device = Device::new();
    let engine = device.open();
    taps(&engine, 3);
    kill(&device, engine);
    flip(&device, written(&device) - 60);
    let engine = device.open();
    let status = engine.status().unwrap();
    assert!(status.damaged && status.consent_in_doubt);
    assert_eq!(status.consent, IN_DOUBT);
    kill(&device, engine);
    // What was made of the doubt is on flash.
    assert_eq!(device.open().status().unwrap().consent, IN_DOUBT);
    let engine = device.open();
    engine.set_consent(Consent::all()).unwrap();
    assert!(!engine.status().unwrap().consent_in_doubt);
    kill(&device, engine);
    let engine = device.open();
    let status = engine.status().unwrap();
    assert_eq!((status.consent, status.consent_in_doubt), (Consent::all(), false));
    assert!(!upload_all(&engine).0.is_empty());
}

#[test]
fn damage_to_an_installation_without_consent_gives_it_none() {
    let device = Device::new();
    let engine = device.open();
    taps(&engine, 3);
    engine.set_consent(Consent::none()).unwrap();
    kill(&device, engine);
    let whole = image(&device.store());
    for at in (56..written(&device)).step_by(3) {
        put_back(whole.path(), &device.store());
        flip(&device, at);
        assert_eq!(device.open().status().unwrap().consent, Consent::none(), "byte {at}");
    }
}

#[test]
fn a_withdrawal_erases_what_is_there_though_the_state_knows_nothing_of_it() {
    let device = Device::new();
    let engine = device.open();
    taps(&engine, 3);
    engine.next_upload().unwrap();
    drop(engine);
    checkpoint(&device, b"");
    let engine = device.open();
    let before = engine.status().unwrap();
    assert!(before.consent_in_doubt && before.events_waiting == 3);
    engine.set_consent(Consent::none()).unwrap();
    let status = engine.status().unwrap();
    assert_eq!((status.events_waiting, status.consent), (0, Consent::none()));
    assert_ne!(status.installation, before.installation);
}

/// Puts a checkpoint into the store that an engine of another version may have written.
fn checkpoint(device: &Device, content: &[u8]) {
    let folder = Folder::open(device.store()).unwrap();
    let wrapped = folder.identity().unwrap().wrapped_key.clone();
    let key = FileVault::new(device.vault()).unwrap(&wrapped).unwrap();
    let mut opened = Store::open(folder, key, &device.clock.read().unwrap()).unwrap();
    opened.journal.append(&[]).unwrap();
    let end = opened.journal.rotate().unwrap();
    opened.store.compact(end, Some(content)).unwrap();
    opened.journal.close().unwrap();
}

#[test]
fn a_checkpoint_of_another_fold_begins_the_state_anew_and_costs_no_event() {
    for content in [&b""[..], b"\x07of another version"] {
        let device = Device::new();
        let engine = device.open();
        taps(&engine, 3);
        engine.next_upload().unwrap();
        drop(engine);
        checkpoint(&device, content);
        let engine = device.open();
        let status = engine.status().unwrap();
        assert!(status.damaged && status.consent_in_doubt);
        assert_eq!(status.consent, Consent::none());
        engine.set_consent(Consent::all()).unwrap();
        taps(&engine, 2);
        let status = engine.status().unwrap();
        assert_eq!((status.epoch, status.recorded), (1, 2));
        assert_eq!(upload_all(&engine).0.len(), 5);
        drop(engine);
        let status = device.open().status().unwrap();
        assert_eq!((status.damaged, status.consent, status.recorded), (false, Consent::all(), 2));
    }
}
