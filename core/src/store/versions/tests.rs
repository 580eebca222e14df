//! Made-up later formats, to which a store of today is brought.

use super::{CURRENT, RELEASED, Step, Versions};
use crate::codec::Writer;
use crate::crypto::DataKey;
use crate::event::{Catalog, Draft};
use crate::store::record::{encode_event, encode_other};
use crate::store::{Folder, Opened, Store, StoreError, StoreFile, SystemDisk};
use crate::time::{Clock, ClockReading, VirtualClock};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const FIRST: Step = Step {
    identity: |body| mark_wrapped_key(body, b'1'),
    start: Some,
    entry: |entry| Some(mark_entry(entry, 101)),
    database: "CREATE TABLE note (segment INTEGER PRIMARY KEY, note TEXT) STRICT",
};

const SECOND: Step = Step {
    identity: |body| mark_wrapped_key(body, b'2'),
    start: Some,
    entry: |entry| Some(mark_entry(entry, 102)),
    database: "CREATE TABLE noted (id INTEGER PRIMARY KEY, note TEXT) STRICT;
        INSERT INTO noted SELECT id, note FROM segment LEFT JOIN note ON segment = id",
};

/// Fails as on a full disk, after it has done a part.
const SECOND_WITHOUT_ROOM: Step = Step {
    database: "CREATE TABLE noted (id INTEGER PRIMARY KEY, note TEXT) STRICT;
        PRAGMA max_page_count = 1;
        CREATE TABLE big AS SELECT zeroblob(100000)",
    ..SECOND
};

static LATER: Versions = Versions { steps: &[RELEASED, FIRST, SECOND] };
static CUT_SHORT: Versions = Versions { steps: &[RELEASED, FIRST, SECOND_WITHOUT_ROOM] };

/// Lengthens the wrapped key, which is preceded by installation, epoch and its length.
fn mark_wrapped_key(mut body: Vec<u8>, with: u8) -> Option<Vec<u8>> {
    let length = u32::from_le_bytes(*body.get(24..)?.first_chunk()?);
    body.splice(24..28, (length + 1).to_le_bytes());
    body.insert(28 + usize::try_from(length).ok()?, with);
    Some(body)
}

/// Adds a record.
fn mark_entry(mut entry: Vec<u8>, kind: u8) -> Vec<u8> {
    encode_other(&mut Writer::new(&mut entry), &reading(), kind, b"");
    entry
}

fn reading() -> ClockReading {
    VirtualClock::at(1_700_000_000_000).read().unwrap()
}

fn entry(seq: u64) -> Vec<u8> {
    let event = Catalog::default().admit(Draft::new("open")).unwrap();
    let mut entry = Vec::new();
    encode_event(&mut Writer::new(&mut entry), &reading(), (seq, 1, 19_675), &event);
    entry
}

fn open(path: &Path, versions: &'static Versions) -> Result<Opened, StoreError> {
    let mut folder = Folder::open_as(Arc::new(SystemDisk), path, versions)?;
    let key = || DataKey::new([7; 32]);
    if folder.identity().is_none() {
        folder.create_identity([9; 16], b"wrapped", &key())?;
    }
    Store::open(folder, key(), &reading())
}

/// Two events in the buffer and two in the journal, in the format of today.
fn sample(path: &Path) {
    let mut opened = open(path, &CURRENT).unwrap();
    for seq in 1..=4 {
        opened.journal.append(&entry(seq)).unwrap();
        if seq == 2 {
            let end = opened.journal.rotate().unwrap();
            opened.store.compact(end, Some(b"state")).unwrap();
        }
    }
}

fn image(path: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = fs::read_dir(path).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    files.sort();
    files
}

/// Format of the database and how many of what the steps make are there.
fn database(path: &Path) -> (i64, i64, i64) {
    let connection = Connection::open(path.join("buffer.sqlite")).unwrap();
    let number = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    (
        number("PRAGMA user_version"),
        number("SELECT count(*) FROM sqlite_schema WHERE name = 'note'"),
        number("SELECT count(*) FROM sqlite_schema WHERE name IN ('noted', 'big')"),
    )
}

