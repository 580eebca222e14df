//! What `record()` is compared with: a plain write, and an app's own SQLite.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use rusqlite::Connection;
use staykit_proto::{Message, v1};

/// Size of the file that the plain write fills again and again.
const FILE_BYTES: u64 = 4 << 20;

/// Protobuf encode and one `pwrite` of the bytes into a file filled page by page, as the journal's
/// are.
pub(crate) struct PlainWriter {
    file: File,
    at: u64,
    buffer: Vec<u8>,
}

impl PlainWriter {
    pub(crate) fn new(folder: &Path) -> Self {
        let file = File::create(folder.join("plain")).unwrap();
        let pages = FILE_BYTES / 4_096;
        (0..pages).for_each(|page| file.write_all_at(&[0; 4_096], page * 4_096).unwrap());
        Self { file, at: 0, buffer: Vec::new() }
    }

    pub(crate) fn write(&mut self, event: &v1::Event) {
        self.buffer.clear();
        event.encode(&mut self.buffer).unwrap();
        self.file.write_all_at(&self.buffer, self.at).unwrap();
        self.at += u64::try_from(self.buffer.len()).unwrap();
        if self.at + 4_096 > FILE_BYTES {
            self.at = 0;
        }
    }
}

/// What an app does today: insert the event, bring three aggregates up to date.
pub(crate) struct Sqlite {
    connection: Connection,
    buffer: Vec<u8>,
}

impl Sqlite {
    pub(crate) fn new(folder: &Path) -> Self {
        let connection = Connection::open(folder.join("peer.sqlite")).unwrap();
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
                CREATE TABLE event (seq INTEGER PRIMARY KEY, name TEXT, at INTEGER, body BLOB);
                CREATE TABLE aggregate (key TEXT PRIMARY KEY, count INTEGER);",
            )
            .unwrap();
        Self { connection, buffer: Vec::new() }
    }

    pub(crate) fn insert(&mut self, event: &v1::Event) {
        self.buffer.clear();
        event.encode(&mut self.buffer).unwrap();
        let transaction = self.connection.transaction().unwrap();
        transaction
            .prepare_cached("INSERT INTO event (name, at, body) VALUES (?1, ?2, ?3)")
            .and_then(|mut insert| insert.execute((&event.name, event.wall_ms, &self.buffer)))
            .unwrap();
        let day = event.local_day;
        for key in [event.name.clone(), format!("{}/{day}", event.name), format!("day/{day}")] {
            transaction
                .prepare_cached(
                    "INSERT INTO aggregate VALUES (?1, 1)
                    ON CONFLICT (key) DO UPDATE SET count = count + 1",
                )
                .and_then(|mut upsert| upsert.execute([key]))
                .unwrap();
        }
        transaction.commit().unwrap();
    }
}
