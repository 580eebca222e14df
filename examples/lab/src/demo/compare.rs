//! What the collector holds against what was recorded.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use staykit_collector::Summary;

use super::tally::{Identity, Tally, is_outcome};
use crate::failure::Failure;

/// The result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Comparison {
    /// Recorded, not held.
    pub(crate) missing: u64,
    /// Held more than once, or held although the log has it only once.
    pub(crate) doubled: u64,
    /// Held, never recorded; or held under another name.
    pub(crate) foreign: u64,
}

/// Asks a running collector for its summary, over HTTP like anybody.
pub(crate) fn ask(collector: SocketAddr) -> Result<Summary, Failure> {
    let ask = || {
        let mut stream = TcpStream::connect(collector)?;
        let host = format!("Host: {collector}\r\nConnection: close\r\n\r\n");
        stream.write_all(format!("GET /v1/summary HTTP/1.1\r\n{host}").as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map(|_| answer)
    };
    let answer: String = ask()
        .map_err(|error| Failure::bug(format_args!("the collector does not answer: {error}")))?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    serde_json::from_str(body)
        .map_err(|error| Failure::bug(format_args!("the collector's summary is odd: {error}")))
}

/// Compares the collector's database with the truth, event by event. `entries` of the log were
/// recorded if none was refused: more than that is a double even under a number of its own.
pub(crate) fn compare(database: &Path, tally: &Tally, entries: u64) -> Result<Comparison, Failure> {
    let held = held(database).map_err(Failure::file("read", database))?;
    let mut comparison = Comparison::default();
    let mut of_log = 0_u64;
    for (identity, (times, name)) in &held {
        comparison.doubled += times.saturating_sub(1);
        of_log += if is_outcome(name) { 0 } else { *times };
        if tally.truth.get(identity) != Some(name) {
            comparison.foreign += 1;
        }
    }
    comparison.doubled += of_log.saturating_sub(entries.saturating_sub(tally.refused));
    let missing = tally.truth.keys().filter(|identity| !held.contains_key(*identity));
    comparison.missing = u64::try_from(missing.count()).unwrap_or(u64::MAX);
    Ok(comparison)
}

fn held(database: &Path) -> rusqlite::Result<BTreeMap<Identity, (u64, String)>> {
    // Whoever closes a database last may clear away its log, if allowed to write.
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let mut statement = connection.prepare("SELECT installation, epoch, seq, name FROM events")?;
    let mut rows = statement.query([])?;
    let mut held = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let identity: Identity = (row.get(0)?, unsigned(row.get(1)?), unsigned(row.get(2)?));
        let (times, _) = held.entry(identity).or_insert((0, row.get(3)?));
        *times += 1;
    }
    Ok(held)
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(truth: &[u64], rows: &[u64], entries: u64) -> Comparison {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("collector.sqlite");
        let database = Connection::open(&path).unwrap();
        let table = "CREATE TABLE events (installation TEXT, epoch INT, seq INT, name TEXT)";
        database.execute_batch(table).unwrap();
        for seq in rows {
            let row = "INSERT INTO events VALUES ('ab', 1, ?1, 'open')";
            database.execute(row, [i64::try_from(*seq).unwrap()]).unwrap();
        }
        let mut tally = Tally::default();
        for seq in truth {
            tally.truth.insert(("ab".to_owned(), 1, *seq), "open".to_owned());
        }
        compare(&path, &tally, entries).unwrap()
    }

    #[test]
    fn each_event_held_once_is_right_and_every_deviation_is_counted() {
        let right = Comparison::default();
        assert_eq!(compared(&[1, 2, 3], &[1, 2, 3], 3), right);
        assert_eq!(compared(&[1, 2, 3], &[1, 3], 3), Comparison { missing: 1, ..right });
        assert_eq!(compared(&[1, 2], &[1, 2, 2], 3), Comparison { doubled: 1, ..right });
        assert_eq!(compared(&[1], &[1, 2], 2), Comparison { foreign: 1, ..right });
        // The same entry of the log under two numbers.
        assert_eq!(compared(&[1, 2, 3], &[1, 2, 3], 2), Comparison { doubled: 1, ..right });
    }
}
