//! The file `buffer.sqlite`: connection, schema, format.

use std::io::ErrorKind;

use rusqlite::config::DbConfig;
use rusqlite::{
    Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params,
};

use super::base::Base;
use super::disk::Access;
use super::error::{StoreError, StoreFile};
use super::folder::{DATABASE, DATABASE_DRAFT, DATABASE_SIDE};
use super::limits;
use super::versions::Versions;
use crate::codec::{Reader, Writer};
use crate::crypto::{Purpose, open_blob, seal_blob};

/// `STYK`: tells our file from any other.
const APPLICATION_ID: i32 = 0x5354_594b;

/// How every file of `SQLite` begins. One that was found damaged has zeros there.
pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";

/// `FULL` makes each commit durable. The cache holds 256 KiB.
const SETTINGS: &str = "
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -256;
    PRAGMA temp_store = MEMORY;
    PRAGMA mmap_size = 0;
    PRAGMA cell_size_check = ON;
    PRAGMA trusted_schema = OFF;
";

/// A WAL of half a megabyte at most, its index in memory. One sync a commit, where a rollback
/// journal that is truncated takes four.
const WAL: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA wal_autocheckpoint = 128;
    PRAGMA journal_size_limit = 524288;
";

/// Only for a file in the making, which is synced as a whole. Freed pages can be given back without
/// rewriting it.
const NEW: &str = "
    PRAGMA synchronous = OFF;
    PRAGMA auto_vacuum = INCREMENTAL;
    PRAGMA journal_mode = WAL;
";

/// Format 0; the steps of the versions lead on from it, in a new file as in an old one. `core/docs/storage-format.md` lists what each column shows.
const SCHEMA: &str = "
    CREATE TABLE position (
        id INTEGER PRIMARY KEY CHECK (id = 0),
        body BLOB NOT NULL
    ) STRICT;
    CREATE TABLE checkpoint (
        id INTEGER PRIMARY KEY,
        up_to INTEGER NOT NULL,
        body BLOB NOT NULL
    ) STRICT;
    CREATE TABLE segment (
        id INTEGER PRIMARY KEY,
        epoch INTEGER NOT NULL,
        priority INTEGER NOT NULL,
        first_seq INTEGER NOT NULL,
        last_seq INTEGER NOT NULL,
        events INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        raw_bytes INTEGER NOT NULL,
        oldest_hour INTEGER NOT NULL,
        state INTEGER NOT NULL,
        batch INTEGER,
        body BLOB NOT NULL
    ) STRICT;
    CREATE INDEX segment_queue ON segment (state, priority DESC, epoch, first_seq);
    CREATE TABLE batch (
        id INTEGER PRIMARY KEY,
        batch_id BLOB NOT NULL UNIQUE,
        epoch INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        not_before INTEGER NOT NULL,
        header BLOB NOT NULL
    ) STRICT;
    CREATE TABLE dropped (
        id INTEGER PRIMARY KEY,
        epoch INTEGER NOT NULL,
        first_seq INTEGER NOT NULL,
        last_seq INTEGER NOT NULL,
        events INTEGER NOT NULL,
        reason INTEGER NOT NULL,
        batch INTEGER
    ) STRICT;
    CREATE TABLE tally (
        reason INTEGER NOT NULL,
        priority INTEGER NOT NULL,
        events INTEGER NOT NULL,
        PRIMARY KEY (reason, priority)
    ) STRICT;
    CREATE TABLE ended (
        how INTEGER PRIMARY KEY,
        times INTEGER NOT NULL
    ) STRICT;
";

/// The open database. Nobody else can have it open: its lock is exclusive and never given back.
#[derive(Debug)]
pub(super) struct Database {
    connection: Connection,
    versions: &'static Versions,
}

impl Database {
    /// Opens the database; `None` if there is none, or one that was never finished.
    pub(super) fn open(base: &Base) -> Result<Option<Self>, StoreError> {
        if !admit_file(base)? {
            return Ok(None);
        }
        let mut database = Self::connect(base, DATABASE)?;
        Ok(database.prepare()?.then_some(database))
    }

    /// Opens the database, or makes it: file and name are durable when it returns.
    pub(super) fn create(base: &Base) -> Result<Self, StoreError> {
        if let Some(database) = Self::open(base)? {
            return Ok(database);
        }
        Self::make(base)?;
        Self::open(base)?.ok_or(StoreError::Damaged(StoreFile::Database))
    }

