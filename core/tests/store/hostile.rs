//! Files that anybody could have written.

use std::fs;
use std::path::Path;

use proptest::prelude::{ProptestConfig, any, proptest};
use proptest::sample::Index;

use crate::support::{compact, copy, create, create_as, entry, fill, journal_files, try_reopen};
use staykit_core::store::BatchLimits;
use staykit_proto::v1;

/// A store with something in every kind of file.
fn sample(path: &Path) {
    let mut opened = create(path);
    fill(&mut opened, 1..=20);
    compact(&mut opened, b"state");
    opened.store.next_batch(&BatchLimits::default(), &v1::Source::default()).unwrap();
    fill(&mut opened, 21..=23);
}

/// Opens the store and uses everything; any error will do, a panic will not.
fn exercise(path: &Path) {
    let Ok(mut opened) = try_reopen(path) else { return };
    let allowed: Vec<_> = (21..=23).map(|seq| entry(seq, 2)).collect();
    assert!(opened.entries.iter().all(|entry| allowed.contains(entry)));
    let _ = opened.store.stats();
    let _ = opened.store.events(|_| std::ops::ControlFlow::Continue(()));
    let _ = opened.store.next_batch(&BatchLimits::default(), &v1::Source::default());
    opened.journal.append(&entry(1, 2)).unwrap();
    let end = opened.journal.rotate().unwrap();
    let _ = opened.store.compact(end, Some(b"state"));
    opened.journal.close().unwrap();
}

#[test]
fn files_of_another_installation_give_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (folder.path().join("ours"), folder.path().join("theirs"));
    sample(&ours);
    let mut other = create_as(&theirs, [8; 16]);
    fill(&mut other, 100..=110);
    drop(other);
    for (to, from) in journal_files(&ours).iter().zip(journal_files(&theirs)) {
        fs::copy(from, to).unwrap();
    }
    let opened = try_reopen(&ours).unwrap();
    assert!(opened.entries.is_empty() && opened.first_of_epoch);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_in_place_of_any_file_never_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..5_000), which: Index,
    ) {
        let folder = tempfile::tempdir().unwrap();
        sample(folder.path());
        let name = ["identity", "buffer.sqlite", "buffer.sqlite-journal", "buffer.sqlite-wal", "journal-00000002",
            "journal-00000009", "journal-draft"];
        fs::write(folder.path().join(name[which.index(name.len())]), bytes).unwrap();
        exercise(folder.path());
    }

    #[test]
    fn changed_bytes_in_any_file_never_panic_and_never_change_an_entry(
        which: Index, at in proptest::collection::vec((any::<Index>(), any::<u8>()), 1..20),
        cut: Option<Index>,
    ) {
        let folder = tempfile::tempdir().unwrap();
        sample(folder.path());
        let mut files = journal_files(folder.path());
        files.extend(["identity", "buffer.sqlite"].map(|name| folder.path().join(name)));
        let path = &files[which.index(files.len())];
        let mut bytes = fs::read(path).unwrap();
        for (at, value) in at {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        fs::write(path, bytes).unwrap();
        exercise(folder.path());
    }
}

#[test]
fn no_flipped_byte_of_the_database_panics() {
    let folder = tempfile::tempdir().unwrap();
    let (live, image) = (folder.path().join("live"), folder.path().join("image"));
    sample(&live);
    let whole = fs::read(live.join("buffer.sqlite")).unwrap();
    // A prime stride: over the places of all pages, in the time that a test may take.
    for at in (0..whole.len()).step_by(1_009) {
        copy(&live, &image);
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        fs::write(image.join("buffer.sqlite"), bytes).unwrap();
        exercise(&image);
        fs::remove_dir_all(&image).unwrap();
    }
}
