//! Erasure: the wrapped key first.

use std::fs;
use std::sync::Arc;

use staykit_core::crypto::FileVault;
use staykit_core::event::Draft;
use staykit_core::store::Folder;

use crate::device::{Device, FailingDisk};

#[test]
fn an_erasure_cut_short_anywhere_leaves_everything_or_nothing_that_can_be_read() {
    let mut changes = 0;
    loop {
        let device = Device::new();
        let engine = device.open();
        engine.record(Draft::new("open")).unwrap();
        engine.next_upload().unwrap();
        engine.close().unwrap();
        let identity = fs::read(device.store().join("identity")).unwrap();
        let disk = FailingDisk::after(changes);
        let folder =
            Folder::open_on(Arc::<FailingDisk>::clone(&disk) as Arc<_>, device.store()).unwrap();
        let wrapped = folder.identity().unwrap().wrapped_key.clone();
        let erased = folder.erase();
        let kept = fs::read(device.store().join("identity"));
        let whole = !disk.has_failed();
        if let Ok(kept) = &kept {
            assert!(*kept == identity, "after {changes} changes");
        }
        // Another opening destroys what is left of a wrapped key before anything else.
        let unfinished = kept.is_err();
        drop(Folder::open(device.store()).unwrap());
        for file in fs::read_dir(device.store()).unwrap().filter(|_| unfinished) {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(wrapped.len()).any(|window| window == wrapped));
        }
        let status = device.open().status().unwrap();
        assert_eq!(status.recorded, u64::from(!unfinished), "after {changes} changes");
        if whole {
            assert_eq!(erased, Ok(()));
            break;
        }
        changes += 1;
    }
    assert!(changes > 6, "{changes}");
}

#[test]
fn without_the_wrapping_key_no_copy_of_the_folder_can_be_read() {
    let device = Device::new();
    let engine = device.open();
    let marker = "marker-4711";
    engine.record(Draft::new("product_view").text("item", marker)).unwrap();
    engine.next_upload().unwrap();
    engine.record(Draft::new("product_view").text("item", marker)).unwrap();
    engine.close().unwrap();
    let key = FileVault::new(device.vault());
    let folder = Folder::open(device.store()).unwrap();
    let wrapped = folder.identity().unwrap().wrapped_key.clone();
    drop(folder);
    assert!(staykit_core::crypto::KeyVault::unwrap(&key, &wrapped).is_ok());
    fs::remove_file(device.vault()).unwrap();
    assert!(staykit_core::crypto::KeyVault::unwrap(&key, &wrapped).is_err());
    for file in fs::read_dir(device.store()).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(marker.len()).any(|window| window == marker.as_bytes()));
    }
}
