//! Epochs: when the numbering goes on and when it must not.

use std::fs;

use staykit_core::store::{Ended, Folder, Opened, Store, StoreError, StoreFile};

use crate::support::{
    after_reboot, compact, copy, create, create_as, entry, events, fill, identities, journal_files,
    key, reading, reopen, try_reopen,
};
use staykit_core::crypto::DataKey;

#[test]
fn a_new_store_begins_epoch_one_and_a_clean_end_continues_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    assert_eq!((opened.epoch, opened.last_seq, opened.ended), (1, 0, Ended::New));
    fill(&mut opened, 1..=3);
    opened.journal.close().unwrap();
    drop(opened.store);
    let again = reopen(folder.path());
    assert_eq!((again.epoch, again.last_seq, again.ended), (1, 3, Ended::Clean));
    assert!(!again.first_of_epoch);
    assert_eq!(again.entries, [entry(1, 2), entry(2, 2), entry(3, 2)]);
}

#[test]
fn a_kill_within_one_boot_loses_nothing_and_continues_the_epoch() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..4_u64 {
        let mut opened = if round == 0 { create(folder.path()) } else { reopen(folder.path()) };
        assert_eq!((opened.epoch, opened.last_seq), (1, round * 2));
        fill(&mut opened, round * 2 + 1..=round * 2 + 2);
        drop(opened);
    }
    let opened = reopen(folder.path());
    assert_eq!((opened.ended, opened.entries.len()), (Ended::Killed, 8));
}

#[test]
fn an_unclean_end_and_another_or_no_known_boot_begin_an_epoch_but_keep_what_is_there() {
    for boot in [after_reboot(), staykit_core::time::ClockReading { boot_id: None, ..reading() }] {
        let folder = tempfile::tempdir().unwrap();
        fill(&mut create(folder.path()), 1..=3);
        let opened = Store::open(Folder::open(folder.path()).unwrap(), key(), &boot).unwrap();
        assert_eq!((opened.epoch, opened.last_seq, opened.ended), (2, 0, Ended::PowerLost));
        assert!(opened.first_of_epoch);
        assert_eq!(opened.entries.len(), 3);
    }
}

#[test]
fn an_epoch_in_which_nothing_was_recorded_yet_goes_on_from_zero() {
    let folder = tempfile::tempdir().unwrap();
    fill(&mut create(folder.path()), 1..=3);
    let boot = after_reboot();
    let open = || Store::open(Folder::open(folder.path()).unwrap(), key(), &boot).unwrap();
    drop(open());
    for _ in 0..2 {
        let mut opened = open();
        assert_eq!((opened.epoch, opened.last_seq, opened.first_of_epoch), (2, 0, false));
        compact(&mut opened, b"state");
    }
}

#[test]
fn a_clean_end_survives_a_reboot() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    fill(&mut opened, 1..=3);
    opened.journal.close().unwrap();
    drop(opened.store);
    let boot = after_reboot();
    let opened = Store::open(Folder::open(folder.path()).unwrap(), key(), &boot).unwrap();
    assert_eq!((opened.epoch, opened.last_seq, opened.ended), (1, 3, Ended::Clean));
}

#[test]
fn the_numbering_goes_on_over_compactions_and_the_newest_checkpoint_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    fill(&mut opened, 1..=5);
    assert_eq!(compact(&mut opened, b"five"), 5);
    fill(&mut opened, 6..=7);
    assert_eq!(compact(&mut opened, b"seven"), 2);
    drop(opened);
    let mut opened = reopen(folder.path());
    assert_eq!((opened.epoch, opened.last_seq), (1, 7));
    assert_eq!(opened.checkpoint.as_deref(), Some(&b"seven"[..]));
    assert!(opened.entries.is_empty());
    fill(&mut opened, 8..=9);
    drop(opened);
    let opened = reopen(folder.path());
    assert_eq!((opened.last_seq, opened.entries.len()), (9, 2));
    assert_eq!(identities(&opened.store), (1..=7).map(|seq| (1, seq)).collect::<Vec<_>>());
}

#[test]
fn a_crash_between_commit_and_removal_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (live, image) = (folder.path().join("live"), folder.path().join("image"));
    let mut opened = create(&live);
    fill(&mut opened, 1..=5);
    let before: Vec<_> = {
        opened.journal.rotate().unwrap();
        journal_files(&live).iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
    };
    compact(&mut opened, b"state");
    copy(&live, &image);
    for (path, bytes) in before {
        fs::write(image.join(path.file_name().unwrap()), bytes).unwrap();
    }
    let mut opened = reopen(&image);
    assert_eq!((opened.epoch, opened.last_seq, opened.entries.len()), (1, 5, 0));
    assert_eq!(compact(&mut opened, b"state"), 0);
    assert_eq!(identities(&opened.store).len(), 5);
}

#[test]
fn without_a_checkpoint_the_journal_stays_and_nothing_is_doubled() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    fill(&mut opened, 1..=5);
    let end = opened.journal.rotate().unwrap();
    assert_eq!(opened.store.compact(end, None).unwrap().events, 5);
    fill(&mut opened, 6..=6);
    drop(opened);
    let mut opened = reopen(folder.path());
    assert_eq!((opened.epoch, opened.last_seq, opened.entries.len()), (1, 6, 6));
    assert_eq!(compact(&mut opened, b"all"), 1);
    assert_eq!(identities(&opened.store).len(), 6);
}