    /// Makes a whole database under another name first. It is synced by a descriptor of ours after
    /// `SQLite` has closed it: closing one earlier would give back `SQLite`'s locks.
    fn make(base: &Base) -> Result<(), StoreError> {
        let [draft, ..] = DATABASE_DRAFT;
        // A log that was left would be taken for the new one's.
        let mut leftover = DATABASE_DRAFT.iter().chain(&DATABASE_SIDE);
        leftover.try_for_each(|name| base.folder.remove(name, StoreFile::Database))?;
        let mut database = Self::connect(base, draft)?;
        database.connection.execute_batch(NEW)?;
        database.transaction(|transaction| {
            transaction.execute_batch(SCHEMA)?;
            Ok(transaction.pragma_update(None, "application_id", APPLICATION_ID)?)
        })?;
        database.migrate(0)?;
        database.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        database.connection.close().map_err(|(_, error)| error)?;
        base.folder
            .open_file(draft, Access::Write)
            .and_then(|file| file.sync_all())
            .and_then(|()| base.folder.rename(draft, DATABASE))
            .map_err(StoreError::io("create", StoreFile::Database))?;
        base.folder.sync()
    }

    fn connect(base: &Base, name: &str) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let path = base.folder.join(name);
        let connection = match base.folder.disk().vfs() {
            Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs)?,
            None => Connection::open_with_flags(path, flags)?,
        };
        // Until it is known whose it is: what is refused must stay as it is, its log included.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.execute_batch(SETTINGS)?;
        Ok(Self { connection, versions: base.folder.versions() })
    }

    /// Checks whose file it is and brings it to the newest format; whether it has a schema.
    fn prepare(&mut self) -> Result<bool, StoreError> {
        let number = |sql| self.connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        let (application, found) =
            (number("PRAGMA application_id")?, number("PRAGMA user_version")?);
        if application == 0 && found == 0 && number("SELECT count(*) FROM sqlite_schema")? == 0 {
            return Ok(false);
        }
        // Of triggers and views, which the store never makes, some builds of SQLite know nothing.
        let strange =
            number("SELECT count(*) FROM sqlite_schema WHERE type NOT IN ('table', 'index')")?;
        if application != i64::from(APPLICATION_ID) || strange != 0 {
            return Err(StoreError::Damaged(StoreFile::Database));
        }
        let found = u32::try_from(found).map_err(|_| StoreError::Damaged(StoreFile::Database))?;
        self.versions.admit(StoreFile::Database, found)?;
        self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        self.connection.execute_batch(WAL)?;
        self.migrate(found)?;
        Ok(true)
    }

    fn migrate(&mut self, found: u32) -> Result<(), StoreError> {
        for (format, step) in self.versions.after(found) {
            self.transaction(|transaction| {
                transaction.execute_batch(step.database)?;
                Ok(transaction.pragma_update(None, "user_version", format)?)
            })?;
        }
        Ok(())
    }

    /// Fails if a table or an index is not there.
    pub(super) fn touch(&self) -> Result<(), StoreError> {
        Ok(self.connection.query_row(TOUCH, [], |_| Ok(()))?)
    }

    /// For reading.
    pub(super) fn read(&self) -> &Connection {
        &self.connection
    }

    /// Moves the log into the file, which shrinks to the pages in use, and empties it.
    pub(super) fn fold_log(&self) -> Result<(), StoreError> {
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        Ok(self.connection.query_row(sql, [], |_| Ok(()))?)
    }

    /// Does `work` as a whole or not at all; durable when it returns.
    pub(super) fn transaction<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let transaction = Transaction::new(&mut self.connection, TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }
}

/// Refuses a newer format and what is no database by its header, before `SQLite` reads it and might
/// already write, or takes another header from the log. Whether there is a file.
pub(super) fn admit_file(base: &Base) -> Result<bool, StoreError> {
    let file = base.folder.open_file(DATABASE, Access::Read);
    let header = match file.and_then(|file| file.read_up_to(72)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        other => other.map_err(StoreError::io("open", StoreFile::Database))?,
    };
    if !header.is_empty() && !header.starts_with(MAGIC) {
        return Err(StoreError::Damaged(StoreFile::Database));
    }
    // File format of SQLite, 1.3: big-endian user version at 60, application id at 68.
    let number = |at: usize| header.get(at..).and_then(|rest| rest.first_chunk().copied());
    if number(68).map(i32::from_be_bytes) == Some(APPLICATION_ID) {
        let found = number(60).map_or(0, u32::from_be_bytes);
        base.folder.versions().admit(StoreFile::Database, found)?;
    }
    Ok(true)
}

