//! `SQLCipher`: an event and three aggregates in one transaction, every page encrypted with a key
//! that needs no derivation. WAL with `synchronous = NORMAL`: no sync per event, so a killed
//! process loses nothing and a power cut what was written since the last checkpoint.

use std::error::Error;
use std::path::Path;

use peer_common::{Store, measure};
use rusqlite::Connection;
use staykit_proto::{Message, v1};

/// Events of a round; enough for a median.
const CALLS: usize = 4_000;

fn main() -> Result<(), Box<dyn Error>> {
    measure(CALLS, Cipher::open)
}

struct Cipher {
    connection: Connection,
    buffer: Vec<u8>,
}

impl Cipher {
    fn open(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let path = folder.join("peer.sqlite");
        let connection = Connection::open(&path)?;
        let key = "07".repeat(32);
        connection.execute_batch(&format!(
            "PRAGMA key = \"x'{key}'\";
            PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
            CREATE TABLE event (seq INTEGER PRIMARY KEY, name TEXT, at INTEGER, body BLOB);
            CREATE TABLE aggregate (key TEXT PRIMARY KEY, count INTEGER);"
        ))?;
        let version: String =
            connection.query_row("PRAGMA cipher_version", [], |row| row.get(0))?;
        eprintln!("SQLCipher {version}");
        let cipher = Self { connection, buffer: Vec::new() };
        cipher.require_encryption(&path)?;
        Ok(cipher)
    }

    /// A plain `SQLite` would ignore the key without a word.
    fn require_encryption(&self, path: &Path) -> Result<(), Box<dyn Error>> {
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        let plain = std::fs::read(path)?.starts_with(b"SQLite format 3\0");
        if plain { Err("the database is not encrypted".into()) } else { Ok(()) }
    }
}

impl Store for Cipher {
    type Input = v1::Event;

    fn input(&self, event: &v1::Event) -> v1::Event {
        event.clone()
    }

    fn record(&mut self, event: v1::Event) -> Result<(), Box<dyn Error>> {
        self.buffer.clear();
        event.encode(&mut self.buffer)?;
        let transaction = self.connection.transaction()?;
        transaction
            .prepare_cached("INSERT INTO event (name, at, body) VALUES (?1, ?2, ?3)")?
            .execute((&event.name, event.wall_ms, &self.buffer))?;
        let day = event.local_day;
        for key in [event.name.clone(), format!("{}/{day}", event.name), format!("day/{day}")] {
            transaction
                .prepare_cached(
                    "INSERT INTO aggregate VALUES (?1, 1)
                    ON CONFLICT (key) DO UPDATE SET count = count + 1",
                )?
                .execute([key])?;
        }
        Ok(transaction.commit()?)
    }
}