fn is_brought(opened: &mut Opened) {
    assert_eq!((opened.epoch, opened.last_seq), (1, 4));
    let marked = |seq| mark_entry(mark_entry(entry(seq), 101), 102);
    assert!(opened.entries == [marked(3), marked(4)]);
    let end = opened.journal.rotate().unwrap();
    assert_eq!(opened.store.compact(end, Some(b"later")).unwrap().events, 2);
    let mut seqs = Vec::new();
    let all = opened.store.events(|event| {
        seqs.push(event.seq);
        std::ops::ControlFlow::Continue(())
    });
    assert_eq!((all, seqs), (Ok(0), vec![1, 2, 3, 4]));
}

#[test]
fn an_older_store_is_brought_to_the_newest_format_step_by_step_and_keeps_all_it_has() {
    let folder = tempfile::tempdir().unwrap();
    sample(folder.path());
    is_brought(&mut open(folder.path(), &LATER).unwrap());
    assert_eq!(database(folder.path()), (3, 1, 1));
    // What the later version wrote is not brought again.
    let mut opened = open(folder.path(), &LATER).unwrap();
    assert_eq!(opened.store.base.folder.identity().unwrap().wrapped_key, b"wrapped12");
    opened.journal.append(&entry(5)).unwrap();
    drop(opened);
    assert!(open(folder.path(), &LATER).unwrap().entries == [entry(5)]);
}

#[test]
fn a_new_store_of_a_later_version_is_made_by_the_same_steps() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = open(folder.path(), &LATER).unwrap();
    opened.journal.append(&entry(1)).unwrap();
    let end = opened.journal.rotate().unwrap();
    opened.store.compact(end, None).unwrap();
    drop(opened);
    assert_eq!(database(folder.path()), (3, 1, 1));
    assert_eq!(open(folder.path(), &LATER).unwrap().last_seq, 1);
}

#[test]
fn a_migration_that_ends_between_two_steps_goes_on_with_the_second() {
    let folder = tempfile::tempdir().unwrap();
    sample(folder.path());
    let cut = open(folder.path(), &CUT_SHORT).err();
    assert_eq!(cut, Some(StoreError::Full(StoreFile::Database)));
    assert_eq!(database(folder.path()), (2, 1, 0), "the first step whole, nothing of the second");
    is_brought(&mut open(folder.path(), &LATER).unwrap());
    assert_eq!(database(folder.path()), (3, 1, 1));
}

#[test]
fn a_store_of_a_later_version_is_refused_by_an_older_one_and_keeps_every_byte() {
    let folder = tempfile::tempdir().unwrap();
    sample(folder.path());
    drop(open(folder.path(), &LATER).unwrap());
    let before = image(folder.path());
    let newer = |file| Some(StoreError::Newer { file, found: 3, known: 1 });
    assert_eq!(open(folder.path(), &CURRENT).err(), newer(StoreFile::Identity));
    assert!(image(folder.path()) == before);
}

#[test]
fn each_file_of_a_later_version_is_refused_though_the_others_are_older() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = open(folder.path(), &CURRENT).unwrap();
    opened.journal.append(&entry(1)).unwrap();
    drop(opened);
    let identity = fs::read(folder.path().join("identity")).unwrap();
    drop(open(folder.path(), &LATER).unwrap());
    fs::write(folder.path().join("identity"), identity).unwrap();
    let before = image(folder.path());
    let newer = StoreError::Newer { file: StoreFile::Journal, found: 3, known: 1 };
    assert_eq!(open(folder.path(), &CURRENT).err(), Some(newer));
    assert!(image(folder.path()) == before);
}

#[test]
fn a_later_format_that_stands_in_the_log_alone_is_refused_and_the_log_stays() {
    let folder = tempfile::tempdir().unwrap();
    sample(folder.path());
    let connection = Connection::open(folder.path().join("buffer.sqlite")).unwrap();
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
    connection.pragma_update(None, "user_version", 3).unwrap();
    drop(connection);
    fs::remove_file(folder.path().join("buffer.sqlite-shm")).unwrap();
    let before = image(folder.path());
    let header = &before.iter().find(|(path, _)| path.ends_with("buffer.sqlite")).unwrap().1;
    assert_eq!(header[60..64], [0, 0, 0, 1]);
    let newer = StoreError::Newer { file: StoreFile::Database, found: 3, known: 1 };
    assert_eq!(open(folder.path(), &CURRENT).err(), Some(newer));
    assert!(image(folder.path()) == before);
}