/// Reads the first page of every table and index: a file that was cut shows here, not in use.
const TOUCH: &str = "
    SELECT EXISTS (SELECT 1 FROM segment NOT INDEXED),
        EXISTS (SELECT 1 FROM segment INDEXED BY segment_queue WHERE state = 0),
        EXISTS (SELECT 1 FROM batch NOT INDEXED),
        EXISTS (SELECT 1 FROM batch WHERE batch_id = x''),
        EXISTS (SELECT 1 FROM dropped),
        EXISTS (SELECT 1 FROM tally NOT INDEXED),
        EXISTS (SELECT 1 FROM tally WHERE reason = 0 AND priority = 0)
";

/// `SQLite` has signed integers only; the bits stay the same.
pub(super) fn signed(value: u64) -> i64 {
    value.cast_signed()
}

/// How far the journal has become segments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Position {
    /// Entries below this number.
    pub(super) consumed: u64,
    /// Epoch of the last event among them.
    pub(super) epoch: u64,
    /// Sequence number of that event.
    pub(super) last_seq: u64,
}

impl Position {
    pub(super) fn load(base: &Base, connection: &Connection) -> Result<Self, StoreError> {
        let sql = "SELECT body FROM position WHERE id = 0";
        let body: Option<Vec<u8>> = connection.query_row(sql, [], |row| row.get(0)).optional()?;
        let Some(body) = body else { return Ok(Self::default()) };
        let file = StoreFile::Database;
        let place: [&[u8]; 1] = [&base.installation];
        let bytes = open_blob(&base.key, Purpose::Position, &place, &body)
            .map_err(StoreError::sealed(file))?;
        let mut input = Reader::new(&bytes, "position");
        let mut next = || input.unsigned().map_err(StoreError::malformed(file));
        Ok(Self { consumed: next()?, epoch: next()?, last_seq: next()? })
    }

    pub(super) fn store(&self, base: &Base, connection: &Connection) -> Result<(), StoreError> {
        let mut bytes = Vec::new();
        let mut out = Writer::new(&mut bytes);
        for number in [self.consumed, self.epoch, self.last_seq] {
            out.unsigned(number);
        }
        let body = seal_blob(&base.key, Purpose::Position, &[&base.installation], &bytes)
            .map_err(StoreError::sealed(StoreFile::Database))?;
        let sql = "INSERT OR REPLACE INTO position (id, body) VALUES (0, ?1)";
        connection.execute(sql, [body])?;
        Ok(())
    }
}

/// The newest checkpoint that can be read.
#[derive(Debug, Default)]
pub(super) struct Checkpoints {
    /// State of the fold and the number of the first entry that is not in it.
    pub(super) newest: Option<(Vec<u8>, u64)>,
    /// How many newer ones cannot be read.
    pub(super) unreadable: u32,
}

impl Checkpoints {
    pub(super) fn load(base: &Base, connection: &Connection) -> Result<Self, StoreError> {
        let mut found = Self::default();
        let mut query =
            connection.prepare("SELECT up_to, body FROM checkpoint ORDER BY id DESC")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let (up_to, body) = (row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, Vec<u8>>(1)?);
            let place: [&[u8]; 2] = [&base.installation, &up_to.to_le_bytes()];
            if let Ok(state) = open_blob(&base.key, Purpose::Checkpoint, &place, &body) {
                found.newest = Some((state, up_to));
                break;
            }
            found.unreadable = found.unreadable.saturating_add(1);
        }
        Ok(found)
    }

    /// Adds one and forgets all but the last two.
    pub(super) fn store(
        base: &Base,
        connection: &Connection,
        up_to: u64,
        state: &[u8],
    ) -> Result<(), StoreError> {
        let (size, limit) = (state.len(), limits::CHECKPOINT);
        if size > limit.most {
            return Err(StoreError::TooLarge { size, limit });
        }
        let place: [&[u8]; 2] = [&base.installation, &up_to.to_le_bytes()];
        let body = seal_blob(&base.key, Purpose::Checkpoint, &place, state)
            .map_err(StoreError::sealed(StoreFile::Database))?;
        let insert = "INSERT INTO checkpoint (up_to, body) VALUES (?1, ?2)";
        connection.execute(insert, params![signed(up_to), body])?;
        let kept = i64::try_from(limits::CHECKPOINTS.most).unwrap_or(1);
        let forget = "DELETE FROM checkpoint WHERE id NOT IN
            (SELECT id FROM checkpoint ORDER BY id DESC LIMIT ?1)";
        connection.execute(forget, [kept])?;
        Ok(())
    }

    /// Number of the first entry that the newest checkpoint does not cover; 0 without one.
    pub(super) fn covered(connection: &Connection) -> Result<u64, StoreError> {
        let sql = "SELECT up_to FROM checkpoint ORDER BY id DESC LIMIT 1";
        let up_to: Option<i64> = connection.query_row(sql, [], |row| row.get(0)).optional()?;
        Ok(up_to.map_or(0, i64::cast_unsigned))
    }
}