#[test]
fn a_missing_or_foreign_database_begins_an_epoch_and_is_kept_aside() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (folder.path().join("ours"), folder.path().join("theirs"));
    let mut other = create_as(&theirs, [8; 16]);
    fill(&mut other, 1..=2);
    compact(&mut other, b"theirs");
    drop(other);
    let mut opened = create(&ours);
    fill(&mut opened, 1..=5);
    compact(&mut opened, b"ours");
    fill(&mut opened, 6..=6);
    drop(opened);
    fs::copy(theirs.join("buffer.sqlite"), ours.join("buffer.sqlite")).unwrap();
    let opened = reopen(&ours);
    assert!(opened.damage.database_set_aside && opened.first_of_epoch);
    assert_eq!((opened.epoch, opened.checkpoint, opened.entries.len()), (2, None, 1));
    assert!(ours.join("buffer.damaged").exists());
    drop((opened.store, opened.journal));
    // Still without a database, the new epoch itself continues.
    let mut opened = reopen(&ours);
    assert_eq!((opened.epoch, opened.ended), (2, Ended::Killed));
    fill(&mut opened, 1..=2);
    compact(&mut opened, b"new");
    assert_eq!(identities(&opened.store), [(1, 6), (2, 1), (2, 2)]);
    drop(opened);
    assert_eq!(reopen(&ours).last_seq, 2);
}

#[test]
fn a_database_with_a_view_or_a_trigger_is_a_damaged_one() {
    for (kind, sql) in [
        ("view", "CREATE VIEW mine AS SELECT 1"),
        ("trigger", "CREATE TRIGGER mine AFTER INSERT ON segment BEGIN DELETE FROM segment; END"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut opened = create(folder.path());
        fill(&mut opened, 1..=2);
        compact(&mut opened, b"state");
        drop(opened);
        let connection = rusqlite::Connection::open(folder.path().join("buffer.sqlite")).unwrap();
        connection.pragma_update(None, "writable_schema", true).unwrap();
        let row = "INSERT INTO sqlite_schema VALUES (?1, 'mine', 'segment', 0, ?2)";
        assert_eq!(connection.execute(row, [kind, sql]).unwrap(), 1);
        drop(connection);
        assert!(reopen(folder.path()).damage.database_set_aside, "{kind}");
    }
}

#[test]
fn a_lost_journal_begins_an_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    fill(&mut opened, 1..=5);
    compact(&mut opened, b"state");
    fill(&mut opened, 6..=6);
    drop(opened);
    for file in journal_files(folder.path()) {
        fs::remove_file(file).unwrap();
    }
    let opened = reopen(folder.path());
    assert_eq!((opened.epoch, opened.ended), (2, Ended::PowerLost));
    assert_eq!(opened.checkpoint.as_deref(), Some(&b"state"[..]));
}

#[test]
fn an_older_database_put_back_begins_an_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("buffer.sqlite");
    let mut opened = create(folder.path());
    fill(&mut opened, 1..=5);
    compact(&mut opened, b"old");
    drop(opened);
    let old = fs::read(&database).unwrap();
    let mut opened = reopen(folder.path());
    fill(&mut opened, 6..=9);
    compact(&mut opened, b"new");
    opened.journal.close().unwrap();
    drop(opened.store);
    fs::write(&database, old).unwrap();
    let opened = reopen(folder.path());
    assert_eq!((opened.epoch, opened.damage.lost_entries), (2, 4));
}

#[test]
fn epochs_never_go_back_even_if_everything_but_the_identity_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    drop(create(folder.path()));
    for expected in 2..6 {
        for file in journal_files(folder.path()) {
            fs::remove_file(file).unwrap();
        }
        assert_eq!(reopen(folder.path()).epoch, expected);
    }
}

#[test]
fn a_wrong_key_and_a_newer_format_leave_every_byte_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    fill(&mut opened, 1..=5);
    compact(&mut opened, b"state");
    drop(opened);
    let image = || {
        let files = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
        let mut files: Vec<_> = files.map(|path| (path.clone(), fs::read(path).unwrap())).collect();
        files.sort();
        files
    };
    let before = image();
    let wrong = DataKey::new([6; 32]);
    let refused = Store::open(Folder::open(folder.path()).unwrap(), wrong, &reading()).err();
    assert_eq!(refused, Some(StoreError::WrongKey));
    assert!(image() == before);
    let connection = rusqlite::Connection::open(folder.path().join("buffer.sqlite")).unwrap();
    connection.pragma_update(None, "user_version", 3).unwrap();
    drop(connection);
    let before = image();
    let newer = StoreError::Newer { file: StoreFile::Database, found: 3, known: 1 };
    assert_eq!(try_reopen(folder.path()).err(), Some(newer));
    assert!(image() == before);
}

#[test]
fn a_second_opener_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let Opened { store, journal, .. } = create(folder.path());
    assert_eq!(Folder::open(folder.path()).err(), Some(StoreError::InUse));
    drop(store);
    assert_eq!(Folder::open(folder.path()).err(), Some(StoreError::InUse));
    drop(journal);
    assert!(Folder::open(folder.path()).is_ok());
}

#[test]
fn after_an_erasure_nothing_is_left_and_another_installation_can_begin() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = create(folder.path());
    fill(&mut opened, 1..=5);
    compact(&mut opened, b"state");
    fill(&mut opened, 6..=7);
    drop(opened.journal);
    opened.store.erase().unwrap();
    let left: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
    assert_eq!(left, ["lock"]);
    let opened = create_as(folder.path(), [4; 16]);
    assert!(events(&opened.store).is_empty() && opened.entries.is_empty());
}
