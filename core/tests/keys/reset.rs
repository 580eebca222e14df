//! A vault that is away, and one whose key is gone for good; a buffer that is lost.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use staykit_core::crypto::VaultError;
use staykit_core::engine::{KeyState, Placed};
use staykit_core::event::Draft;
use staykit_core::privacy::Consent;
use staykit_core::store::SystemDisk;

use crate::device::{Device, FailingDisk, ScriptedVault, resets};

#[test]
fn a_vault_that_is_away_leaves_the_engine_in_memory_and_the_next_start_asks_again() {
    let device = Device::new();
    device.open().record(Draft::new("open")).unwrap();
    let before = fs::read(device.store().join("identity")).unwrap();
    let vault = ScriptedVault::new(device.vault());
    vault.say(Some(VaultError::Unavailable));
    for _ in 0..3 {
        let open = device.open_with(Arc::<ScriptedVault>::clone(&vault), Arc::new(SystemDisk));
        let engine = open.unwrap();
        assert_eq!(engine.status().unwrap().key, KeyState::Unavailable);
        let receipt = engine.record(Draft::new("open")).unwrap();
        assert_eq!(receipt.placed, Placed::InMemory);
        assert_eq!(fs::read(device.store().join("identity")).unwrap(), before);
    }
    vault.say(None);
    let engine = device.open_with(vault, Arc::new(SystemDisk)).unwrap();
    let status = engine.status().unwrap();
    assert_eq!((status.key, status.epoch, status.last_seq), (KeyState::Unlocked, 1, 1));
}

#[test]
fn a_vault_whose_key_is_gone_makes_a_new_installation_that_says_so_once() {
    let device = Device::new();
    let engine = device.open();
    let before = engine.status().unwrap().installation;
    for _ in 0..30 {
        engine.record(Draft::new("product_view").text("item", "strap-21")).unwrap();
    }
    engine.next_upload().unwrap();
    engine.close().unwrap();
    fs::remove_file(device.vault()).unwrap();
    let engine = device.open();
    let status = engine.status().unwrap();
    assert_ne!(status.installation, before);
    assert_eq!((status.key, status.epoch, status.recorded), (KeyState::Unlocked, 1, 1));
    let told = resets(&engine);
    assert!(told.len() == 1 && told[0].contains("key_lost"), "{told:?}");
    engine.close().unwrap();
    for _ in 0..3 {
        let engine = device.open();
        assert_eq!(engine.status().unwrap().recorded, 1);
        engine.close().unwrap();
    }
    assert!(!device.store().join("reset").exists());
}

#[test]
fn a_vault_that_loses_every_key_at_once_is_asked_a_few_times_and_not_for_ever() {
    let device = Device::new();
    device.open().record(Draft::new("open")).unwrap();
    let vault = ScriptedVault::new(device.vault());
    vault.say(Some(VaultError::Lost));
    for start in 1..=5 {
        let engine =
            device.open_with(Arc::<ScriptedVault>::clone(&vault), Arc::new(SystemDisk)).unwrap();
        assert_eq!(engine.status().unwrap().key, KeyState::Unavailable);
        assert_eq!(engine.record(Draft::new("open")).unwrap().placed, Placed::InMemory);
        assert!(vault.asked.load(Ordering::SeqCst) <= 1 + start);
    }
    vault.say(None);
    let engine = device.open_with(vault, Arc::new(SystemDisk)).unwrap();
    assert_eq!(resets(&engine).len(), 1, "told though the new one could not begin at once");
}

#[test]
fn a_reset_that_is_cut_short_anywhere_is_finished_and_told_once() {
    let mut changes = 0;
    loop {
        let device = Device::new();
        let engine = device.open();
        engine.record(Draft::new("open")).unwrap();
        engine.next_upload().unwrap();
        engine.close().unwrap();
        fs::remove_file(device.vault()).unwrap();
        let disk = FailingDisk::after(changes);
        let vault = ScriptedVault::new(device.vault());
        let opened = device.open_with(vault, Arc::<FailingDisk>::clone(&disk));
        let whole = !disk.has_failed();
        drop(opened);
        // Two more starts: the first may find a key that another store was made with.
        device.open().close().unwrap();
        let engine = device.open();
        if engine.status().unwrap().consent != Consent::all() {
            // A part of what the new installation wrote first was taken for damage.
            engine.set_consent(Consent::all()).unwrap();
        }
        assert_eq!(resets(&engine).len(), 1, "after {changes} changes");
        assert_eq!(engine.status().unwrap().recorded, 1, "after {changes} changes");
        if whole {
            break;
        }
        changes += 1;
    }
    assert!(changes > 15, "{changes}");
}

#[test]
fn a_lost_buffer_is_told_by_an_event_and_by_the_numbers_that_are_missing() {
    for (damaged, reason) in [(true, "database_damaged"), (false, "database_missing")] {
        let device = Device::new();
        let engine = device.open();
        for _ in 0..10 {
            engine.record(Draft::new("open")).unwrap();
        }
        engine.next_upload().unwrap();
        engine.record(Draft::new("open")).unwrap();
        engine.close().unwrap();
        let database = device.store().join("buffer.sqlite");
        if damaged {
            fs::write(&database, b"no database").unwrap();
        } else {
            fs::remove_file(&database).unwrap();
        }
        let engine = device.open();
        let status = engine.status().unwrap();
        assert!(status.damaged);
        assert_eq!((status.epoch, status.last_seq), (2, 1));
        // Nobody knows what the person said, until it is said again.
        assert_eq!(engine.next_upload(), Ok(None));
        engine.set_consent(Consent::all()).unwrap();
        let (events, dropped) = crate::device::upload_all(&engine);
        let ids: Vec<_> = events.iter().map(|(epoch, seq, _)| (*epoch, *seq)).collect();
        assert_eq!(ids, [(2, 1), (1, 11)]);
        assert!(format!("{:?}", events[0].2.properties).contains(reason));
        assert_eq!((dropped[0].first_seq, dropped[0].last_seq, dropped[0].events), (1, 10, 10));
        let status = engine.status().unwrap();
        assert_eq!(status.dropped_events, 10);
        engine.close().unwrap();
        assert_eq!(device.open().status().unwrap().last_seq, 1);
    }
}
