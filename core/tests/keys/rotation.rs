//! Another wrapping key.

use std::fs;
use std::sync::Arc;

use staykit_core::crypto::{DataKey, FileVault, KeyVault, VaultError};
use staykit_core::engine::Error;
use staykit_core::event::Draft;
use staykit_core::store::StoreError;

use crate::device::{Device, FailingDisk, ScriptedVault, image, put_back};

#[test]
fn a_rotation_changes_the_wrapped_key_and_keeps_everything_stored() {
    let device = Device::new();
    let engine = device.open();
    engine.record(Draft::new("open")).unwrap();
    let (old, old_key) = (engine.wrapped_key().unwrap(), fs::read(device.vault()).unwrap());
    engine.rotate_key().unwrap();
    let new = engine.wrapped_key().unwrap();
    engine.record(Draft::new("open")).unwrap();
    engine.rotate_key().unwrap();
    engine.close().unwrap();
    for gone in [&old, &new] {
        let identity = fs::read(device.store().join("identity")).unwrap();
        assert!(!identity.windows(gone.len()).any(|window| window == *gone));
        let lost = FileVault::new(device.vault()).unwrap(gone).err();
        assert_eq!(lost, Some(VaultError::Lost));
    }
    assert_ne!(fs::read(device.vault()).unwrap(), old_key);
    let mut names: Vec<_> =
        fs::read_dir(device.folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["store", "vault"]);
    let status = device.open().status().unwrap();
    assert_eq!((status.epoch, status.last_seq), (1, 2));
}

#[test]
fn a_rotation_cut_short_at_any_place_leaves_a_store_that_opens() {
    let mut changes = 0;
    loop {
        let device = Device::new();
        device.open().record(Draft::new("open")).unwrap();
        let disk = FailingDisk::after(i64::MAX);
        let vault = Arc::new(FileVault::new(device.vault()));
        let engine = device.open_with(vault, Arc::<FailingDisk>::clone(&disk)).unwrap();
        disk.fail_after(changes);
        let rotated = engine.rotate_key();
        let failed = disk.has_failed();
        // A kill: neither the engine nor its vault tidies up.
        let left = image(&device.store());
        let keys = image_of_keys(&device);
        drop(engine);
        put_back(left.path(), &device.store());
        for (path, bytes) in keys {
            fs::write(path, bytes).unwrap();
        }
        let status = device.open().status().unwrap();
        assert_eq!((status.epoch, status.last_seq), (1, 1), "after {changes} changes");
        // What was left over is tidied up by that opening.
        assert!(!device.folder.path().join("vault.next").exists(), "after {changes} changes");
        assert_eq!(device.open().status().unwrap().last_seq, 1);
        if !failed {
            assert_eq!(rotated, Ok(()));
            break;
        }
        changes += 1;
    }
    assert!(changes > 4);
}

fn image_of_keys(device: &Device) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let names = ["vault", "vault.next"].map(|name| device.folder.path().join(name));
    names.into_iter().filter_map(|path| Some((path.clone(), fs::read(path).ok()?))).collect()
}

#[test]
fn a_vault_that_ends_between_its_own_steps_still_unwraps_what_the_store_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let vault = FileVault::new(&path);
    let key = DataKey::new([3; 32]);
    let old = vault.wrap(&key).unwrap();
    let new = vault.rotate(&key).unwrap();
    for wrapped in [&old, &new] {
        assert_eq!(vault.unwrap(wrapped).unwrap().bytes(), key.bytes());
    }
    // The store never noted the new one.
    vault.retire(&old).unwrap();
    assert_eq!(vault.unwrap(&new).err(), Some(VaultError::Lost));
    let new = vault.rotate(&key).unwrap();
    vault.retire(&new).unwrap();
    assert_eq!(vault.unwrap(&old).err(), Some(VaultError::Lost));
    assert_eq!(vault.unwrap(&new).unwrap().bytes(), key.bytes());
}

#[test]
fn an_older_copy_of_the_folder_put_back_after_a_rotation_does_not_open_any_more() {
    let device = Device::new();
    let engine = device.open();
    engine.record(Draft::new("open")).unwrap();
    engine.flush().unwrap();
    let older = image(&device.store());
    let before = engine.status().unwrap().installation;
    engine.rotate_key().unwrap();
    engine.record(Draft::new("open")).unwrap();
    engine.close().unwrap();
    put_back(older.path(), &device.store());
    let status = device.open().status().unwrap();
    assert_ne!(status.installation, before);
    assert_eq!((status.epoch, status.recorded), (1, 1), "the reset alone");
}

#[test]
fn a_host_that_unlocks_by_hand_hands_in_the_key_as_it_is_wrapped_now() {
    let device = Device::new();
    let key = || DataKey::new([5; 32]);
    let engine = device.open_locked();
    engine.unlock_new(key(), b"first").unwrap();
    engine.record(Draft::new("open")).unwrap();
    let wrong = engine.rewrap(&DataKey::new([6; 32]), b"second");
    assert_eq!(wrong, Err(Error::Store(StoreError::WrongKey)));
    engine.rewrap(&key(), b"second").unwrap();
    assert_eq!(engine.wrapped_key().as_deref(), Some(b"second".as_slice()));
    engine.close().unwrap();
    let engine = device.open_locked();
    assert_eq!(engine.wrapped_key().as_deref(), Some(b"second".as_slice()));
    // Before the unlocking, too.
    engine.rewrap(&key(), b"third").unwrap();
    assert_eq!(engine.wrapped_key().as_deref(), Some(b"third".as_slice()));
    engine.unlock(key()).unwrap();
    engine.close().unwrap();
    assert_eq!(device.open_locked().wrapped_key().as_deref(), Some(b"third".as_slice()));
}

#[test]
fn a_rotation_that_the_vault_refuses_leaves_everything_as_it_was() {
    let device = Device::new();
    let vault = ScriptedVault::new(device.vault());
    let disk = FailingDisk::after(i64::MAX);
    let engine = device.open_with(Arc::<ScriptedVault>::clone(&vault), disk).unwrap();
    let before = engine.wrapped_key();
    vault.say(Some(VaultError::Unavailable));
    assert_eq!(engine.rotate_key(), Err(Error::Vault(VaultError::Unavailable)));
    assert_eq!(engine.wrapped_key(), before);
    assert_eq!(
        Device::new().open_locked().rotate_key(),
        Err(Error::Vault(VaultError::Unavailable))
    );
}
